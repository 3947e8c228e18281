"""Whether the days of a column stand in the order in which they are read: day, month, year.

Here belongs: what the values of one column show together of their order. Not here: what a single
date means (`moments.py`), or whether it can be true (`values.py`).

`03-04-2026` alone says nothing of its order. A column in which some day can only be read with the
month in front, and none with the day in front, was written that way: its other days would be read
as days of another month. So it is with years of two digits in front (`26-03-14`).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from dronten_pipeline.ingest.dialect import Refused

_YEAR = r"-(?:\d{4}|\d{2})(?:\D|$)"
_TO_12, _FROM_13 = r"(?:0?[1-9]|1[0-2])", r"(?:1[3-9]|2\d|3[01])"
MONTH_FIRST = rf"^{_TO_12}-{_FROM_13}{_YEAR}"
DAY_FIRST = rf"^{_FROM_13}-\d{{1,2}}{_YEAR}"
EITHER = rf"^(?<first>{_TO_12})-(?<second>{_TO_12}){_YEAR}"
SHORT = r"^(?<first>\d{2})-(?:0\d|1[0-2])-(?<last>\d{2})(?:\D|$)"

#: Years of two digits in front lie so many before the as-of date, and at most one after it.
YEARS_BEFORE = 5
#: Fewer different values say nothing of an order.
FEWEST = 3


def check_months(name: str, texts: pl.Series) -> None:
    """Raises:
    Refused: the days of column `name` show a month in front, and may be read otherwise.
    """
    either = texts.str.extract_groups(EITHER).struct.unnest()
    first, second = (either.get_column(part).cast(pl.Int8) for part in ("first", "second"))
    if not (first != second).any() or texts.str.contains(DAY_FIRST).any():
        return
    if many := int(texts.str.contains(MONTH_FIRST).sum()):
        shown = "staat de maand" if many == 1 else f"staat {many} keer de maand"
        raise Refused(
            f"In kolom {name} {shown} voorop (zoals 03-31-2026) en nergens de dag, zodat de andere "
            "datums ook andersom bedoeld kunnen zijn. Schrijf ze als 31-03-2026 of 2026-03-31 en "
            "lever het bestand opnieuw."
        )


def check_years(name: str, texts: pl.Series, as_of: dt.date | None) -> None:
    """Raises:
    Refused: the years of two digits of column `name` seem to stand in front.
    """
    parts = texts.str.extract_groups(SHORT).struct.unnest().cast(pl.Int16).drop_nulls().unique()
    years, days = parts.get_column("first"), parts.get_column("last")
    if as_of is None or days.n_unique() < FEWEST or days.n_unique() <= years.n_unique():
        return
    now = as_of.year % 100
    if years.is_between(now - YEARS_BEFORE, now + 1).all() and days.is_between(1, 31).all():
        raise Refused(
            f"In kolom {name} lijkt het jaar voorop te staan met twee cijfers (zoals 26-03-31), "
            "zodat niet vaststaat welke dag bedoeld is. Schrijf het jaar met vier cijfers, als "
            "31-03-2026 of 2026-03-31, en lever het bestand opnieuw."
        )
