"""Whether a series moves, told by the limits of a control chart.

Here belongs the method on one series: the centre and the spread of a p-chart and of an XmR chart,
what is found at a point, and when the limits are computed anew. Not here: which figures make a
series (`int_kpi_series`) and which side is the good one (`kpi_signal`). Why it is done so:
docs/decisions/0019-control-limits.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

#: Periods that a baseline needs before anything is said.
MINIMUM = 12
#: So many points in a row on one side of the centre are a shift.
RUN = 8
#: Records a period from which chance is not all that moves a share.
MANY = 1000
#: The mean moving range of noise times this is three sigma.
THREE_SIGMA = 2.66

Numbers = NDArray[np.float64]
Found = Literal["point", "shift"]


class Point(NamedTuple):
    """The figure of a period, in the columns of `int_kpi_series`.

    A share of records is `numerator` out of `denominator`, times 100; any other figure has none.
    `one` is what a single record more changes, where that is known (0 elsewhere). A figure that
    is not final is not judged, and no limit comes from it.
    """

    value: float
    numerator: float | None = None
    denominator: float | None = None
    one: float = 0.0
    is_final: bool = True


class Lines(NamedTuple):
    """What a chart draws at a point, and how far one sigma is; all in the unit of the values."""

    centre: float
    sigma: float

    def sigmas(self, value: float) -> float:
        """How many sigma the value lies above the centre; endless where the baseline has none.

        Rounded, so that a value on a line is on it, however its last binary digit fell.
        """
        beside = value - self.centre
        if np.isclose(value, self.centre, rtol=1e-12, atol=1e-9):
            return 0.0
        return round(beside / self.sigma, 9) if self.sigma else float(np.copysign(np.inf, beside))


@dataclass(frozen=True)
class Judged:
    """A point beside its lines; `baseline` is the first and last point that these come from."""

    lines: Lines
    found: Found | None
    is_above: bool
    baseline: tuple[int, int]


def charted(series: pl.DataFrame) -> pl.DataFrame:
    """The lines beside each point that has them, and what is found there.

    Args:
        series: `int_kpi_series`: kpi_id, period_start, is_share and the fields of `Point`.

    Returns:
        kpi_id, period_start, centre and sigma (in the unit of the value), found ("point", "shift"
        or null), is_above, baseline_from and baseline_until (first days of periods).
    """
    import polars as pl

    schema = {
        "kpi_id": pl.String,
        "period_start": pl.Date,
        "centre": pl.Float64,
        "sigma": pl.Float64,
        "found": pl.String,
        "is_above": pl.Boolean,
        "baseline_from": pl.Date,
        "baseline_until": pl.Date,
    }
    rows = []
    for one in series.sort("kpi_id", "period_start").partition_by("kpi_id", maintain_order=True):
        kpi_id, days = one["kpi_id"][0], one["period_start"]
        points = [Point(*fields) for fields in one.select(Point._fields).iter_rows()]
        for day, beside in zip(days, judged(points, shares=one["is_share"][0]), strict=True):
            if beside is not None:
                first, last = beside.baseline
                found = (*beside.lines, beside.found, beside.is_above, days[first], days[last])
                rows.append((kpi_id, day, *found))
    return pl.DataFrame(rows, schema=schema, orient="row")


def judged(points: Sequence[Point], *, shares: bool) -> Iterator[Judged | None]:
    """Each point beside the lines of the points before it; None while these are too few.

    The lines come from all points since the last shift, without the point itself. After a shift
    they stay as they were before it, until enough points have come since it began.
    """
    lines_of = p_chart if shares else xmr
    start, anew = 0, None
    sigmas: list[float] = []
    final = [number for number, point in enumerate(points) if point.is_final]
    for number, point in enumerate(points):
        before = final[: np.searchsorted(final, number)]
        if anew is not None and len(before) - anew >= MINIMUM:
            start, anew, sigmas = anew, None, []
        baseline = before[start:anew]
        if len(baseline) < MINIMUM:
            yield None
            continue
        lines = lines_of([points[one] for one in baseline], point)
        found: Found | None = None
        if point.is_final:
            sigmas.append(lines.sigmas(point.value))
            length = shift_length(sigmas)
            if length:
                found = "shift"
                anew = len(before) + 1 - length if anew is None else anew
            elif abs(sigmas[-1]) > 3:
                found = "point"
        yield Judged(lines, found, point.value > lines.centre, (baseline[0], baseline[-1]))


def xmr(baseline: Sequence[Point], point: Point) -> Lines:
    """The chart of individual values: the mean, and 2.66 mean moving ranges for three sigma.

    One record is always within three sigma, as in `p_chart`.
    """
    values = np.array([before.value for before in baseline])
    sigma = THREE_SIGMA / 3 * mean_moving_range(values)
    return Lines(float(values.mean()), max(sigma, point.one / 3))


def p_chart(baseline: Sequence[Point], point: Point) -> Lines:
    """The chart of shares: the pooled share, and the spread that chance gives to so many records.

    One record is always within three sigma. Of many records chance gives so little spread that
    each month would be a signal: where the baseline moves more than that, the spread is as much
    wider (Laney's p').
    """
    numerators = np.array([before.numerator for before in baseline], dtype=np.float64)
    denominators = np.array([before.denominator for before in baseline], dtype=np.float64)
    share = float(numerators.sum() / denominators.sum())

    def chance(records: Numbers) -> Numbers:
        return np.maximum(np.sqrt(share * (1 - share) / records), 1 / (3 * records))

    z = (numerators / denominators - share) / chance(denominators)
    sigma = float(chance(np.array(point.denominator, dtype=np.float64)))
    wider = beyond_chance(z) if denominators.mean() >= MANY else 1.0
    return Lines(100 * share, 100 * sigma * wider)


def beyond_chance(z: Numbers) -> float:
    """How many times wider than chance standardised shares move; 1 where chance can explain it.

    That is Laney's sigma of z. Of noise alone it is 1 with a standard error of 0.91 / sqrt(the
    number of moving ranges), and it counts from two standard errors above 1.
    """
    times = THREE_SIGMA / 3 * mean_moving_range(z)
    return times if times > 1 + 2 * 0.91 / np.sqrt(len(z) - 1) else 1.0


def mean_moving_range(values: Numbers) -> float:
    """The mean distance between neighbours."""
    return float(np.abs(np.diff(values)).mean())


def shift_length(sigmas: Sequence[float]) -> int:
    """How many of the last points make a shift: eight in a row on one side of the centre, or two
    of three beyond two sigma on one side, the last among them; 0 where they make none."""
    side = np.sign(sigmas[-1])
    beside = [side * sigma for sigma in sigmas[-RUN:]]
    if len(beside) == RUN and min(beside) > 0:
        return RUN
    beyond = [sigma > 2 for sigma in beside[-3:]]
    if beyond[-1] and sum(beyond) >= 2:
        return len(beyond) - beyond.index(True)
    return 0
