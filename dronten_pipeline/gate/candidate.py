"""Builds what is judged: `mart.duckdb`, the tables that are to be published and nothing else, and
the warehouse as the rules read it.

Here belongs copying from the warehouse, with the keys that tools look for. Not here: judging the
copies (`judge.py`).
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from dronten_pipeline.contracts.published_tables import RELEASE_ID, TableContract
from dronten_pipeline.core.database import OFFLINE, count_of, identifier, literal, remove_database

#: A key of a larger table stays undeclared: DuckDB keeps an index for it that makes the file three
#: times as large (2 million rows: 158 MB for 50), and no tool relates anything to such a table.
MOST_KEYED_ROWS = 500_000


def build_candidate(
    warehouse: Path,
    mart: Path,
    tables: Iterable[str],
    contracts: Mapping[str, TableContract] | None = None,
    *,
    release_id: str,
) -> dict[str, int]:
    """Copies `tables` from the warehouse's schema main, in the order of their models.

    A model sorts by its whole key (a test holds it to that), so that the order is the same every
    time and time stands in time order.

    Every row says of which release it is (`RELEASE_ID`). A table that the warehouse lacks is left
    out; its suite will say so. Keys and references of the contracts are declared where the rows
    keep them. Files of an earlier attempt are removed first, their write-ahead log above all: it
    would be replayed.

    Returns:
        Number of rows per copied table.
    """
    remove_database(mart)
    connection = duckdb.connect(":memory:", config=OFFLINE)
    try:
        connection.execute(f"ATTACH {literal(warehouse)} AS warehouse (READ_ONLY)")
        # The oldest storage there is; fixed so that an upgrade changes nothing. Clients from 1.1
        # open it: 1.0 stumbles over keys as they are written since, whatever the storage.
        connection.execute(f"ATTACH {literal(mart)} AS mart (STORAGE_VERSION 'v1.0.0')")
        # A reference names its table without a database: it is looked up in this one.
        connection.execute("USE mart")
        present = {
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_catalog = 'warehouse' AND table_schema = 'main'"
            ).fetchall()
        }
        copied = [table for table in sorted(tables) if table in present]
        known = {table: contracts[table] for table in copied if contracts and table in contracts}
        keyed: dict[str, TableContract] = {}
        for table in _referred_first(copied, known):
            if _copy(connection, table, known.get(table), keyed, release_id):
                keyed[table] = known[table]
            with _at_once(connection):
                _copy_comments(connection, table)
        counts = {table: count_of(connection, f"mart.main.{identifier(table)}") for table in copied}
        connection.execute("CHECKPOINT mart")
        connection.execute("USE memory")
        connection.execute("DETACH mart")
    finally:
        connection.close()
    return counts


def build_reference(warehouse: Path, reference: Path) -> None:
    """Copies the warehouse with its views as tables: both judges read most of them several times.

    A view that cannot be read stays a view, so that the rules that read it say so.
    """
    remove_database(reference)
    shutil.copyfile(warehouse, reference)
    with duckdb.connect(str(reference), config=OFFLINE) as connection:
        views = connection.execute(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        for schema, view in views:
            there = f"{identifier(schema)}."
            beside = identifier(f"{view} as table")
            with contextlib.suppress(duckdb.Error), _at_once(connection):
                connection.execute(
                    f"CREATE TABLE {there}{beside} AS FROM {there}{identifier(view)}"
                )
                connection.execute(f"DROP VIEW {there}{identifier(view)}")
                connection.execute(f"ALTER TABLE {there}{beside} RENAME TO {identifier(view)}")


@contextlib.contextmanager
def _at_once(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Many small statements as one change: each by itself would wait for the disk."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _referred_first(tables: list[str], contracts: Mapping[str, TableContract]) -> list[str]:
    """Every table after those that it refers to, in the same order every time."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for table in tables:
        columns = contracts[table].columns.values() if table in contracts else ()
        referred = [column.references[0] for column in columns if column.references]
        sorter.add(table, *sorted({other for other in referred if other in tables} - {table}))
    return list(sorter.static_order())


def _copy(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    contract: TableContract | None,
    keyed: Mapping[str, TableContract],
    release_id: str,
) -> bool:
    """Copies one table; true when its key is declared, so that others can refer to it."""
    name = identifier(table)
    columns = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'warehouse' "
        "AND schema_name = 'main' AND table_name = ? ORDER BY column_index",
        [table],
    ).fetchall()
    shown = "*"
    # The table publication has the column of itself: the gate fills it.
    if RELEASE_ID.name not in {column for column, _ in columns}:
        columns.append((RELEASE_ID.name, RELEASE_ID.type.upper()))
        shown = f"*, {literal(release_id)} AS {identifier(RELEASE_ID.name)}"
    rows = f"SELECT {shown} FROM warehouse.main.{name}"
    if contract and count_of(connection, f"warehouse.main.{name}") <= MOST_KEYED_ROWS:
        parts = [f"{identifier(column)} {kind}" for column, kind in columns]
        # A part of a key can be empty: what holds then is that no two rows are the same.
        for kind in ("PRIMARY KEY", "UNIQUE"):
            rules = _constraints(kind, contract, keyed, {column for column, _ in columns})
            connection.execute(f"CREATE TABLE mart.main.{name} ({', '.join(parts + rules)})")
            try:
                connection.execute(f"INSERT INTO mart.main.{name} {rows}")
            except duckdb.ConstraintException:
                # The suite of the table names the rows; here the table must only be there.
                connection.execute(f"DROP TABLE mart.main.{name}")
            else:
                return kind == "PRIMARY KEY"
    connection.execute(f"CREATE TABLE mart.main.{name} AS {rows}")
    return False


def _constraints(
    kind: str,
    contract: TableContract,
    keyed: Mapping[str, TableContract],
    columns: set[str],
) -> list[str]:
    """The key, and each reference to the whole key of a table that was copied with it."""
    rules = []
    if contract.key and columns.issuperset(contract.key):
        rules.append(f"{kind} ({', '.join(map(identifier, contract.key))})")
    for other in keyed.values():
        pairs = [pair for pair in contract.references_to(other.name) if pair[0] in columns]
        rules += [
            f"FOREIGN KEY ({identifier(own)}) REFERENCES {identifier(other.name)} "
            f"({identifier(its)})"
            for own, its in pairs
            if (its,) == other.key
        ]
    return rules


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
    comments = dict(
        connection.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = 'warehouse' "
            "AND schema_name = 'main' AND table_name = ? AND comment IS NOT NULL",
            [table],
        ).fetchall()
    )
    for column, comment in ({RELEASE_ID.name: RELEASE_ID.description} | comments).items():
        connection.execute(
            f"COMMENT ON COLUMN mart.main.{name}.{identifier(column)} IS {literal(comment)}"
        )
