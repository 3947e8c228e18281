"""What a text must pass beside its score, so that no trick with one feature makes it easy.

Every formula can be pleased: full stops at commas make short sentences. Two answers. First, parts
that were cut off are put back before anything is measured (`fragments.py`). Second, a text
passes as B1 only when each component by itself is in the range of texts that people wrote to be
easy. Here belongs: the gates. Not here: their limits (`parameters.json`).
"""

from __future__ import annotations

import polars as pl

from dronten_pipeline.readability import fragments
from dronten_pipeline.readability.parameters import Parameters


def has_worthless_stops() -> pl.Expr:
    """Whether so many sentences are parts of others that the full stops say nothing."""
    return (pl.col("parts") >= fragments.MIN_PARTS) & (
        pl.col("part_share") > fragments.WORTHLESS_SHARE
    )


def passes(parameters: Parameters) -> pl.Expr:
    """Whether every component is in the range of easy texts."""
    gates = parameters.gates
    return (
        ~has_worthless_stops()
        & (pl.col("zipf").fill_null(gates["min_zipf"]) >= gates["min_zipf"])
        & (pl.col("length") <= gates["max_length"])
        & (pl.col("formal_share") <= gates["max_formal_share"])
    )
