"""When a release is loaded into PostgreSQL, and what must hold before readers see it.

Not here: the form of a table (`mart_tables.py`), the connections over which they go
(`parallel_copy.py`), the swap (`swap.py`), and what is said when one fails (`connection.py`).

The file release is what counts: it stands whatever happens here, and the next run, or
`datalab postgres load`, tries again. A release is filled into a schema that gets the name of the
release when it is whole, and the swap is one transaction, so a cut connection, a full disk or a
kill changes nothing for readers; what such a load left is removed by the next one.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import duckdb
import psycopg
from psycopg import errors, sql

from dronten_pipeline.core.database import OFFLINE
from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.postgres_names import written
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Postgres, TableContent
from dronten_pipeline.postgres import mart_tables, parallel_copy, swap
from dronten_pipeline.postgres.connection import PostgresError, connected, explained, masked, place
from dronten_pipeline.postgres.mart_tables import Content, Table
from dronten_pipeline.release.errors import ReleaseError
from dronten_pipeline.release.formats.datapackage import NAME as DATA_PACKAGE
from dronten_pipeline.release.store import Release, current_release


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
    """Makes PostgreSQL show the current release; None when there is none.

    Raises:
        PostgresError: readers of PostgreSQL see what they saw before.
    """
    release = _current(settings)
    if release is None:
        return None
    began = time.monotonic()
    try:
        with explained(settings, release), connected(settings) as connection:
            outcome = _load(settings, connection, release, began)
    except PostgresError as error:
        with contextlib.suppress(ledger.LedgerError):
            ledger.append(settings, Postgres(release_id=release.release_id, problem=str(error)))
        raise
    if outcome.kind != "held" or _failed_last(settings):
        try:
            ledger.append(settings, _body(settings, release, outcome))
        except ledger.LedgerError as error:
            raise PostgresError(
                f"PostgreSQL toont nu uitgave {release.release_id}, maar: {error}"
            ) from error
    return outcome


def forget(settings: Settings, release_id: str) -> None:
    """Drops every copy of a release that was withdrawn, whoever reads it.

    Raises:
        PostgresError: it stays.
    """
    schema = settings.postgres_schema
    with explained(settings, None), connected(settings) as connection:
        _take_turns(settings, connection)
        if swap.release_in(connection, schema) == release_id:
            with connection.transaction():
                for table in swap.own_tables(connection, schema):
                    swap.drop_table(connection, schema, table)
        swap.drop_schema(connection, swap.schema_of(schema, release_id))


def held_release(settings: Settings) -> str | None:
    """The release that PostgreSQL shows, None where it shows none yet.

    Raises:
        PostgresError: it cannot be asked.
    """
    with explained(settings, None), connected(settings) as connection:
        return swap.release_in(connection, settings.postgres_schema)


def describe_lag(settings: Settings) -> str:
    """In Dutch, how PostgreSQL differs from the current release; empty where it does not.

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
    schema = settings.postgres_schema
    _take_turns(settings, connection)
    roles, lacking = _prepare(settings, connection, release)
    before = swap.release_in(connection, schema)
    if before == release.release_id:
        swap.let_read(connection, schema, roles, release.release_id)
        return Outcome(release_id=release.release_id, kind="held", warnings=lacking)
    staged = swap.schema_of(schema, release.release_id)
    mart_file = release.folder / MART
    if sha256_of(mart_file) != release.manifest.files[MART].sha256:
        raise PostgresError(
            f"{mart_file} is niet wat er gepubliceerd is: ga terug met `datalab rollback`, of "
            "start opnieuw."
        )
    with duckdb.connect(str(mart_file), read_only=True, config=OFFLINE) as mart:
        promised = mart_tables.promised_references(release.folder / DATA_PACKAGE)
        tables = mart_tables.describe(mart, promised)
        broken: list[str] = []
        is_there = swap.schema_exists(connection, staged)
        if is_there:
            contents = {table.name: mart_tables.content_of_mart(mart, table) for table in tables}
            found = {
                table.name: mart_tables.content_in_postgres(connection, staged, table)
                for table in tables
            }
            advice = f"verwijder het schema {staged} en start `datalab postgres load` opnieuw"
            _compare(staged, contents, found, advice=advice)
        else:
            contents, broken = _fill(settings, connection, staged, tables, mart)
    swap.swap(
        connection,
        schema=schema,
        release_id=release.release_id,
        roles=roles,
        patience_seconds=settings.postgres_patience_seconds,
    )
    try:
        warnings = swap.forget_old(connection, schema, settings.postgres_kept_releases)
    except psycopg.Error as error:  # readers see the new release already
        warnings = [f"Oude uitgaven zijn niet opgeruimd: {masked(settings, str(error))}"]
    if before is not None and not _was_ours(settings, before):
        warnings.append(
            f"Het schema {schema} toonde {before}, dat niet uit {settings.home} geladen is: laadt "
            "een andere installatie er ook in, geef elk een eigen DATALAB_POSTGRES_SCHEMA."
        )
    return Outcome(
        release_id=release.release_id,
        kind="returned" if is_there else "loaded",
        previous=before,
        tables=contents,
        seconds=time.monotonic() - began,
        warnings=(*lacking, *broken, *warnings),
    )


def _failed_last(settings: Settings) -> bool:
    """A connection that is lost at the very end leaves a release that is shown after all."""
    last = next(ledger.records_of(settings, Postgres), None)
    return last is not None and last.body.problem is not None


def _was_ours(settings: Settings, release_id: str) -> bool:
    return (settings.releases / release_id).is_dir() or any(
        record.body.release_id == release_id for record in ledger.records_of(settings, Postgres)
    )


def _fill(
    settings: Settings,
    connection: psycopg.Connection,
    schema: str,
    tables: list[Table],
    mart: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, Content], list[str]]:
    """Makes a schema with all tables, compared with the mart; it has its name when it is whole."""
    unfinished = swap.unfinished_schema(settings.postgres_schema)
    swap.drop_unfinished(connection, settings.postgres_schema)
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(unfinished)))
    try:
        sent, found = parallel_copy.fill(partial(connected, settings), unfinished, tables, mart)
        advice = "laad opnieuw, en meld dit als fout van het programma wanneer het zo blijft"
        _compare(schema, sent, found, advice=advice)
        with connection.transaction():
            broken = mart_tables.declare_keys(connection, unfinished, tables)
            connection.execute(
                sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(
                    sql.Identifier(unfinished), sql.Identifier(schema)
                )
            )
    except BaseException:
        # What failed may have been this connection. The next load tries again.
        with contextlib.suppress(psycopg.Error), connected(settings) as another:
            swap.drop_schema(another, unfinished)
        raise
    return sent, broken


def _compare(
    schema: str, wanted: dict[str, Content], found: dict[str, Content], *, advice: str
) -> None:
    for table, content in found.items():
        if content != wanted[table]:
            raise PostgresError(
                f"{schema}.{table} heeft {content.rows} rijen (controlegetal {content.checksum}) "
                f"en de uitgave {wanted[table].rows} ({wanted[table].checksum}): {advice}."
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
                f"Er wordt al geladen in het schema {settings.postgres_schema}: wacht tot dat "
                "klaar is, en start dan `datalab postgres load`."
            )
        time.sleep(0.2)


def _prepare(
    settings: Settings, connection: psycopg.Connection, release: Release
) -> tuple[swap.Roles, tuple[str, ...]]:
    """Sees that there are roles to read with, and that the schema is ours to fill.

    Returns:
        The roles, and a sentence where the one for open data cannot be made: a house that offers
        none in this way misses nothing by it.
    """
    schema, reader = settings.postgres_schema, settings.postgres_reader
    open_reader: str | None = settings.postgres_open_reader
    lacking: tuple[str, ...] = ()
    if not _has_role(connection, reader):
        raise PostgresError(
            f"Er is geen rol {written(reader)} om mee te lezen: laat een beheerder `CREATE ROLE "
            f"{written(reader)}` doen, of noem een andere rol met DATALAB_POSTGRES_READER."
        )
    if not _has_role(connection, settings.postgres_open_reader):
        name, open_reader = written(settings.postgres_open_reader), None
        lacking = (
            f"Er is geen rol {name} om open data mee te lezen: laat een beheerder `CREATE ROLE "
            f"{name}` doen, of noem een andere rol met DATALAB_POSTGRES_OPEN_READER.",
        )
    if swap.release_in(connection, schema) is None and swap.own_tables(connection, schema):
        raise PostgresError(
            f"In het schema {schema} staan tabellen van iets anders: noem een ander schema met "
            "DATALAB_POSTGRES_SCHEMA."
        )
    tables = release.manifest.tables
    opened = frozenset(name for name, about in tables.items() if about.open)
    return swap.Roles(reader=reader, open_reader=open_reader, open_tables=opened), lacking


def _has_role(connection: psycopg.Connection, role: str) -> bool:
    """Whether the role is there, made if it was not and we may."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if known is None:
        try:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        except errors.InsufficientPrivilege:
            return False
    return True


def _current(settings: Settings) -> Release | None:
    try:
        return current_release(settings)
    except ReleaseError as error:
        raise PostgresError(str(error)) from error


def _body(settings: Settings, release: Release, outcome: Outcome) -> Postgres:
    return Postgres(
        release_id=release.release_id,
        previous=outcome.previous,
        outcome=outcome.kind,
        mart_sha256=release.manifest.files[MART].sha256,
        server=place(settings),
        schema=settings.postgres_schema,
        tables={
            name: TableContent(rows=content.rows, checksum=content.checksum)
            for name, content in sorted(outcome.tables.items())
        },
        warnings=list(outcome.warnings),
    )
