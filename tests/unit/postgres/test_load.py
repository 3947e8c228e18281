"""PostgreSQL shows exactly the current release, or what it showed before."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from pydantic import SecretStr

from dronten_pipeline.core import postgres_names
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import bodies, ledger
from dronten_pipeline.postgres import load as loading
from dronten_pipeline.postgres import mart_tables, swap
from dronten_pipeline.postgres.connection import PostgresError
from dronten_pipeline.postgres.load import describe_lag, load_current
from tests.conftest import Datalab
from tests.documents import append
from tests.postgres_server import PASSWORD, Server, new_database, running, wait_until_it_answers
from tests.unit.postgres.marts import OPENED, TABLES, make_current, release_id
from tests.unit.release.marts import judged_mart, publish_it


@dataclass(frozen=True)
class Place:
    """A database of its own, loaded by a role with no more rights than the documents list."""

    server: Server
    database: str
    settings: Settings

    def rows(self, query: str, role: str = "postgres") -> list[tuple[Any, ...]]:
        with self.server.connected(self.database, role) as connection:
            cursor = connection.execute(query)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def shown(self) -> int | None:
        """The number of the release that people read."""
        with self.server.connected(self.database) as connection:
            held = swap.release_in(connection, "mart")
        return int(held.split("-")[1], 16) if held else None

    def staged(self) -> list[str]:
        return [
            name
            for (name,) in self.rows(
                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mart\\_%' ORDER BY 1"
            )
        ]


@pytest.fixture(scope="session")
def database(server: Server) -> str:
    """Roles and a database as docs/data-engineer.md sets them up."""
    with server.connected() as connection:
        connection.execute(f"CREATE ROLE datalab LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("CREATE ROLE bi_lezer")
        connection.execute("CREATE ROLE bi_open")
        connection.execute("GRANT pg_signal_backend, pg_read_all_stats TO datalab")
        people = (("lezer", "bi_lezer"), ("burger", "bi_open"), ("ander", "pg_monitor"))
        for person, member_of in people:
            connection.execute(
                f"CREATE ROLE {person} LOGIN PASSWORD '{PASSWORD}' IN ROLE {member_of}"  # type: ignore[arg-type]
            )

    return new_database(server, owner="datalab")


@pytest.fixture
def place(server: Server, database: str, tmp_path: Path) -> Place:
    """The database without anything in it: a new one for each test costs seconds."""
    settings = Settings(
        home=tmp_path / "home",
        postgres_url=SecretStr(server.url(database, "datalab")),
        postgres_patience_seconds=1,
    )
    place = Place(server, database, settings)
    for (schema,) in place.rows(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN "
        "('information_schema', 'public')"
    ):
        place.rows(f"DROP SCHEMA {schema} CASCADE")
    return place


def load(place: Place, number: int, statements: str | None = None) -> loading.Outcome:
    make_current(place.settings, number, statements)
    outcome = load_current(place.settings)
    assert outcome is not None
    return outcome


# --- what is loaded


def test_the_release_in_force_is_shown(place: Place) -> None:
    assert load_current(place.settings) is None
    outcome = load(place, 1)
    assert (outcome.kind, outcome.previous, outcome.warnings) == ("loaded", None, ())
    assert place.shown() == 1
    assert place.staged() == []
    assert place.rows("SELECT count(*), min(number) FROM mart.fct_kpi_value") == [(200, 1)]
    record = next(ledger.records_of(place.settings, bodies.Postgres))
    assert record.body.release_id == release_id(1)
    assert record.body.tables["fct_kpi_value"].rows == 200


def test_the_same_release_is_loaded_once(place: Place) -> None:
    load(place, 1)
    assert load(place, 1).kind == "held"
    assert len(list(ledger.records_of(place.settings, bodies.Postgres))) == 1


def test_releases_wait_beside_it_to_go_back_to_and_old_ones_go(place: Place) -> None:
    for number in range(1, 7):
        load(place, number)
    assert [int(name[-12:], 16) for name in place.staged()] == [3, 4, 5]
    outcome = load(place, 4)
    assert outcome.kind == "returned"
    assert place.shown() == 4
    assert [int(name[-12:], 16) for name in place.staged()] == [3, 5, 6]
    assert place.rows("SELECT DISTINCT number FROM mart.dim_kpi", "lezer") == [(4,)]
    assert load(place, 7).kind == "loaded"


def test_a_withdrawn_release_leaves_no_copy(place: Place) -> None:
    for number in (1, 2, 3):
        load(place, number)
    loading.forget(place.settings, release_id(2))
    assert [int(name[-12:], 16) for name in place.staged()] == [1]
    assert place.shown() == 3
    loading.forget(place.settings, release_id(3))
    assert place.shown() is None
    assert place.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'mart'") == [(0,)]
    load(place, 1)
    assert place.shown() == 1


def test_a_release_that_was_changed_while_it_waited_is_not_shown(place: Place) -> None:
    load(place, 1)
    load(place, 2)
    place.rows(f"UPDATE mart_{release_id(1).replace('-', '_')}.dim_kpi SET number = 9")
    make_current(place.settings, 1)
    with pytest.raises(PostgresError, match=r"dim_kpi heeft 10 rijen .* en de uitgave 10"):
        load_current(place.settings)
    assert place.shown() == 2


HOSTILE = """
CREATE TABLE hostile AS SELECT * FROM (VALUES
    (1, 'aanhaling " en '' en ; , \\N \\. regel' || chr(10) || chr(13) || chr(9) || 'eind',
     0.1::DOUBLE, 12.30::DECIMAL(18, 2), DATE '1899-12-31', true, 9223372036854775807,
     TIMESTAMP '1999-12-31 23:59:59.999999', 1.5::FLOAT, '{{"a": 1}}'::JSON),
    (2, '', '-0.0'::DOUBLE, -0.01, DATE '9999-12-31', false, -9223372036854775808,
     TIMESTAMP '0001-01-01 00:00:00', 'nan'::FLOAT, '[]'),
    (3, 'é€😀' || chr(1) || chr(127) || chr(65534), 'nan'::DOUBLE, 9999999999999999.99,
     DATE '2000-02-29', NULL, 0, TIMESTAMP '2026-03-29 02:30:00', '-inf'::FLOAT, 'null'),
    (4, NULL, '-infinity'::DOUBLE, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, repeat('x', 100000), 5e-324::DOUBLE, 0, DATE '0001-01-01', true, 1,
     TIMESTAMP '2026-01-01', 0, '""'),
    (6, ' ', 1.7976931348623157e308::DOUBLE, 100000, DATE '1970-01-01', true, 1,
     TIMESTAMP '1970-01-01', 0, '""')
) AS of (id, text_column, real, amount, day, yes, big, moment, small, document);
ALTER TABLE hostile ADD PRIMARY KEY (id);
CREATE VIEW "Rapport met 'naam'" AS SELECT id AS "Nummer", day AS "Dag ""nu"" ?" FROM hostile;
COMMENT ON VIEW "Rapport met 'naam'" IS 'Een aanhaling '' en een % en een {{}}';
"""


def test_every_value_arrives_as_it_is(place: Place) -> None:
    load(place, 1, HOSTILE)
    with duckdb.connect(str(place.settings.releases / "current" / "mart.duckdb")) as mart:
        wanted = mart.execute("SELECT * FROM hostile ORDER BY id").fetchall()
    found = place.rows("SELECT * FROM mart.hostile ORDER BY id")
    assert [[repr(value) for value in row] for row in found] == [
        [repr(value) for value in row] for row in wanted
    ]
    assert math.copysign(1, found[1][2]) == -1
    view = "SELECT * FROM mart.\"Rapport met 'naam'\""
    assert place.rows(view) == [(row[0], row[4]) for row in wanted]


def test_every_column_has_the_type_of_the_contract(place: Place) -> None:
    load(place, 1, HOSTILE)
    types = place.rows(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = 'mart.hostile'::regclass AND attnum > 0 ORDER BY attnum"
    )
    assert [name for (name,) in types] == [
        *("integer", "text", "double precision", "numeric(18,2)", "date", "boolean", "bigint"),
        *("timestamp without time zone", "real", "text"),
    ]


def test_a_tool_for_reports_finds_tables_keys_and_comments(place: Place) -> None:
    load(place, 1)
    as_tool = "lezer"
    assert place.rows(
        "SELECT table_name, table_type FROM information_schema.tables "
        "WHERE table_schema = 'mart' ORDER BY 1",
        as_tool,
    ) == [(name, "BASE TABLE") for name in ("dim_kpi", "fct_kpi_value", "publication")]
    keys = place.rows(
        """
        SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'mart'::regnamespace ORDER BY 1, 2
        """,
        as_tool,
    )
    assert keys == [
        ("mart.dim_kpi", "p", "PRIMARY KEY (kpi_id)"),
        (
            "mart.fct_kpi_value",
            "f",
            "FOREIGN KEY (kpi_id) REFERENCES mart.dim_kpi(kpi_id)",
        ),
        ("mart.fct_kpi_value", "p", "PRIMARY KEY (kpi_id, period_start)"),
    ]
    assert place.rows(
        "SELECT obj_description('mart.dim_kpi'::regclass), "
        "col_description('mart.dim_kpi'::regclass, 2), is_nullable "
        "FROM information_schema.columns WHERE table_schema = 'mart' AND column_name = 'name_nl'",
        as_tool,
    ) == [("Het register van de KPI's.", "Naam in het Nederlands.", "NO")]
    assert release_id(1) in str(place.rows("SELECT obj_description('mart'::regnamespace)", as_tool))


def test_power_bi_finds_the_relations_as_a_reader(place: Place) -> None:
    """It looks in information_schema, which shows less than pg_constraint does."""
    load(place, 1)
    relations = """
        SELECT many.table_name, many.column_name, one.table_name, one.column_name
        FROM information_schema.referential_constraints AS relation
        INNER JOIN information_schema.key_column_usage AS many
            ON relation.constraint_schema = many.constraint_schema
            AND relation.constraint_name = many.constraint_name
        INNER JOIN information_schema.key_column_usage AS one
            ON relation.unique_constraint_schema = one.constraint_schema
            AND relation.unique_constraint_name = one.constraint_name
            AND many.ordinal_position = one.ordinal_position
        WHERE one.table_schema = 'mart'
    """
    expected = [("fct_kpi_value", "kpi_id", "dim_kpi", "kpi_id")]
    assert place.rows(relations, "lezer") == expected
    load(place, 2)
    assert place.rows(relations, "lezer") == expected


def test_a_tool_for_reports_lists_the_release_in_force_only(place: Place) -> None:
    for number in (1, 2):
        load(place, number)
    listed = (
        "SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_schema ~ '^mart'"
    )
    assert place.rows(listed, "lezer") == [("mart",)]
    assert load(place, 1).kind == "returned"
    assert place.rows(listed, "lezer") == [("mart",)]
    assert place.rows("SELECT DISTINCT number FROM mart.dim_kpi", "lezer") == [(1,)]


LARGE = """
CREATE TABLE dim_kpi (kpi_id VARCHAR PRIMARY KEY);
INSERT INTO dim_kpi SELECT 'kpi' || i FROM range(3) AS of (i);
CREATE TABLE text AS SELECT 'kpi' || i % 3 AS kpi_id, 'kpi' || i % 4 AS broken_id
FROM range(100) AS of (i);
"""


def test_a_table_too_large_for_keys_in_the_mart_still_has_its_references(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mart_tables, "MOST_KEYED_ROWS", 50)
    folder = make_current(place.settings, 1, LARGE)
    references = [
        {"fields": [column], "reference": {"resource": table, "fields": ["kpi_id"]}}
        for column, table in (("kpi_id", "dim_kpi"), ("broken_id", "dim_kpi"), ("kpi_id", "gone"))
    ]
    package = {"resources": [{"name": "text", "schema": {"foreignKeys": references}}]}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    outcome = load_current(place.settings)
    assert outcome is not None
    assert place.rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'mart.text'::regclass"
    ) == [("FOREIGN KEY (kpi_id) REFERENCES mart.dim_kpi(kpi_id)",)]
    assert len(outcome.warnings) == 1
    assert "text verwijst niet naar dim_kpi: Key (broken_id)=(kpi3)" in outcome.warnings[0]


def test_the_reader_reads_and_does_nothing_else(place: Place) -> None:
    load(place, 1)
    load(place, 2)
    assert place.rows("SELECT count(*) FROM mart.fct_kpi_value", "lezer") == [(200,)]
    before = f"mart_{release_id(1).replace('-', '_')}"
    for statement in (
        "INSERT INTO mart.dim_kpi VALUES ('x', 'x', 1)",
        "UPDATE mart.dim_kpi SET number = 0",
        "DELETE FROM mart.dim_kpi",
        "TRUNCATE mart.dim_kpi",
        "DROP TABLE mart.dim_kpi",
        "CREATE TABLE mart.own (a int)",
        "ALTER TABLE mart.dim_kpi ADD COLUMN own int",
        f"SELECT 1 FROM {before}.dim_kpi",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.rows(statement, "lezer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.rows("SELECT 1 FROM mart.dim_kpi", "ander")


def test_rights_that_were_taken_away_come_back(place: Place) -> None:
    load(place, 1)
    place.rows("REVOKE ALL ON ALL TABLES IN SCHEMA mart FROM bi_lezer")
    assert load(place, 1).kind == "held"
    assert place.rows("SELECT count(*) FROM mart.dim_kpi", "lezer") == [(10,)]


# --- open and internal apart

WITH_WORK_LIST = (
    TABLES
    + """
CREATE TABLE work_list AS SELECT 'Z-' || i AS item_id, 'terugbellen' AS detail, {number} AS number
FROM range(5) AS of (i);
CREATE VIEW deliveries AS SELECT 'zaken.csv' AS file_name;
"""
)


def test_who_reads_open_data_reads_nothing_else(place: Place) -> None:
    load(place, 1, WITH_WORK_LIST)
    outcome = load(place, 2, WITH_WORK_LIST)
    assert outcome.warnings == ()
    assert place.rows("SELECT count(*), min(number) FROM mart.fct_kpi_value", "burger") == [
        (200, 2)
    ]
    before = f"mart_{release_id(1).replace('-', '_')}"
    for statement in (
        "SELECT 1 FROM mart.work_list",
        "SELECT count(*) FROM mart.work_list",
        "SELECT item_id FROM mart.work_list",
        "TABLE mart.deliveries",
        "COPY mart.work_list TO STDOUT",
        f"SELECT 1 FROM {before}.dim_kpi",
        f"SELECT 1 FROM {before}.work_list",
        "INSERT INTO mart.dim_kpi VALUES ('x', 'x', 1)",
        "CREATE TABLE mart.own (a int)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.rows(statement, "burger")
    listed = "SELECT table_name::text FROM information_schema.columns WHERE table_schema ~ '^mart'"
    assert {name for (name,) in place.rows(listed, "burger")} == set(OPENED)
    known = "SELECT tablename::text FROM pg_stats WHERE schemaname ~ '^mart'"
    assert {name for (name,) in place.rows(known, "lezer")} >= {"work_list", "dim_kpi"}
    assert {name for (name,) in place.rows(known, "burger")} <= set(OPENED)
    assert place.rows("SELECT count(*) FROM mart.work_list", "lezer") == [(5,)]


def test_a_release_that_comes_back_is_as_open_as_it_was(place: Place) -> None:
    load(place, 1, WITH_WORK_LIST)
    load(place, 2, WITH_WORK_LIST)
    assert load(place, 1).kind == "returned"
    assert place.rows("SELECT DISTINCT number FROM mart.dim_kpi", "burger") == [(1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.rows("SELECT 1 FROM mart.work_list", "burger")


def test_a_right_given_by_hand_to_who_reads_open_data_is_taken_away(place: Place) -> None:
    load(place, 1, WITH_WORK_LIST)
    place.rows("GRANT SELECT ON mart.work_list TO bi_open; REVOKE ALL ON mart.dim_kpi FROM bi_open")
    assert load(place, 1).kind == "held"
    assert place.rows("SELECT count(*) FROM mart.dim_kpi", "burger") == [(10,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.rows("SELECT 1 FROM mart.work_list", "burger")


@pytest.mark.parametrize(
    ("give", "take"),
    [
        ("GRANT bi_lezer TO bi_open", "REVOKE bi_lezer FROM bi_open"),
        ("GRANT pg_read_all_data TO bi_open", "REVOKE pg_read_all_data FROM bi_open"),
        ("ALTER ROLE bi_open SUPERUSER", "ALTER ROLE bi_open NOSUPERUSER"),
    ],
    ids=["a member of who reads all", "who may read all data", "superuser"],
)
def test_a_release_is_not_shown_when_the_open_role_reads_more_by_another_way(
    place: Place, give: str, take: str
) -> None:
    load(place, 1)
    place.rows(give)
    try:
        with pytest.raises(PostgresError, match=r"bi_open mag deliveries, work_list lezen"):
            load(place, 2, WITH_WORK_LIST)
    finally:
        place.rows(take)
    assert place.shown() == 1
    assert load(place, 2).kind == "returned" if place.staged() else "loaded"
    assert place.shown() == 2


def test_what_the_database_opens_to_everybody_is_closed(place: Place) -> None:
    standing = "ALTER DEFAULT PRIVILEGES FOR ROLE datalab {} SELECT ON TABLES {} PUBLIC"
    place.rows(standing.format("GRANT", "TO"))
    try:
        load(place, 1, WITH_WORK_LIST)
    finally:
        place.rows(standing.format("REVOKE", "FROM"))
    for person in ("burger", "ander"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.rows("SELECT 1 FROM mart.work_list", person)
    assert place.rows("SELECT count(*) FROM mart.dim_kpi", "burger") == [(10,)]


def test_a_release_from_before_there_was_a_mark_opens_nothing(place: Place) -> None:
    folder = make_current(place.settings, 1)
    manifest = json.loads((folder / "manifest.json").read_text())
    for about in manifest["tables"].values():
        del about["open"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert load_current(place.settings) is not None
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.rows("SELECT 1 FROM mart.dim_kpi", "burger")
    assert place.rows("SELECT count(*) FROM mart.dim_kpi", "lezer") == [(10,)]


def test_without_a_role_for_open_data_a_release_is_shown_and_says_so(place: Place) -> None:
    nobody = place.settings.model_copy(update={"postgres_open_reader": 'open "data"'})
    make_current(nobody, 1)
    outcome = load_current(nobody)
    assert outcome is not None
    assert 'laat een beheerder `CREATE ROLE "open ""data"""`' in outcome.warnings[0]
    assert place.shown() == 1


# --- names


HARD_NAMES = ('bi"lezer', "BI Lezer", "rol'; --", "lezér €", "select", "r" * 62 + "s")


@pytest.mark.parametrize("name", HARD_NAMES)
def test_a_role_of_any_name_reads_and_is_written_so_that_the_advice_works(
    place: Place, name: str
) -> None:
    settings = place.settings.model_copy(
        update={"postgres_reader": name, "postgres_open_reader": name[::-1]}
    )
    make_current(settings, 1)
    with pytest.raises(PostgresError, match="Er is geen rol") as refused:
        load_current(settings)
    advice = str(refused.value).split("`")[1]
    assert advice.startswith("CREATE ROLE ")
    place.rows(advice)
    try:
        outcome = load_current(settings)
        assert outcome is not None
        place.rows(outcome.warnings[0].split("`")[1])
        outcome = load_current(settings)
        assert outcome is not None
        assert outcome.warnings == ()
        for role, table in ((name, "fct_kpi_value"), (name[::-1], "dim_kpi")):
            assert place.rows(
                "SELECT has_table_privilege(rolname, "
                f"'mart.{table}'::regclass, 'SELECT') FROM pg_roles WHERE rolname = '"
                + role.replace("'", "''")
                + "'"
            ) == [(True,)]
    finally:
        for role in {name, name[::-1]}:
            quoted = '"' + role.replace('"', '""') + '"'
            with contextlib.suppress(psycopg.errors.UndefinedObject):
                place.rows(f"DROP OWNED BY {quoted}; DROP ROLE {quoted}")


def test_what_the_server_reserves_is_known_without_it(server: Server) -> None:
    with server.connected() as connection:
        found = connection.execute("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')")
        words = {word for (word,) in found}
    assert len(words) > 70
    assert words <= postgres_names.RESERVED


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            'CREATE TABLE breed AS SELECT 1 AS "{0}", 2 AS "{0}b"'.format("é" * 32),
            rf"^Kolom breed\.{'é' * 32} heeft een naam van 64 bytes, en PostgreSQL kapt",
        ),
        (f"CREATE TABLE {'t' * 59} (a int)", r"^Tabel t+ heeft een naam van 59 bytes"),
        (f"CREATE VIEW {'v' * 70} AS SELECT 1 AS a", r"^Tabel v+ heeft een naam van 70 bytes"),
    ],
    ids=["a column", "a table", "a view"],
)
def test_a_name_that_would_be_cut_is_refused(place: Place, statement: str, says: str) -> None:
    load(place, 1)
    with pytest.raises(PostgresError, match=says):
        load(place, 2, f"{TABLES}; {statement}")
    assert place.shown() == 1
    assert place.staged() == []


def test_the_longest_names_arrive_whole(place: Place) -> None:
    column, table = "é" * 31 + "x", "t" * 58
    load(place, 1, f'{TABLES}; CREATE TABLE {table} ("{column}" int PRIMARY KEY)')
    found = place.rows(
        f"SELECT attname::text FROM pg_attribute WHERE attrelid = 'mart.{table}'::regclass "
        "AND attnum > 0"
    )
    assert found == [(column,)]


# --- readers while releases come


def statements(connection: psycopg.Connection) -> list[tuple[int, int, int]]:
    """One statement over both tables: lowest and highest release number, and rows."""
    return [
        connection.execute(
            "SELECT least(min(v.number), min(k.number)), greatest(max(v.number), max(k.number)), "
            "count(*) FROM mart.fct_kpi_value AS v INNER JOIN mart.dim_kpi AS k USING (kpi_id)",
            prepare=False,
        ).fetchone()  # type: ignore[list-item]
    ]


def prepared(connection: psycopg.Connection) -> list[tuple[int, int, int]]:
    return [
        connection.execute(
            "SELECT min(number), max(number), count(*) FROM mart.fct_kpi_value WHERE value > %s",
            [0],
            prepare=True,
        ).fetchone()  # type: ignore[list-item]
    ]


def one_transaction(connection: psycopg.Connection) -> list[tuple[int, int, int]]:
    """The tables one after the other in one REPEATABLE READ transaction."""
    return _in_transaction(connection, first=None)


def old_snapshot(connection: psycopg.Connection) -> list[tuple[int, int, int]]:
    """As before, but the moment of the transaction is fixed before any table is named."""
    return _in_transaction(connection, first="SELECT 1")


def _in_transaction(
    connection: psycopg.Connection, first: str | None
) -> list[tuple[int, int, int]]:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if first:
            connection.execute(first)  # type: ignore[arg-type]
            time.sleep(0.005)
        rows = connection.execute(
            "SELECT min(number), max(number), count(*) FROM mart.dim_kpi"
        ).fetchall()
        time.sleep(0.005)
        rows += connection.execute(
            "SELECT min(number), max(number), count(*) FROM mart.fct_kpi_value"
        ).fetchall()
    low, high = min(row[0] or 0 for row in rows), max(row[1] or 0 for row in rows)
    return [(low, high, row[2]) for row in rows]


READERS: list[Callable[[psycopg.Connection], list[tuple[int, int, int]]]] = [
    statements,
    prepared,
    one_transaction,
    old_snapshot,
]


def test_readers_see_one_whole_release_while_fifty_are_loaded(place: Place) -> None:
    load(place, 1)
    patient = place.settings.model_copy(update={"postgres_patience_seconds": 60})
    seen: dict[str, list[tuple[int, int, int]]] = {reader.__name__: [] for reader in READERS}
    problems: list[str] = []
    is_over = threading.Event()
    longest = [0.0]

    def read(reader: Callable[[psycopg.Connection], list[tuple[int, int, int]]]) -> None:
        try:
            with place.server.connected(place.database, "lezer") as connection:
                while not is_over.is_set():
                    began = time.monotonic()
                    seen[reader.__name__] += reader(connection)
                    longest[0] = max(longest[0], time.monotonic() - began)
                    time.sleep(0.01)
        except psycopg.Error as error:
            problems.append(f"{reader.__name__}: {error}")

    with ThreadPoolExecutor(len(READERS)) as pool:
        for reader in READERS:
            pool.submit(read, reader)
        try:
            for number in range(2, 52):
                make_current(patient, number)
                outcome = load_current(patient)
                assert outcome is not None
                assert outcome.kind == "loaded"
        finally:
            is_over.set()
    assert problems == []
    for name, reads in seen.items():
        torn = [read for read in reads if read[0] != read[1] or read[2] not in (10, 200)]
        assert torn == [], name
        assert len({read[0] for read in reads}) > 5, f"{name} saw few releases"
    assert place.shown() == 51
    assert longest[0] < 5


def reading_transaction(place: Place, role: str = "lezer") -> psycopg.Connection:
    connection = psycopg.connect(place.server.url(place.database, role))
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.execute("SELECT count(*) FROM mart.dim_kpi")
    return connection


def test_a_swap_waits_for_a_transaction_that_has_read(place: Place) -> None:
    load(place, 1)
    patient = place.settings.model_copy(update={"postgres_patience_seconds": 30})
    make_current(place.settings, 2)
    with reading_transaction(place) as reader, ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load_current, patient)
        time.sleep(1.0)
        assert reader.execute("SELECT DISTINCT number FROM mart.fct_kpi_value").fetchall() == [(1,)]
        # Others are not kept waiting by a swap that waits.
        began = time.monotonic()
        assert place.rows("SELECT DISTINCT number FROM mart.fct_kpi_value", "lezer") == [(1,)]
        assert time.monotonic() - began < 1.5
        reader.commit()
        loading.result(timeout=30)
    assert place.shown() == 2


def test_a_reader_who_does_nothing_cannot_keep_a_release_away(place: Place) -> None:
    load(place, 1)
    with reading_transaction(place) as reader:
        load(place, 2)
        with pytest.raises(psycopg.OperationalError):
            reader.execute("SELECT 1")
    assert place.shown() == 2


def test_a_reader_who_may_not_be_ended_is_named_and_the_next_run_tries_again(
    place: Place,
) -> None:
    load(place, 1)
    make_current(place.settings, 2)
    with reading_transaction(place, "postgres") as reader:  # a superuser cannot be ended
        with pytest.raises(PostgresError, match=r"postgres .*idle in transaction.*volgende run"):
            load_current(place.settings)
        assert place.shown() == 1
        reader.rollback()
    outcome = load_current(place.settings)
    assert outcome is not None
    assert outcome.kind == "returned"  # it was loaded already; only the swap was left
    assert place.shown() == 2


def test_a_view_of_somebody_else_is_named_and_never_dropped(place: Place) -> None:
    settings = place.settings.model_copy(update={"postgres_kept_releases": 0})
    make_current(settings, 1)
    load_current(settings)
    place.rows("CREATE SCHEMA eigen; CREATE VIEW eigen.mijn AS SELECT * FROM mart.dim_kpi")
    make_current(settings, 2)
    outcome = load_current(settings)
    assert outcome is not None
    assert any("view eigen.mijn" in warning for warning in outcome.warnings)
    assert place.rows("SELECT DISTINCT number FROM eigen.mijn") == [(1,)]


# --- what goes wrong


@pytest.fixture
def standing(place: Place) -> Iterator[Place]:
    """Release 1 is shown, 2 is in force; whatever happens, readers must still see 1."""
    load(place, 1)
    make_current(place.settings, 2)
    yield place
    assert place.shown() == 1
    assert place.rows("SELECT count(*), min(number) FROM mart.fct_kpi_value", "lezer") == [(200, 1)]
    failed = next(ledger.records_of(place.settings, bodies.Postgres))
    assert failed.body.release_id == release_id(2)
    assert PASSWORD not in failed.path.read_text()
    assert load(place, 2).kind in ("loaded", "returned")  # and the next attempt succeeds
    assert place.shown() == 2
    assert place.staged() == [f"mart_{release_id(1).replace('-', '_')}"]


def test_a_connection_that_is_cut_half_way_changes_nothing(
    standing: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = mart_tables._Tally.add

    def cut(tally: Any, batch: Any) -> None:
        whole(tally, batch)
        if batch.num_rows == 200:
            standing.rows(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE application_name = 'datalab'"
            )

    with monkeypatch.context() as patched:
        patched.setattr(mart_tables._Tally, "add", cut)
        with pytest.raises(PostgresError, match="staat er als bestanden"):
            load_current(standing.settings)
    assert standing.staged() == []


def _environment(place: Place) -> dict[str, str]:
    """For a program that loads what is in force into the database of a place."""
    url = place.settings.postgres_url
    assert url is not None
    return {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[4]),
        "DATALAB_HOME": str(place.settings.home),
        "DATALAB_POSTGRES_URL": url.get_secret_value(),
    }


def test_a_load_that_is_killed_changes_nothing(standing: Place, tmp_path: Path) -> None:
    script = tmp_path / "load.py"
    script.write_text(
        "import os, signal\n"
        "from dronten_pipeline.postgres import load, mart_tables\n"
        "from dronten_pipeline.core.settings import Settings\n"
        "mart_tables.declare_keys = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "load.load_current(Settings())\n",
        encoding="utf-8",
    )
    ran = subprocess.run([sys.executable, str(script)], env=_environment(standing), check=False)
    assert ran.returncode == -signal.SIGKILL
    # A kill leaves no record; what follows is the fixture's.
    append(standing.settings, "postgres", {"release_id": release_id(2)})


#: Loads again and again, killed one statement of the swap later each time; waits for a line.
KILLED_LATER_EACH_TIME = """
import os, signal
import psycopg
from dronten_pipeline.postgres import load, swap
from dronten_pipeline.core.settings import Settings

whole, execute = swap.swap, psycopg.Connection.execute

def load_until(statement):
    def counted(connection, *given, **named):
        nonlocal statement
        if statement == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        statement -= 1
        return execute(connection, *given, **named)

    def counting(*given, **named):
        psycopg.Connection.execute = counted
        whole(*given, **named)
        os._exit(0)

    swap.swap = counting
    load.load_current(Settings())

for statement in range(1000):
    child = os.fork()
    if child == 0:
        load_until(statement)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
    input()
    if status == 0:
        break
"""


def test_a_load_that_is_killed_at_any_statement_of_the_swap_changes_nothing(
    place: Place, tmp_path: Path
) -> None:
    load(place, 1)
    make_current(place.settings, 2)
    script = tmp_path / "load.py"
    script.write_text(KILLED_LATER_EACH_TIME, encoding="utf-8")
    outcomes, shown = [], []
    with subprocess.Popen(
        [sys.executable, str(script)],
        env=_environment(place),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as loads:
        assert loads.stdin is not None
        assert loads.stdout is not None
        for outcome in loads.stdout:
            outcomes.append(int(outcome))
            shown.append(
                place.rows(
                    "SELECT DISTINCT release_id, f.number, d.number FROM mart.publication, "
                    "mart.fct_kpi_value AS f INNER JOIN mart.dim_kpi AS d USING (kpi_id)",
                    "lezer",
                )
            )
            loads.stdin.write("\n")
            loads.stdin.flush()
    kills = len(outcomes) - 1
    assert kills > 15
    assert outcomes == [-signal.SIGKILL] * kills + [0]
    assert shown == [[(release_id(1), 1, 1)]] * kills + [[(release_id(2), 2, 2)]]


@pytest.fixture
def hanging(
    standing: Place, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[object, str], None]]:
    """Makes the server stop, without a word, when a function of the load is called."""
    stopped: list[int] = []

    def stop_at(module: object, name: str) -> None:
        whole = getattr(module, name)

        def stopping(*given: Any, **named: Any) -> Any:
            for (pid,) in standing.rows(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'datalab'"
            ):
                stopped.append(pid)
                os.kill(pid, signal.SIGSTOP)
            return whole(*given, **named)

        monkeypatch.setattr(module, name, stopping)

    yield stop_at
    monkeypatch.undo()
    for pid in stopped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    deadline = time.monotonic() + 20
    while standing.rows("SELECT 1 FROM pg_stat_activity WHERE application_name = 'datalab'"):
        assert time.monotonic() < deadline, "the cut connection still holds its locks"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (mart_tables, "fill"),
        (mart_tables, "index"),
        (mart_tables, "declare_keys"),
        (swap, "swap"),
    ],
    ids=["before-the-rows", "before-the-keys", "before-the-names", "before-the-swap"],
)
def test_a_server_that_hangs_is_not_waited_for_without_end(
    standing: Place, hanging: Callable[[object, str], None], module: object, name: str
) -> None:
    settings = standing.settings.model_copy(
        update={"postgres_timeout_seconds": 1, "postgres_patience_seconds": 0.5}
    )
    hanging(module, name)
    with pytest.raises(
        PostgresError, match=r"na 2 seconden niet klaar.*hangt.*staat er als bestanden"
    ):
        load_current(settings)


def test_a_lock_of_an_administrator_is_not_waited_for_without_end(standing: Place) -> None:
    with standing.server.connected(standing.database) as other, other.transaction():
        other.execute("LOCK TABLE mart.publication IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(
            PostgresError, match=r"iemand houdt de tabellen .* vast.*staat er als bestanden"
        ):
            load_current(standing.settings)


@pytest.mark.parametrize(
    ("statement", "url", "says"),
    [
        ("SELECT 1", lambda url: url.replace("woord@", "word@"), "het wachtwoord is fout"),
        ("SELECT 1", lambda url: url.replace("/test_", "/geen_"), "die database is er niet"),
        (
            "ALTER DATABASE {} OWNER TO postgres; REVOKE CONNECT ON DATABASE {} FROM PUBLIC",
            str,
            "de rol mist een recht",
        ),
        ("ALTER ROLE datalab NOLOGIN", str, "mag niet aanmelden"),
        ("ALTER ROLE datalab CONNECTION LIMIT 0", str, "geen verbinding meer over"),
    ],
    ids=["password", "database", "connect", "login", "connections"],
)
def test_a_connection_that_is_refused_says_what_to_do(
    standing: Place, statement: str, url: Callable[[str], str], says: str
) -> None:
    given = standing.settings.postgres_url
    assert given is not None
    changed = standing.settings.model_copy(
        update={"postgres_url": SecretStr(url(given.get_secret_value()))}
    )
    standing.rows(statement.replace("{}", standing.database))
    try:
        with pytest.raises(PostgresError, match=says):
            load_current(changed)
    finally:
        standing.rows(
            f"ALTER DATABASE {standing.database} OWNER TO datalab; "
            f"GRANT CONNECT ON DATABASE {standing.database} TO PUBLIC; "
            "ALTER ROLE datalab LOGIN CONNECTION LIMIT -1"
        )


def test_a_right_that_was_taken_away_is_named(standing: Place) -> None:
    standing.rows(
        f"ALTER DATABASE {standing.database} OWNER TO postgres; "
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    )
    with pytest.raises(PostgresError, match=r"permission denied.*docs/data-engineer.md"):
        load_current(standing.settings)
    standing.rows(f"ALTER DATABASE {standing.database} OWNER TO datalab")


def test_two_loads_at_once_take_turns_or_say_so(standing: Place) -> None:
    with standing.server.connected(standing.database, "datalab") as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('datalab load mart', 0))")
        with pytest.raises(PostgresError, match="Er wordt al geladen in het schema mart"):
            load_current(standing.settings)


def test_two_loads_of_the_same_release_at_once_end_well(place: Place) -> None:
    patient = place.settings.model_copy(update={"postgres_patience_seconds": 60})
    make_current(patient, 1)
    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(load_current, patient) for _ in range(2)]
        kinds = sorted(outcome.result().kind for outcome in outcomes)  # type: ignore[union-attr]
    assert kinds == ["held", "loaded"]


def test_a_schema_that_another_installation_loads_into_is_said(
    place: Place, tmp_path: Path
) -> None:
    load(place, 1)
    other = Settings(home=tmp_path / "other", postgres_url=place.settings.postgres_url)
    make_current(other, 2)
    outcome = load_current(other)
    assert outcome is not None
    assert any(release_id(1) in warning for warning in outcome.warnings)
    make_current(other, 3)
    again = load_current(other)
    assert again is not None
    assert again.warnings == ()


def test_a_release_that_is_shown_after_a_failure_is_written_down(place: Place) -> None:
    load(place, 1)
    append(place.settings, "postgres", {"release_id": release_id(1), "problem": "cut"})
    for _ in range(2):
        assert load(place, 1).kind == "held"
    assert [
        record.body.outcome for record in ledger.records_of(place.settings, bodies.Postgres)
    ] == ["held", None, "loaded"]


@pytest.mark.parametrize(
    "other",
    [
        "value = 7 WHERE kpi_id = 'kpi3'",
        "value = CASE value WHEN 3.1 THEN 13.1 ELSE 3.1 END WHERE value IN (3.1, 13.1)",
        "value = NULL WHERE value = 3.1",
    ],
    ids=["another-value", "a-value-in-another-row", "no-value"],
)
def test_rows_that_arrive_otherwise_are_not_shown(
    standing: Place, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    whole = mart_tables.fill

    def corrupted(connection: psycopg.Connection, schema: str, table: Any, mart: Any) -> Any:
        sent = whole(connection, schema, table, mart)
        if table.name == "fct_kpi_value":
            changed = connection.execute(f"UPDATE {schema}.{table.name} SET {other}")  # type: ignore[arg-type]
            assert changed.rowcount > 0
        return sent

    with monkeypatch.context() as patched:
        patched.setattr(mart_tables, "fill", corrupted)
        with pytest.raises(PostgresError, match=r"fct_kpi_value heeft 200 rijen .* de uitgave 200"):
            load_current(standing.settings)
    assert standing.staged() == []


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ("CREATE TABLE t AS SELECT 'a' || chr(0) || 'b' AS note;", "1 rijen van t .* note .*NUL"),
        (
            "CREATE TABLE t AS SELECT 'infinity'::TIMESTAMP AS at;",
            "1 rijen van t .* in at .*oneindige",
        ),
        ("CREATE TABLE t AS SELECT ['a'] AS list;", r"t.list heeft het type VARCHAR\[\]"),
    ],
    ids=["a-nul-character", "an-infinite-time", "a-list"],
)
def test_what_postgresql_cannot_hold_is_named(standing: Place, extra: str, says: str) -> None:
    folder = standing.settings.releases / release_id(2)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    make_current(standing.settings, 2, TABLES + extra)
    with pytest.raises(PostgresError, match=says):
        load_current(standing.settings)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


#: A table that is sent in many pieces.
MANY_PIECES = (
    "CREATE TABLE large AS SELECT repeat(i::VARCHAR, 20) AS note FROM range(300000) AS of (i);"
)


def test_a_disk_that_takes_no_more_changes_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    # A server that may write no file larger than one of its log segments meets its limit in the
    # middle of a table, as it would the end of a disk.
    with running(largest_file=17_000_000) as small:
        place = Place(
            small, "postgres", Settings(home=tmp_path, postgres_url=SecretStr(small.url()))
        )
        load(place, 1)
        make_current(settings, 2, TABLES + MANY_PIECES)
        with pytest.raises(PostgresError, match=r"could not extend file.*staat er als bestanden"):
            load_current(place.settings)
        assert (place.shown(), place.staged()) == (1, [])
        assert load(place, 3).kind == "loaded"


def test_a_server_that_breaks_down_half_way_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = mart_tables._Tally.add
    killed: list[tuple[Any, ...]] = []
    with running() as server:
        place = Place(
            server, "postgres", Settings(home=tmp_path, postgres_url=SecretStr(server.url()))
        )
        load(place, 1)
        make_current(place.settings, 2, TABLES + MANY_PIECES)

        def killing(tally: Any, batch: Any) -> None:
            whole(tally, batch)
            if batch.schema.names == ["note"] and not killed:
                killed.extend(
                    place.rows(
                        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY%large%' "
                        "AND pid <> pg_backend_pid()"
                    )
                )
                os.kill(killed[0][0], signal.SIGKILL)

        with monkeypatch.context() as patched:
            patched.setattr(mart_tables._Tally, "add", killing)
            with pytest.raises(PostgresError, match=r"kijk in zijn log.*staat er als bestanden"):
                load_current(place.settings)
        assert not caplog.records  # of the driver, beside the sentence
        wait_until_it_answers(server)
        assert place.shown() == 1
        assert load(place, 2).kind == "loaded"
        assert place.staged() == [f"mart_{release_id(1).replace('-', '_')}"]


def test_a_server_that_is_away_is_a_sentence(place: Place) -> None:
    make_current(place.settings, 1)
    url = "postgresql://datalab:" + "geheim1234@127.0.0.1:1/nergens"
    settings = Settings(home=place.settings.home, postgres_url=SecretStr(url))
    with pytest.raises(
        PostgresError, match=r"datalab@127.0.0.1:1/nergens.*volgende run"
    ) as failure:
        load_current(settings)
    assert "geheim1234" not in str(failure.value)
    with pytest.raises(PostgresError, match="datalab@127"):
        describe_lag(settings)


# --- secrets


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://datalab:geheim%zz1234@localhost/db",
        "postgresql://datalab:geheim@1234:geheim1234/db",
        "geheim1234",
        "host=localhost password=geheim1234 nonsense",
        "postgresql://datalab@localhost:geheim1234/db",
        "postgresql://datalab:geheim1234@localhost:1/db?geheim1234=1",
    ],
)
def test_a_wrong_address_does_not_show_its_secret(tmp_path: Path, datalab: Any, url: str) -> None:
    settings = Settings(home=tmp_path, postgres_url=SecretStr(url))
    make_current(settings, 1)
    with pytest.raises(PostgresError) as failure:
        load_current(settings)
    ran = datalab("doctor", home=tmp_path, postgres_url=url)
    said = f"{failure.value} {settings!r} {ran.stdout} {ran.stderr}"
    assert "geheim" not in said
    assert "Traceback" not in said


def test_settings_do_not_show_the_address(place: Place) -> None:
    assert PASSWORD not in repr(place.settings)
    assert "woord" not in f"{place.settings!r} {place.settings} {place.settings.model_dump()}"


# --- from the terminal


def test_going_back_goes_back_in_postgresql_too(place: Place, datalab: Datalab) -> None:
    publish_it(place.settings, judged_mart(place.settings, 1))
    publish_it(place.settings, judged_mart(place.settings, 2, value=2.5, previous=1))
    url = place.settings.postgres_url
    assert url is not None
    variables = {"home": place.settings.home, "postgres_url": url.get_secret_value()}
    loaded = datalab("postgres", "load", **variables)
    assert loaded.returncode == 0, loaded.stderr
    assert place.rows("SELECT max(value) FROM mart.figure", "lezer") == [(2.5,)]
    back = datalab("rollback", **variables)
    assert back.returncode == 0, back.stderr
    assert place.rows("SELECT max(value) FROM mart.figure", "lezer") == [(1.5,)]
    assert "toont de uitgave die geldt" in datalab("doctor", **variables).stdout
    assert PASSWORD not in loaded.stdout + loaded.stderr + back.stdout + back.stderr


def test_going_back_without_postgresql_goes_back_as_files_and_says_so(
    tmp_path: Path, datalab: Datalab
) -> None:
    settings = Settings(home=tmp_path)
    publish_it(settings, judged_mart(settings, 1))
    publish_it(settings, judged_mart(settings, 2, value=2.5, previous=1))
    back = datalab("rollback", home=tmp_path, postgres_url="postgresql://x@127.0.0.1:1/y")
    assert back.returncode == 1
    assert "PostgreSQL loopt achter" in back.stderr
    assert (settings.releases / "current").readlink().name == "20260301-000000000001"
    load = datalab("postgres", "load", home=tmp_path)
    assert load.returncode == 1
    assert "DATALAB_POSTGRES_URL" in load.stderr


# --- status


def test_what_lags_behind_is_said(place: Place) -> None:
    make_current(place.settings, 1)
    assert "nog geen uitgave" in describe_lag(place.settings)
    load(place, 1)
    assert describe_lag(place.settings) == ""
    make_current(place.settings, 2)
    assert f"toont uitgave {release_id(1)}, terwijl {release_id(2)} geldt" in describe_lag(
        place.settings
    )


def test_a_schema_of_something_else_is_left_alone(place: Place) -> None:
    place.rows("CREATE SCHEMA mart AUTHORIZATION datalab")
    with place.server.connected(place.database, "datalab") as connection:
        connection.execute("CREATE TABLE mart.theirs (a int)")
    make_current(place.settings, 1)
    with pytest.raises(PostgresError, match="staan tabellen van iets anders"):
        load_current(place.settings)
    assert place.rows("SELECT count(*) FROM mart.theirs") == [(0,)]
