"""Which release readers of PostgreSQL see: the swap, the way back, and clearing what is old.

Here belongs moving whole, loaded tables into and out of the schema that people read, and who may
read which of them. Not here: loading them (`mart_tables.py`). Why it is done so, with what was
measured: docs/decisions/0009-postgres-swap.md.

The tables that people read stand in one schema, `mart`; each other release waits in a schema of
its own, `mart_20260317_1a2b3c4d5e6f`. A swap locks all tables of both releases, moves the old ones
out and the new ones in, and commits. A statement that runs, or a transaction that has read, makes
the swap wait; a statement that comes while the swap holds its locks waits some milliseconds and
then reads the new release.
"""

from __future__ import annotations

import random
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import errors, sql

from dronten_pipeline.core.postgres_names import written

#: A transaction that was seen for so long will not be over in a moment.
LONG_SECONDS = 2.0
#: What readers may do. The second is for the names of keys: PostgreSQL shows foreign keys in
#: information_schema, where Power BI looks for relations, to nobody who may only read.
RIGHTS = "SELECT, REFERENCES"
#: How long the other tables may take to lock once the first is.
FOLLOW_MILLISECONDS = 25


class TooOpen(RuntimeError):
    """The open role could read more than is open; nothing was changed."""


class InTheWay(RuntimeError):
    """Readers kept the tables locked for longer than the swap may wait; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Who reads: `reader` all tables, `open_reader` only the open ones; None where it is absent."""

    reader: str
    open_reader: str | None
    open_tables: frozenset[str]

    @property
    def all(self) -> list[str]:
        return [self.reader, *([self.open_reader] if self.open_reader else [])]


@dataclass(frozen=True)
class Reader:
    """A session that holds a lock on a table; `state` is empty where we may not see it."""

    pid: int
    transaction: str
    role: str | None
    application: str | None
    state: str | None
    tables: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        who = f"{self.role or 'iemand'}" + (f" in {self.application}" if self.application else "")
        return f"{who} (proces {self.pid}, {self.state or 'wat het doet mag deze rol niet zien'})"


def schema_of(schema: str, release_id: str) -> str:
    """The schema in which a release stands while it is not the one that people read."""
    return f"{schema}_{release_id.replace('-', '_')}"


def unfinished_schema(schema: str) -> str:
    """A new name for the schema of a release that is being filled."""
    return f"{schema}_laden_{secrets.token_hex(4)}"


def drop_unfinished(connection: psycopg.Connection, schema: str) -> None:
    """Removes what loads that were cut off have left; only for whoever has the turn to load."""
    for name in _schemas_like(connection, re.escape(schema) + "_laden_[0-9a-f]{8}"):
        drop_schema(connection, name)


def drop_schema(connection: psycopg.Connection, schema: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def drop_table(connection: psycopg.Connection, schema: str, table: str) -> None:
    connection.execute(
        sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(schema, table))
    )


def schema_exists(connection: psycopg.Connection, schema: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
    return found.fetchone() is not None


def release_in(connection: psycopg.Connection, schema: str) -> str | None:
    """The release whose tables stand in a schema, by its own table `publication`."""
    table = f"{sql.Identifier(schema, 'publication').as_string(connection)}"
    known = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    if not known or not known[0]:
        return None
    row = connection.execute(
        sql.SQL("SELECT release_id FROM {}").format(sql.Identifier(schema, "publication"))
    ).fetchone()
    return str(row[0]) if row else None


def own_tables(connection: psycopg.Connection, schema: str) -> list[str]:
    """The tables of a schema that belong to the role that loads; others are left alone."""
    return [
        name
        for (name,) in connection.execute(
            """
            SELECT relname
            FROM pg_class
            INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname = %s AND relkind = 'r' AND relowner = current_user::regrole
            ORDER BY 1
            """,
            [schema],
        )
    ]


def swap(
    connection: psycopg.Connection,
    *,
    schema: str,
    release_id: str,
    roles: Roles,
    patience_seconds: float,
) -> None:
    """Makes a loaded release the one that people read; the one before goes to its own schema.

    Waits for readers whose transactions are under way, and ends those that do nothing when the
    patience is over.

    Raises:
        InTheWay: a reader kept its lock; readers still see the release before.
        TooOpen: the open role could read what is not open; likewise.
    """
    staged = schema_of(schema, release_id)
    before = release_in(connection, schema)
    old = own_tables(connection, schema) if before else []
    new = own_tables(connection, staged)
    tables = [(schema, name) for name in old] + [(staged, name) for name in new]
    attempts = _Attempts(connection, tables, patience_seconds)
    while True:
        attempts.wait_for_a_chance()
        try:
            with connection.transaction():
                attempts.lock()
                if before is not None:
                    kept = schema_of(schema, before)
                    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(kept)))
                    _move(connection, schema, old, kept)
                    _hide(connection, kept, old, roles)
                connection.execute(
                    sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema))
                )
                _move(connection, staged, new, schema)
                connection.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(staged)))
                _let_read(connection, schema, new, roles, release_id)
            return
        except (errors.QueryCanceled, errors.LockNotAvailable):
            attempts.failed()


def let_read(connection: psycopg.Connection, schema: str, roles: Roles, release_id: str) -> None:
    """Gives the reading roles their rights again, should somebody have changed them.

    Raises:
        TooOpen: the open role could read what is not open.
    """
    with connection.transaction():
        _let_read(connection, schema, own_tables(connection, schema), roles, release_id)


def forget_old(connection: psycopg.Connection, schema: str, keep: int) -> list[str]:
    """Drops all but the `keep` newest releases that wait beside the one in use.

    Returns:
        A sentence for each release that stays because something still uses it.
    """
    kept = [
        (connection.execute(_published_at(name)).fetchone() or (None,), name)
        for name in _waiting(connection, schema)
        if release_in(connection, name)
    ]
    stays: list[str] = []
    for _, name in sorted(kept, key=lambda one: str(one[0][0]), reverse=True)[keep:]:
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '200ms'")
                if tables := own_tables(connection, name):
                    connection.execute(
                        sql.SQL("DROP TABLE {}").format(_listed((name, table) for table in tables))
                    )
                connection.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(name)))
        except errors.LockNotAvailable:
            stays.append(f"{name} blijft tot de volgende keer: iemand leest het.")
        except errors.DependentObjectsStillExist as error:
            detail = (error.diag.message_detail or "").splitlines()
            stays.append(
                f"{name} blijft: {detail[0] if detail else 'er hangt iets van af'}. Maak dat "
                f"opnieuw over de tabellen van {schema}; het toont oude cijfers."
            )
    return stays


# --- one attempt


class _Attempts:
    """When to try for the locks, and when to stop trying."""

    def __init__(
        self,
        connection: psycopg.Connection,
        tables: Sequence[tuple[str, str]],
        patience_seconds: float,
    ) -> None:
        self.connection = connection
        self.tables = tables
        self.began = time.monotonic()
        self.patience = patience_seconds
        self.in_use: set[tuple[str, str]] = set()
        self.first_seen: dict[str, float] = {}
        self.has_ended_readers = False
        timeout = connection.execute(
            "SELECT setting::float FROM pg_settings WHERE name = 'deadlock_timeout'"
        ).fetchone()
        self.deadlock = timeout[0] if timeout else 1000.0

    def wait_for_a_chance(self) -> None:
        """Returns when no long transaction stands in the way: to queue would only hold up others.

        Raises:
            InTheWay: patience is over.
        """
        while True:
            now = time.monotonic()
            readers = _readers_of(self.connection, self.tables)
            self.in_use = {table for reader in readers for table in reader.tables}
            self.first_seen = {
                reader.transaction: self.first_seen.get(reader.transaction, now)
                for reader in readers
            }
            long = [
                reader
                for reader in readers
                if now - self.first_seen[reader.transaction] > LONG_SECONDS
            ]
            if now - self.began < self.patience:
                if not long:
                    return
            else:
                self._lose_patience(long or readers)
                return
            time.sleep(0.2)

    def lock(self) -> None:
        """Locks all tables, one that is being read first, within a time that no deadlock is found.

        The first may take its time: nothing is held yet, so whoever reads can finish. The others
        must follow at once: a reader that holds one of them may be waiting for the first.
        """
        tables = random.sample(self.tables, len(self.tables))
        tables.sort(key=lambda table: table not in self.in_use)
        self._lock(tables[:1], 0.5 * self.deadlock)
        self.connection.execute(f"SET LOCAL lock_timeout = {FOLLOW_MILLISECONDS}")
        self._lock(tables[1:], 0.3 * self.deadlock)
        self.connection.execute("SET LOCAL statement_timeout = 0")

    def _lock(self, tables: Sequence[tuple[str, str]], milliseconds: float) -> None:
        if tables:
            self.connection.execute(
                sql.SQL("SET LOCAL statement_timeout = {}").format(sql.Literal(int(milliseconds)))
            )
            self.connection.execute(
                sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(_listed(tables))
            )

    def failed(self) -> None:
        """Leaves readers a pause before the next attempt."""
        time.sleep(random.uniform(0.005, 0.05))

    def _lose_patience(self, readers: Sequence[Reader]) -> None:
        """Ends who does nothing; whoever is at work, or cannot be judged, ends the swap."""
        idle = [reader for reader in readers if (reader.state or "").startswith("idle in trans")]
        if self.has_ended_readers or not idle or len(idle) < len(readers):
            raise InTheWay(f"{'; '.join(map(str, readers)) or 'een lezer'} hield de tabellen vast")
        self.has_ended_readers = True
        self.patience += 5.0
        for reader in idle:
            try:
                self.connection.execute("SELECT pg_terminate_backend(%s, 5000)", [reader.pid])
            except errors.InsufficientPrivilege:
                raise InTheWay(
                    f"{reader} houdt de tabellen vast en mag door deze rol niet beëindigd worden "
                    "(geef haar pg_signal_backend; een superuser kan alleen een ander beëindigen)"
                ) from None


def _readers_of(connection: psycopg.Connection, tables: Sequence[tuple[str, str]]) -> list[Reader]:
    """Who holds a lock on one of the tables, ourselves left out."""
    names = {sql.Identifier(*table).as_string(connection): table for table in tables}
    return [
        Reader(pid, transaction, role, application, state, tuple(names[name] for name in held))
        for pid, transaction, role, application, state, held in connection.execute(
            """
            SELECT
                pg_locks.pid, pg_locks.virtualtransaction,
                pg_stat_activity.usename, pg_stat_activity.application_name,
                pg_stat_activity.state, array_agg(DISTINCT ours.name)
            FROM unnest(%s::text[]) AS ours (name)
            INNER JOIN pg_locks ON pg_locks.relation = to_regclass(ours.name)
            INNER JOIN pg_database ON pg_database.oid = pg_locks.database
            LEFT JOIN pg_stat_activity USING (pid)
            WHERE pg_locks.locktype = 'relation' AND pg_locks.granted
                AND pg_locks.pid <> pg_backend_pid()
                AND pg_database.datname = current_database()
            GROUP BY 1, 2, 3, 4, 5
            """,
            [list(names)],
        )
    ]


def _move(connection: psycopg.Connection, schema: str, tables: Iterable[str], target: str) -> None:
    for table in tables:
        connection.execute(
            sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(
                sql.Identifier(schema, table), sql.Identifier(target)
            )
        )


def _hide(connection: psycopg.Connection, schema: str, tables: Sequence[str], roles: Roles) -> None:
    """Takes the right to read away, so that tools do not list what they cannot open."""
    for role in roles.all:
        _take(connection, schema, tables, role)


def _take(connection: psycopg.Connection, schema: str, tables: Sequence[str], role: str) -> None:
    if tables:
        connection.execute(
            sql.SQL("REVOKE {} ON TABLE {} FROM {}").format(
                sql.SQL(RIGHTS),
                _listed((schema, table) for table in tables),
                sql.Identifier(role),
            )
        )


def _give(connection: psycopg.Connection, schema: str, tables: Sequence[str], role: str) -> None:
    name = sql.Identifier(role)
    connection.execute(
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), name)
    )
    if tables:
        connection.execute(
            sql.SQL("GRANT {} ON TABLE {} TO {}").format(
                sql.SQL(RIGHTS), _listed((schema, table) for table in tables), name
            )
        )


def _let_read(
    connection: psycopg.Connection,
    schema: str,
    tables: Sequence[str],
    roles: Roles,
    release_id: str,
) -> None:
    # The standing rights of a database may open what is new in it to everybody.
    connection.execute(
        sql.SQL("REVOKE ALL ON TABLE {} FROM PUBLIC").format(
            _listed((schema, table) for table in tables)
        )
    )
    _give(connection, schema, tables, roles.reader)
    if roles.open_reader is not None:
        closed = [table for table in tables if table not in roles.open_tables]
        _give(connection, schema, sorted(set(tables) - set(closed)), roles.open_reader)
        _take(connection, schema, closed, roles.open_reader)
        _check_closed(connection, schema, closed, roles.open_reader)
    connection.execute(
        sql.SQL("COMMENT ON SCHEMA {} IS {}").format(
            sql.Identifier(schema),
            sql.Literal(f"De gepubliceerde cijfers van Datalab Dronten: uitgave {release_id}."),
        )
    )


def _check_closed(
    connection: psycopg.Connection, schema: str, tables: Sequence[str], role: str
) -> None:
    """What a role may read it may also have of another role, of everybody, or per column."""
    names = {sql.Identifier(schema, table).as_string(connection): table for table in tables}
    found = connection.execute(
        """
        SELECT ours.name FROM unnest(%s::text[]) AS ours (name)
        WHERE has_any_column_privilege(%s::name, to_regclass(ours.name), 'SELECT')
        ORDER BY 1
        """,
        [list(names), role],
    ).fetchall()
    if found:
        raise TooOpen(
            f"rol {written(role)} mag {', '.join(names[name] for (name,) in found)} lezen, en dat "
            "is geen open data"
        )


def _waiting(connection: psycopg.Connection, schema: str) -> list[str]:
    """Schemas of releases that are not the one in use."""
    return _schemas_like(connection, re.escape(schema) + "_[0-9]{8}_[0-9a-f]{12}")


def _schemas_like(connection: psycopg.Connection, pattern: str) -> list[str]:
    return [
        name
        for (name,) in connection.execute("SELECT nspname FROM pg_namespace ORDER BY 1")
        if re.fullmatch(pattern, name)
    ]


def _published_at(schema: str) -> sql.Composed:
    return sql.SQL("SELECT published_at FROM {}").format(sql.Identifier(schema, "publication"))


def _listed(tables: Iterable[tuple[str, str]]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
