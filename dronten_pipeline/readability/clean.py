"""From the blocks of a document to its running text, as polars expressions over a column.

Here belongs: what stands around the text of a letter, page or report and is nobody's sentence:
address and salutation, closing and signature, footers, tables of contents, rows of figures.
Not here: formats (`extract.py`), what within a sentence is no word (`sentences.py`), whether a
text can be judged at all (`condition.py`).

A block is one line, as `extract.extract_text` gives them. Headings and list items stay: readers
read them. When in doubt a line stays, because a text may not become easier by being cleaned.
"""

from __future__ import annotations

import polars as pl

#: Raised when the same blocks can give another text.
VERSION = 1

#: A salutation stands among the first lines; what stands above it is address and reference.
LAST_LINE_OF_SALUTATION = 25
#: After the closing come names, functions and enclosures: short lines, and not many.
LINES_AFTER_CLOSING = 15
WORDS_OF_A_SENTENCE = 12

_SALUTATION = (
    r"(?i)^(?:geachte|beste|hallo|hoi|goedendag|lieve|dag)\s[^.!?:]{1,70}[,!]$"
    r"|^(?i:geachte)\s[^.!?:]{1,70}$|^(?i:l\.s\.)[,!]?$"
)
#: "Beste inwoners, morgen ...": the rest of the line is text.
_SALUTATION_WITHIN = r"(?im)^(?:geachte|beste)\s[\p{L} .&/'-]{1,50},\s+"
_CLOSING = (
    r"(?i)^(?:(?:met|en)\s)?(?:een\s)?(?:vriendelijke|hartelijke|beleefde|warme|lieve)\sgroet"
    r"(?:en|jes)?\b[^.!?]{0,60}[,.]?$|(?i)^(?:hoogachtend|groet(?:en|jes)?)\b[^.!?]{0,40}[,.]?$"
    r"|(?i)^namens\s(?:het college|burgemeester en wethouders|de gemeente)[^.!?]{0,60}[,.]?$"
)
_STREET = (
    r"straat|weg|laan|plein|hof|pad|dijk|kade|gracht|singel|dreef|erf|ring|park|steeg|baan|markt|"
    r"wal|plantsoen|oever|zoom|vaart|allee|tocht|kamp|weide|akker|burg|rede"
)
_LINES_WITHOUT_TEXT = (
    # an address, with or without postcode and place
    rf"(?i)^[\p{{L}} .'-]{{0,40}}(?:{_STREET})\s\d{{1,4}}(?:\s?[a-z])?(?:-\d{{1,4}})?"
    r"(?:,.{0,40})?$",
    r"(?i)^(?:postbus|antwoordnummer)\s\d+.{0,40}$",
    r"^\d{4} ?[A-Z]{2}\b.{0,40}$",
    # the foot of a page, of a letter or of a website
    r"(?i)^(?:pagina|blad|p\.)?\s*\d{1,4}(?:\s*(?:van|/|-)\s*\d{1,4})?$",
    r"(?i)^(?:©|\(c\)|copyright\b).{0,120}$",
    r"(?i)^(?:deel deze pagina|lees voor|naar boven|terug naar boven|naar de inhoud"
    r"|direct naar.{0,40}|print deze pagina|heeft deze informatie u geholpen\??"
    r"|was deze informatie nuttig\??"
    r"|volg ons op.{0,40}|cookies?|privacy(?:verklaring)?|toegankelijkheid(?:sverklaring)?|colofon"
    r"|proclaimer|disclaimer|sitemap|zoeken|menu|inloggen|inhoudsopgave"
    r"|lees meer(?: over.{0,40})?)$",
    r"(?i)^(?:verzonden (?:vanaf|met|vanuit)"
    r"|dit bericht is (?:uitsluitend|alleen) bestemd)\b.{0,300}$",
    # an entry of a table of contents: its number, its title, its page
    r"^\d{1,2}(?:\.\d{1,2})*\.?\s.{2,90}\s\d{1,3}$",
    r"^.{2,90}(?:\.\s?){4,}\s?\d{0,3}$",
    # nothing but signs and figures
    r"^[^\p{L}]*$",
)
#: A row of a table: more than so much of what is not a space are figures and signs of amounts.
FIGURES_OF_A_ROW = 0.4

PARAMETERS = (
    VERSION,
    LAST_LINE_OF_SALUTATION,
    LINES_AFTER_CLOSING,
    WORDS_OF_A_SENTENCE,
    FIGURES_OF_A_ROW,
    _SALUTATION,
    _SALUTATION_WITHIN,
    _CLOSING,
    _LINES_WITHOUT_TEXT,
)


def clean_texts(texts: pl.Series) -> pl.Series:
    """The running text of every text, one block per line; in the order of `texts`.

    A null text stays null. What is left may be empty: an address is no text.
    """
    place = pl.int_range(pl.len(), dtype=pl.Int32).over("text")
    lines = (
        pl.DataFrame({"body": texts.cast(pl.String)})
        .with_row_index("text")
        .lazy()
        .with_columns(line=pl.col("body").str.split("\n"))
        .explode("line", empty_as_null=False)
        .select("text", "line")
        .with_columns(place=place, length=pl.col("line").str.len_chars())
    )
    kept = (
        lines.with_columns(
            words=pl.col("line").str.count_matches(r"\S+"),
            is_salutation=_short(_SALUTATION, 80) & (pl.col("place") < LAST_LINE_OF_SALUTATION),
            is_closing=_short(_CLOSING, 100),
        )
        .with_columns(
            is_sentence=(pl.col("words") >= WORDS_OF_A_SENTENCE)
            | ((pl.col("words") >= 5) & pl.col("line").str.contains(r"[.!?]$")),
        )
        .filter(~pl.col("is_salutation"), ~_above_salutation(), ~_signature(), ~_noise())
        .group_by("text", maintain_order=True)
        .agg(cleaned=pl.col("line").str.join("\n"))
    )
    return (
        pl.DataFrame({"body": texts.cast(pl.String)})
        .with_row_index("text")
        .lazy()
        .join(kept, on="text", how="left", maintain_order="left")
        .select(
            cleaned=pl.when(pl.col("body").is_not_null()).then(
                pl.col("cleaned").fill_null("").str.replace_all(_SALUTATION_WITHIN, "")
            )
        )
        .collect()
        .get_column("cleaned")
    )


def _short(pattern: str, longest: int) -> pl.Expr:
    """Whether a line is that pattern; long lines are not even looked at."""
    return (pl.col("length") <= longest) & pl.col("line").str.contains(pattern)


def _above_salutation() -> pl.Expr:
    """Lines above the salutation, unless one of them is a sentence (then it is no letter)."""
    first = pl.col("place").filter(pl.col("is_salutation")).min().over("text")
    sentences_above = (pl.col("is_sentence") & (pl.col("place") < first)).any().over("text")
    return ((pl.col("place") < first) & ~sentences_above).fill_null(False)


def _signature() -> pl.Expr:
    """The closing and the short lines under it, up to the next sentence."""
    here = pl.col("place")
    closing = pl.when(pl.col("is_closing")).then(here).forward_fill().over("text")
    sentence = pl.when(pl.col("is_sentence")).then(here).forward_fill().over("text")
    after = (closing >= sentence.fill_null(-1)) & (here - closing <= LINES_AFTER_CLOSING)
    return pl.col("is_closing") | after.fill_null(False)


def _noise() -> pl.Expr:
    found = pl.lit(False)
    for pattern in _LINES_WITHOUT_TEXT:
        found |= _short(pattern, 300)
    figures = pl.col("line").str.count_matches(r"[\p{N}€%+|*=]")
    letters = pl.col("line").str.count_matches(r"\p{L}")
    return found | ((pl.col("length") <= 300) & (figures > FIGURES_OF_A_ROW * (figures + letters)))
