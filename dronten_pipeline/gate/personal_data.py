"""Personal data in what would be published: every text and number of every table.

Here belongs running the detector over a candidate, and the two rules that hold each published table
against what it found. Not here: the detector (`core/personal.py`), or what is merely stored
(`ingest/privacy.py`).

The rules stand here once and not in every suite, so that a new table has them by being published.
The findings go into the reference that the rules read; where they are missing, a rule cannot be
judged and nothing is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from dronten_pipeline.contracts.published_tables import TableContract
from dronten_pipeline.contracts.suites import Expectation
from dronten_pipeline.core import personal
from dronten_pipeline.core.database import OFFLINE, column_types, identifier

if TYPE_CHECKING:
    import polars as pl

_WHOLE = frozenset(
    (
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
        *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
    )
)
#: Figures, of which the whole ones are looked at: a service number may have become one.
_FRACTIONS = ("DOUBLE", "FLOAT", "DECIMAL")
#: The part of a key that holds the numbers of records, by its name.
_NUMBERS_RECORDS = "_id"


def rules_of(table: str) -> list[Expectation]:
    """What holds for every published table, whatever its suite says."""

    def rule(name: str, severity: str, description: str, condition: str) -> Expectation:
        return Expectation.model_validate(
            {
                "rule": name,
                "type": "unexpected_rows_expectation",
                "severity": severity,
                "description": description,
                "on_failure": "Zoek in de kolom die de query noemt waar het gegeven vandaan komt, "
                "laat het uit de levering halen of de kolom uit het model, en start opnieuw.",
                "kwargs": {
                    "unexpected_rows_query": "WITH own AS (SELECT * FROM {batch}) "
                    "SELECT column_name FROM warehouse.gate.personal_data "
                    f"WHERE table_name = '{table}' AND {condition}"
                },
            }
        )

    return [
        rule(
            "no_personal_data",
            "critical",
            "Geen tekst en geen geheel getal bevat een burgerservicenummer (elfproef), "
            "e-mailadres, rekeningnummer (IBAN) of telefoonnummer.",
            "is_error",
        ),
        rule(
            "no_suspected_personal_data",
            "warning",
            "Geen nummer voldoet toevallig aan de elfproef van een burgerservicenummer.",
            "NOT is_error",
        ),
    ]


def record_findings(mart: Path, reference: Path, contracts: Mapping[str, TableContract]) -> None:
    """Writes into the reference, as `gate.personal_data`, what may be personal data in the mart.

    One row per table, column and kind: counts of different values, never a value.

    Raises:
        duckdb.Error: the mart cannot be read or the reference not be written.
    """
    rows = []
    with duckdb.connect(str(mart), read_only=True, config=OFFLINE) as connection:
        for table, columns in sorted(column_types(connection).items()):
            roles = {
                column: role
                for column, kind in columns.items()
                if (role := _role(column, kind, contracts.get(table))) is not None
            }
            # All columns of a table at once: looking costs more for each time than for each value.
            found = personal.examine_all(
                (_different_values(connection, table, column), role)
                for column, role in roles.items()
            )
            rows += [
                (
                    table,
                    one.column_name,
                    one.kind,
                    one.suspected,
                    personal.is_error([one], role=roles[one.column_name]),
                )
                for one in found
                if one.suspected
            ]
    with duckdb.connect(str(reference), config=OFFLINE) as connection:
        connection.execute("CREATE SCHEMA gate")
        connection.execute(
            "CREATE TABLE gate.personal_data (table_name VARCHAR, column_name VARCHAR, "
            "kind VARCHAR, suspected BIGINT, is_error BOOLEAN)"
        )
        if rows:
            connection.executemany("INSERT INTO gate.personal_data VALUES (?, ?, ?, ?, ?)", rows)


def _role(column: str, kind: str, contract: TableContract | None) -> personal.Role | None:
    """How what is found in a column is judged; None for one that is not looked at."""
    if kind in _WHOLE or kind.startswith(_FRACTIONS):
        return "number"
    if kind != "VARCHAR":
        return None
    is_key = contract is not None and column in contract.key
    return "key" if is_key and column.endswith(_NUMBERS_RECORDS) else "text"


def _different_values(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> pl.Series:
    """The same number in many rows is no more proof than once."""
    name = identifier(column)
    return connection.sql(
        f"SELECT DISTINCT {name} FROM {identifier(table)} WHERE {name} IS NOT NULL"
    ).pl()[column]
