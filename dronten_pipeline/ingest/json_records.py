"""The records of a JSON text, some megabytes at a time, so that memory does not grow with it.

Here belongs: where a piece may end, and what may stand between records. Not here: which list holds
the records (`json_envelope.py`), where brackets stand (`json_structure.py`), or what a record says
(`json_files.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from dronten_pipeline.core.limits import MEGABYTE
from dronten_pipeline.ingest import json_structure
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.json_structure import Elements, Pieces, Positions, Text

#: A piece is so large, or ends with the first record that makes it so.
PIECE_BYTES = 16 * MEGABYTE
#: No record, and nothing between two, is larger.
RECORD_BYTES = 16 * MEGABYTE

INVALID = (
    "De JSON in dit bestand is niet geldig, mogelijk doordat het bestand is afgebroken. Lever het "
    "opnieuw."
)


class Records(Protocol):
    """Records that can be read again and again."""

    def pieces(self) -> Iterator[Pieces]:
        """The records in their order; one piece at least, also when there are none.

        Raises:
            Refused: what stands between them makes it invalid, or one is too large.
        """


@dataclass(frozen=True)
class ByLine:
    """A record on every line that is not blank, numbered by its line."""

    text: Text

    def pieces(self) -> Iterator[Pieces]:
        start, line = 0, 0
        while start < len(self.text):
            content = self.text[start : start + PIECE_BYTES]
            if start + len(content) < len(self.text):
                end = content.rfind(b"\n") + 1
                if not end:
                    raise Refused(_too_large(f"Regel {line + 1}"))
                content = content[:end]
            yield json_structure.lines(content, line)
            line += content.count(b"\n")
            start += len(content)


@dataclass(frozen=True)
class InList:
    """The elements of a list, numbered from 1."""

    text: Text
    elements: Elements

    def pieces(self) -> Iterator[Pieces]:
        number = 0
        for piece in _cut(self.text, self.elements):
            commas, others = piece.between()
            rows = len(piece.start)
            first = 0 if number else 1
            wrong = np.flatnonzero(commas[first:rows] != 1) + first
            # Before the list begins stands none, and behind its end at most one.
            around = (0 if number else commas[0]), (commas[rows] if rows or number else 0)
            if others.any() or around[0] or around[1] > 1:
                piece = _mixed(piece.text, is_first=not number)
            elif len(wrong):
                place = number + int(wrong[0])
                raise Refused(
                    f"De JSON in dit bestand is niet geldig: tussen record {place} en {place + 1} "
                    "staat niet één komma. Lever het opnieuw."
                )
            yield _numbered(piece, number)
            number += len(piece.start)


@dataclass(frozen=True)
class OneByOne:
    """Objects after each other, with commas between them or not, numbered from 1."""

    text: Text
    elements: Elements

    def pieces(self) -> Iterator[Pieces]:
        number = 0
        for piece in _cut(self.text, self.elements):
            commas, others = piece.between()
            if self.elements.count > 1 and (
                self.elements.has_lists or others.any() or commas.max() > 1
            ):
                raise Refused(
                    f"In dit bestand staan {self.elements.count} JSON-waarden achter elkaar, en "
                    "dat zijn niet alleen objecten. Lever één lijst van objecten ([{...}, {...}])."
                )
            yield _numbered(piece, number)
            number += len(piece.start)


def _cut(text: Text, elements: Elements) -> Iterator[Pieces]:
    """The elements in pieces, of which each begins where the one before ended."""
    before = elements.start
    starts = ends = np.zeros(0, dtype=np.int64)
    try:
        for some in json_structure.brackets(text, elements.start, elements.end):
            own = some.level == 0
            starts = np.append(starts, some.at[own & some.opens])
            ends = np.append(ends, some.at[own & ~some.opens] + 1)
            while len(ends) and ends[-1] - before >= PIECE_BYTES:
                many = int(np.searchsorted(ends, before + PIECE_BYTES)) + 1
                stop = int(ends[many - 1])
                yield _piece(text, before, stop, starts[:many], ends[:many])
                before, starts, ends = stop, starts[many:], ends[many:]
    except json_structure.Unbalanced:
        raise Refused(INVALID) from None
    yield _piece(text, before, elements.end, starts, ends)


def _piece(text: Text, start: int, stop: int, starts: Positions, ends: Positions) -> Pieces:
    if stop - start > PIECE_BYTES + RECORD_BYTES:
        raise Refused(_too_large("Een record"))
    return Pieces(text[start:stop], starts - start, ends - start, starts)


def _numbered(piece: Pieces, before: int) -> Pieces:
    return replace(piece, line=np.arange(1, len(piece.start) + 1) + before)


def _mixed(text: bytes, *, is_first: bool) -> Pieces:
    """The elements of a part of a list in which some are no object or list: each on a line of its
    own."""
    import duckdb

    if not is_first:
        before, _, text = text.partition(b",")
        if before.strip():
            raise Refused(INVALID)
    with duckdb.connect() as connection:
        found = connection.execute(
            "select json_extract(list, '$[*]')::varchar[] from (select ? as list) "
            "where json_valid(list)",
            [f"[{text.decode()}]"],
        ).fetchone()
    if not found:
        raise Refused(INVALID)
    return json_structure.lines("\n".join(found[0]).encode())


def _too_large(what: str) -> str:
    return (
        f"{what} van dit bestand is groter dan {RECORD_BYTES // MEGABYTE} MB. Lever een lijst "
        "van objecten ([{...}, {...}]) met één record per object."
    )
