"""What systems write around a value, in place of nothing, or in place of a value.

Here belongs: from text as delivered to text that means what it says; each kind by its name in
`cleaning.KINDS`. Not here: what kind of value the text is (`values.py`).

Nearly all text needs none of this: one pattern per column finds what does, and only the distinct
values among those go through the rules, of all columns together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dronten_pipeline.contracts.sources import Column, ColumnType, Table
from dronten_pipeline.ingest import cleaning, damage

#: White space and marks that exports leave around values; NUL and the byte-order mark too.
OUTER = " \t\r\n\v\f\0\u00a0\u2007\u202f\u200b\ufeff"

#: Text that means that there is nothing, in lower case, in every column.
NOTHING = (
    "null", r"\n", "none", "n.v.t.", "n.v.t", "nvt", "n/a", "nan", "undefined",
    "niet van toepassing", "<null>", "(null)", "[null]", "<none>", "(none)", "(leeg)", "<leeg>",
    "(blank)", "(empty)", "<na>", "-", "--", "---", "\u2013", "\u2014",
)  # fmt: skip
#: Words that mean so too where text itself cannot be meant; in text they stay, and are counted.
NOTHING_OR_TEXT = ("na", "nat", "nil", "leeg", "?", ".", "..")
#: What StatLine writes for an unknown or secret figure.
UNKNOWN_FIGURE = (".", "x", "..", "*")

#: Excel (in Dutch, English, German), LibreOffice and Access; `###` is a column too narrow.
ERROR = (
    r"(?i)^(?:#(?:[a-z_]{2,}(?:/0)?[!?]|n/[ab]|nv|n/d|fout|error|deleted|verwijderd|getting_data"
    r"|gegevens_ophalen|#+)|(?:err|fout):\d{3})$"
)
FORMULA = r'^=\s*(?:"(?<quoted>.*)"|(?<plain>[-+]?\d[\d.,]*))$'
QUOTES = (
    r"(?s)^(?:\"([^\"]*)\"|'([^']*)'|\u201c([^\u201c\u201d]*)\u201d"
    r"|\u2018([^\u2018\u2019]*)\u2019)$"
)
#: `'s-Gravenhage` keeps its own.
APOSTROPHE_OF_TEXT = r"^'([-+=@\d].*|[A-Za-z]{1,6}[-_./]?\d.*)$"
APOSTROPHES = "'\u2018\u2019`"
LOOKUP = r"(?s)^(?:-?\d+|string|float|integer|number|currency|boolean|datetime);#(.*?)(?:;#)?$"
CHOICE = r"(?s)^;#(.*);#$"
#: More than one value in one cell; what stands between two is the number of the second, or nothing.
LOOKUPS = r"(?s)^(?:\d+;#.*;#\d+;#|;#.*[^;];#[^;])"
#: A whole number with digits behind its mark that say nothing.
WHOLE = r"^(-?\d{1,15})[.,]0{1,2}$"
POWER = r"(?i)^(?<head>\d)(?:[.,](?<tail>\d+))?e(?<sign>\+?)(?<power>\d{1,3})$"
#: Of a number, Excel keeps no more digits.
EXACT_DIGITS = 15

NO_DATE = (
    r"^(?:0+|0?0:00(?::00)?|0000-\d\d?-\d\d?(?:[T ].*)?|1900-0?1-00(?:[T ].*)?"
    r"|0?0-0?[01]-(?:0000|1900)(?:[T ].*)?|(?i:-infinity))$"
)
NO_END = r"^(?i:\+?infinity)$"

SPECIAL = (
    r"(?is)^$|^[^0-9a-z]|[^0-9a-z)]$|\x00|;#"
    r"|^(?:null|none|n\.v\.t|nvt|n/a|nan|undefined|niet van toepassing|na|nat|nil|leeg|x"
    r"|(?:err|fout):\d+)$"
    r"|[a-z]\?[a-z]|\x{fffd}"
)
SPECIAL_IDENTIFIER = rf"{SPECIAL}|{WHOLE}|^\d(?:[.,]\d+)?e\+?\d{{1,3}}$|{damage.EXCEL_DATE}"
SPECIAL_DATE = rf"{SPECIAL}|{NO_DATE}|infinity$"


@dataclass(frozen=True)
class Cell:
    """What the rules need to know of a column.

    kind: how it is read; text for what is private.
    is_identifier: it is part of a key or refers to one.
    """

    name: str
    kind: ColumnType
    required: bool
    is_identifier: bool
    is_end: bool
    is_private: bool

    @property
    def special(self) -> str:
        """Matches every text that a rule may change."""
        if self.kind in ("date", "timestamp"):
            return SPECIAL_DATE
        return SPECIAL_IDENTIFIER if self.is_identifier else SPECIAL


def cell_of(column: Column, table: Table, kind: ColumnType) -> Cell:
    is_text = column.type == "text" and column.personal_data in ("none", "pseudonymise")
    name = column.name.lower()
    return Cell(
        name=name,
        kind=kind,
        required=column.required,
        is_identifier=is_text and (column.name in table.key or name.endswith(("_id", "_nr"))),
        is_end=column.is_end,
        is_private=column.personal_data in ("free_text", "location"),
    )


@dataclass(frozen=True)
class Spelled:
    """What becomes of the texts of one file.

    values: per column the texts that change (`old`, `text`), and what is wrong with those that
        are no value (`old`, `problem`: the end of a Dutch sentence).
    cleaned: how often, by kind.
    """

    values: dict[str, pl.DataFrame]
    cleaned: cleaning.Counts

    def text(self, name: str) -> pl.Expr:
        found = self.values.get(name)
        if found is None:
            return pl.col(name)
        changed = found.filter(pl.col("old").ne_missing(pl.col("text")))
        if not changed.height:
            return pl.col(name)
        return pl.col(name).replace(changed.get_column("old"), changed.get_column("text"))

    def problem(self, name: str) -> pl.Expr | None:
        """Of the text as it was delivered."""
        found = self.values.get(name)
        wrong = None if found is None else found.filter(pl.col("problem").is_not_null())
        if wrong is None or not wrong.height:
            return None
        return pl.col(name).replace_strict(
            wrong.get_column("old"), wrong.get_column("problem"), default=None
        )


def special(cell: Cell, *, is_repeating: bool = False) -> pl.Expr:
    """The distinct texts of a column that need a rule, with their number, as one list."""
    text = pl.col(cell.name)
    if is_repeating:
        counts = text.value_counts(name="many")
        fits = counts.struct.field(cell.name).str.contains(cell.special)
        return counts.filter(fits).implode()
    return text.filter(text.str.contains(cell.special)).value_counts(name="many").implode()


def may_be_dates_in_keys(found: Sequence[tuple[Cell, pl.Series]]) -> bool:
    """Whether some key looks like a date: what it is depends on the others of its file."""
    return any(
        texts.struct.field(cell.name).str.contains(damage.EXCEL_DATE).any()
        for cell, texts in found
        if cell.is_identifier and len(texts)
    )


def put_right(found: Sequence[tuple[Cell, pl.Series]], delivered: pl.DataFrame) -> Spelled:
    """Applies the rules to what `special` found of each column of `delivered`."""
    frames = [
        texts.struct.unnest().select(
            pl.lit(cell.name).alias("column"),
            pl.lit(cell.kind).alias("kind"),
            pl.lit(cell.required).alias("required"),
            pl.lit(cell.is_identifier).alias("is_identifier"),
            pl.lit(cell.is_end).alias("is_end"),
            pl.lit(cell.is_private).alias("is_private"),
            pl.col(cell.name).alias("old"),
            pl.col("many").cast(pl.Int64),
        )
        for cell, texts in found
        if len(texts)
    ]
    if not frames:
        return Spelled({}, {})
    lazy = pl.concat(frames).lazy().with_columns(_outer(pl.col("old")).alias("text"))
    # In this order: within a formula may stand a quoted text, within that a lookup, and so on.
    for rule in (_formula, _quotes, _apostrophe, _lookup, _errors, _identifier, _nothing):
        lazy = lazy.with_columns(**rule()).with_columns(_outer(pl.col("text")).alias("text"))
    spelled = damage.judged(lazy.collect(), delivered)
    kinds = [name for name in cleaning.KINDS if name in spelled.columns]
    counts = spelled.select(
        (pl.col("many") * pl.col(kind).fill_null(False)).sum().alias(kind) for kind in kinds
    ).row(0, named=True)
    values = {
        str(name): part
        for (name,), part in spelled.select("column", "old", "text", "problem")
        .partition_by("column", as_dict=True)
        .items()
    }
    return Spelled(values, {kind: many for kind, many in counts.items() if many})


def _outer(text: pl.Expr) -> pl.Expr:
    stripped = text.str.replace_all("\0", "", literal=True).str.strip_chars(OUTER)
    return pl.when(stripped != "").then(stripped)


Columns = dict[str, pl.Expr]
TEXT = pl.col("text")
IS_TEXT = pl.col("kind") == "text"


def _formula() -> Columns:
    inner = TEXT.str.extract_groups(FORMULA)
    quoted = inner.struct.field("quoted").str.replace_all('""', '"', literal=True)
    fits = TEXT.str.contains(FORMULA) & ~pl.col("is_private")
    read = pl.coalesce(quoted, inner.struct.field("plain"))
    return {"formula": fits, "text": pl.when(fits).then(read).otherwise(TEXT)}


def _quotes() -> Columns:
    fits = TEXT.str.contains(QUOTES) & ~pl.col("is_private")
    inner = pl.coalesce(TEXT.str.extract(QUOTES, group) for group in range(1, 5))
    return {"outer_quotes": fits, "text": pl.when(fits).then(inner).otherwise(TEXT)}


def _apostrophe() -> Columns:
    of_text = IS_TEXT & TEXT.str.contains(APOSTROPHE_OF_TEXT) & ~pl.col("is_private")
    of_value = ~IS_TEXT & TEXT.str.contains(f"^[{APOSTROPHES}]")
    fits = of_text | of_value
    return {
        "leading_apostrophe": fits,
        "text": pl.when(of_value)
        .then(TEXT.str.strip_chars(APOSTROPHES))
        .when(of_text)
        .then(TEXT.str.slice(1))
        .otherwise(TEXT),
    }


def _lookup() -> Columns:
    """One value of SharePoint is itself; of several nothing says which is meant."""
    is_list = TEXT.str.contains(LOOKUPS)
    choice = TEXT.str.extract(CHOICE, 1)
    single = pl.coalesce(choice, TEXT.str.extract(LOOKUP, 1))
    fits = TEXT.str.contains(";#", literal=True) & ~pl.col("is_private")
    fits &= is_list | single.is_not_null()
    return {
        "sharepoint": fits & ~is_list,
        "problem": pl.when(fits & is_list).then(
            pl.lit("is een lijst van SharePoint met meer dan een waarde; lever een waarde per rij")
        ),
        "text": pl.when(fits & ~is_list).then(single).otherwise(TEXT),
    }


def _errors() -> Columns:
    is_error = TEXT.str.contains(ERROR)
    words = pl.lit(
        "is een foutmelding en geen waarde; herstel de formule of maak de cel leeg, en lever het "
        "bestand opnieuw"
    )
    return {"problem": pl.coalesce("problem", pl.when(is_error).then(words))}


def _identifier() -> Columns:
    """Numbers that a spreadsheet or program made of a key; what it rounded is not guessed at."""
    power = TEXT.str.extract_groups(POWER)
    tail = power.struct.field("tail").fill_null("")
    exponent = power.struct.field("power").cast(pl.Int32)
    # `2E4` without mark and sign may be a key of itself.
    is_power = (
        pl.col("is_identifier")
        & TEXT.str.contains(POWER)
        & ((tail != "") | (power.struct.field("sign") == "+"))
    )
    rest = tail.str.slice(exponent)
    is_exact = (
        (exponent < EXACT_DIGITS)
        & (tail.str.len_chars().cast(pl.Int32) >= exponent)
        & (rest.str.strip_chars("0") == "")
    )
    digits = power.struct.field("head") + tail.str.slice(0, exponent)
    is_whole = pl.col("is_identifier") & TEXT.str.contains(WHOLE)
    words = pl.lit(
        "is een afgerond getal, zodat niet vaststaat welk nummer bedoeld is; maak de kolom op als "
        "tekst en lever het bestand opnieuw"
    )
    return {
        "number_notation": is_whole | (is_power & is_exact),
        "problem": pl.coalesce("problem", pl.when(is_power & ~is_exact).then(words)),
        "text": pl.when(is_power & is_exact)
        .then(digits)
        .when(is_whole)
        .then(TEXT.str.extract(WHOLE, 1))
        .otherwise(TEXT),
    }


def _nothing() -> Columns:
    lower = TEXT.str.to_lowercase()
    is_figure = pl.col("kind").is_in(["integer", "decimal"])
    is_day = pl.col("kind").is_in(["date", "timestamp"])
    unknown = is_figure & ~pl.col("required") & lower.is_in(UNKNOWN_FIGURE)
    nothing = ~unknown & (lower.is_in(NOTHING) | (~IS_TEXT & lower.is_in(NOTHING_OR_TEXT)))
    no_date = is_day & TEXT.str.contains(NO_DATE)
    no_end = is_day & pl.col("is_end") & TEXT.str.contains(NO_END)
    empty = unknown | nothing | no_date | no_end
    return {
        "null_text": nothing,
        "unknown_figure": unknown,
        "no_date": no_date,
        "open_end": no_end,
        "perhaps_nothing": IS_TEXT & ~pl.col("is_private") & lower.is_in(NOTHING_OR_TEXT),
        "text": pl.when(~empty | empty.is_null()).then(TEXT),
    }
