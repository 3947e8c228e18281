"""Raw columns of an older contract, brought into the shape of the present one.

Here belongs: what may be taken over from a file that was read under another version and is no
longer there to be read again. Not here: reading files. What was stored before it became
personal data is never passed on.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest import privacy

Shape = dict[str, tuple[str, str]]


def of(table: Table) -> Shape:
    """Type and kind of personal data of each column of the contract."""
    return {column.name.lower(): (column.type, column.personal_data) for column in table.columns}


def empty(table: Table) -> pl.DataFrame:
    return pl.DataFrame(schema=privacy.stored_columns(table))


def conformed(
    frame: pl.DataFrame, table: Table, was: Mapping[str, tuple[str, str]]
) -> pl.DataFrame:
    """`frame`, read under the shape `was`, with exactly the columns of `table`.

    New columns and columns whose kind of personal data changed are null, except that free text
    keeps its length; values that do not fit a new type are null.
    """
    now = of(table)
    if dict(was) == now:
        return frame
    columns: list[pl.Expr] = []
    for column in table.columns:
        name = column.name.lower()
        if column.personal_data == "location":
            continue
        target = f"{name}_length" if column.personal_data == "free_text" else name
        dtype = privacy.stored_columns(table)[target]
        old = was.get(name)
        if old is not None and old[1] == column.personal_data:
            columns.append(pl.col(target).cast(dtype, strict=False))
        elif old == ("text", "none") and column.personal_data == "free_text":
            columns.append(pl.col(name).str.len_chars().cast(dtype).alias(target))
        else:
            columns.append(pl.lit(None, dtype=dtype).alias(target))
    return frame.select(*columns, "_line")
