"""What a reason repeats of a value: nothing that can be of a person."""

from __future__ import annotations

import random

import polars as pl

from dronten_pipeline.core import personal
from dronten_pipeline.ingest import values

SIGNS = "-+0123456789.,:/ €%"


def test_nothing_that_is_repeated_can_be_of_a_person() -> None:
    """So that the detector, which takes long to prepare, need not look at each rejected value."""
    draw = random.Random(20261201)
    written = ["".join(draw.choices(SIGNS, k=draw.randint(1, 20))) for _ in range(100_000)]
    text = pl.Series("text", written)
    is_repeated = (
        pl.when(text.str.contains(values.A_DAY))
        .then(text.str.contains(values.A_LATE_DAY))
        .otherwise(text.str.count_matches(r"\d") < values.LONG_NUMBER)
    )
    repeated = text.filter(text.str.contains(values.QUOTABLE) & pl.select(is_repeated).to_series())
    assert repeated.len() > 10_000
    assert not personal.holds_personal_data(repeated).any()
