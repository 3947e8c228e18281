"""Where the objects and lists of a JSON text stand, found without reading what is in them.

Here belongs: brackets, and which pieces of the text are records. Not here: what a record says
(`json_files.py`). Like `structure.py` for CSV: numpy over the bytes, in blocks, no loop over
records, and little memory beside the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]

BLOCK = 4 << 20
QUOTE, BACKSLASH, SLASH, SPACE, COMMA = b'"\\/ ,'
_CANDIDATES = np.isin(np.arange(256, dtype=np.uint8), list(b"{}[]/"))
_OPENING = np.isin(np.arange(256, dtype=np.uint8), list(b"{["))
_BLANK = np.isin(np.arange(256, dtype=np.uint8), list(b" \t\r\n"))
_BACKSLASHES = re.compile(rb"\\*")
#: A text or a comment; one that is never closed reaches the end, so that nothing is tried twice.
_TEXT_OR_COMMENT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|//[^\r\n]*|/\*(?:.*?\*/|.*)', re.DOTALL)


class Unbalanced(ValueError):
    """The brackets or quotes do not close: this is no JSON, or a part of one."""


class Commented(ValueError):
    """There are comments outside of texts."""


@dataclass(frozen=True)
class Containers:
    """Objects and lists, in the order in which they open.

    start, end: place of the opening bracket, and just behind the closing one.
    level: how many others hold it.
    is_list: else it is an object.
    """

    start: Positions
    end: Positions
    level: Positions
    is_list: npt.NDArray[np.bool_]

    def outermost_lists(self) -> Positions:
        """Indices of the lists that no other list holds."""
        lists = np.flatnonzero(self.is_list)
        ends = np.maximum.accumulate(self.end[lists])
        is_outer = np.ones(len(lists), dtype=bool)
        is_outer[1:] = ends[:-1] <= self.start[lists][1:]
        return np.asarray(lists[is_outer])

    def within(self, index: int) -> Positions:
        """Indices of what a container holds itself, not deeper."""
        after = int(np.searchsorted(self.start, self.end[index]))
        held = np.arange(index + 1, after)
        return np.asarray(held[self.level[held] == self.level[index] + 1])

    def roots(self) -> Positions:
        return np.flatnonzero(self.level == 0)


def scan(text: bytes) -> Containers:
    """Finds the containers of a text.

    Raises:
        Unbalanced: brackets or quotes do not close.
        Commented: it must go through `without_comments` first.
    """
    whole = np.frombuffer(text, dtype=np.uint8)
    found = [np.zeros(0, dtype=np.int64)]
    in_text, start = False, 0
    while start < len(text):
        # A block never ends within a run of backslashes.
        end = min(start + BLOCK, len(text))
        end = _BACKSLASHES.match(text, end).end() + 1  # type: ignore[union-attr]
        block = whole[start:end]
        quotes = _quotes(block)
        candidates = np.flatnonzero(_CANDIDATES[block])
        outside = (np.searchsorted(quotes, candidates) + in_text) % 2 == 0
        found.append(candidates[outside] + start)
        in_text ^= bool(len(quotes) % 2)
        start = end
    at = np.concatenate(found)
    marks = whole[at]
    if (marks == SLASH).any():
        raise Commented
    if in_text:
        raise Unbalanced
    return _paired(at, marks)


def _quotes(block: npt.NDArray[np.uint8]) -> Positions:
    """Places of the quotes that begin or end a text."""
    quotes = np.flatnonzero(block == QUOTE)
    slashes = np.flatnonzero(block == BACKSLASH)
    if not len(slashes):
        return quotes
    # The first backslash of the run that each belongs to; an odd run escapes what follows it.
    first = np.where(np.concatenate(([True], np.diff(slashes) != 1)), slashes, 0)
    first = np.maximum.accumulate(first)
    before = np.searchsorted(slashes, quotes) - 1
    behind = (before >= 0) & (slashes[before] == quotes - 1)
    escaped = behind & ((quotes - first[before]) % 2 == 1)
    return np.asarray(quotes[~escaped])


def _paired(at: Positions, marks: npt.NDArray[np.uint8]) -> Containers:
    opens = _OPENING[marks]
    depth = np.cumsum(np.where(opens, 1, -1))
    if len(at) and (depth.min() < 0 or depth[-1] != 0):
        raise Unbalanced
    level = depth - opens
    # Of one level, each opening bracket is followed by its own closing one.
    order = np.argsort(level, kind="stable")
    first, last = order[::2], order[1::2]
    if (marks[last] - marks[first] != 2).any():  # `{}` and `[]` lie two apart
        raise Unbalanced
    by_start = np.argsort(at[first])
    first, last = first[by_start], last[by_start]
    return Containers(at[first], at[last] + 1, level[first], marks[first] == ord("["))


def without_comments(text: bytes) -> bytes:
    """The text with a space for every comment; what looks like one within a text stays."""
    return _TEXT_OR_COMMENT.sub(lambda one: one[0] if one[0][:1] == b'"' else b" ", text)


@dataclass(frozen=True)
class Pieces:
    """Records by their places in a text, ascending; `line` is how each is numbered."""

    text: bytes
    start: Positions
    end: Positions
    line: Positions

    def between(self) -> tuple[Positions, bool]:
        """How many commas stand between each record and the next, and whether there is anything
        but those and white space."""
        length = self.start[1:] - self.end[:-1]
        if not length.sum():
            return np.zeros(len(length), dtype=np.int64), False
        owner = np.repeat(np.arange(len(length)), length)
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
        found = np.frombuffer(self.text, dtype=np.uint8)[self.end[:-1][owner] + offset]
        is_comma = found == COMMA
        commas = np.bincount(owner[is_comma], minlength=len(length))
        return commas, bool((~is_comma & ~_BLANK[found]).any())

    def blocks(self) -> Iterator[tuple[npt.NDArray[np.uint8], Positions, Positions]]:
        """Some records at a time: bytes in which they follow each other with nothing but spaces
        between them, where each begins (and the last ends), and their lines."""
        whole = np.frombuffer(self.text, dtype=np.uint8)
        first = 0
        while first < len(self.start):
            until = self.start[first] + BLOCK
            last = max(first + 1, int(np.searchsorted(self.end, until, side="right")))
            start, end = self.start[first:last], self.end[first:last]
            offsets = np.append(start, end[-1]) - start[0]
            data = whole[start[0] : end[-1]].copy()
            steps = np.zeros(len(data) + 1, dtype=np.int8)
            steps[end[:-1] - start[0]] += 1
            steps[start[1:] - start[0]] -= 1
            data[np.cumsum(steps[:-1], dtype=np.int8).astype(bool)] = SPACE
            yield data, offsets, self.line[first:last]
            first = last

    def one(self, index: int) -> bytes:
        return self.text[self.start[index] : self.end[index]]


def lines(text: bytes) -> Pieces:
    """Every line that is not blank."""
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
    if not text.endswith(b"\n"):
        ends = np.append(ends, len(text))
    start = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    visible = ~_BLANK[np.frombuffer(text, dtype=np.uint8)]
    keep = np.flatnonzero(np.logical_or.reduceat(visible, start))
    return Pieces(text, start[keep], ends[keep], keep + 1)
