"""The candidate: only the tables with a suite, one self-contained file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.gate.candidate import build_candidate, contract_version


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            CREATE TABLE b AS SELECT * FROM (VALUES (2, 'x'), (1, 'y'), (1, 'a')) AS v (n, t);
            CREATE TABLE secret AS SELECT 1 AS one;
            CREATE SCHEMA staging;
            CREATE TABLE staging.b AS SELECT 9 AS nine;
            CREATE VIEW v AS SELECT n FROM b;
            COMMENT ON TABLE b IS 'Een tabel met ''aanhaling''.';
            COMMENT ON VIEW v IS 'Een blik.';
            COMMENT ON COLUMN b.t IS 'Een tekst.';
            """
        )
    return path


def test_only_the_named_tables_are_copied_sorted_and_with_comments(
    warehouse: Path, tmp_path: Path
) -> None:
    mart = tmp_path / "mart.duckdb"
    assert build_candidate(warehouse, mart, ["v", "b", "absent"]) == {"b": 3, "v": 3}
    assert not mart.with_name("mart.duckdb.wal").exists()
    with duckdb.connect(str(mart), read_only=True) as connection:
        assert connection.sql("FROM b").fetchall() == [(1, "a"), (1, "y"), (2, "x")]
        assert connection.sql("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall()[
            0
        ] == (0,), "a view would look for the warehouse"
        tables = "SELECT table_name, comment FROM duckdb_tables() ORDER BY 1"
        assert connection.sql(tables).fetchall() == [
            ("b", "Een tabel met 'aanhaling'."),
            ("v", "Een blik."),
        ]
        columns = (
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'b' ORDER BY column_index"
        )
        assert connection.sql(columns).fetchall() == [(None,), ("Een tekst.",)]


def test_the_file_has_the_storage_that_every_client_opens(warehouse: Path, tmp_path: Path) -> None:
    build_candidate(warehouse, tmp_path / "mart.duckdb", ["b"])
    with duckdb.connect(str(tmp_path / "mart.duckdb"), read_only=True) as connection:
        tags = connection.sql(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'mart'"
        ).fetchall()
    assert tags == [("v1.0.0+",)]


def test_an_earlier_attempt_and_its_log_leave_no_trace(warehouse: Path, tmp_path: Path) -> None:
    mart = tmp_path / "mart.duckdb"
    mart.write_bytes(b"torn")
    mart.with_name("mart.duckdb.wal").write_bytes(b"stale")
    assert build_candidate(warehouse, mart, ["b"]) == {"b": 3}


def test_the_warehouse_is_not_changed(warehouse: Path, tmp_path: Path) -> None:
    before = warehouse.read_bytes()
    build_candidate(warehouse, tmp_path / "mart.duckdb", ["b"])
    assert warehouse.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("INSERT INTO b VALUES (7, 'z')", True),
        ("ALTER TABLE b RENAME t TO u", False),
        ("ALTER TABLE b ALTER n TYPE BIGINT", False),
    ],
    ids=["a row", "a name", "a type"],
)
def test_the_contract_version_changes_with_the_contract_only(
    warehouse: Path, tmp_path: Path, change: str, same: bool
) -> None:
    versions = []
    for name in ("one", "two"):
        build_candidate(warehouse, tmp_path / f"{name}.duckdb", ["b"])
        versions.append(contract_version(tmp_path / f"{name}.duckdb"))
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("DROP VIEW IF EXISTS v")
            if name == "one":
                connection.execute("COMMENT ON COLUMN b.t IS NULL")
                connection.execute(change)
    assert (versions[0] == versions[1]) is same
    assert len(versions[0]) == 12
