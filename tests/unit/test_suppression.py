"""Nobody can compute a hidden figure: an attacker with all sums of a release tries.

The attacker knows nothing of how cells are chosen. It solves the sums with exact fractions, by code
of its own, and also reasons that every record is at least one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dronten_pipeline.suppression import Sum, choose, exposed_cells, hidden_cells

#: Records per part and month; part 'a' in month 0 is table["a", 0].
Table = dict[tuple[str, int], int]
MINIMUM = 5


def cells_of(table: Table) -> dict[str, int]:
    """Every cell that is published: months, quarters and the year, per part and in total."""
    cells: dict[str, int] = defaultdict(int)
    for (part, month), records in table.items():
        for period in (f"m{month:02}", f"q{month // 3}", "y"):
            cells[f"{period} {part}"] += records
            cells[f"{period} total"] += records
    return dict(cells)


def sums_of(cells: dict[str, int]) -> list[Sum]:
    """A total is the sum of its parts, a quarter of its months, the year of its quarters."""
    parts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in cells:
        period, part = cell.split()
        if part != "total":
            parts[f"{period} total", "by part"].append(cell)
        if period[0] == "m":
            parts[f"q{int(period[1:]) // 3} {part}", "by month"].append(cell)
        if period[0] == "q":
            parts[f"y {part}", "by quarter"].append(cell)
    by_size = lambda cell: (cells[cell], cell.split()[1], cell)  # noqa: E731
    return [
        Sum(whole=whole, parts=tuple(sorted(found, key=by_size)))
        for (whole, _), found in parts.items()
    ]


def small(cells: dict[str, int]) -> set[str]:
    return {cell for cell, records in cells.items() if records < MINIMUM}


Equation = tuple[dict[str, int], int]


def equations(cells: dict[str, int], hidden: set[str]) -> list[Equation]:
    """What a reader writes down: unknowns with their sign, and what they are together."""
    found = []
    for one in sums_of(cells):
        unknown: dict[str, int] = {}
        known = 0
        for cell, sign in [(one.whole, -1), *((part, 1) for part in one.parts)]:
            if cell in hidden:
                unknown[cell] = sign
            else:
                known -= sign * cells[cell]
        if unknown:
            found.append((unknown, known))
    return found


def computed(system: Iterable[Equation]) -> set[str]:
    """The unknowns that have one solution only, by elimination with fractions."""
    rows = [
        ({cell: Fraction(sign) for cell, sign in left.items()}, Fraction(right))
        for left, right in system
    ]
    solved: list[tuple[str, dict[str, Fraction], Fraction]] = []
    while rows:
        left, right = rows.pop()
        left = {cell: factor for cell, factor in left.items() if factor}
        if not left:
            assert right == 0, "the published figures contradict each other"
            continue
        pivot = next(iter(left))
        scale = left[pivot]
        left, right = {cell: factor / scale for cell, factor in left.items()}, right / scale

        def without(
            other: dict[str, Fraction],
            value: Fraction,
            pivot: str = pivot,
            left: dict[str, Fraction] = left,
            right: Fraction = right,
        ) -> tuple[dict[str, Fraction], Fraction]:
            factor = other.get(pivot, Fraction(0))
            if not factor:
                return other, value
            merged = {
                cell: other.get(cell, Fraction(0)) - factor * left.get(cell, Fraction(0))
                for cell in {*other, *left}
            }
            return {cell: found for cell, found in merged.items() if found}, value - factor * right

        rows = [without(*row) for row in rows]
        solved = [(name, *without(row, value)) for name, row, value in solved]
        solved.append((pivot, left, right))
    fixed = {name for name, row, _ in solved if len(row) == 1}
    # Every hidden cell is at least one record: n of them that are together n are one each.
    for left, right in system:
        if right == len(left) and set(left.values()) == {1}:
            fixed |= set(left)
    return fixed


parts = st.sampled_from("abcdef")


def tables(months: int) -> st.SearchStrategy[Table]:
    return st.dictionaries(
        st.tuples(parts, st.integers(0, months - 1)), st.integers(1, 12), min_size=1, max_size=40
    )


quickly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@quickly
@given(tables(12))
@example({("a", 0): 3, ("b", 0): 9})
@example({(part, month): 1 for part in "abc" for month in range(3)})
def test_no_hidden_cell_can_be_computed_from_a_release(table: Table) -> None:
    cells = cells_of(table)
    hidden = choose(sums_of(cells), cells, small(cells))
    assert small(cells) <= hidden
    # Where nothing is left to hide there is nothing to compute with either.
    assert computed(equations(cells, hidden)) == set()


@quickly
@given(tables(12))
def test_the_smallest_siblings_that_subtraction_asks_for_are_hidden(table: Table) -> None:
    """The plain rule, applied until it holds: a sum with one hidden cell hides its first other."""
    cells = cells_of(table)
    asked = small(cells)
    while more := {
        next(cell for cell in one.cells if cell not in asked)
        for one in sums_of(cells)
        if sum(cell in asked for cell in one.cells) == 1
    }:
        asked |= more
    assert asked <= choose(sums_of(cells), cells, small(cells))


def test_several_sums_together_expose_a_cell_of_which_each_says_nothing() -> None:
    """Two blocks of four hidden cells, joined by one: every sum has two or more, none has one."""
    hidden = {"a0", "a1", "b0", "b1", "b2", "c2", "c3", "d2", "d3"}
    sums = [
        *(
            Sum(whole=f"{part} total", parts=tuple(f"{part}{n}" for n in range(4)))
            for part in "abcd"
        ),
        *(Sum(whole=f"total {n}", parts=tuple(f"{part}{n}" for part in "abcd")) for n in range(4)),
    ]
    assert all(sum(cell in hidden for cell in one.cells) > 1 for one in sums)
    assert exposed_cells(sums, hidden) == {"b2"}
    size = dict.fromkeys([cell for one in sums for cell in one.cells], 9)
    assert exposed_cells(sums, choose(sums, size, hidden)) == set()


@pytest.mark.parametrize(
    ("records", "hidden"),
    [
        pytest.param({"a": 3, "b": 9, "c": 7, "d": 7}, {"a", "c"}, id="smallest_then_by_name"),
        pytest.param({"a": 3, "b": 2, "c": 7}, {"a", "b"}, id="two_small_ones_hide_each_other"),
        pytest.param({"a": 1, "b": 1, "c": 7}, {"a", "b", "c"}, id="two_records_in_two_parts"),
        pytest.param({"a": 5, "b": 9}, set(), id="none_is_small"),
        pytest.param({"a": 3}, {"a", "total"}, id="no_sibling_but_the_total"),
    ],
)
def test_what_is_hidden_with_a_small_group(records: dict[str, int], hidden: set[str]) -> None:
    size = records | {"total": sum(records.values())}
    order = sorted(records, key=lambda part: (records[part], part))
    found = choose([Sum(whole="total", parts=tuple(order))], size, small(records))
    assert found == hidden


def test_tables_in_and_out_have_the_columns_of_the_models() -> None:
    cells = pl.DataFrame(
        {
            "cell": ["a", "b", "total"],
            "sample_size": [3, 9, 12],
            "is_small": [True, False, False],
        }
    )
    equation = pl.DataFrame(
        {
            "equation": ["total by part"] * 3,
            "cell": ["b", "a", "total"],
            "is_parent": [False, False, True],
            "hide_order": [2, 1, 3],
        }
    )
    assert hidden_cells(cells, equation).rows() == [("a", True), ("b", False)]
