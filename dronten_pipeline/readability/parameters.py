"""Every number that was fitted or chosen, in one object.

Here belongs: reading `parameters.json`, and what a calibration may put in its place. Not here:
how the numbers are used (`lint.py`, `ranking.py`, `gates.py`) or fitted (`bench/`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

_FROZEN = files(__package__) / "parameters.json"


@dataclass(frozen=True)
class Parameters:
    """The numbers of the method.

    Attributes:
        version: who set them; goes into the name of the method.
        cuts: below the first a score is level A, below the second B1, below the third B2, else C
            (published with LiNT-II).
        b1_cut: at or above it a text is not B1 or easier.
        lint: weights of the LiNT-II score (`lint.py`).
        lint_error: sd: standard error of the score against the reference, in points, of a text of
            `words` words; it shrinks with the root of the length down to `floor`.
        ranking: weights of the ranking score (`ranking.py`).
        gates: limits of the component gates (`gates.py`).
        min_words: from this length on a text is judged alone, whatever the number of its sentences.
        min_words_indicative: from this length on a page that has to be judged alone is.
        b1_log_odds_error: standard deviation of the error that all texts of a municipality share,
            in log odds of b1_probability; see provenance.
        provenance: what was fitted on what, for a reader; no part of the hash.
    """

    version: str
    cuts: tuple[float, float, float]
    b1_cut: float
    lint: dict[str, float]
    lint_error: dict[str, float]
    ranking: dict[str, float]
    gates: dict[str, float]
    min_words: int = 100
    min_words_indicative: int = 50
    b1_log_odds_error: float = 0.0
    provenance: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, content: str) -> Parameters:
        """Parameters from JSON; keys that are missing are those of the frozen file.

        Raises:
            ValueError: unknown keys, or cuts that do not rise.
        """
        given = json.loads(content)
        known = {item.name for item in fields(cls)}
        if unknown := sorted(set(given) - known):
            raise ValueError(
                f"The parameter file has unknown keys: {', '.join(unknown)}. "
                f"Known are: {', '.join(sorted(known))}."
            )
        whole = {**json.loads(_FROZEN.read_text(encoding="utf-8")), **given}
        whole["cuts"] = tuple(whole["cuts"])
        if list(whole["cuts"]) != sorted(set(whole["cuts"])) or len(whole["cuts"]) != 3:
            raise ValueError(f"Three rising cuts are needed, not {list(whole['cuts'])}.")
        return cls(**whole)

    @property
    def digest(self) -> str:
        """SHA-256 over everything that changes a score."""
        counted = {key: value for key, value in asdict(self).items() if key != "provenance"}
        return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()


@cache
def frozen() -> Parameters:
    """The parameters that come with the project."""
    return Parameters.read("{}")


def load(path: Path) -> Parameters:
    """Parameters from a file that a calibration wrote."""
    return Parameters.read(path.read_text(encoding="utf-8"))
