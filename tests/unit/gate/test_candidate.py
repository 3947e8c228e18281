"""The candidate: only the tables with a suite, one self-contained file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.mart_versions import contract_version
from dronten_pipeline.contracts.published_tables import RELEASE_ID, ColumnContract, TableContract
from dronten_pipeline.gate import candidate
from dronten_pipeline.gate.candidate import build_candidate

RELEASE = "20260331-1a2b3c4d5e6f"


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


def test_only_the_named_tables_are_copied_in_their_order_and_with_comments(
    warehouse: Path, tmp_path: Path
) -> None:
    mart = tmp_path / "mart.duckdb"
    counts = build_candidate(warehouse, mart, ["v", "b", "absent"], release_id=RELEASE)
    assert counts == {"b": 3, "v": 3}
    assert not mart.with_name("mart.duckdb.wal").exists()
    with duckdb.connect(str(mart), read_only=True) as connection:
        # In the order of the model.
        assert connection.sql("SELECT n, t FROM b").fetchall() == [(2, "x"), (1, "y"), (1, "a")]
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
        assert connection.sql(columns).fetchall() == [
            (None,),
            ("Een tekst.",),
            (RELEASE_ID.description,),
        ]


def test_every_row_says_of_which_release_it_is_in_the_last_column(
    warehouse: Path, tmp_path: Path
) -> None:
    mart = tmp_path / "mart.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("CREATE TABLE empty (n INTEGER)")
        connection.execute("CREATE TABLE publication (release_id VARCHAR, verdict VARCHAR)")
    build_candidate(warehouse, mart, ["b", "v", "empty", "publication"], release_id=RELEASE)
    with duckdb.connect(str(mart), read_only=True) as connection:
        for table in ("b", "v", "empty"):
            relation = connection.sql(f"FROM {table}")
            assert relation.columns[-1] == "release_id"
            assert {row[-1] for row in relation.fetchall()} <= {RELEASE}
        assert connection.sql("SELECT DISTINCT release_id FROM b").fetchall() == [(RELEASE,)]
        # The gate fills the one row of it; the name stands there once.
        assert connection.sql("FROM publication").columns == ["release_id", "verdict"]


def test_the_file_has_the_storage_that_every_client_opens(warehouse: Path, tmp_path: Path) -> None:
    build_candidate(warehouse, tmp_path / "mart.duckdb", ["b"], release_id=RELEASE)
    with duckdb.connect(str(tmp_path / "mart.duckdb"), read_only=True) as connection:
        tags = connection.sql(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'mart'"
        ).fetchall()
    assert tags == [("v1.0.0+",)]


def test_an_earlier_attempt_and_its_log_leave_no_trace(warehouse: Path, tmp_path: Path) -> None:
    mart = tmp_path / "mart.duckdb"
    mart.write_bytes(b"torn")
    mart.with_name("mart.duckdb.wal").write_bytes(b"stale")
    assert build_candidate(warehouse, mart, ["b"], release_id=RELEASE) == {"b": 3}


def test_the_warehouse_is_not_changed(warehouse: Path, tmp_path: Path) -> None:
    before = warehouse.read_bytes()
    build_candidate(warehouse, tmp_path / "mart.duckdb", ["b"], release_id=RELEASE)
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
        build_candidate(warehouse, tmp_path / f"{name}.duckdb", ["b"], release_id=RELEASE)
        versions.append(contract_version(tmp_path / f"{name}.duckdb"))
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("DROP VIEW IF EXISTS v")
            if name == "one":
                connection.execute("COMMENT ON COLUMN b.t IS NULL")
                connection.execute(change)
    assert (versions[0] == versions[1]) is same
    assert len(versions[0]) == 12


# --- keys

CONTRACTS = {
    "parent": TableContract(
        name="parent", key=("code",), columns={"code": ColumnContract(name="code")}
    ),
    # Its name comes first: a reference must not depend on the order of names.
    "child": TableContract(
        name="child",
        key=("n", "part"),
        columns={
            "n": ColumnContract(name="n"),
            "part": ColumnContract(name="part"),
            "code": ColumnContract(name="code", references=("parent", "code")),
            "seed": ColumnContract(name="seed", references=("not_published", "seed")),
        },
    ),
}
GOOD = "VALUES (1, 1, 'a', 's'), (1, 2, 'b', 's'), (2, 1, NULL, NULL)"
CHILD_KEYS = {"PRIMARY KEY(n, part)", "FOREIGN KEY (code) REFERENCES parent(code)"}


def keys_of(tmp_path: Path, child: str, parent: str = "VALUES ('a'), ('b')") -> dict[str, set[str]]:
    """The keys that a candidate declares, by table; its rows are those of the warehouse."""
    warehouse, mart = tmp_path / "warehouse.duckdb", tmp_path / "mart.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"CREATE TABLE parent AS FROM ({parent}) AS v (code)")
        connection.execute(f"CREATE TABLE child AS FROM ({child}) AS v (n, part, code, seed)")
        rows = connection.execute("FROM child").fetchall()
        connection.execute("COMMENT ON TABLE parent IS 'Ouder.'")
    build_candidate(warehouse, mart, ["child", "parent"], CONTRACTS, release_id=RELEASE)
    with duckdb.connect(str(mart), read_only=True) as connection:
        own = "SELECT * EXCLUDE release_id FROM child"
        assert connection.execute(own).fetchall() == rows
        comments = connection.execute("SELECT comment FROM duckdb_tables() ORDER BY 1").fetchall()
        assert ("Ouder.",) in comments
        found: dict[str, set[str]] = {"child": set(), "parent": set()}
        for table, text in connection.execute(
            "SELECT table_name, constraint_text FROM duckdb_constraints() "
            "WHERE constraint_type <> 'NOT NULL'"
        ).fetchall():
            found[table].add(text)
    return found


def test_the_keys_of_the_contract_are_declared(tmp_path: Path) -> None:
    found = keys_of(tmp_path, GOOD)
    assert found == {"child": CHILD_KEYS, "parent": {"PRIMARY KEY(code)"}}


@pytest.mark.parametrize(
    ("rows", "declared"),
    [
        ("VALUES (1, 1, 'a', 's'), (1, 1, 'b', 's')", set()),
        ("VALUES (1, 1, 'c', 's')", set()),
        (
            "VALUES (1, NULL, 'a', 's'), (1, 2, 'b', 's')",
            {"UNIQUE(n, part)", "FOREIGN KEY (code) REFERENCES parent(code)"},
        ),
    ],
    ids=["a key that comes twice", "a reference to nothing", "a part of a key that is empty"],
)
def test_rows_that_break_a_key_are_copied_for_the_suite_to_judge(
    tmp_path: Path, rows: str, declared: set[str]
) -> None:
    assert keys_of(tmp_path, rows)["child"] == declared


def test_nothing_refers_to_a_table_without_its_key(tmp_path: Path) -> None:
    found = keys_of(tmp_path, GOOD, parent="VALUES ('a'), ('b'), ('b')")
    assert found == {"child": {"PRIMARY KEY(n, part)"}, "parent": set()}


def test_the_key_of_a_large_table_is_not_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "MOST_KEYED_ROWS", 2)
    assert keys_of(tmp_path, GOOD) == {"child": set(), "parent": {"PRIMARY KEY(code)"}}


def test_the_judge_can_replace_the_rows_of_a_table_with_a_key(tmp_path: Path) -> None:
    keys_of(tmp_path, GOOD)
    with duckdb.connect(str(tmp_path / "mart.duckdb")) as connection:
        connection.execute("DELETE FROM child")
        connection.execute("INSERT INTO child VALUES (1, 1, 'a', 's', 'r')")
        assert connection.execute("SELECT count(*) FROM child").fetchall() == [(1,)]
