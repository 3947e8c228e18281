"""Rows that were found, as a table that the gate's own judge looks at.

Here belongs making the table. Not here: finding the rows (`rows.py`) and what follows from the
answers (`questions.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from dronten_pipeline.contracts.suites import Expectation, Suite
from dronten_pipeline.core.database import OFFLINE, identifier, literal
from dronten_pipeline.gate.rules_judged.rows import Row
from dronten_pipeline.gate.sql_judge import judge_suite
from dronten_pipeline.ledger.judgement import Answer


class Bench:
    """Where tables are made, one at a time, and looked at."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(config=OFFLINE)

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def judged(
        self, types: Mapping[str, str], rows: Sequence[Row], rules: Sequence[Expectation]
    ) -> dict[str, Answer]:
        """What the judge says of a table with these columns and rows, by rule."""
        columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in types.items())
        statement = f"CREATE OR REPLACE TABLE judged ({columns})"
        if rows:
            values = ", ".join(
                f"({', '.join(_written(row.get(name)) for name in types)})" for row in rows
            )
            statement += f"; INSERT INTO judged VALUES {values}"
        self._connection.execute(statement)
        suite = Suite.model_construct(table="judged", description="", expectations=list(rules))
        answers = judge_suite(self._connection, suite)
        return {rule: answer for (_, rule), answer in answers.items()}


def _written(value: object) -> str:
    """A value in SQL; parameters would cost the import of pandas."""
    if value is None or isinstance(value, bool):
        return "NULL" if value is None else str(value)
    return repr(value) if isinstance(value, int) else literal(value)
