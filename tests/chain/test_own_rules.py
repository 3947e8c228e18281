"""The rules that one KPI adds to a suite see a wrong figure of that KPI.

They are tried on the sample, where every KPI has figures: on the mart that was published and the
warehouse that it was made of. Queries are run as they stand in their file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.dbt_project import register
from dronten_pipeline.contracts.suites import load_suites
from dronten_pipeline.core.settings import Settings
from tests.conftest import PROJECT

KPIS = [row["kpi_id"] for row in register(Settings())]
SUITES = load_suites(PROJECT / "expectations")

#: Every figure of a KPI one record off, as a model would be that counts a record too many.
ONE_OFF = """
update fct_kpi_value set value = value + 1, numerator = numerator + 1,
    denominator = denominator + 1, sample_size = sample_size + 1
where kpi_id = ?
"""


def critical_queries(kpi: str) -> list[str]:
    """The critical queries about the figures of a KPI, ready to be run on a mart."""
    return [
        rule.kwargs["unexpected_rows_query"].replace("{batch}", "fct_kpi_value")
        for rule in SUITES["fct_kpi_value"].expectations
        if rule.kpi == kpi and rule.severity == "critical"
    ]


@pytest.fixture(scope="module")
def mart(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    home = sample_home
    release: Path = (home / "releases" / "current").resolve()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'mart.duckdb'}' as published (read_only)")
        warehouse = home / "warehouse" / "latest" / "warehouse.duckdb"
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        for (table,) in connection.execute("show tables from published").fetchall():
            connection.execute(f'create table "{table}" as from published."{table}"')
        yield connection


@pytest.mark.parametrize("kpi", KPIS)
def test_the_rules_of_a_kpi_see_figures_that_are_one_off(
    mart: duckdb.DuckDBPyConnection, kpi: str
) -> None:
    queries = critical_queries(kpi)
    assert queries, f"no critical rule in expectations/fct_kpi_value/ reconciles {kpi}"
    assert [len(mart.sql(query).fetchall()) for query in queries] == [0] * len(queries)
    mart.execute("begin")
    try:
        mart.execute(ONE_OFF, [kpi])
        assert any(mart.sql(query).fetchall() for query in queries)
    finally:
        mart.execute("rollback")


def test_a_rule_names_a_kpi_of_the_register() -> None:
    named = {rule.kpi for suite in SUITES.values() for rule in suite.expectations}
    assert named - {None} == set(KPIS)
