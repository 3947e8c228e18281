"""Invented records about people, and what a release would say of them.

Here belongs making populations, chains of releases and their cells. Not here: what is asserted of
them. All is of one KPI that adds up over time, with one breakdown, in one year.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import strategies as st

from dronten_pipeline.gate.attack.knowledge import (
    TOTAL,
    Cell,
    Figure,
    Kind,
    Member,
    Period,
    Snapshot,
)

SHARE = Kind(is_additive=True, low=0, high=1)
YEAR = 2025
SMALL = range(1, 5)


class Record(NamedTuple):
    """A vote: the month in which it was given, the part it counts in, and whether it is a yes."""

    month: int
    part: str
    is_met: bool


class Size(NamedTuple):
    records: int
    met: int


def periods_of(month: int) -> list[Period]:
    start = dt.date(YEAR, month, 1)
    return [
        Period("month", start),
        Period("quarter", start.replace(month=month - (month - 1) % 3)),
        Period("year", start.replace(month=1)),
    ]


def sizes(records: Iterable[Record], judged_on: dt.date) -> dict[Cell, Size]:
    """Every cell with records: totals of all periods, parts of those that are over."""
    found: dict[Cell, list[int]] = defaultdict(lambda: [0, 0])
    for record in records:
        for period in periods_of(record.month):
            for member in (TOTAL, ("part", record.part)):
                if member == TOTAL or period.end <= judged_on:
                    found[Cell(period, member)][0] += 1
                    found[Cell(period, member)][1] += record.is_met
    return {cell: Size(*size) for cell, size in found.items()}


def small_of(cells: Mapping[Cell, Size]) -> dict[Cell, int | None]:
    return {cell: size.records for cell, size in cells.items() if size.records in SMALL}


def publish(
    cells: Mapping[Cell, Size],
    judged_on: dt.date,
    hidden: Collection[Cell],
    left_out: Collection[Period] = (),
) -> Snapshot:
    """What a release says: the hidden cells without figures, no parts where they are left out."""
    return Snapshot(
        judged_on,
        {
            cell: Figure(None, None) if cell in hidden else Figure(*map(int, size))
            for cell, size in cells.items()
            if cell.member == TOTAL or cell.period not in left_out
        },
    )


@dataclass(frozen=True)
class Chain:
    """Deliveries that came one after the other: the day of each run and all records until then."""

    runs: list[tuple[dt.date, list[Record]]]


def records(
    months: st.SearchStrategy[int], parts: str = "abcd", most: int = 7
) -> st.SearchStrategy[list[Record]]:
    """A population: some answers in each of some months and parts, of which some are met."""
    group = st.tuples(months, st.sampled_from(parts), st.integers(1, most), st.integers(0, most))
    return st.lists(group, min_size=1, max_size=24, unique_by=lambda one: one[:2]).map(
        lambda groups: [
            Record(month, part, number < met)
            for month, part, count, met in groups
            for number in range(count)
        ]
    )


def firsts(known: Iterable[Record], until: int) -> st.SearchStrategy[list[Record]]:
    """A late record that is the first of a part in its month, while its quarter has the part."""
    parts = {(record.month, record.part) for record in known}
    free = sorted(
        (month, part)
        for month in range(1, until)
        for part in {name for number, name in parts if (number - 1) // 3 == (month - 1) // 3}
        if (month, part) not in parts
    )
    if not free:
        return st.just([])
    return st.sampled_from(free).map(lambda one: [Record(*one, is_met=False)])


@st.composite
def chains(draw: st.DrawFn, releases: int = 5) -> Chain:
    """A chain of releases: new records in the months that have come, late ones in months that were
    over, and records that are corrected: another answer, another part, another month."""
    runs: list[tuple[dt.date, list[Record]]] = []
    known: list[Record] = []
    day = dt.date(YEAR, draw(st.integers(1, 3)), draw(st.sampled_from([10, 28])))
    for _ in range(releases):
        new = draw(records(st.integers(1, day.month), most=9))
        late = (
            draw(records(st.integers(1, day.month), most=2)) if runs and draw(st.booleans()) else []
        )
        if runs and draw(st.booleans()):
            late += draw(firsts(known, runs[-1][0].month))
        changed = list(known)
        if changed and draw(st.booleans()):
            for place in draw(st.lists(st.integers(0, len(changed) - 1), max_size=3)):
                old = changed[place]
                changed[place] = draw(
                    st.sampled_from(
                        [
                            old._replace(is_met=not old.is_met),
                            old._replace(part="a" if old.part != "a" else "b"),
                            old._replace(month=max(1, old.month - 1)),
                        ]
                    )
                )
        # What was counted before stays; only months that have not been reported yet are new.
        before = runs[-1][0].month if runs else 0
        known = [*changed, *(one for one in new if one.month >= before), *late]
        runs.append((day, list(known)))
        step = draw(st.integers(10, 100))
        day = min(day + dt.timedelta(step), dt.date(YEAR + 1, 1, 20))
        if day.year > YEAR:
            day = dt.date(YEAR, 12, 31)
    return Chain(runs)


def member(part: str) -> Member:
    return ("part", part)
