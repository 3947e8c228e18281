"""A text file that is too large to hold at once, read in pieces of whole records.

Here belongs: which files are cut, and what is known of one as a whole before it is. Not here:
reading a piece (`csv_files.py`), where a piece of JSON may end (`json_records.py`). Workbooks and
texts in two bytes a character must fit in memory.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from dronten_pipeline.core.limits import MEGABYTE, Limits, TooLarge
from dronten_pipeline.ingest import csv_files, dialect, encodings, json_files, parts, records
from dronten_pipeline.ingest.ahead import Behind
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.json_structure import InFile

#: A file up to this size is read in one go.
PIECE_BYTES = 16 * MEGABYTE
#: What stands between values, in every encoding.
BETWEEN = (b"\n", b'"', b",", b" ")
#: What is still near the processor when it was read.
CACHED_BYTES = MEGABYTE // 4


class Reader(Protocol):
    """A file that can be read again and again.

    sha256: of the bytes from which records of all columns were made, once they are; None where
        the bytes are not read in their order.
    """

    sha256: str | None

    def read(self, keep: Collection[str] | None = None) -> Iterator[records.Delivered]:
        """Its records, a piece at a time; they are numbered through the file.

        Args:
            keep: the columns to read, where they are not all that are wanted.

        Raises:
            Refused: as `readers.read`.
            TooLarge: a line is too long to be one.
        """


def cut_as(handle: int, size: int) -> Literal["csv", "json"] | None:
    """As what a file is read in pieces: when it is large, and text that is not UTF-16."""
    if size <= PIECE_BYTES:
        return None
    head = os.pread(handle, 4096, 0)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 4:
        return None
    if dialect.format_of(head) != "text":
        return None
    form = dialect.text_format(head.removeprefix(dialect.BOM))
    return "csv" if form == "csv" else "json"


def check_size(path: Path, limits: Limits) -> None:
    """Refuses a delivery that is larger than one of its kind may be.

    Raises:
        TooLarge: with the size and the limit.
        OSError: it cannot be looked at.
    """
    size, is_cut = parts.state(path).size, False
    if size > PIECE_BYTES and path.is_file():
        with path.open("rb") as file:
            is_cut = cut_as(file.fileno(), size) is not None
    limits.check_size(size, in_pieces=is_cut)


def reader(handle: int, size: int, wanted: Wanted, limits: Limits) -> Reader:
    """Raises:
    Refused: as `readers.read`.
    """
    if cut_as(handle, size) == "json":
        return _json(handle, size, wanted)
    return _Csv(handle, size, wanted, limits)


class _Csv:
    def __init__(self, handle: int, size: int, wanted: Wanted, limits: Limits) -> None:
        self.handle, self.size, self.wanted, self.limits = handle, size, wanted, limits
        self.encoding = _encoding(handle, size)
        self.sha256: str | None = None

    def read(self, keep: Collection[str] | None = None) -> Iterator[records.Delivered]:
        start = _begin(self.handle)
        reader = csv_files.Reader(self.wanted, self.limits, keep)
        rest = b""
        digest, behind = hashlib.sha256(os.pread(self.handle, start, 0)), Behind()
        while start < self.size:
            raw = os.pread(self.handle, PIECE_BYTES, start)
            is_last = start + len(raw) >= self.size
            if not raw:
                raise dialect.Refused("Het bestand werd korter terwijl het gelezen werd.")
            if not is_last:
                end = (raw.rfind(b"\n") + 1) or (raw.rfind(b"\r") + 1)
                if not end:
                    self.limits.check_line(len(raw), reader.lines + 1)
                    raise TooLarge("Het bestand heeft geen regeleinden. Lever het opnieuw.")
                raw = raw[:end]
            if keep is None:
                behind.do(partial(digest.update, raw))
            text = self.encoding.decoded(raw, is_last=is_last)
            delivered, rest = reader.take(text, rest + text.text, is_last=is_last)
            yield delivered
            start += len(raw)
        behind.wait()
        if keep is None:
            self.sha256 = digest.hexdigest()


def _json(handle: int, size: int, wanted: Wanted) -> json_files.Reader:
    """Of a file that is no plain UTF-8, through a file without a name that is."""
    encoding = _encoding(handle, size)
    start = _begin(handle)
    if encoding.is_plain:
        about = dialect.Decoded(b"", encoding.label, notes=encoding.notes)
        return json_files.Reader(InFile(handle, start, size), about, wanted)
    whole = tempfile.TemporaryFile()  # noqa: SIM115 - read as long as its text is
    about = dialect.Decoded(b"", encoding.label)
    cleaned: Counter[str] = Counter()
    while start < size:
        raw = os.pread(handle, min(PIECE_BYTES, size - start), start)
        is_last = start + len(raw) >= size
        if not is_last:
            raw = raw[: max(raw.rfind(one) for one in BETWEEN) + 1] or raw
        decoded = encoding.decoded(raw, is_last=is_last)
        whole.write(decoded.text)
        cleaned.update(decoded.cleaned)
        notes = tuple(dict.fromkeys((*about.notes, *decoded.notes)))
        about = replace(about, damaged=about.damaged or decoded.damaged, notes=notes)
        start += len(raw)
    whole.flush()
    text = InFile(whole.fileno(), 0, whole.tell(), whole)
    return json_files.Reader(text, replace(about, cleaned=cleaned), wanted)


def _begin(handle: int) -> int:
    return len(dialect.BOM) if os.pread(handle, 3, 0) == dialect.BOM else 0


@dataclass(frozen=True)
class _Encoding:
    """How the whole file is encoded, as `dialect.decode` decides.

    codec: reads its bytes; None where they are UTF-8.
    damaged: it has bytes that are no UTF-8.
    cut_off: it ends within a character of UTF-8.
    mended: words that were encoded twice, and what they were.
    """

    label: str
    codec: str | None = None
    damaged: bool = False
    cut_off: bool = False
    mended: dict[bytes, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it is UTF-8 as it stands."""
        return self.codec is None and not (self.damaged or self.cut_off or self.mended)

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
    if label == "utf-8" and all(block.isascii() for block in _blocks(handle, size, CACHED_BYTES)):
        return _Encoding(label)
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
    cut_off = bool(decoder.getstate()[0])
    return _Encoding(label, cut_off=cut_off, mended=encodings.mended(found), notes=notes)


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


def _blocks(handle: int, size: int, block: int = PIECE_BYTES) -> Iterator[bytes]:
    for start in range(0, size, block):
        yield os.pread(handle, block, start)
