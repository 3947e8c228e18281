"""Where the objects and lists of a JSON text stand, found without reading what is in them.

Here belongs: brackets, which lists there are, and places of records. Not here: which of them are
the records (`json_envelope.py`), or what a record says (`json_files.py`). Like `structure.py` for
CSV: numpy over the bytes, in blocks, no loop over records, and no more memory for a longer text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dronten_pipeline.ingest.dialect import Refused

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BLOCK = 4 << 20
QUOTE, BACKSLASH, SLASH, SPACE, COMMA = b'"\\/ ,'
_CANDIDATES = np.isin(np.arange(256, dtype=np.uint8), list(b"{}[]/"))
_OPENING = np.isin(np.arange(256, dtype=np.uint8), list(b"{["))
_BLANK = np.isin(np.arange(256, dtype=np.uint8), list(b" \t\r\n"))
#: A text or a comment; one that is never closed reaches the end, so that nothing is tried twice.
_TEXT_OR_COMMENT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|//[^\r\n]*|/\*(?:.*?\*/|.*)', re.DOTALL)
#: What is open is kept from block to block.
MOST_OPEN = 4_000_000
MOST_LISTS = 1_000
#: So many elements of a list tell what stands in it, and not more than so many bytes of them.
SAMPLED, MOST_SAMPLED = 200, 16 << 20


class Unbalanced(ValueError):
    """The brackets or quotes do not close: this is no JSON, or a part of one."""


class Commented(ValueError):
    """There are comments outside of texts."""


class Text(Protocol):
    """UTF-8, of which a slice is bytes: `bytes` itself, or `InFile`."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> bytes: ...


class InFile:
    """A text that stays in an open file, from one place to another; keeps `file` open."""

    def __init__(self, handle: int, start: int, end: int, file: object = None) -> None:
        self.handle, self.start, self.end, self.file = handle, start, end, file

    def until(self, end: int) -> InFile:
        return InFile(self.handle, self.start, self.start + end, self.file)

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, part: slice, /) -> bytes:
        start, stop, _ = part.indices(len(self))
        length = max(stop - start, 0)
        found = os.pread(self.handle, length, self.start + start)
        if len(found) < length:
            raise Refused("Het bestand werd korter terwijl het gelezen werd.")
        return found


@dataclass(frozen=True)
class Brackets:
    """Brackets that stand outside of texts, in their order.

    at: their places.
    opens: else it closes.
    is_list: else it is of an object.
    level: how many objects and lists hold the one that it opens or closes.
    """

    at: Positions
    opens: Flags
    is_list: Flags
    level: Positions


def brackets(text: Text, start: int = 0, end: int | None = None) -> Iterator[Brackets]:
    """The brackets of a text, some megabytes at a time.

    Raises:
        Unbalanced: brackets or quotes do not close.
        Commented: it must go through `without_comments` first.
    """
    end = len(text) if end is None else end
    in_text = is_escaped = False
    unclosed = np.zeros(0, dtype=np.uint8)
    while start < end:
        content = text[start : min(start + BLOCK, end)]
        if is_escaped and content[:1] in (b'"', b"\\"):
            content = b" " + content[1:]
        is_escaped = (len(content) - len(content.rstrip(b"\\"))) % 2 == 1
        block = np.frombuffer(content, dtype=np.uint8)
        quotes = _quotes(block)
        candidates = np.flatnonzero(_CANDIDATES[block])
        outside = (np.searchsorted(quotes, candidates) + in_text) % 2 == 0
        in_text ^= bool(len(quotes) % 2)
        at = candidates[outside]
        marks = block[at]
        if (marks == SLASH).any():
            raise Commented
        opens = _OPENING[marks]
        depth = len(unclosed) + np.cumsum(np.where(opens, 1, -1))
        if len(at) and depth.min() < 0:
            raise Unbalanced
        level = depth - opens
        unclosed = _still_open(unclosed, marks, level)
        yield Brackets(at + start, opens, marks <= ord("]"), level)
        start += len(content)
    if in_text or len(unclosed):
        raise Unbalanced


def _still_open(
    before: npt.NDArray[np.uint8], marks: npt.NDArray[np.uint8], level: Positions
) -> npt.NDArray[np.uint8]:
    """The opening brackets that none of `marks` closes, by level, after those that were open
    before.

    Raises:
        Unbalanced: a bracket closes another kind, or too many are open.
    """
    marks = np.concatenate((before, marks))
    level = np.concatenate((np.arange(len(before)), level))
    deepest = level.max(initial=0)
    if deepest >= MOST_OPEN:
        raise Unbalanced
    # Of one level, each opening bracket is followed by its own closing one.
    order = np.argsort(level.astype(np.int16 if deepest < 1 << 15 else np.int64), kind="stable")
    marks, level = marks[order], level[order]
    opens = _OPENING[marks]
    closing = np.flatnonzero(~opens)
    if (marks[closing] - marks[closing - 1] != 2).any():  # `{}` and `[]` lie two apart
        raise Unbalanced
    is_last = np.append(level[1:] != level[:-1], True)[: len(level)]
    return np.asarray(marks[opens & is_last])


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


@dataclass
class Elements:
    """The objects and lists that a list holds itself, not deeper; or those that nothing holds.

    start, end: the place behind the bracket that opens the list, and that of the closing one.
    level: how many others hold each of them.
    count: their number.
    has_lists: some are no object.
    starts, ends: places of the first ones.
    last_end: the place behind the last one.
    """

    start: int
    end: int
    level: int
    count: int = 0
    has_lists: bool = False
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    last_end: int = 0

    def add(self, some: Brackets, first: int, last: int) -> None:
        """Counts those that some brackets open and close."""
        part = slice(first, last)
        own = some.level[part] == self.level
        at, opens = some.at[part][own], some.opens[part][own]
        self.has_lists |= bool((some.is_list[part][own] & opens).any())
        starts, ends = at[opens], at[~opens] + 1
        self.count += len(starts)
        if len(ends):
            self.last_end = int(ends[-1])
        for known, more in ((self.starts, starts), (self.ends, ends)):
            known += more[: SAMPLED - len(known)].tolist()

    def first(self, text: Text) -> list[bytes]:
        """The first ones that are no more than some megabytes together."""
        found: list[bytes] = []
        size = 0
        for start, end in zip(self.starts, self.ends, strict=True):
            size += end - start
            if found and size > MOST_SAMPLED:
                break
            found.append(text[start:end])
        return found


@dataclass(frozen=True)
class Outline:
    """What a text holds.

    roots: the objects and lists that no other holds.
    lists: those that no other list holds, in their order; after `MOST_LISTS` only one more.
    """

    roots: Elements
    lists: list[Elements]


def outline(text: Text) -> Outline:
    """Raises:
    Unbalanced, Commented: as `brackets`.
    """
    roots, lists = Elements(0, len(text), 0), list[Elements]()
    inside: Elements | None = None
    many = 0
    for some in brackets(text):
        count = len(some.at)
        roots.add(some, 0, count)
        after = many + np.cumsum(np.where(some.is_list, np.where(some.opens, 1, -1), 0))
        many = int(after[-1]) if count else many
        # Of the brackets that open or close a list which no other holds.
        borders = np.flatnonzero(some.is_list & (after == (some.opens & some.is_list)))
        first = 0
        for border in borders.tolist() if len(lists) <= MOST_LISTS else ():
            place = int(some.at[border])
            if some.opens[border]:
                if len(lists) > MOST_LISTS:
                    break
                inside = Elements(place + 1, place + 1, int(some.level[border]) + 1)
                lists.append(inside)
                first = border + 1
            elif inside is not None:
                inside.add(some, first, border)
                inside.end, inside = place, None
        if inside is not None:
            inside.add(some, first, count)
    return Outline(roots, lists)


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

    def between(self) -> tuple[Positions, Flags]:
        """How many commas stand before each record and, as the last one, behind them all; and
        where there is anything but those and white space."""
        whole = np.frombuffer(self.text, dtype=np.uint8)
        steps = np.zeros(len(whole) + 1, dtype=np.int8)
        steps[0] += 1
        steps[self.end] += 1
        steps[self.start] -= 1
        outside = np.cumsum(steps[:-1], dtype=np.int8).astype(bool)
        at = np.flatnonzero(outside & ~_BLANK[whole])
        owner, is_comma = np.searchsorted(self.start, at), whole[at] == COMMA
        many = len(self.start) + 1
        commas = np.bincount(owner[is_comma], minlength=many)
        return commas, np.bincount(owner[~is_comma], minlength=many) > 0

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


def lines(text: bytes, before: int = 0) -> Pieces:
    """Every line that is not blank; so many lines stand before the first."""
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
    if not text.endswith(b"\n"):
        ends = np.append(ends, len(text))
    start = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    visible = ~_BLANK[np.frombuffer(text, dtype=np.uint8)]
    keep = np.flatnonzero(np.logical_or.reduceat(visible, start))
    return Pieces(text, start[keep], ends[keep], keep + 1 + before)
