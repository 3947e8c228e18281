"""SQL: a real PostgreSQL and MariaDB, and drivers of SQL Server and Oracle that are made up."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
import types
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.connect.errors import MayPass, Refused, Unchangeable
from dronten_pipeline.connect.kinds import sql
from dronten_pipeline.connect.pull import try_login
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.sources import load_source
from dronten_pipeline.core.settings import PROJECT
from tests import other_servers, postgres_server
from tests.postgres_server import PASSWORD, NoServer
from tests.unit.connect.pulled import CANARIES, Home, given

SOURCE = "finance_invoices"
SELECT = """-- Wat de administratie van facturen geeft.
-- table: incoming
SELECT nummer AS factuur_id, leverancier AS leverancier_id, afdeling, 380 AS typecode, factuurdatum,
    ontvangen AS ontvangen_op, betaald AS betaald_op, bedrag AS bedrag_eur
FROM factuur;
-- table: outgoing
SELECT nummer AS factuur_id, ontvangen AS verzonden_op, qr AS qr_code FROM factuur;
"""
CREATE = """CREATE TABLE factuur (nummer varchar(20), leverancier varchar(80), afdeling varchar(80),
    factuurdatum date, ontvangen date, betaald timestamp NULL, bedrag numeric(20, 4),
    qr boolean, omschrijving varchar(200))"""
ROWS = [
    ("10", "L1", "Zorg", "2026-01-02", "2026-01-03", "2026-01-30 23:30:00", "1250.5000", True),
    ("9", "L2", "Café", "2026-01-02", "2026-01-04", None, "-0.0001", False),
    ("11", "L3", "Zorg", "2026-01-02", "2026-01-04", None, "1234567890123456.7891", True),
]
INSERT = "INSERT INTO factuur VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
SAID = f"{CANARIES['name']} {CANARIES['citizen']}"


def filled(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(CREATE)
    for row in ROWS:
        cursor.execute(INSERT, (*row, SAID))
    connection.commit()


@pytest.fixture(scope="module")
def postgres() -> Iterator[postgres_server.Server]:
    try:
        elsewhere = {"listen_addresses": f"127.0.0.1,{other_servers.ELSEWHERE}"}
        with postgres_server.running(elsewhere) as server:
            with server.connected() as connection:
                connection.execute(f"CREATE ROLE lezer LOGIN PASSWORD '{PASSWORD}'")
                connection.execute(f"CREATE ROLE schrijver LOGIN PASSWORD '{PASSWORD}'")
                filled(connection)
                connection.execute("GRANT SELECT ON factuur TO lezer, schrijver")
                connection.execute("GRANT INSERT ON factuur TO schrijver")
            yield server
    except NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def mariadb() -> Iterator[other_servers.Server]:
    import pymysql

    try:
        with other_servers.mariadb() as server:
            with pymysql.connect(
                host="127.0.0.1",
                port=server.port,
                user="root",
                password=PASSWORD,
                database="boekhouding",
            ) as connection:
                filled(connection)
                cursor = connection.cursor()
                for name, right in (("lezer", "SELECT"), ("schrijver", "SELECT, INSERT")):
                    cursor.execute(f"CREATE USER {name} IDENTIFIED BY %s", [PASSWORD])
                    cursor.execute(f"GRANT {right} ON boekhouding.* TO {name}")
            yield server
    except NoServer as reason:
        pytest.skip(str(reason))


def home_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str = SELECT, **connector: Any
) -> Home:
    given(monkeypatch, SOURCE, password=PASSWORD)
    home = Home(
        tmp_path,
        SOURCE,
        {"kind": "sql", "server": "127.0.0.1", "user": "lezer"} | connector,
    )
    (home.folder / "pull.sql").write_text(text, encoding="utf-8")
    return home


@pytest.fixture(params=["postgresql", "mariadb"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    is_postgres = request.param == "postgresql"
    server = request.getfixturevalue("postgres" if is_postgres else "mariadb")
    return home_of(
        tmp_path,
        monkeypatch,
        database_kind=request.param,
        port=server.port,
        database="postgres" if is_postgres else "boekhouding",
    )


def test_two_tables_land_with_exact_amounts_and_days(home: Home) -> None:
    outcome = home.pull()
    assert outcome.records == {"incoming": 3, "outgoing": 3}
    first, second, third = home.rows("incoming")
    assert [row["factuur_id"] for row in (first, second, third)] == ["10", "11", "9"]
    assert second["bedrag_eur"] == "1234567890123456,7891"
    assert (third["bedrag_eur"], third["afdeling"]) == ("-0,0001", "Café")
    assert (first["betaald_op"], third["betaald_op"]) == ("2026-01-30", "")
    assert first["vervaldatum"] == ""
    assert home.ingested() == ("current", 6, 0)
    assert home.holding(*CANARIES.values()) == []


def test_an_unchanged_database_gives_the_same_bytes(home: Home) -> None:
    home.pull()
    assert home.pull().is_same
    assert len(home.landed) == 2


def test_a_login_says_what_it_may_do_besides_reading(home: Home) -> None:
    assert "LET OP" not in try_login(home.settings, SOURCE)
    home.configure(user="schrijver")
    assert "LET OP: het account schrijver mag meer dan lezen" in try_login(home.settings, SOURCE)


def test_a_wrong_password_is_said_without_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, SOURCE, password="heel-anders-geheim")
    with pytest.raises(Unchangeable, match="DATALAB_FINANCE_INVOICES_PASSWORD") as refused:
        home.pull()
    assert "anders" not in str(refused.value)
    assert home.landed == []


def test_a_server_that_is_away_may_come_back(home: Home) -> None:
    home.configure(port=other_servers.free_port())
    with pytest.raises(MayPass, match="probeert het opnieuw"):
        home.pull()


def test_a_table_without_a_right_lands_nothing_of_the_other(home: Home) -> None:
    text = SELECT.replace("qr_code FROM factuur", "qr_code FROM geheim.salaris")
    (home.folder / "pull.sql").write_text(text)
    with pytest.raises(Unchangeable):
        home.pull()
    assert home.landed == []


def test_a_statement_that_takes_too_long_is_given_up(home: Home) -> None:
    is_postgres = home.connector["database_kind"] == "postgresql"
    sleeps = "pg_sleep(20) IS NULL" if is_postgres else "sleep(20) = 1"
    text = SELECT.replace(
        "AS bedrag_eur\nFROM factuur", f"AS bedrag_eur\nFROM factuur WHERE {sleeps}"
    )
    (home.folder / "pull.sql").write_text(text)
    home.configure(statement_seconds=1)
    with pytest.raises(MayPass, match="statement_seconds"):
        home.pull()


def test_both_tables_are_of_one_moment(
    home: Home, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another inserts between the two statements; the second does not see it."""
    from dronten_pipeline.connect.session import Session

    as_it_is = Session.table

    def execute(statement: str, *values: object) -> None:
        if home.connector["database_kind"] == "postgresql":
            server = request.getfixturevalue("postgres")
            with server.connected() as connection:
                connection.execute(statement, values)
        else:
            import pymysql

            with pymysql.connect(
                host="127.0.0.1",
                port=home.connector["port"],
                user="root",
                password=PASSWORD,
                database="boekhouding",
                autocommit=True,
            ) as connection:
                connection.cursor().execute(statement, values)

    def insert() -> None:
        execute(INSERT, "99", "L9", "Zorg", "2026-01-02", "2026-01-04", None, "1", True, "")

    def table(session: Session, name: str, records: Any) -> int:
        count = as_it_is(session, name, records)
        if name == "incoming":
            other = threading.Thread(target=insert)
            other.start()
            other.join()
        return count

    monkeypatch.setattr(Session, "table", table)
    try:
        assert home.pull().records == {"incoming": 3, "outgoing": 3}
    finally:
        execute("DELETE FROM factuur WHERE nummer = %s", "99")


def test_postgres_refuses_to_write_whatever_the_account_may(
    postgres: postgres_server.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.connected() as connection:
        connection.execute(
            "CREATE FUNCTION schrijf() RETURNS boolean LANGUAGE sql AS "
            "'DELETE FROM factuur RETURNING true'"
        )
    text = SELECT.replace("qr AS qr_code", "schrijf() AS qr_code")
    home = home_of(
        tmp_path,
        monkeypatch,
        text,
        database_kind="postgresql",
        port=postgres.port,
        database="postgres",
        user="postgres",
    )
    with pytest.raises(Refused, match=r"SELECT van outgoing.*25006"):
        home.pull()
    with postgres.connected() as connection:
        assert connection.execute("SELECT count(*) FROM factuur").fetchone() != (0,)


def test_an_error_that_quotes_a_value_is_told_without_it(
    postgres: postgres_server.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(
        tmp_path,
        monkeypatch,
        SELECT.replace(
            "nummer AS factuur_id, ontvangen", "omschrijving::int AS factuur_id, ontvangen"
        ),
        database_kind="postgresql",
        port=postgres.port,
        database="postgres",
    )
    with pytest.raises(Refused, match="22P02") as refused:
        home.pull()
    assert not any(word in str(refused.value) for word in CANARIES.values())
    assert home.holding(*CANARIES.values()) == []
    assert home.landed == []


def test_a_file_of_certificates_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"database_kind": "mariadb", "database": "d", "ca_file": str(tmp_path / "ca.pem")}
    with pytest.raises(ContractError, match="ca_file"):
        home_of(tmp_path, monkeypatch, **given).pull()


def test_latin_1_and_nul_in_mariadb_become_text(
    mariadb: other_servers.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pymysql

    with pymysql.connect(
        host="127.0.0.1",
        port=mariadb.port,
        user="root",
        password=PASSWORD,
        database="boekhouding",
        autocommit=True,
    ) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE oud (n varchar(9) CHARACTER SET latin1, b varbinary(20))")
        cursor.execute("INSERT INTO oud VALUES ('zoë', 'caf\\0é'), ('één', x'62E9')")
    home = home_of(
        tmp_path,
        monkeypatch,
        "-- table: incoming\nSELECT b AS factuur_id, n AS afdeling, 'L1' AS leverancier_id, "
        "380 AS typecode, '2026-01-02' AS factuurdatum, '2026-01-02' AS ontvangen_op, "
        "1 AS bedrag_eur FROM oud",
        database_kind="mariadb",
        port=mariadb.port,
        database="boekhouding",
    )
    home.pull()
    found = {row["factuur_id"]: row["afdeling"] for row in home.rows("incoming")}
    assert found == {"café": "zoë", "bé": "één"}


def test_elsewhere_a_server_shows_a_certificate_that_is_trusted(
    home: Home, mariadb: other_servers.Server
) -> None:
    """The PostgreSQL of the tests has none, and is told nothing."""
    home.configure(server=other_servers.ELSEWHERE)
    with pytest.raises(Unchangeable, match="niet versleuteld"):
        home.pull()
    if home.connector["database_kind"] == "mariadb":
        home.configure(ca_file=str(mariadb.folder / "server.pem"))
        assert home.pull().records["incoming"] == 3


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM factuur",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE factuur",
        "SELECT * INTO kopie FROM factuur",
        "SELECT * FROM factuur FOR UPDATE",
        "WITH weg AS (DELETE FROM factuur RETURNING *) SELECT * FROM weg",
        "INSERT INTO factuur SELECT * FROM factuur",
        "CREATE TABLE kopie AS SELECT 1",
        "UPDATE factuur SET nummer = 1",
        "CALL alles()",
        "EXPLAIN ANALYZE DELETE FROM factuur",
        "SET ROLE postgres",
        "SELECT FROM WHERE (",
        "",
    ],
)
@pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlserver", "oracle"])
def test_anything_but_one_select_is_refused(statement: str, kind: str, tmp_path: Path) -> None:
    tables = load_source(PROJECT / "sources" / SOURCE / "source.yml").tables
    path = tmp_path / "pull.sql"
    path.write_text(f"-- table: incoming\n{statement}\n")
    with pytest.raises(ContractError, match=r"pull\.sql:\d"):
        sql.read_statements(path, tables, kind)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT nummer FROM factuur;",
        "WITH a AS (SELECT 1 AS nummer) SELECT nummer FROM a -- ; DROP TABLE a",
        "(SELECT 1 AS n) UNION ALL SELECT 2 AS n ORDER BY n",
        "SELECT ';' AS nummer, 'DELETE FROM x' AS tekst FROM factuur",
    ],
)
def test_one_select_is_taken_as_it_stands(statement: str, tmp_path: Path) -> None:
    tables = load_source(PROJECT / "sources" / SOURCE / "source.yml").tables
    path = tmp_path / "pull.sql"
    about = "-- Toelichting; hieronder de volgende."
    path.write_text(f"{about}\n-- table: incoming\n{statement}\n{about}\n")
    assert [text for _, text in sql.read_statements(path, tables, "postgresql")] == [
        statement.rstrip(";")
    ]


def test_columns_are_those_of_the_contract(
    postgres: postgres_server.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(
        tmp_path,
        monkeypatch,
        "-- table: outgoing\nSELECT nummer AS factuur_id, omschrijving FROM factuur",
        database_kind="postgresql",
        port=postgres.port,
        database="postgres",
    )
    with pytest.raises(Unchangeable, match="omschrijving, qr_code, verzonden_op"):
        home.pull()


MEASURE = """
import re, sys
from dronten_pipeline.connect.pull import pull
from dronten_pipeline.core.settings import current_settings
outcome = pull(current_settings(), sys.argv[1])
# Not what getrusage says: that is of the process which started this one, too.
peak = re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())
print(outcome.records["outgoing"], int(peak[1]) // 1024)
"""


@pytest.mark.slow
def test_five_million_rows_take_less_than_200_mib(
    postgres: postgres_server.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(
        tmp_path,
        monkeypatch,
        "-- table: outgoing\nSELECT * FROM (SELECT to_char(n, 'FM0000000') AS factuur_id, "
        "DATE '2026-01-01' + n % 300 AS verzonden_op, n % 2 = 0 AS qr_code "
        'FROM generate_series(1, 5000000) AS n) AS q ORDER BY factuur_id COLLATE "C"',
        database_kind="postgresql",
        port=postgres.port,
        database="postgres",
    )
    found = subprocess.run(
        [sys.executable, "-c", MEASURE, SOURCE],
        env={
            **os.environ,
            "DATALAB_HOME": str(home.settings.home),
            "DATALAB_SOURCES": str(home.settings.sources),
        },
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    records, mebibytes = map(int, found.stdout.split())
    assert records == 5_000_000
    assert mebibytes < 200, f"{mebibytes} MiB"


class Driver(types.ModuleType):
    """A DB-API module that answers what it was told, and keeps what it was asked."""

    class Error(Exception): ...

    class OperationalError(Error): ...

    class InterfaceError(Error): ...

    class ProgrammingError(Error): ...

    class NotSupportedError(Error): ...

    def __init__(self, name: str, answers: dict[str, Any]) -> None:
        super().__init__(name)
        self.answers, self.asked, self.given = answers, [], {}
        self.defaults = types.SimpleNamespace()
        self.version = "23.4"

    def connect(self, **given: Any) -> Driver:
        self.given = given
        if "connect" in self.answers:
            raise self.answers["connect"]
        return self

    def close(self) -> None: ...

    def cursor(self) -> Cursor:
        return Cursor(self)


class Cursor:
    def __init__(self, driver: Driver) -> None:
        self.driver, self.left, self.description = driver, [], None

    def execute(self, statement: str) -> None:
        self.driver.asked.append(statement)
        for part, (names, rows) in self.driver.answers.items():
            if part in statement:
                self.description, self.left = [(name,) for name in names], list(rows)

    def fetchmany(self, size: int) -> list[Any]:
        found, self.left = self.left[:size], self.left[size:]
        return found

    def fetchall(self) -> list[Any]:
        return self.fetchmany(len(self.left))

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("kind", "module", "begins"),
    [
        ("sqlserver", "pymssql", "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"),
        ("oracle", "oracledb", "SET TRANSACTION READ ONLY"),
    ],
)
def test_other_databases_through_their_drivers(
    kind: str, module: str, begins: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = dt.datetime(2026, 1, 30, 23, 30)
    driver = Driver(
        module,
        {
            "snapshot_isolation_state": (["S"], [(1,)]),
            "ProductVersion": (["V"], [("16.0",)]),
            "FROM factuur": (
                ["FACTUUR_ID", "VERZONDEN_OP", "QR_CODE"],
                [(Decimal("20"), moment, 1), (Decimal("3"), moment, 0)],
            ),
        },
    )
    monkeypatch.setitem(sys.modules, module, driver)
    home = home_of(
        tmp_path,
        monkeypatch,
        "-- table: outgoing\nSELECT factuur_id, verzonden_op, qr_code FROM factuur",
        database_kind=kind,
        database="FIN",
    )
    home.pull()
    assert [tuple(row.values()) for row in home.rows("outgoing")] == [
        ("20", "2026-01-30", "1"),
        ("3", "2026-01-30", "0"),
    ]
    assert driver.asked.index(begins) < len(driver.asked) - 1
    assert driver.given["password"] == PASSWORD


@pytest.mark.parametrize(
    ("kind", "module", "args", "error", "code"),
    [
        ("oracle", "oracledb", types.SimpleNamespace(full_code="ORA-01017"), Unchangeable, "ORA-"),
        ("oracle", "oracledb", types.SimpleNamespace(full_code="DPY-6005"), MayPass, "DPY-6005"),
        ("sqlserver", "pymssql", (20009, f"away {SAID}".encode()), MayPass, "20009"),
    ],
)
def test_errors_of_other_drivers_are_said_without_their_words(
    kind: str,
    module: str,
    args: Any,
    error: type[Exception],
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each as its driver gives it when a login is refused or a server is away."""
    driver = Driver(module, {"connect": Driver.OperationalError(args)})
    monkeypatch.setitem(sys.modules, module, driver)
    home = home_of(tmp_path, monkeypatch, database_kind=kind, database="FIN")
    with pytest.raises(error, match=code) as said:
        home.pull()
    assert CANARIES["name"] not in str(said.value)


def test_a_refused_login_of_sql_server_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Driver.OperationalError(18456, b"Login failed for user")
    monkeypatch.setitem(sys.modules, "pymssql", Driver("pymssql", {"connect": refused}))
    home = home_of(tmp_path, monkeypatch, database_kind="sqlserver", database="FIN")
    with pytest.raises(Unchangeable, match="DATALAB_FINANCE_INVOICES_PASSWORD"):
        home.pull()


def test_a_driver_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymssql", None)
    home = home_of(tmp_path, monkeypatch, database_kind="sqlserver", database="FIN")
    with pytest.raises(Unchangeable, match=r"dronten-pipeline\[sqlserver\]"):
        home.pull()


def test_elsewhere_nothing_is_said_without_encryption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = Driver("pymssql", {"snapshot_isolation_state": (["S"], [(0,)])})
    monkeypatch.setitem(sys.modules, "pymssql", driver)
    home = home_of(
        tmp_path, monkeypatch, database_kind="sqlserver", database="FIN", server="fin.dronten.nl"
    )
    try_login(home.settings, SOURCE)
    assert driver.given["encryption"] == "require"
