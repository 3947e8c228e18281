"""The texts that the instrument is fitted to and measured on, and the arithmetic of pairs.

Here belongs: reading `../shared/data/readability`, building passages, accuracy on pairs and its
interval. Not here: attacks (`attacks.py`), the report (`readability.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import polars as pl

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "readability"
#: Consecutive sentence pairs of one document in a passage, as in the figures that we compare with.
PASSAGE = 8


@dataclass(frozen=True)
class Pairs:
    """Texts and their rewritings: columns document, hard, easy."""

    name: str
    table: pl.DataFrame

    def __len__(self) -> int:
        return self.table.height


def municipal() -> list[dict[str, str]]:
    """Municipal sentences and their rewriting by an expert: id, doc, complex, simple."""
    pairs: list[dict[str, str]] = json.loads(
        (SHARED / "amsterdam_pairs.json").read_text(encoding="utf-8")
    )
    return pairs


def municipal_pairs(size: int = PASSAGE, step: int | None = None) -> Pairs:
    """Passages of `size` consecutive sentence pairs of one document; what is left over is dropped.

    Args:
        step: sentences between the starts of passages; without it they do not overlap.
    """
    rows = []
    for document, group in groupby(municipal(), key=lambda pair: pair["doc"]):
        pairs = list(group)
        for start in range(0, len(pairs) - size + 1, step or size):
            run = pairs[start : start + size]
            rows.append(
                (
                    f"municipal {document}",
                    "\n".join(pair["complex"] for pair in run),
                    "\n".join(pair["simple"] for pair in run),
                )
            )
    return Pairs(f"municipal, {size} sentences", _table(rows))


def encyclopedia_pairs() -> Pairs:
    """Wikipedia paragraphs and their simplification by a language model."""
    pairs = json.loads((SHARED / "leesplank_pairs.json").read_text(encoding="utf-8"))
    return Pairs(
        "Wikipedia paragraphs", _table([(p["id"], p["complex"], p["simple"]) for p in pairs])
    )


def _table(rows: list[tuple[str, str, str]]) -> pl.DataFrame:
    schema = {"document": pl.String, "hard": pl.String, "easy": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def wins(difference: np.ndarray) -> np.ndarray:
    """1 where the first is higher, 0 where it is lower, .5 for a tie (or a missing score)."""
    found = np.nan_to_num(np.asarray(difference, dtype=float))
    return np.where(np.abs(found) < 1e-9, 0.5, (found > 0).astype(float))


def interval(
    values: np.ndarray,
    documents: list[str],
    statistic: Callable[[np.ndarray], float] = np.mean,
    draws: int = 2000,
    seed: int = 4,
) -> tuple[float, float]:
    """95 % interval by drawing documents, not texts: texts of one document are alike.

    Args:
        values: a row per text; `statistic` is taken over the rows of the drawn documents.
    """
    members = [np.flatnonzero(np.array(documents) == name) for name in sorted(set(documents))]
    random = np.random.default_rng(seed)
    found = [
        statistic(values[np.concatenate([members[i] for i in drawn])])
        for drawn in random.integers(0, len(members), (draws, len(members)))
    ]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)
