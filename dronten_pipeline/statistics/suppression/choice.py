"""What is hidden besides the small groups, chosen in the order in which periods close.

Here belongs the choice. Not here: whether a cell is exposed (`audit.py`).

A closing is a day on which periods end: that of a month, and with it perhaps of a quarter and a
year. Each closing is audited with everything that closed until then, and what must be hidden about
it is taken from the periods that close on that day. So a period that closed is never touched by
what comes later, and the same deliveries judged on a later day hide the same. What an earlier
release hid stays hidden, and what it showed of a period that did not change is hidden last.

First with the numbers of records alone, then with the numerators too: of a training the numerators
of a closed period go on moving, and what the records ask for does not move with them.

Where the parts that close do not suffice, their breakdown is left out, and only where a total is
small itself and follows from other totals, a total is hidden.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dronten_pipeline.statistics.suppression.audit import (
    Component,
    Reason,
    Row,
    components,
    exposed,
)

if TYPE_CHECKING:
    import polars as pl

#: With more unknown cells than this in a year a component is not audited: the breakdowns that close
#: are left out. Of months and quarters their share of it counts, so that one that is too large for
#: the audit, or for the attack of the gate, is small from its first month on.
LARGEST = 600
_COARSENESS = {"month": 0, "quarter": 1, "year": 2}
_IN_YEAR = {0: 12, 1: 4, 2: 1}
#: A period that runs closes after all others.
_RUNNING = dt.date.max


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One figure about people.

    Attributes:
        breakdown: names the breakdown of one KPI and period that it is a part of; None of a total.
        period: names the KPI and period.
        closed_on: last day of the period; `_RUNNING` while it runs.
        points: what is counted or added up in it, None where it is only a number of records.
        lowest, highest: what one record can add to the points.
    """

    name: str
    period: str
    breakdown: str | None
    coarseness: int
    closed_on: dt.date
    records: int
    points: int | None
    lowest: int
    highest: int
    is_small: bool


@dataclass(kw_only=True)
class Choice:
    """What is hidden (rows without figures) and left out (breakdowns without rows)."""

    hidden: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)


def choose(
    cells: Sequence[Cell],
    rows: Iterable[Row],
    before: Choice | None = None,
    fixed: frozenset[str] = frozenset(),
) -> Choice:
    """What to hide and to leave out.

    Args:
        cells: all figures that could be shown, none twice.
        rows: the sums between them, by their places in `cells`.
        before: what the release before hid and left out of periods that are over.
        fixed: names of cells that it showed, in periods of which nothing it showed has changed.
    """
    rows = list(rows)
    chosen = before or Choice()
    found = Choice(
        hidden={cell.name for cell in cells if cell.is_small or cell.name in chosen.hidden},
        left_out={cell.breakdown for cell in cells if cell.breakdown in chosen.left_out},
    )
    for group, sums in components(rows, range(len(cells))):
        _Group(cells, group, sums, found, fixed).choose()
    return found


class _Group:
    """The figures that hang together by sums: one KPI in one year."""

    def __init__(
        self,
        cells: Sequence[Cell],
        group: Sequence[int],
        rows: Sequence[Row],
        chosen: Choice,
        fixed: frozenset[str],
    ) -> None:
        self.cells = cells
        self.members = group
        self.chosen = chosen
        self.fixed = fixed
        self.given_up: set[int] = set()
        self.finest = min(cells[cell].coarseness for cell in group)
        self.rows = [(max(cells[cell].closed_on for cell, _ in row), row) for row in rows]
        self._parts: dict[str, list[int]] = {}
        self._breakdowns: dict[str, set[str]] = {}
        for cell in group:
            one = cells[cell]
            if one.breakdown is not None:
                self._parts.setdefault(one.breakdown, []).append(cell)
                self._breakdowns.setdefault(one.period, set()).add(one.breakdown)
        self.totals = {cells[cell].period: cell for cell in group if not cells[cell].breakdown}
        for cell in self.totals.values():
            if cells[cell].name in chosen.hidden:
                self.hide_total(cell)

    def choose(self) -> None:
        days = sorted({self.cells[cell].closed_on for cell in self.members})
        for with_points in (False, True):
            self.given_up.clear()
            for day in days:
                _Closing(self, day, with_points).choose()
        self._show_what_follows()

    def _show_what_follows(self) -> None:
        """What is no small group and follows from one sum is shown: hiding it hides nothing.

        It was hidden for a cell that a correction took away or made large.
        """
        rows = [row for _, row in self.rows]
        while True:
            alone = {
                unknown[0]
                for row in rows
                if len(unknown := [cell for cell, _ in row if self.is_unknown(cell)]) == 1
            }
            shown = {
                self.cells[cell].name
                for cell in alone
                if not self.is_left_out(cell) and not self.cells[cell].is_small
            }
            if not shown:
                return
            self.chosen.hidden -= shown

    def is_unknown(self, cell: int) -> bool:
        one = self.cells[cell]
        return one.name in self.chosen.hidden or self.is_left_out(cell)

    def is_left_out(self, cell: int) -> bool:
        return self.cells[cell].breakdown in self.chosen.left_out

    def hide_total(self, cell: int) -> None:
        """Beside a hidden total its parts say nothing but that there are some."""
        self.chosen.hidden.add(self.cells[cell].name)
        self.chosen.left_out |= self._breakdowns.get(self.cells[cell].period, set())


class _Closing:
    """The periods of a group that close on one day, and what was closed by then."""

    def __init__(self, group: _Group, day: dt.date, with_points: bool) -> None:
        self._of = group
        self._cells = group.cells
        self._new = [cell for cell in group.members if self._cells[cell].closed_on == day]
        coarsest = max(self._cells[cell].coarseness for cell in self._new)
        self._in_year = _IN_YEAR[coarsest]
        self._active = [row for closed_on, row in group.rows if closed_on <= day]
        self._added = [row for closed_on, row in group.rows if closed_on == day]
        self._is_last = with_points
        self._with_points = with_points and any(
            self._cells[cell].points is not None for cell in group.members
        )
        if self._with_points:
            # Deliveries hold grades outside their scale too; what is true must be possible.
            known = [c for c in group.members if self._cells[c].closed_on <= day]
            self._lowest = min(self._least_each(cell) for cell in known)
            self._most = max(self._most_each(cell) for cell in known) - self._lowest
        self._audited: dict[object, dict[int, Reason]] = {}

    def choose(self) -> None:
        # Totals first and by themselves: no part that is hidden could help them.
        self._until_safe(
            *(
                [row for row in rows if self._is_of_totals(row)]
                for rows in (self._active, self._added)
            )
        )
        self._until_safe(self._active, self._added)

    def _until_safe(self, active: Sequence[Row], added: Sequence[Row]) -> None:
        if not added:
            return
        while True:
            found = self._audit(active, added)
            found = {
                cell: reason for cell, reason in found.items() if cell not in self._of.given_up
            }
            if not found:
                return
            if not self._hide_more(found, active):
                # Nothing of this day is left that could help: what closes later need not try.
                self._of.given_up |= set(found)
                return

    def _is_of_totals(self, row: Row) -> bool:
        return all(self._cells[cell].breakdown is None for cell, _ in row)

    def _least_each(self, cell: int) -> int:
        one = self._cells[cell]
        return min(one.lowest, (one.points or 0) // one.records if one.records else one.lowest)

    def _most_each(self, cell: int) -> int:
        one = self._cells[cell]
        return max(
            one.highest, -(-(one.points or 0) // one.records) if one.records else one.highest
        )

    # --- what a reader can find

    def _audit(self, active: Sequence[Row], added: Sequence[Row]) -> dict[int, Reason]:
        unknown = [
            [(cell, sign) for cell, sign in row if self._of.is_unknown(cell)] for row in active
        ]
        start = sorted({cell for row in added for cell, _ in row if self._of.is_unknown(cell)})
        found: dict[int, Reason] = {}
        for cells, rows in components([row for row in unknown if row], start):
            if not any(self._is_asked(cell) for cell in cells):
                continue
            if len(cells) * self._in_year > LARGEST:
                self._leave_all_out()
                continue
            least = [0 if self._of.is_left_out(cell) else 1 for cell in cells]
            known = tuple(cells), tuple(least), len(rows)
            if known not in self._audited:
                self._audited[known] = exposed(
                    self._component(cells, least, rows), exactly=self._is_last
                )
            found |= self._audited[known]
        return found

    def _is_asked(self, cell: int) -> bool:
        return self._cells[cell].is_small and cell not in self._of.given_up

    def _component(
        self, cells: Sequence[int], least: Sequence[int], rows: Sequence[Row]
    ) -> Component:
        import numpy as np

        place = {cell: number for number, cell in enumerate(cells)}
        records = np.array([self._cells[cell].records for cell in cells], dtype=np.int64)
        points = None
        if self._with_points:
            points = np.array([self._cells[cell].points or 0 for cell in cells], dtype=np.int64)
            points -= self._lowest * records
        return Component(
            cells=cells,
            records=records,
            points=points,
            most=self._most if self._with_points else 1,
            least=np.array(least, dtype=np.int64),
            rows=[[(place[cell], sign) for cell, sign in row] for row in rows],
            small=[place[cell] for cell in cells if self._is_asked(cell)],
            said=frozenset(place[cell] for cell in cells if self._is_said_of_everybody(cell)),
        )

    def _is_said_of_everybody(self, cell: int) -> bool:
        """Whether a visible total of the same period says 0 or 100 % of everybody.

        Of what is left out, only shorter periods can say it, and those are looked at themselves.
        """
        if self._of.is_left_out(cell) and self._cells[cell].coarseness > self._of.finest:
            return True
        total = self._of.totals.get(self._cells[cell].period)
        if not self._with_points or total is None or total == cell or self._of.is_unknown(total):
            return False
        one = self._cells[total]
        points = (one.points or 0) - self._lowest * one.records
        return points in (0, self._most * one.records)

    # --- what is hidden about it

    def _hide_more(self, found: dict[int, Reason], active: Sequence[Row]) -> bool:
        """Hides something for the exposed cells; False when there is nothing left to hide."""
        of_cell: dict[int, list[int]] = {}
        for number, row in enumerate(active):
            for cell, _ in row:
                of_cell.setdefault(cell, []).append(number)
        totals = all(self._is_of_totals(row) for row in active)
        # One at a time: what helps one cell often helps the others.
        for cell, reason in sorted(found.items(), key=lambda one: self._cells[one[0]].name):
            if chosen := self._siblings(cell, reason, active, of_cell, totals):
                for one in chosen:
                    if totals:
                        self._of.hide_total(one)
                    else:
                        self._of.chosen.hidden.add(self._cells[one].name)
                return True
        return self._leave_out(min(found))

    def _siblings(
        self,
        exposed_cell: int,
        reason: Reason,
        active: Sequence[Row],
        of_cell: dict[int, list[int]],
        totals: bool,
    ) -> list[int]:
        """What to hide: of the exposed cell's own sums, else of those that these hang on."""
        new = {
            cell
            for cell in self._new
            if (self._cells[cell].breakdown is None) == totals and not self._of.is_unknown(cell)
        }
        seen, edge = {exposed_cell}, [exposed_cell]
        while edge:
            around = {cell for one in edge for number in of_cell[one] for cell, _ in active[number]}
            found = [
                (not self._helps(cell, reason), len(company), self._rank(cell), company)
                for cell in sorted(around & new)
                if (company := self._with_company(cell, new, active, of_cell)) is not None
            ]
            if found:
                return min(found)[3]
            edge = sorted(cell for cell in around - seen if self._of.is_unknown(cell))
            seen |= set(edge)
        return []

    def _with_company(
        self, cell: int, new: set[int], active: Sequence[Row], of_cell: dict[int, list[int]]
    ) -> list[int] | None:
        """A cell and what else must be hidden lest it be alone in a sum; None where that fails."""
        company, waiting = [cell], [cell]
        while waiting:
            one = waiting.pop(0)
            for number in of_cell[one]:
                around = [other for other, _ in active[number]]
                if any(
                    other != one and (other in company or self._of.is_unknown(other))
                    for other in around
                ):
                    continue
                others = [other for other in around if other in new and other not in company]
                if not others:
                    return None
                other = min(others, key=self._rank)
                company.append(other)
                waiting.append(other)
        return company

    def _rank(self, cell: int) -> tuple[object, ...]:
        """Shown before last, then the finest, the smallest, ties by name."""
        one = self._cells[cell]
        return one.name in self._of.fixed, one.coarseness, one.records, one.name

    def _helps(self, cell: int, reason: Reason) -> bool:
        """Whether a cell can take away the reason: one that has points, or misses some."""
        if reason == "records":
            return True
        one = self._cells[cell]
        points = (one.points or 0) - self._lowest * one.records
        return points > 0 if reason == "none" else points < self._most * one.records

    def _leave_out(self, exposed_cell: int) -> bool:
        """Leaves out a breakdown that closes: that of the exposed cell, else the coarsest."""
        own = self._cells[exposed_cell].breakdown
        new = {
            (one.breakdown != own, -one.coarseness, one.breakdown)
            for one in (self._cells[cell] for cell in self._new)
            if one.breakdown is not None and one.breakdown not in self._of.chosen.left_out
        }
        if new:
            self._of.chosen.left_out.add(min(new)[2])
        return bool(new)

    def _leave_all_out(self) -> None:
        while self._leave_out(self._new[0]):
            pass


def shown_cells(cells: pl.DataFrame, equations: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The figures about people that are published, and of which the figure is hidden.

    Args:
        cells: one row per figure: cell, kpi_id, period_grain, period_start, period_end, dimension,
            is_provisional, sample_size, value, points (null for a number of records), lowest and
            highest (what one record adds to the points), is_small.
        equations: one row per cell in a sum: equation, cell, is_parent (the whole).
        before: the figures of the release before of periods that were over: cell, kpi_id,
            period_grain, period_start, dimension, value, sample_size, is_suppressed.

    Returns:
        cell and is_suppressed, in the order of cell; a figure that is not there has no row.
    """
    import polars as pl

    published = cells.filter(
        ~pl.col("is_provisional") | pl.col("dimension").is_in(["total", "measure"])
    ).sort("cell")
    names = published["cell"].to_list()
    place = {name: number for number, name in enumerate(names)}
    taken = _cells(published)
    sums: dict[str, list[tuple[int, int]]] = {}
    broken: set[str] = set()
    for equation, cell, is_parent in (
        equations.sort("equation", "cell").select("equation", "cell", "is_parent").iter_rows()
    ):
        if cell in place:
            sums.setdefault(equation, []).append((place[cell], -1 if is_parent else 1))
        else:
            broken.add(equation)
    rows = [row for equation, row in sorted(sums.items()) if equation not in broken]
    found = choose(taken, rows, *_release_before(published, before))
    return pl.DataFrame(
        [
            (cell.name, cell.name in found.hidden)
            for cell in taken
            if cell.breakdown not in found.left_out
        ],
        schema={"cell": pl.String, "is_suppressed": pl.Boolean},
        orient="row",
    )


def _cells(published: pl.DataFrame) -> list[Cell]:
    """The rows as cells; points in the unit in which all of a KPI are whole."""
    import polars as pl

    whole = (pl.col("points") - pl.col("points").round()).abs() < 1e-6
    units = published.group_by("kpi_id").agg(
        pl.when(whole.fill_null(value=True).all()).then(1).otherwise(1_000_000).alias("unit")
    )
    frame = published.join(units, on="kpi_id", maintain_order="left").with_columns(
        (pl.col("points") * pl.col("unit")).round().cast(pl.Int64),
        pl.col("lowest", "highest").fill_null(0) * pl.col("unit"),
        period=pl.concat_str("kpi_id", "period_grain", "period_start", separator="|"),
    )
    return [
        Cell(
            name=row["cell"],
            period=row["period"],
            breakdown=None
            if row["dimension"] in ("total", "measure")
            else f"{row['period']}|{row['dimension']}",
            coarseness=_COARSENESS[row["period_grain"]],
            closed_on=_RUNNING if row["is_provisional"] else row["period_end"],
            records=row["sample_size"],
            points=row["points"],
            lowest=row["lowest"],
            highest=row["highest"],
            is_small=row["is_small"],
        )
        for row in frame.iter_rows(named=True)
    ]


def _release_before(published: pl.DataFrame, before: pl.DataFrame) -> tuple[Choice, frozenset[str]]:
    """What the release before hid and left out, and what it showed of unchanged periods."""
    import polars as pl

    keys = ["kpi_id", "period_grain", "period_start"]
    closed = published.filter(~pl.col("is_provisional"))
    is_part = ~pl.col("dimension").is_in(["total", "measure"])
    # Rows that it could have had: of a period that it knew, in a breakdown that it had somewhere.
    could = (
        closed.filter(is_part)
        .join(before.select(keys).unique(), on=keys, how="semi")
        .join(before.select("kpi_id", "dimension").unique(), on=["kpi_id", "dimension"], how="semi")
    )
    left_out = (
        could.select(*keys, "dimension")
        .unique()
        .join(before.select(*keys, "dimension"), on=[*keys, "dimension"], how="anti")
        .select(pl.concat_str(*keys, "dimension", separator="|"))
        .to_series()
    )
    hidden = closed.join(before.filter("is_suppressed"), on="cell", how="semi")["cell"]
    both = before.filter(~pl.col("is_suppressed")).join(
        closed, on="cell", how="left", suffix="_now"
    )
    is_same = (pl.col("sample_size") == pl.col("sample_size_now")) & (
        (pl.col("value") - pl.col("value_now")).abs() <= 1e-9 * pl.max_horizontal(1, "value")
    ).fill_null(value=True)
    changed = both.filter(~is_same.fill_null(value=False)).select(keys).unique()
    fixed = both.join(changed, on=keys, how="anti")["cell"]
    return (
        Choice(hidden=set(hidden), left_out=set(left_out)),
        frozenset(fixed),
    )
