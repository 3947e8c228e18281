"""What may be stored of personal data, and finding citizen service numbers where none may be.

Here belongs: replacing free text by its length, pseudonyms, leaving out locations, and the
eleven-test. Not here: reading values (`values.py`), stopping a publication (the gate, which
reads what `judge` counts).
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterable

import polars as pl
from pydantic import BaseModel, ConfigDict

from dronten_pipeline.contracts import Table
from dronten_pipeline.ingest.dtypes import DTYPES

#: A key column is judged only when it holds this many nine-digit numbers.
MIN_KEYS = 20
CHANCE = 1 / 11
SIGNIFICANCE = 0.001

#: Nine digits, also written in groups as 123.456.782, 1234.56.782 or 12.34.56.782.
NINE_DIGITS = r"\d(?:[. -]?\d){8}"
GROUPED = (
    r"(?:^|\D)(\d{3}[. -]{2}\d{3}[. -]{2}\d{3}|\d{4}[. -]{2}\d{2}[. -]{2}\d{3}"
    r"|\d{2}[. -]{2}\d{2}[. -]{2}\d{2}[. -]{2}\d{3})(?:\D|$)"
)


class Finding(BaseModel):
    """Nine-digit numbers in one stored text column of one file: counts, never a number."""

    model_config = ConfigDict(frozen=True)

    column_name: str
    is_key: bool
    suspected: int
    checked: int


def stored_columns(table: Table) -> dict[str, pl.DataType]:
    """Columns of the raw table and their types, in order, `_line` last."""
    columns: dict[str, pl.DataType] = {}
    for column in table.columns:
        name = column.name.lower()
        if column.personal_data == "free_text":
            columns[f"{name}_length"] = pl.Int64()
        elif column.personal_data == "pseudonymise":
            columns[name] = pl.String()
        elif column.personal_data == "none":
            columns[name] = DTYPES[column.type]
    columns["_line"] = pl.Int64()
    return columns


def protect(frame: pl.DataFrame, table: Table, key: bytes) -> pl.DataFrame:
    """Leaves in `frame` (of `values.Typed`) only what may be stored, as `stored_columns` says."""
    kept: list[pl.Expr | pl.Series] = []
    for column in table.columns:
        name = column.name.lower()
        if column.personal_data == "free_text":
            kept.append(pl.col(name).str.len_chars().cast(pl.Int64).alias(f"{name}_length"))
        elif column.personal_data == "pseudonymise":
            kept.append(pseudonyms(frame.get_column(name), key))
        elif column.personal_data == "none":
            kept.append(pl.col(name))
    return frame.select(*kept, "_line")


def pseudonyms(values: pl.Series, key: bytes) -> pl.Series:
    """HMAC-SHA-256 in hexadecimal of every value; null stays null."""
    unique = values.drop_nulls().unique()
    hashed = [hmac.digest(key, value.encode(), "sha256").hex() for value in unique]
    if not hashed:
        return values
    return values.replace_strict(unique, pl.Series(hashed), default=None)


def key_id(key: bytes) -> str:
    """Names a key without giving it away, so that another key means another parse."""
    return hashlib.sha256(b"pseudonym key id\0" + key).hexdigest()[:8]


def has_pseudonyms(table: Table) -> bool:
    return any(column.personal_data == "pseudonymise" for column in table.columns)


def citizen_numbers(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Per value: how many nine-digit numbers it holds, and how many pass the eleven-test."""
    candidate = pl.when(text.str.contains(NINE_DIGITS)).then(text)
    runs = candidate.str.extract_all(r"\d+").list.filter(pl.element().str.len_chars() == 9)
    # Every separator doubled: two numbers that share one are then both found.
    grouped = candidate.str.replace_all(r"(\D)", "$1$1").str.extract_all(GROUPED)
    grouped = grouped.list.eval(pl.element().str.replace_all(r"\D", ""))
    numbers = pl.concat_list(runs, grouped)
    found = numbers.list.len().fill_null(0)
    passing = numbers.list.eval(_passes(pl.element()).cast(pl.UInt32)).list.sum().fill_null(0)
    return found, passing


def eleven_proof(text: pl.Expr) -> pl.Expr:
    """Whether a value holds a nine-digit number that passes the eleven-test."""
    return citizen_numbers(text)[1] > 0


def findings(frame: pl.DataFrame, table: Table) -> list[Finding]:
    """Counts per stored text column that holds nine-digit numbers which pass, and per key."""
    found: list[Finding] = []
    for column in table.columns:
        if column.type != "text" or column.personal_data != "none":
            continue
        name = column.name.lower()
        suspicious = frame.get_column(name).str.contains(NINE_DIGITS).fill_null(False)
        if not suspicious.any():
            continue
        checked, suspected = _counts(frame.get_column(name).filter(suspicious))
        if suspected or (checked and column.name in table.key):
            found.append(
                Finding(
                    column_name=name,
                    is_key=column.name in table.key,
                    suspected=suspected,
                    checked=checked,
                )
            )
    return found


def is_error(total: Iterable[Finding]) -> bool:
    """Whether the findings of one column, over all its files, must stop publication.

    Any in an ordinary column; in a key clearly more than chance makes pass.
    """
    rows = list(total)
    suspected = sum(row.suspected for row in rows)
    checked = sum(row.checked for row in rows)
    if not any(row.is_key for row in rows):
        return suspected > 0
    return checked >= MIN_KEYS and _chance_of(suspected, checked) < SIGNIFICANCE


def _counts(values: pl.Series) -> tuple[int, int]:
    checked, suspected = citizen_numbers(pl.col("value"))
    row = values.to_frame("value").select(checked.sum().alias("c"), suspected.sum().alias("s"))
    return int(row["c"][0]), int(row["s"][0])


def _passes(digits: pl.Expr) -> pl.Expr:
    number = digits.cast(pl.Int64, strict=False)
    total = -(number % 10)
    for place in range(1, 9):
        total = total + (place + 1) * ((number // 10**place) % 10)
    return (total % 11 == 0) & (number > 0)


def _chance_of(passing: int, checked: int) -> float:
    """Chance that so many or more of `checked` random numbers pass (binomial, upper tail)."""
    if checked > 2000:
        spread = math.sqrt(checked * CHANCE * (1 - CHANCE))
        return 0.5 * math.erfc((passing - 0.5 - checked * CHANCE) / spread / math.sqrt(2))
    return sum(
        math.exp(
            math.lgamma(checked + 1)
            - math.lgamma(hits + 1)
            - math.lgamma(checked - hits + 1)
            + hits * math.log(CHANCE)
            + (checked - hits) * math.log(1 - CHANCE)
        )
        for hits in range(passing, checked + 1)
    )
