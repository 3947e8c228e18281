"""How the judges say what they saw: in Dutch, and never with a value of the data.

Not here: what is right or wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

#: DuckDB's errors of these kinds name tables, columns and syntax; others may quote a value.
_SPEAKABLE = ("Binder Error", "Catalog Error", "Parser Error")


def counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def columns_seen(agreed: list[str], present: list[str]) -> str:
    missing = [name for name in agreed if name not in present]
    added = [name for name in present if name not in agreed]
    parts = [f"ontbreekt: {', '.join(missing)}"] if missing else []
    parts += [f"niet afgesproken: {', '.join(added)}"] if added else []
    if not parts and agreed != present:
        parts = ["andere volgorde dan afgesproken"]
    return "; ".join(parts) or f"{counted(len(present), 'kolom', 'kolommen')} zoals afgesproken"


def missing_columns(named: Iterable[str], present: Collection[str]) -> str:
    """The columns that a rule names and the table lacks, ready for a sentence; else empty."""
    return ", ".join(name for name in named if name not in present)


def representable(message: str) -> str | None:
    """The part of an error that names only tables and columns, or nothing."""
    for kind in _SPEAKABLE:
        if kind in message:
            return kind + message.split(kind, 1)[1].splitlines()[0]
    return None
