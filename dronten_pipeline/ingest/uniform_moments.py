"""Moments of which a whole column is written in one way, read together.

Here belongs: wall times from texts of one layout of `moments.py`. Not here: other ways of writing
(`moments.py`), and whether a moment can be true (`values.py`). Nearly every system writes all its
moments alike; then digits are added up by place, for a sixth of what reading each costs.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import polars as pl

from dronten_pipeline.core import fixed_width
from dronten_pipeline.ingest.moments import LAYOUTS, NAIVE, Layout

Numbers = npt.NDArray[np.int32]

_PARTS = re.compile("%[a-zA-Z]|.")
_WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
_MOST = {"%H": 23, "%M": 59, "%S": 59}
MONTHS_BEFORE_EPOCH = 1970 * 12


def read(text: pl.Series) -> tuple[Layout, pl.Series] | None:
    """The layout of all texts, and their wall times (null for null); None where they have not one
    layout, or some are no moment from the year 1 on.

    In such texts stands nothing that a rule of `spelling.py` changes.
    """
    given = text.drop_nulls()
    rows = fixed_width.places(given)
    if rows is None:
        return None
    for layout in LAYOUTS:
        if layout.shortest == layout.longest == len(rows):
            parts = _parts(rows, layout.format)
            moments = None if parts is None else _moments(parts)
            if moments is not None:
                break
    else:
        return None
    if len(given) == len(text):
        return layout, pl.Series(text.name, moments).cast(NAIVE)
    filled = np.zeros(len(text), dtype="datetime64[us]")
    filled[:] = "NaT"
    filled[text.is_not_null().to_numpy()] = moments.astype("datetime64[us]")
    return layout, pl.Series(text.name, filled)


def _parts(rows: fixed_width.Bytes, layout: str) -> dict[str, Numbers] | None:
    """The numbers of a moment by their sign in the format; None where other signs stand there."""
    parts: dict[str, Numbers] = {}
    at = 0
    for part in _PARTS.findall(layout):
        width = _WIDTHS.get(part, 1)
        here = rows[at : at + width]
        at += width
        if part not in _WIDTHS:
            if not fixed_width.are(here[0], part):
                return None
            continue
        if not fixed_width.are_digits(here):
            return None
        number = np.zeros(rows.shape[1], dtype=np.int32)
        for digit in here:
            number = number * np.int32(10) + (digit - np.uint8(fixed_width.ZERO))
        parts[part] = number
    return parts


def _moments(parts: dict[str, Numbers]) -> npt.NDArray[np.int64] | None:
    """Microseconds since 1970; None where a day or time does not exist."""
    year, month, day = parts["%Y"], parts["%m"], parts["%d"]
    if year.min() < 1 or month.min() < 1 or month.max() > 12 or day.min() < 1:
        return None
    if any(parts[part].max() > most for part, most in _MOST.items() if part in parts):
        return None
    months = year * np.int32(12) + (month - np.int32(1))
    first, last = int(months.min()), int(months.max())
    calendar = np.arange(first, last + 2) - MONTHS_BEFORE_EPOCH
    starts = calendar.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    places = months - np.int32(first)
    if (day > np.diff(starts).astype(np.int32)[places]).any():
        return None
    seconds = (starts[places] + (day - np.int32(1))) * 86_400
    for part, many in (("%H", 3_600), ("%M", 60), ("%S", 1)):
        if part in parts:
            seconds += parts[part] * np.int32(many)
    return seconds * 1_000_000
