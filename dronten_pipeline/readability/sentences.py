"""From texts to sentences and words, as polars expressions over a whole column of texts.

Here belongs: what a sentence is, what a word is, and what does not count as text at all
(addresses, numbers, reference lines). Not here: how hard a sentence or a word is (`score.py`).

A text has one block per line (`extract.py`): a heading or a list item ends with its line.
"""

from __future__ import annotations

import polars as pl

#: Abbreviations with one point at the end, which never ends a sentence.
ABBREVIATIONS = (
    "afd|afl|alg|art|artt|bijl|bijv|blz|bv|ca|dhr|dr|drs|excl|evt|fam|fig|hfst|hr|incl|ing|ir|jl|"
    "jr|max|mej|mevr|min|mln|mrd|mr|mw|nl|nr|nrs|ong|p|pag|prof|resp|sr|st|tel|toel|vb|vgl|vlg|"
    "wnd|zgn"
)
_MONTHS = "jan|feb|mrt|apr|jun|jul|aug|sept?|okt|nov|dec"
#: Abbreviations that often close a sentence: the point stays when a capital follows.
CLOSING = "enz|etc|e\\.d|a\\.u\\.b|m\\.v\\.g|e\\.v|c\\.s"

# A point that belongs to an abbreviation is taken out before sentences are split.
_POINTS: tuple[tuple[str, str], ...] = (
    (rf"(?i)\b({CLOSING})\.(\s+\p{{Lu}})", "${1}\ue000.${2}"),
    (r"\b(\p{L})\.(\p{L})\.(\p{L})\.(\p{L})\.", "$1$2$3$4"),
    (r"\b(\p{L})\.(\p{L})\.(\p{L})\.", "$1$2$3"),
    (r"\b(\p{L})\.(\p{L})\.", "$1$2"),
    (r"\b(\p{Lu})\.(\s+\p{Lu})", "$1$2"),
    (rf"(?i)\b({ABBREVIATIONS})\.", "$1"),
    (rf"(\d\s+)({_MONTHS})\.", "$1$2"),
    (r"(?i)\b(enz|etc)\.(\s+[\p{Ll}(])", "$1$2"),
)

# Order counts: an e-mail address holds what looks like a site, an IBAN what looks like a phone.
_NOT_TEXT: tuple[tuple[str, str], ...] = (
    (r"(?i)\b(?:https?://|www\.)\S*[^\s.,;:!?)]", " "),
    (r"(?i)\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", " "),
    (r"(?i)\b[\w-]+(?:\.[\w-]+)*\.(?:nl|com|eu|org|net|example)\b(?:/[^\s.,;:!?)]*)?", " "),
    (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", " "),
    (r"\(?(?:\+31|0031|\b0)\)?(?:[ -]?\(?\d\)?){8,9}\b", " "),
    (r"\b\d{4} ?[A-Z]{2}\b", " "),
)

#: Lines that address, date or file a letter instead of saying something.
_REFERENCE_LINE = (
    r"(?im)^[ \t]*(?:ons kenmerk|uw kenmerk|kenmerk|uw brief van|zaaknummer|zaak|dossiernummer|"
    r"datum|verzonden|verzenddatum|onderwerp|betreft|bijlagen?|behandeld door|contactpersoon|"
    r"doorkiesnummer|telefoon|tel|fax|e-?mail|website|internet|iban|bic|kvk|kvk-nummer|btw|"
    r"bsn|postadres|bezoekadres|postbus)[ \t]*(?:\([^)\n]*\))?[ \t]*"
    r"(?::[^\n]{0,100}|\d[^\n.!?]{0,40})$"
)

_CLOSED = r"[.!?…][\"'”’)\]»]*$"
_SENTENCE_END = r"([.!?…]+[\"'”’)\]»\ue000]*)[^\S\n]+([\"'“‘(\[«]*[\p{Lu}\p{N}])"
_WITH_DIGIT = r"[\p{L}\p{M}'./,:-]*\p{N}[\p{L}\p{M}\p{N}'./,:%-]*"
_WORD = r"[\p{L}\p{M}]+(?:['-][\p{L}\p{M}]+)*"
#: What the order of a sentence is told by: words, numbers, and points where a clause may end.
TOKEN = rf"{_WITH_DIGIT}|{_WORD}|[,;:()]"


def split_sentences(texts: pl.Series) -> pl.DataFrame:
    """The sentences of every text, in order.

    Returns:
        text (u32: position in `texts`), sentence (i64: number within the text, from 1),
        block (u32: number of its line over all texts), content (the sentence, cleaned of what is
        not text), is_closed (ends with a full stop, question or exclamation mark). A sentence
        without words is left out and not numbered; a null text has no sentences.
    """
    text = pl.col("body").str.replace_all("\r\n?", "\n").str.replace_all("[’‘`´]", "'")
    text = text.str.replace_all(_REFERENCE_LINE, "")
    for pattern, replacement in (*_NOT_TEXT, *_POINTS):
        text = text.str.replace_all(pattern, replacement)
    text = text.str.replace_all(_SENTENCE_END, "$1\ue002$2")
    return (
        pl.DataFrame({"body": texts.cast(pl.String)})
        .with_row_index("text")
        .lazy()
        .select("text", text.str.split("\n").alias("line"))
        .explode("line")
        .with_row_index("block")
        .with_columns(line=pl.col("line").str.split("\ue002"))
        .explode("line")
        .select("text", "block", content=pl.col("line").str.strip_chars())
        .filter(pl.col("content").str.replace_all(_WITH_DIGIT, " ").str.contains(r"\p{L}"))
        .with_columns(is_closed=pl.col("content").str.contains(_CLOSED))
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("text").alias("sentence"))
        .select("text", "sentence", "block", "content", "is_closed")
        .collect()
    )
