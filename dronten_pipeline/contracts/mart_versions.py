"""The contract of the published tables: what a reader may rely on, released under a version.

Here belongs describing the tables as the models promise them, comparing that with what was released
(`docs/contract/mart-<major>.<minor>.json`), and what the next version is called. Not here: the
contracts of the sources (`contracts/sources.py`) and the rules for the data (`expectations/`).

A released file never changes. A new table, or a column behind the others, is a new minor version.
Anything that could break a report (a table, a column, a type, an order or a key that is another) is
a new major version, and comes beside the old one: the changed table gets a new name, and the old
table stays until its readers have moved. So is a column that keeps its name and says something
else; only its maker knows that, and says so.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import duckdb

from dronten_pipeline.contracts.published_tables import (
    load_table_contracts,
)
from dronten_pipeline.contracts.reading import Strict
from dronten_pipeline.contracts.suites import load_suites
from dronten_pipeline.core.database import OFFLINE
from dronten_pipeline.core.durable import sha256_of_json
from dronten_pipeline.core.settings import PROJECT, Settings

RELEASED = PROJECT / "docs" / "contract"

Version = tuple[int, int]


class ContractColumn(Strict):
    """A column: its name, its type in DuckDB, and what it means (Dutch)."""

    name: str
    type: str
    description: str


class ContractTable(Strict):
    """A published table; no two rows have the same values in `key`."""

    name: str
    description: str
    key: list[str]
    columns: list[ContractColumn]


class MartContract(Strict):
    """All published tables, in the order of their names."""

    version: str
    fingerprint: str
    tables: list[ContractTable]

    @property
    def number(self) -> Version:
        major, minor = self.version.split(".")
        return int(major), int(minor)


class ReleasedContractError(ValueError):
    """A released contract cannot be used; the message says which file and what to do."""


def promised(settings: Settings) -> list[ContractTable]:
    """The published tables as the models describe them now."""
    described = load_table_contracts(settings.dbt_project)
    return [
        ContractTable(
            name=table.name,
            description=table.description.strip(),
            key=list(table.key),
            columns=[
                ContractColumn(
                    name=column.name, type=column.type.upper(), description=column.description
                )
                for column in table.columns.values()
            ],
        )
        for name in sorted(load_suites(settings.expectations))
        if (table := described.get(name))
    ]


def fingerprint(rows: list[tuple[str, str, str]]) -> str:
    """Twelve characters over (table, column, type), in the order of tables and of columns."""
    return sha256_of_json(rows)[:12]


def fingerprint_of(tables: list[ContractTable]) -> str:
    return fingerprint(
        [(table.name, column.name, column.type) for table in tables for column in table.columns]
    )


def released(folder: Path = RELEASED) -> list[MartContract]:
    """The released contracts, the oldest first.

    Raises:
        ReleasedContractError: a file cannot be read, or was changed after its release.
    """
    found = []
    for path in folder.glob("mart-*.json"):
        try:
            contract = MartContract.model_validate_json(path.read_bytes())
        except ValueError as error:
            raise ReleasedContractError(
                f"{path} is geen contract: zet het terug (git checkout)."
            ) from error
        if path.name != f"mart-{contract.version}.json":
            raise ReleasedContractError(
                f"{path} zegt dat het versie {contract.version} is: zet het terug."
            )
        if contract.fingerprint != fingerprint_of(contract.tables):
            raise ReleasedContractError(
                f"{path} is na het uitbrengen veranderd: zet het terug (git checkout) en start "
                "`datalab contract`, dat de wijziging als nieuwe versie schrijft."
            )
        found.append(contract)
    return sorted(found, key=lambda contract: contract.number)


def named(found: str, folder: Path = RELEASED) -> str:
    """A fingerprint with the version under which it was released: `1.0+47ba0afbbdd2`.

    Without one the fingerprint alone: nobody promised these tables. Nor is a file believed that
    cannot be read; a test says which.
    """
    with contextlib.suppress(ReleasedContractError):
        versions = [one.version for one in released(folder) if one.fingerprint == found]
        return f"{versions[-1]}+{found}" if versions else found
    return found


def breaking(old: list[ContractTable], new: list[ContractTable]) -> list[str]:
    """What a reader of `old` would no longer find in `new`, a sentence each."""
    now = {table.name: table for table in new}
    found = []
    for table in old:
        if table.name not in now:
            found.append(f"Table {table.name} is gone.")
            continue
        if table.key != now[table.name].key:
            found.append(
                f"One row of {table.name} is another thing: its key was "
                f"{', '.join(table.key)} and is {', '.join(now[table.name].key)}."
            )
        types = {column.name: column.type for column in now[table.name].columns}
        for column in table.columns:
            if column.name not in types:
                found.append(f"Column {table.name}.{column.name} is gone.")
            elif types[column.name] != column.type:
                found.append(
                    f"Column {table.name}.{column.name} was {column.type} and is "
                    f"{types[column.name]}."
                )
        before = [column.name for column in table.columns]
        if set(before) <= set(types) and list(types)[: len(before)] != before:
            found.append(
                f"The columns of {table.name} stand in another order: put a new one behind the "
                "others."
            )
    return found


def added(old: list[ContractTable], new: list[ContractTable]) -> list[str]:
    """What `new` has beside `old`, a sentence each."""
    before = {table.name: {column.name for column in table.columns} for table in old}
    found = []
    for table in new:
        if table.name not in before:
            found.append(f"Table {table.name} is new.")
            continue
        found += [
            f"Column {table.name}.{column.name} is new."
            for column in table.columns
            if column.name not in before[table.name]
        ]
    return found


def next_version(old: MartContract | None, new: list[ContractTable]) -> str | None:
    """What `new` is to be called; None where it promises what `old` promises."""
    if old is None:
        return "1.0"
    major, minor = old.number
    if breaking(old.tables, new):
        return f"{major + 1}.0"
    return f"{major}.{minor + 1}" if added(old.tables, new) else None


def advice(last: MartContract | None, now: list[ContractTable]) -> str | None:
    """What to do when the tables are no longer those of the last contract; None when they are."""
    version = next_version(last, now)
    if last is None or version is None:
        return None if last else "No contract was released yet: run `datalab contract`."
    broken = breaking(last.tables, now)
    if not broken:
        return (
            f"The published tables have more than contract {last.version} says "
            f"({' '.join(added(last.tables, now))}) Run `datalab contract`, which writes version "
            f"{version}, and commit the file with the change."
        )
    return (
        f"Reports that rely on contract {last.version} would break: {' '.join(broken)} Keep the "
        "table as it is and publish the changed one beside it under a new name (fct_kpi_value_v2), "
        "which is a new minor version. Only when no reader is left: run `datalab contract`, which "
        f"writes version {version}, and tell the readers."
    )


def release(
    settings: Settings, folder: Path = RELEASED, is_other_meaning: bool = False
) -> tuple[Path | None, list[str]]:
    """Writes a new version where the tables ask for one.

    Args:
        is_other_meaning: what columns say has changed, which is a new major version.

    Returns:
        The file, or None where the last released version still holds; and what is different.
    """
    before = released(folder)
    last = before[-1] if before else None
    now = promised(settings)
    version = next_version(last, now)
    if last is not None and is_other_meaning:
        version = f"{last.number[0] + 1}.0"
    if version is None:
        return None, []
    old = last.tables if last else []
    contract = MartContract(version=version, fingerprint=fingerprint_of(now), tables=now)
    path = folder / f"mart-{version}.json"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(contract.model_dump(), indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
    return path, breaking(old, now) + added(old, now)


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
