"""Which whole numbers can stand in unknown cells: bounds, and tables that agree with what is known.

Here belongs the arithmetic of an attack, without a word about KPIs. Not here: what a reader knows
(`knowledge.py`) and which cells are judged (`audit.py`).

Two kinds of evidence settle a question. A *witness* is a whole table that agrees with everything
known: what differs between witnesses is open, and that needs no further proof. That nothing else
can be (no witness with 2 in this cell) is proved by the solver (HiGHS, an exact branch and bound)
or, at once, by the bounds. A question that is neither within the time limit was not answered.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dronten_pipeline.core.programme import Programme

#: How far a real number may be off: sums of grades have six decimals.
TOLERANCE = 1e-5
#: The same for a sum of such numbers; far less than one record.
SLACK = 1e-4
#: How many steps are taken from each table that the solver finds.
STEPS = 12
#: Branches that the solver may try; a limit in time alone would make the outcome depend on the
#: machine.
NODES = 20_000
#: How often a move is made at most: a cell must be able to hold three numbers.
FURTHEST = 2

#: What names a variable; anything that can be looked up.
Key = Any
#: A sum of variables with whole factors.
Terms = Mapping[Key, float]


class Unanswered(RuntimeError):
    """A question was neither proved nor disproved; the message says why."""


class Contradiction(RuntimeError):
    """No table agrees with what is known: something that was taken as known is not so."""


@dataclass(frozen=True)
class Row:
    """`low <= sum of terms <= high`."""

    terms: Terms
    low: float
    high: float


@dataclass
class System:
    """What is known of some variables: their bounds and the rows that tie them."""

    low: dict[Key, float] = field(default_factory=dict)
    high: dict[Key, float] = field(default_factory=dict)
    whole: dict[Key, bool] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def add(self, key: Key, low: float, high: float = math.inf, *, whole: bool = True) -> None:
        self.low[key], self.high[key], self.whole[key] = low, high, whole

    def tie(self, terms: Terms, low: float, high: float) -> None:
        """Adds a row; variables that are fixed already are numbers in it."""
        self.rows.append(Row(terms, low, high))

    def propagate(self) -> None:
        """Narrows the bounds by each row alone until nothing moves: cheap, and never wrong.

        Raises:
            Contradiction: a variable has no value left.
        """
        of = defaultdict(list)
        for number, row in enumerate(self.rows):
            for key in row.terms:
                of[key].append(number)
        waiting = set(range(len(self.rows)))
        # A row of real numbers could narrow for ever by less and less.
        for _ in range(50 * len(self.rows)):
            if not waiting:
                break
            for key in self._narrow(self.rows[waiting.pop()]):
                waiting.update(of[key])

    def _narrow(self, row: Row) -> list[Key]:
        lows = {k: f * (self.low[k] if f > 0 else self.high[k]) for k, f in row.terms.items()}
        highs = {k: f * (self.high[k] if f > 0 else self.low[k]) for k, f in row.terms.items()}
        below, above = _sums_of_others(lows), _sums_of_others(highs)
        moved = []
        for key, factor in row.terms.items():
            most, least = row.high - below[key], row.low - above[key]
            low, high = (least, most) if factor > 0 else (most, least)
            low, high = low / factor, high / factor
            if self.whole[key]:
                low, high = _ceil(low), _floor(high)
            step = 0.5 if self.whole[key] else TOLERANCE
            if low > self.low[key] + step or high < self.high[key] - step:
                self.low[key] = max(low, self.low[key])
                self.high[key] = min(high, self.high[key])
                moved.append(key)
            if self.low[key] > self.high[key] + TOLERANCE:
                raise Contradiction("a figure would have to be less than itself")
        return moved

    def components(self) -> list[System]:
        """The parts that share no variable; each can be solved alone."""
        root: dict[Key, Key] = {key: key for key in self.low}

        def find(key: Key) -> Key:
            while root[key] != key:
                root[key] = root[root[key]]
                key = root[key]
            return key

        # A variable that has one value left ties nothing together.
        free = {key for key in self.low if self.low[key] != self.high[key]}
        for row in self.rows:
            first, *others = [key for key in row.terms if key in free] or [None]
            for key in others:
                root[find(key)] = find(first)
        parts: dict[Key, System] = defaultdict(System)
        for key in self.low:
            parts[find(key)].add(key, self.low[key], self.high[key], whole=self.whole[key])
        for row in self.rows:
            found = [key for key in row.terms if key in free]
            fixed = sum(f * self.low[key] for key, f in row.terms.items() if key not in free)
            if not found:
                if not row.low - TOLERANCE <= fixed <= row.high + TOLERANCE:
                    raise Contradiction("figures that are known do not add up")
                continue
            terms = {key: row.terms[key] for key in found}
            parts[find(found[0])].tie(terms, row.low - fixed, row.high - fixed)
        return list(parts.values())


class Solver:
    """Finds tables that agree with a component, and proves where there is none."""

    def __init__(self, component: System, deadline: float) -> None:
        """Args:
        deadline: moment of `time.monotonic()` after which nothing is proved any more.
        """
        self.keys = list(component.low)
        self.place = {key: number for number, key in enumerate(self.keys)}
        self.low = np.array([component.low[key] for key in self.keys])
        self.high = np.array([component.high[key] for key in self.keys])
        self.whole = np.array([component.whole[key] for key in self.keys], dtype=np.uint8)
        # What no row bounds from above need not be larger than everything that is known together.
        ends = [end for row in component.rows for end in (row.low, row.high)]
        known = [abs(x) for x in (*self.low, *self.high, *ends) if math.isfinite(x)]
        self.high = np.minimum(self.high, sum(known) + 10 * len(self.keys))
        self.deadline = deadline
        self.random = np.random.default_rng(0)
        equations = [row for row in component.rows if row.low == row.high]
        limits = [row for row in component.rows if row.low != row.high]
        self.rows = _Rows.of([*equations, *limits], self.place)
        self.programme = Programme(
            *(self.rows.starts, self.rows.places, self.rows.factors),
            *(self.rows.least, self.rows.most),
        )
        self.moves = _moves(
            _Rows.of(equations, self.place).dense(len(self.keys)), self.whole, self.random
        )
        # What a move does to each variable, and to each row that it may change; the ends of both.
        self._limits = _Rows.of(limits, self.place)
        self._reach = _Reach.of(np.hstack([self.moves, self._limits.add(self.moves)]))
        self._bottom = np.concatenate([self.low, self._limits.least])
        self._top = np.concatenate([self.high, self._limits.most])
        # Tables, one per row, and how often every move can be made from each.
        self._witnesses: list[np.ndarray] = []
        self._steps: list[np.ndarray] = []
        self.solved = 0

    def look(self, wishes: Iterable[tuple[float, Terms]]) -> bool:
        """Whether there is a table; one in which the sums that are wished (with a weight) are large
        is kept.

        Raises:
            Unanswered: not within the time limit.
        """
        wish = np.zeros(len(self.keys))
        for weight, terms in wishes:
            for key, factor in terms.items():
                wish[self.place[key]] -= weight * factor
        return self._solve(wish, [])

    def can(self, terms: Terms, low: float, high: float) -> bool:
        """Whether there is a table in which the sum of the terms lies between the bounds.

        Raises:
            Unanswered: not within the time limit.
        """
        wish = self.random.choice([-1.0, 1.0], len(self.keys))
        return self._solve(wish, [Row(terms, low, high)])

    def values(self, terms: Terms) -> Iterator[float]:
        """What the sum of the terms is in the tables that were found, those nearby last."""
        if not self._witnesses:
            return
        if len(self._witnesses) > 1:
            self._witnesses = [np.vstack(self._witnesses)]
            self._steps = [np.vstack(self._steps)]
        tables, steps = self._witnesses[0], self._steps[0]
        places = [self.place[key] for key in terms]
        factors = np.array([*terms.values()])
        sums = tables[:, places] @ factors
        yield from set(sums.round(6).tolist())
        changes = self.moves[:, places] @ factors
        some = np.flatnonzero(changes)
        for step in range(1, FURTHEST + 1):
            near, move = np.nonzero(steps[:, some] >= step)
            yield from set((sums[near] + step * changes[some[move]]).round(6).tolist())

    def _solve(self, wish: np.ndarray, extra: Iterable[Row]) -> bool:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Unanswered(f"{len(self.keys)} unknown figures were not solved in time")
        low, high = self.low.copy(), self.high.copy()
        rows = []
        for row in extra:
            if len(row.terms) == 1:
                ((key, factor),) = row.terms.items()
                bounds = sorted((row.low / factor, row.high / factor))
                low[self.place[key]] = max(low[self.place[key]], bounds[0])
                high[self.place[key]] = min(high[self.place[key]], bounds[1])
            else:
                factors = {self.place[key]: factor for key, factor in row.terms.items()}
                rows.append((factors, row.low, row.high))
        if (low > high + 1e-9).any():
            return False
        # The corners of sums like these are nearly always whole, which is found much sooner; and
        # where not even other numbers agree, whole ones do not.
        for whole in (np.zeros_like(self.whole), self.whole):
            self.solved += 1
            # A wish only chooses among tables: any of whole numbers will do.
            found = self.programme.solve(
                wish, low, high, whole=whole, nodes=NODES, gap=1e6, seconds=left, extra=rows
            )
            if found.is_impossible:
                return False
            if found.table is None:
                continue
            witness = np.where(self.whole, np.round(found.table), found.table)
            # A witness is believed because it agrees, not because a solver says so.
            if self._agrees(witness):
                self._walk_from(witness)
                return True
        raise Unanswered(f"{len(self.keys)} unknown figures were not solved in time")

    def _walk_from(self, witness: np.ndarray) -> None:
        """Keeps a table and those around it that agree as well: they cost no programme."""
        for _ in range(STEPS):
            steps = self._reachable(witness)
            self._witnesses.append(witness[None, :])
            self._steps.append(steps[None, :])
            some = np.flatnonzero(steps)
            if not len(some):
                break
            move = self.random.choice(some)
            witness = witness + self.moves[move]

    def _reachable(self, witness: np.ndarray) -> np.ndarray:
        """How often each move can be made from a table, at most `FURTHEST` times."""
        at = np.concatenate([witness, self._limits.add(witness[None, :])[0]])
        return self._reach.times(at - self._bottom, self._top - at)

    def _agrees(self, table: np.ndarray) -> bool:
        """Whether a table agrees with everything that is known."""
        sums = self.rows.add(table[None, :])[0]
        return bool(
            (self.low - TOLERANCE <= table).all()
            and (table <= self.high + TOLERANCE).all()
            and (self.rows.least - SLACK <= sums).all()
            and (sums <= self.rows.most + SLACK).all()
        )


@dataclass(frozen=True)
class _Rows:
    """Rows as terms, one after another; `starts` is where each row begins."""

    starts: np.ndarray
    places: np.ndarray
    factors: np.ndarray
    least: np.ndarray
    most: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[Row], place: Mapping[Key, int]) -> _Rows:
        lengths = np.array([len(row.terms) for row in rows], dtype=int)
        return cls(
            np.cumsum(lengths) - lengths,
            np.array([place[key] for row in rows for key in row.terms], dtype=int),
            np.array([factor for row in rows for factor in row.terms.values()], dtype=float),
            np.array([row.low for row in rows], dtype=float),
            np.array([row.high for row in rows], dtype=float),
        )

    def add(self, tables: np.ndarray) -> np.ndarray:
        """What each row adds up to in each table."""
        if not len(self.starts):
            return np.zeros((len(tables), 0))
        return np.add.reduceat(tables[:, self.places] * self.factors, self.starts, axis=1)

    def dense(self, columns: int) -> np.ndarray:
        found = np.zeros((len(self.starts), columns))
        lengths = np.diff(self.starts, append=len(self.places))
        found[np.repeat(np.arange(len(lengths)), lengths), self.places] = self.factors
        return found


@dataclass(frozen=True)
class _Reach:
    """What moves change, and nothing else: by move, the places and the sizes of its changes."""

    starts: np.ndarray
    places: np.ndarray
    changes: np.ndarray

    @classmethod
    def of(cls, changes: np.ndarray) -> _Reach:
        move, places = np.nonzero(np.abs(changes) >= TOLERANCE)
        starts = np.searchsorted(move, np.arange(len(changes)))
        return cls(starts, places, changes[move, places])

    def times(self, down: np.ndarray, up: np.ndarray) -> np.ndarray:
        """How often each move can be made, at most `FURTHEST` times, where its places have so
        much room."""
        room = np.where(self.changes > 0, up[self.places], down[self.places])
        # Each move changes something, so that no part between two starts is empty.
        least = (
            np.minimum.reduceat(room / np.abs(self.changes), self.starts)
            if len(self.starts)
            else np.zeros(0)
        )
        return np.clip(np.floor(least + TOLERANCE), 0, FURTHEST).astype(np.int8)


def _moves(equations: np.ndarray, whole: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Changes of a table that leave these sums as they are, one per row, there and back.

    They come from elimination, in two orders of the variables, because each gives other ones. One
    that is wrong costs nothing: it can be made no time at all.
    """
    found = []
    for _ in range(2):
        order = random.permutation(equations.shape[1])
        rows = equations[:, order].astype(float)
        pivots: list[int] = []
        for column in range(rows.shape[1]):
            below = np.flatnonzero(np.abs(rows[len(pivots) :, column]) > TOLERANCE)
            if not len(below):
                continue
            top, pivot = len(pivots), len(pivots) + below[0]
            rows[[top, pivot]] = rows[[pivot, top]]
            rows[top] /= rows[top, column]
            # Most rows do not have the variable, and what is left of those before it is 0.
            others = np.flatnonzero(rows[:, column])
            others = others[others != top]
            rows[others, column:] -= rows[others, column][:, None] * rows[top, column:]
            pivots.append(column)
            if len(pivots) == len(rows):
                break
        free = np.setdiff1d(np.arange(rows.shape[1]), pivots)
        moves = np.zeros((len(free), rows.shape[1]))
        moves[np.arange(len(free)), free] = 1
        moves[:, pivots] = -rows[: len(pivots), free].T
        back = np.empty_like(moves)
        back[:, order] = moves.round(6)
        is_whole = (back[:, whole > 0] % 1 == 0).all(axis=1)
        found += [back[is_whole], -back[is_whole]]
    return np.vstack(found)


def _sums_of_others(values: Mapping[Key, float]) -> dict[Key, float]:
    """Of each value the sum of the others; what has no end has it in one direction only."""
    endless = [key for key, value in values.items() if math.isinf(value)]
    ended = sum(value for value in values.values() if math.isfinite(value))
    if not endless:
        return {key: ended - value for key, value in values.items()}
    sums = dict.fromkeys(values, values[endless[0]])
    if len(endless) == 1:
        sums[endless[0]] = ended
    return sums


def _floor(value: float) -> float:
    return math.floor(value + TOLERANCE) if math.isfinite(value) else value


def _ceil(value: float) -> float:
    return math.ceil(value - TOLERANCE) if math.isfinite(value) else value
