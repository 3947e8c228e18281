"""What a reader can find out about small groups from everything that is shown.

Here belongs the audit: given the sums, what is unknown and what everybody knows (counts are whole,
a hidden row holds at least one record, a numerator is never more than its denominator), which small
cells are exposed. Not here: what to hide about it (`choice.py`).

A cell is safe when three different numbers of records are possible in it and its share can be more
than 0 and less than 100 %. That something is possible is only believed of a whole table of whole
numbers that satisfies every sum: a witness. The true table is one; the others are looked for by an
integer programme (HiGHS) and checked in whole numbers, so that no rounding and no limit of the
solver can make an exposed cell look safe. What is not proved safe counts as exposed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dronten_pipeline.core.programme import Programme

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

#: A sum as coefficients of unknown cells: 1 of a part, -1 of the whole.
Row = Sequence[tuple[int, int]]
#: Why a cell is exposed: its number of records, or that its share is 0 or 100 %.
Reason = Literal["records", "none", "all"]

#: So many numbers of records must be possible.
POSSIBLE = 3
#: How much more than the truth a cell may hold in a witness. A cell of four needs no more, those
#: around it give way by as much together.
ROOM = 60
#: Branches that the solver may try; a limit in time would make the outcome depend on the machine.
NODES = 200
#: Tables to look for many cells at a time: how much more they may hold, and whether they are to
#: grow (1), to shrink (-1) or to do either in turn (0).
ATTEMPTS = ((1, 1), (2, 1), (ROOM, -1), (ROOM, 0), (1, 0))
#: Rounds of narrowing bounds before the solver, which finds the rest.
ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class Component:
    """Unknown cells that are joined by sums.

    Attributes:
        cells: their names; everything else refers to their places.
        records: what they truly hold.
        points: what they truly count, from 0 to `most` per record; None where that is not asked.
        least: the records that a reader knows to be there at least (1 of a hidden row, 0 of one
            that is left out).
        rows: the sums, less what is known of them.
        small: the places of the cells to protect.
        said: the places of the cells of which a visible total says 0 or 100 % of everybody.
    """

    cells: Sequence[int]
    records: Numbers
    points: Numbers | None
    most: int
    least: Numbers
    rows: Sequence[Row]
    small: Sequence[int]
    said: frozenset[int]


def exposed(component: Component, *, exactly: bool) -> dict[int, Reason]:
    """The small cells (by name) that a reader can find, and why; empty when all are safe.

    Args:
        exactly: also what follows from several sums together, and not from one after another.
    """
    low, high = _bounds(component)
    found = _by_bounds(component, low, high)
    # Of one sum the bounds are all there is to know.
    if not found and exactly and not _is_one_sum_of_parts(component):
        found = _Witnesses(component, low, high).exposed()
    return {component.cells[place]: reason for place, reason in sorted(found.items())}


def _is_one_sum_of_parts(component: Component) -> bool:
    return len(component.rows) == 1 and all(sign > 0 for _, sign in component.rows[0])


def _columns(component: Component) -> int:
    return len(component.cells) * (1 if component.points is None else 2)


def _bounds(component: Component) -> tuple[Numbers, Numbers]:
    """Lower and upper bounds of records, points, and points that were missed, cell after cell.

    What a reader with a spreadsheet does: one sum at a time, and in each cell points and missed
    points are `most` times the records. They are never narrower than what is possible.
    """
    import numpy as np

    size = len(component.cells)
    low, high = component.least.astype(np.int64), component.records + ROOM
    truth = component.records
    if component.points is not None:
        missed = component.most * component.records - component.points
        truth = np.concatenate([truth, component.points, missed])
        low = np.concatenate([low, np.zeros(2 * size, dtype=np.int64)])
        high = np.concatenate([high, component.most * high, component.most * high])
    sums = _Sums.of(component)
    # One row per quantity: all of them add up alike.
    low, high, truth = (numbers.reshape(-1, size) for numbers in (low, high, truth))
    totals = sums.add(truth)
    for _ in range(ROUNDS):
        before = low.copy(), high.copy()
        sums.narrow(low, high, totals)
        if component.points is not None:
            _narrow_within_cells(low, high, component.most)
        if (low == before[0]).all() and (high == before[1]).all():
            break
    return low.ravel(), high.ravel()


@dataclass(frozen=True)
class _Sums:
    """The rows of a component as terms, one after another: their cells and signs.

    `starts` is where each row begins, `rows` the row of each term. `order` sorts the terms by
    cell, and `cell_starts` is where each cell begins then; every cell is in a row.
    """

    cells: Numbers
    signs: Numbers
    starts: Numbers
    rows: Numbers
    order: Numbers
    cell_starts: Numbers

    @classmethod
    def of(cls, component: Component) -> _Sums:
        import numpy as np

        cells, signs = np.array([term for row in component.rows for term in row]).T
        lengths = np.array([len(row) for row in component.rows])
        order = np.argsort(cells, kind="stable")
        return cls(
            cells,
            signs,
            starts=np.cumsum(lengths) - lengths,
            rows=np.repeat(np.arange(len(lengths)), lengths),
            order=order,
            cell_starts=np.searchsorted(cells[order], np.arange(len(component.cells))),
        )

    def add(self, table: Numbers) -> Numbers:
        """What each row adds up to; one line per quantity."""
        import numpy as np

        return np.add.reduceat(self.signs * table[:, self.cells], self.starts, axis=1)

    def narrow(self, low: Numbers, high: Numbers, totals: Numbers) -> None:
        """Narrows the bounds by each row alone, in place."""
        import numpy as np

        is_part = self.signs > 0
        least = np.where(is_part, low[:, self.cells], -high[:, self.cells])
        most = np.where(is_part, high[:, self.cells], -low[:, self.cells])
        # What is left for a cell when the others take as little, or as much, as they can.
        upper = (totals - np.add.reduceat(least, self.starts, axis=1))[:, self.rows] + least
        lower = (totals - np.add.reduceat(most, self.starts, axis=1))[:, self.rows] + most
        floor, ceiling = np.where(is_part, lower, -upper), np.where(is_part, upper, -lower)
        by_cell = self.order, self.cell_starts
        np.maximum(low, np.maximum.reduceat(floor[:, by_cell[0]], by_cell[1], axis=1), out=low)
        np.minimum(high, np.minimum.reduceat(ceiling[:, by_cell[0]], by_cell[1], axis=1), out=high)


def _narrow_within_cells(low: Numbers, high: Numbers, most: int) -> None:
    """`most` times the records are the points and the missed ones; rows in this order."""
    import numpy as np

    (records, points, missed), (records_high, points_high, missed_high) = low, high
    np.maximum(records, -(-(points + missed) // most), out=records)
    np.minimum(records_high, (points_high + missed_high) // most, out=records_high)
    np.maximum(points, most * records - missed_high, out=points)
    np.minimum(points_high, most * records_high - missed, out=points_high)
    np.maximum(missed, most * records - points_high, out=missed)
    np.minimum(missed_high, most * records_high - points, out=missed_high)


def _by_bounds(component: Component, low: Numbers, high: Numbers) -> dict[int, Reason]:
    size = len(component.cells)
    found: dict[int, Reason] = {}
    for place in component.small:
        if high[place] - low[place] < POSSIBLE - 1:
            found[place] = "records"
        elif component.points is not None and place not in component.said:
            if high[size + place] < 1:
                found[place] = "none"
            elif high[2 * size + place] < 1:
                found[place] = "all"
    return found


class _Witnesses:
    """Tables that satisfy every sum, and what they show to be possible of each small cell."""

    def __init__(self, component: Component, low: Numbers, high: Numbers) -> None:
        import numpy as np

        self._of = component
        size, columns = len(component.cells), _columns(component)
        self._low, self._high = low[:columns], high[:columns]
        self._sums = _Sums.of(component)
        truth = component.records
        if component.points is not None:
            truth = np.concatenate([component.records, component.points])
        self._totals = self._sums.add(truth.reshape(-1, size))
        self._records: dict[int, set[int]] = {place: set() for place in component.small}
        asked = component.points is not None
        self._some = {place: not asked or place in component.said for place in component.small}
        self._not_all = dict(self._some)
        self._take(truth)
        self._programme = self._rows()

    def exposed(self) -> dict[int, Reason]:
        """The first cell that no witness could be found for: it must be helped anyway."""
        self._look_for_many()
        for place in self._of.small:
            if (reason := self._look_for(place)) is not None:
                return {place: reason}
        return {}

    def _open(self) -> list[int]:
        return [
            place
            for place in self._of.small
            if len(self._records[place]) < POSSIBLE
            or not self._some[place]
            or not self._not_all[place]
        ]

    def _look_for_many(self) -> None:
        """A few tables in which many cells hold a little more, or less, at the same time."""
        import numpy as np

        size, points = len(self._of.cells), self._of.points is not None
        for more, sign in ATTEMPTS:
            wanted = self._open()
            if not wanted:
                return
            objective = [0.0] * _columns(self._of)
            for number, place in enumerate(wanted):
                # In the last ones some are to grow while the others shrink.
                grows = sign if sign else 1 if number % 2 else -1
                objective[place] = float(grows)
                if points and not self._some[place]:
                    objective[size + place] = 0.5
                elif points and not self._not_all[place]:
                    objective[size + place] = -0.5
            high = self._high.copy()
            most = self._of.records[wanted] + more
            high[wanted] = np.maximum(self._low[wanted], np.minimum(high[wanted], most))
            self._solve(objective, high=high)

    def _look_for(self, place: int) -> Reason | None:
        size = len(self._of.cells)
        seen = self._records[place]
        for direction in (1.0, -1.0):
            if len(seen) < POSSIBLE:
                self._solve_for({place: direction})
        # Between the least and the most, when the sums leave gaps.
        for number in range(min(seen) + 1, max(seen)):
            if len(seen) >= POSSIBLE:
                break
            if number not in seen:
                self._solve_for({}, place, number)
        if len(seen) < POSSIBLE:
            return "records"
        if not self._some[place]:
            self._solve_for({size + place: 1.0})
        if not self._some[place]:
            return "none"
        if not self._not_all[place]:
            self._solve_for({place: float(self._of.most), size + place: -1.0})
        return None if self._not_all[place] else "all"

    def _solve_for(
        self, wanted: Mapping[int, float], place: int | None = None, number: int = 0
    ) -> None:
        """Looks for the table with the most of some columns, one cell fixed to a number."""
        objective = [0.0] * _columns(self._of)
        for column, weight in wanted.items():
            objective[column] = weight
        low, high = self._low, self._high
        if place is not None:
            low, high = low.copy(), high.copy()
            low[place] = high[place] = number
        self._solve(objective, low, high)

    def _solve(
        self, objective: Sequence[float], low: Numbers | None = None, high: Numbers | None = None
    ) -> None:
        """Looks for the table with the most of `objective`, and takes it along when it is one."""
        import numpy as np

        low, high = (self._low if low is None else low), (self._high if high is None else high)
        # The corners of sums like these are nearly always whole, which is found much sooner.
        for whole in (0, 1):
            found = self._programme.solve(
                -np.asarray(objective), low, high, whole=np.full(len(low), whole), nodes=NODES
            )
            if found.table is None or self._take(np.rint(found.table).astype(np.int64)):
                return

    def _rows(self) -> Programme:
        """The sums of each quantity, and that points are no more than records can have."""
        import numpy as np

        size, sums = len(self._of.cells), self._sums
        starts, places, factors = [sums.starts], [sums.cells], [sums.signs]
        least, most = [self._totals.ravel()], [self._totals.ravel()]
        if self._of.points is not None:
            terms, cells = len(sums.cells), np.arange(size)
            starts += [sums.starts + terms, 2 * terms + 2 * cells]
            places += [sums.cells + size, np.stack([cells, cells + size], axis=1).ravel()]
            factors += [sums.signs, np.tile([self._of.most, -1], size)]
            least.append(np.zeros(size))
            most.append(np.full(size, np.inf))
        return Programme(*map(np.concatenate, (starts, places, factors, least, most)))

    def _take(self, table: Numbers) -> bool:
        """Notes what a table shows, when it satisfies everything in whole numbers."""
        component, size = self._of, len(self._of.cells)
        records, points = table[:size], table[size:]
        if (self._sums.add(table.reshape(-1, size)) != self._totals).any() or (
            records < component.least
        ).any():
            return False
        if len(points) and ((points < 0) | (points > component.most * records)).any():
            return False
        for place in component.small:
            self._records[place].add(int(records[place]))
            if len(points):
                self._some[place] |= bool(points[place] > 0)
                self._not_all[place] |= bool(points[place] < component.most * records[place])
        return True


def components(rows: Sequence[Row], start: Sequence[int]) -> list[tuple[list[int], list[Row]]]:
    """The cells and rows that hang together with the cells of `start`, a group at a time."""
    of_cell: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        for cell, _ in row:
            of_cell.setdefault(cell, []).append(number)
    seen: set[int] = set()
    found = []
    for first in start:
        if first in seen or first not in of_cell:
            continue
        seen.add(first)
        cells, numbers, waiting = [first], set(), deque([first])
        while waiting:
            for number in of_cell[waiting.popleft()]:
                if number in numbers:
                    continue
                numbers.add(number)
                for cell, _ in rows[number]:
                    if cell not in seen:
                        seen.add(cell)
                        cells.append(cell)
                        waiting.append(cell)
        found.append((sorted(cells), [rows[number] for number in sorted(numbers)]))
    return found
