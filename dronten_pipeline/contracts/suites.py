"""What a published table must satisfy: `expectations/<table>.json` and `expectations/<table>/`.

Here belongs the shape of a suite as typed objects: the rules of the file and, each in a file of
its own, the queries. Not here: the arguments of a type (`expectation_types.py`), the form of a
query's file (`rule_files.py`) or judging (`gate/`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from dronten_pipeline.contracts.expectation_types import (
    Arguments,
    RowCount,
    UnexpectedRows,
    arguments_of,
    check_type,
)
from dronten_pipeline.contracts.mistakes import in_words
from dronten_pipeline.contracts.reading import (
    NAME,
    ContractError,
    Strict,
    _document,
    _line,
    validated,
)
from dronten_pipeline.contracts.rule_files import read_rule_file
from dronten_pipeline.contracts.sources import FIGURES

QUERY = "unexpected_rows_expectation"

#: Who acts where neither a rule nor a KPI says so.
OWNER = "Datalab"
#: What to do where a rule says nothing of its own.
WHAT_TO_DO = (
    "Zoek in mart.duckdb van de run de rijen die niet voldoen, herstel het model of de levering "
    "erachter en start opnieuw."
)

Severity = Literal["critical", "warning"]


class Expectation(Strict):
    """One rule of a suite, in the terms of Great Expectations."""

    rule: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the check, stable.")
    type: str = Field(description="One of `expectation_types.TYPES`.")
    kwargs: dict[str, Any] = Field(default_factory=dict, validate_default=True)
    severity: Severity
    description: str = Field(min_length=10, description="The rule in a Dutch sentence.")
    source: str | None = Field(default=None, description="Decision that sets a tolerance.")
    kpi: str | None = Field(default=None, description="The KPI that the rule guards.")
    owner: str | None = Field(
        default=None, description="Who acts when it fails, where that is not the KPI's owner."
    )
    on_failure: str | None = Field(
        default=None, min_length=10, description="What to do when it fails, in Dutch."
    )

    @field_validator("type")
    @classmethod
    def _known(cls, kind: str) -> str:
        return check_type(kind)

    @field_validator("kwargs")
    @classmethod
    def _fitting(cls, kwargs: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if "type" in info.data:  # else the type itself was wrong, which is reported
            arguments_of(info.data["type"], kwargs)
        return kwargs

    @property
    def arguments(self) -> Arguments:
        return arguments_of(self.type, self.kwargs)

    @property
    def what_to_do(self) -> str:
        return self.on_failure or WHAT_TO_DO


class Suite(Strict):
    """`expectations/<table>.json`: the rules of one published table."""

    table: str = Field(pattern=NAME)
    description: str = Field(min_length=10)
    may_be_empty: str | None = Field(
        default=None, min_length=10, description="Why a table without rows is no mistake."
    )
    expectations: list[Expectation] = Field(min_length=1)

    @model_validator(mode="after")
    def _fails_closed(self) -> Suite:
        # Most expectations hold on an empty table, so a suite must say that it wants rows.
        wants_rows = any(
            isinstance(arguments, RowCount) and (arguments.min_value or 0) > 0
            for arguments in self._critical
        )
        if not wants_rows and self.may_be_empty is None:
            raise ValueError(
                "de suite heeft geen kritische regel expect_table_row_count_to_be_between met een "
                "min_value van 1 of meer: een lege tabel zou slagen. Mag dat, zeg dan in "
                "may_be_empty waarom"
            )
        if wants_rows and self.may_be_empty is not None:
            raise ValueError("may_be_empty spreekt de regel tegen die ten minste een rij vraagt")
        return self

    @property
    def _critical(self) -> list[Arguments]:
        return [rule.arguments for rule in self.expectations if rule.severity == "critical"]

    @property
    def has_one_row(self) -> bool:
        """Whether a critical rule allows one row at most."""
        return any(
            isinstance(arguments, RowCount)
            and arguments.max_value is not None
            and arguments.max_value <= 1
            for arguments in self._critical
        )

    @property
    def reconciles(self) -> bool:
        """Whether a critical rule compares the table with what it was made of."""
        return any(
            isinstance(arguments, UnexpectedRows) and arguments.reads_warehouse
            for arguments in self._critical
        )


def load_suite(path: Path) -> Suite:
    """Reads one suite with its queries (`<table>/*.sql`, by name of the file).

    Raises:
        ContractError: with file, line and what is wrong.
    """
    suite = validated(Suite, path)
    if suite.table != path.stem:
        raise ContractError(path, 1, f"table is {suite.table}, het bestand heet {path.name}")
    rules: set[str] = set()
    for place, expectation in enumerate(suite.expectations):
        if expectation.rule in rules:
            line = _line(_document(path), ("expectations", place, "rule"))
            raise ContractError(path, line, _twice(expectation.rule, path))
        rules.add(expectation.rule)
    queries = []
    for file in _query_files(path):
        if file.stem in rules:
            raise ContractError(file, 1, _twice(file.stem, path))
        queries.append(_query(file))
    suite = suite.model_copy(update={"expectations": [*suite.expectations, *queries]})
    if suite.table.startswith(FIGURES) and not suite.reconciles:
        raise ContractError(
            path,
            1,
            f"geen kritische query vergelijkt {suite.table} met de records waarvan zij gemaakt is "
            "(`warehouse.<schema>.<tabel>`): een tabel met cijfers die records verloor zou slagen",
        )
    return suite


def load_suites(folder: Path) -> dict[str, Suite]:
    """All suites in `folder`, by table: what has a suite is what is published.

    Raises:
        ContractError: a file is wrong, or queries have no suite to belong to.
    """
    for queries in sorted(path for path in folder.glob("*") if path.is_dir()):
        if not (folder / f"{queries.name}.json").is_file():
            raise ContractError(
                queries,
                1,
                f"er is geen {queries.name}.json waar deze queries bij horen: schrijf die suite, "
                "of verbeter de naam van de map",
            )
    suites = (load_suite(path) for path in sorted(folder.glob("*.json")))
    return {suite.table: suite for suite in suites}


def suite_files(folder: Path) -> list[Path]:
    """Every file that `load_suites` reads, by name."""
    return sorted([*folder.glob("*.json"), *folder.glob("*/*.sql")])


def _query_files(suite: Path) -> list[Path]:
    folder = suite.with_suffix("")
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in paths:
        if path.suffix != ".sql":
            raise ContractError(
                path, 1, "hier wordt alleen .sql gelezen: geef het een andere naam of haal het weg"
            )
    return paths


def _query(path: Path) -> Expectation:
    """The rule in a file of its own."""
    file = read_rule_file(path)
    try:
        return Expectation.model_validate(
            {
                "rule": file.rule,
                "type": QUERY,
                "kwargs": {"unexpected_rows_query": file.query},
                **file.head,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        line = file.lines.get(where.replace("kwargs", "unexpected_rows_query"), 1)
        raise ContractError(path, line, in_words(first, where)) from error


def _twice(rule: str, first: Path) -> str:
    return f"regel {rule} staat al in {first}: geef hem een andere naam"
