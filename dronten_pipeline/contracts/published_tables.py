"""What a published table promises, as its dbt contract says it: columns, key, references, values.

Here belongs reading `dbt_project/models/marts/*.yml`, the one place where a table is described, and
the one column that every table has beside those: the release that it is of.
Not here: whether the rows keep the promise (`gate/`) and in what form a promise is published
(`release/formats/`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dronten_pipeline.core.durable import sha256_of, sha256_of_json

#: A promise is a test of dbt: what is written down here is also checked in every build.
KEY, REQUIRED, VALUES, REFERENCE = (
    "unique_combination",
    "not_null",
    "accepted_values",
    "relationships",
)


@dataclass(frozen=True, kw_only=True)
class ColumnContract:
    """One column; `type` is that of DuckDB, `references` is (table, column).

    `values` is empty when any value may occur.
    """

    name: str
    type: str = ""
    description: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    references: tuple[str, str] | None = None


#: Every published table carries its release as its last column, so that whoever reads files of two
#: releases sees it. `gate/candidate.py` adds it to the rows: no model knows what it is to become.
RELEASE_ID = ColumnContract(
    name="release_id",
    type="varchar",
    description="De uitgave waarvan deze tabel is. Staan er in één rapport twee, dan leest het "
    "twee uitgaven door elkaar.",
    required=True,
)


@dataclass(frozen=True, kw_only=True)
class TableContract:
    """One published table; `is_open` says that it may be offered as open data."""

    name: str
    description: str = ""
    key: tuple[str, ...] = ()
    is_open: bool = False
    columns: Mapping[str, ColumnContract]

    def references_to(self, table: str) -> tuple[tuple[str, str], ...]:
        """The references to one table, as (own column, its column)."""
        return tuple(
            (column.name, column.references[1])
            for column in self.columns.values()
            if column.references and column.references[0] == table
        )


@cache
def load_table_contracts(dbt_project: Path) -> Mapping[str, TableContract]:
    """The contract of every table in `models/marts`, by name."""
    reader = YAML(typ="safe")
    return {
        model["name"]: _table(model)
        for path in _files(dbt_project)
        for model in reader.load(path.read_text(encoding="utf-8")).get("models", [])
    }


def hash_of_contracts(dbt_project: Path) -> str:
    """One SHA-256 over the names and bytes of the contracts, as they are now."""
    return sha256_of_json({path.name: sha256_of(path) for path in _files(dbt_project)})


def _files(dbt_project: Path) -> list[Path]:
    return sorted((dbt_project / "models" / "marts").glob("*.yml"))


def _table(model: Mapping[str, Any]) -> TableContract:
    keys = list(_arguments(model, KEY))
    columns = {column["name"]: _column(column) for column in model.get("columns", [])}
    return TableContract(
        name=model["name"],
        description=model.get("description", ""),
        key=tuple(keys[0]["columns"]) if keys else (),
        is_open=model.get("config", {}).get("meta", {}).get("open_data") is True,
        columns=columns if RELEASE_ID.name in columns else columns | {RELEASE_ID.name: RELEASE_ID},
    )


def _column(column: Mapping[str, Any]) -> ColumnContract:
    values = next(_arguments(column, VALUES), {"values": ()})["values"]
    reference = next(_arguments(column, REFERENCE), None)
    return ColumnContract(
        name=column["name"],
        type=column.get("data_type", ""),
        description=column.get("description", ""),
        required=REQUIRED in column.get("data_tests", []),
        values=tuple(str(value) for value in values),
        references=(_referred(reference["to"]), reference["field"]) if reference else None,
    )


def _arguments(described: Mapping[str, Any], test: str) -> Iterator[Mapping[str, Any]]:
    for one in described.get("data_tests", []):
        if isinstance(one, Mapping) and test in one:
            yield one[test]["arguments"]


def _referred(to: str) -> str:
    """The table in `ref('table')`."""
    return to.split("'")[1]
