"""Parquet and CSV of a release: the same rows give the same bytes, and they read back."""

from __future__ import annotations

import contextlib
import csv
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.release.formats.checksums import describe
from dronten_pipeline.release.formats.machine_csv import export_csv
from dronten_pipeline.release.formats.parquet import export_parquet, hash_columns
from dronten_pipeline.release.formats.reading_back import count_rows

ROWS = """
SELECT n :: INTEGER AS n, 'k' || n % 7 AS k, CASE WHEN n % 5 <> 0 THEN n / 7 END AS v,
    DATE '2026-01-01' + n :: INTEGER AS d, TIMESTAMP '2026-01-01 10:00:00' AS t, n % 2 = 0 AS b
FROM range(5000) AS r (n)
"""


@pytest.mark.parametrize("threads", [1, 4])
def test_parquet_of_the_same_rows_is_the_same_file(tmp_path: Path, threads: int) -> None:
    for name in ("one", "two"):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb"), config={"threads": threads}) as mart:
            mart.execute(f"CREATE TABLE t AS {ROWS} ORDER BY ALL")
        assert export_parquet(tmp_path / f"{name}.duckdb", tmp_path / name) == {"t": 5000}
    one, two = ((tmp_path / name / "t.parquet").read_bytes() for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("rows", ["1 = 1", "n % 7 > 0 AND n NOT BETWEEN 50000 AND 200000"])
def test_parquet_is_the_same_file_whatever_the_number_of_processors(
    tmp_path: Path, rows: str
) -> None:
    with duckdb.connect(str(tmp_path / "mart.duckdb"), config={"threads": 4}) as mart:
        mart.execute(
            "CREATE TABLE t AS SELECT n, 'k' || n % 97 AS k, hash(n) / 3.0 AS v "
            "FROM range(500000) AS r (n)"
        )
        mart.execute(f"DELETE FROM t WHERE NOT ({rows})")
    written = set()
    for processors in (1, 2, 4, 8):
        export_parquet(tmp_path / "mart.duckdb", tmp_path / "parquet", processors)
        written.add((tmp_path / "parquet/t.parquet").read_bytes())
    assert len(written) == 1


def test_csv_is_hashed_while_it_is_written(exported: Path) -> None:
    again = export_csv(exported / "parquet", exported / "again")
    assert again == describe(exported, (exported / "again").iterdir())
    assert set(again) == {"again/e.csv", "again/t.csv"}


def test_a_csv_that_does_not_fit_on_the_disk_is_an_error(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/e.csv").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        export_csv(exported / "parquet", tmp_path / "full")


def test_parquet_of_other_rows_is_another_file(tmp_path: Path) -> None:
    for name, last in (("one", "1"), ("two", "2")):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as connection:
            connection.execute(f"CREATE TABLE t AS SELECT {last} AS n")
        export_parquet(tmp_path / f"{name}.duckdb", tmp_path / name)
    assert (tmp_path / "one/t.parquet").read_bytes() != (tmp_path / "two/t.parquet").read_bytes()


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("SELECT * REPLACE ('of another release' AS release_id) FROM t", True),
        ("SELECT * EXCLUDE release_id FROM t", True),
        ("SELECT * REPLACE (CASE n WHEN 150000 THEN NULL ELSE v END AS v) FROM t", False),
        ("SELECT * RENAME (v AS w) FROM t", False),
        ("SELECT * REPLACE (n::UBIGINT AS n) FROM t", False),
        ("SELECT k, n, v, release_id FROM t", False),
        ("SELECT * FROM t ORDER BY n DESC", False),
        ("FROM t WHERE n < 150000", False),
    ],
    ids=["its value", "its absence", "a value", "a name", "a type", "columns", "rows", "fewer"],
)
def test_a_column_can_be_left_out_of_what_a_file_is_known_by(
    tmp_path: Path, change: str, same: bool
) -> None:
    found = []
    for name, query in (("one", "FROM t"), ("two", change)):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as mart:
            mart.execute(
                "CREATE TABLE t AS SELECT n, 'k' || n % 97 AS k, n / 3.0 AS v, "
                "'of this release' AS release_id FROM range(200000) AS r (n)"
            )
            mart.execute(f"CREATE TABLE u AS {query}")
            mart.execute("DROP TABLE t")
        export_parquet(tmp_path / f"{name}.duckdb", tmp_path / name)
        path = tmp_path / name / "u.parquet"
        found.append(hash_columns([path], without={"release_id"})[path])
    assert (found[0] == found[1]) is same


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "mart.duckdb")) as connection:
        connection.execute(
            """
            CREATE TABLE t AS SELECT * FROM (VALUES
                (1, 'a,b;"c"' || chr(10) || 'd', DATE '2026-01-31', 0.1 :: DOUBLE),
                (2, '', NULL, NULL), (3, NULL, DATE '0001-01-01', 1e-10), (4, 'é', NULL, 12345678.9)
            ) AS v (n, tekst, dag, waarde);
            CREATE TABLE e AS FROM t WHERE false
            """
        )
    export_parquet(tmp_path / "mart.duckdb", tmp_path / "parquet")
    export_csv(tmp_path / "parquet", tmp_path / "csv")
    return tmp_path


def test_csv_is_utf8_after_rfc_4180(exported: Path) -> None:
    content = (exported / "csv/t.csv").read_bytes()
    assert content.startswith(b"n,tekst,dag,waarde\r\n1,")
    assert content.endswith(b"\r\n")
    with (exported / "csv/t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["1", 'a,b;"c"\nd', "2026-01-31", "0.1"]
    assert rows[4][:2] == ["4", "é"]
    assert float(rows[3][3]) == 1e-10
    assert float(rows[4][3]) == 12345678.9


def test_csv_tells_an_empty_text_from_an_absent_one(exported: Path) -> None:
    lines = (exported / "csv/t.csv").read_text(encoding="utf-8").split("\n")
    assert any(line.startswith('2,"",') for line in lines)
    assert any(line.startswith("3,,") for line in lines)


@pytest.mark.parametrize(("table", "rows"), [("t", 4), ("e", 0)])
def test_files_read_back_with_their_number_of_rows(exported: Path, table: str, rows: int) -> None:
    paths = [exported / f"parquet/{table}.parquet", exported / f"csv/{table}.csv"]
    assert count_rows(paths) == dict.fromkeys(paths, rows)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_torn_file_does_not_read_back(exported: Path, kind: str) -> None:
    path = exported / kind / f"t.{kind}"
    path.write_bytes(path.read_bytes()[:30])
    with contextlib.suppress(duckdb.Error):
        assert count_rows([path]) != {path: 4}
