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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: How far a real number may be off: sums of grades have six decimals.
TOLERANCE = 1e-5
#: The same for a sum of such numbers; far less than one record.
SLACK = 1e-4
#: How many steps are taken from each table that the solver finds.
STEPS = 8

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
        moved = []
        for key, factor in row.terms.items():
            most = row.high - sum(value for other, value in lows.items() if other != key)
            least = row.low - sum(value for other, value in highs.items() if other != key)
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
        from scipy.sparse import csr_array

        self.keys = list(component.low)
        self.place = {key: number for number, key in enumerate(self.keys)}
        self.low = np.array([component.low[key] for key in self.keys])
        self.high = np.array([component.high[key] for key in self.keys])
        self.whole = np.array([component.whole[key] for key in self.keys], dtype=np.uint8)
        rows = component.rows
        entries = [
            (number, self.place[key], factor)
            for number, row in enumerate(rows)
            for key, factor in row.terms.items()
        ]
        where = [entry[0] for entry in entries], [entry[1] for entry in entries]
        self.matrix = csr_array(
            ([entry[2] for entry in entries], where), shape=(len(rows), len(self.keys))
        )
        self.least = np.array([row.low for row in rows])
        self.most = np.array([row.high for row in rows])
        # What no row bounds from above need not be larger than everything that is known together.
        known = [
            abs(x) for x in (*self.low, *self.high, *self.least, *self.most) if math.isfinite(x)
        ]
        self.high = np.minimum(self.high, sum(known) + 10 * len(self.keys))
        self.deadline = deadline
        self.random = np.random.default_rng(0)
        self.moves = _moves(self.matrix.toarray()[self.least == self.most], self.random)
        # Each a number of tables, one per row, with a column per variable.
        self._found = [np.zeros((0, len(self.keys)))]
        self.solved = 0

    def look(self, wishes: Iterable[tuple[float, Terms]], extra: Iterable[Row] = ()) -> bool:
        """Whether there is a table with the extra rows; one in which the sums that are wished
        (with a weight) are large is kept.

        Raises:
            Unanswered: not within the time limit.
        """
        wish = np.zeros(len(self.keys))
        for weight, terms in wishes:
            for key, factor in terms.items():
                wish[self.place[key]] -= weight * factor
        return self._solve(wish, extra)

    def can(self, terms: Terms, low: float, high: float) -> bool:
        """Whether there is a table in which the sum of the terms lies between the bounds.

        Raises:
            Unanswered: not within the time limit.
        """
        wish = self.random.choice([-1.0, 1.0], len(self.keys))
        return self._solve(wish, [Row(terms, low, high)])

    def values(self, terms: Terms) -> list[float]:
        """What the sum of the terms is in the tables that were found, each once."""
        if len(self._found) > 1:
            self._found = [np.vstack(self._found)]
        sums = sum(factor * self._found[0][:, self.place[key]] for key, factor in terms.items())
        return [float(value) for value in np.unique(sums)]

    def _solve(self, wish: np.ndarray, extra: Iterable[Row]) -> bool:
        from scipy.optimize import Bounds, LinearConstraint, milp

        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Unanswered(f"{len(self.keys)} unknown figures were not solved in time")
        low, high = self.low.copy(), self.high.copy()
        rules = [LinearConstraint(self.matrix, self.least, self.most)] if len(self.least) else []
        for row in extra:
            if len(row.terms) == 1:
                ((key, factor),) = row.terms.items()
                bounds = sorted((row.low / factor, row.high / factor))
                low[self.place[key]] = max(low[self.place[key]], bounds[0])
                high[self.place[key]] = min(high[self.place[key]], bounds[1])
            else:
                factors = np.zeros((1, len(self.keys)))
                for key, factor in row.terms.items():
                    factors[0, self.place[key]] = factor
                rules.append(LinearConstraint(factors, row.low, row.high))
        if (low > high + 1e-9).any():
            return False
        self.solved += 1
        found = milp(
            wish,
            integrality=self.whole,
            bounds=Bounds(low, high),
            constraints=rules,
            # A wish only chooses among tables: any of them will do.
            options={"time_limit": left, "mip_rel_gap": 1e6},
        )
        if found.x is not None:
            witness = np.where(self.whole, np.round(found.x), found.x)
            # A witness is believed because it agrees, not because a solver says so.
            if not self._agree(witness[None, :])[0]:
                raise Unanswered("the solver gave a table that does not agree with what is known")
            self._walk_from(witness)
            return True
        if found.status == 2:
            return False
        raise Unanswered(f"{len(self.keys)} unknown figures were not solved in time")

    def _walk_from(self, witness: np.ndarray) -> None:
        """Keeps a table and those around it that agree as well: they cost no programme."""
        self._found.append(witness[None, :])
        for _ in range(STEPS):
            near = witness + self.moves
            near = near[self._agree(near)]
            if not len(near):
                break
            self._found.append(near)
            witness = near[self.random.integers(len(near))]

    def _agree(self, tables: np.ndarray) -> np.ndarray:
        """Which of these tables agree with everything that is known."""
        sums = (self.matrix @ tables.T).T
        return np.asarray(
            (self.low - TOLERANCE <= tables).all(axis=1)
            & (tables <= self.high + TOLERANCE).all(axis=1)
            & (self.least - SLACK <= sums).all(axis=1)
            & (sums <= self.most + SLACK).all(axis=1)
        )


def _moves(equations: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Changes of a table that leave these sums as they are, one per row: some there and back.

    They come from elimination, in two orders of the variables, because each gives other ones. One
    that is wrong costs nothing: no table is kept that does not agree.
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
            others = rows[:, column].copy()
            others[top] = 0
            rows -= others[:, None] * rows[top]
            pivots.append(column)
            if len(pivots) == len(rows):
                break
        free = np.setdiff1d(np.arange(rows.shape[1]), pivots)
        moves = np.zeros((len(free), rows.shape[1]))
        moves[np.arange(len(free)), free] = 1
        moves[:, pivots] = -rows[: len(pivots), free].T
        back = np.empty_like(moves)
        back[:, order] = moves
        found += [back, -back]
    return np.unique(np.vstack(found).round(6), axis=0)


def _floor(value: float) -> float:
    return math.floor(value + TOLERANCE) if math.isfinite(value) else value


def _ceil(value: float) -> float:
    return math.ceil(value - TOLERANCE) if math.isfinite(value) else value
