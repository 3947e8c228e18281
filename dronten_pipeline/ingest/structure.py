"""Where the records of a CSV text begin and end, which are broken, and on which line each stands.

Here belongs: quotes, line ends and separators, as positions in the bytes. Not here: the values
(`readers.py`). Works on whole arrays; only where quotes contradict each other are they walked
one by one, and only records with a stray quote are looked at by themselves.

What a quote means: at the start of a field it opens, doubled within it is a quote, before a
separator or line end it closes. A quote within a field that did not open with one is an
ordinary character. A quote that opens and never closes properly breaks its own line only:
reading goes on at the next line, so that it cannot swallow the rest of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

QUOTE, NEWLINE, RETURN = 0x22, 0x0A, 0x0D
CHUNK = 1 << 24

#: Share of the lines in one quoted value that must look like whole records before the quote is
#: taken for a stray one. A pasted list may hold a line or two with as many separators.
SWALLOWED_SHARE = 0.9


@dataclass(frozen=True)
class Layout:
    """Records of a text, as arrays of the same length.

    start, end: positions of the first byte and after the last, without the line end.
    line: number of the first physical line, from 1.
    fields: number of fields.
    broken: a quote in it does not close.
    stray_quotes: holds quotes as ordinary characters.
    blank: nothing but separators and white space.
    newlines: number of ends of physical lines.
    """

    start: Positions
    end: Positions
    line: Positions
    fields: Positions
    broken: Flags
    stray_quotes: Flags
    blank: Flags
    separators: Positions
    newlines: int
    ends_with_newline: bool


def scan(text: bytes, separator: str, width: int | None = None) -> Layout:
    """Finds the records of `text` (UTF-8, lines ending in LF or CRLF).

    Args:
        width: how many fields a record has; else as many as the first line.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    size = len(data)
    newlines = _positions(data, NEWLINE)
    separators = _positions(data, ord(separator))
    quotes = _positions(data, QUOTE)
    ends_with_newline = bool(size) and data[-1] == NEWLINE
    line_ends = newlines if ends_with_newline or not size else np.append(newlines, size)
    line_starts = np.concatenate(([0], line_ends[:-1] + 1)) if len(line_ends) else line_ends

    spans = _Spans(data, quotes, separators, separator, line_starts, line_ends, width)
    opens, closes, broken_lines, stray_lines = spans.find()

    start, end, outer = line_starts, line_ends, separators
    first_lines = last_lines = np.arange(len(line_ends))
    if len(opens):
        last_lines = np.flatnonzero(~_within(line_ends, opens, closes))
        first_lines = np.concatenate(([0], last_lines[:-1] + 1)) if len(last_lines) else last_lines
        start, end = line_starts[first_lines], line_ends[last_lines]
        outer = separators[~_within(separators, opens, closes)]
    # What stands before the end of one record stands before the start of the next.
    fields = np.diff(np.searchsorted(outer, end), prepend=0) + 1
    if size:
        has_return = (end > start) & (data[np.maximum(end - 1, 0)] == RETURN)
        end = end - has_return
    return Layout(
        start=start,
        end=end,
        line=first_lines + 1,
        fields=fields,
        broken=_marks(broken_lines, first_lines, last_lines),
        stray_quotes=_marks(stray_lines, first_lines, last_lines),
        blank=_blank(text, start, end, fields),
        separators=outer,
        newlines=len(newlines),
        ends_with_newline=ends_with_newline,
    )


def lines_alike(text: bytes, separator: str, width: int, longest: int) -> int | None:
    """The number of lines, where each ends in LF, has as many fields and no quotes, and none is
    longer than `longest` bytes; None where one is not so, or might not be."""
    if b'"' in text or width < 2:
        return None
    line = separator.encode() * (width - 1) + b"\n"
    marks = text.translate(None, bytes(code for code in range(256) if code not in line))
    if not marks or marks != line * (len(marks) // width) or not text.endswith(b"\n"):
        return None
    # With an end in each half of that, no line is longer.
    half = longest // 2
    if any(text.find(b"\n", at, at + half) < 0 for at in range(0, len(text) - half, half)):
        return None
    return len(marks) // width


def requoted(text: bytes, layout: Layout, record: int, separator: str) -> bytes:
    """One record with stray quotes, written so that any reader takes them as characters."""
    start, end = int(layout.start[record]), int(layout.end[record])
    first, last = np.searchsorted(layout.separators, [start, end])
    cuts = [start - 1, *layout.separators[first:last].tolist(), end]
    fields = [text[cut + 1 : stop] for cut, stop in pairwise(cuts)]
    return separator.encode().join(
        field
        if field.startswith(b'"') or b'"' not in field
        else b'"' + field.replace(b'"', b'""') + b'"'
        for field in fields
    )


@dataclass(frozen=True)
class _Spans:
    """Finds the quoted values of a text."""

    data: npt.NDArray[np.uint8]
    quotes: Positions
    separators: Positions
    separator: str
    line_starts: Positions
    line_ends: Positions
    width: int | None

    def find(self) -> tuple[Positions, Positions, list[int], list[int]]:
        """Opening and closing positions, lines (from 0) that are broken, that hold stray quotes."""
        none = np.empty(0, dtype=np.int64)
        if not len(self.quotes):
            return none, none, [], []
        if len(self.quotes) % 2 == 0:
            opens, closes = self.quotes[0::2], self.quotes[1::2]
            if self._is_consistent(opens, closes) and not self._swallows(opens, closes).any():
                return opens, closes, [], []
        return self._walk()

    def _is_consistent(self, opens: Positions, closes: Positions) -> bool:
        before = self.data[np.maximum(opens - 1, 0)]
        starts = (opens == 0) | (before == ord(self.separator)) | (before == NEWLINE)
        doubled = np.concatenate(([False], opens[1:] == closes[:-1] + 1))
        last = len(self.data) - 1
        after = self.data[np.minimum(closes + 1, last)]
        second = self.data[np.minimum(closes + 2, last)]
        returns = (after == RETURN) & ((second == NEWLINE) | (closes + 1 >= last))
        stops = (closes == last) | (after == ord(self.separator)) | (after == NEWLINE) | returns
        doubles = np.concatenate((doubled[1:], [False]))
        return bool((starts | doubled).all() and (stops | doubles).all())

    def _swallows(self, opens: Positions, closes: Positions) -> Flags:
        """Which quoted values hold lines that look like records of their own."""
        first = np.searchsorted(self.line_starts, opens, side="right") - 1
        last = np.searchsorted(self.line_starts, closes, side="right") - 1
        width, like = self._columns, self._lines_like_records
        lines = last - first + 1
        # The fewer columns, the sooner a line of ordinary text has as many separators.
        enough = {1: len(self.line_starts) + 1, 2: 5, 3: 3}.get(width, 2)
        share = (like[last + 1] - like[first]) / lines
        return (lines >= enough) & (share >= SWALLOWED_SHARE)

    @cached_property
    def _lines_like_records(self) -> Positions:
        """Before each line, how many lines have as many separators as the header."""
        alike = self._per_line == self._columns - 1
        return np.concatenate(([0], np.cumsum(alike)))

    @cached_property
    def _per_line(self) -> Positions:
        """The number of separators on each line, also those within quotes."""
        bounds = np.append(self.line_starts, len(self.data))
        return np.diff(np.searchsorted(self.separators, bounds))

    @cached_property
    def _columns(self) -> int:
        if self.width is not None:
            return self.width
        filled = np.flatnonzero(self.line_ends > self.line_starts)
        return int(self._per_line[filled[0]]) + 1 if len(filled) else 1

    def _ends_value(self, closing: int) -> bool:
        after = bytes(self.data[closing + 1 : closing + 3])
        return after[:1] in (b"", b"\n", self.separator.encode()) or after in (b"\r", b"\r\n")

    def _walk(self) -> tuple[Positions, Positions, list[int], list[int]]:
        quotes = self.quotes.tolist()
        line_of = (np.searchsorted(self.line_starts, self.quotes, side="right") - 1).tolist()
        next_line = np.searchsorted(self.quotes, self.line_ends).tolist()
        around = {ord(self.separator), NEWLINE}
        data, count = self.data, len(quotes)
        opens: list[int] = []
        closes: list[int] = []
        broken: list[int] = []
        stray: list[int] = []
        index = 0
        while index < count:
            position = quotes[index]
            if position and int(data[position - 1]) not in around:
                stray.append(line_of[index])
                index += 1
                continue
            closing = index + 1
            while closing + 1 < count and quotes[closing + 1] == quotes[closing] + 1:
                closing += 2
            closed = closing < count and self._ends_value(quotes[closing])
            if closed and line_of[closing] > line_of[index]:
                pair = np.array([position]), np.array([quotes[closing]])
                closed = not bool(self._swallows(*pair)[0])
            if closed:
                opens.append(position)
                closes.append(quotes[closing])
                index = closing + 1
            else:
                broken.append(line_of[index])
                index = next_line[line_of[index]]
        return (
            np.array(opens, dtype=np.int64),
            np.array(closes, dtype=np.int64),
            broken,
            stray,
        )


def _positions(data: npt.NDArray[np.uint8], code: int) -> Positions:
    """Positions of one byte, found piece by piece so that no mask of the whole file is made."""
    pieces = [
        np.flatnonzero(data[offset : offset + CHUNK] == code) + offset
        for offset in range(0, len(data), CHUNK)
    ]
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)


def _within(positions: Positions, opens: Positions, closes: Positions) -> Flags:
    if not len(opens):
        return np.zeros(len(positions), dtype=np.bool_)
    index = np.searchsorted(opens, positions) - 1
    return (index >= 0) & (positions < closes[np.maximum(index, 0)])


def _marks(lines: list[int], first_lines: Positions, last_lines: Positions) -> Flags:
    """Which records hold one of `lines`."""
    if not lines:
        return np.zeros(len(first_lines), dtype=np.bool_)
    marked = np.unique(np.array(lines, dtype=np.int64))
    return np.searchsorted(marked, last_lines, side="right") > np.searchsorted(marked, first_lines)


def _blank(text: bytes, start: Positions, end: Positions, fields: Positions) -> Flags:
    blank = end - start <= fields - 1
    # Lines of one field are few where there are more columns; where there is one column,
    # only short ones can be blank.
    for record in np.flatnonzero((fields == 1) & ~blank & (end - start <= 80)):
        blank[record] = not text[start[record] : end[record]].strip()
    return blank
