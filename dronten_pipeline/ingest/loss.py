"""Whether the rejected rows of a file are others than the accepted ones.

Here belongs: which groups of rows a figure may be about, and when one lost too many of its rows.
Not here: why a row is rejected (`values.py`), what a source may lose in all (`refusals.py`).

A tenth of the rows lost anywhere hardly moves a share; all negative amounts, or all of one team,
make it another figure however few they are. Groups are told by the name of their column, never by
a value that stood in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from dronten_pipeline.contracts.sources import Column, Table

What = Literal["empty", "filled", "negative", "positive", "broken", "whole", "value", "month"]

#: Rows of each group, by column and how the group is made (`by`); of them `unread` those that could
#: not be read, as others than records that the contract calls impossible.
GROUPS = pl.Schema(
    {
        "column": pl.String,
        "by": pl.String,
        "value": pl.String,
        "rows": pl.Int64,
        "unread": pl.Int64,
    }
)

#: Fewer lost rows of a group are told at most; other rows must be there to compare with.
FEWEST = 5
#: A smaller share lost of a group moves no figure by much.
LEAST_SHARE = 0.05
#: A column with more values has no groups.
MOST_VALUES = 60
#: How many standard deviations more of a group is lost than chance would.
DEVIATIONS = 3.0
#: So many are told of one file, the worst first: the same rows may be in many groups.
TOLD = 3

NUMBER = r"^[^#]*[\d\u00bc-\u00be]"
NEGATIVE = r"(?i)^[^\d]*[-\u2212\u2013(]|[-\u2212\u2013)]$|cr?$"
BROKEN = r"\d[.,]\d*[1-9]|[\u00bc-\u00be]"


class Bias(BaseModel):
    """A group that lost more of its rows than the others.

    lost, rows: of the group. lost_elsewhere, rows_elsewhere: of all other rows of its column.
    unread: of `lost`, those that could not be read. Only these can stop a source: a record that is
        impossible by the contract is wrong by itself, and nobody misread it.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    what: What
    lost: int
    unread: int
    rows: int
    lost_elsewhere: int
    rows_elsewhere: int

    def exceeds(self, allowed: float) -> bool:
        return self.unread >= FEWEST and self.unread > allowed * self.rows

    @property
    def sentence(self) -> str:
        group = {
            "empty": f"waarin {self.column} leeg is",
            "filled": f"waarin {self.column} gevuld is",
            "negative": f"waarin {self.column} negatief is",
            "positive": f"waarin {self.column} niet negatief is",
            "broken": f"waarin {self.column} geen geheel getal is",
            "whole": f"waarin {self.column} een geheel getal is",
            "value": f"met een en dezelfde waarde van {self.column}",
            "month": f"van een en dezelfde maand van {self.column}",
        }[self.what]
        return (
            f"Van de rijen {group} zijn er {self.lost} van de {self.rows} afgekeurd, van de andere "
            f"{self.lost_elsewhere} van de {self.rows_elsewhere}."
        )


def raw(column: str) -> str:
    """The column of a rejected row with the text that could not be read."""
    return f"{column}\x1fraw"


def groups(rows: pl.LazyFrame, table: Table, *, unread: bool = False) -> pl.DataFrame:
    """Rows by group (`GROUPS`), of columns that identify nothing and are not private.

    Args:
        rows: typed columns of the contract; of rejected ones also `raw` columns.
        unread: they are rejected, because they could not be read.
    """
    present = set(rows.collect_schema().names())
    counted = [
        rows.group_by(group.cast(pl.String).alias("value"))
        .agg(pl.len().cast(pl.Int64).alias("rows"))
        .select(
            pl.lit(column.name.lower()).alias("column"), pl.lit(by).alias("by"), "value", "rows"
        )
        for column in table.columns
        if column.name.lower() in present
        for by, group in _groups(column, table, raw(column.name.lower()) in present)
    ]
    if not counted:
        return GROUPS.to_frame()
    found = pl.concat(pl.collect_all(counted)).drop_nulls("value")
    return found.with_columns(unread=pl.col("rows") * pl.lit(unread))


def together(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The sums over the pieces of a file."""
    every = pl.concat([GROUPS.to_frame(), *parts])
    return every.group_by("column", "by", "value").agg(pl.col("rows", "unread").sum())


def biases(lost: pl.DataFrame, accepted: pl.DataFrame) -> tuple[Bias, ...]:
    """The groups that lost more than others, the worst first; both frames as `GROUPS`."""
    place = ["column", "by"]
    both = lost.rename({"rows": "lost"}).join(
        accepted.drop("unread").rename({"rows": "kept"}),
        on=[*place, "value"],
        how="full",
        coalesce=True,
    )
    counted = both.with_columns(pl.col("lost", "unread", "kept").fill_null(0)).with_columns(
        rows=pl.col("lost") + pl.col("kept")
    )
    every = counted.with_columns(
        lost_elsewhere=pl.col("lost").sum().over(place) - pl.col("lost"),
        rows_elsewhere=pl.col("rows").sum().over(place) - pl.col("rows"),
        values=pl.len().over(place),
    ).filter(pl.col("lost") > 0, pl.col("values") <= MOST_VALUES)
    chance = (pl.col("lost") + pl.col("lost_elsewhere")) / (
        pl.col("rows") + pl.col("rows_elsewhere")
    )
    expected = pl.col("rows") * chance
    judged = every.with_columns(
        share=pl.col("lost") / pl.col("rows"),
        share_elsewhere=pl.col("lost_elsewhere") / pl.col("rows_elsewhere"),
        deviations=(pl.col("lost") - expected) / (expected * (1 - chance)).sqrt(),
        is_all=(pl.col("kept") == 0) & (pl.col("by").is_in(["sign", "filled"])),
    )
    found = judged.filter(
        pl.col("rows_elsewhere") >= FEWEST,
        pl.col("share") >= 2 * pl.col("share_elsewhere"),
        pl.col("share") >= LEAST_SHARE,
        pl.col("deviations") >= DEVIATIONS,
        (pl.col("lost") >= FEWEST) | pl.col("is_all"),
    ).sort("deviations", "column", "by", "value", descending=[True, False, False, False])
    return tuple(
        Bias.model_validate(
            {
                **{name: row[name] for name in Bias.model_fields if name in row},
                "what": row["by"] if row["by"] in ("value", "month") else row["value"],
            }
        )
        for row in found.head(TOLD).iter_rows(named=True)
    )


def _groups(column: Column, table: Table, has_raw: bool) -> Iterator[tuple[str, pl.Expr]]:
    if column.personal_data != "none" or column.name in table.key or column.names_document:
        return
    value = pl.col(column.name.lower())
    text = pl.col(raw(column.name.lower())) if has_raw else pl.lit(None, dtype=pl.String)
    is_given = value.is_not_null() | text.is_not_null()
    # What is no number at all (`#N/B`) has no sign either.
    is_number = value.is_not_null() | text.str.contains(NUMBER)
    if not column.required:
        yield "filled", pl.when(is_given).then(pl.lit("filled")).otherwise(pl.lit("empty"))
    if column.type in ("integer", "decimal"):
        is_negative = pl.coalesce(value < 0, text.str.contains(NEGATIVE))
        sign = pl.when(is_negative).then(pl.lit("negative")).otherwise(pl.lit("positive"))
        yield "sign", pl.when(is_number).then(sign)
    if column.type == "decimal":
        is_broken = pl.coalesce(
            value != value.cast(pl.Int64, strict=False), text.str.contains(BROKEN)
        )
        part = pl.when(is_broken).then(pl.lit("broken")).otherwise(pl.lit("whole"))
        yield "part", pl.when(is_number).then(part)
    if column.name in table.event_date and column.type in ("date", "timestamp"):
        yield "month", value.dt.strftime("%Y-%m")
    if column.type == "text" and not column.name.lower().endswith(("_id", "_nr")):
        yield "value", value.str.to_lowercase()
    if column.type in ("boolean", "integer", "decimal"):
        yield "value", value.cast(pl.String)
