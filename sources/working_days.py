"""Working days by the generators' own arithmetic, apart from the calendar of the pipeline.

Here belongs the answer to which days are working days, when a term ends and how long something
took. Not here: which terms a promise has (`sources/<source>/generate.py`).
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

YEARS = range(2015, 2036)


def easter(year: int) -> dt.date:
    """Easter Sunday, by the Gregorian computus (Meeus, Jones, Butcher)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3
            + 15) % 30  # fmt: skip
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def holidays(year: int) -> list[dt.date]:
    """The days of the Algemene termijnenwet."""
    sunday = easter(year)
    kings_day = dt.date(year, 4, 27)
    if kings_day.isoweekday() == 7:
        kings_day = dt.date(year, 4, 26)
    moving = [sunday + dt.timedelta(days=days) for days in (-2, 1, 39, 50)]
    fixed = [dt.date(year, month, day) for month, day in ((1, 1), (5, 5), (12, 25), (12, 26))]
    return sorted({*moving, *fixed, kings_day})


@cache
def calendar() -> np.busdaycalendar:
    return np.busdaycalendar(holidays=[day for year in YEARS for day in holidays(year)])


def days_of(moments: pl.Series) -> Days:
    """Days of local moments or dates; NaT where there is none."""
    return moments.cast(pl.Date).to_numpy().astype("datetime64[D]")


def term_end(start: Days, term: int | NDArray[np.int64]) -> Days:
    """The `term`-th working day strictly after `start`; NaT where there is no start."""
    known = ~np.isnat(start)
    filled = np.where(known, start, np.datetime64("2020-01-01"))
    ends = np.busday_offset(filled, term, roll="backward", busdaycal=calendar())
    return np.where(known, ends, np.datetime64("NaT", "D"))


def lag(start: Days, end: Days) -> NDArray[np.int64]:
    """Working days strictly after `start`, up to and including `end`; both known.

    0 where `end` lies before `start`.
    """
    later = np.maximum(end, start)
    return np.busday_count(start + 1, later + 1, busdaycal=calendar()).astype(np.int64)


def is_working(days: Days) -> NDArray[np.bool_]:
    return np.is_busday(days, busdaycal=calendar())
