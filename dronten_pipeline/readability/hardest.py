"""Which words and sentences of a text weigh most: what a writer should look at first.

Here belongs: the columns hard_words and hard_sentences of `text_readability`, and the weights
behind them. Not here: what to do about them (`advice.py`), or the score (`score.py`).
"""

from __future__ import annotations

import polars as pl

LONG_SENTENCE = 20
#: Words and sentences that are named per text.
MAX_HARD_WORDS = 10
MAX_HARD_SENTENCES = 10
#: How common an ordinary word of running text is (log10 per billion).
ORDINARY_ZIPF = 4.5
#: Words that films do not use and that our list calls formal weigh like a word of this frequency.
FORMAL_ZIPF = 2.5


def hardest_words(words: pl.DataFrame) -> pl.LazyFrame:
    """The words of each text that weigh most: how rare they are, times how often they stand there.

    Args:
        words: as `features.mark_tokens` gives them.

    Returns:
        text, hard_words (JSON list of at most ten words in lower case, the heaviest first); texts
        without hard words have no row.
    """
    weight = ORDINARY_ZIPF - pl.col("zipf").fill_null(FORMAL_ZIPF).clip(0, ORDINARY_ZIPF)
    quoted = pl.lit('"') + pl.col("key") + pl.lit('"')
    return (
        words.lazy()
        .filter(pl.col("is_hard") | pl.col("is_formal"), ~pl.col("is_name"))
        .group_by("text", "key")
        .agg(weight=weight.sum())
        .sort("text", "weight", "key", descending=[False, True, False])
        .group_by("text", maintain_order=True)
        .agg(quoted.head(MAX_HARD_WORDS))
        .select("text", hard_words=pl.lit("[") + pl.col("literal").list.join(", ") + pl.lit("]"))
    )


def hardest_sentences(sentences: pl.DataFrame) -> pl.LazyFrame:
    """The sentences of each text to begin with: long ones, and the weight of what is in them.

    Args:
        sentences: as `features.mark_sentences` gives them.

    Returns:
        text, hard_sentences (JSON list of at most ten numbers, the hardest first); texts without
        hard sentences have no row.
    """
    weight = (
        pl.col("words").cast(pl.Int64)
        + 3 * pl.col("is_passive").cast(pl.Int64)
        + 2 * pl.sum_horizontal("nominalisations", "hard_words", "formal_words").cast(pl.Int64)
    )
    return (
        sentences.lazy()
        .with_columns(weight=weight)
        .filter(pl.col("words") > LONG_SENTENCE)
        .sort("text", "weight", "sentence", descending=[False, True, False])
        .group_by("text", maintain_order=True)
        .agg(pl.col("sentence").head(MAX_HARD_SENTENCES).cast(pl.String))
        .select(
            "text", hard_sentences=pl.lit("[") + pl.col("sentence").list.join(", ") + pl.lit("]")
        )
    )
