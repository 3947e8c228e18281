"""True figures: adding up what a generator built in, by period and by breakdown.

Here belongs arithmetic that the generators share. Not here: what counts for a KPI, which each
generator decides for itself from `semantics.md` of the project. Nothing here comes from the
pipeline, which is held to these figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Literal

import polars as pl

from sources.town import Town

#: kpi_id, period_grain, period_start, dimension, dimension_value, value, numerator, denominator;
#: as counted, so also where a release hides a small group. Counts have neither numerator nor
#: denominator, means and medians only the number of records.
TruthRow = tuple[str, str, str, str, str, float, float | None, float | None]
Truth = list[TruthRow]

#: Grains that a truth is given for, with the truncation that polars knows.
GRAINS = {"month": "1mo", "quarter": "1q", "year": "1y"}
LENGTHS = {"month": "1mo", "quarter": "3mo", "year": "1y"}
MONTHLY = ("month", "quarter", "year")
QUARTERLY = ("quarter", "year")
YEARLY = ("year",)

#: The parts of a large sample cannot be added up to a median.
MEDIANS = {"public_space_feedback_lag"}


def share_truth(
    kpi_id: str,
    facts: pl.DataFrame,
    dimension: str | None = None,
    *,
    measure: str | None = None,
    grains: tuple[str, ...] = MONTHLY,
) -> Truth:
    """Shares per period, as a total (or as a measure beside it) and per value of `dimension`.

    Args:
        facts: day (Date), hit and all (numbers to be added up), and `dimension` if given; a
            record without a value of it is left out of that breakdown.
    """
    sums = _by_period(facts, dimension, measure, grains, [pl.col("hit").sum(), pl.col("all").sum()])
    return [
        (kpi_id, grain, start.isoformat(), name, value, 100 * hit / every, hit, every)
        for grain, name, value, start, hit, every in sums
        if every
    ]


def count_truth(
    kpi_id: str,
    facts: pl.DataFrame,
    dimension: str | None = None,
    *,
    measure: str | None = None,
    grains: tuple[str, ...] = MONTHLY,
    span: tuple[dt.date, dt.date] | None = None,
) -> Truth:
    """Numbers per period; the total is 0 where nothing happened between the days of `span`.

    Args:
        facts: day (Date), number (to be added up), and `dimension` if given.
        span: first and last record of the table, of whatever kind.
    """
    sums = _by_period(facts, dimension, measure, grains, [pl.col("number").sum()])
    rows: Truth = [
        (kpi_id, grain, start.isoformat(), name, value, number, None, None)
        for grain, name, value, start, number in sums
    ]
    if not span:
        return rows
    known = {(row[1], row[2]) for row in rows if row[3] == "total"}
    empty = [
        (kpi_id, grain, start.isoformat(), "total", "total", 0, None, None)
        for grain in grains
        for start in _starts(grain, *span)
        if (grain, start.isoformat()) not in known
    ]
    return rows + empty


def mean_truth(
    kpi_id: str,
    facts: pl.DataFrame,
    dimension: str | None = None,
    *,
    how: Literal["mean", "median"] = "mean",
    measure: str | None = None,
    grains: tuple[str, ...] = MONTHLY,
) -> Truth:
    """Means or medians per period.

    Args:
        facts: day (Date), number, and `dimension` if given.
    """
    number = pl.col("number").cast(pl.Float64)
    middle = number.mean() if how == "mean" else number.median()
    sums = _by_period(facts, dimension, measure, grains, [middle, pl.len().alias("records")])
    return [
        (kpi_id, grain, start.isoformat(), name, label, value, None, records)
        for grain, name, label, start, value, records in sums
    ]


def periods(town: Town, grain: str, first: dt.date) -> list[tuple[dt.date, dt.date]]:
    """First day of each period from that of `first`, and the day on which its stock is taken."""
    starts = pl.Series(_starts(grain, first, town.as_of))
    ends = starts.dt.offset_by(LENGTHS[grain]).dt.offset_by("-1d")
    return [(start, min(end, town.as_of)) for start, end in zip(starts, ends, strict=True)]


def merged(parts: Iterable[TruthRow]) -> Truth:
    """The figures of all parts of a large sample as one; medians are left out."""
    sums: dict[tuple[str, ...], list[float | None]] = {}
    for row in parts:
        *key, value, numerator, denominator = row
        is_mean = numerator is None and denominator is not None
        if is_mean and row[0] in MEDIANS:
            continue
        known = sums.setdefault(tuple(map(str, key)), [0.0, None, None])
        known[0] = (known[0] or 0) + value * (denominator or 0 if is_mean else 1)
        if numerator is not None:
            known[1] = (known[1] or 0) + numerator
        if denominator is not None:
            known[2] = (known[2] or 0) + denominator
    return [_row(key, *figures) for key, figures in sums.items()]


def _row(
    key: tuple[str, ...], value: float | None, numerator: float | None, denominator: float | None
) -> TruthRow:
    kpi_id, grain, start, dimension, label = key
    total = value or 0.0
    if denominator is not None:
        total = (100 * numerator if numerator is not None else total) / denominator
    return (kpi_id, grain, start, dimension, label, total, numerator, denominator)


def _by_period(
    facts: pl.DataFrame,
    dimension: str | None,
    measure: str | None,
    grains: tuple[str, ...],
    sums: list[pl.Expr],
) -> list[tuple[Any, ...]]:
    """grain, dimension, dimension value, first day of the period, and the sums of it."""
    cuts = [("measure", pl.lit(measure)) if measure else ("total", pl.lit("total"))]
    if dimension:
        cuts.append((dimension, pl.col(dimension)))
    rows: list[tuple[Any, ...]] = []
    for grain in grains:
        period = facts.with_columns(start=pl.col("day").dt.truncate(GRAINS[grain]))
        for name, label in cuts:
            found = (
                period.group_by(label.alias("label"), "start")
                .agg(*sums)
                .filter(pl.col("label").is_not_null())
                .sort("label", "start")
            )
            rows += [(grain, name, *row) for row in found.iter_rows()]
    return rows


def _starts(grain: str, first: dt.date, last: dt.date) -> list[dt.date]:
    """First days of the periods from that of `first` to that of `last`."""
    start, end = pl.Series([first, last]).dt.truncate(GRAINS[grain])
    return pl.date_range(start, end, LENGTHS[grain], eager=True).to_list()
