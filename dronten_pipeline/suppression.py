"""Which figures about people must be hidden so that nobody can compute a hidden one.

Here belongs the reasoning about cells and the sums between them, as pure functions. Not here: which
KPIs are about people (the register), which cells add up to which (`int_kpi_equation`) and what
hiding means (`fct_kpi_value`). The dbt model `int_kpi_hidden` calls this.

A reader knows every published cell and that a total is the sum of its parts and a year of its
quarters. A hidden cell that follows from these sums is exposed, and the smallest remaining sibling
is hidden with it. It is not enough that no sum has exactly one hidden cell: several sums together
can expose a cell of which each alone says nothing (the secondary suppression problem; Cox 1980).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: Elimination is done in whole numbers modulo this prime: nothing is rounded. All coefficients are
#: 1 or -1, and a prime of this size divides a determinant of theirs by chance only.
PRIME = 2_147_483_647


@dataclass(frozen=True, kw_only=True)
class Sum:
    """One sum: `whole` equals the parts together. Parts in the order in which to hide them."""

    whole: str
    parts: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return (*self.parts, self.whole)


def hidden_cells(cells: pl.DataFrame, equations: pl.DataFrame) -> pl.DataFrame:
    """The cells to hide.

    Args:
        cells: one row per cell: cell (text), sample_size (records behind it), is_small (hide it).
        equations: one row per cell in a sum: equation (text), cell, is_parent (the whole),
            hide_order (what to hide first within the sum).

    Returns:
        cell and is_small, in the order of cell.
    """
    import polars as pl

    size = dict(cells.select("cell", "sample_size").iter_rows())
    small = set(cells.filter("is_small")["cell"])
    return pl.DataFrame(
        [(cell, cell in small) for cell in sorted(choose(sums_of(equations), size, small))],
        schema={"cell": pl.String, "is_small": pl.Boolean},
        orient="row",
    )


def sums_of(equations: pl.DataFrame) -> list[Sum]:
    """The sums in a table with equation, cell, is_parent and hide_order."""
    parts: dict[str, list[str]] = defaultdict(list)
    wholes: dict[str, str] = {}
    rows = equations.sort("equation", "hide_order").select("equation", "cell", "is_parent")
    for equation, cell, is_parent in rows.iter_rows():
        if is_parent:
            wholes[equation] = cell
        else:
            parts[equation].append(cell)
    return [Sum(whole=wholes[name], parts=tuple(parts[name])) for name in sorted(parts)]


def choose(sums: Collection[Sum], size: Mapping[str, int], small: Iterable[str]) -> set[str]:
    """The small cells and what must be hidden with them.

    Of a sum that exposes a cell the first visible part is hidden, and the whole only where no part
    is left; again, until no cell is exposed.
    """
    hidden = set(small)
    while True:
        # The plain cases first, so that they decide what is hidden wherever they suffice.
        chosen = (
            {cell for one in sums if _is_alone(one, hidden) for cell in _first(one, hidden)}
            or {
                cell
                for one in sums
                if _are_single_records(one, hidden, size)
                for cell in _first(one, hidden)
            }
            or {
                cell
                for group in _connected(sums, hidden)
                for exposed in sorted(_solved(group, hidden))
                for cell in _sibling(group, size, exposed, hidden)
            }
        )
        if not chosen:
            return hidden
        hidden |= chosen


def _is_alone(one: Sum, unknown: Collection[str]) -> bool:
    """Whether exactly one cell of a sum is unknown, so that the others give it."""
    return sum(cell in unknown for cell in one.cells) == 1


def _are_single_records(one: Sum, unknown: Collection[str], size: Mapping[str, int]) -> bool:
    """Whether the unknown parts are together as many records as parts: then each is one record."""
    parts = [part for part in one.parts if part in unknown]
    return (
        one.whole not in unknown
        and len(parts) > 1
        and sum(size[part] for part in parts) == len(parts)
    )


def _first(one: Sum, hidden: set[str]) -> list[str]:
    """What to hide in a sum: its first visible cell."""
    return [cell for cell in one.cells if cell not in hidden][:1]


def _sibling(
    sums: Collection[Sum], size: Mapping[str, int], exposed: str, hidden: set[str]
) -> list[str]:
    """What to hide for a cell that several sums together expose: the smallest of its siblings.

    Where its own sums have no visible cell left, the smallest one of the sums that share an
    unknown cell with them, directly or through others.
    """
    own = [one for one in sums if exposed in one.cells]
    for within in (own, sums):
        candidates = [
            (cell == one.whole, size[cell], cell) for one in within for cell in _first(one, hidden)
        ]
        if candidates:
            return [min(candidates)[2]]
    return []


def exposed_cells(sums: Iterable[Sum], unknown: Collection[str]) -> set[str]:
    """The unknown cells that follow from the known ones through any combination of the sums."""
    return {cell for group in _connected(sums, unknown) for cell in _solved(group, unknown)}


def _connected(sums: Iterable[Sum], unknown: Collection[str]) -> list[list[Sum]]:
    """The sums with unknown cells, in groups that share none, so that each is solved alone."""
    root: dict[str, str] = {}

    def find(cell: str) -> str:
        root.setdefault(cell, cell)
        while root[cell] != cell:
            root[cell] = root[root[cell]]
            cell = root[cell]
        return cell

    asked = [(one, [cell for cell in one.cells if cell in unknown]) for one in sums]
    for _, cells in asked:
        for cell in cells:
            root[find(cell)] = find(cells[0])
    groups: dict[str, list[Sum]] = defaultdict(list)
    for one, cells in asked:
        if cells:
            groups[find(cells[0])].append(one)
    return list(groups.values())


def _solved(sums: Collection[Sum], unknown: Collection[str]) -> set[str]:
    """The cells that a system of equations fixes: alone in a row after elimination."""
    import numpy as np

    cells = sorted({cell for one in sums for cell in one.cells if cell in unknown})
    place = {cell: number for number, cell in enumerate(cells)}
    matrix = np.zeros((len(sums), len(cells)), dtype=np.int64)
    for number, one in enumerate(sums):
        for cell in one.cells:
            if cell in place:
                matrix[number, place[cell]] = PRIME - 1 if cell == one.whole else 1
    top = 0
    for column in range(len(cells)):
        below = np.flatnonzero(matrix[top:, column])
        if not len(below):
            continue
        pivot = top + int(below[0])
        matrix[[top, pivot]] = matrix[[pivot, top]]
        matrix[top] = matrix[top] * pow(int(matrix[top, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(matrix[:, column])
        others = others[others != top]
        matrix[others] -= matrix[others, column][:, None] * matrix[top] % PRIME
        matrix[others] %= PRIME
        top += 1
    alone = np.flatnonzero(np.count_nonzero(matrix[:top], axis=1) == 1)
    return {cells[int(np.flatnonzero(matrix[row])[0])] for row in alone}
