"""How each kind of database is spoken to: login, one snapshot, rows in batches, its errors.

Here belongs what differs between PostgreSQL, MariaDB, MySQL, SQL Server and Oracle, through the
DB-API of their drivers. Not here: what is asked (`kinds/sql.py`). No message of a database is
repeated: it may quote a value.
"""

from __future__ import annotations

import contextlib
import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from dronten_pipeline.connect.errors import MayPass, PullError, Refused, Unchangeable

CONNECT_SECONDS = 30
BEGINS = "het begin van de transactie"


@dataclass(frozen=True, kw_only=True)
class Login:
    """Where and as whom; `login` is the variable with the password, for messages."""

    server: str
    port: int
    database: str
    user: str
    password: str
    login: str
    ca_file: Path | None
    is_local: bool
    seconds: int


class Database(ABC):
    """One connection. `begin` must come before `rows`."""

    module: ClassVar[str]
    extra: ClassVar[str | None] = None
    port: ClassVar[int]
    dialect: ClassVar[str]
    refused_logins: ClassVar[frozenset[object]] = frozenset()

    def __init__(self, driver: Any, login: Login) -> None:
        self.driver, self.login = driver, login
        try:
            self.connection = self.connect()
        except driver.Error as error:
            raise self.problem(error, "de verbinding") from None

    @abstractmethod
    def connect(self) -> Any:
        """Logs in; the account only reads."""

    @abstractmethod
    def begin(self) -> bool:
        """Begins to read; returns whether all that is read will be of one moment."""

    @abstractmethod
    def version(self) -> str:
        """What the system says of itself."""

    @abstractmethod
    def may_write(self) -> str:
        """What the account may do besides reading, in words; empty when nothing."""

    def rows(
        self, statement: str, what: str, batch: int
    ) -> tuple[list[str], Iterator[Sequence[Any]]]:
        """Names of the columns of a statement, and its rows in batches."""
        cursor = self.cursor(batch)
        try:
            cursor.execute(statement)
            first = cursor.fetchmany(batch)  # a cursor on the server knows its columns only then
            names = [column[0] for column in cursor.description]
        except self.driver.Error as error:
            raise self.problem(error, f"de SELECT van {what}") from None

        def batches() -> Iterator[Sequence[Any]]:
            found = first
            while found:
                yield found
                try:
                    found = cursor.fetchmany(batch)
                except self.driver.Error as error:
                    raise self.problem(error, f"de SELECT van {what}") from None
            cursor.close()

        return names, batches()

    def cursor(self, batch: int) -> Any:
        """One that leaves its rows on the server."""
        cursor = self.connection.cursor()
        cursor.arraysize = batch
        return cursor

    def ask(self, statement: str, what: str = "een vraag aan het systeem zelf") -> list[Any]:
        """All rows of a short answer; none of a statement that gives none."""
        try:
            cursor = self.connection.cursor()
            cursor.execute(statement)
            rows = list(cursor.fetchall()) if cursor.description else []
            cursor.close()
        except self.driver.Error as error:
            raise self.problem(error, what) from None
        return rows

    def one(self, statement: str) -> Any:
        """The first value of the first row."""
        rows = self.ask(statement)
        return rows[0][0] if rows else None

    def code(self, error: Exception) -> object:
        """The number of the error; what else is in it may quote a value."""
        first = error.args[0] if error.args else None
        number = first[0] if isinstance(first, tuple) and first else first  # pymssql, when away
        return number if isinstance(number, int) else None

    def problem(self, error: Exception, what: str) -> PullError:
        code, driver = self.code(error), self.driver
        where = f"{self.login.server}, {what}"
        if code in self.refused_logins:
            return Unchangeable(
                f"{where}: de database weigert het account {self.login.user} ({code}). Kijk of "
                f"{self.login.login} nog geldt, of de database zo heet en of het account mag lezen."
            )
        if any(words in str(error) for words in ("certificate", "SSL was required")):
            return Unchangeable(
                f"{where}: de verbinding is niet versleuteld, of het certificaat van de server "
                "klopt niet. Noem met ca_file (connector.yml) wie het tekende, als deze "
                "machine die niet kent, en schrijf server zoals hij in het certificaat heet."
            )
        if isinstance(error, driver.OperationalError | driver.InterfaceError):
            return MayPass(
                f"{where}: de database antwoordde niet of brak af ({code or kind_of(error)}). Er "
                "is niets geleverd; de volgende ophaalbeurt probeert het opnieuw. Duurt een "
                "statement langer dan statement_seconds (connector.yml), dan breekt het ook af."
            )
        if isinstance(error, driver.ProgrammingError | driver.NotSupportedError):
            return Unchangeable(
                f"{where}: de database kent dit niet of staat het niet toe ({code}). Probeer de "
                "SELECT uit pull.sql met hetzelfde account."
            )
        return Refused(
            f"{where}: de database geeft een fout ({code or kind_of(error)}). Er is niets geleverd."
        )


def kind_of(error: Exception) -> str:
    return type(error).__name__


class PostgreSQL(Database):
    module, port, dialect = "psycopg", 5432, "postgres"
    #: SQLSTATEs: wrong password or role, no such database, no right.
    refused_logins = frozenset({"28P01", "28000", "3D000", "42501"})

    def connect(self) -> Any:
        login = self.login
        secured = {"sslmode": "verify-full", "sslrootcert": str(login.ca_file or "system")}
        connection = self.driver.connect(
            host=login.server,
            port=login.port,
            dbname=login.database,
            user=login.user,
            password=login.password,
            connect_timeout=CONNECT_SECONDS,
            application_name="datalab",
            client_encoding="UTF8",
            options=f"-c statement_timeout={login.seconds * 1000} "
            "-c default_transaction_read_only=on",
            **({} if login.is_local else secured),
        )
        connection.read_only = True
        connection.isolation_level = self.driver.IsolationLevel.REPEATABLE_READ
        return connection

    def begin(self) -> bool:
        return True  # psycopg begins with the first statement

    def cursor(self, batch: int) -> Any:
        cursor = self.connection.cursor(name="datalab")
        cursor.itersize = batch
        return cursor

    def code(self, error: Exception) -> object:
        # A login that is refused has no SQLSTATE in libpq; its words are those of the server.
        state = getattr(error, "sqlstate", None)
        if state is None and "authentication failed" in str(error):
            return "28P01"
        if state is None and "does not exist" in str(error):
            return "3D000"
        return state

    def version(self) -> str:
        return f"PostgreSQL {self.one('SHOW server_version')}"

    def may_write(self) -> str:
        if self.one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            return "het is een superuser"
        tables = self.one(
            "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT LIKE 'pg\\_%' "
            "AND n.nspname <> 'information_schema' "
            "AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
        )
        schemas = self.one(
            "SELECT count(*) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' "
            "AND has_schema_privilege(oid, 'CREATE')"
        )
        found = [f"schrijven in {tables} tabellen"] if tables else []
        return " en ".join(found + ([f"tabellen maken in {schemas} schema's"] if schemas else []))


class MariaDB(Database):
    module, port, dialect = "pymysql", 3306, "mysql"
    #: Wrong password, no right to the database, no such database, no right to a table or column.
    refused_logins = frozenset({1044, 1045, 1049, 1142, 1143, 1698})
    #: In seconds, for each statement.
    timeout = "SET SESSION max_statement_time = {}"

    def connect(self) -> Any:
        import ssl

        login = self.login
        trusted = str(login.ca_file) if login.ca_file else None
        connection = self.driver.connect(
            host=login.server,
            port=login.port,
            database=login.database,
            user=login.user,
            password=login.password,
            charset="utf8mb4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=login.seconds + CONNECT_SECONDS,
            ssl=None if login.is_local else ssl.create_default_context(cafile=trusted),
        )
        self.driver_cursors = importlib.import_module("pymysql.cursors")
        return connection

    def begin(self) -> bool:
        self.ask(self.timeout.format(self.login.seconds), BEGINS)
        self.ask("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", BEGINS)
        self.ask("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", BEGINS)
        return True

    def cursor(self, batch: int) -> Any:  # noqa: ARG002 (rows come as they are read)
        return self.connection.cursor(self.driver_cursors.SSCursor)

    def version(self) -> str:
        return str(self.one("SELECT version()"))

    def may_write(self) -> str:
        reads = {"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROXY"}
        found: set[str] = set()
        for (grant,) in self.ask("SHOW GRANTS"):
            given = grant.removeprefix("GRANT ").partition(" ON ")[0]
            found |= {one.partition("(")[0].strip() for one in given.split(", ")} - reads
        return ", ".join(sorted(found))


class MySQL(MariaDB):
    timeout = "SET SESSION max_execution_time = {}000"


class SQLServer(Database):
    module, extra, port, dialect = "pymssql", "sqlserver", 1433, "tsql"
    #: Login failed, no right to the database, to an object, to a column; 20018 is of the library.
    refused_logins = frozenset({18456, 4060, 229, 230, 916})

    def connect(self) -> Any:
        login = self.login
        return self.driver.connect(
            server=login.server,
            port=str(login.port),
            database=login.database,
            user=login.user,
            password=login.password,
            login_timeout=CONNECT_SECONDS,
            timeout=login.seconds,
            charset="UTF-8",
            appname="datalab",
            read_only=True,
            autocommit=True,
            **({} if login.is_local else {"encryption": "require"}),
        )

    def begin(self) -> bool:
        allowed = self.one(
            "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()"
        )
        level = "SNAPSHOT" if allowed == 1 else "READ COMMITTED"
        self.ask(f"SET TRANSACTION ISOLATION LEVEL {level}", BEGINS)
        self.ask("BEGIN TRANSACTION", BEGINS)
        return bool(allowed == 1)

    def version(self) -> str:
        version = self.one("SELECT CAST(SERVERPROPERTY('ProductVersion') AS varchar(40))")
        return f"SQL Server {version}"

    def may_write(self) -> str:
        rights = self.one(
            "SELECT STRING_AGG(permission_name, ', ') FROM fn_my_permissions(NULL, 'DATABASE') "
            "WHERE permission_name IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER', 'CONTROL', "
            "'EXECUTE', 'CREATE TABLE')"
        )
        return str(rights or "")


class Oracle(Database):
    module, extra, port, dialect = "oracledb", "oracle", 1521, "oracle"
    refused_logins = frozenset({"ORA-01017", "ORA-28000", "ORA-28001", "ORA-01031", "ORA-00942"})

    def connect(self) -> Any:
        login = self.login
        # Numbers as they stand, never through a float.
        self.driver.defaults.fetch_decimals = True
        self.driver.defaults.fetch_lobs = False
        connection = self.driver.connect(
            user=login.user,
            password=login.password,
            host=login.server,
            port=login.port,
            service_name=login.database,
            protocol="tcp" if login.is_local else "tcps",
            wallet_location=str(login.ca_file.parent) if login.ca_file else None,
            tcp_connect_timeout=CONNECT_SECONDS,
        )
        connection.call_timeout = login.seconds * 1000
        return connection

    def begin(self) -> bool:
        self.ask("SET TRANSACTION READ ONLY", BEGINS)
        return True

    def code(self, error: Exception) -> object:
        return getattr(error.args[0], "full_code", None) if error.args else None

    def version(self) -> str:
        return f"Oracle {self.connection.version}"

    def may_write(self) -> str:
        return str(
            self.one(
                "SELECT LISTAGG(privilege, ', ') FROM (SELECT privilege FROM session_privs "
                "WHERE privilege LIKE 'INSERT %' OR privilege LIKE 'UPDATE %' "
                "OR privilege LIKE 'DELETE %' OR privilege LIKE 'CREATE %TABLE' "
                "UNION SELECT privilege FROM user_tab_privs "
                "WHERE privilege IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER'))"
            )
            or ""
        )


DATABASES: dict[str, type[Database]] = {
    "postgresql": PostgreSQL,
    "mariadb": MariaDB,
    "mysql": MySQL,
    "sqlserver": SQLServer,
    "oracle": Oracle,
}


@contextlib.contextmanager
def opened(kind: str, *, port: int | None, **login: Any) -> Iterator[Database]:
    """A connection to a database, closed without keeping anything.

    Raises:
        Unchangeable: it refuses the account, or its driver is not installed.
        MayPass: it could not be reached.
    """
    spoken = DATABASES[kind]
    try:
        driver = importlib.import_module(spoken.module)
    except ModuleNotFoundError:
        raise Unchangeable(
            f"De bibliotheek {spoken.module} is er niet. Installeer haar erbij: pip install "
            f"'dronten-pipeline[{spoken.extra}]'."
        ) from None
    database = spoken(driver, Login(port=port or spoken.port, **login))
    try:
        yield database
    finally:
        with contextlib.suppress(driver.Error):
            database.connection.close()
