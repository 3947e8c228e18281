"""The LiNT-II score of a text, estimated without a parser.

LiNT-II predicts how well readers fill gaps in a text (Kim & Pander Maat 2025, adjusted R2 0.74 on
120 texts), from four features: mean frequency of content words, mean of the longest dependency in
a sentence, content words per finite verb, and share of concrete nouns. Three of these are
estimated as they are; the dependency is replaced by the length of sentences, which it follows.
The weights are fitted so that the score equals the one on a parse. Here belongs: the score, its
uncertainty and its level. Not here: the features (`features.py`), the fit (`bench/`).
"""

from __future__ import annotations

import polars as pl

from dronten_pipeline.readability.parameters import Parameters

FEATURES = ("zipf", "length", "density", "concrete")
LEVELS = ("A", "B1", "B2", "C")


def raw_score(parameters: Parameters) -> pl.Expr:
    """The score before it is cut off at 0 and 100, from the columns of `features.of_texts`.

    A text without a value for a feature (no verb, no noun) has its mean over the texts of the fit.
    """
    weights = parameters.lint
    total = pl.lit(weights["intercept"])
    for name in FEATURES:
        total = total + weights[name] * pl.col(name).fill_null(weights[f"{name}_mean"])
    return total


def standard_error(parameters: Parameters) -> pl.Expr:
    """Points by which the score differs from that on a parse, one standard deviation."""
    error = parameters.lint_error
    shrunk = error["sd"] * (error["words"] / pl.col("words").clip(lower_bound=1)).sqrt()
    return shrunk.clip(lower_bound=error["floor"])


def level(score: pl.Expr, parameters: Parameters) -> pl.Expr:
    """A, B1, B2 or C; null where the score is null."""
    low, middle, high = parameters.cuts
    a, b1, b2, c = (pl.lit(name) for name in LEVELS)
    return (
        pl.when(score.is_null())
        .then(None)
        .when(score < low)
        .then(a)
        .when(score < middle)
        .then(b1)
        .when(score < high)
        .then(b2)
        .otherwise(c)
    )
