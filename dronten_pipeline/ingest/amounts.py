"""What an amount or number means as municipal systems write it in text.

Here belongs: signs, marks, currencies, and in which ways the digits can be read. Not here: which
of two ways holds (`values.py`), numbers that a format delivers as numbers.
"""

from __future__ import annotations

import polars as pl

from dronten_pipeline.ingest.dtypes import DECIMAL

#: Digits that can be read in one way only, without thousands: what nearly every value is.
PLAIN = r"^-?\d{1,18}(?:[.,]\d{1,2})?$"

#: A sign before or behind, a currency before or behind, and `,-` for no cents.
AMOUNT = (
    r"(?i)^(?<s1>[+-])?\s*(?:€|euro?)?\s*(?<s2>[+-])?\s*"
    r"(?<body>\d[\d.,\s]*?|[.,]\d+)(?<dash>[.,]-{1,2})?"
    r"\s*(?<s3>[+-])?\s*(?:€|euro?)?\s*(?<s4>[+-])?$"
)
BRACKETS = r"(?i)^((?:€|euro?)?\s*)\(([^()]*)\)(\s*(?:€|euro?)?)$"
TRAILING_MINUS = r"\d\s*[-\u2212\u2013]$"
SPACES = "[\u00a0\u2002-\u200a\u202f]"
APOSTROPHE_OF_THOUSANDS = r"(\d)['\u2019\u02bc](\d)"
THOUSANDS_MARK = "\\d[ \u00a0\u2002-\u200a\u202f'\u2019\u02bc]\\d{3}"
#: Which of the two lowers a balance depends on the kind of account.
DEBIT_OR_CREDIT = r"(?i)\d\s*(?:cr?|d[br]?|af|bij)\.?$"

READ_WITH_COMMA = r"^(?:(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?: \d{3})+)(?:,\d*)?|,\d+)$"
READ_WITH_POINT = r"^(?:(?:\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+)(?:\.\d*)?|\.\d+)$"


def plain(text: pl.Expr) -> pl.Expr:
    """Decimal(28, 6) of text that is `PLAIN`; null for all other."""
    digits = pl.when(text.str.contains(PLAIN)).then(text)
    return digits.str.replace(",", ".", literal=True).cast(DECIMAL, strict=False)


def parts(text: pl.Expr) -> pl.Expr:
    """How amounts can be read: a struct.

    `body`: digits with their separators; null: no amount. `negative`. `comma`, `point`: can be
    read with that decimal mark. `marked`: holds a mark at all.
    """
    groups = (
        text.str.replace_all("[\u2212\u2013\u2012]", "-")
        .str.replace_all(SPACES, " ")
        .str.replace_all(APOSTROPHE_OF_THOUSANDS, "$1 $2")
        .str.replace(BRACKETS, "-$1$2$3")
        .str.extract_groups(AMOUNT)
    )
    # `1.234,-` says that the comma is the decimal mark, as `1.234,0` does.
    cents = (pl.field("dash").str.slice(0, 1) + "0").fill_null("")
    signs = pl.concat_str(
        pl.field("s1"), pl.field("s2"), pl.field("s3"), pl.field("s4"), ignore_nulls=True
    )
    body = pl.field("body")
    return (
        groups.struct.with_fields(signs.alias("signs"))
        .struct.with_fields(
            pl.when(pl.field("signs").str.len_chars() <= 1)
            .then(body.str.strip_chars() + cents)
            .alias("body"),
            (pl.field("signs") == "-").alias("negative"),
        )
        .struct.with_fields(
            body.str.contains(READ_WITH_COMMA).fill_null(False).alias("comma"),
            body.str.contains(READ_WITH_POINT).fill_null(False).alias("point"),
            body.str.contains("[.,]").fill_null(False).alias("marked"),
        )
    )


def reads_twice(found: pl.Expr) -> pl.Expr:
    """Whether `parts` can be read with a comma as well as with a point, to another number."""
    comma, point = found.struct.field("comma"), found.struct.field("point")
    return comma & point & found.struct.field("marked")


def amount(found: pl.Expr, mark: str | None) -> pl.Expr:
    """Decimal(28, 6) of `parts`; null for what cannot be read, or in two ways without `mark`."""
    body = found.struct.field("body")
    comma, point = found.struct.field("comma"), found.struct.field("point")
    with_comma = body.str.replace_all(r"[. ]", "").str.replace(",", ".", literal=True)
    with_point = body.str.replace_all(r"[, ]", "")
    by_mark = pl.lit(None, dtype=pl.String)
    if mark is not None:
        by_mark = with_comma if mark == "," else with_point
    digits = (
        pl.when(comma & point)
        .then(pl.when(found.struct.field("marked")).then(by_mark).otherwise(with_comma))
        .when(comma)
        .then(with_comma)
        .when(point)
        .then(with_point)
    )
    sign = pl.when(found.struct.field("negative")).then(pl.lit("-")).otherwise(pl.lit(""))
    return (sign + digits).cast(DECIMAL, strict=False)
