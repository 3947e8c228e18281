"""What a published table must satisfy: `expectations/<table>.json` and the additions to it.

Here belongs: the shape of a suite, and of the additions in `expectations/<table>.d/`, as typed
objects. Not here: the arguments of a type (`expectation_types.py`) or judging (`gate/`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import (
    Field,
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
from dronten_pipeline.contracts.reading import (
    NAME,
    ContractError,
    Strict,
    _document,
    _line,
    validated,
)
from dronten_pipeline.contracts.sources import FIGURES

Severity = Literal["critical", "warning"]


class Expectation(Strict):
    """One rule of a suite, in the terms of Great Expectations."""

    rule: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the check, stable.")
    type: str = Field(description="One of `expectation_types.TYPES`.")
    kwargs: dict[str, Any] = Field(default_factory=dict, validate_default=True)
    severity: Severity
    description: str = Field(min_length=10, description="The rule in a Dutch sentence.")
    source: str | None = Field(default=None, description="Decision that sets a tolerance.")
    added_by: str | None = Field(
        default=None,
        exclude=True,
        description="Name of the file of additions in which the rule stands; set by `load_suite`.",
    )

    @field_validator("type")
    @classmethod
    def _known(cls, kind: str) -> str:
        return check_type(kind)

    @field_validator("kwargs")
    @classmethod
    def _fitting(cls, kwargs: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """A query may be written as a list of lines: JSON has no long texts."""
        query = kwargs.get("unexpected_rows_query")
        if isinstance(query, list):
            kwargs = kwargs | {"unexpected_rows_query": "\n".join(map(str, query))}
        if "type" in info.data:  # else the type itself was wrong, which is reported
            arguments_of(info.data["type"], kwargs)
        return kwargs

    @property
    def arguments(self) -> Arguments:
        return arguments_of(self.type, self.kwargs)


class Suite(Strict):
    """`expectations/<table>.json`: the rules of one published table."""

    table: str = Field(pattern=NAME)
    description: str = Field(min_length=10)
    expectations: list[Expectation] = Field(min_length=1)

    @model_validator(mode="after")
    def _fails_closed(self) -> Suite:
        # Most expectations hold on an empty table, so a suite must say how many rows it wants.
        if not any(
            isinstance(arguments, RowCount) and arguments.min_value is not None
            for arguments in self._critical
        ):
            raise ValueError(
                "de suite heeft geen kritische regel expect_table_row_count_to_be_between met een "
                "min_value: een lege tabel zou slagen"
            )
        return self

    @property
    def _critical(self) -> list[Arguments]:
        return [rule.arguments for rule in self.expectations if rule.severity == "critical"]

    @property
    def reconciles(self) -> bool:
        """Whether a critical rule compares the table with what it was made of."""
        return any(
            isinstance(arguments, UnexpectedRows) and arguments.reads_warehouse
            for arguments in self._critical
        )


class Additions(Strict):
    """`expectations/<table>.d/<name>.json`: rules that one KPI or source adds to a suite."""

    expectations: list[Expectation] = Field(min_length=1)


def load_suite(path: Path) -> Suite:
    """Reads one suite with its additions (`<table>.d/*.json`, by name of the file).

    Raises:
        ContractError: with file, line and what is wrong.
    """
    suite = validated(Suite, path)
    if suite.table != path.stem:
        raise ContractError(path, 1, f"table is {suite.table}, het bestand heet {path.name}")
    rules: dict[str, Path] = {}
    expectations: list[Expectation] = []
    parts = [(path, suite.expectations)]
    parts += [(file, validated(Additions, file).expectations) for file in _additions(path)]
    for file, added in parts:
        for place, expectation in enumerate(added):
            if expectation.rule in rules:
                line = _line(_document(file), ("expectations", place, "rule"))
                raise ContractError(
                    file,
                    line,
                    f"regel {expectation.rule} staat al in {rules[expectation.rule]}: geef hem een "
                    "andere naam",
                )
            rules[expectation.rule] = file
            if file != path:
                expectation = expectation.model_copy(update={"added_by": file.stem})
            expectations.append(expectation)
    suite = suite.model_copy(update={"expectations": expectations})
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
        ContractError: a file is wrong, or additions have no suite to be added to.
    """
    for additions in sorted(folder.glob("*.d")):
        if not additions.with_suffix(".json").is_file():
            raise ContractError(
                additions,
                1,
                f"er is geen {additions.stem}.json om aan toe te voegen: schrijf die suite, of "
                "verbeter de naam van de map",
            )
    suites = (load_suite(path) for path in sorted(folder.glob("*.json")))
    return {suite.table: suite for suite in suites}


def suite_files(folder: Path) -> list[Path]:
    """Every file that `load_suites` reads, by name."""
    return sorted([*folder.glob("*.json"), *folder.glob("*.d/*.json")])


def _additions(suite: Path) -> list[Path]:
    folder = suite.with_suffix(".d")
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in paths:
        if path.suffix != ".json":
            raise ContractError(
                path, 1, "hier wordt alleen .json gelezen: geef het een andere naam of haal het weg"
            )
    return paths
