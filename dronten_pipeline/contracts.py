"""What a source promises to deliver, and what a published table must satisfy, as typed objects.

Here belongs: the shape of `sources/<source>/source.yml`, of `expectations/<table>.json` and of the
additions to it in `expectations/<table>.d/`, and reading them so that a mistake is reported with
file and line. Not here: reading deliveries (`ingest/`) or judging tables (`gate/`).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import re
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from dronten_pipeline.expectation_types import (
    Arguments,
    RowCount,
    UnexpectedRows,
    arguments_of,
    check_type,
)
from dronten_pipeline.mistakes import in_words

Model = TypeVar("Model", bound=BaseModel)

NAME = r"^[A-Za-z][A-Za-z0-9_]*$"

ColumnType = Literal["text", "integer", "decimal", "boolean", "date", "timestamp"]
PersonalData = Literal["none", "free_text", "pseudonymise", "location"]
Cadence = Literal["daily", "weekly", "monthly", "quarterly", "yearly", "once"]
Severity = Literal["critical", "warning"]

#: Days after the last delivery during which a source still counts as fresh: its rhythm and the
#: time that a municipality takes to deliver after a period ends.
FRESH_DAYS: dict[Cadence, int | None] = {
    "daily": 3,
    "weekly": 10,
    "monthly": 45,
    "quarterly": 120,
    "yearly": 540,
    "once": None,
}


#: Tables of figures, by their name: they must be reconciled with what they were made of.
FIGURES = "fct_"


#: A file that did not change for so long is taken to be whole.
SETTLE_SECONDS = 30.0

#: Dates outside these bounds are mistyped, unless a column of a contract says otherwise.
EARLIEST = dt.date(1990, 1, 1)
YEARS_AHEAD = 10


class ContractError(ValueError):
    """A contract that cannot be used; the message is Dutch and names file, line and what to do."""

    def __init__(self, path: Path, line: int, wrong: str) -> None:
        super().__init__(
            f"{path}:{line}: {wrong}. Verbeter het bestand, of zet de laatste goede versie terug."
        )


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt rule must not be silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """One delivered column."""

    name: str = Field(pattern=NAME, description="Header in the delivery, in any letter case.")
    type: ColumnType
    required: bool = Field(default=False, description="A row without a value goes to quarantine.")
    personal_data: PersonalData = Field(
        default="none",
        description="free_text: only its length is kept; pseudonymise: a keyed hash is kept; "
        "location: nothing is kept.",
    )
    is_code: bool = Field(
        default=False,
        description="A coded value: compared without regard to case and outer spaces, also in a "
        "key.",
    )
    decimal_mark: Literal[",", "."] | None = Field(
        default=None, description="Decides 1.234 and 1,234, which can be read in two ways."
    )
    earliest: dt.date = Field(
        default=EARLIEST,
        description="A date before this day is impossible and goes to quarantine.",
    )
    years_ahead: int = Field(
        default=YEARS_AHEAD,
        ge=0,
        le=200,
        description="A date more than so many years after the day of judgement is impossible.",
    )
    is_end: bool = Field(
        default=False,
        description="The day on which something ends: 9999-12-31 and the like mean that it does "
        "not, as an empty value does.",
    )
    names_document: bool = Field(
        default=False,
        description="The value is the path of a document beside the list; it is no delivery.",
    )
    examples: list[str] = Field(
        default_factory=list,
        max_length=2,
        description="Values as a system may write them, for the example that a supplier gets; of "
        "one the second record has it too. Without them they follow from the type.",
    )
    description: str = Field(min_length=3)


class Reject(Strict):
    """A rule between columns of one record; a record that breaks it goes to quarantine.

    Only for what cannot be true at all: every other implausible record counts and is warned
    about by the tests of its staging model.
    """

    rule: Literal["not_before"] = Field(
        description="not_before: the second column must not be earlier than the first; equal "
        "moments, and records without one of the two, are fine."
    )
    columns: list[str] = Field(
        min_length=2, max_length=2, description="The column that comes first, then the later one."
    )
    reason: str = Field(
        min_length=10, description="Why, in a Dutch sentence for who delivers the file."
    )


class Table(Strict):
    """One delivered table."""

    name: str = Field(pattern=NAME)
    description: str = Field(min_length=3)
    key: list[str] = Field(min_length=1, description="The latest delivered version wins.")
    columns: list[Column] = Field(min_length=1)
    event_date: list[str] = Field(
        default_factory=list,
        max_length=2,
        description="Column of the day or moment that a record belongs to, or the columns of its "
        "year and month; a period without records is reported as a gap.",
    )
    number_series: str | None = Field(
        default=None,
        description="Column that the system numbers without gaps; a number that is skipped is "
        "reported as a gap.",
    )
    trailer: str | None = Field(
        default=None,
        description="Pattern of the last line of a CSV, with the number of records as its one "
        "group, such as `EINDE;(\\d+);*`; a file that is shorter waits for the rest.",
    )
    reads: Literal["ubl"] | None = Field(
        default=None,
        description="ubl: e-invoices in XML (SI-UBL 2.0, Peppol BIS), one in a file of any name, "
        "are records of this table; the columns have the names that `ingest/ubl_files.py` gives.",
    )
    delivers: Literal["changes", "everything"] = Field(
        default="changes",
        description="changes: a record that is missing in a later delivery stays. everything: only "
        "the latest good delivery counts, and a record that is not in it is gone.",
    )
    allowed_shrink: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Of a table that delivers everything: the share of the records (keys) before "
        "it that a delivery may lack, however many new ones it brings. One that lacks more stops "
        "the source until somebody accepts it (`datalab accept`).",
    )
    exact_keys: bool = Field(
        default=False,
        description="Keys that differ only in leading zeros, case, spaces, separators or quotes "
        "are other records. Without it a delivery with such keys says so, and stops when it holds "
        "more than a few.",
    )
    rejects: list[Reject] = Field(
        default_factory=list, description="What sends a record that can be read to quarantine."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Table:
        names = [column.name for column in self.columns]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"kolom {', '.join(doubled)} staat twee keer in tabel {self.name}")
        required = {column.name for column in self.columns if column.required}
        loose = [name for name in self.key if name not in required]
        if loose:
            raise ValueError(
                f"sleutelkolom {', '.join(loose)} van {self.name} moet verplicht zijn (required)"
            )
        for reject in self.rejects:
            self._check(reject)
        self._check_roles()
        return self

    @field_validator("trailer")
    @classmethod
    def _counts(cls, trailer: str | None) -> str | None:
        try:
            groups = 1 if trailer is None else re.compile(trailer).groups
        except re.error as error:
            raise ValueError(f"trailer is geen patroon ({error})") from error
        if groups != 1:
            raise ValueError("trailer moet één groep hebben: het aantal records")
        return trailer

    @field_validator("event_date", mode="before")
    @classmethod
    def _one_or_more(cls, columns: object) -> object:
        return [columns] if isinstance(columns, str) else columns

    def _check_roles(self) -> None:
        usable = {column.name: column for column in self.columns if column.personal_data == "none"}
        types = [usable[name].type if name in usable else "" for name in self.event_date]
        if types not in ([], ["date"], ["timestamp"], ["integer"], ["integer", "integer"]):
            raise ValueError(
                f"event_date van {self.name} moet één kolom van type date of timestamp noemen, of "
                "een integer voor het jaar en een voor de maand, en geen persoonsgegevens"
            )
        series = self.number_series
        if series and (series not in usable or usable[series].type not in {"text", "integer"}):
            raise ValueError(
                f"number_series van {self.name} moet een kolom van type text of integer noemen, "
                "zonder persoonsgegevens"
            )

    def _check(self, reject: Reject) -> None:
        compared = [column for column in self.columns if column.name in reject.columns]
        unknown = sorted(set(reject.columns) - {column.name for column in compared})
        if unknown or len(compared) != len(reject.columns):
            named = ", ".join(unknown or reject.columns)
            raise ValueError(
                f"rejects van {self.name} moet twee kolommen van de tabel noemen, niet {named}"
            )
        # A date and a moment on that date cannot be put in order, and what is private is not read.
        if {column.type for column in compared} not in ({"date"}, {"timestamp"}) or any(
            column.personal_data != "none" for column in compared
        ):
            names = " en ".join(reject.columns)
            raise ValueError(
                f"{names} van {self.name} moeten allebei date zijn, of allebei timestamp"
            )

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def document_column(self) -> str | None:
        """The column that names documents beside the list, if any."""
        return next((column.name for column in self.columns if column.names_document), None)

    @property
    def version(self) -> str:
        """Short hash of everything here that changes what is read from a file."""
        parts = [
            self.name,
            [
                column.model_dump(mode="json", exclude={"description", "examples"})
                for column in self.columns
            ],
            [reject.model_dump(exclude={"reason"}) for reject in self.rejects],
        ]
        if self.trailer is not None:
            parts.append([self.trailer])
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


class Source(Strict):
    """`sources/<name>/source.yml`: what one system delivers and who answers for it."""

    name: str = Field(pattern=NAME)
    description: str = Field(min_length=3)
    owner: str = Field(description="Team that answers for the delivery.")
    system: str = Field(description="System that the files come from.")
    cadence: Cadence = Field(description="How often a delivery is promised.")
    allowed_loss: float = Field(
        default=0.1, ge=0, lt=1, description="Share of a file's rows that may be rejected."
    )
    allowed_loss_of_a_group: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Share of the rows of one group (a team, negative amounts, open items) that "
        "may be rejected where others lose fewer, from 5 rows on; at least allowed_loss.",
    )
    file_names: str | None = Field(
        default=None,
        description="Pattern (regular expression) of the names of files that may be shown in "
        "notes, records and releases; without one, names made of words of this contract, dates "
        "and short numbers. A file with another name is named by its table and number.",
    )
    settle_seconds: float = Field(
        default=SETTLE_SECONDS,
        ge=0,
        description="A file counts as delivered when it did not change for so long.",
    )
    complete_when: Literal["settled", "ok_file"] = Field(
        default="settled",
        description="ok_file: a file counts only once an empty file with its name and .ok stands "
        "beside it.",
    )
    tables: list[Table] = Field(min_length=1)

    @field_validator("file_names")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"file_names is geen patroon ({error})") from None
        return pattern

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)

    @property
    def names_documents(self) -> bool:
        """Whether a list of this source names documents beside it."""
        return any(table.document_column for table in self.tables)


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


def load_source(path: Path) -> Source:
    """Reads one `source.yml`.

    Raises:
        ContractError: with file, line and what is wrong.
    """
    return _source(path, path.read_bytes() if path.is_file() else b"")


@functools.lru_cache(maxsize=256)
def _source(path: Path, content: bytes) -> Source:  # noqa: ARG001 (what is remembered goes by it)
    """Of this content: a run asks for every contract at many steps, and YAML is slow to read."""
    source = _validated(Source, path)
    if source.name != path.parent.name:
        raise ContractError(path, 1, f"name is {source.name}, de map {path.parent.name}")
    return source


def load_sources(folder: Path) -> dict[str, Source]:
    """All contracts below `folder`, by name of the source, in the order of their names."""
    sources = (load_source(path) for path in sorted(folder.glob("*/source.yml")))
    return {source.name: source for source in sources}


def load_suite(path: Path) -> Suite:
    """Reads one suite with its additions (`<table>.d/*.json`, by name of the file).

    Raises:
        ContractError: with file, line and what is wrong.
    """
    suite = _validated(Suite, path)
    if suite.table != path.stem:
        raise ContractError(path, 1, f"table is {suite.table}, het bestand heet {path.name}")
    rules: dict[str, Path] = {}
    expectations: list[Expectation] = []
    parts = [(path, suite.expectations)]
    parts += [(file, _validated(Additions, file).expectations) for file in _additions(path)]
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


def _json(path: Path) -> Any:
    """The content of a JSON file; a name that stands in one object twice is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        for name in names:
            if names.count(name) > 1:
                raise ContractError(
                    path, 1, f"{name} staat twee keer in één object: haal er een weg"
                )
        return dict(pairs)

    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise ContractError(path, error.lineno, f"kan niet gelezen worden ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise ContractError(path, 1, "is geen UTF-8: bewaar het als UTF-8") from error


def _document(path: Path) -> Any:
    """The content of a YAML file (of which JSON is a part), with the lines of its parts."""
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContractError(path, line, f"kan niet gelezen worden ({error.problem})") from error
    except UnicodeDecodeError as error:
        raise ContractError(path, 1, "is geen UTF-8: bewaar het als UTF-8") from error


def _validated(model: type[Model], path: Path) -> Model:
    """Reads a file as `model` and reports the first mistake where it stands."""
    # Only a mistake needs the lines of the file, and reading those takes fifty times as long.
    document = _json(path) if path.suffix == ".json" else _document(path)
    try:
        return model.model_validate(_plain(document))
    except ValidationError as error:
        document = _document(path)
        # A misspelt key is also a missing one; its line is where the mistake can be seen.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        where = ".".join(str(part) for part in first["loc"])
        raise ContractError(path, _line(document, first["loc"]), in_words(first, where)) from error


def _plain(node: Any) -> Any:
    """The document without the line marks that the YAML library hangs on it."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, float):
        return float(node)
    return node


def _line(document: Any, location: tuple[int | str, ...]) -> int:
    """Line, counted from 1, of the deepest part of `location` that stands in the document."""
    node, line = document, 1
    for part in location:
        marks = getattr(node, "lc", None)
        if marks is None:
            break
        try:
            line = (marks.item(part) if isinstance(part, int) else marks.key(part))[0] + 1
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return line
