"""What a hostile reader knows of the figures about people, as a system of rows.

Here belongs what may be deduced from published rows, and why that is sound. Not here: reading the
tables (`published.py`), the arithmetic (`solve.py`) and which cells may not be found (`audit.py`).

A cell is one row that could be published: a period (grain and first day) and a total or one part of
a breakdown. The reader knows nothing of how the hidden ones are chosen, and reasons:

- Records are whole. A row that is published and hidden holds at least one record; a part without a
  row, in a breakdown that is published, holds none.
- Of a breakdown that is left out altogether no part is known to be there: each can be nothing.
- The total is the sum of its parts. Of a KPI that adds up over time a quarter is the sum of its
  months and a year that of its quarters, in total and per part; of a stock the coarser period is
  the finer one that was taken on the same day.
- What is met (ja votes, satisfied answers, completed trainings) lies between nothing and all; the
  grades of a mean lie on their scale. So their sums lie between the ends of it times the records.
- A figure that is visible gives its records and what is met exactly: they stand beside it, and
  where they did not, value and interval would determine them.
- Earlier releases that still stand say the same of a period that did not change. A reader takes a
  period for unchanged when nothing that is visible in both differs, and both show its total or
  both were made when it was over. Everything that either says is then known of one and the same
  period. Of a period that did change each release says something else: its cells are other
  unknowns. That a record came late to a period that was over, and how many, shows to who keeps
  both; that is left open on purpose. So the sums over periods of an older release are used only
  where all of them that were over are as they were: the others say what the late record did.

Not used, because it proves nothing: that names or months look alike, that numbers seldom jump.
Sums of squares, which the interval of a visible mean gives, are not used either: they say how far
grades lie apart, and what may not be found is a number of records or an end of the scale.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from dronten_pipeline.gate.attack.solve import System

COARSER = {"month": "quarter", "quarter": "year"}
TOTAL = ("total", "total")
MONTHS = {"month": 1, "quarter": 3, "year": 12}

#: Two sums of grades are the same but for how they were added up.
SAME = 1e-6

Member = tuple[str, str]
Measure = Literal["records", "met"]


class Period(NamedTuple):
    grain: str
    start: dt.date

    @property
    def coarser(self) -> Period | None:
        if self.grain not in COARSER:
            return None
        month = 1 if self.grain == "quarter" else self.start.month - (self.start.month - 1) % 3
        return Period(COARSER[self.grain], self.start.replace(month=month))

    @property
    def end(self) -> dt.date:
        month = self.start.month + MONTHS[self.grain]
        year, month = self.start.year + (month - 1) // 12, (month - 1) % 12 + 1
        return dt.date(year, month, 1) - dt.timedelta(1)


class Cell(NamedTuple):
    period: Period
    member: Member


class Figure(NamedTuple):
    """A published row: `records` is None where it is hidden; `met` also where there is no such sum.

    `met` is the numerator of a share, and of a mean the sum of its grades.
    """

    records: int | None
    met: float | None


@dataclass(frozen=True)
class Kind:
    """What is known of a KPI by its definition.

    Of a share `low` and `high` are 0 and 1, of a mean the ends of its scale, of a count None.
    """

    is_additive: bool
    low: float | None = None
    high: float | None = None
    is_whole: bool = True


@dataclass
class Snapshot:
    """What one release says of one KPI and year.

    `judged_on` is the day up to which it counts.
    """

    judged_on: dt.date
    figures: dict[Cell, Figure]
    groups: dict[Period, dict[Member, Figure]] = field(init=False)

    def __post_init__(self) -> None:
        self.groups = defaultdict(dict)
        for cell, figure in self.figures.items():
            self.groups[cell.period][cell.member] = figure

    def is_over(self, period: Period) -> bool:
        return period.end <= self.judged_on

    def finer(self, period: Period, kind: Kind) -> list[Period]:
        """The periods that are together this one, among those that the release has."""
        inside = [other for other in self.groups if other.coarser == period]
        if kind.is_additive:
            return sorted(inside)
        day = min(period.end, self.judged_on)
        return [other for other in inside if min(other.end, self.judged_on) == day]


@dataclass(eq=False)
class Version:
    """One state of one period, with all that any release says of it."""

    number: int
    is_over: bool
    figures: dict[Member, float | None] = field(default_factory=dict)
    #: Of what is met: the state of the records that it was met of.
    records: Version | None = None

    @property
    def breakdowns(self) -> set[str]:
        return {dimension for dimension, _ in self.figures} - {"total"}


class Variable(NamedTuple):
    """An unknown number: of the records of a cell in one state of its period, or what is met."""

    measure: Measure
    period: Period
    version: int
    member: Member


State = dict[Period, dict[Measure, Version]]


class Knowledge:
    """The system of one KPI and year: of the candidate (the first snapshot) and older releases."""

    def __init__(self, kind: Kind, snapshots: Sequence[Snapshot]) -> None:
        self.kind = kind
        self.system = System()
        self.measures: list[Measure] = ["records"] if kind.low is None else ["records", "met"]
        self._versions: dict[tuple[Measure, Period], list[Version]] = defaultdict(list)
        self._seen: set[object] = set()
        # The states of all releases first: one may say what another hides.
        self._states = [self._state(snapshot) for snapshot in snapshots]
        for snapshot, state in zip(snapshots, self._states, strict=True):
            for measure in self.measures:
                self._add_sums(measure, snapshot, state)
            if "met" in self.measures:
                self._tie_measures(state)
        self._candidate = self._states[0]
        self._snapshot = snapshots[0]

    def figure(self, cell: Cell, measure: Measure = "records") -> Variable | float | None:
        """What the reader knows of a cell of the candidate: a variable, a number, or nothing.

        Nothing: of a part in a breakdown that is left out, and that no sum says anything of.
        """
        if cell.period not in self._candidate:
            return None
        known = self._term(measure, self._candidate[cell.period][measure], cell)
        if isinstance(known, Variable) and known not in self.system.low:
            return None
        return known

    def is_published(self, cell: Cell) -> bool:
        """Whether the candidate has a row for a cell, hidden or not."""
        return cell in self._snapshot.figures

    def finer(self, period: Period) -> list[Period]:
        """The periods of the candidate that are together this one."""
        return self._snapshot.finer(period, self.kind)

    # --- which state of a period a release shows

    def _state(self, snapshot: Snapshot) -> State:
        found: State = {}
        for period, group in snapshot.groups.items():
            found[period] = {}
            for measure in self.measures:
                figures = {member: figure[measure == "met"] for member, figure in group.items()}
                known = self._versions[measure, period]
                state = Version(len(known), snapshot.is_over(period))
                state.records = found[period].get("records")
                same = next((one for one in known if _is_same(one, state, figures)), None)
                if same is None:
                    known.append(state)
                    same = state
                for member, value in figures.items():
                    if same.figures.get(member) is None:
                        same.figures[member] = value
                found[period][measure] = same
        return found

    # --- the rows of the system

    def _term(self, measure: Measure, version: Version, cell: Cell) -> Variable | float:
        """A cell in one state of its period: the number that is known, or a variable."""
        member = cell.member
        value = version.figures.get(member)
        if value is not None:
            return value
        if member not in version.figures and member[0] in version.breakdowns | {"total"}:
            return 0  # a row that is not there holds nothing
        return Variable(measure, cell.period, version.number, member)

    def _add(self, version: Version, term: Variable) -> None:
        if term in self.system.low:
            return
        is_there = term.member in version.figures
        if term.measure == "records":
            self.system.add(term, 1 if is_there else 0)
        else:
            self.system.add(term, 0, whole=self.kind.is_whole)

    def _tie(self, parts: list[tuple[float, Version, Variable | float]], *, at_most: bool) -> None:
        """Adds that the parts, with their signs, are together 0 (or at most 0)."""
        terms: dict[Variable, float] = {}
        known = 0.0
        for sign, version, term in parts:
            if isinstance(term, Variable):
                self._add(version, term)
                if sign == 0:
                    continue
                terms[term] = terms.get(term, 0) + sign
            else:
                known += sign * term
        mark = (frozenset(terms.items()), round(known, 5), at_most)
        if terms and mark not in self._seen:
            self._seen.add(mark)
            self.system.tie(terms, -math.inf if at_most else -known, -known)

    def _add_sums(self, measure: Measure, snapshot: Snapshot, state: State) -> None:
        dimensions = {cell.member[0] for cell in snapshot.figures}
        for period, versions in state.items():
            version = versions[measure]
            whole = self._term(measure, version, Cell(period, TOTAL))
            finer = snapshot.finer(period, self.kind)
            # What came late is not looked for by what an older release said of sums with it.
            is_late = any(self._is_late(measure, one, state) for one in (period, *finer))
            for dimension in sorted(dimensions):
                members, is_complete = self._members(snapshot, state, period, dimension)
                cells = [Cell(period, member) for member in sorted(members)]
                parts = [(1, version, self._term(measure, version, cell)) for cell in cells]
                if parts and dimension != "total":
                    self._tie([*parts, (-1, version, whole)], at_most=not is_complete)
                for cell, (_, _, part) in zip(cells, parts, strict=True):
                    inside = [
                        (
                            1,
                            state[other][measure],
                            self._term(measure, state[other][measure], Cell(other, cell.member)),
                        )
                        for other in finer
                    ]
                    if inside and not is_late:
                        self._tie([*inside, (-1, version, part)], at_most=False)

    def _is_late(self, measure: Measure, period: Period, state: State) -> bool:
        """Whether a period was over in an older release and shows something else by now."""
        now = self._states[0].get(period)
        return state[period][measure].is_over and (
            now is None or now[measure] is not state[period][measure]
        )

    def _members(
        self, snapshot: Snapshot, state: State, period: Period, dimension: str
    ) -> tuple[set[Member], bool]:
        """The parts of a period that the reader can name, and whether there can be no others.

        Where its breakdown is left out: those of the coarser period that it is part of, else those
        of the finer ones that are together it.
        """

        def own(which: Period) -> set[Member]:
            return {one for one in state[which]["records"].figures if one[0] == dimension}

        whole: Period | None = period
        while whole in state:
            if found := own(whole):
                return found, True
            coarser = whole.coarser
            if coarser not in state or whole not in snapshot.finer(coarser, self.kind):
                break
            whole = coarser
        if not snapshot.is_over(period):
            return set(), False
        finer = [own(one) for one in snapshot.finer(period, self.kind)]
        return {member for found in finer for member in found}, all(finer)

    def _tie_measures(self, state: State) -> None:
        """What is met lies between nothing and all, grades on their scale."""
        assert self.kind.low is not None and self.kind.high is not None
        named: dict[Period, set[Member]] = defaultdict(set)
        for variable in self.system.low:
            assert isinstance(variable, Variable)
            named[variable.period].add(variable.member)
        for period, versions in state.items():
            records, met = versions["records"], versions["met"]
            for member in sorted({*records.figures, *met.figures} | named[period]):
                count = self._term("records", records, Cell(period, member))
                sum_ = self._term("met", met, Cell(period, member))
                self._tie([(self.kind.low, records, count), (-1, met, sum_)], at_most=True)
                self._tie([(1, met, sum_), (-self.kind.high, records, count)], at_most=True)


def _is_same(known: Version, state: Version, figures: dict[Member, float | None]) -> bool:
    """Whether a reader takes two releases to speak of the same state of a period.

    Nothing that both show differs, no part is in one only, and both show the total or were made
    when the period was over. What is met can be the same only of the same records.
    """
    if known.records is not state.records:
        return False
    both = {dimension for dimension, _ in figures} & known.breakdowns
    if any(
        one[0] in both and (one in figures) != (one in known.figures)
        for one in {*figures, *known.figures}
    ):
        return False
    for member, value in figures.items():
        before = known.figures.get(member)
        if value is not None and before is not None and abs(value - before) > SAME * max(1, value):
            return False
    totals = figures.get(TOTAL), known.figures.get(TOTAL)
    return None not in totals or (state.is_over and known.is_over)
