"""Builds `mart.duckdb`: the tables that are to be published, and nothing else.

Here belongs copying from the warehouse. Not here: judging the copy (`judge.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from dronten_pipeline.mart_contract import fingerprint, named

#: Extensions are never fetched or loaded by themselves: the gate works without a network.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def build_candidate(warehouse: Path, mart: Path, tables: Iterable[str]) -> dict[str, int]:
    """Copies `tables` from the warehouse's schema main, sorted by all their columns.

    A table that the warehouse lacks is left out; its suite will say so. Files of an earlier
    attempt are removed first, their write-ahead log above all: it would be replayed.

    Returns:
        Number of rows per copied table.
    """
    remove_database(mart)
    connection = duckdb.connect(":memory:", config=OFFLINE)
    try:
        connection.execute(f"ATTACH {literal(warehouse)} AS warehouse (READ_ONLY)")
        # The oldest storage that every 1.x client opens; fixed so that an upgrade changes nothing.
        connection.execute(f"ATTACH {literal(mart)} AS mart (STORAGE_VERSION 'v1.0.0')")
        present = {
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_catalog = 'warehouse' AND table_schema = 'main'"
            ).fetchall()
        }
        copied = [table for table in sorted(tables) if table in present]
        for table in copied:
            name = identifier(table)
            connection.execute(
                f"CREATE TABLE mart.main.{name} AS SELECT * FROM warehouse.main.{name} ORDER BY ALL"
            )
            _copy_comments(connection, table)
        counts = {table: _count(connection, f"mart.main.{identifier(table)}") for table in copied}
        connection.execute("CHECKPOINT mart")
        connection.execute("DETACH mart")
    finally:
        connection.close()
    return counts


def contract_version(mart: Path) -> str:
    """The released contract that the mart keeps: `1.0+` and twelve characters over its tables.

    The characters change when a table, a column or a type of the mart changes; they stand alone
    where no released contract has them.
    """
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
        ).fetchall()
    return named(fingerprint(rows))


def remove_database(path: Path) -> None:
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)


def _copy_comments(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    name = identifier(table)
    for (comment,) in connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE database_name = 'warehouse' "
        "AND schema_name = 'main' AND table_name = ? AND comment IS NOT NULL "
        "UNION ALL SELECT comment FROM duckdb_views() WHERE database_name = 'warehouse' "
        "AND schema_name = 'main' AND view_name = ? AND comment IS NOT NULL",
        [table, table],
    ).fetchall():
        connection.execute(f"COMMENT ON TABLE mart.main.{name} IS {literal(comment)}")
    for column, comment in connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = 'warehouse' "
        "AND schema_name = 'main' AND table_name = ? AND comment IS NOT NULL",
        [table],
    ).fetchall():
        connection.execute(
            f"COMMENT ON COLUMN mart.main.{name}.{identifier(column)} IS {literal(comment)}"
        )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"
