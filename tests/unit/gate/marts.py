"""Small warehouses and suites for the tests of the gate; all data are invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.gate.personal_data import rules_of

#: The two tables that the gate fills, as dbt leaves them.
OWN_TABLES = """
CREATE TABLE data_quality (table_name VARCHAR, rule VARCHAR, severity VARCHAR, passed BOOLEAN,
    observed VARCHAR, failing_rows BIGINT, checked_rows BIGINT, run_id VARCHAR, kpi_id VARCHAR,
    owner VARCHAR);
CREATE TABLE publication (release_id VARCHAR, published_at TIMESTAMP, as_of DATE,
    code_version VARCHAR, contract_version VARCHAR, verdict VARCHAR, previous_release VARCHAR);
"""

FIGURES = """
CREATE TABLE figure AS
    SELECT 'k' || n AS kpi_id, 'team' || n % 3 AS team, CAST(n AS DOUBLE) AS value
    FROM range(40) AS numbers (n);
COMMENT ON TABLE figure IS 'Cijfers van ''proef''. Een regel per KPI.';
COMMENT ON COLUMN figure.value IS 'De waarde.';
CREATE SCHEMA staging;
CREATE TABLE staging.record AS SELECT 'k' || n AS kpi_id FROM range(40) AS numbers (n);
"""


def expectation(rule: str, kind: str, severity: str = "critical", **kwargs: Any) -> dict[str, Any]:
    return {
        "rule": rule,
        "type": kind,
        "severity": severity,
        "description": f"De regel {rule} van de proef.",
        "kwargs": kwargs,
    }


ROWS = expectation("row_count", "expect_table_row_count_to_be_between", min_value=1)

SUITES: dict[str, list[dict[str, Any]]] = {
    "figure": [
        ROWS,
        expectation("value_filled", "expect_column_values_to_not_be_null", column="value"),
        expectation(
            "team_known",
            "expect_column_values_to_be_in_set",
            column="team",
            value_set=["team0", "team1", "team2"],
        ),
        expectation(
            "value_usual",
            "expect_column_values_to_be_between",
            "warning",
            column="value",
            min_value=0,
            max_value=100,
        ),
        expectation(
            "reconciles",
            "unexpected_rows_expectation",
            unexpected_rows_query="WITH own AS (SELECT * FROM {batch}) SELECT kpi_id FROM own "
            "FULL JOIN warehouse.staging.record AS r USING (kpi_id) "
            "WHERE own.kpi_id IS NULL OR r.kpi_id IS NULL",
        ),
    ],
    "data_quality": [ROWS],
    "publication": [
        expectation("row_count", "expect_table_row_count_to_be_between", min_value=1, max_value=1)
    ],
}


#: What the gate judges: the suites, and the rules of every published table.
JUDGED: dict[str, list[dict[str, Any]]] = {
    table: [*rules, *(rule.model_dump() for rule in rules_of(table))]
    for table, rules in SUITES.items()
}


def write_suites(folder: Path, suites: dict[str, list[dict[str, Any]]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for table, expectations in suites.items():
        document = {
            "table": table,
            "description": "Een reeks regels voor de proef.",
            "expectations": expectations,
        }
        (folder / f"{table}.json").write_text(json.dumps(document), encoding="utf-8")


def make_settings(
    tmp_path: Path, suites: dict[str, list[dict[str, Any]]] | None = None, timeout: int = 60
) -> Settings:
    write_suites(tmp_path / "expectations", SUITES if suites is None else suites)
    return Settings(
        home=tmp_path / "home",
        expectations=tmp_path / "expectations",
        dbt_project=without_contracts(tmp_path / "dbt_project"),
        gate_timeout_seconds=timeout,
    )


def without_contracts(folder: Path) -> Path:
    """The dbt project without contracts of tables: what follows from them is tried elsewhere."""
    if not folder.exists():
        (folder / "models").mkdir(parents=True)
        for path in (PROJECT / "dbt_project").iterdir():
            if path.name not in ("models", "target", "logs"):
                (folder / path.name).symlink_to(path)
        for path in (PROJECT / "dbt_project" / "models").iterdir():
            if path.name != "marts":
                (folder / "models" / path.name).symlink_to(path)
    return folder


def make_warehouse(settings: Settings, change: str = "", run: str = "run1") -> Path:
    """A run folder with a warehouse; `change` is SQL that spoils it."""
    folder = settings.warehouse / run
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(FIGURES + OWN_TABLES + change)
    return folder
