"""PostgreSQL's own hash of a row, computed here, so that both sides can be compared.

Here belongs the function `hash_record_extended(row, 0)` of PostgreSQL 14 and newer, over columns.
Not here: which columns, or what is compared (`mart_tables.py`).

A checksum that both sides know already (MD5 of a text of the row, or reading all rows back) takes
the server as long as the load itself; its own hash takes a seventh. These functions also decide in
which partition a row lives, so they do not change between versions. They are Bob Jenkins' lookup3
(public domain, burtleburtle.net/bob/c/lookup3.c) with PostgreSQL's start values
(src/common/hashfn.c) and its rules per type (src/backend/access/hash/hashfunc.c).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

Words = np.ndarray[Any, np.dtype[np.uint32]]
Hashes = np.ndarray[Any, np.dtype[np.uint64]]

_START = 0x9E3779B9 + 3923095
_BLOCK = 12
#: Masks of the first bytes of a little-endian word: none, one, ... all.
_FIRST_BYTES: Words = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF], np.uint32)
_NAN = np.float64("nan").view(np.uint64)


def row_hashes(columns: Iterable[pa.Array]) -> Hashes:
    """One hash per row over its columns, in their order.

    Texts, blobs, booleans, whole numbers, doubles, dates, times and timestamps are known; 0 and
    -0 hash alike, as do all kinds of NaN.

    Raises:
        TypeError: a column of another type.
    """
    total: Hashes | None = None
    for column in columns:
        hashes = _hashes_of(column)
        if column.null_count:
            hashes = np.where(np.asarray(column.is_null()), np.uint64(0), hashes)
        total = hashes if total is None else (total << np.uint64(5)) - total + hashes
    assert total is not None
    return total


def _hashes_of(column: pa.Array) -> Hashes:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return _of_bytes(column.cast(pa.binary()))
    if pa.types.is_floating(kind):
        return _of_doubles(np.asarray(column.cast(pa.float64()).fill_null(0.0)))
    if pa.types.is_boolean(kind):
        return _of_words(np.asarray(column.cast(pa.int32()).fill_null(0)).view(np.uint32))
    if pa.types.is_date32(kind):
        # PostgreSQL counts from 2000.
        days = np.asarray(column.cast(pa.int32()).fill_null(0)) - np.int32(10_957)
        return _of_words(days.view(np.uint32))
    if pa.types.is_timestamp(kind):
        since = np.asarray(column.cast(pa.int64()).fill_null(0)) - np.int64(946_684_800_000_000)
        return _of_longs(since)
    if pa.types.is_int64(kind) or pa.types.is_uint32(kind) or pa.types.is_time64(kind):
        return _of_longs(np.asarray(column.cast(pa.int64()).fill_null(0)))
    if pa.types.is_integer(kind) and kind.bit_width <= 32:
        return _of_words(np.asarray(column.cast(pa.int32()).fill_null(0)).view(np.uint32))
    raise TypeError(f"no hash is known for {kind}")


def _of_longs(values: np.ndarray[Any, np.dtype[np.int64]]) -> Hashes:
    """So that a number hashes alike as smallint, integer and bigint."""
    bits = values.view(np.uint64)
    low, high = bits.astype(np.uint32), (bits >> np.uint64(32)).astype(np.uint32)
    return _of_words(low ^ np.where(values >= 0, high, ~high))


def _of_doubles(values: np.ndarray[Any, np.dtype[np.float64]]) -> Hashes:
    bits = np.where(np.isnan(values), _NAN, values.view(np.uint64))
    start = np.full(len(values), (_START + 8) & 0xFFFFFFFF, np.uint32)
    a = start + bits.astype(np.uint32)
    b = start + (bits >> np.uint64(32)).astype(np.uint32)
    return np.where(values == 0.0, np.uint64(0), _final(a, b, start))


def _of_words(values: Words) -> Hashes:
    start = np.full(len(values), (_START + 4) & 0xFFFFFFFF, np.uint32)
    return _final(start + values, start, start)


def _of_bytes(values: pa.Array) -> Hashes:
    """Strings of any length, a block of all of them at a time."""
    _, offset_bytes, data_bytes = values.buffers()
    offsets = np.frombuffer(offset_bytes, np.int32)[values.offset :][: len(values) + 1]
    data = np.frombuffer(data_bytes or b"", np.uint8)[offsets[0] : offsets[-1]]
    # The word that begins at every byte; zeros behind, so that one begins at the last too.
    data = np.concatenate([data, np.zeros(_BLOCK + 3, np.uint8)])
    words = np.ndarray((len(data) - 3,), np.dtype("<u4"), data, strides=(1,)).copy()

    at = (offsets[:-1] - offsets[0]).astype(np.int64)
    left = np.diff(offsets)
    a = (_START + left.astype(np.int64)).astype(np.uint32)
    b, c = a.copy(), a.copy()
    while (longer := np.flatnonzero(left >= _BLOCK)).size:
        here = at.take(longer)
        a[longer], b[longer], c[longer] = _mix(
            a.take(longer) + words.take(here),
            b.take(longer) + words.take(here + 4),
            c.take(longer) + words.take(here + 8),
        )
        at[longer] += _BLOCK
        left[longer] -= _BLOCK
    a += words.take(at) & _FIRST_BYTES.take(left, mode="clip")
    b += words.take(at + 4) & _FIRST_BYTES.take(left - 4, mode="clip")
    # The lowest byte of the last word is kept for the length.
    c += (words.take(at + 8) & _FIRST_BYTES.take(left - 8, mode="clip")) << np.uint32(8)
    return _final(a, b, c)


def _rotated(words: Words, bits: int) -> Words:
    return (words << np.uint32(bits)) | (words >> np.uint32(32 - bits))


def _mix(a: Words, b: Words, c: Words) -> tuple[Words, Words, Words]:
    for bits in (4, 6, 8, 16, 19, 4):
        a = (a - c) ^ _rotated(c, bits)
        c = c + b
        a, b, c = b, c, a
    return a, b, c


def _final(a: Words, b: Words, c: Words) -> Hashes:
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = (c ^ b) - _rotated(b, bits)
        a, b, c = b, c, a
    a, b, c = c, a, b  # seven turns of three are one too many
    return (b.astype(np.uint64) << np.uint64(32)) | c


def total_of(hashes: Hashes) -> int:
    """The sum of hashes as PostgreSQL adds them: as signed numbers, without overflow."""
    signed = hashes.view(np.int64)
    high, low = signed >> np.int64(32), hashes & np.uint64(0xFFFFFFFF)
    return (int(high.sum()) << 32) + int(low.sum())
