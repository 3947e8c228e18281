"""Keys that are known, but for their spelling.

Here belongs: finding in new deliveries the keys that equal earlier ones in all but leading zeros,
case, white space, separators and quotes. Not here: what a single value means (`spelling.py`), and
what becomes of the delivery (`counting.py`).

Of earlier deliveries only those keys are held that may be the same as an unknown one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl

from dronten_pipeline.contracts.sources import Table

#: Larger files are not compared with themselves: that would cost as much as reading them.
MOST = 50_000
#: Up to so many are told in the note of a file; more stop its source.
FEW = 2

SEPARATORS = r"[-_./:\s\u00a0\u2010-\u2015]+"
QUOTES = "[\"'`\u2018\u2019\u201c\u201d]"


def can_differ(table: Table) -> bool:
    """Whether a key of the table has a spelling, and another spelling would count twice."""
    return table.delivers == "changes" and not table.exact_keys and bool(_texts(table))


def respelled(table: Table, paths: Mapping[int, Path], fresh: Collection[int]) -> dict[int, int]:
    """How many keys of each fresh delivery are those of an earlier one in another spelling.

    A key that was delivered in this spelling before is none, whatever else there is.

    Args:
        paths: raw Parquet of the deliveries that may count, by number.
        fresh: numbers of those that are new, or that were found respelled before.
    """
    new = {number: path for number, path in paths.items() if number in fresh}
    known = [path for number, path in paths.items() if number not in fresh]
    if not new or len(paths) < 2:
        return {}
    numbers = pl.DataFrame(
        {"path": [str(path) for path in new.values()], "number": list(new)},
        schema={"path": pl.String, "number": pl.Int64},
    )
    unknown = _keys(table, list(new.values())).unique().collect().join(numbers, on="path")
    return _among(table, unknown, known)


def unknown_spellings(table: Table, keys: Sequence[pl.DataFrame], known: list[Path]) -> int:
    """How many keys of a file are those of known deliveries in another spelling.

    Args:
        keys: of its rows, as `compared` gives them.
        known: raw Parquet of those deliveries.
    """
    if not keys:
        return 0
    number = pl.lit(1, dtype=pl.Int64).alias("number")
    found = _among(table, pl.concat(keys).unique().with_columns(number), known)
    return sum(found.values())


def within(table: Table, rows: pl.DataFrame) -> int:
    """How many keys stand in one file in another spelling as well.

    Args:
        rows: its typed records.
    """
    if not can_differ(table) or rows.height > MOST:
        return 0
    keys = rows.select(compared(table)).unique()
    signs = (r"^0", r"\D0", "[a-z]", "[A-Z]", SEPARATORS, QUOTES)
    texts = pl.col(name.lower() for name in _texts(table))
    # Where every key has such a sign, or none has, none is another one but for it.
    some = [texts.str.contains(sign).n_unique().name.suffix(sign) for sign in signs]
    if keys.height < 2 or keys.select(pl.max_horizontal(some)).item() < 2:
        return 0
    return keys.height - keys.select(_spellings(table)[0]).n_unique()


def compared(table: Table) -> list[pl.Expr]:
    """The columns of the key as text, as they are compared."""
    return [
        pl.col(name.lower()).cast(pl.String).str.to_lowercase()
        if table.column(name).is_code
        else pl.col(name.lower()).cast(pl.String)
        for name in table.key
    ]


def _among(table: Table, unknown: pl.DataFrame, known: list[Path]) -> dict[int, int]:
    """By `number`, how many of the keys in `unknown` are known, or stand in it under an earlier
    number, in another spelling."""
    names = [name.lower() for name in table.key]
    others = unknown.clear().select("number", *names)
    if known:
        before = _keys(table, known).drop("path")
        known_so = before.join(unknown.lazy(), on=names, how="semi").unique()
        unknown = unknown.join(known_so.collect(engine="streaming"), on=names, how="anti")
        alike = (
            before.with_columns(_skeleton(table))
            .join(unknown.lazy().select(_skeleton(table)), on="skeleton", how="semi")
            .select(pl.lit(0, dtype=pl.Int64).alias("number"), *names)
            .unique()
        )
        others = alike.collect(engine="streaming") if unknown.height else others
    firsts = unknown.group_by(names).agg(pl.col("number").min())
    spelled = pl.concat([others, firsts.select("number", *names)]).with_columns(_spellings(table))
    is_earlier = pl.col("number_before") < pl.col("number")
    same = spelled.join(spelled, on="canonical", suffix="_before").filter(is_earlier)
    # `2026-1-11` is not `2026-11-1`: without separators only where one of the two has none.
    bare = spelled.join(spelled, on="bare", suffix="_before").filter(
        is_earlier, pl.col("has_separator") != pl.col("has_separator_before")
    )
    respelled = pl.concat([same.select(names), bare.select(names)]).unique()
    found = unknown.join(respelled, on=names, how="semi")
    return dict(found.group_by("number").len().rows())


def _texts(table: Table) -> list[str]:
    columns = (table.column(name) for name in table.key)
    return [
        column.name
        for column in columns
        if column.type == "text" and column.personal_data == "none"
    ]


def _keys(table: Table, paths: list[Path]) -> pl.LazyFrame:
    """The columns of the key as text, as they are compared, and `path`."""
    return pl.scan_parquet(
        paths, include_file_paths="path", extra_columns="ignore", missing_columns="insert"
    ).select("path", *compared(table))


def _skeleton(table: Table) -> pl.Expr:
    """What no change of spelling touches: keys of which it differs are not the same."""
    texts = _texts(table)
    return pl.struct(
        pl.col(name.lower()).str.to_lowercase().str.replace_all("[^1-9a-z]+", "")
        if name in texts
        else pl.col(name.lower())
        for name in table.key
    ).alias("skeleton")


def _spellings(table: Table) -> list[pl.Expr]:
    """`canonical`: without case, quotes and zeros in front, with one kind of separator; `bare`:
    without separators; `has_separator`."""
    texts = _texts(table)
    canonical, bare, has_separator = [], [], []
    for name in table.key:
        value = pl.col(name.lower())
        if name not in texts:
            canonical.append(value)
            bare.append(value)
            continue
        plain = (
            value.str.to_lowercase()
            .str.replace_all(QUOTES, "")
            .str.replace_all(SEPARATORS, "-")
            .str.strip_chars("-")
        )
        canonical.append(_without_zeros(plain))
        bare.append(_without_zeros(plain.str.replace_all("-", "", literal=True)))
        has_separator.append(plain.str.contains("-", literal=True))
    return [
        pl.struct(canonical).hash().alias("canonical"),
        pl.struct(bare).hash().alias("bare"),
        pl.any_horizontal(has_separator).alias("has_separator"),
    ]


def _without_zeros(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"(^|[^0-9])0+([0-9])", "$1$2")
