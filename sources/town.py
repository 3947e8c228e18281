"""The invented municipality behind all sample deliveries: its calendar, its size, its chance.

Here belongs what the generators of two sources share about the town. Not here: what one source
looks like (`sources/<source>/generate.py`), how a file is written (`delivery.py`), adding up true
figures (`truth.py`). A generator has one function, `generate(town: Town, folder: Path) -> Truth`:
it writes the sample of its source into `folder` and gives back the figures that it built in, by
its own arithmetic and not with the pipeline's code.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from sources import working_days

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
#: A table of constants: a kind of thing and what is typical for it.
Rows = tuple[tuple[Any, ...], ...]

DAY = 86_400


@dataclass(frozen=True)
class Rhythm:
    """When things happen: weights of the days of a week, the hours of a day, the months of a year.

    Attributes:
        growth: how much more of it there is on the last day than on the first.
    """

    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    months: tuple[float, ...] = (1.0,) * 12
    growth: float = 0.0


#: Visitors of a website: also in the evening and at weekends, less in summer.
WEB = Rhythm(
    weekdays=(1.2, 1.15, 1.1, 1.1, 1.0, 0.6, 0.55),
    hours=(1, 0.5, 0.5, 0.5, 0.5, 1, 2, 5, 9, 11, 11, 9, 8, 9, 9, 8, 8, 7, 7, 9, 10, 8, 5, 2),
    months=tuple(
        1 + 0.25 * np.cos((month - 1.5) / 12 * 2 * np.pi) - 0.15 * (month in {7, 8})
        for month in range(1, 13)
    ),
)
#: People who call or come by: office hours, and a little around them.
OFFICE = Rhythm(
    weekdays=(1.3, 1.1, 1.0, 1.1, 0.9, 0.03, 0.01),
    hours=(0.01,) * 7 + (0.3, 3, 6, 6, 5, 3, 4.5, 5, 4.5, 3, 0.5, 0.2, 0.1, 0.1, 0.05, 0.03, 0.02),
    months=(1.15, 1.05, 1.05, 1.05, 1.05, 1.0, 0.8, 0.8, 1.05, 1.05, 1.0, 0.85),
)
#: What a system does at night or on a working day, whatever the season.
DAILY = Rhythm(weekdays=(1, 1, 1, 1, 1, 0.1, 0.05), hours=(1,) * 24)


@dataclass(frozen=True)
class Town:
    """The invented municipality, or one part of a large one.

    Attributes:
        as_of: last day of the sample, the day on which it is judged.
        seed: where all its chance comes from.
        scale: size of this part, where 1 is the sample in the repository.
        part: number of the part; a large sample is made in parts, so that memory stays the same.
    """

    as_of: dt.date
    seed: int
    scale: float = 1.0
    part: int = 0

    @property
    def first_day(self) -> dt.date:
        """The first day of the 36 months that end with `as_of`."""
        return dt.date(self.as_of.year - 3, self.as_of.month + 1, 1)

    @property
    def is_first_part(self) -> bool:
        """Registers that a town has only one of are written with the first part."""
        return self.part == 0

    def chance(self, name: str) -> np.random.Generator:
        """Chance of its own for each name, so that a new source changes no other sample."""
        place = f"{self.seed}:{name}" + (f":{self.part}" if self.part else "")
        digest = hashlib.sha256(place.encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def many(self, count: float) -> int:
        """`count` of the sample in the repository, at the size of this part; at least 1."""
        return max(1, round(count * self.scale))

    def key(self, prefix: str) -> str:
        """The start of keys, so that the records of two parts have different ones."""
        return f"{prefix}{self.part}." if self.part else prefix

    def file(self, stem: str) -> str:
        return f"{stem}_deel{self.part:04d}" if self.part else stem

    def days(self, beyond: int = 0) -> pl.Series:
        """All days of the sample, and `beyond` days after the as-of date."""
        last = self.as_of + dt.timedelta(days=beyond)
        return pl.date_range(self.first_day, last, eager=True)

    def progress(self, moments: pl.Series) -> Floats:
        """0 on the first day of the sample, 1 on the last."""
        days = (moments.cast(pl.Date) - self.first_day).dt.total_days()
        return days.to_numpy() / (self.as_of - self.first_day).days


def load_town(path: Path, *, scale: float = 1.0, part: int = 0) -> Town:
    """The municipality that `sample.yml` describes."""
    from ruamel.yaml import YAML

    settings = YAML(typ="safe").load(path)
    return Town(as_of=settings["as_of"], seed=settings["seed"], scale=scale, part=part)


def pick(chance: np.random.Generator, weights: ArrayLike, count: int) -> Integers:
    """`count` positions in `weights`, each as likely as its weight."""
    # Only `random` is drawn from: its stream is the one that stays the same between versions.
    edges = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(edges, chance.random(count), side="right").astype(np.int64)


def between(chance: np.random.Generator, low: int, high: int, count: int) -> Integers:
    """`count` whole numbers from `low` up to and including `high`."""
    return low + (chance.random(count) * (high - low + 1)).astype(np.int64)


def choose(chance: np.random.Generator, among: NDArray[np.int64], count: int) -> Integers:
    """`count` different elements of `among` (or all, where it has fewer), in ascending order."""
    return np.sort(among[np.argsort(chance.random(len(among)))[:count]])


def column(rows: Rows, place: int, at: Integers) -> NDArray[Any]:
    """The values at `place` of a table of constants, for each position in `at`."""
    return np.array([row[place] for row in rows])[at]


def drifting(rows: Rows, places: tuple[int, int], at: Integers, progress: Floats) -> Floats:
    """From a first to a last value (two columns of a table of constants) as time goes by."""
    first, last = (column(rows, place, at).astype(np.float64) for place in places)
    return np.asarray(first + (last - first) * progress)


def moments(
    town: Town, chance: np.random.Generator, count: int, rhythm: Rhythm = WEB, *, beyond: int = 0
) -> pl.Series:
    """`count` local moments over the sample, ascending, in a rhythm of week, day and year."""
    days = town.days(beyond)
    weights = (
        np.array(rhythm.weekdays)[days.dt.weekday().to_numpy() - 1]
        * np.array(rhythm.months)[days.dt.month().to_numpy() - 1]
        * (1 + rhythm.growth * town.progress(days))
    )
    day = pick(chance, weights, count)
    seconds = pick(chance, rhythm.hours, count) * 3600 + between(chance, 0, 3599, count)
    midnight = days.gather(day.tolist()).cast(pl.Datetime("us"))
    return (midnight + pl.Series(seconds * 1_000_000).cast(pl.Duration("us"))).sort()


def answers(
    chance: np.random.Generator,
    start: pl.Series,
    term: int | Integers,
    is_late: NDArray[np.bool_],
    *,
    slowness: float = 4.0,
    never: float = 0.01,
) -> pl.Series:
    """When people answer who have `term` working days for it; null where they never do.

    Some answer in the last minute of the term, and some in the first after it. Late ones come
    about `slowness` working days after the term.
    """
    count = len(start)
    known = start.is_not_null().to_numpy()
    started = start.fill_null(dt.datetime(2020, 1, 1)).cast(pl.Datetime("us"))
    day = working_days.days_of(started)
    in_time = (chance.random(count) * (np.asarray(term) + 1)).astype(np.int64)
    too_late = term + 1 + (-np.log1p(-chance.random(count)) * slowness).astype(np.int64)
    after = np.where(is_late, too_late, in_time)
    after = np.where(working_days.is_working(day), after, np.maximum(after, 1))
    done_on = working_days.term_end(day, after)
    luck = chance.random(count)
    second = (8 * 3600 + chance.random(count) * 9 * 3600).astype(np.int64)
    second = np.where((luck < 0.01) & (after == term), DAY - 1, second)
    second = np.where((luck < 0.02) & (after == np.asarray(term) + 1), 0, second)
    moment = done_on.astype("datetime64[s]") + second
    asked = started.to_numpy().astype("datetime64[s]")
    minutes = (300 + chance.random(count) * 7200).astype(np.int64)
    soon = np.minimum(asked + minutes, (day + 1).astype("datetime64[s]") - 1)
    moment = np.where(after == 0, soon, moment).astype("datetime64[us]")
    answered = known & (chance.random(count) >= never)
    return pl.Series(np.where(answered, moment, np.datetime64("NaT", "us")))
