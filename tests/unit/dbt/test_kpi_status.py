"""What a KPI is judged on and what the verdict is, in every state, against a reckoning by hand.

Here belongs everything between published figures and `kpi_status`. The reckoning starts from
records and days, and shares no rule with the models. Not here: what a KPI counts.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.unit.dbt.models import DBT_PROJECT, run_models

MODELS = (
    "stg_previous_release__kpi_status",
    "fct_kpi_target",
    "int_kpi_span",
    "int_kpi_judged",
    "kpi_status",
)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
GRAINS = list(MONTHS)
SMALL = range(1, 5)
Target = tuple[str, str, float]
Row = dict[str, Any]


# ---------------------------------------------------------------- days


def month(day: dt.date) -> int:
    """Months since year 0."""
    return 12 * day.year + day.month - 1


def first_day(number: int) -> dt.date:
    return dt.date(number // 12, number % 12 + 1, 1)


def last_day(first_month: int, grain: str) -> dt.date:
    return first_day(first_month + MONTHS[grain]) - dt.timedelta(days=1)


# ---------------------------------------------------------------- KPIs


@dataclass
class Kpi:
    """A KPI with its records: by month the values of its records.

    `kind`: share (0 or 1 a record), mean (a grade), count, median; stock (the values are those of
    all that is there at the month's end); cumulative, reading (one row per year).
    """

    kind: str
    as_of: dt.date
    records: dict[int, list[float]]
    grain: str = "month"
    targets: list[Target] = field(default_factory=list)
    minimum: int = 30
    is_sampled: bool = False
    is_about_people: bool = False
    source: str = "monthly"
    run_day: dt.date | None = None
    kpi_id: str = "k"

    @property
    def unit(self) -> str:
        units = {"mean": "grade", "reading": "grade", "median": "working_days"}
        return units.get(self.kind, "count" if self.is_count else "percent")

    @property
    def is_count(self) -> bool:
        return self.kind in ("count", "cumulative")

    def within(self, first: int, last: int) -> list[float]:
        """The records from one month to another."""
        return [one for number in range(first, last + 1) for one in self.records.get(number, [])]

    def is_hidden(self, first: int, last: int) -> bool:
        return self.is_about_people and len(self.within(first, last)) in SMALL

    def register(self) -> Row:
        return {
            "kpi_id": self.kpi_id,
            "unit": self.unit,
            "direction": "higher",
            "period_grain": self.grain,
            "source_system": self.source,
            "is_sampled": self.is_sampled,
            "is_about_people": self.is_about_people,
            "is_cumulative_count": self.kind == "cumulative",
            "is_additive_over_time": self.kind not in ("stock", "reading"),
            "minimum_records": self.minimum,
        }

    def rows(self) -> list[Row]:
        """Its rows of fct_kpi_value."""
        known = [number for number in self.records if first_day(number) <= self.as_of]
        rows = []
        for grain in GRAINS[GRAINS.index(self.grain) :]:
            length = MONTHS[grain]
            for first in sorted({number - number % length for number in known}):
                last = min(first + length - 1, month(self.as_of))
                if self.kind == "stock":
                    first_counted = max(number for number in known if number <= last)
                    values = self.records[first_counted]
                else:
                    values = self.within(first, last)
                figure = self.figure(values)
                if self.is_about_people and len(values) in SMALL:
                    figure = dict.fromkeys(figure)
                ends = last_day(first, grain)
                rows.append(
                    {
                        "kpi_id": self.kpi_id,
                        "period_grain": grain,
                        "period_start": first_day(first),
                        "dimension": "total",
                        "dimension_value": "total",
                        **figure,
                        "is_suppressed": self.is_about_people and len(values) in SMALL,
                        "is_provisional": ends > self.as_of,
                        "as_of": self.as_of,
                    }
                )
        return rows

    def figure(self, values: list[float]) -> Row:
        n = len(values)
        value: float | None = None
        met: float | None = None
        counted: float | None = n
        low = high = None
        if self.kind in ("share", "stock"):
            met = sum(values)
            value = 100 * met / n if n else None
            if self.is_sampled and n:
                low, high = wilson(met, n)
        elif self.kind == "mean":
            value = math.fsum(values) / n if n else None
            if self.is_sampled and n > 1:
                half = half_width(values)
                low, high = value - half, value + half  # type: ignore[operator]
        elif self.kind == "median":
            value = statistics.median(values) if n else None
        elif self.kind == "reading":
            value, counted = (values[-1] if n else None), None
        else:
            value, counted = float(n), None
        return {
            "value": value,
            "numerator": met,
            "denominator": counted,
            "sample_size": n,
            "ci_low": low,
            "ci_high": high,
        }


def wilson(met: float, n: int) -> tuple[float, float]:
    """In percent: the shares that lie 1.96 of their own standard error from the one found."""
    z = statistics.NormalDist().inv_cdf(0.975)
    a, b, c = n + z * z, -(2 * met + z * z), met * met / n
    root = math.sqrt(max(0, b * b - 4 * a * c))
    return 100 * (-b - root) / (2 * a), 100 * (-b + root) / (2 * a)


def quantiles() -> dict[int, float]:
    with (DBT_PROJECT / "seeds" / "student_t.csv").open(encoding="utf-8") as file:
        return {int(freedom): float(one) for freedom, one in list(csv.reader(file))[1:]}


T = quantiles()


def half_width(values: list[float]) -> float:
    n = len(values)
    return T[n - 1] * statistics.stdev(values) / math.sqrt(n)


# ---------------------------------------------------------------- the reckoning by hand


def expected(kpi: Kpi) -> Row:
    """What kpi_status must say of it."""
    day = kpi.as_of
    known = [number for number in kpi.records if first_day(number) <= day]
    length = MONTHS[kpi.grain]
    over = [
        first
        for first in sorted({number - number % length for number in known})
        if last_day(first, kpi.grain) <= day
    ]
    judged: tuple[int, int] | None = None
    until: dt.date | None = None
    if kpi.kind == "cumulative":
        year = day.year if (day.month, day.day) >= (3, 31) else day.year - 1
        judged = (12 * year, 12 * year + 11)
        until = min(day, dt.date(year, 12, 31))
    elif kpi.kind == "reading":
        if known:
            year = max(known) // 12
            judged = (12 * year, 12 * year + 11)
            until = min(day, dt.date(year, 12, 31))
    elif over:
        last = over[-1] + length - 1
        judged = (over[-1] if kpi.kind == "stock" else 12 * (last // 12), last)
        until = last_day(over[-1], kpi.grain)
    values = figures_of(kpi, *judged) if judged else None
    figure = kpi.figure(values) if values is not None else {}
    year = (day + dt.timedelta(days=1)).year - 1
    before = figures_of(kpi, 12 * year, 12 * year + 11, whole_only=True)
    figure_before = kpi.figure(before) if before is not None else {}
    target, begins = target_of(kpi, until or day)
    target_before, begins_before = target_of(kpi, dt.date(year, 12, 31))
    is_running = until is not None and kpi.is_count and (until.month, until.day) != (12, 31)
    return {
        "judged_period_start": first_day(judged[0]) if judged else None,
        "judged_until": until,
        "judged_value": figure.get("value"),
        "judged_numerator": figure.get("numerator"),
        "judged_sample_size": figure.get("sample_size"),
        "judged_ci_low": figure.get("ci_low"),
        "judged_ci_high": figure.get("ci_high"),
        "target_from": target and begins_of(target),
        "status": verdict(kpi, figure, target, begins, is_running),
        "previous_year_value": figure_before.get("value"),
        "previous_year_status": verdict(
            kpi, figure_before, target_before, begins_before, is_running=False
        ),
        "is_outdated": is_outdated(kpi, known),
    }


def figures_of(kpi: Kpi, first: int, last: int, whole_only: bool = False) -> list[float] | None:
    """The records that published rows tell of; None where there are none or some are hidden."""
    known = [one for one in kpi.records if first <= one <= last and first_day(one) <= kpi.as_of]
    if not known:
        return None
    if kpi.kind == "stock":
        values = kpi.records[max(known)]
        return None if kpi.is_about_people and len(values) in SMALL else values
    last = min(last, month(kpi.as_of))
    is_whole = (last - first) == 11 and last_day(first, "year") <= kpi.as_of
    # medians do not add up: only one published row can tell of all records
    rows = {at - at % 3 if at - at % 3 + 2 <= last else at for at in known}
    if kpi.kind == "median" and not is_whole and len(rows) > 1:
        return None
    if (is_whole or whole_only) and not kpi.is_hidden(first, last):
        return kpi.within(first, last)
    if whole_only:
        return None
    for quarter in range(first, last + 1, 3):
        if quarter + 2 <= last and not kpi.is_hidden(quarter, quarter + 2):
            continue
        parts = [(quarter, quarter + 2)] if kpi.grain == "quarter" else []
        parts = parts or [(one, one) for one in range(quarter, min(quarter + 2, last) + 1)]
        if any(kpi.is_hidden(*part) for part in parts):
            return None
    return kpi.within(first, last)


def begins_of(target: Target) -> dt.date:
    return dt.date.fromisoformat(
        f"{target[0]}-01-01"[:10] if len(target[0]) == 4 else f"{target[0]}-01"
    )


def target_of(kpi: Kpi, day: dt.date) -> tuple[Target | None, bool]:
    """The target that holds on that day, or else the first to come; and whether it is to come."""
    begun = [target for target in kpi.targets if begins_of(target) <= day]
    if begun:
        latest = max(begun, key=begins_of)
        if kpi.kind != "cumulative" or begins_of(latest).year == day.year:
            return latest, False
    later = [target for target in kpi.targets if begins_of(target) > day]
    return (min(later, key=begins_of), True) if later else (None, False)


def verdict(
    kpi: Kpi, figure: Row, target: Target | None, is_to_come: bool, is_running: bool
) -> str:
    value = figure.get("value")
    if value is None:
        return "no_data"
    if target is None:
        return "no_target"
    if is_to_come:
        return "not_yet"
    if not kpi.is_count and figure["sample_size"] < kpi.minimum:
        return "too_few"
    _, comparator, aim = target

    def meets(one: float) -> bool:
        return {
            ">": one > aim,
            ">=": one >= aim,
            "<": one < aim,
            "<=": one <= aim,
            "=": one == aim,
        }[comparator]

    if is_running:
        # every count that it can still become
        outcomes = {meets(one) for one in (*range(int(value), int(value) + 300), 1e9)}
        if len(outcomes) == 2:
            return "running"
    elif figure["ci_low"] is not None and figure["ci_low"] < aim < figure["ci_high"]:
        return "uncertain"
    return "on_target" if meets(value) else "off_target"


def is_outdated(kpi: Kpi, known: list[int]) -> bool:
    days = SOURCES[kpi.source]
    if days is None or not known:
        return False
    length = MONTHS[kpi.grain]
    if kpi.kind == "stock":  # nothing there is no figure
        stands = {at // length: kpi.records[at] for at in sorted(known)}
        known = [period * length for period, stand in stands.items() if stand]
        if not known:
            return False
    first = max(known) // length * length
    until = min(last_day(first, kpi.grain), kpi.as_of)
    following = until + dt.timedelta(days=1)
    # a whole period after the last day of which something is known
    its_month = month(following) + length
    day = min(following.day, last_day(its_month, "month").day)
    end = first_day(its_month).replace(day=day) - dt.timedelta(days=1)
    return end + dt.timedelta(days=days) < (kpi.run_day or kpi.as_of)


# ---------------------------------------------------------------- trying it

SOURCES: dict[str, int | None] = {"weekly": 10, "monthly": 45, "quarterly": 120, "once": None}


def judge(kpis: list[Kpi], run_day: dt.date, **given: Any) -> dict[str, Row]:
    """kpi_status of these KPIs, by KPI."""
    with duckdb.connect() as connection:
        connection.execute("create table stg_run__context as select ?::date as as_of", [run_day])
        connection.execute(
            "create table stg_run__source (source varchar, state varchar, fresh_days bigint)"
        )
        stopped = given.pop("stopped", ())
        connection.executemany(
            "insert into stg_run__source values (?, ?, ?)",
            [
                (name, "stopped" if name in stopped else "current", days)
                for name, days in SOURCES.items()
            ],
        )
        connection.execute(
            f"create table student_t as from read_csv('{DBT_PROJECT}/seeds/student_t.csv')"
        )
        connection.execute(
            """
            create table kpi_register (
                kpi_id varchar, unit varchar, direction varchar, period_grain varchar,
                source_system varchar, is_sampled boolean, is_about_people boolean,
                is_cumulative_count boolean, is_additive_over_time boolean, minimum_records integer
            );
            create table kpi_target (
                kpi_id varchar, period varchar, comparator varchar, value double, kind varchar,
                judged_on varchar, document varchar, document_page integer, note varchar
            );
            create table fct_kpi_value (
                kpi_id varchar, period_grain varchar, period_start date, dimension varchar,
                dimension_value varchar, value double, numerator double, denominator double,
                sample_size bigint, ci_low double, ci_high double, is_suppressed boolean,
                is_provisional boolean, as_of date
            );
            create table int_kpi_value as from fct_kpi_value limit 0;
            create table kpi_signal (
                kpi_id varchar, period_grain varchar, period_start date, signal varchar
            );
            create table stg_run__ratification (
                kpi_id varchar, ratified_on date, ratified_by varchar
            );
            create table dim_document as
            select 'a promise' as document_id, 'Een belofte' as label_nl
            """
        )
        insert(connection, "kpi_register", [kpi.register() for kpi in kpis])
        insert(connection, "fct_kpi_value", [row for kpi in kpis for row in kpi.rows()])
        insert(connection, "kpi_signal", given.pop("signals", []))
        insert(connection, "int_kpi_value", given.pop("own_years", []))
        insert(
            connection,
            "kpi_target",
            [
                {
                    "kpi_id": kpi.kpi_id,
                    "period": period,
                    "comparator": comparator,
                    "value": value,
                    "kind": "target",
                    "judged_on": "latest" if kpi.kind == "stock" else "year",
                    "document": "a promise",
                    "document_page": None,
                    "note": None,
                }
                for kpi in kpis
                for period, comparator, value in kpi.targets
            ],
        )
        before = given.pop("before", pl.DataFrame(schema={"kpi_id": pl.String}))
        connection.register("previous_release__kpi_status", before)
        run_models(connection, MODELS, **given)
        found = connection.sql("from kpi_status")
        names = found.columns
        return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    if not rows:
        return
    connection.register("given", pl.DataFrame(rows, infer_schema_length=None))
    connection.execute(f"insert into {table} by name select * from given")


def one(kpi: Kpi, **given: Any) -> Row:
    return judge([kpi], kpi.run_day or kpi.as_of, **given)["k"]


def invented(chance: random.Random, number: int, run_day: dt.date) -> Kpi:
    """A KPI with whatever records, targets and as-of date."""
    kind = chance.choice(["share", "mean", "count", "median", "stock", "cumulative", "reading"])
    grain = "year" if kind in ("cumulative", "reading") else chance.choice(["month", "quarter"])
    as_of = run_day - dt.timedelta(days=chance.choice([0, 0, 0, 30, 90, 200]))
    people = kind in ("share", "mean", "stock") and chance.random() < 0.5
    size = chance.choice([2, 5, 14] if people else [1, 3, 8])
    size = min(size, 8) if kind == "mean" else size  # the table of quantiles ends at 100
    first = month(as_of) - chance.choice([0, 1, 3, 8, 20])
    rate = chance.choice([0.3, 0.8, 1.0])

    def value() -> float:
        if kind in ("share", "stock"):
            return float(chance.random() < rate)
        return float(chance.randint(1, 10))

    records = {}
    for at in range(first, month(as_of) + 1):
        # a month without records has no row of a share or a mean; a count has one, of 0
        size_now = 1 if kind == "reading" else chance.randint(0, size)
        if kind in ("count", "stock") or size_now:
            records[at] = [value() for _ in range(size_now)]
    if chance.random() < 0.05:
        records = {}
    if not records:
        as_of = run_day  # nothing was ever published: no earlier as-of date is known
    # around what is likely, so that no side is rare
    low, high = (3, 8) if kind in ("mean", "median", "reading") else (5, 60)
    low, high = (
        (int(100 * rate) - 15, int(100 * rate)) if kind in ("share", "stock") else (low, high)
    )
    periods = chance.sample(
        ["2024", "2025", "2025-07", "2026", "2026-05", "2027"], chance.choice([0, 1, 2, 2, 3])
    )
    return Kpi(
        kind,
        as_of,
        records,
        grain,
        targets=[
            (period, chance.choice([">", ">=", "<", "<=", "="]), float(chance.randint(low, high)))
            for period in periods
        ],
        minimum=1
        if kind in ("stock", "reading", "count", "cumulative")
        else chance.choice([10, 30]),
        is_sampled=kind in ("share", "mean") and chance.random() < 0.6,
        is_about_people=people,
        source=chance.choice(list(SOURCES)),
        run_day=run_day,
        kpi_id=f"k{number}",
    )


RUN_DAYS = [
    dt.date(2026, 1, 1),
    dt.date(2026, 3, 30),
    dt.date(2026, 3, 31),
    dt.date(2026, 6, 17),
    dt.date(2026, 12, 31),
]


def test_every_state_is_judged_as_by_hand() -> None:
    seen: Counter[str] = Counter()
    for run_day in RUN_DAYS:
        chance = random.Random(run_day.isoformat())
        kpis = [invented(chance, number, run_day) for number in range(200)]
        found = judge(kpis, run_day)
        for kpi in kpis:
            wanted = expected(kpi)
            row = {name: found[kpi.kpi_id][name] for name in wanted}
            for name, value in wanted.items():
                if isinstance(value, float):
                    value = pytest.approx(value, abs=1e-6 if "ci" in name else 1e-9)
                assert row[name] == value, (name, row, wanted, kpi)
            seen[wanted["status"]] += 1
            seen[wanted["previous_year_status"]] += 1
            seen["outdated"] += wanted["is_outdated"]
            seen["hidden"] += wanted["judged_value"] is None and bool(kpi.records)
    assert len(seen) == 10 and min(seen.values()) > 10, seen


# ---------------------------------------------------------------- by hand


def months(first: str, *values: list[float]) -> dict[int, list[float]]:
    """Records from a month on."""
    begin = month(dt.date.fromisoformat(f"{first}-01"))
    return {begin + number: list(one) for number, one in enumerate(values)}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def yes(met: int, of: int) -> list[float]:
    return [1.0] * met + [0.0] * (of - met)


def test_a_target_that_begins_next_year_is_not_missed_this_year() -> None:
    kpi = Kpi("share", day("2026-06-10"), months("2026-01", yes(10, 100)))
    kpi.targets = [("2027", ">=", 90)]
    found = one(kpi)
    assert (found["status"], found["target_value"], found["target_from"]) == (
        "not_yet",
        90,
        day("2027-01-01"),
    )


@pytest.mark.parametrize(
    ("as_of", "files", "comparator", "expected"),
    [
        pytest.param("2026-03-31", 8, "<", "off_target", id="passed_in_March"),
        pytest.param("2026-03-31", 7, "<", "running", id="can_still_pass"),
        pytest.param("2026-03-31", 8, "<=", "running", id="at_most_is_not_passed"),
        pytest.param("2026-03-31", 9, "<=", "off_target", id="at_most_is_passed"),
        pytest.param("2026-03-31", 9, ">", "on_target", id="reached_for_good"),
        pytest.param("2026-03-31", 8, ">", "running", id="not_reached_yet"),
        pytest.param("2026-03-31", 8, "=", "running", id="exact_can_still_pass"),
        pytest.param("2026-12-30", 7, "<", "running", id="a_day_left"),
        pytest.param("2026-12-31", 7, "<", "on_target", id="the_year_is_over"),
        pytest.param("2026-12-31", 0, "<", "on_target", id="none_in_a_year_is_enough_to_judge"),
    ],
)
def test_a_count_is_decided_once_nothing_that_comes_can_change_it(
    as_of: str, files: int, comparator: str, expected: str
) -> None:
    kpi = Kpi("cumulative", day(as_of), months("2026-01", [1.0] * files, []), "year", minimum=1)
    kpi.targets = [("2026", comparator, 8)]
    found = one(kpi)
    assert (found["status"], found["judged_until"]) == (expected, kpi.as_of)


@pytest.mark.parametrize(
    ("as_of", "year", "status"),
    [("2026-03-30", 2025, "off_target"), ("2026-03-31", 2026, "running")],
)
def test_a_count_is_judged_on_its_year_once_a_quarter_is_over(
    as_of: str, year: int, status: str
) -> None:
    records = months("2025-12", [1.0] * 9, [1.0])
    kpi = Kpi("cumulative", day(as_of), records, "year", minimum=1)
    kpi.targets = [("2025", "<", 8), ("2026", "<", 8)]
    found = one(kpi)
    assert (found["period_start"], found["status"]) == (dt.date(year, 1, 1), status)
    assert (found["previous_year_value"], found["previous_year_status"]) == (9, "off_target")


def test_three_of_four_is_too_few_to_say_so() -> None:
    kpi = Kpi("share", day("2026-02-10"), months("2026-01", yes(3, 4)), targets=[("2026", ">", 60)])
    found = one(kpi)
    assert (found["judged_value"], found["status"]) == (75, "too_few")
    kpi.minimum = 4
    assert one(kpi)["status"] == "on_target"


def test_an_interval_that_spans_the_target_is_no_verdict() -> None:
    # 62 of 100: 52.2 to 70.9 (Wilson)
    kpi = Kpi("share", day("2026-02-10"), months("2026-01", yes(62, 100)), is_sampled=True)
    kpi.targets = [("2026", ">", 60)]
    found = one(kpi)
    assert found["judged_ci_low"] == pytest.approx(52.2, abs=0.05)
    assert found["judged_ci_high"] == pytest.approx(70.9, abs=0.05)
    assert found["status"] == "uncertain"
    kpi.targets = [("2026", ">", 52)]
    assert one(kpi)["status"] == "on_target"


def test_a_kpi_without_target_has_a_figure_and_no_verdict() -> None:
    kpi = Kpi("share", day("2026-03-10"), months("2026-01", yes(30, 40), yes(0, 10)))
    found = one(kpi)
    assert (found["status"], found["judged_value"], found["value"]) == ("no_target", 60, 0)
    assert (found["comparator"], found["gap"], found["target_from"]) == (None, None, None)


def test_a_promise_about_a_year_is_not_judged_on_a_month() -> None:
    kpi = Kpi("share", day("2026-03-10"), months("2025-12", yes(0, 50), yes(90, 100), yes(1, 10)))
    kpi.targets = [("2026", ">=", 80)]
    found = one(kpi)
    assert (found["period_start"], found["value"]) == (day("2026-02-01"), 10)
    assert found["judged_value"] == pytest.approx(100 * 91 / 110)
    assert (found["judged_until"], found["status"]) == (day("2026-02-28"), "on_target")


@pytest.mark.parametrize(
    ("as_of", "begin", "until", "target", "status"),
    [
        pytest.param("2025-12-30", "2025-01-01", "2025-11-30", 85, "on_target", id="a_month_left"),
        pytest.param("2025-12-31", "2025-01-01", "2025-12-31", 85, "off_target", id="year_over"),
        pytest.param("2026-01-30", "2025-01-01", "2025-12-31", 85, "off_target", id="January"),
        pytest.param("2026-01-31", "2026-01-01", "2026-01-31", 86, "on_target", id="new_target"),
    ],
)
def test_over_New_Year_the_old_year_is_judged_until_a_month_of_the_new_one_is_over(
    as_of: str, begin: str, until: str, target: float, status: str
) -> None:
    kpi = Kpi("share", day(as_of), months("2025-11", yes(90, 100), yes(50, 100), yes(90, 100)))
    kpi.targets = [("2025", ">=", 85), ("2026", ">=", 86)]
    found = one(kpi)
    assert (found["judged_period_start"], found["judged_until"]) == (day(begin), day(until))
    assert (found["target_value"], found["status"]) == (target, status)


@pytest.mark.parametrize(
    ("as_of", "until"), [("2026-06-29", "2026-03-31"), ("2026-06-30", "2026-06-30")]
)
def test_a_quarter_counts_from_its_last_day(as_of: str, until: str) -> None:
    kpi = Kpi("mean", day(as_of), months("2026-02", [8.0] * 30, [], [2.0] * 30), "quarter")
    kpi.targets = [("2026", ">=", 7)]
    found = one(kpi)
    assert found["judged_until"] == day(until)
    assert found["status"] == ("on_target" if until == "2026-03-31" else "off_target")


def test_the_first_twelve_months_of_a_source_are_judged_on_what_there_is() -> None:
    """From the first month that is over; no year before it is made up."""
    seen = []
    for number in range(12):
        records = months("2025-07", *[yes(8, 10)] * 12)
        kpi = Kpi("share", last_day(month(day("2025-07-01")) + number, "month"), records)
        kpi.targets = [("2025", ">=", 75)]
        found = one(kpi)
        assert found["judged_value"] == pytest.approx(80)
        seen.append((found["judged_sample_size"], found["status"], found["previous_year_status"]))
    few, enough = "too_few", "on_target"
    assert [one[:2] for one in seen] == [
        (10, few), (20, few), (30, enough), (40, enough), (50, enough), (60, enough),
        (10, few), (20, few), (30, enough), (40, enough), (50, enough), (60, enough),
    ]  # fmt: skip
    assert [one[2] for one in seen] == ["no_data"] * 5 + ["on_target"] * 7


def test_a_stopped_source_is_judged_on_its_own_day_and_says_that_it_is_outdated() -> None:
    kpi = Kpi("share", day("2025-12-15"), months("2025-10", *[yes(90, 100)] * 3), source="weekly")
    kpi.targets = [("2025", ">=", 85), ("2026", ">=", 95)]
    kpi.run_day = day("2026-01-10")
    found = one(kpi, stopped=("weekly",))
    assert (found["period_start"], found["judged_until"]) == (day("2025-11-01"), day("2025-11-30"))
    assert (found["target_value"], found["status"], found["is_outdated"]) == (
        85,
        "on_target",
        False,
    )
    # of December something is known up to the 15th; a month and ten days later more was due
    kpi.run_day = day("2026-01-26")
    assert one(kpi, stopped=("weekly",))["is_outdated"]


def test_nothing_hidden_can_be_told_from_the_year_so_far() -> None:
    kpi = Kpi("share", day("2026-06-10"), months("2026-04", yes(3, 4), yes(50, 60), yes(5, 6)))
    kpi.is_about_people = True
    found = one(kpi)
    assert (found["value"], found["judged_value"], found["status"]) == (
        pytest.approx(100 * 50 / 60),
        None,
        "no_data",
    )
    kpi.as_of = day("2026-07-10")  # the quarter that holds it is over and shown
    assert one(kpi)["judged_sample_size"] == 70


def own_year(begin: str) -> Row:
    return {
        "kpi_id": "k", "period_grain": "year_so_far", "period_start": day(begin),
        "dimension": "total", "dimension_value": "total", "value": 3.0, "numerator": None,
        "denominator": 50.0, "sample_size": 50, "ci_low": 2.0, "ci_high": 4.0,
        "is_suppressed": False, "is_provisional": True, "as_of": day("2026-03-10"),
    }  # fmt: skip


def test_a_year_that_is_no_sum_of_its_periods_is_given_by_its_model() -> None:
    kpi = Kpi("median", day("2026-03-10"), months("2026-01", [1.0] * 30, [9.0] * 20))
    kpi.targets = [("2026", "<=", 2.5)]
    assert one(kpi)["status"] == "no_data"
    found = one(kpi, own_years=[own_year("2026-01-01")])
    assert (found["judged_value"], found["judged_until"]) == (3, day("2026-02-28"))
    assert found["status"] == "uncertain"
    # another year than the one that is judged
    assert one(kpi, own_years=[own_year("2025-01-01")])["status"] == "no_data"


def test_of_a_stopped_source_such_a_year_is_that_of_the_release_before() -> None:
    kpi = Kpi("median", day("2026-03-10"), months("2026-01", [1.0] * 30, [9.0] * 20))
    kpi.targets = [("2026", "<=", 2.5)]
    kpi.run_day = day("2026-05-01")
    before = pl.DataFrame([one(kpi, own_years=[own_year("2026-01-01")])])
    assert one(kpi, before=before)["judged_value"] is None
    found = one(kpi, stopped=("monthly",), before=before)
    assert (found["judged_value"], found["judged_ci_high"], found["status"]) == (3, 4, "uncertain")
    # a release of version 1 did not say it
    before = before.select("kpi_id", "value")
    assert one(kpi, stopped=("monthly",), before=before)["judged_value"] is None


def test_a_kpi_with_a_rule_of_its_own_is_judged_by_it() -> None:
    kpi = Kpi("share", day("2026-06-10"), months("2026-01", yes(10, 100)))
    query = """
        select date '2023-01-01' as period_start, 'on_target' as status, 5e0 as value
        union all
        select date '2024-01-01' as period_start, 'uncertain' as status, 9.5e0 as value
    """
    names = ("status", "judged_value", "judged_until", "previous_year_status", "value")
    found = one(kpi, own_statuses={"k": query})
    assert [found[name] for name in names] == ["uncertain", 9.5, day("2024-12-31"), "no_data", 10]
    query += " union all select date '2025-01-01', 'off_target', 12e0"
    found = one(kpi, own_statuses={"k": query})
    assert [found[name] for name in names] == [
        "off_target",
        12,
        day("2025-12-31"),
        "off_target",
        10,
    ]
    query = "select null::date as period_start, 'no_data' as status, null::double as value"
    found = one(kpi, own_statuses={"k": query})
    assert [found[name] for name in names] == ["no_data", None, None, "no_data", 10]


@pytest.mark.parametrize(
    ("signal", "trend"),
    [
        ("better", "better"),
        ("shift_better", "better"),
        ("worse", "worse"),
        ("shift_worse", "worse"),
        ("none", "stable"),
        ("unknown", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_trend_is_the_signal_of_the_latest_period(signal: str | None, trend: str) -> None:
    kpi = Kpi("share", day("2026-03-10"), months("2026-01", yes(1, 10), yes(9, 10)))
    at = {"kpi_id": "k", "period_grain": "month"}
    signals = [{**at, "period_start": day("2026-01-01"), "signal": "worse"}]
    if signal:
        signals.append({**at, "period_start": day("2026-02-01"), "signal": signal})
    assert one(kpi, signals=signals)["trend"] == trend
