"""All tables of a mart into a schema that nobody reads yet, over several connections at once.

Here belongs which step goes over which connection, and when. Not here: a step itself
(`mart_tables.py`), or what becomes of the schema (`load.py`).

A server takes rows in, sorts a key and reads a table over with one processor per connection. With
two connections one table comes in while another gets its key or is compared. FREEZE asks that a
table is made and filled in one transaction, so every table has one of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, ExitStack
from queue import SimpleQueue
from typing import TypeVar

import duckdb
import psycopg

from dronten_pipeline.postgres import mart_tables
from dronten_pipeline.postgres.mart_tables import Content, Table

CONNECTIONS = 2

Result = TypeVar("Result")


def fill(
    connect: Callable[[], AbstractContextManager[psycopg.Connection]],
    schema: str,
    tables: list[Table],
    mart: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, Content], dict[str, Content]]:
    """Makes, fills and indexes every table, the largest first, and has the server read it over.

    Returns:
        By table: what was sent, and what the server found.

    Raises:
        psycopg.Error, mart_tables.Unloadable: a step failed; those under way have ended.
    """
    sent: dict[str, Content] = {}
    indexed: list[Future[None]] = []
    found: dict[str, Future[Content]] = {}
    with ExitStack() as stack:
        free: SimpleQueue[psycopg.Connection] = SimpleQueue()
        for _ in range(CONNECTIONS):
            free.put(stack.enter_context(connect()))
        pool = stack.enter_context(ThreadPoolExecutor(CONNECTIONS))
        stack.callback(pool.shutdown, cancel_futures=True)

        def submit(
            step: Callable[..., Result], table: Table, *others: duckdb.DuckDBPyConnection
        ) -> Future[Result]:
            def run() -> Result:
                connection = free.get()
                try:
                    with connection.transaction():
                        return step(connection, schema, table, *others)
                finally:
                    free.put(connection)

            return pool.submit(run)

        copies = {
            submit(_copy, table, mart): table
            for table in sorted(tables, key=lambda table: -table.rows)
        }
        for copied in as_completed(copies):
            table = copies[copied]
            sent[table.name] = copied.result()
            indexed.append(submit(mart_tables.index, table))
            found[table.name] = submit(mart_tables.content_in_postgres, table)
        for done in indexed:
            done.result()
        return sent, {name: content.result() for name, content in found.items()}


def _copy(
    connection: psycopg.Connection, schema: str, table: Table, mart: duckdb.DuckDBPyConnection
) -> Content:
    with mart.cursor() as cursor:
        mart_tables.check_values(cursor, table)
        mart_tables.create(connection, schema, table)
        return mart_tables.fill(connection, schema, table, cursor)
