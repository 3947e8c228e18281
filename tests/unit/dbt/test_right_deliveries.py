"""No rule holds back a mart that is right: deliveries that are rare, odd or poor, and right.

Each delivery here could break a rule that compares figures (docs/decisions/0021-right-marts.md
lists rule by rule which). dbt builds the mart from them, and the suites judge it as the gate does.
Not here: that a rule sees what it looks for (tests/chain/test_every_rule.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.published_tables import load_table_contracts
from dronten_pipeline.contracts.suites import load_suites
from dronten_pipeline.gate import attack
from dronten_pipeline.gate.candidate import build_candidate, build_reference
from dronten_pipeline.gate.sql_judge import judge_by_sql
from tests.unit.dbt import test_term_kpis as terms
from tests.unit.dbt.conftest import DBT_PROJECT, PROJECT, Raw, dbt_build, entry, lay_out, publish
from tests.unit.dbt.without_terms import (
    DELIVERIES,
    INTERVIEWED,
    TEAMS,
    climate,
    employee,
    file,
    login,
    reading,
    report,
    robot,
)

pytestmark = pytest.mark.slow

SUITES = load_suites(PROJECT / "expectations")
#: About the run and the gate itself, which are not here, and about texts, which have levels here
#: and no scores.
OF_THE_RUN = {"source_delivery", "data_quality", "publication", "text_readability"}


def rare(raw: Raw) -> None:
    """Amounts that are negative or add up to a count, terms of a year, years that are typed wrong,
    call-backs and calls of which half is unknown, more interviews than teams."""
    lay_out(raw)
    terms.lay_out(raw)
    later = 3
    raw.deliver(
        "finance_hr",
        "staff_costs",
        [
            # two records, two euros, and one of them is paid back
            entry("few1", 2024, 1, "L1.1", "3"),
            entry("few2", 2024, 2, "L3.5.1", "-1"),
            # nothing is left to divide by
            entry("none1", 2023, 1, "L1.1", "100"),
            entry("none2", 2023, 2, "L1.1", "-100"),
            entry("less", 2022, 2, "L1.1", "-100"),
            entry("typed", 99999999, 2, "L1.1", "100"),
        ],
        number=later,
    )
    raw.deliver(
        "programme_register",
        "counters",
        [
            reading(TEAMS, "1990-04-01", 2),
            reading(TEAMS, "2026-01-01", 2),
            reading(INTERVIEWED, "2026-01-01", 3),
        ],
        number=later,
    )
    raw.deliver(
        "customer_contact",
        "team_contacts",
        [
            {
                "zaak_id": f"norm {norm}",
                "team": "gebiedsontwikkeling",
                "ontvangen_op": terms.moment("2024-1-2"),
                "norm_werkdagen": norm,
                "afgehandeld_op": None,
            }
            for norm in (-3, 300, 500, 2_000_000_000)
        ],
        number=later,
    )
    raw.deliver("external_survey", "scores", [climate(99_999_999, "7", None)], number=later)
    raw.deliver(
        "service_norm_reports",
        "reports",
        [
            report(90, "dienstverleningsnorm", "1990-03-01T10:00:00", team="Jeugd"),
            report(91, "dienstverleningsnorm", "2035-03-01T10:00:00", team="Jeugd"),
            report(92, "iets anders", "2024-03-01T10:00:00"),
        ],
        number=later,
    )
    raw.deliver(
        "softbot_log",
        "runs",
        [robot(90, "1990-03-01T10:00:00", 5, None, "TONK")],
        number=later,
    )
    raw.deliver("mijndronten", "logins", [login(90, "h1", "1990-03-01T10:00:00")], number=later)
    raw.deliver(
        "procurement",
        "files",
        [
            {**file(90, "1990-03-01", "onrechtmatig"), "bedrag_eur": Decimal("12")},
            {**file(91, "2024-03-01", "onrechtmatig"), "bedrag_eur": Decimal("-12.50")},
            {**file(92, "2024-03-01", "rechtmatig"), "bedrag_eur": Decimal("12.50")},
        ],
        number=later,
    )
    raw.deliver(
        "hr_training",
        "staff_training",
        [employee("z1", "b1_schrijven", "Wmo", afgerond_op="1990-03-01")],
        number=later,
    )


def single(raw: Raw) -> None:
    """One record of every table, and of most KPIs none."""
    for (source, table), rows in DELIVERIES.items():
        raw.deliver(source, table, rows[:1])


def nothing_counts(raw: Raw) -> None:
    """One KPI with a figure; of the other sources a first delivery without records that count."""
    raw.deliver("search_log", "searches", DELIVERIES["search_log", "searches"])
    raw.deliver("mijndronten", "logins", [login(1, "h1", "2026-01-31T12:00:00", "eherkenning")])
    raw.deliver("service_norm_reports", "reports", [report(1, "anders", "2026-02-01T10:00:00")])
    raw.deliver("procurement", "files", [file(6, "2035-03-11", "onrechtmatig")])


def critical_failures(warehouse: Path, folder: Path) -> dict[str, str]:
    """What the rules that hold a mart back say against one."""
    mart, reference = folder / "mart.duckdb", folder / "reference.duckdb"
    contracts = load_table_contracts(DBT_PROJECT)
    build_candidate(warehouse, mart, SUITES, contracts, release_id="new")
    build_reference(warehouse, reference)
    attack.try_candidate(mart, reference, folder / "releases")
    judged = [suite for table, suite in SUITES.items() if table not in OF_THE_RUN]
    answers = judge_by_sql(mart, reference, judged)
    return {
        f"{suite.table}.{rule.rule}": answers[suite.table, rule.rule].observed
        for suite in judged
        for rule in suite.expectations
        if rule.severity == "critical" and not answers[suite.table, rule.rule].passed
    }


@pytest.mark.parametrize("laid_out", [rare, single, nothing_counts], ids=lambda one: one.__name__)
def test_a_right_mart_is_not_held_back(laid_out: Callable[[Raw], None], tmp_path: Path) -> None:
    raw = Raw(tmp_path / "raw" / "current")
    laid_out(raw)
    warehouse = dbt_build(raw.folder, tmp_path)
    assert critical_failures(warehouse, tmp_path) == {}


def test_figures_of_a_stopped_source_are_judged_by_the_definitions_of_their_day(
    built: tuple[Raw, Path], tmp_path: Path
) -> None:
    """Every source stops, on the day after the definitions changed."""
    raw, before = built
    with duckdb.connect(str(before / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("""
            create temp table old as from main.fct_kpi_value;
            -- then the headline was of a month, and no file was counted by department
            insert into old select * replace ('month' as period_grain) from old
            where kpi_id = 'procurement_lawfulness' and period_grain = 'quarter';
            delete from old where kpi_id = 'procurement_lawfulness' and dimension <> 'total';
            update old set definition_version = 0, ci_low = null, ci_high = null;
            create temp view fct_kpi_value as from old;
        """)
        publish(connection, tmp_path)
    previous = {"release_id": "old", "as_of": dt.date(2026, 3, 10), "code_version": "older"}
    raw.run(dt.date(2026, 4, 10), stopped=tuple(raw.sources), previous=previous)
    try:
        warehouse = dbt_build(raw.folder, tmp_path, previous=str(tmp_path))
        # in here, because the warehouse reads the state of the sources from there
        assert critical_failures(warehouse, tmp_path) == {}
    finally:
        raw.run(dt.date(2026, 3, 10))
