"""DuckDB as this project opens and asks it: offline, with names and texts quoted.

Here belongs what more than one room needs of a database file. Not here: what stands in one.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

#: Extensions are never fetched or loaded by themselves: the gate works without a network.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def column_types(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Names and types of the columns of every table of the mart, in their order."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal "
        "AND database_name = current_database() ORDER BY table_name, column_index"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def count_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Number of rows of every table of the mart, by name."""
    return {
        table: count_of(connection, identifier(table)) for table in sorted(column_types(connection))
    }


def remove_database(path: Path) -> None:
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)


def count_of(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"
