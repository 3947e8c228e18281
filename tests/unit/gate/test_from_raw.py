"""The headline figures are computed again from the raw files, and not by the query."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dronten_pipeline.contracts.suites import QUERY, Suite, load_suites
from dronten_pipeline.gate import from_raw
from dronten_pipeline.gate.sql_judge import judge_suite
from dronten_pipeline.gate.verdict import combine
from dronten_pipeline.ledger.judgement import InputFile
from tests.conftest import PROJECT

AS_OF = dt.date(2026, 6, 30)
RULE = "invoices_reconcile"
ROWS = [
    ("F1", dt.date(2026, 1, 5), dt.date(2026, 2, 4), 380, None),  # on day 30
    ("F2", dt.date(2026, 1, 5), dt.date(2026, 2, 5), 380, False),  # a day later
    ("F3", dt.date(2026, 1, 5), None, 380, True),  # disputed
    ("F4", dt.date(2026, 1, 5), dt.date(2026, 1, 6), 381, False),  # a credit note
    ("F5", dt.date(2026, 6, 1), None, 380, False),  # day 30 is still to come
    ("F6", dt.date(2025, 12, 1), None, None, None),  # counts on 31 December
]
COLUMNS = ["factuur_id", "ontvangen_op", "betaald_op", "typecode", "in_geschil"]


def raw_file(folder: Path, name: str, rows: list[tuple]) -> None:
    pl.DataFrame(rows, schema=COLUMNS, orient="row").with_columns(
        leverancier_id=pl.lit("L"), _line=pl.int_range(1, pl.len() + 1)
    ).write_parquet(folder / name)


@pytest.fixture
def raw(tmp_path: Path) -> from_raw.Raw:
    raw_file(tmp_path, "one.parquet", [*ROWS[1:], ("F1", *ROWS[1][1:])])
    raw_file(tmp_path, "two.parquet", ROWS[:1])  # F1 once more, as it is
    files = [
        InputFile(
            source="finance_invoices",
            table="incoming",
            file_name="x",
            sha256="x",
            counts=True,
            raw_path=path,
            delivery_number=number,
        ).written()
        for path, number in (("two.parquet", 2), ("one.parquet", 1))
    ]
    (tmp_path / "inputs.json").write_text(json.dumps({"files": files}))
    found = from_raw.raw_of(tmp_path, tmp_path, PROJECT / "dbt_project", AS_OF)
    assert found is not None
    return found


@pytest.fixture
def mart() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "ATTACH ':memory:' AS warehouse;"
            "CREATE SCHEMA warehouse.staging; CREATE SCHEMA warehouse.register;"
            "CREATE TABLE warehouse.staging.stg_run__source AS "
            "SELECT 'finance_invoices' AS source, 'current' AS state;"
            "CREATE TABLE warehouse.register.kpi_register AS SELECT 'invoices_paid_30d' AS kpi_id, "
            "'finance_invoices' AS source_system, false AS is_about_people;"
            "CREATE TABLE fct_kpi_value AS SELECT 'invoices_paid_30d' AS kpi_id, "
            "'year' AS period_grain, 'total' AS dimension, 'current' AS source_state, "
            "false AS is_suppressed, * FROM (VALUES (DATE '2025-01-01', 1, 1.0, 0.0), "
            "(DATE '2026-01-01', 2, 2.0, 1.0)) AS shown "
            "(period_start, sample_size, denominator, numerator)"
        )
        yield connection


def test_the_last_delivered_version_of_each_record_counts(
    mart: duckdb.DuckDBPyConnection, raw: from_raw.Raw
) -> None:
    assert from_raw.differing(mart, raw, RULE) == 0


@pytest.mark.parametrize(
    ("change", "years"),
    [
        ("UPDATE fct_kpi_value SET numerator = numerator + 1", 2),
        ("UPDATE fct_kpi_value SET is_suppressed = true, sample_size = NULL", 2),
        ("DELETE FROM fct_kpi_value WHERE sample_size = 1", 1),
        ("UPDATE warehouse.staging.stg_run__source SET state = 'stopped'", 2),
    ],
)
def test_a_figure_that_the_files_do_not_give_is_found(
    mart: duckdb.DuckDBPyConnection, raw: from_raw.Raw, change: str, years: int
) -> None:
    mart.execute(change)
    assert from_raw.differing(mart, raw, RULE) == years


def test_a_result_says_in_how_many_ways_it_was_computed(
    mart: duckdb.DuckDBPyConnection, raw: from_raw.Raw
) -> None:
    rules = load_suites(PROJECT / "expectations")["fct_kpi_value"].expectations
    suite = Suite.model_construct(
        table="fct_kpi_value", expectations=[one for one in rules if one.rule == RULE]
    )
    answers = judge_suite(mart, suite, raw)
    both = {"sql": answers, "great_expectations": answers}
    (result,) = combine([suite], both, {})
    assert (result.passed, result.computations) == (True, 2)
    (raw.folder / "two.parquet").unlink()
    (gone,) = judge_suite(mart, suite, raw).values()
    assert "niet opnieuw te lezen" in str(gone.error)
    (by_query,) = judge_suite(mart, suite).values()  # of a run that did not say what it read
    assert not by_query.is_from_raw


def test_every_computation_is_of_a_rule_about_that_kpi() -> None:
    rules = {
        one.rule: one for one in load_suites(PROJECT / "expectations")[from_raw.TABLE].expectations
    }
    for name, one in from_raw.COMPUTED.items():
        assert (rules[name].kpi, rules[name].type, rules[name].severity) == (
            one.kpi_id,
            QUERY,
            "critical",
        )
