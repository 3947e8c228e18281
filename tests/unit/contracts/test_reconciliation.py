"""A rule that says what figures must be gets a query that sees where they are something else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.rule_files import read_rule_file

TOWN = """
CREATE SCHEMA staging;
CREATE SCHEMA register;
CREATE TABLE staging.stg_run__context AS SELECT DATE '2026-06-30' AS as_of;
CREATE TABLE staging.stg_run__source AS SELECT 'desk' AS source, 'current' AS state;
CREATE TABLE register.kpi_register AS
    SELECT 'late' AS kpi_id, 'desk' AS source_system, true AS is_about_people;
CREATE TABLE staging.stg_desk__visits AS SELECT * FROM (VALUES
    (1, DATE '2025-03-01', true, 7.0, 'a'), (2, DATE '2025-04-01', false, 8.0, 'b'),
    (3, DATE '2026-02-01', true, 9.0, 'a'), (4, DATE '2026-07-01', true, 1.0, 'a'),
    (5, NULL, true, 1.0, 'a')
) AS visits (id, day, is_late, grade, team);
CREATE TABLE figure AS SELECT 'late' AS kpi_id, 'year' AS period_grain, * FROM (VALUES
    (DATE '2025-01-01', 'total', 'total', 7.5 :: DOUBLE, 1.0, 2.0, 2, false, 'current'),
    (DATE '2026-01-01', 'total', 'total', 9.0, 1.0, 1.0, 1, false, 'current'),
    (DATE '2025-01-01', 'team', 'a', 7.0, 1.0, 1.0, 1, false, 'current'),
    (DATE '2025-01-01', 'team', 'b', 8.0, 0.0, 1.0, 1, false, 'current'),
    (DATE '2026-01-01', 'team', 'a', 9.0, 1.0, 1.0, 1, false, 'current')
) AS shown (period_start, dimension, dimension_value, value, numerator, denominator, sample_size,
    is_suppressed, source_state);
"""
RULE = """-- type: reconciles
-- severity: critical
-- kpi: late
-- description: De bezoeken tellen op tot het cijfer.
-- equal: sample_size, denominator, numerator, mean value
select day, 1 as denominator, is_late as numerator, grade as value
from warehouse.staging.stg_desk__visits
"""
PER_TEAM = RULE.replace(", grade as value", ", grade as value, team as dimension_value").replace(
    "-- equal", "-- part: team\n-- equal"
)
EVERY = RULE.replace("-- equal", "-- every: stg_desk__visits\n-- equal").replace(
    "grade as value", "grade as value, case when id = 3 then 'weg' end as left_out"
)


@pytest.fixture
def town() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH ':memory:' AS warehouse; USE warehouse; {TOWN}")
        yield connection


def differing(town: duckdb.DuckDBPyConnection, tmp_path: Path, rule: str, change: str = "") -> int:
    path = tmp_path / "visits_reconcile.sql"
    path.write_text(rule, encoding="utf-8")
    query = read_rule_file(path).query.replace("{batch}", "figure")
    if change:
        town.execute(change)
    return len(town.execute(query).fetchall())


@pytest.mark.parametrize(
    ("rule", "change", "years"),
    [
        (RULE, "", 0),
        (RULE, "UPDATE figure SET numerator = 2 WHERE period_start = '2025-01-01'", 1),
        (RULE, "UPDATE figure SET value = value + 0.00001", 2),
        (RULE, "UPDATE figure SET denominator = NULL", 2),
        (RULE, "UPDATE staging.stg_desk__visits SET day = '2026-06-30' WHERE id = 4", 1),
        (RULE, "DELETE FROM figure WHERE period_start = '2026-01-01'", 1),
        (RULE, "UPDATE figure SET sample_size = NULL, is_suppressed = true", 0),
        (
            RULE,
            "UPDATE figure SET sample_size = NULL, is_suppressed = true; "
            "UPDATE register.kpi_register SET is_about_people = false",
            2,
        ),
        (RULE, "UPDATE staging.stg_run__source SET state = 'stopped'", 2),
        (PER_TEAM, "", 0),
        (PER_TEAM, "UPDATE figure SET numerator = 1 WHERE dimension_value = 'b'", 1),
        (PER_TEAM, "UPDATE figure SET numerator = 5 WHERE dimension = 'total'", 0),
        (EVERY, "", 1),
        (EVERY, "DELETE FROM figure WHERE period_start = '2026-01-01'", 0),
    ],
)
def test_a_year_that_shows_something_else_is_found(
    town: duckdb.DuckDBPyConnection, tmp_path: Path, rule: str, change: str, years: int
) -> None:
    assert differing(town, tmp_path, rule, change) == years


def test_a_record_that_the_query_loses_is_found(
    town: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    lost = EVERY.replace("id = 3", "id = 9").rstrip() + "\nwhere id <> 5\n"
    assert differing(town, tmp_path, lost) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("numerator, mean", "teller, mean", ":5: equal noemt welke van sample_size"),
        ("reconciles", "adds_up", ":1: type is reconciles, of staat er niet"),
        ("-- type: reconciles\n", "", ":4: equal hoort bij een regel met"),
        ("-- kpi: late\n", "", "kpi moet een naam zijn"),
        ("-- equal", "-- every: a; drop\n-- equal", ":5: every moet een naam zijn"),
    ],
)
def test_a_head_that_cannot_be_is_a_sentence_with_its_line(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "visits_reconcile.sql"
    path.write_text(RULE.replace(old, new), encoding="utf-8")
    with pytest.raises(ContractError) as raised:
        read_rule_file(path)
    assert says in str(raised.value)
