"""Which sentences can only be parts of others, and what they were cut from.

Full stops at commas make short sentences of a hard text without making it easier. A clause that
cannot stand alone is joined to the sentence before it. Other parts, without a verb or with a
conjunction first, people write for style; so a few are left alone. When a text has more of them
than honest texts have, each is joined, and when it has very many, a whole block counts as one
sentence: then nothing was gained. Here belongs: telling parts apart, and joining
them. Not here: counting words and verbs (`features.py`), what follows for a verdict (`gates.py`).
"""

from __future__ import annotations

import polars as pl

#: So many parts are style; more, and a larger share of the sentences that do not start a block
#: (where nothing stands before them), make full stops suspect.
MIN_PARTS = 3
SUSPECT_SHARE = 0.3
#: Above this share full stops say nothing.
WORTHLESS_SHARE = 0.4
#: The same for sentences that start a line; lists may have lines without a verb, so only clauses
#: and sentences with a conjunction first count here, as a share of all sentences.
SUSPECT_LINES_SHARE = 0.2

#: A verb from this position on (from 0) is not the second constituent of a main clause.
_LATE = 3
_MAX_AFTER_LAST_VERB = 2


def with_units(marked: pl.LazyFrame) -> pl.LazyFrame:
    """Adds is_fragment, is_part and unit to sentences in order.

    Args:
        marked: sentences of texts with the columns that `features.of_sentences` counts.

    Returns:
        the same rows, with is_fragment (by itself no sentence), is_part (also by what stands
        before it, within a block), unit (number of the sentence that it counts with; mostly
        within its block).
    """
    closed, starts = pl.col("is_closed"), pl.col("starts_block")
    found = marked.with_columns(
        is_clause=closed & _is_clause(),
        breaks_off=closed & _breaks_off(),
    ).with_columns(is_fragment=pl.col("is_clause") | pl.col("breaks_off") | _has_no_verb())
    # Als u verhuist. Dan belt u ons: what follows a condition belongs to it.
    awaits = pl.col("breaks_off") | (
        pl.col("is_clause") & (pl.col("opens") == "subordinator").fill_null(False)
    )
    found = found.with_columns(
        is_cut_off=~starts & (pl.col("is_clause") | awaits.shift(1).fill_null(False)),
        is_part=~starts
        & (
            pl.col("is_fragment")
            | (closed & (pl.col("opens") == "coordinator"))
            | pl.col("breaks_off").shift(1)
            | (starts & _has_no_verb()).shift(1)
        ).fill_null(False),
        is_part_line=(
            starts
            & closed.shift(1)
            & (pl.col("text") == pl.col("text").shift(1))
            & (pl.col("is_clause") | (closed & (pl.col("opens") == "coordinator")))
        ).fill_null(False),
    )
    many = pl.col("is_part").sum().over("text") >= MIN_PARTS
    share = pl.col("is_part").sum().over("text") / (~starts).sum().over("text")
    is_joined = ~starts & (
        pl.col("is_cut_off")
        | (many & ((share > WORTHLESS_SHARE) | ((share > SUSPECT_SHARE) & pl.col("is_part"))))
    )
    many_lines = (pl.col("is_part_line").sum().over("text") >= MIN_PARTS) & (
        pl.col("is_part_line").mean().over("text") > SUSPECT_LINES_SHARE
    )
    is_joined_line = many_lines & pl.col("is_part_line")
    return found.with_columns(
        unit=pl.when(~is_joined & ~is_joined_line).then("sentence").forward_fill(),
    )


def _has_no_verb() -> pl.Expr:
    return pl.col("is_closed") & ~pl.col("has_finite_verb") & ~pl.col("is_question")


def _is_clause() -> pl.Expr:
    """Whether a sentence is a subordinate clause, or a main clause that something stood before.

    In a Dutch main clause the finite verb stands second, in a question or command first, in a
    subordinate clause last.
    """
    opens, one_clause = pl.col("opens"), pl.col("finite_verbs") == 1
    verb_first, verb_second = pl.col("first_finite") == 0, pl.col("first_finite") == 1
    verb_last = (pl.col("first_finite") >= _LATE) & (pl.col("after_finite") <= _MAX_AFTER_LAST_VERB)
    links = opens.is_in(["subordinator", "relative"]) & ~verb_second & ~pl.col("starts_with_as")
    commands = pl.col("is_imperative") | pl.col("has_u_second")
    return (
        ~pl.col("is_question")
        & one_clause
        & (links | ((opens == "demonstrative") & verb_last) | (verb_first & ~commands))
    ).fill_null(False)


def _breaks_off() -> pl.Expr:
    """Whether a sentence cannot end where it does: at an article, or inside brackets."""
    content = pl.col("content")
    is_open = content.str.count_matches("(", literal=True) > content.str.count_matches(
        ")", literal=True
    )
    return (pl.col("ends_open") & ~pl.col("is_question")) | is_open
