"""The types of expectations that a suite may use, and the arguments that each of them takes.

Here belongs what a rule may say. Not here: how it is judged (`gate/gx_judge.py`,
`gate/sql_judge.py`) or the file that it stands in (`contracts/sources.py`).

Another type needs a way to be judged by both judges first, and a place in the tests that hold them
together: some types of Great Expectations pass, or break the whole run, on DuckDB for no reason.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from dronten_pipeline.contracts.mistakes import in_words

#: Every query of a suite starts so: Great Expectations replaces `{batch}` by text that cannot
#: carry an alias of its own.
QUERY_START = "WITH own AS (SELECT * FROM {batch})"


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("moet een eindig getal zijn")
    return value


def _moment(value: str) -> str:
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("een tekst moet een dag of moment zijn, zoals 2026-12-31") from None
    return value


Number = StrictInt | Annotated[StrictFloat, AfterValidator(_finite)]
#: A text bounds dates and timestamps, written as in ISO 8601.
Bound = Number | Annotated[StrictStr, AfterValidator(_moment)]
Value = StrictBool | Number | StrictStr
Share = Annotated[float, Field(gt=0, le=1, description="Part of the values that must hold.")]
Name = Annotated[StrictStr, Field(min_length=1)]


class Arguments(BaseModel):
    """What a rule says beside its type; unknown arguments are refused, not passed on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def columns(self) -> list[str]:
        """The columns without which the rule cannot be judged."""
        return []


class RowCount(Arguments):
    """The number of rows, both bounds included."""

    min_value: StrictInt | None = Field(default=None, ge=0)
    max_value: StrictInt | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> RowCount:
        _check_bounds(self.min_value, self.max_value)
        return self


class OrderedColumns(Arguments):
    """Exactly these columns in this order."""

    column_list: list[Name] = Field(min_length=1)


class OneColumn(Arguments):
    """A rule about the values of one column."""

    column: Name

    @property
    def columns(self) -> list[str]:
        return [self.column]


class Tolerant(OneColumn):
    """A rule that some of the values may break."""

    mostly: Share = 1.0


class NotNull(Tolerant):
    """Every row has a value; NaN is one."""


class Null(Tolerant):
    """No row has a value."""


class InSet(Tolerant):
    """Every value is one of these; a row without a value is left out."""

    value_set: list[Value] = Field(min_length=1)

    @model_validator(mode="after")
    def _of_one_kind(self) -> InSet:
        kinds = {kind_of(value) for value in self.value_set}
        if len(kinds) > 1:
            raise ValueError("value_set heeft waarden van verschillende soort")
        return self


class Between(Tolerant):
    """Every value lies between the bounds; NaN does not; a row without a value is left out."""

    min_value: Bound | None = None
    max_value: Bound | None = None
    strict_min: StrictBool = False
    strict_max: StrictBool = False

    @model_validator(mode="after")
    def _in_order(self) -> Between:
        _check_bounds(self.min_value, self.max_value)
        return self


class Regex(Tolerant):
    """The expression is found in every value; a row without a value is left out."""

    regex: StrictStr = Field(min_length=1)


class Unique(OneColumn):
    """No value stands in two rows; rows without a value are left out."""


class OfType(OneColumn):
    """The column has this type of DuckDB; DECIMAL stands for one of any width."""

    TYPES: ClassVar[frozenset[str]] = frozenset(
        ("BIGINT", "BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "INTEGER", "TIMESTAMP", "VARCHAR")
    )
    type_: StrictStr

    @model_validator(mode="after")
    def _known(self) -> OfType:
        if self.type_ not in self.TYPES:
            raise ValueError(f"type_ {self.type_} is niet een van {', '.join(sorted(self.TYPES))}")
        return self


class CompoundUnique(Arguments):
    """No combination of values stands in two rows; only a row without any of them is left out."""

    column_list: list[Name] = Field(min_length=2)

    @property
    def columns(self) -> list[str]:
        return list(self.column_list)


class UnexpectedRows(Arguments):
    """A query that returns the rows that should not be there."""

    unexpected_rows_query: StrictStr

    @model_validator(mode="after")
    def _judgeable(self) -> UnexpectedRows:
        query = self.unexpected_rows_query
        if not query.startswith(QUERY_START):
            raise ValueError(f"unexpected_rows_query moet beginnen met {QUERY_START}")
        if set("{}") & set(query.replace("{batch}", "")):
            raise ValueError("unexpected_rows_query mag geen accolade hebben buiten {batch}")
        if query.rstrip().endswith(";") or "--" in query:
            raise ValueError(
                "unexpected_rows_query mag geen commentaar en aan het eind geen puntkomma hebben: "
                "zij wordt binnen een andere query geteld"
            )
        if re.search(r"(?<![:\w]):[A-Za-z_]", query):
            raise ValueError(
                "unexpected_rows_query mag geen dubbele punt voor een naam hebben: die zou voor "
                "een parameter doorgaan"
            )
        return self

    @property
    def reads_warehouse(self) -> bool:
        """Whether it compares the table with what it was made of."""
        return "warehouse." in self.unexpected_rows_query


TYPES: dict[str, type[Arguments]] = {
    "expect_table_row_count_to_be_between": RowCount,
    "expect_table_columns_to_match_ordered_list": OrderedColumns,
    "expect_column_values_to_not_be_null": NotNull,
    "expect_column_values_to_be_null": Null,
    "expect_column_values_to_be_in_set": InSet,
    "expect_column_values_to_be_between": Between,
    "expect_column_values_to_match_regex": Regex,
    "expect_column_values_to_be_unique": Unique,
    "expect_column_values_to_be_of_type": OfType,
    "expect_compound_columns_to_be_unique": CompoundUnique,
    "unexpected_rows_expectation": UnexpectedRows,
}


def check_type(kind: str) -> str:
    """The type, if both judges know it.

    Raises:
        ValueError: a sentence part that names the types that may be used.
    """
    if kind not in TYPES:
        raise ValueError(
            f"{kind} is geen type dat beide beoordelaars kennen: gebruik {', '.join(sorted(TYPES))}"
        )
    return kind


def arguments_of(kind: str, kwargs: dict[str, Any]) -> Arguments:
    """The arguments of a rule as an object.

    Raises:
        ValueError: a sentence part that names the first argument that is wrong.
    """
    try:
        return TYPES[kind].model_validate(kwargs)
    except ValidationError as error:
        errors = error.errors()
        # Of a union every part complains; ours says what is wrong.
        first = next((found for found in errors if found["type"] == "value_error"), errors[0])
        where = next((str(part) for part in first["loc"]), "")
        if first["type"] == "extra_forbidden":
            allowed = ", ".join(TYPES[kind].model_fields)
            raise ValueError(f"{where} is geen argument van {kind}: gebruik {allowed}") from None
        raise ValueError(in_words(first, where)) from None


def kind_of(value: bool | float | str) -> str:
    """What a value of a suite can be compared with: booleans, numbers or texts."""
    if isinstance(value, bool):
        return "booleans"
    return "texts" if isinstance(value, str) else "numbers"


def _check_bounds(low: Any, high: Any) -> None:
    if low is None and high is None:
        raise ValueError("geef min_value, max_value of allebei")
    if low is None or high is None:
        return
    if kind_of(low) != kind_of(high):
        raise ValueError(
            "min_value en max_value moeten allebei een getal zijn, of allebei een tekst"
        )
    if low > high:
        raise ValueError("min_value is groter dan max_value")
