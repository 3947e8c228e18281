"""Control charts: worked out by hand, as published, on noise, and where something did change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from dronten_pipeline.statistics.control_chart import (
    MINIMUM,
    Judged,
    Point,
    charted,
    judged,
    p_chart,
    xmr,
)

#: Twelve months of 10 and 12 in turn: mean 11, each move 2.
IN_TURN = [Point(10.0 + 2 * (month % 2)) for month in range(MINIMUM)]


def shares(numerators: Sequence[float], denominators: Sequence[float]) -> list[Point]:
    return [
        Point(100 * yes / records, yes, records)
        for yes, records in zip(numerators, denominators, strict=True)
    ]


def last(points: Sequence[Point], *, of_shares: bool) -> Judged:
    found = list(judged(points, shares=of_shares))[-1]
    assert found is not None
    return found


def words(points: Sequence[Point], *, of_shares: bool = False) -> str:
    """A letter per point: ? without lines, . noise, p a point beyond the limits, s a shift."""
    return "".join(
        "?" if one is None else {None: ".", "point": "p", "shift": "s"}[one.found]
        for one in judged(points, shares=of_shares)
    )


# --- by hand


def test_a_p_chart_by_hand() -> None:
    """960 of 1,200 are 80 %; sigma is sqrt(0.8 x 0.2 / 100), 4 points, and 2 for 400 records."""
    before = shares([78, 82] * 6, [100] * 12)
    for yes, records, sigma, found in [
        (69, 100, 4, None),
        (67, 100, 4, "point"),
        (93, 100, 4, "point"),
        (4 * 69, 400, 2, "point"),
    ]:
        one = last([*before, *shares([yes], [records])], of_shares=True)
        assert one.lines.centre == pytest.approx(80)
        assert one.lines.sigma == pytest.approx(sigma)
        assert (one.found, one.is_above) == (found, yes / records > 0.8)
        assert one.baseline == (0, 11)


def test_an_xmr_chart_by_hand() -> None:
    """Mean 11, mean moving range 2: the limits are 11 +- 2.66 x 2 = 5.68 and 16.32."""
    for value, found in [(5.67, "point"), (5.69, None), (16.31, None), (16.33, "point")]:
        one = last([*IN_TURN, Point(value)], of_shares=False)
        assert one.lines.centre == pytest.approx(11)
        assert 3 * one.lines.sigma == pytest.approx(5.32)
        assert one.found == found


def test_nothing_is_said_below_twelve_periods() -> None:
    assert words([Point(1.0)] * 11 + [Point(99.0)]) == "?" * 12


def test_eight_in_a_row_are_a_shift_and_the_limits_are_computed_anew() -> None:
    """12.5 is 0.85 sigma above 11. After the shift the old limits stay, until it has twelve."""
    points = [*IN_TURN, *[Point(12.5)] * 12, Point(12.5), Point(14.0)]
    found = list(judged(points, shares=False))
    assert words(points[:24]) == "?" * 12 + "." * 7 + "s" * 5
    lines = [one.baseline for one in found if one]
    assert lines[7] == (0, 18), "until the shift is found the baseline grows"
    assert lines[8:12] == [(0, 11)] * 4, "then what has shifted is taken out of it"
    assert lines[12:] == [(12, 23), (12, 24)]
    new = found[24]
    assert new is not None and new.found is None
    assert new.lines.centre == pytest.approx(12.5)


def test_two_of_three_beyond_two_sigma_are_a_shift() -> None:
    """Sigma is 1.77, so 14.8 is beyond two; for the next point two sigma end at 14.96, for the one
    after 14.8 and 11 at 15.17."""
    assert words([*IN_TURN, Point(14.8), Point(14.9)]) == "?" * 12 + ".."
    assert words([*IN_TURN, Point(14.8), Point(15.0)]) == "?" * 12 + ".s"
    assert words([*IN_TURN, Point(14.8), Point(11.0), Point(15.1)]) == "?" * 12 + "..."
    assert words([*IN_TURN, Point(14.8), Point(11.0), Point(15.2)]) == "?" * 12 + "..s"
    assert words([*IN_TURN, Point(14.8), Point(7.0)]) == "?" * 12 + ".."
    one = list(judged([*IN_TURN, Point(14.8), Point(15.0), Point(11.0)], shares=False))[-1]
    assert one is not None and one.baseline == (0, 11), "the shift began at the first of the two"


def test_a_point_on_a_line_is_not_beyond_it() -> None:
    level = [Point(2 / 3)] * 30
    assert words(level) == "?" * 12 + "." * 18, "on the centre is on no side of it"
    two_of_three = shares([2, 20, 200] * 10, [3, 30, 300] * 10)
    assert words(two_of_three, of_shares=True) == "?" * 12 + "." * 18
    none_of_thirty = shares([0] * 12, [30] * 12)
    assert words([*none_of_thirty, *shares([1], [30])], of_shares=True)[-1] == "."
    assert words([*none_of_thirty, *shares([2], [30])], of_shares=True)[-1] == "p"
    assert words([*[Point(0.0, one=1.0)] * 12, Point(1.0, one=1.0)])[-1] == "."
    assert words([*[Point(0.0, one=1.0)] * 12, Point(2.0, one=1.0)])[-1] == "p"


def test_what_is_not_final_is_not_judged_and_makes_no_limits() -> None:
    points = [*IN_TURN, Point(99.0, is_final=False), Point(11.0), Point(99.0)]
    found = list(judged(points, shares=False))
    assert words(points) == "?" * 12 + "..p"
    assert [one.lines.centre for one in found if one] == pytest.approx([11, 11, 11])


# --- as published


def test_the_p_chart_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2 (the data of orange juice cans in
    Montgomery, Introduction to Statistical Quality Control): mean 0.2313, 0.0524 to 0.4102; the
    fifteenth and the twenty-third lie beyond."""
    cans = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22]
    cans += [8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
    points = shares(cans, [50] * 30)
    lines = p_chart(points, points[0])
    assert lines.centre == pytest.approx(23.13, abs=0.005)
    assert lines.centre - 3 * lines.sigma == pytest.approx(5.24, abs=0.006)
    assert lines.centre + 3 * lines.sigma == pytest.approx(41.02, abs=0.006)
    beyond = [n for n, one in enumerate(points, 1) if abs(lines.sigmas(one.value)) > 3]
    assert beyond == [15, 23]


def test_the_individuals_chart_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook, 6.3.2.2, flow rates: 50.81, and 45.8159 to 55.8041; there by
    3 / 1.128 where the constant here is its rounding, 2.66."""
    flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    lines = xmr([Point(one) for one in flow], Point(flow[0]))
    assert lines.centre == pytest.approx(50.81)
    assert lines.centre - 3 * lines.sigma == pytest.approx(45.8159, abs=0.002)
    assert lines.centre + 3 * lines.sigma == pytest.approx(55.8041, abs=0.002)


def test_the_individuals_chart_of_sas() -> None:
    """SAS/QC User's Guide, MACONTROL procedure, Displaying Individual Measurements on an EWMA
    Chart, listing of Tlimits: 23.8571, 24.0083, 24.1596, a mean moving range of 0.056897 (and, as
    NIST, 3 / 1.128)."""
    tires = """24.05 23.99 23.95 23.93 23.97 24.02 24.06 24.10 23.98 24.03 23.91 24.06 24.06 23.96
        23.98 24.06 24.01 24.00 23.93 23.92 24.09 24.11 24.05 23.98 23.98 24.06 24.02 24.06 23.97
        23.96"""
    lines = xmr([Point(float(one)) for one in tires.split()], Point(24.0))
    assert lines.centre == pytest.approx(24.0083, abs=5e-5)
    assert 3 * lines.sigma / 2.66 == pytest.approx(0.056897, abs=5e-7)
    assert lines.centre - 3 * lines.sigma == pytest.approx(23.8571, abs=2e-4)
    assert lines.centre + 3 * lines.sigma == pytest.approx(24.1596, abs=2e-4)


def test_the_p_prime_chart_of_the_nhs() -> None:
    """Mohammed, Panesar, Laney and Wilson, BMJ Quality and Safety 22 (2013) 362: attendances at
    accident and emergency departments within four hours, of 265,000 to 296,000 a week. On a p-chart
    most weeks lie beyond the limits, on a p' chart none does."""
    seen = [266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320]
    seen += [267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989]
    came = [280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529]
    came += [279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772]
    points = shares(seen, came)
    share = sum(seen) / sum(came)
    by_chance = [100 * np.sqrt(share * (1 - share) / records) for records in came]
    lines = [p_chart(points, one) for one in points]
    beside = [abs(one.value - 100 * share) for one in points]
    assert sum(far > 3 * sigma for far, sigma in zip(beside, by_chance, strict=True)) > 10
    assert not any(far > 3 * line.sigma for far, line in zip(beside, lines, strict=True))


# --- on noise


def noise(seed: int, periods: int = 48, change: float = 0.0) -> tuple[list[Point], list[Point]]:
    """A share of 80 % of 150 to 400 records and a number of spread 1; both change halfway."""
    random = np.random.default_rng(seed)
    records = random.integers(150, 400, periods)
    half = np.repeat([0.0, change], periods // 2)
    sigma = np.sqrt(0.8 * 0.2 / records)
    yes = random.binomial(records, 0.8 + half * sigma)
    values = random.normal(20.0 + half, 1.0)
    return shares(yes.tolist(), records.tolist()), [Point(float(value)) for value in values]


def rates(series: Sequence[Sequence[Point]], *, of_shares: bool) -> tuple[float, float]:
    """Which share of the judged points lies beyond the limits, and which is any signal."""
    single = signals = count = 0
    for points in series:
        for point, one in zip(points, judged(points, shares=of_shares), strict=True):
            if one is not None:
                count += 1
                single += abs(one.lines.sigmas(point.value)) > 3
                signals += one.found is not None
    return single / count, signals / count


@pytest.mark.parametrize("of_shares", [True, False], ids=["p_chart", "xmr"])
def test_noise_is_seldom_a_signal(*, of_shares: bool) -> None:
    series = [noise(seed)[0 if of_shares else 1] for seed in range(100)]
    single, signals = rates(series, of_shares=of_shares)
    assert single < (0.006 if of_shares else 0.016)
    assert signals < (0.02 if of_shares else 0.035)


@pytest.mark.parametrize("times", [1.4, 2.0, 3.0])
def test_shares_of_many_records_that_vary_beyond_chance_are_seldom_a_signal(times: float) -> None:
    """By a plain p-chart 4, 15 and 33 % of these points lie beyond the limits."""
    series = []
    for seed in range(100):
        random = np.random.default_rng(seed)
        records = random.integers(1000, 2000, 48)
        spread = np.sqrt((times**2 - 1) * 0.8 * 0.2 / 1500)
        yes = random.binomial(records, random.normal(0.8, spread, 48).clip(0, 1))
        series.append(shares(yes.tolist(), records.tolist()))
    assert rates(series, of_shares=True)[0] < 0.025


@pytest.mark.parametrize("of_shares", [True, False], ids=["p_chart", "xmr"])
def test_a_real_change_is_found_within_the_year(*, of_shares: bool) -> None:
    """A change of two sigma, which two points beside each other show in no more than half."""
    found = 0
    for seed in range(100):
        points = noise(seed, change=-2.0)[0 if of_shares else 1]
        after = list(judged(points, shares=of_shares))[24:36]
        found += any(one and one.found and not one.is_above for one in after)
    assert found >= 95


# --- the tables


def test_each_series_is_charted_by_itself() -> None:
    days = [dt.date(2025 + month // 12, month % 12 + 1, 1) for month in range(13)]
    one = pl.DataFrame(
        {
            "kpi_id": "share",
            "period_start": days,
            "value": [80.0] * 12 + [60.0],
            "numerator": [80.0] * 12 + [60.0],
            "denominator": 100.0,
            "one": 0.0,
            "is_final": True,
            "is_share": True,
        }
    )
    other = one.with_columns(
        pl.lit("mean").alias("kpi_id"),
        pl.lit(None, pl.Float64).alias("numerator"),
        pl.lit(None, pl.Float64).alias("denominator"),
        pl.Series("value", [7.0, 8.0] * 6 + [7.5]),
        is_share=False,
    )
    found = charted(pl.concat([one, other]).reverse())
    assert found.rows() == [
        ("mean", days[12], 7.5, pytest.approx(2.66 / 3), None, False, days[0], days[11]),
        ("share", days[12], 80.0, pytest.approx(4.0), "point", False, days[0], days[11]),
    ]
    assert charted(one.clear()).columns == found.columns
