"""The lines of a text, whatever system ended them, without the marks that stand between them.

Here belongs: line ends, the end mark of DOS, and marks of an encoding within a text. Not here:
which records the lines make (`structure.py`).
"""

from __future__ import annotations

import re

from dronten_pipeline.ingest import cleaning

MARK = b"\xef\xbb\xbf"
END_MARK, INNER_MARK = "end_mark", "inner_mark"

cleaning.KINDS[END_MARK] = cleaning.Kind(
    "keer stond er een eindteken van DOS (Ctrl-Z); dat is weggelaten", "U8;08-01-2026;ja<1A>"
)
cleaning.KINDS[INNER_MARK] = cleaning.Kind(
    "keer stond het teken van het begin van een bestand er middenin; dat is weggelaten",
    "<EF BB BF>factuur_id;bedrag_eur",
)

_END_MARKS = re.compile(rb"(?:^|(?<=[\r\n]))\x1a[\x1a\0]*|\x1a[\x1a\0]*\s*\Z")
_LONE_RETURN = re.compile(rb"\r(?!\n)")


def without_marks(text: bytes) -> tuple[bytes, cleaning.Counts]:
    """The text without marks, and how many there were. A return that stands twice at the end of
    most lines stands there once."""
    counts: dict[str, int] = {}
    if b"\x1a" in text:
        text, counts[END_MARK] = _END_MARKS.subn(b"", text)
    # A search for more than one byte costs ten times one for a byte, and most texts have neither.
    if MARK[:1] in text and MARK in text:
        text, counts[INNER_MARK] = re.subn(rb"(?:^|(?<=[\r\n]))\xef\xbb\xbf", b"", text)
    if b"\r" in text and text.count(b"\r\r\n") * 2 > text.count(b"\n"):
        text = re.sub(rb"\r{2,}\n", b"\r\n", text)
    return text, {kind: count for kind, count in counts.items() if count}


def has_lone_returns(text: bytes) -> bool:
    """Whether a return stands in it that belongs to no CRLF."""
    return b"\r" in text and text.count(b"\r") > text.count(b"\r\n")


def split_at_returns(text: bytes) -> bytes:
    """The text, of the same length, in which every return by itself ends a line."""
    return _LONE_RETURN.sub(b"\n", text)
