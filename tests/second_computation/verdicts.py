"""The status of each KPI, computed a second time from the figures that are published.

Written from the page that says what the figures mean, by other means than the models: plain Python
over the rows of fct_kpi_value and the list of targets. Nothing of `dronten_pipeline` or
`dbt_project` is used but that list. Not here: the figures themselves (`kpis.py`).
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

from scipy.stats import t as student

TARGETS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "kpi_target.csv"
MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAY = dt.timedelta(days=1)

#: Taken on one day: the latest one is judged.
STOCKS = {
    "callbacks_open_late", "mijndronten_users", "b1_training_coverage", "one_desk_interviews",
}  # fmt: skip
#: Counted from 1 January on, with a target for the year.
CUMULATIVE = {"unlawful_files", "service_award_nominations"}
COUNTS = CUMULATIVE | {
    "mijndronten_users", "service_norm_reports", "unclear_text_reports", "softbot_cases",
}  # fmt: skip
MEANS = {"service_rating", "triage_satisfaction"}
#: A share of a sample: an interval of Wilson.
SAMPLED_SHARES = {"website_text_clarity", "website_satisfaction", "procurement_lawfulness"}
#: One record is enough: stocks, counts, coverages of staff, and a grade that others measured.
ANY_NUMBER = STOCKS | COUNTS | {"onboarding_training_coverage", "business_climate_rating"}
ENOUGH = 30
#: Judged by more than their target, or with an interval that the figures do not hold.
BY_OTHER_MEANS = {"external_hiring_share", "b1_share", "permit_pages_b1"}
#: A median: the year is no sum of its months.
NO_SUM = {"public_space_feedback_lag"}

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is judged: from when to when, the figure and its interval."""

    start: dt.date
    until: dt.date
    value: float | None
    size: float | None
    low: float | None = None
    high: float | None = None


def end_of(grain: str, start: dt.date) -> dt.date:
    month = start.month - 1 + MONTHS[grain]
    return dt.date(start.year + month // 12, month % 12 + 1, 1) - DAY


def targets_of(kpi_id: str) -> list[tuple[dt.date, dt.date, str, float]]:
    """First and last day, comparison and value of each target, in the order of their days."""
    with TARGETS.open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["kpi_id"] == kpi_id and row["kind"] == "target"
        ]
    begun = sorted(
        (
            dt.date.fromisoformat(f"{row['period']}-01-01"[:10]),
            row["comparator"],
            float(row["value"]),
        )
        for row in rows
    )
    found = []
    for number, (start, comparator, value) in enumerate(begun):
        until = begun[number + 1][0] - DAY if number + 1 < len(begun) else dt.date.max
        if kpi_id in CUMULATIVE:
            until = min(until, dt.date(start.year, 12, 31))
        found.append((start, until, comparator, value))
    return found


def judged(kpi_id: str, grain: str, rows: Iterable[Row], as_of: dt.date) -> Judged | None:
    """The figure that is judged, from the totals of one KPI; None without any."""
    totals = [row for row in rows if row["dimension"] == "total"]
    finest = sorted(
        (row for row in totals if row["period_grain"] == grain), key=lambda row: row["period_start"]
    )
    if grain == "year":
        return _of_a_year(kpi_id, finest, as_of)
    over = [row for row in finest if end_of(grain, row["period_start"]) <= as_of]
    if not over:
        return None
    last = over[-1]["period_start"]
    until = end_of(grain, last)
    if kpi_id in STOCKS:
        return _one(over[-1], last, until)
    parts = [row for row in over if row["period_start"].year == last.year]
    visible = _tiles(parts, [row for row in totals if row["period_grain"] != grain], until)
    start = dt.date(last.year, 1, 1)
    if visible is None or kpi_id in NO_SUM:
        return Judged(start=start, until=until, value=None, size=None)
    return _together(kpi_id, visible, start, until)


def whole_year(kpi_id: str, rows: Iterable[Row], as_of: dt.date) -> Judged | None:
    """The last calendar year that is over."""
    year = (as_of + DAY).year - 1
    for row in rows:
        if (
            row["dimension"] == "total"
            and row["period_grain"] == "year"
            and row["period_start"].year == year
        ):
            return _one(row, row["period_start"], dt.date(year, 12, 31))
    return None


def status(kpi_id: str, what: Judged | None) -> str:
    """The word for the verdict."""
    if what is None or what.value is None:
        return "no_data"
    targets = targets_of(kpi_id)
    now = next((one for one in targets if one[0] <= what.until <= one[1]), None)
    if now is None:
        return "not_yet" if any(one[0] > what.until for one in targets) else "no_target"
    _, _, comparator, target = now
    if kpi_id not in ANY_NUMBER and (what.size or 0) < ENOUGH:
        return "too_few"
    met = {
        ">": what.value > target,
        ">=": what.value >= target,
        "<": what.value < target,
        "<=": what.value <= target,
        "=": what.value == target,
    }[comparator]
    if kpi_id in CUMULATIVE and what.until < dt.date(what.start.year, 12, 31):
        settled = met if comparator.startswith(">") else not met
        if not settled:
            return "running"
    if what.low is not None and what.high is not None and what.low < target < what.high:
        return "uncertain"
    return "on_target" if met else "off_target"


def _of_a_year(kpi_id: str, years: Sequence[Row], as_of: dt.date) -> Judged | None:
    if kpi_id in CUMULATIVE:
        year = as_of.year if as_of >= dt.date(as_of.year, 3, 31) else as_of.year - 1
        chosen = [row for row in years if row["period_start"].year == year]
    else:
        chosen = [row for row in years if row["value"] is not None]
    if not chosen:
        return None
    start = chosen[-1]["period_start"]
    return _one(chosen[-1], start, min(as_of, dt.date(start.year, 12, 31)))


def _one(row: Row, start: dt.date, until: dt.date) -> Judged:
    return Judged(
        start=start,
        until=until,
        value=row["value"],
        size=row["sample_size"],
        low=row["ci_low"],
        high=row["ci_high"],
    )


def _tiles(parts: Sequence[Row], coarser: Sequence[Row], until: dt.date) -> list[Row] | None:
    """Visible rows that make up the year so far, or None where a hidden part stays hidden."""
    found: list[Row] = []
    hidden = [row for row in parts if row["is_suppressed"]]
    if not hidden:
        return list(parts)
    for row in coarser:
        if row["is_suppressed"] or end_of(row["period_grain"], row["period_start"]) > until:
            continue
        inside = [
            part
            for part in parts
            if row["period_start"]
            <= part["period_start"]
            <= end_of(row["period_grain"], row["period_start"])
        ]
        whole = row["period_grain"] == "year"
        if inside and (whole or any(part in hidden for part in inside)):
            if whole:
                return [row]
            found.append(row)
            parts = [part for part in parts if part not in inside]
            hidden = [part for part in hidden if part not in inside]
    return None if hidden else found + list(parts)


def _together(kpi_id: str, rows: Sequence[Row], start: dt.date, until: dt.date) -> Judged:
    if len(rows) == 1:
        return _one(rows[0], start, until)
    counted = [row for row in rows if row["value"] is not None]
    size = sum(row["sample_size"] for row in counted)
    if kpi_id in COUNTS:
        return Judged(
            start=start, until=until, value=math.fsum(r["value"] for r in rows), size=size
        )
    if kpi_id in MEANS:
        return _mean(counted, start, until)
    below = math.fsum(row["denominator"] for row in counted)
    if not below:
        return Judged(start=start, until=until, value=None, size=size)
    above = math.fsum(row["numerator"] for row in counted)
    low = high = None
    if kpi_id in SAMPLED_SHARES:
        low, high = wilson(above, below)
    return Judged(
        start=start, until=until, value=100 * above / below, size=size, low=low, high=high
    )


def wilson(met: float, counted: float) -> tuple[float, float]:
    """The 95 % score interval of a share, in percent."""
    z = NormalDist().inv_cdf(0.975)
    share = met / counted
    centre = (share + z * z / (2 * counted)) / (1 + z * z / counted)
    half = (
        z
        * math.sqrt(share * (1 - share) / counted + z * z / (4 * counted * counted))
        / (1 + z * z / counted)
    )
    return 100 * (centre - half), 100 * (centre + half)


def _mean(rows: Sequence[Row], start: dt.date, until: dt.date) -> Judged:
    """Several means as one, with the t interval that all their records together have."""
    size = int(sum(row["sample_size"] for row in rows))
    total = math.fsum(row["value"] * row["sample_size"] for row in rows)
    mean = total / size
    # Within each period around its own mean, and the means around the common one.
    spread = 0.0
    for row in rows:
        n = row["sample_size"]
        if n > 1:
            half = (row["ci_high"] - row["ci_low"]) / 2
            spread += (half / student.ppf(0.975, n - 1)) ** 2 * n * (n - 1)
        spread += n * (row["value"] - mean) ** 2
    half = (
        student.ppf(0.975, size - 1) * math.sqrt(spread / (size - 1) / size) if size > 1 else None
    )
    return Judged(
        start=start,
        until=until,
        value=mean,
        size=size,
        low=None if half is None else mean - half,
        high=None if half is None else mean + half,
    )
