"""What the project chooses to hide stands up to the hostile reader.

The choice (`dronten_pipeline/suppression`) and the attack share no code. Populations, days of
judgement and what comes late or is corrected are generated; the same is published release after
release, as the runs would, and each release is attacked with all those before it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections import defaultdict
from random import Random

import polars as pl
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from dronten_pipeline.gate.attack.audit import attack_block
from dronten_pipeline.gate.attack.knowledge import TOTAL, Cell, Period, Snapshot
from dronten_pipeline.statistics.suppression import shown_cells
from tests.unit.gate.attack.populations import (
    SHARE,
    YEAR,
    Chain,
    Record,
    Size,
    chains,
    publish,
    records,
    sizes,
    small_of,
)

BEFORE = {
    "cell": pl.String,
    "kpi_id": pl.String,
    "period_grain": pl.String,
    "period_start": pl.Date,
    "dimension": pl.String,
    "value": pl.Float64,
    "sample_size": pl.Int64,
    "is_suppressed": pl.Boolean,
}


def name(cell: Cell) -> str:
    return "|".join(("k", cell.period.grain, cell.period.start.isoformat(), *cell.member))


def frame(cells: dict[Cell, Size], judged_on: dt.date) -> pl.DataFrame:
    """Figures as `int_kpi_cell` gives them."""
    return pl.DataFrame(
        [
            {
                "cell": name(cell),
                "kpi_id": "k",
                "period_grain": cell.period.grain,
                "period_start": cell.period.start,
                "period_end": cell.period.end,
                "dimension": cell.member[0],
                "is_provisional": cell.period.end > judged_on,
                "sample_size": size.records,
                "value": 100 * size.met / size.records,
                "points": float(size.met),
                "lowest": 0,
                "highest": 1,
                "is_small": cell in small_of(cells),
            }
            for cell, size in cells.items()
        ]
    )


def equations(cells: dict[Cell, Size]) -> pl.DataFrame:
    """Sums as `int_kpi_equation` gives them: the parts of a total, the finer of a period."""
    sums: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.member != TOTAL:
            sums[Cell(cell.period, TOTAL), "part"].append(cell)
        whole = cell.period.coarser
        if whole is not None and Cell(whole, cell.member) in cells:
            sums[Cell(whole, cell.member), cell.period.grain].append(cell)
    return pl.DataFrame(
        [
            {"equation": f"{name(whole)} by {by}", "cell": name(cell), "is_parent": cell == whole}
            for (whole, by), parts in sums.items()
            for cell in (*parts, whole)
        ],
        schema={"equation": pl.String, "cell": pl.String, "is_parent": pl.Boolean},
    )


def before(snapshot: Snapshot | None) -> pl.DataFrame:
    """The figures of the release before, as `int_kpi_before` gives them."""
    rows = [
        {
            "cell": name(cell),
            "kpi_id": "k",
            "period_grain": cell.period.grain,
            "period_start": cell.period.start,
            "dimension": cell.member[0],
            "value": None
            if figure.records is None or figure.met is None
            else 100 * figure.met / figure.records,
            "sample_size": figure.records,
            "is_suppressed": figure.records is None,
        }
        for cell, figure in (snapshot.figures.items() if snapshot else ())
        if snapshot is not None and snapshot.is_over(cell.period)
    ]
    return pl.DataFrame(rows, schema=BEFORE)


def release(known: list[Record], judged_on: dt.date, previous: Snapshot | None) -> Snapshot:
    """What a run would publish of these records after the release before."""
    cells = sizes(known, judged_on)
    shown = shown_cells(frame(cells, judged_on), equations(cells), before(previous))
    is_hidden = dict(shown.select("cell", "is_suppressed").iter_rows())
    left_out = {cell.period for cell in cells if name(cell) not in is_hidden}
    for cell in cells:  # a breakdown is there or not, and a total always
        is_out = cell.member != TOTAL and cell.period in left_out
        assert (name(cell) in is_hidden) is not is_out
    hidden = {cell for cell in cells if is_hidden.get(name(cell))}
    return publish(cells, judged_on, hidden, left_out)


def given_away(known: list[Record], snapshots: list[Snapshot]) -> set[tuple[Cell, str]]:
    cells = sizes(known, snapshots[0].judged_on)
    found, _, _ = attack_block(SHARE, snapshots, small_of(cells), time.monotonic() + 60)
    return {(one.cell, one.how) for one in found}


@given(records(st.integers(1, 12), most=8), st.dates(dt.date(YEAR, 1, 1), dt.date(YEAR + 1, 2, 1)))
def test_a_single_release_gives_nothing_away(population: list[Record], day: dt.date) -> None:
    known = [record for record in population if dt.date(YEAR, record.month, 1) <= day]
    if known:
        snapshot = release(known, day, None)
        event("hides" if any(one.records is None for one in snapshot.figures.values()) else "")
        assert given_away(known, [snapshot]) == set()


@pytest.mark.slow
@given(chains())
def test_five_releases_with_late_and_corrected_records_give_nothing_away(chain: Chain) -> None:
    published: list[Snapshot] = []
    for day, known in chain.runs:
        if not known:
            continue
        published.insert(0, release(known, day, published[0] if published else None))
        event(f"releases: {len(published)}")
        assert given_away(known, published) == set()


@given(records(st.integers(1, 6), most=8), st.lists(st.integers(0, 45), min_size=4, max_size=4))
def test_judged_again_on_a_later_day_hides_the_same(
    population: list[Record], steps: list[int]
) -> None:
    """The same deliveries on five days: what was visible of a period that was over stays so."""
    days = itertools.accumulate(
        steps, lambda day, step: day + dt.timedelta(step), initial=dt.date(YEAR, 6, 30)
    )
    published: list[Snapshot] = []
    for day in days:
        snapshot = release(population, day, published[0] if published else None)
        for older in published:
            for cell, figure in older.figures.items():
                if older.is_over(cell.period):
                    assert snapshot.figures[cell] == figure
        published.insert(0, snapshot)
        assert given_away(population, published) == set()


def votes(sizes_of: dict[tuple[int, str], tuple[int, int]]) -> list[Record]:
    return [
        Record(month, part, number < met)
        for (month, part), (count, met) in sizes_of.items()
        for number in range(count)
    ]


def test_a_late_record_in_a_part_that_had_no_row_does_not_hold_back_a_release() -> None:
    """Of parkeren there was nothing in May: 8 in the quarter become 9, of which May is 1."""
    counts = {(month, part): (6 + month, 3) for month in (4, 5, 6) for part in ("zorg", "sport")}
    counts |= {(month, part): (3, 1) for month in (4, 5, 6) for part in ("werk", "bouwen")}
    counts |= {(4, "parkeren"): (4, 2), (6, "parkeren"): (4, 2)}
    known, quarter = votes(counts), Period("quarter", dt.date(YEAR, 4, 1))
    for day in (dt.date(YEAR, 7, 10), dt.date(YEAR + 1, 1, 20)):
        first = release(known, day, None)
        late = [*known, Record(5, "parkeren", is_met=False)]
        second = release(late, day + dt.timedelta(14), first)
        parkeren = ("part", "parkeren")
        assert [one.figures[Cell(quarter, parkeren)].records for one in (first, second)] == [8, 9]
        months = [Cell(Period("month", dt.date(YEAR, month, 1)), parkeren) for month in (4, 5, 6)]
        assert [first.figures[one].records for one in months if one in first.figures] == [None] * 2
        assert [second.figures[one].records for one in months] == [None] * 3
        assert given_away(late, [second]) == set()
        assert given_away(late, [second, first]) == set()


def many_votes(parts: int, months: int) -> list[Record]:
    """None to six votes per part and month: nearly all is small."""
    random = Random(2)
    return [
        Record(month, f"{part:03}", random.random() < 0.5)
        for month in range(1, months + 1)
        for part in range(parts)
        for _ in range(random.choice([0, 1, 1, 2, 2, 3, 4, 5, 6]))
    ]


@pytest.mark.parametrize(("parts", "months"), [(50, 3), (70, 3), (400, 2)])
def test_many_small_parts_are_chosen_and_attacked_with_few_programmes(
    parts: int, months: int
) -> None:
    """As many programmes as a few seconds hold; with no limit that depends on the machine."""
    population = many_votes(parts, months)
    snapshot = release(population, dt.date(YEAR, months, 28) + dt.timedelta(5), None)
    cells = sizes(population, snapshot.judged_on)
    found, _, solved = attack_block(SHARE, [snapshot], small_of(cells), time.monotonic() + 300)
    assert found == []
    assert solved < 300
    # A small table is published with its parts, one that is large is left to its totals.
    assert any(cell.member != TOTAL for cell in snapshot.figures) is (parts < 400)
