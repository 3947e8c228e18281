"""PostgreSQL's own hash of a value, in its SQL and computed here, so that both can be compared.

Here belong its functions `hash...extended(value, seed)` of version 14 and newer, per type, and how
they make one number of a row. Not here: which columns, or what is compared (`mart_tables.py`).

A checksum that both sides know already (MD5 of a text of the row, or reading all rows back) takes
the server as long as the load itself; its own hashes take an eighth. They also decide in which
partition a row lives, so they do not change between versions. They are Bob Jenkins' lookup3 (public
domain, burtleburtle.net/bob/c/lookup3.c) with PostgreSQL's start values and seeds
(src/common/hashfn.c) and its rules per type (src/backend/access/hash/hashfunc.c).

The hash of a row is the exclusive or of those of its values, each with the place of its column for
a seed; that of a table is their sum. So a value in another column or in another row gives another
sum, and so does 0 for an empty value; `hash_record_extended` knows neither and takes longer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, LiteralString

import numpy as np
import pyarrow as pa
from psycopg import sql

Words = np.ndarray[Any, np.dtype[np.uint32]]
Hashes = np.ndarray[Any, np.dtype[np.uint64]]

_START = 0x9E3779B9 + 3923095
_BLOCK = 12
#: When half of so many texts were there before, each different one is hashed once.
_SAMPLE = 1024
#: Masks of the first bytes of a little-endian word: none, one, ... all.
_FIRST_BYTES: Words = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF], np.uint32)
#: The rules per type, as functions; what is not listed goes by way of a row with one column.
_FUNCTIONS: dict[str, LiteralString] = {
    "text": "hashtextextended({}, {})",
    "integer": "hashint4extended({}, {})",
    "bigint": "hashint8extended({}, {})",
    "double precision": "hashfloat8extended({}, {})",
    "boolean": "hashint4extended({}::integer, {})",
    "date": "hashint4extended({} - date '2000-01-01', {})",
}
_NAN = np.float64("nan").view(np.uint64)


def in_sql(value: sql.Composable, kind: str, seed: int) -> sql.Composed:
    """The hash of a value in PostgreSQL, 0 for an empty one.

    Args:
        kind: the type of the value in PostgreSQL.
    """
    call = _FUNCTIONS.get(kind)
    hashed = sql.SQL(call or "hash_record_extended(ROW({}), {})").format(value, sql.Literal(seed))
    return sql.SQL("coalesce({}, 0)").format(hashed) if call else hashed


def row_hashes(columns: Iterable[pa.Array]) -> Hashes:
    """One hash per row over its columns; the seed of each is its place, from 1.

    Texts, blobs, booleans, whole numbers, doubles, dates, times and timestamps are known; all kinds
    of NaN hash alike, and so do 0 and -0.

    Raises:
        TypeError: a column of another type.
    """
    total: Hashes | None = None
    for seed, column in enumerate(columns, start=1):
        hashes = _hashes_of(column, seed)
        if column.null_count:
            hashes = np.where(np.asarray(column.is_null()), np.uint64(0), hashes)
        total = hashes if total is None else total ^ hashes
    assert total is not None
    return total


def _hashes_of(column: pa.Array, seed: int) -> Hashes:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        sample = column.slice(0, _SAMPLE)
        if 2 * len(sample.dictionary_encode().dictionary) > len(sample):
            return _of_bytes(column, seed)
        known = column.dictionary_encode(null_encoding="encode")
        return _of_bytes(known.dictionary, seed).take(np.asarray(known.indices))
    if pa.types.is_floating(kind):
        return _of_doubles(np.asarray(column.cast(pa.float64()).fill_null(0.0)), seed)
    if pa.types.is_boolean(kind):
        return _of_words(np.asarray(column.cast(pa.int32()).fill_null(0)).view(np.uint32), seed)
    if pa.types.is_date32(kind):
        # PostgreSQL counts from 2000.
        days = np.asarray(column.cast(pa.int32()).fill_null(0)) - np.int32(10_957)
        return _of_words(days.view(np.uint32), seed)
    if pa.types.is_timestamp(kind):
        since = np.asarray(column.cast(pa.int64()).fill_null(0)) - np.int64(946_684_800_000_000)
        return _of_longs(since, seed)
    if pa.types.is_int64(kind) or pa.types.is_uint32(kind) or pa.types.is_time64(kind):
        return _of_longs(np.asarray(column.cast(pa.int64()).fill_null(0)), seed)
    if pa.types.is_integer(kind) and kind.bit_width <= 32:
        return _of_words(np.asarray(column.cast(pa.int32()).fill_null(0)).view(np.uint32), seed)
    raise TypeError(f"no hash is known for {kind}")


def _started(lengths: Words, seed: int) -> tuple[Words, Words, Words]:
    """The state of the function before the first byte of values of these lengths."""
    start = np.uint32(_START & 0xFFFFFFFF) + lengths
    return _mix(start, start + np.uint32(seed), start)


def _of_longs(values: np.ndarray[Any, np.dtype[np.int64]], seed: int) -> Hashes:
    """So that a number hashes alike as smallint, integer and bigint."""
    bits = values.view(np.uint64)
    low, high = bits.astype(np.uint32), (bits >> np.uint64(32)).astype(np.uint32)
    return _of_words(low ^ np.where(values >= 0, high, ~high), seed)


def _of_doubles(values: np.ndarray[Any, np.dtype[np.float64]], seed: int) -> Hashes:
    bits = np.where(np.isnan(values), _NAN, values.view(np.uint64))
    a, b, c = _started(np.array([8], np.uint32), seed)
    hashes = _final(a + bits.astype(np.uint32), b + (bits >> np.uint64(32)).astype(np.uint32), c)
    return np.where(values == 0.0, np.uint64(seed), hashes)


def _of_words(values: Words, seed: int) -> Hashes:
    a, b, c = _started(np.array([4], np.uint32), seed)
    return _final(a + values, b, c)


def _of_bytes(values: pa.Array, seed: int) -> Hashes:
    """Strings of any length, a block of all of them at a time."""
    _, offset_bytes, data_bytes = values.buffers()
    offsets = np.frombuffer(offset_bytes, np.int32)[values.offset :][: len(values) + 1]
    data = np.frombuffer(data_bytes or b"", np.uint8)[offsets[0] : offsets[-1]]
    # The word that begins at every byte; zeros behind, so that one begins at the last too.
    data = np.concatenate([data, np.zeros(_BLOCK + 3, np.uint8)])
    words = np.ndarray((len(data) - 3,), np.dtype("<u4"), data, strides=(1,)).copy()

    at = (offsets[:-1] - offsets[0]).astype(np.int64)
    left = np.diff(offsets)
    a, b, c = _started(left.view(np.uint32), seed)
    while (longer := np.flatnonzero(left >= _BLOCK)).size:
        all_are = longer.size == left.size
        these = slice(None) if all_are else longer
        here = at[these]
        a[these], b[these], c[these] = _mix(
            a[these] + words.take(here),
            b[these] + words.take(here + 4),
            c[these] + words.take(here + 8),
        )
        at[these] += _BLOCK
        left[these] -= _BLOCK
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
