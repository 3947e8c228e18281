"""Texts of one length, as an array with a row per place: most keys and moments are so.

Here belongs: making that array, and which signs stand in it. Not here: what they mean. One look at
a place of all texts costs a tenth of a pattern over each; an answer is the same either way.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

Bytes = npt.NDArray[np.uint8]

ZERO, LETTER = ord("0"), ord("a")
#: So many texts are turned over at once: what stays within the cache of a processor.
AT_ONCE = 2_048


def places(text: pl.Series) -> Bytes | None:
    """The bytes of texts without nulls, a row per place and a column per text; None where not all
    are as long as the first, or there are none."""
    if not len(text):
        return None
    array = text.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, content = array.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[array.offset :][: len(array) + 1]
    width = int(starts[1] - starts[0])
    if not width or (np.diff(starts) != width).any():
        return None
    rows = np.frombuffer(content, dtype=np.uint8)[starts[0] : starts[-1]].reshape(-1, width)
    found = np.empty((width, len(rows)), dtype=np.uint8)
    for first in range(0, len(rows), AT_ONCE):
        found[:, first : first + AT_ONCE] = rows[first : first + AT_ONCE].T
    return found


def are_digits(rows: Iterable[Bytes]) -> bool:
    return all(bool(((row - ZERO) <= 9).all()) for row in rows)


def are_letters(rows: Iterable[Bytes]) -> bool:
    """Whether they are letters of ASCII, large or small."""
    return all(bool((((row | 0x20) - LETTER) <= 25).all()) for row in rows)


def are(row: Bytes, sign: str) -> bool:
    return bool((row == ord(sign)).all())
