"""PostgreSQL as a door: the release in force, loaded beside the one that people read, and swapped.

Here belongs when a release is loaded, what must hold before readers see it, and what is said when
it fails. Not here: the form of the tables (`postgres_tables.py`), the connections over which they
go (`postgres_lanes.py`) and the swap (`postgres_swap.py`).

The file release is what counts: it stands whatever happens here, and the next run, or
`datalab postgres load`, tries again. A release is filled into a schema that gets the name of the
release when it is whole, and the swap is one transaction, so a cut connection, a full disk or a
kill changes nothing for readers; what such a load left is removed by the next one. The address
holds a password and stands in no message, log or record.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal
from urllib.parse import quote

import duckdb
import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from dronten_pipeline.evidence import ledger
from dronten_pipeline.evidence.durable import sha256_of
from dronten_pipeline.gate.candidate import OFFLINE
from dronten_pipeline.publish import postgres_lanes, postgres_swap, postgres_tables
from dronten_pipeline.publish.doors.datapackage import NAME as DATA_PACKAGE
from dronten_pipeline.publish.postgres_tables import Content, Table, Unloadable
from dronten_pipeline.publish.releases import MART, Release, ReleaseError, current_release
from dronten_pipeline.settings import Settings

#: What a connection gets when its address does not say otherwise: no wait without an end.
CONNECTION = {
    "application_name": "datalab",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "tcp_user_timeout": "60000",
}

#: The parts of an address that messages show, and what they look like when nothing went wrong.
SHOWN_PARTS = {
    "user": r"[\w.@-]*",
    "host": r"[\w.,:/-]*",
    "port": r"[\d,]*",
    "dbname": r"[\w.-]*",
}

#: What to do, by the code that PostgreSQL gives to an error.
ADVICE = {
    "22021": "a text holds a character that the database cannot hold: make the database with "
    "encoding UTF8, or repair the text",
    "25006": "this server only reads: name the one that writes in DATALAB_POSTGRES_URL",
    "22P05": "a text holds a character that the database cannot hold: make the database with "
    "encoding UTF8",
    "23502": "rows do not keep to the contract: report this as an error of the program",
    "23505": "rows do not keep to a key: correct the model of the table",
    "28000": "the role may not log in: look at the server's pg_hba.conf",
    "28P01": "the password is wrong: correct DATALAB_POSTGRES_URL",
    "3D000": "there is no such database: make it, or correct DATALAB_POSTGRES_URL",
    "42501": "the role lacks a right: give it what docs/data-engineer.md lists",
    "42P07": "a table of somebody else has that name: remove it, or name another schema with "
    "DATALAB_POSTGRES_SCHEMA",
    "53100": "the disk of the server is full: free space",
    "53300": "the server has no connection left: try again later",
    "55P03": "somebody keeps the tables of the release locked: have that transaction ended",
    "57P01": "the server closed the connection: try again",
    "57P03": "the server is starting, stopping or recovering: try again in a minute",
}

#: A server that refuses a connection says why in words only.
REFUSALS = {
    "password authentication failed": "28P01",
    "permission denied for database": "42501",
    "no pg_hba.conf entry": "28000",
    "not permitted to log in": "28000",
    "database .* does not exist": "3D000",
    "too many (clients|connections)": "53300",
    "connection slots": "53300",
    "the database system is": "57P03",
}


class PostgresError(RuntimeError):
    """PostgreSQL shows what it showed before; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What PostgreSQL shows now.

    `kind` is `held` when it showed this release already, `loaded` when it was loaded for it, and
    `returned` when it was still there from before.
    """

    release_id: str
    kind: Literal["held", "loaded", "returned"]
    previous: str | None = None
    tables: dict[str, Content] = field(default_factory=dict)
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()


def load_current(settings: Settings) -> Outcome | None:
    """Makes PostgreSQL show the release in force; None when there is none.

    Raises:
        PostgresError: readers of PostgreSQL see what they saw before.
    """
    release = _current(settings)
    if release is None:
        return None
    began = time.monotonic()
    try:
        with _explained(settings, release), _connected(settings) as connection:
            outcome = _load(settings, connection, release, began)
    except PostgresError as error:
        with contextlib.suppress(ledger.LedgerError):
            _record(settings, {"release_id": release.release_id, "problem": str(error)})
        raise
    if outcome.kind != "held" or _failed_last(settings):
        try:
            _record(settings, _body(settings, release, outcome))
        except ledger.LedgerError as error:
            raise PostgresError(
                f"PostgreSQL shows {release.release_id} now, but: {error}"
            ) from error
    return outcome


def held_release(settings: Settings) -> str | None:
    """The release that PostgreSQL shows, None where it shows none yet.

    Raises:
        PostgresError: it cannot be asked.
    """
    with _explained(settings, None), _connected(settings) as connection:
        return postgres_swap.release_in(connection, settings.postgres_schema)


def describe_lag(settings: Settings) -> str:
    """In Dutch, how PostgreSQL differs from the release in force; empty where it does not.

    Raises:
        PostgresError: it cannot be asked.
    """
    release, held = _current(settings), held_release(settings)
    if release is None or release.release_id == held:
        return ""
    shown = f"uitgave {held}" if held else "nog geen uitgave"
    return (
        f"PostgreSQL toont {shown}, terwijl {release.release_id} geldt: laad haar met "
        "`datalab postgres load`."
    )


# --- one load


def _load(
    settings: Settings, connection: psycopg.Connection, release: Release, began: float
) -> Outcome:
    schema, reader = settings.postgres_schema, settings.postgres_reader
    _take_turns(settings, connection)
    _prepare(settings, connection)
    before = postgres_swap.release_in(connection, schema)
    if before == release.release_id:
        postgres_swap.let_read(connection, schema, reader, release.release_id)
        return Outcome(release_id=release.release_id, kind="held")
    staged = postgres_swap.schema_of(schema, release.release_id)
    mart_file = release.folder / MART
    if sha256_of(mart_file) != release.manifest["files"][MART]["sha256"]:
        raise PostgresError(
            f"{mart_file} is not what was published: go back with `datalab rollback`, or run again."
        )
    with duckdb.connect(str(mart_file), read_only=True, config=OFFLINE) as mart:
        promised = postgres_tables.promised_references(release.folder / DATA_PACKAGE)
        tables = postgres_tables.describe(mart, promised)
        broken: list[str] = []
        is_there = postgres_swap.schema_exists(connection, staged)
        if is_there:
            contents = {
                table.name: postgres_tables.content_of_mart(mart, table) for table in tables
            }
            found = {
                table.name: postgres_tables.content_in_postgres(connection, staged, table)
                for table in tables
            }
            advice = f"drop the schema {staged} and run `datalab postgres load` again"
            _compare(staged, contents, found, advice=advice)
        else:
            contents, broken = _fill(settings, connection, staged, tables, mart)
    postgres_swap.swap(
        connection,
        schema=schema,
        release_id=release.release_id,
        reader=reader,
        patience_seconds=settings.postgres_patience_seconds,
    )
    try:
        warnings = postgres_swap.forget_old(connection, schema, settings.postgres_kept_releases)
    except psycopg.Error as error:  # readers see the new release already
        warnings = [f"Old releases were not cleared: {_masked(settings, str(error))}"]
    if before is not None and not _was_ours(settings, before):
        warnings.append(
            f"The schema {schema} showed {before}, which was not loaded from {settings.home}: when "
            "another installation loads into it too, give each its own DATALAB_POSTGRES_SCHEMA."
        )
    return Outcome(
        release_id=release.release_id,
        kind="returned" if is_there else "loaded",
        previous=before,
        tables=contents,
        seconds=time.monotonic() - began,
        warnings=(*broken, *warnings),
    )


def _failed_last(settings: Settings) -> bool:
    """A connection that is lost at the very end leaves a release that is shown after all."""
    last = next(ledger.records_of(settings, "postgres"), None)
    return last is not None and "problem" in last.body


def _was_ours(settings: Settings, release_id: str) -> bool:
    return (settings.releases / release_id).is_dir() or any(
        record.body.get("release_id") == release_id
        for record in ledger.records_of(settings, "postgres")
    )


def _fill(
    settings: Settings,
    connection: psycopg.Connection,
    schema: str,
    tables: list[Table],
    mart: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, Content], list[str]]:
    """Makes a schema with all tables, compared with the mart; it has its name when it is whole."""
    unfinished = postgres_swap.unfinished_schema(settings.postgres_schema)
    postgres_swap.drop_unfinished(connection, settings.postgres_schema)
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(unfinished)))
    try:
        sent, found = postgres_lanes.fill(partial(_connected, settings), unfinished, tables, mart)
        advice = "load again, and report this as an error of the program when it stays so"
        _compare(schema, sent, found, advice=advice)
        with connection.transaction():
            broken = postgres_tables.declare_keys(connection, unfinished, tables)
            connection.execute(
                sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(
                    sql.Identifier(unfinished), sql.Identifier(schema)
                )
            )
    except BaseException:
        # What failed may have been this connection. The next load tries again.
        with contextlib.suppress(psycopg.Error), _connected(settings) as another:
            postgres_swap.drop_schema(another, unfinished)
        raise
    return sent, broken


def _compare(
    schema: str, wanted: dict[str, Content], found: dict[str, Content], *, advice: str
) -> None:
    for table, content in found.items():
        if content != wanted[table]:
            raise PostgresError(
                f"{schema}.{table} holds {content.rows} rows (checksum {content.checksum}) and "
                f"the mart {wanted[table].rows} ({wanted[table].checksum}): {advice}."
            )


def _take_turns(settings: Settings, connection: psycopg.Connection) -> None:
    """One load into a schema at a time, from whatever machine; freed with the connection."""
    name = f"datalab load {settings.postgres_schema}"
    deadline = time.monotonic() + settings.postgres_patience_seconds
    while True:
        row = connection.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name]
        ).fetchone()
        if row and row[0]:
            return
        if time.monotonic() >= deadline:
            raise PostgresError(
                f"Another load into the schema {settings.postgres_schema} is under way: wait "
                "until it is done, then run `datalab postgres load`."
            )
        time.sleep(0.2)


def _prepare(settings: Settings, connection: psycopg.Connection) -> None:
    """Sees that there is a role to read with, and that the schema is ours to fill."""
    schema, reader = settings.postgres_schema, settings.postgres_reader
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [reader]).fetchone()
    if known is None:
        try:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(reader)))
        except errors.InsufficientPrivilege:
            raise PostgresError(
                f"There is no role {reader} to read with: let an administrator do `CREATE ROLE "
                f"{reader}`, or name another role with DATALAB_POSTGRES_READER."
            ) from None
    if postgres_swap.release_in(connection, schema) is None and postgres_swap.own_tables(
        connection, schema
    ):
        raise PostgresError(
            f"The schema {schema} holds tables of something else: name another schema with "
            "DATALAB_POSTGRES_SCHEMA."
        )


# --- connecting, and what is said when something fails


@contextlib.contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection]:
    parameters = {**CONNECTION, **_parameters(settings), "client_encoding": "UTF8"}
    connection = psycopg.connect(**parameters, autocommit=True)  # type: ignore[arg-type]
    # A load may wait for its turn, and then for readers.
    limit = settings.postgres_timeout_seconds + 2 * settings.postgres_patience_seconds
    patience = f"{max(1.0, settings.postgres_patience_seconds):.0f}s"
    try:
        with _cut_after(connection, limit):
            connection.execute("SELECT set_config('lock_timeout', %s, false)", [patience])
            yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _cut_after(connection: psycopg.Connection, seconds: float) -> Iterator[None]:
    """Ends the wait for a server that hangs: its system keeps the connection up in its place.

    Raises:
        PostgresError: the work on the connection was not done in time.
    """
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.fileno())) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.Error as error:
        if is_over.is_set():
            raise PostgresError(
                f"PostgreSQL was not done after {seconds:.0f} seconds and the connection was cut: "
                "see whether the server hangs, or raise DATALAB_POSTGRES_TIMEOUT_SECONDS."
            ) from error
        raise
    finally:
        timer.cancel()


def _parameters(settings: Settings) -> dict[str, Any]:
    if settings.postgres_url is None:
        raise PostgresError("No PostgreSQL was named: set DATALAB_POSTGRES_URL.")
    with contextlib.suppress(psycopg.ProgrammingError):
        parameters = conninfo_to_dict(settings.postgres_url.get_secret_value())
        if all(
            re.fullmatch(pattern, str(parameters.get(name, "")))
            for name, pattern in SHOWN_PARTS.items()
        ):
            return parameters
    # Its parts are not quoted: a password with an @ or a / in it ends up in any of them.
    raise PostgresError(
        "DATALAB_POSTGRES_URL is no address of PostgreSQL: write "
        "postgresql://role:password@server:5432/database, with %40 for an @ and %2F for a / in "
        "the password."
    )


@contextlib.contextmanager
def _explained(settings: Settings, release: Release | None) -> Iterator[None]:
    """Turns whatever goes wrong into one sentence without secrets."""
    stands = (
        f" Release {release.release_id} stands as files; PostgreSQL shows what it showed before. "
        "The next run tries again, or `datalab postgres load`."
        if release
        else ""
    )
    try:
        yield
    except PostgresError as error:
        raise PostgresError(f"{error}{stands}") from None
    except postgres_swap.InTheWay as error:
        raise PostgresError(
            f"The release is loaded, but could not be shown: {error}. Ask them to end their "
            f"transaction.{stands}"
        ) from None
    except Unloadable as error:
        raise PostgresError(f"{error}{stands}") from None
    except (psycopg.Error, duckdb.Error, OSError) as error:
        code = getattr(error, "sqlstate", None) or next(
            (code for words, code in REFUSALS.items() if re.search(words, str(error))), None
        )
        said = _masked(settings, str(error)).strip().splitlines() or [type(error).__name__]
        advice = ADVICE.get(code or "", "see that the server is there and try again")
        raise PostgresError(
            f"PostgreSQL {_place(settings)}: {said[0].rstrip('.')}; {advice}.{stands}"
        ) from None


def _place(settings: Settings) -> str:
    """Where the server is, as can be shown to anybody."""
    given = _parameters(settings)
    return (
        f"{given.get('user', '')}@{given.get('host', 'localhost')}:{given.get('port', 5432)}"
        f"/{given.get('dbname', '')}"
    )


def _masked(settings: Settings, text: str) -> str:
    if settings.postgres_url is None:
        return text
    url = settings.postgres_url.get_secret_value()
    password = str(_parameters(settings).get("password") or "")
    for secret in (url, password, quote(password), quote(password, safe="")):
        if secret:
            text = text.replace(secret, "***")
    return text


def _current(settings: Settings) -> Release | None:
    try:
        return current_release(settings)
    except ReleaseError as error:
        raise PostgresError(str(error)) from error


def _record(settings: Settings, body: dict[str, Any]) -> None:
    ledger.append(settings, "postgres", body)


def _body(settings: Settings, release: Release, outcome: Outcome) -> dict[str, Any]:
    return {
        "release_id": release.release_id,
        "previous": outcome.previous,
        "outcome": outcome.kind,
        "mart_sha256": release.manifest["files"][MART]["sha256"],
        "server": _place(settings),
        "schema": settings.postgres_schema,
        "tables": {name: vars(content) for name, content in sorted(outcome.tables.items())},
        "warnings": list(outcome.warnings),
    }
