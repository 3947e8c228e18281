"""The tables of a mart in PostgreSQL: their form, and the way of their rows there and back.

Here belongs what one release looks like in PostgreSQL. Not here: which release readers see
(`postgres_swap.py`), or when one is loaded (`postgres.py`).

Everything is read from `mart.duckdb` itself: tables, views (loaded as tables), columns, keys and
comments. Rows go as PostgreSQL's binary format, which keeps every bit of a double, and come back
in it: the same bytes mean the same values.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import LiteralString

import duckdb
import psycopg
from psycopg import sql
from psycopg.pq import ExecStatus

from dronten_pipeline.gate.candidate import identifier

#: DuckDB's types and PostgreSQL's. What has no counterpart of its own travels as text.
TYPES: dict[str, LiteralString] = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "numeric(20, 0)",
    "HUGEINT": "numeric(38, 0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "BLOB": "bytea",
    "VARCHAR": "text",
    "UUID": "text",
    "JSON": "text",
}
_DECIMAL = re.compile(r"^DECIMAL\((\d+),\s*(\d+)\)$")
_AS_TEXT = re.compile(r"^(UUID|JSON|ENUM\()")

#: Rows that are in memory at once.
BATCH = 65_536


class Unloadable(ValueError):
    """The mart holds something that PostgreSQL cannot hold; the message says what and where."""


@dataclass(frozen=True, kw_only=True)
class Column:
    name: str
    duckdb_type: str
    is_nullable: bool
    comment: str | None

    @property
    def is_sent_as_text(self) -> bool:
        return _AS_TEXT.match(self.duckdb_type) is not None


@dataclass(frozen=True, kw_only=True)
class Key:
    """`refers_to` is the table and its columns that a foreign key points at, else None."""

    kind: str
    columns: tuple[str, ...]
    refers_to: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Content:
    """Number of rows, and SHA-256 of all of them in PostgreSQL's binary format."""

    rows: int
    sha256: str


# --- what the mart holds


def describe(mart: duckdb.DuckDBPyConnection) -> list[Table]:
    """Every table and view of the schema main, by name.

    Raises:
        Unloadable: a column has a type, or a value, that PostgreSQL does not know.
    """
    found = mart.execute(
        """
        SELECT table_name, comment FROM duckdb_tables()
        WHERE schema_name = 'main' AND NOT internal AND database_name = current_database()
        UNION ALL
        SELECT view_name, comment FROM duckdb_views()
        WHERE schema_name = 'main' AND NOT internal AND database_name = current_database()
        ORDER BY 1
        """
    ).fetchall()
    tables = [
        Table(name=name, comment=comment, columns=_columns(mart, name), keys=_keys(mart, name))
        for name, comment in found
    ]
    for table in tables:
        _check_values(mart, table)
    return tables


def _columns(mart: duckdb.DuckDBPyConnection, table: str) -> tuple[Column, ...]:
    columns = tuple(
        Column(name=name, duckdb_type=kind, is_nullable=nullable, comment=comment)
        for name, kind, nullable, comment in mart.execute(
            "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND database_name = current_database() "
            "AND table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
    )
    for column in columns:
        if _postgres_type(column) is None:
            raise Unloadable(
                f"Column {table}.{column.name} has the type {column.duckdb_type}, which has no "
                "counterpart in PostgreSQL: cast it in the model of the table."
            )
    return columns


def _keys(mart: duckdb.DuckDBPyConnection, table: str) -> tuple[Key, ...]:
    return tuple(
        Key(
            kind=kind,
            columns=tuple(columns),
            refers_to=(other, tuple(there)) if kind == "FOREIGN KEY" else None,
        )
        for kind, columns, other, there in mart.execute(
            "SELECT constraint_type, constraint_column_names, referenced_table, "
            "referenced_column_names FROM duckdb_constraints() WHERE schema_name = 'main' "
            "AND database_name = current_database() AND table_name = ? "
            "AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY') "
            "ORDER BY constraint_index",
            [table],
        ).fetchall()
    )


def _check_values(mart: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Finds what would be refused half-way, or arrive as another value."""
    wrong = {
        column.name: condition
        for column in table.columns
        if (condition := _impossible(column)) is not None
    }
    if not wrong:
        return
    counts = mart.execute(
        "SELECT "
        + ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in wrong.values())
        + f" FROM {identifier(table.name)}"
    ).fetchone()
    assert counts is not None
    for name, count in zip(wrong, counts, strict=True):
        if count:
            raise Unloadable(
                f"{count} rows of {table.name} hold a value in {name} that PostgreSQL cannot hold "
                "(a NUL character in a text, or an infinite date or time): repair it in the "
                "model of the table, or in the delivery."
            )


def _impossible(column: Column) -> str | None:
    name = identifier(column.name)
    if _postgres_type(column) == "text":
        return f"contains({name}::VARCHAR, chr(0))"
    if column.duckdb_type == "DATE" or column.duckdb_type.startswith("TIMESTAMP"):
        return f"NOT isfinite({name})"
    return None


def _postgres_type(column: Column) -> str | None:
    decimal = _DECIMAL.match(column.duckdb_type)
    if decimal:
        return f"numeric({decimal[1]}, {decimal[2]})"
    if column.is_sent_as_text:
        return "text"
    return TYPES.get(column.duckdb_type)


# --- making the tables


def create(connection: psycopg.Connection, schema: str, tables: Iterable[Table]) -> None:
    """Makes empty tables with their columns and comments; keys come when they are filled."""
    for table in tables:
        name = sql.Identifier(schema, table.name)
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}{}").format(
                sql.Identifier(column.name),
                sql.SQL(str(_postgres_type(column))),  # type: ignore[arg-type]
                sql.SQL("" if column.is_nullable else " NOT NULL"),
            )
            for column in table.columns
        )
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(name, columns))
        if table.comment:
            connection.execute(
                sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(table.comment))
            )
        for column in table.columns:
            if column.comment:
                connection.execute(
                    sql.SQL("COMMENT ON COLUMN {} IS {}").format(
                        sql.Identifier(schema, table.name, column.name),
                        sql.Literal(column.comment),
                    )
                )


def add_keys(connection: psycopg.Connection, schema: str, tables: Iterable[Table]) -> None:
    """Adds primary, unique and foreign keys, in that order, and gathers statistics.

    Raises:
        psycopg.errors.IntegrityError: the rows do not keep to a key.
    """
    # The standard amount sorts a large key on disk.
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    keys = [(table, key) for table in tables for key in table.keys]
    for table, key in sorted(keys, key=lambda one: one[1].kind == "FOREIGN KEY"):
        clause = sql.SQL("ALTER TABLE {} ADD {} ({})").format(
            sql.Identifier(schema, table.name),
            sql.SQL(key.kind),  # type: ignore[arg-type]
            _names(key.columns),
        )
        if key.refers_to:
            other, columns = key.refers_to
            clause += sql.SQL(" REFERENCES {} ({})").format(
                sql.Identifier(schema, other), _names(columns)
            )
        connection.execute(clause)
    for table in tables:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, table.name)))


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


# --- rows, there and back


def fill(
    connection: psycopg.Connection,
    schema: str,
    table: Table,
    mart: duckdb.DuckDBPyConnection,
) -> Content:
    """Copies the rows of a table of the mart into an empty table made in this transaction.

    FREEZE makes the rows visible to transactions that began before: whoever resolves the name of
    a table to the new release sees all of it, never an empty table.
    """
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT binary, FREEZE true)").format(
        sql.Identifier(schema, table.name)
    )
    rows, digest = 0, hashlib.sha256()
    with connection.cursor().copy(statement) as copy:
        for count, part in _encoded(mart, table):
            rows += count
            digest.update(part)
            copy.write(part)
    return Content(rows, digest.hexdigest())


def content_of_mart(mart: duckdb.DuckDBPyConnection, table: Table) -> Content:
    """What `fill` would send."""
    rows, digest = 0, hashlib.sha256()
    for count, part in _encoded(mart, table):
        rows += count
        digest.update(part)
    return Content(rows, digest.hexdigest())


def content_in_postgres(connection: psycopg.Connection, schema: str, table: Table) -> Content:
    """What stands in PostgreSQL, read back whole in the order in which it was written."""
    name = sql.Identifier(schema, table.name)
    # Else a large table may be read from the middle on, along with another reader.
    connection.execute("SET LOCAL synchronize_seqscans = off")
    counted = connection.execute(sql.SQL("SELECT count(*) FROM ONLY {}").format(name)).fetchone()
    assert counted is not None
    digest = hashlib.sha256()
    statement = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(name)
    for part in _copied_out(connection, statement):
        digest.update(part)
    return Content(counted[0], digest.hexdigest())


def _encoded(mart: duckdb.DuckDBPyConnection, table: Table) -> Iterator[tuple[int, bytes]]:
    """Number of rows and bytes of one batch after another, in the order of the file."""
    from pgpq import ArrowToPostgresBinaryEncoder

    columns = ", ".join(
        identifier(column.name) + ("::VARCHAR" if column.is_sent_as_text else "")
        for column in table.columns
    )
    reader = mart.execute(f"SELECT {columns} FROM {identifier(table.name)}").to_arrow_reader(BATCH)
    encoder = ArrowToPostgresBinaryEncoder(reader.schema)
    yield 0, encoder.write_header()
    for batch in reader:
        yield batch.num_rows, encoder.write_batch(batch)
    yield 0, encoder.finish()


def _copied_out(connection: psycopg.Connection, statement: sql.Composed) -> Iterator[bytes]:
    """The bytes of a COPY TO, some thousands of rows at a time.

    PostgreSQL sends a message per row; psycopg's own iteration takes twice the time over each.
    """
    raw = connection.pgconn
    raw.send_query(statement.as_bytes(connection))
    result = raw.get_result()
    if result is not None and result.status == ExecStatus.COPY_OUT:
        parts: list[bytes] = []
        while True:
            size, part = raw.get_copy_data(0)
            if size <= 0:
                break
            parts.append(bytes(part))
            if len(parts) == 4096:
                yield b"".join(parts)
                parts.clear()
        yield b"".join(parts)
        result = raw.get_result()
    last = result
    while result is not None:
        last, result = result, raw.get_result()
    if last is None or last.status != ExecStatus.COMMAND_OK:
        raise psycopg.OperationalError(
            last.error_message.decode(errors="replace") if last else "the connection was lost"
        )
