"""The suites that the gate knows how to judge, and the hash that names them.

Here belongs what may stand in a suite. Not here: the shape of the file (`contracts.py`).
"""

from __future__ import annotations

from pathlib import Path

from dronten_pipeline.contracts import Suite, load_suites, suite_files
from dronten_pipeline.evidence.durable import sha256_of, sha256_of_json

#: Expectations that were proven here to pass on good and to fail on bad data. Another type needs
#: such a proof first: some of Great Expectations' types pass or crash on DuckDB for no reason.
PROVEN_TYPES = frozenset(
    {
        "expect_table_row_count_to_be_between",
        "expect_table_columns_to_match_ordered_list",
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_be_null",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_between",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_be_unique",
        "expect_column_values_to_be_of_type",
        "expect_compound_columns_to_be_unique",
        "unexpected_rows_expectation",
    }
)

#: The gate itself fills these after it judged the others, and judges them last.
FILLED_BY_GATE = ("data_quality", "publication")

#: Every query of a suite starts so: Great Expectations replaces `{batch}` by text that cannot
#: carry an alias of its own.
QUERY_START = "WITH own AS (SELECT * FROM {batch})"


class SuiteError(ValueError):
    """The suites cannot be judged; the message says which and what to do."""


def load_judgeable_suites(folder: Path) -> dict[str, Suite]:
    """All suites by table.

    Raises:
        SuiteError: there is none, or one holds a type that was not proven.
        ContractError: a file is wrong, with its line.
    """
    suites = load_suites(folder)
    if not suites:
        raise SuiteError(f"{folder} holds no suite: nothing would be judged or published.")
    for suite in suites.values():
        for expectation in suite.expectations:
            if expectation.type not in PROVEN_TYPES:
                raise SuiteError(
                    f"{folder / suite.table}: rule {expectation.rule} has the type "
                    f"{expectation.type}, which was not proven on DuckDB: use one of "
                    f"{', '.join(sorted(PROVEN_TYPES))}."
                )
            query = expectation.kwargs.get("unexpected_rows_query", QUERY_START)
            if not query.startswith(QUERY_START):
                raise SuiteError(
                    f"{folder / suite.table}: the query of rule {expectation.rule} must "
                    f"start with {QUERY_START}"
                )
    return suites


def hash_of_suites(folder: Path) -> str:
    """One SHA-256 over the names and bytes of all suites and the additions to them."""
    return sha256_of_json(
        {path.relative_to(folder).as_posix(): sha256_of(path) for path in suite_files(folder)}
    )


def count_expectations(suites: dict[str, Suite]) -> int:
    return sum(len(suite.expectations) for suite in suites.values())
