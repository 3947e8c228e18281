"""Saying how far a pull is; what is said is Dutch, and holds nothing that was answered.

Not here: where it is shown (`commands/pull.py`, `defs/landing.py`).
"""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]


def silent(_: str) -> None:
    """For whoever wants to hear nothing."""
