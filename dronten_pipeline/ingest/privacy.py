"""What may be stored of personal data, and what of it stands where none may be.

Here belongs: replacing free text by its length, pseudonyms, leaving out locations, and holding
what is stored against the detector. Not here: the detector (`core/personal.py`), reading values
(`values.py`), stopping a publication (the gate).
"""

from __future__ import annotations

import hashlib
import hmac

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.core import personal
from dronten_pipeline.ingest.dtypes import DTYPES


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


def findings(frame: pl.DataFrame, table: Table) -> list[personal.Finding]:
    """What may be personal data in the texts and whole numbers that are stored of a file."""
    return personal.examine_all(
        (frame.get_column(column.name.lower()), "key" if column.name in table.key else "text")
        for column in table.columns
        if column.type in ("text", "integer") and column.personal_data == "none"
    )
