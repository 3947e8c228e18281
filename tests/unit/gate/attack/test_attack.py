"""The hostile reader finds what is there to be found, and nothing that is not.

The judge of it is enumeration: all tables that agree with what is published are written down, one
by one, by code that knows no equations.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from dronten_pipeline.gate.attack.audit import POSSIBLE, attack_block
from dronten_pipeline.gate.attack.knowledge import TOTAL, Cell, Figure, Kind, Period, Snapshot
from dronten_pipeline.gate.attack.solve import Contradiction, Unanswered
from tests.unit.gate.attack.populations import (
    SHARE,
    YEAR,
    Record,
    Size,
    member,
    publish,
    records,
    sizes,
    small_of,
)

END = dt.date(YEAR, 12, 31)
MONTH = [Period("month", dt.date(YEAR, month, 1)) for month in range(1, 13)]
QUARTER = [Period("quarter", dt.date(YEAR, month, 1)) for month in (1, 4, 7, 10)]
WHOLE_YEAR = Period("year", dt.date(YEAR, 1, 1))


def attacked(
    kind: Kind, snapshots: list[Snapshot], small: dict[Cell, int | None], seconds: float = 60
) -> set[tuple[Cell, str]]:
    found, _, _ = attack_block(kind, snapshots, small, time.monotonic() + seconds)
    return {(one.cell, one.how) for one in found}


# --- enumeration


def tables_of(period: Period, parts: list[str], snapshots: list[Snapshot], most: int) -> np.ndarray:
    """All that the parts of one month can be, by what is published of that month.

    Returns:
        One row per possibility: records and met of each part, in the order of the parts.
    """
    some = np.array([(n, x) for n in range(most + 1) for x in range(n + 1)])
    rows = np.zeros((1, 0), dtype=int)
    for part in parts:
        allowed = some[that_agree(snapshots, Cell(period, member(part)), some)]
        rows = np.hstack([np.repeat(rows, len(allowed), axis=0), np.tile(allowed, (len(rows), 1))])
    return rows[that_agree(snapshots, Cell(period, TOTAL), totals(rows))]


def totals(rows: np.ndarray) -> np.ndarray:
    return np.stack([rows[:, 0::2].sum(axis=1), rows[:, 1::2].sum(axis=1)], axis=1)


def that_agree(snapshots: list[Snapshot], cell: Cell, sizes_: np.ndarray) -> np.ndarray:
    """Which of these sizes a cell can have where the releases say what they say."""
    agree = np.ones(len(sizes_), dtype=bool)
    for snapshot in snapshots:
        figure = snapshot.figures.get(cell)
        if figure is None:
            is_left_out = cell.member != TOTAL and not any(
                other.member != TOTAL for other in snapshot.figures if other.period == cell.period
            )
            if not is_left_out:
                agree &= sizes_[:, 0] == 0
        elif figure.records is None:
            agree &= sizes_[:, 0] > 0
        else:
            agree &= (sizes_ == figure).all(axis=1)
    return agree


def enumerated(
    months: list[int],
    parts: list[str],
    snapshots: list[Snapshot],
    small: dict[Cell, int | None],
    most: int,
) -> set[tuple[Cell, str]]:
    """What follows for the small cells from all tables together.

    The months must lie in one quarter.
    """
    each = [tables_of(MONTH[month - 1], parts, snapshots, most) for month in months]
    places = [place.ravel() for place in np.indices([len(one) for one in each])]
    by_period = {
        MONTH[month - 1]: one[place] for month, one, place in zip(months, each, places, strict=True)
    }
    together = sum(by_period.values())
    by_period |= {QUARTER[(months[0] - 1) // 3]: together, WHOLE_YEAR: together}

    def sizes_of(cell: Cell) -> np.ndarray:
        rows = by_period[cell.period]
        place = 2 * parts.index(cell.member[1]) if cell.member != TOTAL else 0
        return rows[:, place : place + 2] if cell.member != TOTAL else totals(rows)

    named = [Cell(period, one) for period in by_period for one in (TOTAL, *map(member, parts))]
    agree = np.logical_and.reduce([that_agree(snapshots, cell, sizes_of(cell)) for cell in named])
    assert agree.any()
    found: set[tuple[Cell, str]] = set()
    for cell in small:
        records, met = sizes_of(cell)[agree].T
        if len(np.unique(records)) < POSSIBLE:
            found.add((cell, "records"))
        whole = snapshots[0].figures[Cell(cell.period, TOTAL)]
        if whole.met != 0 and (met == 0).all():
            found.add((cell, "none"))
        if (whole.met is None or whole.met != whole.records) and (met == records).all():
            found.add((cell, "all"))
    return found


#: Two months of one quarter and few records: small enough to write everything down.
tiny = records(st.integers(1, 2), parts="abc", most=5).filter(lambda found: len(found) <= 10)
tinier = records(st.integers(1, 2), parts="ab", most=2)


def compare(
    population: list[Record],
    hidden: list[Collection[Cell]],
    left_out: list[Collection[Period]],
    room: int = 0,
) -> None:
    """Publishes a population once per set of hidden cells, and attacks and enumerates it."""
    cells = sizes(population, END)
    small = small_of(cells)
    asked = {cell: size for cell, size in small.items() if cell in hidden[0]}
    months = sorted({record.month for record in population})
    names = sorted({record.part for record in population})
    snapshots = [
        publish(cells, END, some, others) for some, others in zip(hidden, left_out, strict=True)
    ]
    most = room + max(cells[Cell(MONTH[month - 1], TOTAL)].records for month in months)
    expected = enumerated(months, names, snapshots, asked, most)
    event(f"found: {min(3, len(expected))}")
    assert attacked(SHARE, snapshots, asked) == expected


@given(tiny, st.data())
def test_the_attack_finds_what_enumeration_finds(
    population: list[Record], data: st.DataObject
) -> None:
    """Primary hiding of the small parts and some more by chance; an older release hid others."""
    cells = sizes(population, END)
    parts = sorted(cell for cell in cells if cell.member != TOTAL)
    some = st.sets(st.sampled_from(parts))
    small = {cell for cell in small_of(cells) if cell.member != TOTAL}
    hidden = [small | data.draw(some)]
    if data.draw(st.booleans()):
        hidden.append(data.draw(some))
    compare(population, hidden, [()] * len(hidden))


@given(tinier, st.data())
def test_the_attack_finds_what_enumeration_finds_where_totals_are_hidden(
    population: list[Record], data: st.DataObject
) -> None:
    cells = sizes(population, END)
    hidden = set(small_of(cells)) | data.draw(st.sets(st.sampled_from(sorted(cells))))
    compare(population, [hidden], [()], room=2)


@given(tiny, st.data())
def test_the_attack_finds_what_enumeration_finds_where_a_breakdown_is_left_out(
    population: list[Record], data: st.DataObject
) -> None:
    cells = sizes(population, END)
    months = sorted({cell.period for cell in cells if cell.period.grain == "month"})
    left_out = data.draw(st.sets(st.sampled_from(months), max_size=1))
    parts = sorted(cell for cell in cells if cell.member != TOTAL)
    hidden = {cell for cell in small_of(cells) if cell.member != TOTAL}
    hidden |= data.draw(st.sets(st.sampled_from(parts)))
    compare(population, [hidden], [left_out])


# --- what follows from a definition, from several releases, and from too little time


def votes(**groups: tuple[int, int, int]) -> list[Record]:
    """Answers by part: month, votes, of which yes."""
    return [
        Record(month, part.rstrip("_"), number < met)
        for part, (month, count, met) in groups.items()
        for number in range(count)
    ]


def test_bounds_give_away_what_no_sum_gives_away() -> None:
    """Three hidden parts that are together four votes, all yes: one of them has two."""
    population = votes(afval=(1, 1, 1), werk=(1, 1, 1), zorg=(1, 2, 2), bouwen=(1, 9, 4))
    cells = sizes(population, END)
    asked = {cell: size for cell, size in small_of(cells).items() if cell.period == MONTH[0]}
    found = attacked(SHARE, [publish(cells, END, asked)], asked)
    assert found == {(cell, how) for cell in asked for how in ("records", "all")}


def test_a_total_that_says_it_of_everybody_gives_no_part_away() -> None:
    population = votes(afval=(1, 4, 4), werk=(1, 4, 4), zorg=(1, 9, 9))
    cells = sizes(population, END)
    asked = {cell: size for cell, size in small_of(cells).items() if cell.period == MONTH[0]}
    hidden = {cell for cell in cells if cell.member[1] in ("afval", "werk")}
    assert attacked(SHARE, [publish(cells, END, hidden)], asked) == set()
    # One no in the month: the parts that are hidden are still all yes, and nobody else says so.
    cells = sizes([*population, *votes(zorg=(1, 1, 0))], END)
    found = attacked(SHARE, [publish(cells, END, hidden)], asked)
    assert found == {(cell, "all") for cell in asked}


def test_two_choices_for_one_period_fix_a_cell_that_neither_gives_away() -> None:
    population = votes(afval=(1, 2, 1), werk=(1, 6, 3), zorg=(1, 7, 4), bouwen=(1, 9, 4))
    cells = sizes(population, dt.date(YEAR, 2, 20))
    small = Cell(MONTH[0], member("afval"))
    snapshots = [
        publish(cells, dt.date(YEAR, 2, 20), {small, Cell(MONTH[0], member(other))})
        for other in ("werk", "zorg")
    ]
    asked = {small: 2}
    assert attacked(SHARE, snapshots[:1], asked) == set()
    assert attacked(SHARE, snapshots, asked) == {(small, "records")}


def test_a_late_record_makes_other_unknowns_of_its_period_only() -> None:
    """What an earlier release showed of January holds no more when its total is another one; that
    of February still holds."""
    before = votes(
        afval=(1, 2, 1),
        werk=(1, 6, 3),
        zorg=(1, 9, 4),
        afval_=(2, 2, 1),
        werk_=(2, 6, 3),
        zorg_=(2, 9, 1),
    )
    after = [*before, *votes(zorg=(1, 1, 1))]
    day = dt.date(YEAR, 3, 20)
    afval = [Cell(MONTH[month], member("afval")) for month in (0, 1)]
    seen = [Cell(MONTH[month], member("werk")) for month in (0, 1)]
    seen += [Cell(MONTH[month], member("zorg")) for month in (0, 1)]
    older = publish(sizes(before, day), day, {*afval, *seen[:2]})
    newer = publish(sizes(after, day), day, {*afval, *seen[2:]})
    asked = dict.fromkeys(afval, 2)
    assert attacked(SHARE, [newer, older], asked) == {(afval[1], "records")}


def test_a_record_that_moved_in_silence_is_no_contradiction() -> None:
    """The total stays, and two visible parts differ: the period changed, and the reader sees it."""
    before = votes(afval=(1, 2, 1), werk=(1, 6, 3), zorg=(1, 7, 4), wonen=(1, 6, 2))
    after = votes(afval=(1, 2, 1), werk=(1, 6, 3), zorg=(1, 6, 3), wonen=(1, 7, 3))
    small = Cell(MONTH[0], member("afval"))
    day = dt.date(YEAR, 2, 20)
    werk = Cell(MONTH[0], member("werk"))
    snapshots = [publish(sizes(one, day), day, {small, werk}) for one in (after, before)]
    assert attacked(SHARE, snapshots, {small: 2}) == set()


def test_hidden_cells_that_moved_are_seen_by_the_contradiction() -> None:
    """Each release alone says 8 of two hidden parts; one shows one of them as 3, the other the
    other as 3: no table agrees, so the reader tries them one by one."""
    day = dt.date(YEAR, 2, 20)
    before = votes(afval=(1, 3, 1), werk=(1, 5, 3), zorg=(1, 8, 4))
    after = votes(afval=(1, 4, 2), werk=(1, 4, 2), zorg=(1, 8, 4))
    january = {name: Cell(MONTH[0], member(name)) for name in ("afval", "werk", "zorg")}
    older = publish(sizes(before, day), day, {january["afval"], january["zorg"]})
    newer = publish(sizes(after, day), day, {january["afval"], january["werk"]})
    asked = {january["afval"]: 4, january["werk"]: 4}
    assert attacked(SHARE, [newer, older], asked) == set()


def test_a_stock_of_a_year_is_that_of_its_last_quarter() -> None:
    stock = Kind(is_additive=False, low=0, high=1)
    cells = {
        Cell(period, member(part)): size
        for period in (QUARTER[3], WHOLE_YEAR)
        for part, size in {"kcc": Size(2, 1), "zorg": Size(6, 3)}.items()
    } | {Cell(period, TOTAL): Size(8, 4) for period in (QUARTER[3], WHOLE_YEAR)}
    hidden = {cell for cell in cells if cell.period == QUARTER[3] and cell.member != TOTAL}
    asked: dict[Cell, int | None] = {Cell(QUARTER[3], member("kcc")): 2}
    assert attacked(stock, [publish(cells, END, hidden)], asked) == {
        (Cell(QUARTER[3], member("kcc")), "records")
    }
    # The third quarter was taken on another day: the year says nothing of it.
    cells = {
        Cell(QUARTER[2] if cell.period == QUARTER[3] else cell.period, cell.member): size
        for cell, size in cells.items()
    }
    hidden = {cell for cell in cells if cell.period == QUARTER[2] and cell.member != TOTAL}
    asked = {Cell(QUARTER[2], member("kcc")): 2}
    assert attacked(stock, [publish(cells, END, hidden)], asked) == set()


@pytest.mark.parametrize(
    ("grades", "found"),
    [((20.0, 30.0, 90.0), {"all"}), ((19.6, 30.0, 90.0), set()), ((2.0, 3.0, 90.0), {"none"})],
)
def test_a_mean_may_not_be_settled_at_an_end_of_its_scale(
    grades: tuple[float, float, float], found: set[str]
) -> None:
    mean = Kind(is_additive=True, low=1, high=10, is_whole=False)
    first, second, rest = grades
    cells = {
        Cell(QUARTER[0], TOTAL): Figure(20, first + second + rest),
        Cell(QUARTER[0], member("a")): Figure(None, None),
        Cell(QUARTER[0], member("b")): Figure(None, None),
        Cell(QUARTER[0], member("c")): Figure(15, rest),
    }
    asked: dict[Cell, int | None] = {Cell(QUARTER[0], member("a")): 2}
    cell = next(iter(asked))
    assert attacked(mean, [Snapshot(END, cells)], asked) == {(cell, how) for how in found}


def test_grades_outside_their_scale_leave_the_records() -> None:
    mean = Kind(is_additive=True, low=1, high=10, is_whole=False)
    cells = {
        Cell(QUARTER[0], TOTAL): Figure(8, 90.0),
        Cell(QUARTER[0], member("a")): Figure(None, None),
        Cell(QUARTER[0], member("b")): Figure(None, None),
        Cell(QUARTER[0], member("c")): Figure(5, 30.0),
    }
    asked: dict[Cell, int | None] = {Cell(QUARTER[0], member("a")): 2}
    assert attacked(mean, [Snapshot(END, cells)], asked) == {(next(iter(asked)), "records")}


def test_figures_that_contradict_each_other_are_no_answer() -> None:
    cells = {
        Cell(MONTH[0], TOTAL): Figure(8, 4.0),
        Cell(MONTH[0], member("a")): Figure(None, None),
        Cell(MONTH[0], member("b")): Figure(9, 4.0),
    }
    with pytest.raises(Contradiction):
        attacked(SHARE, [Snapshot(END, cells)], {Cell(MONTH[0], member("a")): 2})


def test_what_is_not_solved_in_time_is_not_answered() -> None:
    population = votes(afval=(1, 4, 1), werk=(1, 4, 2), zorg=(1, 4, 3), wonen=(1, 9, 3))
    cells = sizes(population, END)
    asked = small_of(cells)
    with pytest.raises(Unanswered):
        attacked(SHARE, [publish(cells, END, asked)], asked, seconds=0)


def test_of_a_stopped_source_only_what_is_surely_small_counts() -> None:
    """Nobody knows the records of its hidden rows: {2} is small, {9} is not."""
    population = votes(afval=(1, 2, 1), werk=(1, 9, 3), zorg=(1, 9, 3))
    cells = sizes(population, END)
    for name, expected in (("afval", {"records"}), ("werk", set())):
        cell = Cell(MONTH[0], member(name))
        found = attacked(SHARE, [publish(cells, END, {cell})], {cell: None})
        assert found == {(cell, how) for how in expected}
