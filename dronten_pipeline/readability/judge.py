"""A text in, its judgement out: refused or cleaned, scored, and cut by the municipality's own
calibration where there is one.

Here belongs: the order of these steps, and the name of all of them together. Not here: what each
step does (`condition.py`, `clean.py`, `score.py`, `calibration.py`), or files (`documents.py`).
"""

from __future__ import annotations

import hashlib
import json
from functools import cache

import polars as pl

from dronten_pipeline.readability import clean, condition, score
from dronten_pipeline.readability.calibration import LEVELS, Calibration
from dronten_pipeline.readability.parameters import frozen

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {**score.COLUMNS, **condition.SCHEMA}
#: What a text that is too short to judge alone does not have.
_VERDICT = (
    "level",
    "score",
    "score_low",
    "score_high",
    "b1_probability",
    "is_b1_or_easier",
    "passes_gates",
    "is_indicative",
)


@cache
def instrument_version() -> str:
    """Name of the instrument and eight hex digits of all that changes a score, but for the
    calibration: the score itself, cleaning, and what is refused."""
    parts = [score.method_version(), clean.PARAMETERS, condition.parameters()]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    name = score.method_version().rpartition("+")[0]
    return f"{name}+{digest[:8]}"


def method_version(calibration: Calibration | None = None) -> str:
    """The instrument, and the calibration that its levels are cut by."""
    if not applies(calibration):
        return instrument_version()
    assert calibration is not None
    return f"{instrument_version()}.ijk-{calibration.version}"


def applies(calibration: Calibration | None) -> bool:
    """Whether a calibration was made for this instrument: cut-offs say nothing of other scores."""
    return calibration is not None and calibration.method_version == instrument_version()


def cuts(calibration: Calibration | None = None) -> tuple[float, float, float]:
    """The cut-offs that hold: those of a calibration of this instrument, else the published."""
    if not applies(calibration):
        return frozen().cuts
    assert calibration is not None
    return calibration.cuts


def judge_texts(texts: pl.Series, calibration: Calibration | None = None) -> pl.DataFrame:
    """Judges every text; a row per text in the order of `texts`.

    Args:
        texts: one block per line, as `extract.extract_text` gives them, with salutation and all.

    Returns:
        The columns of `score.score_texts`, and refusal and remark of `condition.examine_texts`.
        A refused text has no words, sentences and scores: what it holds is no text to judge.
    """
    found = condition.examine_texts(texts)
    running = (
        pl.DataFrame({"text": clean.clean_texts(texts), "refusal": found["refusal"]})
        .select(pl.when(pl.col("refusal").is_null()).then(pl.col("text")))
        .get_column("text")
    )
    return judge_clean_texts(running, calibration).with_columns(found)


def judge_clean_texts(texts: pl.Series, calibration: Calibration | None = None) -> pl.DataFrame:
    """As `judge_texts`, of texts that were cleaned and examined before (such as a pool)."""
    scored = score.score_texts(texts).with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in condition.SCHEMA.items()
    )
    return with_cuts(scored, calibration)


def firm(scored: pl.DataFrame, but: pl.Expr | None = None) -> pl.DataFrame:
    """The same without the verdict of texts that are too short to judge alone (under 100 words),
    other than those for which `but` holds."""
    is_hidden = pl.col("is_indicative").fill_null(False)
    if but is not None:
        is_hidden &= ~but.fill_null(False)
    return scored.with_columns(pl.when(~is_hidden).then(pl.col(name)) for name in _VERDICT)


def with_cuts(scored: pl.DataFrame, calibration: Calibration | None) -> pl.DataFrame:
    """The same scores with the levels of a calibration; without one those of the instrument.

    No text is needed for it, so that what was judged before is cut anew as well.
    """
    version = pl.lit(method_version(calibration)).alias("method_version")
    if not applies(calibration):
        return _held_back(scored).with_columns(version)
    assert calibration is not None
    value = pl.col("score")
    low, middle, high = calibration.cuts
    level = (
        pl.when(value < low)
        .then(pl.lit("A"))
        .when(value < middle)
        .then(pl.lit("B1"))
        .when(value < high)
        .then(pl.lit("B2"))
        .when(value.is_not_null())
        .then(pl.lit("C"))
    )
    return _held_back(
        scored.with_columns(
            level=level, b1_probability=1 / (1 + ((value - middle) / calibration.b1_slope).exp())
        )
    ).with_columns(version)


def _held_back(scored: pl.DataFrame) -> pl.DataFrame:
    """What does not pass the gates is B2 at least, and no more likely B1 than not: a score that
    was pleased is no level."""
    is_easy = pl.col("level").is_in(LEVELS[:2])
    held = is_easy & ~pl.col("passes_gates")
    return scored.with_columns(
        level=pl.when(held).then(pl.lit("B2")).otherwise("level"),
        b1_probability=pl.when(held)
        .then(pl.min_horizontal("b1_probability", pl.lit(0.5)))
        .otherwise("b1_probability"),
    ).with_columns(is_b1_or_easier=pl.col("level").is_in(LEVELS[:2]))
