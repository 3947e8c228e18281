"""The reading level of texts: texts in, the columns of `text_readability` that judge a text out.

Two scores. `score` estimates LiNT-II, the one Dutch formula that was fitted to how well people
understood texts; it gives the level. `rank_score` puts texts in order by seven features that anyone
can check. A text passes as B1 when its score is below the cut and it passes the gates. Here
belongs: putting these together. Not here: sentences, features, weights (the modules that are
imported), which words and sentences weigh most (`hardest.py`), formats of documents
(`extract.py`), what is no text to judge (`judge.py`), memory (`documents.py`). What is measured
and how well: `docs/readability-method.md`.
"""

from __future__ import annotations

import hashlib
import inspect
from functools import cache

import polars as pl

from dronten_pipeline.readability import (
    extract,
    features,
    fragments,
    gates,
    hardest,
    lexicon,
    lint,
    ranking,
    sentences,
    simpler,
)
from dronten_pipeline.readability.parameters import Parameters, frozen

NAME = "lint-ii-without-parser"

#: Standard errors on each side of the score in its band: two of three texts are inside.
BAND = 1.0

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "words": pl.Int32,
    "sentences": pl.Int32,
    "level": pl.String,
    "score": pl.Float64,
    "score_low": pl.Float64,
    "score_high": pl.Float64,
    "rank_score": pl.Float64,
    "b1_probability": pl.Float64,
    "is_b1_or_easier": pl.Boolean,
    "passes_gates": pl.Boolean,
    "is_indicative": pl.Boolean,
    "hard_words": pl.String,
    "hard_sentences": pl.String,
    "method_version": pl.String,
}


@cache
def _code() -> str:
    """SHA-256 over the source of everything that changes a score: other code, other method."""
    digest = hashlib.sha256()
    modules = (sentences, lexicon, simpler, fragments, features, lint, ranking, gates, hardest)
    for module in modules:
        digest.update(inspect.getsource(module).encode())
    digest.update(f"{extract.VERSION} {BAND}".encode())
    digest.update(lexicon.fingerprint().encode())
    return digest.hexdigest()


def method_version(parameters: Parameters | None = None) -> str:
    """Name of the method, who set its numbers, and eight hex digits of code, words and numbers."""
    given = parameters or frozen()
    digest = hashlib.sha256((_code() + given.digest).encode()).hexdigest()
    return f"{NAME}+{given.version}+{digest[:8]}"


def score_texts(texts: pl.Series, parameters: Parameters | None = None) -> pl.DataFrame:
    """Judges every text; a row per text in the order of `texts`.

    Args:
        texts: one block (heading, paragraph, list item) per line, as `extract.extract_text`
            gives them; null counts as an empty text.
        parameters: those of a calibration; without it those that come with the project.

    Returns:
        words, sentences; level A, B1, B2 or C; score 0-100, an estimate of LiNT-II, higher is
        harder; score_low, score_high: the score less and plus one standard error; rank_score:
        to put texts in order, also short ones; b1_probability 0-1: chance that LiNT-II on a parse
        is below the cut, given the error of the estimate; is_b1_or_easier: below the cut, and
        through the gates; passes_gates: whether each component is in the range of easy texts;
        hard_words, hard_sentences: JSON lists of what weighs most (`hardest.py`); method_version.
        is_indicative: from 50 to 99 words, too few to judge most texts alone (`judge.firm`).
        Level, score, band, b1_probability, is_b1_or_easier, passes_gates and is_indicative are
        null under 50 words. Few full stops in many words are a property of hard texts and no lack
        of evidence: the number of sentences does not matter.
    """
    given = parameters or frozen()
    split = sentences.split_sentences(texts)
    tokens = features.mark_tokens(split)
    marked = features.of_sentences(split, tokens)
    measured = features.of_texts(marked, tokens)
    raw, error = lint.raw_score(given), lint.standard_error(given)
    enough = pl.col("words") >= given.min_words_indicative
    score = pl.col("score")
    return (
        pl.DataFrame({"text": pl.int_range(len(texts), dtype=pl.UInt32, eager=True)})
        .lazy()
        .join(measured.lazy(), on="text", how="left", maintain_order="left")
        .join(hardest.hardest_words(tokens), on="text", how="left", maintain_order="left")
        .join(hardest.hardest_sentences(marked), on="text", how="left", maintain_order="left")
        .with_columns(pl.col("words", "sentences").fill_null(0))
        .with_columns(pl.col("hard_words", "hard_sentences").fill_null("[]"))
        .with_columns(raw=pl.when(enough).then(raw), error=error)
        .with_columns(
            score=pl.col("raw").clip(0, 100),
            score_low=(pl.col("raw") - BAND * pl.col("error")).clip(0, 100),
            score_high=(pl.col("raw") + BAND * pl.col("error")).clip(0, 100),
            rank_score=pl.when(pl.col("words") > 0).then(ranking.rank_score(given)),
        )
        .with_columns(
            level=lint.level(score, given),
            # A logistic curve this steep follows the normal one to one hundredth.
            b1_probability=1
            / (1 + (1.702 * (pl.col("raw") - given.b1_cut) / pl.col("error")).exp()),
            is_b1_or_easier=pl.when(score.is_not_null()).then(
                (score < given.b1_cut) & gates.passes(given)
            ),
            passes_gates=pl.when(score.is_not_null()).then(gates.passes(given)),
            is_indicative=pl.when(score.is_not_null()).then(pl.col("words") < given.min_words),
            method_version=pl.lit(method_version(given)),
        )
        .select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
        # The same texts must give the same bytes, in whatever order numbers were added up.
        .with_columns(pl.col(pl.Float64).round(6))
        .collect()
    )
