"""The top of a CSV text: its separator, its header, and where its records begin.

Here belongs: what is decided once for a whole file. Not here: its encoding (`dialect.py`), which
row is the header (`header.py`), or its records (`csv_files.py`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from dronten_pipeline.core.limits import Limits
from dronten_pipeline.ingest import cleaning, header, structure
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.records import headers_of

SEPARATORS = (";", ",", "\t", "|")
SAMPLE_BYTES = 256 * 1024
SAMPLE_LINES = 200
#: How Excel is told the separator; also as a cell that it saved with the rest.
HINT = re.compile(rb"(?i)\A\s*+\"?sep=([\t !-/:;<->@\[-`{-~])\"?[;,|\t ]*+(?:\r\n|\n|\r|\Z)")


@dataclass(frozen=True)
class Head:
    """The top of a text.

    names: of its columns, as `records.headers_of` gives them.
    start: position of the first byte below the header.
    lines: number of lines above that.
    header: first and last line of the header, from 1.
    """

    separator: str
    names: tuple[str, ...]
    start: int
    lines: int
    header: tuple[int, int]
    cleaned: cleaning.Counts

    @property
    def named(self) -> int:
        """Columns up to the last with a name."""
        return max((place for place, name in enumerate(self.names, 1) if name), default=0)


@dataclass(frozen=True)
class _Reading:
    """The top as it reads with one separator."""

    separator: str
    layout: structure.Layout
    filled: structure.Positions
    found: header.Header
    is_hinted: bool

    @property
    def rank(self) -> tuple[int, bool, bool, float, int]:
        fields = self.layout.fields[self.filled]
        below = fields[self.found.last + 1 :]
        wide = int(fields[self.found.last])
        if not self.found.found:  # then the first line may be a title
            often = np.bincount(fields)
            below, wide = fields, int(len(often) - 1 - np.argmax(often[::-1]))
        share = float((below == wide).mean()) if len(below) else 1.0
        known = self.found.found * (1 + self.found.is_complete)
        return known, self.is_hinted, wide > 1, round(share, 1), wide


def find(text: bytes, wanted: Collection[str], limits: Limits) -> Head:
    """The top of a text (UTF-8, every line ending in LF or CRLF).

    Raises:
        Refused: it has no header that can be read, or one that names a column twice.
        TooLarge: it has too many columns, or a line that is too long.
    """
    wanted = Wanted.of(wanted)
    hint = HINT.match(text)
    skipped = hint.end() if hint else 0
    sample = _sample(text, skipped)
    best = _best(sample, wanted, hint[1].decode() if hint else None)
    above = text.count(b"\n", 0, skipped)
    if best is None:
        raise _unreadable(above + 1)
    layout, found = best.layout, best.found
    first, last = (int(best.filled[place]) for place in (found.first, found.last))
    limits.check_line(int((layout.end[: last + 1] - layout.start[: last + 1]).max()))
    limits.check_columns(int(layout.fields[last]))
    if layout.broken[first : last + 1].any():
        raise _unreadable(above + int(layout.line[first]))
    end = sample.find(b"\n", int(layout.end[last]))
    start = min(len(text), skipped + (len(sample) if end < 0 else end + 1))
    counts = found.cleaned
    return Head(
        separator=best.separator,
        names=headers_of(list(found.names), wanted),
        start=start,
        lines=text.count(b"\n", 0, start),
        header=(above + int(layout.line[first]), above + int(layout.line[last])),
        cleaned={kind: count for kind, count in counts.items() if count},
    )


def separator_of(text: bytes, expected: Collection[str] = ()) -> str:
    """Separator under which the top of a text makes most sense.

    Args:
        text: UTF-8 without a mark.
        expected: lower-cased names of the columns of the contract.
    """
    hint = HINT.match(text)
    skipped = hint.end() if hint else 0
    best = _best(_sample(text, skipped), Wanted.of(expected), hint[1].decode() if hint else None)
    return SEPARATORS[0] if best is None else best.separator


def cells(text: bytes, layout: structure.Layout, record: int, separator: str) -> list[str]:
    """The values of one record."""
    line = structure.requoted(text, layout, record, separator).decode(errors="replace")
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # a value larger than the module takes
        return line.split(separator)


def _sample(text: bytes, skipped: int) -> bytes:
    """The first lines, whole."""
    end = text.find(b"\n", skipped + SAMPLE_BYTES)
    sample = text[skipped:] if end < 0 else text[skipped : end + 1]
    return b"\n".join(sample.split(b"\n", SAMPLE_LINES)[:SAMPLE_LINES]) + b"\n"


def _best(sample: bytes, wanted: Wanted, hinted: str | None) -> _Reading | None:
    readings = []
    for separator in dict.fromkeys([*([hinted] if hinted else []), *SEPARATORS]):
        reading = _reading(sample, separator, wanted, is_hinted=separator == hinted)
        if reading is not None:
            # Where nothing is required, any two names in a value would do.
            if wanted.required and reading.found.is_complete and reading.found.found > 1:
                return reading
            readings.append(reading)
    return max(readings, key=lambda reading: reading.rank, default=None)


def _reading(sample: bytes, separator: str, wanted: Wanted, *, is_hinted: bool) -> _Reading | None:
    layout = structure.scan(sample, separator)
    filled = np.flatnonzero(~layout.blank)
    if not len(filled):
        return None
    top = filled[: header.MOST_ROWS + 1].tolist()
    rows = [cells(sample, layout, record, separator) for record in top]
    return _Reading(separator, layout, filled, header.find(rows, wanted), is_hinted)


def _unreadable(line: int) -> Refused:
    return Refused(f"De kop op regel {line} is niet te lezen: controleer de quotes.")
