"""What there is of a table, and what may be missing: periods without a record, skipped numbers.

Here belongs: counting what was delivered, finding gaps in it, and saying so. Not here: whether a
delivery came in time (`snapshot.is_fresh`), or whether a period holds few records (the tests of
its source).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from dronten_pipeline.contracts.sources import FRESH_DAYS, Cadence, Table
from dronten_pipeline.core import personal
from dronten_pipeline.core.settings import LOCAL_TIME
from dronten_pipeline.core.words import period_of_code

#: The period in which at least one record is expected, by how often a source delivers.
EXPECTED_EVERY: dict[Cadence, str | None] = {
    "daily": "1mo",
    "weekly": "1mo",
    "monthly": "1mo",
    "quarterly": "1q",
    "yearly": "1y",
    "once": None,
}

#: One row per gap: kind is 'period' or 'number', first and last are the ends of what is missing;
#: both null where the numbers may not be named.
GAP_COLUMNS = pl.Schema(
    {"kind": pl.String, "first": pl.String, "last": pl.String, "missing": pl.Int64}
)

#: So many gaps are named in a note; the others are counted.
NAMED = 5

#: What stands before the last digits of a number (`F2025-`), and those digits.
NUMBER = r"^(.*?)(\d{1,18})$"

#: Such a number is never named: that long it can be a citizen service number or look like one, and
#: whoever reads which are missing can tell which there are.
LONG_NUMBER = r"\d{8}"


def find_gaps(rows: pl.LazyFrame, table: Table, cadence: Cadence, as_of: dt.date) -> pl.DataFrame:
    """The gaps in the delivered rows of a table, with the columns of GAP_COLUMNS.

    Args:
        rows: every delivered version of every record, as raw files hold them.
        cadence: how often the source delivers, which says what periods are expected.
        as_of: as-of date; later records do not exist yet.
    """
    return pl.concat([_period_gaps(rows, table, cadence, as_of), _number_gaps(rows, table)])


def count_records(rows: pl.LazyFrame, table: Table) -> int:
    """Records in the delivered rows of a table: of each key all versions together are one."""
    keys = keys_of(rows, table)
    return int(keys.select(pl.len()).collect(engine="streaming").item())


def keys_of(rows: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """The keys in the delivered rows of a table, each once, as they are compared."""
    return rows.select(compared_key(table)).unique()


def compared_key(table: Table) -> list[pl.Expr]:
    """The columns of the key, so that the same record has the same key however it is written."""
    return [
        pl.col(name.lower()).str.to_lowercase()
        if table.column(name).is_code
        else pl.col(name.lower())
        for name in table.key
    ]


def note(gaps: pl.DataFrame) -> str:
    """The gaps of a table in a Dutch sentence or two; empty where there are none."""
    sentences = (
        ("period", "In deze tabel ontbreken perioden: {}."),
        ("number", "In deze tabel ontbreken nummers (niet geleverd of afgekeurd): {}."),
    )
    found = ((text, gaps.filter(pl.col("kind") == kind)) for kind, text in sentences)
    return " ".join(text.format(_named(of_kind)) for text, of_kind in found if of_kind.height)


def _named(gaps: pl.DataFrame) -> str:
    known = gaps.filter(pl.col("first").is_not_null())
    named = known.head(NAMED)
    if (gaps["kind"] == "period").all():
        ends = pl.col("first", "last")
        named = named.with_columns(ends.map_elements(period_of_code, pl.String))
    names = named.select(
        pl.when(pl.col("first") == pl.col("last"))
        .then("first")
        .otherwise(pl.format("{} t/m {} ({})", "first", "last", "missing"))
    )
    others = pl.concat([known.slice(NAMED), gaps.filter(pl.col("first").is_null())])
    if others.is_empty():
        return ", ".join(names.to_series())
    places = "1 plaats" if others.height == 1 else f"{others.height} plaatsen"
    more = f"{others['missing'].sum()} op {places}"
    return ", ".join([*names.to_series(), f"en nog {more}"]) if names.height else more


def _period_gaps(
    rows: pl.LazyFrame, table: Table, cadence: Cadence, as_of: dt.date
) -> pl.DataFrame:
    every = EXPECTED_EVERY[cadence]
    if not table.event_date or every is None:
        return GAP_COLUMNS.to_frame()
    day = _day(table)
    present = (
        rows.filter(day <= as_of).select(day.dt.truncate(every).unique().alias("start")).collect()
    )
    if present.is_empty():
        return GAP_COLUMNS.to_frame()
    start = pl.col("start")
    # A period is expected once it is over and its source has had the time that it is given.
    is_due = start.dt.offset_by(every).dt.offset_by(f"{FRESH_DAYS[cadence]}d") <= as_of
    expected = present.select(pl.date_range(start.min(), pl.lit(as_of), every)).filter(
        is_due | (start <= present["start"].max())
    )
    name = {
        "1mo": start.dt.strftime("%Y-%m"),
        "1q": pl.format("{}-K{}", start.dt.year(), start.dt.quarter()),
        "1y": start.dt.strftime("%Y"),
    }[every]
    return (
        expected.with_row_index("place")
        .filter(~start.is_in(present["start"].implode()))
        .with_columns(name=name, island=pl.col("place") - pl.int_range(pl.len()))
        .group_by("island", maintain_order=True)
        .agg(
            pl.lit("period").alias("kind"),
            pl.col("name").first().alias("first"),
            pl.col("name").last().alias("last"),
            pl.len().cast(pl.Int64).alias("missing"),
        )
        .select(GAP_COLUMNS.names())
    )


def _day(table: Table) -> pl.Expr:
    """The local day of a record; of a year, or a year and month, its first day."""
    first, *others = (pl.col(name.lower()) for name in table.event_date)
    kind = table.column(table.event_date[0]).type
    if kind == "timestamp":
        return first.dt.convert_time_zone(LOCAL_TIME.key).dt.date()
    if kind == "date":
        return first
    # a mistyped year is no date; closing entries (period 13 and 14) belong to December
    year = pl.when(first.is_between(1, 9999)).then(first)
    return pl.date(year, others[0].clip(1, 12) if others else pl.lit(1), 1)


def _number_gaps(rows: pl.LazyFrame, table: Table) -> pl.DataFrame:
    if table.number_series is None:
        return GAP_COLUMNS.to_frame()
    parts = pl.col(table.number_series.lower()).cast(pl.String).str.extract_groups(NUMBER).struct
    number, before = pl.col("number"), pl.col("before")
    # 0998 and 1001: what lies between has the width of the neighbour that was filled with zeros
    width = pl.max_horizontal("width", pl.col("width").shift().over("series"))
    gaps = (
        rows.select(
            parts.field("1").alias("series"),
            parts.field("2").cast(pl.Int64).alias("number"),
            pl.when(parts.field("2").str.starts_with("0"))
            .then(parts.field("2").str.len_chars())
            .otherwise(0)
            .alias("width"),
        )
        .drop_nulls()
        .unique(["series", "number"])
        .sort("series", "number")
        .with_columns(before=number.shift().over("series"), width=width)
        .filter(number - before > 1)
        .select(
            pl.lit("number").alias("kind"),
            (pl.col("series") + _padded(before + 1)).alias("first"),
            (pl.col("series") + _padded(number - 1)).alias("last"),
            (number - before - 1).alias("missing"),
        )
        .collect()
    )
    ends = [pl.col("first"), pl.col("last")]
    is_private = pl.any_horizontal(
        end.str.contains(LONG_NUMBER)
        | end.map_batches(personal.holds_personal_data, return_dtype=pl.Boolean)
        for end in ends
    )
    return gaps.with_columns(
        pl.when(~is_private).then(end).alias(end.meta.output_name()) for end in ends
    )


def _padded(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(pl.col("width"))
