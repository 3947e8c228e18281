"""A transparent score that puts texts in order: which of two texts is harder.

A weighted sum of seven features that a writer can check by hand; it has no scale of its own. Here
belongs: the sum. Not here: the features (`features.py`), the fit of the weights (`bench/`).
"""

from __future__ import annotations

import polars as pl

from dronten_pipeline.readability.parameters import Parameters

#: Name of a weight -> the feature it belongs to, from the columns of `features.of_texts`.
FEATURES: dict[str, pl.Expr] = {
    "log_content_per_unit": (pl.col("content_per_unit") + 1).log(),
    "zipf": pl.col("zipf"),
    "passives": pl.col("passives"),
    "root_pronoun_share": pl.col("pronoun_share").sqrt(),
    "root_replaceable_share": pl.col("replaceable_share").sqrt(),
    "brackets": pl.col("brackets"),
    "person_first": pl.col("person_first").cast(pl.Float64),
}


def rank_score(parameters: Parameters) -> pl.Expr:
    """The score: higher is harder; on municipal texts about 0, with a deviation of about 1.

    A text without content words has the mean frequency of the texts of the fit.
    """
    weights = parameters.ranking
    total = pl.lit(weights["intercept"])
    for name, feature in FEATURES.items():
        value = feature.fill_null(weights["zipf_mean"]) if name == "zipf" else feature
        total = total + weights[name] * value
    return total
