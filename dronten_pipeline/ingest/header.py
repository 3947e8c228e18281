"""Where the header of a table stands, and which column of the contract each of its cells names.

Here belongs: comparing names, and finding the row (or two) that holds them. Not here: how cells
come out of a file (the reader of each format), or what a missing column means (`parsing.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest import cleaning

ABOVE, RESPELLED, JOINED = "rows_above_header", "respelled_name", "joined_header"
cleaning.KINDS[ABOVE] = cleaning.Kind(
    "keer stond er een regel boven de kop; die is overgeslagen", "Overzicht maart 2026"
)
cleaning.KINDS[RESPELLED] = cleaning.Kind(
    "keer was een kolomnaam anders geschreven dan afgesproken, en toch herkend", "Aangemaakt op"
)
cleaning.KINDS[JOINED] = cleaning.Kind(
    "keer stond de kop over twee regels; die zijn samengevoegd", "Zaak / id"
)

#: The header stands within so many filled rows.
MOST_ROWS = 20

#: What stands around a name and is no part of it.
AROUND = "\ufeff\0 \t\r\n\u00a0"
_AROUND_LOOSELY = AROUND + "\"'`’‘“”«»#*:"
#: So much alike are two names that may be the same.
ALIKE = 0.8
#: Shorter names, and shorter words in them, are alike by chance.
LONG_NAME, LONG_WORD = 8, 6
_BETWEEN = re.compile(r"[\s_\-\u00ad\u2010-\u2015]+")


@dataclass(frozen=True)
class Wanted(Collection[str]):
    """The columns that a table asks for, by their lower-cased names.

    required: those that the table cannot do without; a part of `names`.
    """

    names: frozenset[str]
    required: frozenset[str] = frozenset()

    @classmethod
    def of(cls, wanted: Collection[str]) -> Wanted:
        """Plain names, of which none is required."""
        return wanted if isinstance(wanted, Wanted) else cls(frozenset(wanted))

    @classmethod
    def by(cls, table: Table) -> Wanted:
        return cls(
            frozenset(column.name.lower() for column in table.columns),
            frozenset(column.name.lower() for column in table.columns if column.required),
        )

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Header:
    """A header among rows.

    first, last: indices of its rows; the same when it is one row.
    names: of its columns, as `canonical` gives them; `""` for a column without a name.
    respelled: how many names of the contract were spelled in another way.
    found: how many columns of the contract it names.
    is_complete: it names every required column.
    """

    first: int
    last: int
    names: tuple[str, ...]
    respelled: int
    found: int
    is_complete: bool

    @property
    def cleaned(self) -> cleaning.Counts:
        """What was put right to find it, by kind."""
        return {
            ABOVE: self.first,
            RESPELLED: self.respelled,
            JOINED: int(self.last > self.first),
        }


def spelling(name: str) -> str:
    """A name without what people write differently: case, quotes and white space around it, one
    character in two codes, and spaces, hyphens or underscores between its words."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return _BETWEEN.sub("", plain.strip(_AROUND_LOOSELY))


def is_alike(name: str, others: Collection[str]) -> bool:
    """Whether one of these names may be meant for `name`."""
    plain = spelling(name)
    pairs = (SequenceMatcher(None, plain, spelling(other)) for other in others)
    return len(plain) >= LONG_NAME and any(
        pair.quick_ratio() >= ALIKE and pair.ratio() >= ALIKE for pair in pairs
    )


def is_mistyped(name: str, others: Collection[str]) -> bool:
    """Whether one of these names is `name` but for a typing error in one of its longer words."""
    words = _words(name)
    for other in map(_words, others):
        if len(other) == len(words):
            differing = [pair for pair in zip(words, other, strict=True) if pair[0] != pair[1]]
            if len(differing) == 1 and _is_one_slip(*differing[0]):
                return True
    return False


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return _BETWEEN.split(plain.strip(_AROUND_LOOSELY))


def _is_one_slip(word: str, other: str) -> bool:
    """One letter too many, too few or another, or two that changed places."""
    if len(word) < LONG_WORD or abs(len(word) - len(other)) > 1:
        return False
    before = _shared(word, other)
    one, two = word[before:], other[before:]
    behind = _shared(one[::-1], two[::-1])
    one, two = one[: len(one) - behind], two[: len(two) - behind]
    return max(len(one), len(two)) <= 1 or (len(one) == 2 and one == two[::-1])


def _shared(one: str, two: str) -> int:
    """How many letters both begin with."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False))))


def canonical(names: Sequence[str | None], wanted: Collection[str]) -> tuple[tuple[str, ...], int]:
    """Names as the contract writes them, in lower case, and how many were spelled otherwise.

    A name of no column of the contract is only trimmed and lower-cased.
    """
    spelled = _spellings(wanted)
    found = [_canonical(name or "", spelled, wanted) for name in names]
    return tuple(name for name, _ in found), sum(other for _, other in found)


def find(
    rows: Sequence[Sequence[str | None]], wanted: Collection[str], most_rows: int = MOST_ROWS
) -> Header:
    """The header among the first filled rows of a table.

    It is the row that names all required columns, and of those the one that names most of the
    contract; else two rows that do so together: a row of groups above the names, or names broken
    over two rows. Where no row does, the one that names most, else the first: what is missing
    there can be said.

    Args:
        rows: the filled rows from the top, at least one; rows may differ in length.
    """
    wanted = Wanted.of(wanted)
    spelled = _spellings(wanted)
    rows = rows[:most_rows]
    single = [_header(row, index, index, spelled, wanted) for index, row in enumerate(rows)]
    best = max(single, key=_rank)
    if best.is_complete:
        return best
    double = [
        _header(names, index, index + 1, spelled, wanted)
        for index in range(len(rows) - 1)
        for names in _joined(rows[index], rows[index + 1], spelled)
    ]
    complete = [header for header in double if header.is_complete]
    return max(complete, key=_rank) if complete else best


def _rank(header: Header) -> tuple[bool, int, int]:
    return header.is_complete and header.found > 0, header.found, -header.first


def _spellings(wanted: Collection[str]) -> Mapping[str, str]:
    """Names by their spelling, of those that no other name shares."""
    counts = Counter(map(spelling, wanted))
    return {spelling(name): name for name in wanted if counts[spelling(name)] == 1}


def _canonical(name: str, spelled: Mapping[str, str], wanted: Collection[str]) -> tuple[str, bool]:
    plain = name.strip(AROUND).lower()
    if plain in wanted:
        return plain, False
    known = spelled.get(spelling(name))
    return (plain, False) if known is None else (known, True)


def _header(
    cells: Sequence[str | None], first: int, last: int, spelled: Mapping[str, str], wanted: Wanted
) -> Header:
    found = [_canonical(cell or "", spelled, wanted) for cell in cells]
    names = tuple(name for name, _ in found)
    known = wanted.names.intersection(names)
    return Header(
        first=first,
        last=last,
        names=names,
        respelled=sum(other for _, other in found),
        found=len(known),
        is_complete=wanted.required <= known,
    )


def _joined(
    upper: Sequence[str | None], lower: Sequence[str | None], spelled: Mapping[str, str]
) -> Iterator[list[str]]:
    """The names that two rows give together: first with each group over the empty cells at its
    right, then with every cell for its own column only."""
    width = max(len(upper), len(lower))
    above, below = (
        [(cell or "").strip(AROUND) for cell in row] + [""] * (width - len(row))
        for row in (upper, lower)
    )
    groups, group = [], ""
    for cell in above:
        group = cell or group
        groups.append(group)
    for tops in (groups, above):
        yield [
            _whole(top, own, name, spelled)
            for top, own, name in zip(tops, above, below, strict=True)
        ]


def _whole(group: str, own: str, name: str, spelled: Mapping[str, str]) -> str:
    """The name of one column: of both rows when the contract knows it, else of one of them."""
    choices = (f"{group} {name}", name, own)
    known = (choice for choice in choices if spelling(choice) in spelled)
    return next(known, name or own)
