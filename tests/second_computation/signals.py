"""The signal of each headline figure, computed a second time from the figures that are published.

Written from the page that says what the figures mean and from decision 0019, by other means than
the pipeline: plain Python, one level of the series at a time. Nothing of `dronten_pipeline` or
`dbt_project` is used. Not here: the figures themselves (`kpis.py`) and the status (`verdicts.py`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

ENOUGH = 12
MONTHS = {"month": 1, "quarter": 3, "year": 12}
#: A distance to the centre, in sigma, that is no more than the last digits of a computer's numbers.
DUST = 1e-8

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One row of kpi_signal; without limits all but the word, the start and the method are None."""

    start: dt.date
    signal: str
    method: str
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    baseline: tuple[dt.date, dt.date] | None = None


def signals(rows: Iterable[Row], *, grain: str, unit: str, direction: str) -> list[Signal]:
    """The signals of one KPI, from its rows of fct_kpi_value; `direction` is that of dim_kpi."""
    points = sorted(
        (
            row
            for row in rows
            if row["dimension"] == "total"
            and row["period_grain"] == grain
            and row["value"] is not None
            and _is_over(grain, row["period_start"], row["as_of"])
        ),
        key=lambda row: row["period_start"],
    )
    of_records = unit == "percent" and all(_is_share(row) for row in points)
    method = "p_chart" if of_records else "xmr"
    values = [row["value"] for row in points]
    floor = None if any(value < 0 for value in values) else 0.0
    ceiling = 100.0 if unit == "percent" and not any(value > 100 for value in values) else None

    found = []
    level: list[Row] = []  # the final points of the level that is measured now
    after: list[Row] = []  # those since a shift away from it began
    distances: list[float] = []  # of the final points judged by this level, in sigma
    for row in points:
        if len(after) >= ENOUGH:
            level, after, distances = after, [], []
        if len(level) < ENOUGH:
            found.append(Signal(start=row["period_start"], signal="unknown", method=method))
            if not row["is_provisional"]:
                level.append(row)
            continue
        centre, sigma = _shares(level, row) if of_records else _individuals(level, unit)
        low, high = centre - 3 * sigma, centre + 3 * sigma
        baseline = (level[0]["period_start"], level[-1]["period_start"])
        word = "unknown"
        if not row["is_provisional"]:
            distances.append(_distance(row["value"], centre, sigma))
            began = _shift(distances)
            word = _word(distances[-1], is_shift=began > 0, direction=direction)
            if after:
                after.append(row)
            elif began:
                # those of the shift that were taken for the old level
                after = [*level[len(level) - began + 1 :], row] if began > 1 else [row]
                level = level[: len(level) - began + 1]
            else:
                level.append(row)
        found.append(
            Signal(
                start=row["period_start"],
                signal=word,
                method=method,
                centre=centre,
                lower=low if floor is None else max(low, floor),
                upper=high if ceiling is None else min(high, ceiling),
                baseline=baseline,
            )
        )
    return found


def _is_over(grain: str, start: dt.date, as_of: dt.date) -> bool:
    month = start.month - 1 + MONTHS[grain]
    return dt.date(start.year + month // 12, month % 12 + 1, 1) <= as_of + dt.timedelta(days=1)


def _is_share(row: Row) -> bool:
    """A share of records that are counted one by one."""
    above, below = row["numerator"], row["denominator"]
    return below is not None and below == row["sample_size"] and 0 <= above <= below


def _shares(level: Sequence[Row], row: Row) -> tuple[float, float]:
    """Centre and sigma of a p-chart at a period, in percent; with many records that of Laney."""
    met = math.fsum(one["numerator"] for one in level)
    share = met / math.fsum(one["denominator"] for one in level)

    def spread(records: float) -> float:
        return max(math.sqrt(share * (1 - share) / records), 1 / (3 * records))

    sigma = spread(row["denominator"])
    if fmean(one["denominator"] for one in level) >= 1000:
        z = [(one["value"] / 100 - share) / spread(one["denominator"]) for one in level]
        ratio = 2.66 / 3 * _moving_range(z)
        if ratio > 1 + 1.82 / math.sqrt(len(z) - 1):
            sigma *= ratio
    return 100 * share, 100 * sigma


def _individuals(level: Sequence[Row], unit: str) -> tuple[float, float]:
    """Centre and sigma of an XmR chart; of a count one case is never beyond the limits."""
    values = [one["value"] for one in level]
    sigma = 2.66 * _moving_range(values) / 3
    return fmean(values), max(sigma, 1 / 3) if unit == "count" else sigma


def _moving_range(values: Sequence[float]) -> float:
    return fmean(abs(later - earlier) for earlier, later in pairwise(values))


def _distance(value: float, centre: float, sigma: float) -> float:
    if math.isclose(value, centre, rel_tol=1e-12, abs_tol=1e-9):
        return 0.0
    return (value - centre) / sigma if sigma else math.copysign(math.inf, value - centre)


def _shift(distances: Sequence[float]) -> int:
    """How many of the last points have shifted; 0 where none have."""
    for side in (1, -1):
        last = [side * one for one in distances]
        if len(last) >= 8 and all(one > 0 for one in last[-8:]):
            return 8
        three = [one > 2 + DUST for one in last[-3:]]
        if three[-1] and three.count(True) >= 2:
            return len(three) - three.index(True)
    return 0


def _word(distance: float, *, is_shift: bool, direction: str) -> str:
    if not is_shift and abs(distance) <= 3 + DUST:
        return "none"
    word = "better" if (distance > 0) == (direction == "higher") else "worse"
    return f"shift_{word}" if is_shift else word
