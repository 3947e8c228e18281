"""What readers of PostgreSQL meet while releases are swapped in, by six ways of swapping.

    python -m bench.postgres_swaps        the table of docs/decisions/0009-postgres-swap.md

The readers are those of the test of fifty releases, without a pause between their reads; a way
gets two minutes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from bench.postgres import say
from dronten_pipeline.postgres.swap import Roles, swap
from tests.postgres_server import Server, new_database, running
from tests.unit.postgres.test_load import READERS

SWAPS = 50
SECONDS = 120
TABLES = ("dim_kpi", "fct_kpi_value")


def main() -> None:
    say("way | swaps | seconds a swap | longest read | reads | torn | empty | errors")
    with running() as server, server.connected() as connection:
        connection.execute("CREATE ROLE bi_lezer")
        for way in (ours, rename, frozen_rename, views, truncate, rewrite):
            say(" | ".join([way.__name__, *map(str, _measured(server, way))]))


Way = Callable[[psycopg.Connection, int], None]


def _measured(server: Server, way: Way) -> tuple[int, str, str, int, int, int, int]:
    database = new_database(server)
    reads, torn, empty, wrong = 0, 0, 0, 0
    longest = 0.0
    is_over = threading.Event()

    def read(reader: Callable[[psycopg.Connection], list[tuple[int, int, int]]]) -> None:
        nonlocal reads, torn, empty, wrong, longest
        with server.connected(database) as connection:
            while not is_over.is_set():
                began = time.monotonic()
                try:
                    seen = reader(connection)
                except psycopg.Error:
                    wrong += 1
                    continue
                longest = max(longest, time.monotonic() - began)
                reads += 1
                is_empty = any(row[2] == 0 for row in seen)
                empty += is_empty
                torn += not is_empty and len({number for row in seen for number in row[:2]}) > 1

    with server.connected(database) as connection:
        way(connection, 1)
        spent, done = 0.0, 0
        with ThreadPoolExecutor(len(READERS)) as pool:
            for reader in READERS:
                pool.submit(read, reader)
            began = time.monotonic()
            for number in range(2, SWAPS + 2):
                if time.monotonic() - began > SECONDS:
                    break
                start = time.monotonic()
                try:
                    way(connection, number)
                    done += 1
                except psycopg.Error:
                    wrong += 1
                spent += time.monotonic() - start
                time.sleep(0.05)
            is_over.set()
    return done, f"{spent / max(done, 1):.2f}", f"{longest:.2f}", reads, torn, empty, wrong


def _rows(connection: psycopg.Connection, schema: str, number: int, freeze: str = "true") -> None:
    connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]
    with connection.transaction():
        for table, count in zip(TABLES, (10, 200), strict=True):
            connection.execute(
                f"CREATE TABLE {schema}.{table} (kpi_id text, value float8, number int)"  # type: ignore[arg-type]
            )
            with connection.cursor().copy(
                f"COPY {schema}.{table} FROM STDIN (FREEZE {freeze})"  # type: ignore[arg-type]
            ) as copy:
                for row in range(count):
                    copy.write_row((f"kpi{row % 10}", row + 0.1, number))


def ours(connection: psycopg.Connection, number: int) -> None:
    name = f"20260101-{number:012x}"
    schema = f"mart_{name.replace('-', '_')}"
    _rows(connection, schema, number)
    connection.execute(
        f"CREATE TABLE {schema}.publication AS SELECT '{name}' AS release_id"  # type: ignore[arg-type]
    )
    roles = Roles(reader="bi_lezer", open_reader=None, open_tables=frozenset())
    swap(connection, schema="mart", release_id=name, roles=roles, patience_seconds=60)


def rename(connection: psycopg.Connection, number: int, freeze: str = "false") -> None:
    """The schema is renamed; no table is locked."""
    _rows(connection, "fresh", number, freeze)
    with connection.transaction():
        if number > 1:
            connection.execute(f"ALTER SCHEMA mart RENAME TO old{number}")  # type: ignore[arg-type]
        connection.execute("ALTER SCHEMA fresh RENAME TO mart")


def frozen_rename(connection: psycopg.Connection, number: int) -> None:
    """The same, with rows that every transaction sees."""
    rename(connection, number, "true")


def views(connection: psycopg.Connection, number: int) -> None:
    """Views in one schema, replaced in one transaction, with a limit on waiting and retries."""
    _rows(connection, f"v{number}", number)
    connection.execute("CREATE SCHEMA IF NOT EXISTS mart")
    while True:
        try:
            with connection.transaction():
                connection.execute("SET LOCAL statement_timeout = 500")
                for table in TABLES:
                    connection.execute(
                        f"CREATE OR REPLACE VIEW mart.{table} AS SELECT * FROM v{number}.{table}"  # type: ignore[arg-type]
                    )
            return
        except psycopg.errors.QueryCanceled:
            time.sleep(0.05)


def truncate(connection: psycopg.Connection, number: int) -> None:
    """TRUNCATE and INSERT in one transaction."""
    _replace(connection, number, "TRUNCATE mart.{}")


def rewrite(connection: psycopg.Connection, number: int) -> None:
    """DELETE and INSERT in one transaction: rows, not tables, are exchanged."""
    _replace(connection, number, "DELETE FROM mart.{}")


def _replace(connection: psycopg.Connection, number: int, clear: str) -> None:
    if number == 1:
        _rows(connection, "mart", number)
        return
    _rows(connection, f"n{number}", number)
    with connection.transaction():
        for table in TABLES:
            connection.execute(clear.format(table))  # type: ignore[arg-type]
            connection.execute(f"INSERT INTO mart.{table} SELECT * FROM n{number}.{table}")  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
