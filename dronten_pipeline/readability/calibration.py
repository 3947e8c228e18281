"""The cut-offs of the instrument, fitted to texts that a municipality had labelled itself.

Here belongs: labels by people, how far they agree with each other and with the instrument, and
the parameter file that follows. Not here: the score (`score.py`), and reading the texts
(`dronten_pipeline/leesniveau/calibrate.py`).

A boundary between two levels is where a logistic curve of the score gives one half; the curve of
the boundary of B1 also gives b1_probability. What is reported (confusion matrix, sensitivity,
specificity, kappa) comes from texts that the fit did not see: every text is judged by cut-offs
fitted to the other folds. The cut-offs that are written are fitted to all texts.

Agreement of raters: Krippendorff's alpha with the ordinal metric (Krippendorff 2011). Agreement
with the instrument: Cohen's kappa with quadratic weights. A share is corrected for errors of the
instrument as Rogan & Gladen (1978) do, in the dbt project.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

LEVELS = ("A", "B1", "B2", "C")
#: Levels as raters write them.
LEVEL_NAMES = {
    "A": "A", "A1": "A", "A2": "A", "B1": "B1", "B2": "B2", "C": "C", "C1": "C", "C2": "C",
}  # fmt: skip
COLUMN_NAMES = {
    "file": ("file", "bestand"),
    "level": ("level", "niveau"),
    "rater": ("rater", "beoordelaar"),
}
#: Fewer texts, or fewer on one side of a boundary, give no cut-off worth having.
MIN_TEXTS = 60
MIN_PER_SIDE = 20
#: What a calibration should have: +/- 4 points around 90 % right.
WANTED_TEXTS = 200
MAX_RATERS = 3
FOLDS = 10
#: Sensitivity and specificity together must beat a coin by this much; else no share can be
#: corrected.
MIN_YOUDEN = 0.3
#: Points at which the odds of a published cut-off are 1 to e: an error of 4 to 5 points.
PUBLISHED_SLOPE = 2.5
_RIDGE = 1e-3
_NAME = re.compile(r"leesniveau-\d{4}\.json")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class CalibrationError(ValueError):
    """Labels or a parameter file that cannot be used; the message is a Dutch sentence."""


class Calibration(BaseModel):
    """A parameter file: what the cut-offs are, what they were fitted to, and how well they do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, description="Of this municipality, from 1.")
    made_on: dt.date
    method_version: str = Field(description="The instrument whose scores these cut-offs cut.")
    cuts: tuple[float, float, float] = Field(description="A below the first, C from the third on.")
    b1_slope: float = Field(gt=0, description="Points from the cut at which the odds are 1 to e.")
    texts: int
    raters: int
    labels_sha256: str
    easy_texts: int = Field(gt=0, description="Texts that raters called B1 or easier.")
    easy_found: int = Field(description="Of those, how many the instrument did, out of fold.")
    hard_texts: int = Field(gt=0)
    hard_found: int
    alpha: float | None = Field(description="Krippendorff's alpha; None with one rater.")
    kappa: float
    confusion: tuple[tuple[int, ...], ...] = Field(
        description="Out of fold: a row per level of the raters, a column per level given."
    )

    @property
    def version(self) -> str:
        """Number and eight hex digits of all that is in it."""
        digest = hashlib.sha256(self.model_dump_json().encode()).hexdigest()
        return f"{self.number:04d}-{digest[:8]}"

    @property
    def sensitivity(self) -> float:
        return self.easy_found / self.easy_texts

    @property
    def specificity(self) -> float:
        return self.hard_found / self.hard_texts


@dataclass(frozen=True)
class Labels:
    """What raters said.

    Attributes:
        by_text: per file one label per rater, as index in LEVELS.
        raters: their names as given; one without a name when the file has no such column.
        sha256: of the file with labels.
    """

    by_text: dict[str, dict[str, int]]
    raters: tuple[str, ...]
    sha256: str

    def consensus(self) -> dict[str, int]:
        """The middle label per text; between two levels the harder one, which promises less."""
        return {
            name: int(np.ceil(np.median(list(given.values()))))
            for name, given in self.by_text.items()
        }


@dataclass(frozen=True)
class Fit:
    """Cut-offs, and how they did on texts that they were not fitted to."""

    cuts: tuple[float, float, float]
    b1_slope: float
    confusion: Ints
    kappa: float
    published_confusion: Ints
    published_kappa: float
    kept: tuple[str, ...]


# --- labels


def read_labels(path: Path) -> Labels:
    """Reads a CSV with the columns file and level, and rater where more than one person judged.

    Raises:
        CalibrationError: with the line that is wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CalibrationError(
            f"{path} kan niet worden gelezen. Geef een csv met de kolommen bestand, niveau en "
            "beoordelaar."
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    separator = max(";,\t", key=first.count)
    try:
        rows = pl.read_csv(
            text.encode(), separator=separator, infer_schema=False, truncate_ragged_lines=True
        )
    except pl.exceptions.PolarsError as error:
        raise CalibrationError(f"{path} is geen csv met kolommen: {error}") from error
    names = {name.strip().lower(): name for name in rows.columns}
    columns: dict[str, str] = {}
    for wanted, known in COLUMN_NAMES.items():
        given = next((names[name] for name in known if name in names), None)
        if given is not None:
            columns[wanted] = given
        elif wanted != "rater":
            raise CalibrationError(
                f"{path} heeft geen kolom {known[1]} (of {known[0]}). Nodig zijn bestand en "
                "niveau, en beoordelaar als meer mensen beoordeelden."
            )
    by_text: dict[str, dict[str, int]] = {}
    for line, row in enumerate(rows.iter_rows(named=True), start=2):
        name = (row[columns["file"]] or "").strip()
        level = LEVEL_NAMES.get((row[columns["level"]] or "").strip().upper())
        rater = (row[columns["rater"]] or "").strip() if "rater" in columns else ""
        if not name or level is None:
            raise CalibrationError(
                f"{path}, regel {line}: "
                + (
                    f"niveau '{row[columns['level']]}' is geen A, B1, B2 of C."
                    if name
                    else "er staat geen bestand."
                )
            )
        given_labels = by_text.setdefault(name, {})
        if rater in given_labels:
            raise CalibrationError(
                f"{path}, regel {line}: {name} is al beoordeeld"
                + (f" door {rater}." if rater else ". Voeg een kolom beoordelaar toe.")
            )
        given_labels[rater] = LEVELS.index(level)
    raters = tuple(sorted({rater for given in by_text.values() for rater in given}))
    if len(raters) > MAX_RATERS:
        raise CalibrationError(
            f"{path} heeft {len(raters)} beoordelaars; tot {MAX_RATERS} per tekst worden gelezen. "
            "Noem per tekst beoordelaar 1, 2 en 3 als er meer mensen meededen."
        )
    return Labels(by_text, raters, hashlib.sha256(content).hexdigest())


# --- agreement


def krippendorff_alpha(by_text: Sequence[Sequence[int]]) -> float | None:
    """Agreement of raters on ordered levels: 1 is full, 0 is chance.

    Args:
        by_text: the labels of each text, as index in LEVELS; texts with one label do not count.

    Returns:
        None where no text has two labels, or where only one level was ever given.
    """
    size = len(LEVELS)
    coincidences = np.zeros((size, size))
    for labels in by_text:
        if len(labels) < 2:
            continue
        counts = np.bincount(labels, minlength=size).astype(float)
        pairs = np.outer(counts, counts) - np.diag(counts)
        coincidences += pairs / (len(labels) - 1)
    totals = coincidences.sum(axis=1)
    total = totals.sum()
    if total == 0 or np.count_nonzero(totals) < 2:
        return None
    until = np.cumsum(totals)
    low, high = np.meshgrid(range(size), range(size), indexing="ij")
    first, last = np.minimum(low, high), np.maximum(low, high)
    between = until[last] - until[first] + totals[first]
    distance = (between - (totals[first] + totals[last]) / 2) ** 2
    observed = (coincidences * distance).sum() / total
    expected = (np.outer(totals, totals) * distance).sum() / (total * (total - 1))
    return float(1 - observed / expected)


def weighted_kappa(confusion: Ints) -> float:
    """Cohen's kappa with quadratic weights of a square table; 1 where everything is one level."""
    table = confusion.astype(float)
    total = table.sum()
    size = len(table)
    weights = (np.subtract.outer(np.arange(size), np.arange(size)) / (size - 1)) ** 2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    chance = (weights * expected).sum()
    return 1.0 if chance == 0 else float(1 - (weights * table).sum() / chance)


# --- the fit


def fit(
    scores: Floats,
    labels: Ints,
    passes_gates: npt.NDArray[np.bool_],
    names: Sequence[str],
    published: tuple[float, float, float],
) -> Fit:
    """Fits the boundaries between levels.

    Args:
        scores: per text, on the scale of LiNT-II.
        labels: per text the level of the raters, as index in LEVELS.
        passes_gates: texts that the instrument lets be B1 at all; others are B2 at least.
        names: of the texts; they decide about the fold, so that the same labels give the same.
        published: the cut-offs that hold for a boundary with too few texts on one side.

    Raises:
        CalibrationError: too few texts, all but on one side of B1, or scores that say nothing.
    """
    easy = int((labels <= 1).sum())
    if len(labels) < MIN_TEXTS or min(easy, len(labels) - easy) < MIN_PER_SIDE:
        raise CalibrationError(
            f"Er zijn {len(labels)} bruikbare teksten met een label, waarvan {easy} op B1 of "
            f"eenvoudiger. Nodig zijn er minstens {MIN_TEXTS}, met minstens {MIN_PER_SIDE} op B1 "
            f"of eenvoudiger en {MIN_PER_SIDE} moeilijker ({WANTED_TEXTS} is beter). Laat meer "
            "teksten beoordelen."
        )
    folds = np.array([_fold(name) for name in names])
    predicted = np.zeros(len(labels), dtype=np.int64)
    for number in range(FOLDS):
        inside = folds == number
        if inside.any():
            cuts, _, _ = _boundaries(scores[~inside], labels[~inside], published)
            predicted[inside] = levels_of(scores[inside], passes_gates[inside], cuts)
    cuts, slope, kept = _boundaries(scores, labels, published)
    confusion = table_of(labels, predicted)
    before = table_of(labels, levels_of(scores, passes_gates, published))
    found = Fit(
        cuts, slope, confusion, weighted_kappa(confusion), before, weighted_kappa(before), kept
    )
    right_easy = confusion[:2, :2].sum() / confusion[:2].sum()
    right_hard = confusion[2:, 2:].sum() / confusion[2:].sum()
    if right_easy + right_hard - 1 < MIN_YOUDEN:
        raise CalibrationError(
            f"De score en de labels hangen te weinig samen: van de makkelijke teksten wordt "
            f"{right_easy:.0%} herkend en van de moeilijke {right_hard:.0%}. Controleer de labels "
            "en of elk bestand bij zijn label hoort; er is niets geschreven."
        )
    return found


def levels_of(
    scores: Floats, passes_gates: npt.NDArray[np.bool_], cuts: tuple[float, float, float]
) -> Ints:
    """The level of each text, as index in LEVELS."""
    levels = np.searchsorted(np.array(cuts), scores, side="right")
    return np.where(passes_gates, levels, np.maximum(levels, 2)).astype(np.int64)


def table_of(labels: Ints, predicted: Ints) -> Ints:
    table = np.zeros((len(LEVELS), len(LEVELS)), dtype=np.int64)
    np.add.at(table, (labels, predicted), 1)
    return table


def _fold(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % FOLDS


def _boundaries(
    scores: Floats, labels: Ints, published: tuple[float, float, float]
) -> tuple[tuple[float, float, float], float, tuple[str, ...]]:
    """The cut-offs, the slope at B1, and the boundaries that keep their published place."""
    cuts: list[float] = []
    kept: list[str] = []
    slope = PUBLISHED_SLOPE
    for boundary, place in enumerate(published):
        harder = labels > boundary
        enough = min(harder.sum(), (~harder).sum()) >= MIN_PER_SIDE * (1 - 1 / FOLDS) / 2
        fitted = _logistic(scores, harder) if enough else None
        if fitted is None:
            cuts.append(place)
            kept.append(f"{LEVELS[boundary]}/{LEVELS[boundary + 1]}")
        else:
            cuts.append(fitted[0])
            if boundary == 1:
                slope = fitted[1]
    # A boundary that fell over the one of B1 has too few texts around it to be one.
    if cuts[0] >= cuts[1]:
        cuts[0] = min(published[0], cuts[1] - (published[1] - published[0]))
        kept.append("A/B1")
    if cuts[2] <= cuts[1]:
        cuts[2] = max(published[2], cuts[1] + (published[2] - published[1]))
        kept.append("B2/C")
    return (cuts[0], cuts[1], cuts[2]), slope, tuple(dict.fromkeys(kept))


def _logistic(scores: Floats, harder: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
    """Place of one half, and points per e-fold of the odds; None where scores do not rise with
    labels. A slight ridge keeps the curve finite where no score is out of order."""
    centre, spread = float(scores.mean()), float(scores.std()) or 1.0
    design = np.column_stack([np.ones(len(scores)), (scores - centre) / spread])
    wanted = harder.astype(float)
    weights = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (wanted - chance) - _RIDGE * len(scores) * weights * [0, 1]
        hessian = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(
            [1e-9, _RIDGE * len(scores)]
        )
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if np.abs(step).max() < 1e-10:
            break
    if weights[1] <= 1e-3:
        return None
    return centre - spread * float(weights[0] / weights[1]), spread / float(weights[1])


# --- the parameter file


def newest(folder: Path) -> Path | None:
    """The parameter file with the highest number in a folder, if any."""
    files = [path for path in folder.glob("leesniveau-*.json") if _NAME.fullmatch(path.name)]
    return max(files, default=None, key=lambda path: path.name)


def in_force(named: Path | None, folder: Path) -> Calibration | None:
    """The calibration that holds: the one that is named, else the newest in the folder.

    Raises:
        CalibrationError: it cannot be read. Leaving it out in silence would change levels.
    """
    path = named or newest(folder)
    return None if path is None else load(path)


def next_number(folder: Path) -> int:
    last = newest(folder)
    return 1 if last is None else int(last.stem.removeprefix("leesniveau-")) + 1


def write(calibration: Calibration, folder: Path) -> Path:
    """Writes a new parameter file beside the older ones, which stay."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"leesniveau-{calibration.number:04d}.json"
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(calibration.model_dump_json(indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)
    return path


def load(path: Path) -> Calibration:
    """Reads a parameter file.

    Raises:
        CalibrationError: it cannot be read, or is none.
    """
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CalibrationError(
            f"De ijking {path} kan niet worden gelezen. Verbeter DATALAB_CALIBRATION of de rechten."
        ) from error
    except ValidationError as error:
        raise CalibrationError(
            f"{path} is geen parameterbestand van een ijking ({error.error_count()} fouten). Maak "
            "het opnieuw met `datalab leesniveau calibrate`."
        ) from error
