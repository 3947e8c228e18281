"""The tables of a mart in PostgreSQL: their form, and the way of their rows there and back.

Here belongs what one release looks like in PostgreSQL. Not here: which release readers see
(`swap.py`), or when one is loaded (`load.py`).

Everything is read from `mart.duckdb` itself: tables, views (loaded as tables), columns, keys and
comments. Rows go in PostgreSQL's binary format, which keeps every bit of a double.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import LiteralString

import duckdb
import psycopg
import pyarrow as pa
from psycopg import errors, sql
from psycopg.copy import QueuedLibpqWriter

from dronten_pipeline.core.database import identifier
from dronten_pipeline.core.postgres_names import LONGEST
from dronten_pipeline.gate.candidate import MOST_KEYED_ROWS
from dronten_pipeline.postgres.hashing import in_sql, row_hashes, total_of

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
BATCH = 32_768


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

    @property
    def is_hashed_as_text(self) -> bool:
        """How PostgreSQL hashes its decimal numbers is not worth repeating here."""
        return (_postgres_type(self) or "").startswith("numeric")


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
    rows: int
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Content:
    """Number of rows, and the sum of their hashes over all columns (`hashing.py`)."""

    rows: int
    checksum: str


# --- what the mart holds


def describe(
    mart: duckdb.DuckDBPyConnection, promised: Mapping[str, Iterable[Key]] | None = None
) -> list[Table]:
    """Every table and view of the schema main, by name.

    Args:
        promised: references by table, for tables that are too large for keys in the mart itself; a
            reference needs no index, and tools for reports relate tables by it.

    Raises:
        Unloadable: a column has a type that PostgreSQL does not know, or a name is too long for it.
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
    for name, _ in found:
        _check_length("Tabel", name, LONGEST - len("_pkey"))
    tables = [
        Table(
            name=name,
            comment=comment,
            rows=_count(mart, name),
            columns=_columns(mart, name),
            keys=_keys(mart, name),
        )
        for name, comment in found
    ]
    whole = {
        (table.name, key.columns)
        for table in tables
        for key in table.keys
        if key.kind == "PRIMARY KEY"
    }
    return [
        replace(
            table,
            keys=table.keys
            + tuple(key for key in (promised or {}).get(table.name, ()) if key.refers_to in whole),
        )
        if table.rows > MOST_KEYED_ROWS
        else table
        for table in tables
    ]


def promised_references(package: Path) -> dict[str, list[Key]]:
    """The references of a release by table, as its data package lists them; none without one."""
    if not package.is_file():
        return {}
    return {
        resource["name"]: [
            Key(
                kind="FOREIGN KEY",
                columns=tuple(one["fields"]),
                refers_to=(one["reference"]["resource"], tuple(one["reference"]["fields"])),
            )
            for one in resource["schema"].get("foreignKeys", ())
        ]
        for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]
    }


def _count(mart: duckdb.DuckDBPyConnection, table: str) -> int:
    row = mart.execute(f"SELECT count(*) FROM {identifier(table)}").fetchone()
    assert row is not None
    return int(row[0])


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
        _check_length("Kolom", f"{table}.{column.name}", LONGEST, column.name)
        if _postgres_type(column) is None:
            raise Unloadable(
                f"Kolom {table}.{column.name} heeft het type {column.duckdb_type}, dat PostgreSQL "
                "niet kent: zet het om in het model van de tabel."
            )
    return columns


def _check_length(what: str, shown: str, most: int, name: str | None = None) -> None:
    """PostgreSQL would cut it in silence; behind that of a table its keys are named."""
    length = len((shown if name is None else name).encode())
    if length > most:
        raise Unloadable(
            f"{what} {shown} heeft een naam van {length} bytes, en PostgreSQL kapt af wat langer "
            f"is dan {most}: geef een kortere naam in het model van de tabel."
        )


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


def check_values(mart: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Finds what would be refused half-way, or arrive as another value.

    Raises:
        Unloadable: a column holds a value that PostgreSQL does not know.
    """
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
                f"{count} rijen van {table.name} hebben in {name} een waarde die PostgreSQL niet "
                "kan bevatten (een NUL-teken in een tekst, of een oneindige datum of tijd): "
                "herstel het model van de tabel, of de levering."
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


def create(connection: psycopg.Connection, schema: str, table: Table) -> None:
    """Makes an empty table with its columns and comments; keys come when it is filled."""
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
                    sql.Identifier(schema, table.name, column.name), sql.Literal(column.comment)
                )
            )


def index(connection: psycopg.Connection, schema: str, table: Table) -> None:
    """Sorts the primary and unique keys of a filled table, and gathers statistics.

    Others can read the table meanwhile, which they could not while a key is declared at once.

    Raises:
        psycopg.errors.UniqueViolation: the rows do not keep to a key.
    """
    # The standard amount sorts a large key on disk. Rows come in the order of their key, which one
    # process sees at once; several pass them on through files, in twice the time.
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    connection.execute("SET LOCAL max_parallel_maintenance_workers = 0")
    for key, name in _indexed_keys(table):
        connection.execute(
            sql.SQL("CREATE UNIQUE INDEX {} ON {} ({})").format(
                sql.Identifier(name), sql.Identifier(schema, table.name), _names(key.columns)
            )
        )
    # A first picture for the planner; the server's own housekeeping makes the full one.
    connection.execute("SET LOCAL default_statistics_target = 10")
    connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, table.name)))


def declare_keys(connection: psycopg.Connection, schema: str, tables: Sequence[Table]) -> list[str]:
    """Declares the keys of tables that were indexed, then which refer to which.

    Returns:
        A sentence for each reference that is left out because rows do not keep to it.
    """
    broken: list[str] = []
    for table in tables:
        for key, name in _indexed_keys(table):
            connection.execute(
                sql.SQL("ALTER TABLE {} ADD {} USING INDEX {}").format(
                    sql.Identifier(schema, table.name),
                    sql.SQL(key.kind),  # type: ignore[arg-type]
                    sql.Identifier(name),
                )
            )
    for table in tables:
        for key in table.keys:
            if key.refers_to:
                other, columns = key.refers_to
                try:
                    with connection.transaction():
                        connection.execute(
                            sql.SQL(
                                "ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({})"
                            ).format(
                                sql.Identifier(schema, table.name),
                                _names(key.columns),
                                sql.Identifier(schema, other),
                                _names(columns),
                            )
                        )
                except errors.ForeignKeyViolation as error:
                    broken.append(
                        f"{table.name} verwijst niet naar {other}: {error.diag.message_detail}"
                    )
    return broken


def _indexed_keys(table: Table) -> list[tuple[Key, str]]:
    """Keys that need an index, with its name."""
    keys = [key for key in table.keys if key.refers_to is None]
    return [
        (key, f"{table.name}_pkey" if key.kind == "PRIMARY KEY" else f"{table.name}_key{number}")
        for number, key in enumerate(keys)
    ]


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
    from pgpq import ArrowToPostgresBinaryEncoder

    sent = len(table.columns)
    tally = _Tally(table)
    cursor = connection.cursor()
    with _batches(mart, table) as batches:
        encoder = ArrowToPostgresBinaryEncoder(pa.schema(list(batches.schema)[:sent]))
        # A thread of its own sends, so that encoding goes on while the server takes rows in.
        with cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copy:
            copy.write(encoder.write_header())
            for batch in batches:
                copy.write(encoder.write_batch(batch.select(range(sent))))
                tally.add(batch)
            copy.write(encoder.finish())
    return tally.content()


def content_of_mart(mart: duckdb.DuckDBPyConnection, table: Table) -> Content:
    """What `fill` would send."""
    tally = _Tally(table)
    with _batches(mart, table) as batches:
        for batch in batches:
            tally.add(batch)
    return tally.content()


def content_in_postgres(connection: psycopg.Connection, schema: str, table: Table) -> Content:
    """What stands in PostgreSQL, read whole and hashed by the server itself."""
    hashes = (_hash_of(column, seed) for seed, column in enumerate(table.columns, start=1))
    row = connection.execute(
        sql.SQL("SELECT count(*), coalesce(sum({}), 0) FROM {}").format(
            sql.SQL(" # ").join(hashes), sql.Identifier(schema, table.name)
        )
    ).fetchone()
    assert row is not None
    return Content(row[0], _checksum(int(row[1])))


def _hash_of(column: Column, seed: int) -> sql.Composed:
    name = sql.Identifier(column.name)
    if column.is_hashed_as_text:
        return in_sql(sql.SQL("{}::text").format(name), "text", seed)
    return in_sql(name, str(_postgres_type(column)), seed)


class _Tally:
    """Rows and hashes of batches, added up."""

    def __init__(self, table: Table) -> None:
        texts = iter(range(len(table.columns), 2 * len(table.columns)))
        self.hashed = [
            next(texts) if column.is_hashed_as_text else place
            for place, column in enumerate(table.columns)
        ]
        self.rows = self.total = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        if batch.num_rows:
            self.total += total_of(row_hashes(batch.column(place) for place in self.hashed))

    def content(self) -> Content:
        return Content(self.rows, _checksum(self.total))


def _checksum(total: int) -> str:
    return f"{total % 2**64:016x}"


def _batches(mart: duckdb.DuckDBPyConnection, table: Table) -> pa.RecordBatchReader:
    """The columns of a table; after them, as text, those that can only be hashed as such.

    To be closed: while it is open DuckDB keeps the file, and opening it anew waits for ever.
    """
    columns = [
        identifier(column.name) + ("::VARCHAR" if column.is_sent_as_text else "")
        for column in table.columns
    ]
    columns += [
        f"{identifier(column.name)}::VARCHAR"
        for column in table.columns
        if column.is_hashed_as_text
    ]
    return mart.execute(
        f"SELECT {', '.join(columns)} FROM {identifier(table.name)}"
    ).to_arrow_reader(BATCH)
