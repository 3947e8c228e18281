"""The hostile reader: whether what is published gives away a figure about 1 to 4 people.

Here belongs which cells may not be found, asking for each of them, and writing down what came out.
Not here: what a reader knows (`knowledge.py`), where it stands (`published.py`), the arithmetic
(`solve.py`). It shares no code with the choice of what is hidden, so that each checks the other.

Only which cells to ask about comes from the warehouse, for no reader knows which are small; what
can be found of them comes from what is published. A cell of 1 to 4 records is given away when

- any table shows a number of it, or what was published of it or of a cell in a sum with it before;
- fewer than three numbers of records are possible, or
- its share can only be 0 % or 100 % (a mean only an end of its scale), unless the visible total of
  the same period says so of everybody.

The rules of `fct_kpi_value` read the outcome from the tables `attack.finding` and `attack.run`
beside the warehouse. They hold no figure: which cells it is about stands in a file of the run for
the engineer.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

import duckdb

from dronten_pipeline.core.database import OFFLINE
from dronten_pipeline.core.durable import canonical_json, write_durably
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.gate.attack.knowledge import (
    TOTAL,
    Cell,
    Figure,
    Kind,
    Knowledge,
    Period,
    Snapshot,
    Variable,
)
from dronten_pipeline.gate.attack.published import (
    SCALES,
    Place,
    Published,
    Unread,
    read,
    read_figures,
)
from dronten_pipeline.gate.attack.solve import Contradiction, Solver, System, Unanswered
from dronten_pipeline.gate.wording import representable

#: A row with as many records is hidden for its own size.
SMALL = range(1, 5)
#: As many numbers of records must stay possible.
POSSIBLE = 3
#: Tables that are looked for before questions are asked one by one, and how many times in a row
#: one may answer as few questions.
ROUNDS = 60
IDLE = 2
#: What differs from an end of the scale by less is that end: grades have one decimal.
APART = 0.01

How = Literal["shown", "shown_before", "records", "none", "all"]


#: After this long an attack is given up, and nothing is published. It is far more than the largest
#: component that the choice leaves takes, so that the outcome does not depend on the machine.
LIMIT_SECONDS = 900.0
DETAILS = "attack.json"


class Finding(NamedTuple):
    """A cell that is given away, and how; `what` is for the engineer only."""

    cell: Cell
    how: How
    what: str


@dataclass
class Outcome:
    """What an attack found; `problem` says why it does not count, and is else None.

    `hidden` counts the hidden rows of the candidate, `asked` the cells that may not be found.
    `causes` names the earlier releases that give cells away together with the candidate, which
    does not by itself: what helps is to withdraw them.
    """

    findings: list[tuple[str, Finding]] = field(default_factory=list)
    hidden: int = 0
    asked: int = 0
    components: int = 0
    solved: int = 0
    releases: int = 0
    causes: list[str] = field(default_factory=list)
    seconds: float = 0
    problem: str | None = None


def judge_candidate(mart: Path, reference: Path, releases: Path) -> Outcome:
    """Attacks a candidate and writes the outcome into the reference, where the rules read it.

    Args:
        mart: the candidate; it is read only.
        reference: the copy of the warehouse that it was made of; it gets the schema `attack`.
        releases: folder of the releases that still stand.
    """
    began = time.monotonic()
    outcome = Outcome()
    try:
        _attack(mart, reference, releases, outcome, began + LIMIT_SECONDS)
    except (Contradiction, Unanswered, Unread) as error:
        outcome.problem = str(error)
    except duckdb.Error as error:
        outcome.problem = representable(str(error)) or "a table could not be read"
    outcome.seconds = time.monotonic() - began
    with duckdb.connect(str(reference), config=OFFLINE) as connection:
        connection.execute(
            "DROP SCHEMA IF EXISTS attack CASCADE; CREATE SCHEMA attack; "
            "CREATE TABLE attack.finding (kpi_id VARCHAR, how VARCHAR); "
            "CREATE TABLE attack.run (hidden_rows BIGINT, asked BIGINT, components BIGINT, "
            "releases BIGINT, seconds DOUBLE, is_finished BOOLEAN)"
        )
        if outcome.findings:
            marks = ", ".join(["(?, ?)"] * len(outcome.findings))
            values = [text for kpi_id, one in outcome.findings for text in (kpi_id, one.how)]
            connection.execute(f"INSERT INTO attack.finding VALUES {marks}", values)
        connection.execute(
            "INSERT INTO attack.run VALUES (?, ?, ?, ?, ?, ?)",
            [
                outcome.hidden,
                outcome.asked,
                outcome.components,
                outcome.releases,
                outcome.seconds,
                outcome.problem is None,
            ],
        )
    return outcome


def releases_to_withdraw(path: Path) -> list[str]:
    """The earlier releases that give cells away, as `write_details` wrote them down."""
    try:
        return list(json.loads(path.read_bytes())["causes"])
    except (OSError, ValueError, KeyError):
        return []  # no attack ended, or one of before


def to_withdraw_in_words(run_folder: Path) -> list[str]:
    """What to do about those releases, a sentence each."""
    return [
        f"Samen met uitgave {release_id}, die er nog staat, zijn kleine groepen te berekenen: trek "
        f'haar in (`datalab withdraw {release_id} --reason "..."`) en start opnieuw.'
        for release_id in releases_to_withdraw(run_folder / DETAILS)
    ]


def write_details(outcome: Outcome, path: Path) -> None:
    """Which cells it is about, for the engineer: a file of the run that is never published."""
    findings = [
        {
            "kpi_id": kpi_id,
            "period_grain": one.cell.period.grain,
            "period_start": one.cell.period.start.isoformat(),
            "dimension": one.cell.member[0],
            "dimension_value": one.cell.member[1],
            "how": one.how,
            "what": one.what,
        }
        for kpi_id, one in outcome.findings
    ]
    write_durably(path, canonical_json(vars(outcome) | {"findings": findings}))
    path.chmod(0o640)


def _attack(mart: Path, reference: Path, releases: Path, outcome: Outcome, deadline: float) -> None:
    kinds, small, stopped = _about(reference)
    candidate = read(mart, kinds)
    outcome.hidden = sum(
        figure.records is None
        for snapshot in candidate.snapshots.values()
        for figure in snapshot.figures.values()
    )
    older = list(_standing(releases, kinds))
    outcome.releases = len(older)
    outcome.findings += _seen(kinds, candidate, small)
    causes: set[str] = set()
    blocks = {(place.kpi_id, place.cell.period.start.year) for place in small}
    for block in sorted(blocks | {key for key in candidate.snapshots if key[0] in stopped}):
        if block not in candidate.snapshots:
            continue
        snapshots = [candidate.snapshots[block]]
        names: list[list[str]] = [[]]
        for name, one in older:
            snapshot = one.get(block)
            if snapshot is None:
                continue
            if snapshot not in snapshots:
                snapshots.append(snapshot)
                names.append([])
            names[snapshots.index(snapshot)].append(name)
        kpi_id = block[0]
        asked: dict[Cell, int | None] = {
            place.cell: records
            for place, records in small.items()
            if (place.kpi_id, place.cell.period.start.year) == block
        }
        if kpi_id in stopped:
            figures = snapshots[0].figures.items()
            asked = {cell: None for cell, figure in figures if figure.records is None}
        found, components, solved = attack_block(kinds[kpi_id], snapshots, asked, deadline)
        outcome.findings += [(kpi_id, one) for one in found]
        if found and len(snapshots) > 1:
            for number in _causes(kinds[kpi_id], snapshots, asked, deadline):
                causes.update(names[number])
        outcome.asked += len(asked)
        outcome.components += components
        outcome.solved += solved
    outcome.causes = sorted(causes)


def _causes(
    kind: Kind,
    snapshots: Sequence[Snapshot],
    small: Mapping[Cell, int | None],
    deadline: float,
) -> list[int]:
    """Numbers of the snapshots that give away more with the candidate than it does by itself.

    Where only several together do, all are named. Nothing when there is no time to find out: that
    cells are given away is known already.
    """

    def given(numbers: Iterable[int]) -> set[tuple[Cell, How]]:
        some = [snapshots[0], *(snapshots[number] for number in numbers)]
        return {(one.cell, one.how) for one in attack_block(kind, some, small, deadline)[0]}

    older = range(1, len(snapshots))
    try:
        alone = given([])
        causes = [number for number in older if given([number]) - alone]
        rest = [number for number in older if number not in causes]
        return causes if not given(rest) - alone else list(older)
    except Unanswered:
        return []


def _standing(
    releases: Path, kinds: Mapping[str, Kind]
) -> Iterator[tuple[str, dict[tuple[str, int], Snapshot]]]:
    """The names and figures of every release that was not withdrawn, the newest first.

    One that cannot be read says nothing to a reader either; `datalab verify` names it.
    """
    for folder in sorted(releases.glob("[!.]*"), reverse=True):
        if folder.is_dir() and not folder.is_symlink():
            with contextlib.suppress(duckdb.Error):
                yield folder.name, read_figures(folder / MART, kinds)


def _about(reference: Path) -> tuple[dict[str, Kind], dict[Place, int], set[str]]:
    """From the warehouse: the KPIs about people, their rows of 1 to 4 records, those of stopped
    sources (of which only the figures of the release before are known)."""
    with duckdb.connect(str(reference), read_only=True, config=OFFLINE) as connection:
        register = connection.execute(
            "SELECT kpi_id, unit, is_additive_over_time FROM register.kpi_register "
            "WHERE is_about_people"
        ).fetchall()
        kinds = {}
        for kpi_id, unit, is_additive in register:
            if unit not in SCALES:
                raise Unread(f"{kpi_id} counts in {unit}, of which gate/attack knows no scale")
            low, high, is_whole = SCALES[unit]
            kinds[kpi_id] = Kind(is_additive, low, high, is_whole)
        rows = connection.execute(
            "SELECT kpi_id, period_grain, period_start, dimension, dimension_value, sample_size "
            "FROM intermediate.int_kpi_value WHERE is_about_people AND sample_size BETWEEN ? AND ?",
            [SMALL.start, SMALL.stop - 1],
        ).fetchall()
        small = {
            Place(kpi_id, Cell(Period(grain, start), (dimension, part))): records
            for kpi_id, grain, start, dimension, part, records in rows
        }
        stopped = connection.execute(
            "SELECT DISTINCT kpi_id FROM main.fct_kpi_value WHERE source_state = 'stale'"
        ).fetchall()
    return kinds, small, {kpi_id for (kpi_id,) in stopped} & set(kinds)


# --- what is simply shown


def _seen(
    kinds: Mapping[str, Kind], candidate: Published, small: Mapping[Place, int]
) -> list[tuple[str, Finding]]:
    """Cells of which a table shows a number, now or of what was published before."""
    found: list[tuple[str, Finding]] = []
    for place, tables in candidate.shown.items():
        figure = _figure(candidate, place)
        # A figure beside the headline is in no sum: it may only not be small itself.
        is_hidden = (figure is None or figure.records is None) and place.cell.member[0] != "measure"
        if is_hidden or place in small:
            found.append((place.kpi_id, Finding(place.cell, "shown", ", ".join(sorted(tables)))))
    for place, tables in candidate.earlier.items():
        snapshot = candidate.snapshots.get((place.kpi_id, place.cell.period.start.year))
        if place.cell.member[0] == "measure" or snapshot is None:
            continue
        if _is_beside_hidden(kinds[place.kpi_id], snapshot, place.cell):
            what = ", ".join(sorted(tables))
            found.append((place.kpi_id, Finding(place.cell, "shown_before", what)))
    return found


def _figure(candidate: Published, place: Place) -> Figure | None:
    snapshot = candidate.snapshots.get((place.kpi_id, place.cell.period.start.year))
    return snapshot.figures.get(place.cell) if snapshot else None


def _is_beside_hidden(kind: Kind, snapshot: Snapshot, cell: Cell) -> bool:
    """Whether a cell is hidden, or in a sum with a cell that is; a breakdown that is left out
    hides all its parts."""
    period, (dimension, _) = cell
    group = snapshot.groups.get(period, {})
    if cell.member not in group and not any(one[0] == dimension for one in group):
        return True
    beside = [cell.member, TOTAL]
    beside += [one for one in group if dimension in ("total", one[0])]
    cells = {Cell(period, member) for member in beside}
    for whole in (period, period.coarser):
        if whole is not None and whole in snapshot.groups:
            finer = snapshot.finer(whole, kind)
            if whole == period or period in finer:
                cells |= {Cell(one, cell.member) for one in (whole, *finer)}
    return any(snapshot.figures[one].records is None for one in cells if one in snapshot.figures)


# --- what follows


def attack_block(
    kind: Kind, snapshots: Sequence[Snapshot], small: Mapping[Cell, int | None], deadline: float
) -> tuple[list[Finding], int, int]:
    """Attacks one KPI and year: the candidate (the first snapshot) with the older releases.

    Args:
        small: the cells that may not be found, with their records; None where nobody knows them,
            and then only those count of which it follows that they are small.
        deadline: moment of `time.monotonic()` after which the attack is given up.

    Returns:
        The cells that are given away; numbers of components and of solved programmes.

    Raises:
        Contradiction: what the candidate says contradicts itself.
        Unanswered: not within the time limit.
    """
    try:
        return _ask(kind, snapshots, small, deadline)
    except Contradiction:
        if len(snapshots) == 1:
            if kind.is_whole or kind.low is None:
                raise
            # Grades outside their scale were delivered (the suite warns): the reader knows less.
            return _ask(replace(kind, low=None, high=None), snapshots, small, deadline)
    # Who meets a contradiction sees that a period changed after all, and tries each release by
    # itself; one that contradicts the candidate says nothing of it.
    found: dict[tuple[Cell, How], Finding] = {}
    components = solved = 0
    for older in ([], *([one] for one in snapshots[1:])):
        try:
            ask = _ask if older else attack_block
            more, *counts = ask(kind, [snapshots[0], *older], small, deadline)
        except Contradiction:
            if not older:
                raise
        else:
            found |= {(one.cell, one.how): one for one in more}
            components, solved = components + counts[0], solved + counts[1]
    return list(found.values()), components, solved


@dataclass(frozen=True)
class _Question:
    """Whether a sum of unknown numbers can have enough values: `wanted` of them, `least` or more.

    `truth` is the number of records that it really is, None where nobody knows.
    """

    cell: Cell
    how: How
    terms: dict[Variable, float]
    known: float
    wanted: int
    least: float
    truth: int | None

    def within_bounds(self, system: System) -> list[float] | None:
        """All values that the bounds leave, where those are too few; else None."""
        low = high = self.known
        for variable, factor in self.terms.items():
            ends = factor * system.low[variable], factor * system.high[variable]
            low, high = low + min(ends), high + max(ends)
        low = max(low, self.least)
        if self.how != "records":
            return [] if high < self.least else None
        return (
            [*map(float, range(int(low), int(high) + 1))] if high - low + 1 < self.wanted else None
        )

    def seen(self, solver: Solver) -> set[float]:
        """Values in the tables that were found; no more than are wanted."""
        found: set[float] = set()
        for value in solver.values(self.terms):
            if (one := round(self.known + value, 6)) >= self.least:
                found.add(one)
                if len(found) == self.wanted:
                    break
        return found

    def possible(self, solver: Solver) -> set[float]:
        """Values that there is a table for: as many as are wanted, or all that there are."""
        found = self.seen(solver)
        while len(found) < self.wanted:
            ends = [self.least - 1, *sorted(found), math.inf]
            if not any(
                solver.can(self.terms, below + 1 - self.known, above - 1 - self.known)
                for below, above in itertools.pairwise(ends)
                if above - below > 1
            ):
                break
            found = self.seen(solver)
        return found

    def judge(self, values: Collection[float]) -> list[Finding]:
        if len(values) >= self.wanted:
            return []
        if self.how == "records" and self.truth is not None and self.truth not in values:
            raise Contradiction("the releases together say what is not so")
        if self.truth is None and (self.how != "records" or max(values) not in SMALL):
            return []
        what = ", ".join(f"{value:g}" for value in sorted(values))
        return [Finding(self.cell, self.how, what)]


def _questions(
    kind: Kind, knowledge: Knowledge, cell: Cell, truth: int | None
) -> Iterator[_Question]:
    records = knowledge.figure(cell)
    if records is None:
        return
    terms, known = _sum(knowledge.system, [(1, records)])
    yield _Question(cell, "records", terms, known, POSSIBLE, 0, truth)
    met = knowledge.figure(cell, "met") if kind.low is not None else None
    if met is None or kind.low is None or kind.high is None:
        return
    least = 1 if kind.is_whole else APART
    ends: list[tuple[How, list[tuple[float, Variable | float]], float]] = [
        ("none", [(1, met), (-kind.low, records)], kind.low),
        ("all", [(kind.high, records), (-1, met)], kind.high),
    ]
    for how, parts, end in ends:
        if not _is_said_of_everybody(knowledge, cell, end):
            terms, known = _sum(knowledge.system, parts)
            yield _Question(cell, how, terms, known, 1, least, truth)


def _is_said_of_everybody(knowledge: Knowledge, cell: Cell, end: float) -> bool:
    """Whether the visible total of the period says that all of it is at an end of the scale.

    Of a breakdown that is left out also where the totals of all finer periods say so that the part
    has records in: then nothing is known of it but what they say.
    """
    total = Cell(cell.period, TOTAL)
    match knowledge.figure(total), knowledge.figure(total, "met"):
        case (int() | float() as records, int() | float() as met):
            if abs(met - end * records) < APART:
                return True
    if knowledge.is_published(cell):
        return False
    inside = [
        Cell(finer, cell.member)
        for finer in knowledge.finer(cell.period)
        if knowledge.figure(Cell(finer, cell.member)) != 0
    ]
    return bool(inside) and all(_is_said_of_everybody(knowledge, one, end) for one in inside)


def _sum(
    system: System, parts: Iterable[tuple[float, Variable | float]]
) -> tuple[dict[Variable, float], float]:
    """A sum as unknown terms and a number; a variable with one value left is a number."""
    terms: dict[Variable, float] = {}
    known = 0.0
    for factor, part in parts:
        if not isinstance(part, Variable):
            known += factor * part
        elif system.low[part] == system.high[part]:
            known += factor * system.low[part]
        elif factor:
            terms[part] = factor
    return terms, known


def _look_around(solver: Solver, questions: Sequence[_Question]) -> Sequence[_Question]:
    """Finds tables that answer many questions at once, before each is asked by itself.

    Returns:
        The questions that are left to ask; of the others there are as many values as are wanted.

    Raises:
        Contradiction: there is no table at all.
    """
    random = Random(0)
    open_, before, idle = questions, math.inf, 0
    for number in range(ROUNDS):
        open_ = [one for one in open_ if len(one.seen(solver)) < one.wanted]
        # When it no longer pays, each is asked by itself.
        idle = 0 if len(open_) < before - IDLE else idle + 1
        if not open_ or idle > IDLE:
            break
        before = len(open_)
        # Shares must be able to be more than nothing and less than all, and numbers of records to
        # differ: all as large as can be, all as small, and then some large while others are small.
        signs = [1 - 2 * number if number < 2 else random.choice([-1, 1]) for _ in open_]
        wishes = [
            (sign if one.how == "records" else 1, one.terms)
            for sign, one in zip(signs, open_, strict=True)
        ]
        if not solver.look(wishes):
            raise Contradiction("no table agrees with everything that is published")
    return open_


def _ask(
    kind: Kind, snapshots: Sequence[Snapshot], small: Mapping[Cell, int | None], deadline: float
) -> tuple[list[Finding], int, int]:
    knowledge = Knowledge(kind, snapshots)
    system = knowledge.system
    system.propagate()
    part_of = {key: part for part in system.components() for key in part.low}
    asked: dict[int, tuple[System, list[_Question]]] = {}
    found: list[Finding] = []
    for cell, truth in small.items():
        for question in _questions(kind, knowledge, cell, truth):
            values = question.within_bounds(system)
            if values is not None:
                found += question.judge(values)
            elif question.terms:
                part = part_of[next(iter(question.terms))]
                asked.setdefault(id(part), (part, []))[1].append(question)
    solved = 0
    for part, questions in asked.values():
        solver = Solver(part, deadline)
        for question in _look_around(solver, questions):
            found += question.judge(question.possible(solver))
        solved += solver.solved
    return found, len(asked), solved
