"""The benchmark of external hiring and its verdict, on accounts that can be worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.unit.dbt.conftest import DBT_PROJECT
from tests.unit.dbt.rendered import model, rendered

OWN = "GM0303"
REGIONS = ("Regio Zwolle", "Flevoland")
TABLES = """
create table stg_run__context (as_of date);
insert into stg_run__context values ('2026-03-10');
create table stg_iv3__staff_costs_by_municipality (
    year integer, is_accounts boolean, municipality_code varchar, is_municipality boolean,
    salaries_keur decimal(28, 6), hiring_keur decimal(28, 6)
);
create table stg_iv3__region_membership (
    region varchar, municipality_code varchar, valid_from integer, valid_until integer
);
create table fct_kpi_value (
    kpi_id varchar, period_grain varchar, period_start date, dimension varchar, value double,
    is_provisional boolean
);
create table benchmark_region (region varchar, is_whole_country boolean, is_judged boolean);
insert into benchmark_region values
    ('Regio Zwolle', false, true), ('Flevoland', false, true), ('Nederland', true, false);
"""
#: Of 100 thousand euros of staff costs each hires in so much.
SHARES = {OWN: 20, "GM0001": 10, "GM0002": 20, "GM0003": 40}


class Accounts:
    """The delivered accounts; every municipality of `SHARES` belongs to both regions."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        connection.execute(TABLES)
        connection.execute(f"create table norm as from read_csv('{DBT_PROJECT}/seeds/norm.csv')")
        for region in REGIONS:
            for code in SHARES:
                self.member(region, code)

    def filed(
        self, year: int, code: str, salaries: float, hiring: float, accounts: bool = True
    ) -> None:
        is_municipality = len(code) == 6 and code.startswith("GM")
        self.connection.execute(
            "insert into stg_iv3__staff_costs_by_municipality values (?, ?, ?, ?, ?, ?)",
            [year, accounts, code, is_municipality, salaries, hiring],
        )

    def all_filed(self, year: int, but: tuple[str, ...] = ()) -> None:
        for code, share in SHARES.items():
            if code not in but:
                self.filed(year, code, 100 - share, share)

    def member(self, region: str, code: str, first: int = 0, last: int = 9999) -> None:
        self.connection.execute(
            "insert into stg_iv3__region_membership values (?, ?, ?, ?)",
            [region, code, first, last],
        )

    def ledger(self, year: int, share: float, provisional: bool = False) -> None:
        self.connection.execute(
            "insert into fct_kpi_value values"
            " ('external_hiring_share', 'year', make_date(?, 1, 1), 'total', ?, ?)",
            [year, share, provisional],
        )

    def benchmark(self) -> None:
        self.connection.execute("create or replace table external_hiring_benchmark as " + BENCHMARK)

    def row(self, year: int, region: str, method: str = "mean") -> dict[str, Any]:
        """A row of the benchmark; an empty one where there is none."""
        self.benchmark()
        found = self.connection.execute(
            "select * from external_hiring_benchmark where year = ? and region = ? and method = ?",
            [year, region, method],
        ).pl()
        return found.row(0, named=True) if found.height else {}

    def verdicts(self) -> dict[dt.date | None, tuple[str, float | None]]:
        self.benchmark()
        rows = self.connection.execute(VERDICT).fetchall()
        verdicts = {start: (status, value) for start, status, value in rows}
        assert len(verdicts) == len(rows)
        return verdicts


BENCHMARK = model("external_hiring_benchmark")
VERDICT = rendered("{{ status_of_external_hiring_share() }}")


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    with duckdb.connect() as connection:
        yield Accounts(connection)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # 10, 20, 20 and 40; without our own 20: 10, 20 and 40
        pytest.param("mean", (22.5, 70 / 3), id="mean"),
        pytest.param("median", (20.0, 20.0), id="median"),
        # everybody spends 100: amounts and shares weigh the same
        pytest.param("weighted", (22.5, 70 / 3), id="weighted"),
    ],
)
def test_the_region_stands_with_and_without_our_own(
    accounts: Accounts, method: str, expected: tuple[float, float]
) -> None:
    accounts.all_filed(2024)
    row = accounts.row(2024, "Flevoland", method)
    assert (row["region_share"], row["region_share_without_own"]) == pytest.approx(expected)
    assert row["difference"] == pytest.approx(20 - expected[0])
    assert row["municipalities"] == 4


def test_the_country_provinces_and_regions_are_no_municipalities(accounts: Accounts) -> None:
    accounts.all_filed(2024)
    before = accounts.row(2024, "Nederland")
    for code in ("NL01", "PV24", "CR40", "LD02", "GM30", "GM12345"):
        accounts.filed(2024, code, 1, 999_999)
    after = accounts.row(2024, "Nederland")
    assert after["aggregates_left_out"] == 6
    assert before == {**after, "aggregates_left_out": 0}


def test_who_has_no_salaries_did_not_file_and_a_negative_amount_stays_in(
    accounts: Accounts,
) -> None:
    accounts.all_filed(2024)
    accounts.filed(2024, "GM0004", 0, 50)
    accounts.filed(2024, "GM0005", 300, -100)
    row = accounts.row(2024, "Nederland", "weighted")
    assert row["municipalities"] == 5
    # -100 of 200 beside 90 of 400
    assert row["region_share"] == pytest.approx(100 * (90 - 100) / (400 + 200))
    assert accounts.row(2024, "Nederland")["region_share"] == pytest.approx((90 - 50) / 5)


def test_a_budget_is_never_among_the_accounts(accounts: Accounts) -> None:
    accounts.all_filed(2024)
    before = accounts.row(2024, "Nederland")
    for code in SHARES:
        accounts.filed(2024, code, 1, 99, accounts=False)
        accounts.filed(2025, code, 1, 99, accounts=False)
    assert accounts.row(2024, "Nederland") == before
    assert accounts.row(2025, "Nederland") == {}


@pytest.mark.parametrize(
    ("absent", "status"),
    [
        pytest.param((), "below", id="three_others"),
        pytest.param(("GM0001",), None, id="two_others"),
    ],
)
def test_a_region_gives_a_verdict_where_three_others_filed(
    accounts: Accounts, absent: tuple[str, ...], status: str | None
) -> None:
    accounts.all_filed(2024, but=absent)
    for method in ("mean", "weighted", "median"):
        row = accounts.row(2024, "Flevoland", method)
        assert (row["status"] is None) is (status is None)
        assert row["region_share"] is not None and row["own_share"] == 20
    assert accounts.row(2024, "Flevoland")["status"] == status


@pytest.mark.parametrize(
    ("own", "status"),
    [(29.9, "below"), (30, "in_line"), (31, "in_line"), (31.000001, "above")],
)
def test_one_point_above_is_in_line(accounts: Accounts, own: float, status: str) -> None:
    """The others hire in so much that the region as a whole comes out at 30."""
    accounts.filed(2024, OWN, 100 - own, own)
    for code in ("GM0001", "GM0002", "GM0003"):
        share = (120 - own) / 3
        accounts.filed(2024, code, 100 - share, share)
    assert accounts.row(2024, "Flevoland")["status"] == status


def test_a_merger_leaves_earlier_years_as_they_were(accounts: Accounts) -> None:
    """GM0003 became GM0009 on 1 January 2024, with a neighbour that was no member."""
    accounts.all_filed(2023)
    before = accounts.row(2023, "Flevoland"), accounts.row(2023, "Flevoland", "weighted")
    accounts.connection.execute(
        "update stg_iv3__region_membership set valid_until = 2023"
        " where municipality_code = 'GM0003'"
    )
    for region in REGIONS:
        accounts.member(region, "GM0009", first=2024)
    accounts.all_filed(2024, but=("GM0003",))
    accounts.filed(2024, "GM0009", 50, 50)
    # the new one is said to have filed for the past as well
    accounts.filed(2023, "GM0009", 10, 90)
    assert (accounts.row(2023, "Flevoland"), accounts.row(2023, "Flevoland", "weighted")) == before
    after = accounts.row(2024, "Flevoland")
    assert after["region_share"] == pytest.approx((20 + 10 + 20 + 50) / 4)
    assert after["membership_version"] != before[0]["membership_version"]
    # of the country everybody counts who filed
    assert accounts.row(2023, "Nederland")["municipalities"] == 5


def test_the_version_of_a_membership_is_that_of_its_municipalities(accounts: Accounts) -> None:
    accounts.all_filed(2023)
    accounts.all_filed(2024, but=("GM0001",))
    first, second = (accounts.row(year, "Flevoland") for year in (2023, 2024))
    # who did not file is a member all the same
    assert first["membership_version"] == second["membership_version"]
    assert first["membership_version"].startswith("4-")
    country = [accounts.row(year, "Nederland")["membership_version"] for year in (2023, 2024)]
    assert country[0].startswith("4-") and country[1].startswith("3-")


def test_the_own_books_stand_beside_the_accounts(accounts: Accounts) -> None:
    for year in (2023, 2024, 2025):
        accounts.all_filed(year)
    accounts.ledger(2024, 20.75)
    accounts.ledger(2025, 26, provisional=True)
    beside = [
        (row["ledger_share"], row["ledger_difference"])
        for row in (accounts.row(year, "Nederland") for year in (2023, 2024, 2025))
    ]
    assert beside == [(None, None), (20.75, 0.75), (None, None)]


def test_a_year_that_runs_has_no_accounts_yet(accounts: Accounts) -> None:
    accounts.all_filed(2026)
    assert accounts.row(2026, "Flevoland") == {}


# --- the verdict


def judged(
    accounts: Accounts, by_mean: float, by_weight: float, year: int = 2024, others: int = 3
) -> None:
    """We stand so many points above both regions, by the mean and by the weighted share."""
    accounts.connection.execute(
        "insert into judged_rows"
        " select ?, region, method, 20, case when ? then"
        " case when d < 0 then 'below' when d <= 1 then 'in_line' else 'above' end end"
        " from (values ('Regio Zwolle'), ('Flevoland')) as r (region),"
        " (values ('mean', ?), ('weighted', ?), ('median', 99)) as m (method, d)",
        [year, others >= 3, by_mean, by_weight],
    )


@pytest.fixture
def rows(accounts: Accounts) -> Iterator[Accounts]:
    """A benchmark of which the rows are given."""
    accounts.connection.execute(
        "create table judged_rows (year integer, region varchar, method varchar,"
        " own_share double, status varchar)"
    )
    yield accounts


def verdict(rows: Accounts) -> dict[dt.date | None, str]:
    found = rows.connection.execute(
        VERDICT.replace("external_hiring_benchmark", "judged_rows")
    ).fetchall()
    return {start: status for start, status, _ in found}


@pytest.mark.parametrize(
    ("by_mean", "by_weight", "status"),
    [
        pytest.param(-1, -1, "on_target", id="below_by_both"),
        pytest.param(1, -1, "on_target", id="in_line_and_below"),
        pytest.param(2, 2, "off_target", id="above_by_both"),
        pytest.param(2, 1, "uncertain", id="above_by_the_mean_only"),
        pytest.param(1, 2, "uncertain", id="above_by_weight_only"),
    ],
)
def test_two_methods_must_agree(
    rows: Accounts, by_mean: float, by_weight: float, status: str
) -> None:
    judged(rows, by_mean, by_weight)
    assert verdict(rows) == {dt.date(2024, 1, 1): status}


def test_one_region_above_is_enough_to_miss_it(rows: Accounts) -> None:
    judged(rows, 0, 0)
    rows.connection.execute("update judged_rows set status = 'above' where region = 'Flevoland'")
    assert verdict(rows) == {dt.date(2024, 1, 1): "off_target"}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param("delete from judged_rows where region = 'Flevoland'", id="no_such_region"),
        pytest.param(
            "update judged_rows set status = null where region = 'Flevoland'", id="too_few_others"
        ),
    ],
)
def test_a_region_without_a_verdict_leaves_none(rows: Accounts, spoil: str) -> None:
    judged(rows, 2, 2)
    rows.connection.execute(spoil)
    assert verdict(rows) == {dt.date(2024, 1, 1): "no_data"}


def test_each_year_of_accounts_has_its_verdict(rows: Accounts) -> None:
    judged(rows, 2, 2, year=2022)
    judged(rows, 0, 0, year=2023)
    judged(rows, 0, 0, year=2024, others=2)
    assert verdict(rows) == {
        dt.date(2022, 1, 1): "off_target",
        dt.date(2023, 1, 1): "on_target",
        dt.date(2024, 1, 1): "no_data",
    }


def test_without_accounts_of_our_own_nothing_is_judged(accounts: Accounts) -> None:
    assert accounts.verdicts() == {None: ("no_data", None)}
    accounts.all_filed(2024, but=(OWN,))
    assert accounts.verdicts() == {None: ("no_data", None)}


def test_a_large_municipality_makes_the_methods_disagree(accounts: Accounts) -> None:
    """Mean 16.25, so 3.75 above it; weighted 31.8, so far below it."""
    accounts.filed(2024, OWN, 80, 20)
    accounts.filed(2024, "GM0001", 95, 5)
    accounts.filed(2024, "GM0002", 95, 5)
    accounts.filed(2024, "GM0003", 6_500, 3_500)
    by_mean, by_weight = (accounts.row(2024, "Flevoland", m) for m in ("mean", "weighted"))
    assert by_mean["region_share"] == pytest.approx(65 / 4)
    assert by_weight["region_share"] == pytest.approx(100 * 3_530 / 10_300)
    assert (by_mean["status"], by_weight["status"]) == ("above", "below")
    assert accounts.verdicts() == {dt.date(2024, 1, 1): ("uncertain", 20.0)}
