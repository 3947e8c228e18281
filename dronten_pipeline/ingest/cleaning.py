"""What is put right in a delivery, each kind by one name, so that an auditor sees how often.

Here belongs: the names, their words and an example. Not here: putting it right (the reader of the
format, `values.py`). Whoever puts something right counts it under its kind; the note of a file and
`source_delivery` say the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: How often each kind occurred, by its name in `KINDS`.
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Kind:
    """What a file held, in Dutch words that follow a number, and how it is written there."""

    words: str
    example: str


KINDS: dict[str, Kind] = {}


def together(*counts: Counts) -> Counts:
    """The sums of what was counted in parts of a file."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)


def notes(counts: Counts) -> Iterator[str]:
    """A sentence per kind, in the order of `KINDS`."""
    for name, kind in KINDS.items():
        if many := counts.get(name):
            yield f"{many} {kind.words}."
