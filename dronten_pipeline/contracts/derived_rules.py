"""The rules that follow from the contract of a published table, so that nobody writes them twice.

Here belongs what a contract promises (`published_tables.py`) as rules of a suite: columns, types,
key, required columns, accepted values, references, and the release that every table carries.
Not here: rules that a person wrote (`suites.py`) and judging (`gate/`).

Each says that the contract is its source. A written rule may not take the name of one: change the
contract, or say something else under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dronten_pipeline.contracts.expectation_types import QUERY_START, CompoundUnique, Unique
from dronten_pipeline.contracts.published_tables import (
    RELEASE_ID,
    ColumnContract,
    TableContract,
    load_table_contracts,
)
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.suites import QUERY, Expectation, Suite, load_suites
from dronten_pipeline.core.database import identifier, literal


def load_all_suites(expectations: Path, dbt_project: Path) -> dict[str, Suite]:
    """The written suites by table, each followed by what its contract promises.

    Raises:
        ContractError: a file is wrong, or has a rule by the name of a derived one.
    """
    contracts = load_table_contracts(dbt_project)
    return {
        table: _with_derived(suite, contracts, expectations)
        for table, suite in load_suites(expectations).items()
    }


def derived_rules(
    contract: TableContract, tables: Mapping[str, TableContract]
) -> list[Expectation]:
    """What a contract promises, as rules.

    Args:
        tables: all published tables; a reference to another is one to a seed of the register.
    """
    return list(_derived(contract, tables))


def _with_derived(
    suite: Suite, contracts: Mapping[str, TableContract], expectations: Path
) -> Suite:
    contract = contracts.get(suite.table)
    if contract is None:
        return suite
    derived = [
        rule
        for rule in derived_rules(contract, contracts)
        # one row at most is unique by its number
        if not (suite.has_one_row and isinstance(rule.arguments, Unique | CompoundUnique))
    ]
    written = {rule.rule for rule in suite.expectations}
    if twice := sorted(written & {rule.rule for rule in derived}):
        query = expectations / suite.table / f"{twice[0]}.sql"
        raise ContractError(
            query if query.is_file() else expectations / f"{suite.table}.json",
            1,
            f"regel {', '.join(twice)} volgt al uit het contract van {suite.table} in "
            "dbt_project/models/marts/: haal hem weg, of geef hem een andere naam als hij iets "
            "anders zegt",
        )
    return suite.model_copy(update={"expectations": [*suite.expectations, *derived]})


def _derived(contract: TableContract, tables: Mapping[str, TableContract]) -> Iterator[Expectation]:
    def rule(name: str, kind: str, description: str, **kwargs: Any) -> Expectation:
        return Expectation(
            rule=name,
            type=kind,
            kwargs=kwargs,
            severity="critical",
            description=f"Contract: {description}",
            source=f"contract van {contract.name}",
            on_failure=f"Herstel het model {contract.name} of de levering erachter en start "
            "opnieuw; wijzig het contract alleen als de afspraak zelf anders is.",
        )

    def query(name: str, description: str, sql: str) -> Expectation:
        return rule(name, QUERY, description, unexpected_rows_query=f"{QUERY_START}\n{sql}")

    columns = list(contract.columns.values())
    yield rule(
        "columns",
        "expect_table_columns_to_match_ordered_list",
        "de kolommen zijn precies de afgesproken, in de afgesproken volgorde.",
        column_list=[column.name for column in columns],
    )
    yield query(
        "types", "elke kolom heeft het afgesproken type.", _other_types(contract.name, columns)
    )
    yield query(
        "carries_its_release",
        "elke regel draagt het nummer van deze uitgave.",
        "SELECT release_id FROM own WHERE release_id IS DISTINCT FROM "
        "(SELECT release_id FROM warehouse.staging.stg_run__context)",
    )
    if len(contract.key) == 1:
        yield rule(
            f"{_named(contract.key[0])}_unique",
            "expect_column_values_to_be_unique",
            f"{contract.key[0]} staat nergens twee keer.",
            column=contract.key[0],
        )
    elif contract.key:
        yield rule(
            "grain_unique",
            "expect_compound_columns_to_be_unique",
            f"{', '.join(contract.key)} staan samen nergens twee keer.",
            column_list=[name for name in contract.columns if name in contract.key],
        )
    for column in columns:
        name = _named(column.name)
        if column.required and column.name != RELEASE_ID.name:  # that it is carried says more
            yield rule(
                f"{name}_filled",
                "expect_column_values_to_not_be_null",
                f"{column.name} is nergens leeg.",
                column=column.name,
            )
        if column.values:
            yield rule(
                f"{name}_known",
                "expect_column_values_to_be_in_set",
                f"{column.name} is een van {', '.join(column.values)}.",
                column=column.name,
                value_set=list(column.values),
            )
        if column.references:
            table, key = column.references
            place = identifier(table) if table in tables else f"warehouse.register.{table}"
            own, other = identifier(column.name), identifier(key)
            yield query(
                rule_of_reference(column),
                f"elke waarde van {column.name} staat in {table}.",
                f"SELECT {own} FROM own WHERE {own} NOT IN "
                f"(SELECT {other} FROM {place} WHERE {other} IS NOT NULL)",
            )


def rule_of_reference(column: ColumnContract) -> str:
    """The name of the rule that every value of a column stands in the table that it refers to."""
    return f"{_named(column.name).removesuffix('_id')}_known"


def _other_types(table: str, columns: list[ColumnContract]) -> str:
    agreed = ", ".join(
        f"({literal(column.name)}, {literal(column.type.upper())})" for column in columns
    )
    return (
        f"SELECT agreed.name FROM (VALUES {agreed}) AS agreed (name, kind) WHERE NOT EXISTS ("
        "SELECT 1 FROM duckdb_columns() AS seen WHERE seen.database_name = current_database() "
        f"AND seen.schema_name = 'main' AND seen.table_name = {literal(table)} "
        "AND seen.column_name = agreed.name AND seen.data_type = agreed.kind)"
    )


def _named(column: str) -> str:
    """A column as part of the name of a rule."""
    return re.sub(r"[^a-z0-9]+", "_", column.lower())
