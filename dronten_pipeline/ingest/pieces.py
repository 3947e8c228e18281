"""A CSV that is too large to hold at once, as pieces of whole records with the same header.

Here belongs: where a piece may end, and what is known of the file as a whole before it is cut.
Not here: reading a piece (`readers.py`). Only CSV is cut; other formats must fit in memory.
"""

from __future__ import annotations

import codecs
import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from dronten_pipeline.ingest import csv_files, dialect, encodings, records, structure
from dronten_pipeline.limits import MEGABYTE, Limits, TooLarge

#: A file up to this size is read in one go.
PIECE_BYTES = 16 * MEGABYTE


def is_cut(handle: int, size: int) -> bool:
    """Whether a file is read in pieces: large, and text that is neither JSON nor UTF-16."""
    if size <= PIECE_BYTES:
        return False
    head = os.pread(handle, 4096, 0)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 4:
        return False
    if dialect.format_of(head) != "text":
        return False
    return dialect.text_format(head.removeprefix(dialect.BOM)) == "csv"


def read(
    handle: int, size: int, wanted: Collection[str], limits: Limits
) -> Iterator[records.Delivered]:
    """The records of a large CSV, a piece at a time; lines are numbered through the file.

    Raises:
        Refused: as `readers.read`.
        TooLarge: a line is too long to be one.
    """
    encoding = _encoding(handle, size)
    start = len(dialect.BOM) if os.pread(handle, 3, 0) == dialect.BOM else 0
    prefix, lines_before, prefix_lines = b"", 0, 0
    separator: str | None = None
    while start < size:
        raw = os.pread(handle, PIECE_BYTES, start)
        is_last = start + len(raw) >= size
        if not raw:
            raise dialect.Refused("Het bestand werd korter terwijl het gelezen werd.")
        if not is_last:
            end = raw.rfind(b"\n") + 1
            if not end:
                limits.check_line(len(raw), lines_before + 1)
                raise TooLarge("Het bestand heeft geen regeleinden. Lever het opnieuw.")
            raw = raw[:end]
        text = encoding.decoded(raw, is_last=is_last)
        if separator is None:
            separator = dialect.separator_of(text.text, wanted)
        if not is_last and b'"' in raw:
            lines = _whole_lines(prefix + text.text, separator, limits) - prefix_lines
            if lines < raw.count(b"\n"):
                raw = raw[: _end_of_line(raw, lines)]
                text = encoding.decoded(raw, is_last=False)
        piece = csv_files.read(replace(text, text=prefix + text.text), wanted, limits)
        moved = lines_before - prefix_lines
        yield replace(
            piece,
            frame=piece.frame.with_columns(pl.col(records.LINE) + moved),
            rejects=piece.rejects.with_columns(pl.col(records.LINE) + moved),
        )
        start += len(raw)
        lines_before += raw.count(b"\n")
        if not prefix:
            # With the hint of Excel, so that every piece has the separator of the first.
            header = _header(text.text, separator)
            prefix = b"sep=" + separator.encode() + b"\n" + header + b"\n"
            prefix_lines = prefix.count(b"\n")


@dataclass(frozen=True)
class _Encoding:
    """How the whole file is encoded, as `dialect.decode` decides.

    codec: reads its bytes; None where they are UTF-8.
    damaged: it has bytes that are no UTF-8.
    mended: words that were encoded twice, and what they were.
    """

    label: str
    codec: str | None = None
    damaged: bool = False
    mended: dict[bytes, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def decoded(self, raw: bytes, *, is_last: bool) -> dialect.Decoded:
        if self.codec is not None:
            try:
                text = raw.decode(self.codec).encode()
            except UnicodeDecodeError as error:
                raise dialect.Refused(
                    f"De tekens in dit bestand zijn niet alle {self.label}. Sla het bestand op als "
                    "UTF-8 en lever het opnieuw."
                ) from error
            return dialect.Decoded(text, self.label, notes=self.notes)
        if self.damaged:
            return dialect.damaged(raw, self.label)
        plain = dialect.Decoded(raw, self.label)
        if is_last:
            plain = dialect.utf8(raw, self.label) or dialect.damaged(raw, self.label)
        mended, count = encodings.mend(plain.text, self.mended)
        cleaned = {encodings.DOUBLY_ENCODED: count} if count else {}
        return replace(plain, text=mended, cleaned=cleaned, notes=(*plain.notes, *self.notes))


def _encoding(handle: int, size: int) -> _Encoding:
    """Raises:
    Refused: its bytes make words in no encoding.
    """
    label = "utf-8-sig" if os.pread(handle, 3, 0) == dialect.BOM else "utf-8"
    decoder = codecs.getincrementaldecoder("utf-8")()
    found: Counter[bytes] = Counter()
    lost = 0
    try:
        for block in _blocks(handle, size):
            decoder.decode(block)
            if not block.isascii():
                lost += block.count(dialect.LOST)
                if encodings.TWICE.search(block):
                    encodings.words(block, found)
    except UnicodeDecodeError:
        return _old_encoding(handle, size, label)
    notes = tuple(dialect.lost_notes(lost))
    return _Encoding(label, mended=encodings.mended(found), notes=notes)


def _old_encoding(handle: int, size: int, label: str) -> _Encoding:
    lenient = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    found: Counter[bytes] = Counter()
    stray = whole = lines = first = 0
    for block in _blocks(handle, size):
        more_stray, more_whole = dialect.stray_and_whole(lenient.decode(block))
        stray, whole = stray + more_stray, whole + more_whole
        place = encodings.BEYOND_ASCII.search(block)
        if place and not first:
            first = lines + block.count(b"\n", 0, place.start()) + 1
        lines += block.count(b"\n")
        if len(found) < encodings.MOST_WORDS:
            encodings.words(block, found)
    if whole > stray:
        return _Encoding(label, damaged=True)
    guess = dialect.legacy(found, first)
    return _Encoding(guess.label, codec=guess.codec, notes=(guess.note,))


def _blocks(handle: int, size: int) -> Iterator[bytes]:
    for start in range(0, size, PIECE_BYTES):
        yield os.pread(handle, PIECE_BYTES, start)


def _whole_lines(text: bytes, separator: str, limits: Limits) -> int:
    """How many lines at the start of `text` hold whole records: a value in quotes that began
    shortly before its end may go on after it."""
    layout = structure.scan(text, separator)
    tail = len(text) - limits.line_megabytes * MEGABYTE
    open_ended = np.flatnonzero(layout.broken & (layout.start >= max(tail, 1)))
    if not len(open_ended) or open_ended[0] <= 1:
        return text.count(b"\n")
    return int(layout.line[open_ended[0]]) - 1


def _end_of_line(raw: bytes, lines: int) -> int:
    ends = np.flatnonzero(np.frombuffer(raw, dtype=np.uint8) == structure.NEWLINE)
    return int(ends[lines - 1]) + 1


def _header(text: bytes, separator: str) -> bytes:
    hint = dialect.SEPARATOR_HINT.match(text)
    text = text[hint.end() if hint else 0 :]
    layout = structure.scan(text, separator)
    first = int(np.flatnonzero(~layout.blank)[0])
    return text[layout.start[first] : layout.end[first]]
