"""The distinct texts of a column, where there are so few that looking at those alone is cheaper.

Here belongs: deciding that from a sample. Not here: what is looked for in the texts. The decision
changes what an answer costs, never the answer.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

SAMPLE = 1_000
#: At most this share of a sample is distinct where a column repeats itself.
SHARE = 0.5


def repeating(frame: pl.DataFrame, names: Collection[str]) -> set[str]:
    """The columns of which most rows hold a text that others hold too."""
    if frame.height < 2 * SAMPLE or not names:
        return set()
    sample = frame.select(pl.col(*names).gather_every(frame.height // SAMPLE))
    counts = sample.select(pl.all().n_unique()).row(0, named=True)
    return {name for name, count in counts.items() if count <= SHARE * sample.height}
