"""Texts that a program on the way has damaged, as the other values of their column show.

Here belongs: keys that Excel took for a date, and letters that were lost in a conversion. Not here:
what systems write around a value on purpose (`spelling.py`).

A text alone shows nothing of it: `mrt-26` may be a number of a case, and `Financi?n` a question. So
each is held beside the other values of the column, of the file or the piece of it that is read.
"""

from __future__ import annotations

import polars as pl

from dronten_pipeline.ingest import cleaning

_MONTH = "(?:jan|feb|mrt|mar|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)"
#: How Excel shows what it took for a date, and how it stands in a workbook then.
EXCEL_DATE = (
    rf"(?i)^(?:{_MONTH}-\d{{2}}(?:\d\d)?|\d{{1,2}}-{_MONTH}(?:-\d{{2}}(?:\d\d)?)?"
    r"|\d{1,2}[-/]\d{1,2}[-/]\d{4}|\d{4}-\d\d-\d\d(?:[ T]00:00:00)?)$"
)
#: What stands where a letter was, and the sign of it within a word.
LOST = r"[?\x{fffd}]+"
WITHIN_WORD = r"(?i)[a-z]\?[a-z]"
#: `pagina?id=3` lost nothing.
ADDRESS = r"[/=&@]"

IS_A_DATE = (
    "is door Excel in een datum veranderd, want de andere nummers van deze kolom zien er anders "
    "uit; lever het bestand zoals het systeem het schreef, of maak de kolom op als tekst voordat "
    "de nummers erin komen"
)
LOST_IN_KEY = (
    "heeft een vervangteken waar een teken verloren ging, zodat niet vaststaat welk nummer het is; "
    "lever het bestand opnieuw als UTF-8"
)
TWO_FIT = (
    "mist een letter, en meer dan een andere waarde van de kolom past erop; lever het bestand "
    "opnieuw als UTF-8"
)

RESTORED, GONE = "lost_letter", "letter_gone"
cleaning.KINDS[RESTORED] = cleaning.Kind(
    "keer was in een tekst een letter verloren gegaan; een andere waarde van de kolom heeft hem "
    "nog, en zo is de tekst gelezen",
    "Financi?n",
)
cleaning.KINDS[GONE] = cleaning.Kind(
    "keer staat er een vraagteken midden in een woord: daar is een letter verloren gegaan, en die "
    "naam klopt dus niet",
    "Financi?n",
)


def judged(spelled: pl.DataFrame, delivered: pl.DataFrame) -> pl.DataFrame:
    """The same with damage put right (`text`, and how often under its kinds), or said (`problem`).

    Args:
        spelled: distinct texts as `spelling.put_right` has them.
        delivered: the columns that they are from.
    """
    text, is_identifier = pl.col("text"), pl.col("is_identifier")
    is_lost = text.str.contains(LOST) & (pl.col("kind") == "text") & ~pl.col("is_private")
    spelled = spelled.with_columns(
        suspect=pl.when(is_identifier & text.str.contains(EXCEL_DATE))
        .then(pl.lit("date"))
        .when(is_lost & ~is_identifier)
        .then(pl.lit("letter"))
    )
    key_is_lost = is_identifier & is_lost & text.str.contains("\ufffd", literal=True)
    problems = [pl.col("problem"), pl.when(key_is_lost).then(pl.lit(LOST_IN_KEY))]
    wholes = [pl.DataFrame(schema={"column": pl.String, "text": pl.String, "whole": pl.String})]
    for column, suspect in spelled.select("column", "suspect").drop_nulls().unique().rows():
        mine = (pl.col("column") == column) & (pl.col("suspect") == suspect)
        values = delivered.get_column(column).drop_nulls()
        if suspect == "date":
            shapes = _shapes_of_numbers(values)
            is_other = mine & ~_shape(text).is_in(shapes.implode())
            problems.append(pl.when(is_other & pl.lit(len(shapes) > 0)).then(pl.lit(IS_A_DATE)))
        else:
            found = spelled.filter(mine).select("column", "text", fits=_without_letters(text))
            wholes.append(found.join(_whole(values), on="fits").select(wholes[0].columns))
    whole = pl.concat(wholes).unique(["column", "text"])
    spelled = spelled.join(whole, on=["column", "text"], how="left", maintain_order="left")
    is_restored = pl.col("whole").is_not_null() & (pl.col("whole") != "")
    problems.append(pl.when(pl.col("whole") == "").then(pl.lit(TWO_FIT)))
    is_gone = (
        (pl.col("suspect") == "letter")
        & pl.col("whole").is_null()
        & text.str.contains(WITHIN_WORD)
        & ~text.str.contains(ADDRESS)
    )
    return spelled.with_columns(
        pl.coalesce(problems).alias("problem"),
        pl.when(is_restored).then("whole").otherwise("text").alias("text"),
        is_restored.alias(RESTORED),
        is_gone.fill_null(False).alias(GONE),
    )


def _shapes_of_numbers(values: pl.Series) -> pl.Series:
    """The shapes of the values of a column that are no dates, where those are most of it."""
    numbers = values.filter(~values.str.strip_chars().str.contains(EXCEL_DATE))
    if 2 * len(numbers) <= len(values):
        numbers = numbers.clear()
    return numbers.to_frame("number").select(_shape(pl.col("number"))).to_series().unique()


def _shape(text: pl.Expr) -> pl.Expr:
    """What a number looks like, whatever its digits and letters: `KCC-31` and `MRT-26` are alike,
    and `2026-10-12` and `2026-3-145`."""
    shape = text.str.strip_chars().str.replace_all(r"\d+", "9")
    return shape.str.replace_all(r"\p{L}", "a")


def _without_letters(text: pl.Expr) -> pl.Expr:
    """A text without the letters that a conversion may lose."""
    return text.str.strip_chars().str.to_lowercase().str.replace_all(r"(?:\?|[^\x00-\x7f])+", "?")


def _whole(values: pl.Series) -> pl.DataFrame:
    """By what is left of them (`fits`) the values with such letters (`whole`); an empty text where
    more than one fits."""
    value = pl.col("value").str.strip_chars()
    whole = values.unique().to_frame("value").filter(
        value.str.contains(r"[^\x00-\x7f]") & ~value.str.contains(LOST)
    )  # fmt: skip
    return (
        whole.select(fits=_without_letters(value), whole=value)
        .group_by("fits")
        .agg(
            pl.when(pl.col("whole").str.to_lowercase().n_unique() == 1)
            .then(pl.col("whole").min())
            .otherwise(pl.lit(""))
        )
    )
