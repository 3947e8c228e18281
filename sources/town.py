"""The invented municipality behind all sample deliveries: its calendar, its chance, its truth.

Here belongs what the generators of two sources share. Not here: what one source looks like
(`sources/<source>/generate.py`). A generator has one function,
`generate(town: Town, folder: Path) -> Truth`: it writes the sample of its source into `folder` and
gives back the figures that it built in, by its own arithmetic and not with the pipeline's code.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: kpi_id, period_grain, period_start, dimension, dimension_value, value, numerator, denominator;
#: as counted, so also where a release hides a small group.
TruthRow = tuple[str, str, str, str, str, float, float, float]
Truth = list[TruthRow]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Grains that a truth is given for, with the truncation that polars knows.
GRAINS = {"month": "1mo", "quarter": "1q", "year": "1y"}

#: Share of the votes and responses of a week by day, Monday first.
_WEEKDAYS = np.array([1.2, 1.15, 1.1, 1.1, 1.0, 0.6, 0.55])
#: Share of those of a day by hour.
_HOURS = np.array(
    [1, 0.5, 0.5, 0.5, 0.5, 1, 2, 5, 9, 11, 11, 9, 8, 9, 9, 8, 8, 7, 7, 9, 10, 8, 5, 2]
)


@dataclass(frozen=True)
class Town:
    """The invented municipality.

    Attributes:
        as_of: last day of the sample, the day on which it is judged.
        seed: where all its chance comes from.
    """

    as_of: dt.date
    seed: int

    @property
    def first_day(self) -> dt.date:
        """The first day of the 36 months that end with `as_of`."""
        return dt.date(self.as_of.year - 3, self.as_of.month + 1, 1)

    def chance(self, name: str) -> np.random.Generator:
        """Chance of its own for each name, so that a new source changes no other sample."""
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def days(self) -> pl.Series:
        return pl.date_range(self.first_day, self.as_of, eager=True)

    def progress(self, moments: pl.Series) -> Floats:
        """0 on the first day of the sample, 1 on the last."""
        days = (moments.cast(pl.Date) - self.first_day).dt.total_days()
        return days.to_numpy() / (self.as_of - self.first_day).days


def load_town(path: Path) -> Town:
    """The municipality that `sample.yml` describes."""
    from ruamel.yaml import YAML

    settings = YAML(typ="safe").load(path)
    return Town(as_of=settings["as_of"], seed=settings["seed"])


def pick(chance: np.random.Generator, weights: Floats, count: int) -> Integers:
    """`count` positions in `weights`, each as likely as its weight."""
    # Only `random` is drawn from: its stream is the one that stays the same between versions.
    edges = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(edges, chance.random(count), side="right").astype(np.int64)


def between(chance: np.random.Generator, low: int, high: int, count: int) -> Integers:
    """`count` whole numbers from `low` up to and including `high`."""
    return low + (chance.random(count) * (high - low + 1)).astype(np.int64)


def choose(chance: np.random.Generator, among: NDArray[np.int64], count: int) -> Integers:
    """`count` different elements of `among`, in ascending order."""
    return np.sort(among[np.argsort(chance.random(len(among)))[:count]])


def moments(town: Town, chance: np.random.Generator, count: int) -> pl.Series:
    """`count` local moments over the sample, ascending, with the rhythm of week, day and year."""
    days = town.days()
    month = days.dt.month().to_numpy()
    season = 1 + 0.25 * np.cos((month - 1.5) / 12 * 2 * np.pi) - 0.15 * np.isin(month, [7, 8])
    weights = _WEEKDAYS[days.dt.weekday().to_numpy() - 1] * season
    day = pick(chance, weights, count)
    seconds = pick(chance, _HOURS, count) * 3600 + between(chance, 0, 3599, count)
    midnight = days.gather(day.tolist()).cast(pl.Datetime("us"))
    return (midnight + pl.Series(seconds * 1_000_000).cast(pl.Duration("us"))).sort()


def share_truth(
    kpi_id: str,
    facts: pl.DataFrame,
    dimension: str | None = None,
    *,
    grains: tuple[str, ...] = ("month", "quarter", "year"),
) -> Truth:
    """Shares per period, as a total and per value of `dimension`.

    Args:
        facts: day (Date), hit and all (numbers to be added up), and `dimension` if given.
    """
    rows: Truth = []
    for grain in grains:
        period = facts.with_columns(start=pl.col("day").dt.truncate(GRAINS[grain]))
        cuts = {"total": pl.lit("total")} | ({dimension: pl.col(dimension)} if dimension else {})
        for name, label in cuts.items():
            sums = (
                period.group_by("start", label.alias("value"))
                .agg(pl.col("hit").sum(), pl.col("all").sum())
                .filter(pl.col("all") != 0)
                .sort("value", "start")
            )
            rows += [
                (kpi_id, grain, start.isoformat(), name, value, 100 * hit / every, hit, every)
                for start, value, hit, every in sums.iter_rows()
            ]
    return rows


def write_lines(path: Path, frame: pl.DataFrame, *, separator: str, encoding: str) -> None:
    """Writes a CSV with Windows line ends, quoted only where needed; nulls are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = frame.write_csv(separator=separator, line_terminator="\r\n", null_value="")
    path.write_bytes(text.encode(encoding))
