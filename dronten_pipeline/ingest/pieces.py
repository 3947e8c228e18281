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

from dronten_pipeline.ingest import csv_files, dialect, encodings, records
from dronten_pipeline.ingest.header import Wanted
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
    handle: int,
    size: int,
    wanted: Collection[str],
    limits: Limits,
    keep: Collection[str] | None = None,
) -> Iterator[records.Delivered]:
    """The records of a large CSV, a piece at a time; lines are numbered through the file.

    Args:
        keep: the columns to read, where they are not all that are wanted.

    Raises:
        Refused: as `readers.read`.
        TooLarge: a line is too long to be one.
    """
    encoding = _encoding(handle, size)
    start = len(dialect.BOM) if os.pread(handle, 3, 0) == dialect.BOM else 0
    reader = csv_files.Reader(Wanted.of(wanted), limits, keep)
    rest = b""
    while start < size:
        raw = os.pread(handle, PIECE_BYTES, start)
        is_last = start + len(raw) >= size
        if not raw:
            raise dialect.Refused("Het bestand werd korter terwijl het gelezen werd.")
        if not is_last:
            end = (raw.rfind(b"\n") + 1) or (raw.rfind(b"\r") + 1)
            if not end:
                limits.check_line(len(raw), reader.lines + 1)
                raise TooLarge("Het bestand heeft geen regeleinden. Lever het opnieuw.")
            raw = raw[:end]
        text = encoding.decoded(raw, is_last=is_last)
        delivered, rest = reader.take(text, rest + text.text, is_last=is_last)
        yield delivered
        start += len(raw)


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
            plain = dialect.Decoded(text, self.label)
        elif self.damaged:
            return dialect.damaged(raw, self.label)
        else:
            plain = dialect.Decoded(raw, self.label)
        if is_last and self.codec is None:
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
            is_ascii = block.isascii()
            if not is_ascii or decoder.getstate()[0]:  # a character may have begun before
                decoder.decode(block)
            if not is_ascii:
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
    mended = encodings.mended(encodings.decoded(found, guess.codec))
    return _Encoding(guess.label, codec=guess.codec, mended=mended, notes=(guess.note,))


def _blocks(handle: int, size: int) -> Iterator[bytes]:
    for start in range(0, size, PIECE_BYTES):
        yield os.pread(handle, PIECE_BYTES, start)
