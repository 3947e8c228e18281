"""What every format must know of the mart: its tables, their columns, keys and meaning.

Here belongs reading that from `mart.duckdb` itself, which was judged, and from the contracts what
a database cannot hold. Not here: writing anything.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dronten_pipeline.contracts.published_tables import TableContract
from dronten_pipeline.core.database import OFFLINE, identifier
from dronten_pipeline.core.words import word
from dronten_pipeline.gate.candidate import MOST_KEYED_ROWS


class ExportError(RuntimeError):
    """A mart that cannot be offered as it is; the message is a sentence."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column; `type` is that of DuckDB, `values` is empty if any may occur."""

    name: str
    type: str
    comment: str
    required: bool
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column that names a row of another table."""

    column: str
    table: str
    to_column: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of the mart and the number of its rows."""

    name: str
    comment: str
    rows: int
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Mart:
    """The mart of one release; `stale_sources` are those whose figures were not renewed,
    `revised_figures` counts those that were final in the release before and are others now."""

    path: Path
    tables: Mapping[str, Table]
    release_id: str
    as_of: dt.date
    published_at: dt.datetime
    verdict: str
    contract_version: str
    stale_sources: tuple[str, ...]
    is_sample: bool
    revised_figures: int

    @property
    def verdict_nl(self) -> str:
        return word("release_verdict", self.verdict)

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before believing a figure, as Dutch sentences."""
        warnings = []
        if self.is_sample:
            warnings.append("Dit is een verzonnen voorbeeld: de cijfers zeggen niets over Dronten.")
        if self.stale_sources:
            warnings.append(
                "Deze bronnen zijn niet vernieuwd, hun cijfers komen uit een eerdere uitgave: "
                f"{', '.join(self.stale_sources)}."
            )
        return warnings


def read_mart(path: Path, contracts: Mapping[str, TableContract], *, is_sample: bool) -> Mart:
    """Describes a mart.

    Raises:
        ExportError: it holds a number or a day that not every format can write down.
    """
    with duckdb.connect(str(path), read_only=True, config=OFFLINE) as connection:
        tables = _tables(connection, contracts)
        for table in tables.values():
            _reject_unrepresentable_values(connection, table)
        facts = connection.execute(
            "SELECT release_id, as_of, published_at, verdict, contract_version FROM publication"
        ).fetchall()
        if len(facts) != 1:
            raise ExportError(f"De tabel publication heeft {len(facts)} rijen: start opnieuw.")
        release_id, as_of, published_at, verdict, contract_version = facts[0]
        return Mart(
            path=path,
            tables=tables,
            release_id=release_id,
            as_of=as_of,
            published_at=published_at,
            verdict=verdict,
            contract_version=contract_version,
            stale_sources=_stale_sources(connection, tables),
            is_sample=is_sample,
            revised_figures=count_revised(connection, tables),
        )


def _tables(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, TableContract]
) -> dict[str, Table]:
    comments = connection.execute(
        "SELECT table_name, coalesce(comment, '') FROM duckdb_tables() "
        "WHERE schema_name = 'main' AND NOT internal ORDER BY table_name"
    ).fetchall()
    columns: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for table, *column in connection.execute(
        "SELECT table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
    ).fetchall():
        columns[table].append((column[0], column[1], column[2]))
    keys = {
        table: tuple(names)
        for table, names in connection.execute(
            "SELECT table_name, constraint_column_names FROM duckdb_constraints() "
            "WHERE schema_name = 'main' AND constraint_type = 'PRIMARY KEY'"
        ).fetchall()
    }
    names = [table for table, _ in comments]
    return {
        table: _table(
            table,
            comment,
            _count(connection, table),
            columns[table],
            keys.get(table, ()),
            contracts.get(table, TableContract(name=table, columns={})),
            names,
        )
        for table, comment in comments
    }


def _table(
    name: str,
    comment: str,
    rows: int,
    columns: Sequence[tuple[str, str, str]],
    declared_key: tuple[str, ...],
    contract: TableContract,
    published: Sequence[str],
) -> Table:
    # The key of a large table is not declared, but judged and promised all the same.
    key = contract.key if rows > MOST_KEYED_ROWS else declared_key
    promised = contract.columns
    return Table(
        name=name,
        comment=comment,
        rows=rows,
        columns=tuple(
            Column(
                name=column,
                type=kind,
                comment=meaning,
                required=column in key or (column in promised and promised[column].required),
                values=promised[column].values if column in promised else (),
            )
            for column, kind, meaning in columns
        ),
        key=key,
        # Some columns refer to what is not published, such as a seed.
        references=tuple(
            Reference(column=column.name, table=to[0], to_column=to[1])
            for column in promised.values()
            if (to := column.references) is not None and to[0] in published
        ),
        is_open=contract.is_open,
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {identifier(table)}").fetchone()
    assert row is not None
    return int(row[0])


#: What no calendar or spreadsheet can write down, by type: the test, and how it is called.
_UNSPEAKABLE = {
    "DOUBLE": ("NOT isfinite({name})", "geen getal (NaN of oneindig)"),
    "FLOAT": ("NOT isfinite({name})", "geen getal (NaN of oneindig)"),
    "DATE": (
        "{name} NOT BETWEEN '0001-01-01' AND '9999-12-31'",
        "niet in de jaren 1 tot en met 9999",
    ),
    "TIMESTAMP": (
        "{name} NOT BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999999'",
        "niet in de jaren 1 tot en met 9999",
    ),
}


def _reject_unrepresentable_values(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    columns = [column for column in table.columns if column.type in _UNSPEAKABLE]
    if not columns:
        return
    tests = (_UNSPEAKABLE[one.type][0].format(name=identifier(one.name)) for one in columns)
    counts = ", ".join(f"countif({test})" for test in tests)
    found: Any = connection.execute(f"SELECT {counts} FROM {identifier(table.name)}").fetchone()
    for column, rows in zip(columns, found, strict=True):
        if rows:
            raise ExportError(
                f"{table.name}.{column.name} is {_UNSPEAKABLE[column.type][1]} in {rows} rijen: "
                "herstel het model, zodat de kolom daar leeg is, en start opnieuw."
            )


def count_revised(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> int:
    """How many figures were final in the release before and are others now."""
    if "kpi_revision" not in tables:
        return 0
    found = connection.execute("SELECT count(*) FROM kpi_revision WHERE is_revision").fetchone()
    assert found is not None
    return int(found[0])


def _stale_sources(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]
) -> tuple[str, ...]:
    if not {"fct_kpi_value", "dim_kpi"} <= tables.keys():
        return ()
    return tuple(
        name
        for (name,) in connection.execute(
            "SELECT DISTINCT source_system FROM fct_kpi_value INNER JOIN dim_kpi USING (kpi_id) "
            "WHERE source_state = 'stale' ORDER BY ALL"
        ).fetchall()
    )
