"""What a source promises to deliver, as typed objects.

Here belongs: the shape of `sources/<source>/source.yml`, and reading it so that a mistake is
reported with file and line. Not here: reading deliveries (`ingest/`) or what a published table must
satisfy (`suites.py`).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import re
from pathlib import Path
from typing import Literal

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from dronten_pipeline.contracts.reading import NAME, ContractError, Strict, validated

ColumnType = Literal["text", "integer", "decimal", "boolean", "date", "timestamp"]


PersonalData = Literal["none", "free_text", "pseudonymise", "location"]


Cadence = Literal["daily", "weekly", "monthly", "quarterly", "yearly", "once"]


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
        description="A date more than so many years after the as-of date is impossible.",
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


def load_source(path: Path) -> Source:
    """Reads one `source.yml`.

    Raises:
        ContractError: with file, line and what is wrong.
    """
    return _source(path, path.read_bytes() if path.is_file() else b"")


@functools.lru_cache(maxsize=256)
def _source(path: Path, content: bytes) -> Source:  # noqa: ARG001 (what is remembered goes by it)
    """Of this content: a run asks for every contract at many steps, and YAML is slow to read."""
    source = validated(Source, path)
    if source.name != path.parent.name:
        raise ContractError(path, 1, f"name is {source.name}, de map {path.parent.name}")
    return source


def load_sources(folder: Path) -> dict[str, Source]:
    """All contracts below `folder`, by name of the source, in the order of their names."""
    sources = (load_source(path) for path in sorted(folder.glob("*/source.yml")))
    return {source.name: source for source in sources}
