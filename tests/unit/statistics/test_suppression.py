"""Nobody can find a small group: a reader with everything that was ever published tries.

The reader knows nothing of how cells are chosen and shares no code with it. It knows the rows, the
sums between them, that counts are whole, that a hidden row holds a record at least, and that of
those records none to all said yes; and it has the releases before, of which it takes what they
showed of every period that has not changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from dronten_pipeline.statistics.suppression import shown_cells

#: Votes and yes-votes per part and month of 2025; part 'a' in January is votes["a", 1].
Votes = Mapping[tuple[str, int], tuple[int, int]]
#: A figure: grain, number of the period in its year, part or total.
Key = tuple[str, int, str]
MINIMUM = 5
LAST_DAY = dt.date(2025, 12, 31)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
NO_RELEASE = pl.DataFrame(
    schema={
        "cell": pl.String,
        "kpi_id": pl.String,
        "period_grain": pl.String,
        "period_start": pl.Date,
        "dimension": pl.String,
        "value": pl.Float64,
        "sample_size": pl.Int64,
        "is_suppressed": pl.Boolean,
    }
)


def period_of(grain: str, month: int) -> int:
    return (month - 1) // MONTHS[grain] + 1


def end_of(grain: str, number: int) -> dt.date:
    last = number * MONTHS[grain]
    return dt.date(2025 + last // 12, last % 12 + 1, 1) - dt.timedelta(days=1)


def truth_of(votes: Votes) -> dict[Key, tuple[int, int]]:
    """Every figure there is: months, quarters and the year, per part and in total."""
    found: dict[Key, tuple[int, int]] = {}
    for (part, month), (records, yes) in votes.items():
        for grain in MONTHS:
            for name in (part, "total"):
                key = (grain, period_of(grain, month), name)
                before = found.get(key, (0, 0))
                found[key] = (before[0] + records, before[1] + yes)
    return found


def in_period(truth: Mapping[Key, tuple[int, int]], key: Key) -> dict[Key, tuple[int, int]]:
    """The figures of the period of a figure."""
    return {other: figure for other, figure in truth.items() if other[:2] == key[:2]}


def is_small(records: int) -> bool:
    return 0 < records < MINIMUM


def tables_of(votes: Votes, judged_on: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The figures and the sums, as the models hand them over; running parts are not there."""
    cells, sums = [], []
    truth = truth_of(votes)
    known = [key for key in truth if end_of(key[0], key[1]) <= judged_on or key[2] == "total"]
    for grain, number, part in known:
        records, yes = truth[grain, number, part]
        start = dt.date(2025, (number - 1) * MONTHS[grain] + 1, 1)
        name = f"{grain}|{number:02}|{part}"
        end = end_of(grain, number)
        cells.append(
            {
                "cell": name,
                "kpi_id": "votes",
                "period_grain": grain,
                "period_start": start,
                "period_end": end,
                "dimension": "total" if part == "total" else "part",
                "is_provisional": end > judged_on,
                "sample_size": records,
                "value": 100 * yes / records,
                "points": float(yes),
                "lowest": 0,
                "highest": 1,
                "is_small": is_small(records),
            }
        )
        if part != "total":
            sums.append((f"{grain} {number} by part", name, f"{grain}|{number:02}|total"))
        for coarser, finer in (("quarter", "month"), ("year", "quarter")):
            whole = period_of(coarser, (number - 1) * MONTHS[grain] + 1)
            if grain == finer and (coarser, whole, part) in known:
                to = f"{coarser}|{whole:02}|{part}"
                sums.append((f"{to} by {grain}", name, to))
    terms = {(equation, cell, False) for equation, cell, _ in sums}
    terms |= {(equation, whole, True) for equation, _, whole in sums}
    return (
        pl.DataFrame(cells, infer_schema_length=None),
        pl.DataFrame(
            sorted(terms),
            schema={"equation": pl.String, "cell": pl.String, "is_parent": pl.Boolean},
            orient="row",
        ),
    )


@dataclass(frozen=True)
class Release:
    """What a release shows: a figure, or None where it is hidden; what is not there is no key."""

    judged_on: dt.date
    truth: dict[Key, tuple[int, int]]
    rows: dict[Key, tuple[int, int] | None]
    table: pl.DataFrame

    @property
    def hidden(self) -> set[Key]:
        return {key for key, figure in self.rows.items() if figure is None}

    def closed(self) -> set[Key]:
        return {key for key in self.rows if end_of(key[0], key[1]) <= self.judged_on}


def release(votes: Votes, judged_on: dt.date, before: Release | None = None) -> Release:
    cells, sums = tables_of(votes, judged_on)
    shown = shown_cells(cells, sums, NO_RELEASE if before is None else before.table)
    truth = truth_of(votes)
    rows: dict[Key, tuple[int, int] | None] = {}
    for name, is_suppressed in shown.iter_rows():
        grain, number, part = name.split("|")
        key = (grain, int(number), part)
        rows[key] = None if is_suppressed else truth[key]
    published = shown.join(cells, on="cell").filter(~pl.col("is_provisional"))
    nothing = pl.when(~pl.col("is_suppressed"))
    return Release(
        judged_on,
        truth,
        rows,
        published.select(
            *("cell", "kpi_id", "period_grain", "period_start", "dimension"),
            nothing.then("value").alias("value"),
            nothing.then("sample_size").alias("sample_size"),
            "is_suppressed",
        ),
    )


class Reader:
    """Who writes down all that is known, and asks what else can be true."""

    def __init__(self, now: Release, earlier: Sequence[Release] = ()) -> None:
        self.now = now
        self.known = {key: figure for key, figure in now.rows.items() if figure is not None}
        for old in earlier:
            self.known |= {
                key: figure
                for key, figure in old.rows.items()
                if figure is not None and key in old.closed() and self._is_unchanged(key, old)
            }
        self.parts = sorted({key[2] for key in now.truth} - {"total"})
        self.broken_down = {key[:2] for key in now.rows if key[2] != "total"}
        self.place: dict[Key, int] = {}
        self.rows: list[tuple[dict[int, int], tuple[int, int]]] = []
        self.tables: list[np.ndarray] = []
        for grain, number, _ in sorted({(*key[:2], "") for key in now.rows}):
            if end_of(grain, number) <= now.judged_on:
                self._sum((grain, number, "total"), [(grain, number, p) for p in self.parts])
        for coarser, finer, many in (("quarter", "month", 3), ("year", "quarter", 4)):
            for number in range(1, 12 // MONTHS[coarser] + 1):
                over = end_of(coarser, number) <= now.judged_on
                for part in ("total", *(self.parts if over else ())):
                    if part != "total" or (coarser, number, part) in now.rows:
                        first = (number - 1) * many + 1
                        finer_ones = [(finer, first + each, part) for each in range(many)]
                        self._sum((coarser, number, part), finer_ones)

    def _is_unchanged(self, key: Key, old: Release) -> bool:
        return in_period(old.truth, key) == in_period(self.now.truth, key)

    def _term(self, key: Key) -> tuple[int | None, tuple[int, int]]:
        """A figure that is known, else the place of an unknown one."""
        if key in self.known:
            return None, self.known[key]
        absent = key not in self.now.rows
        if absent and (key[2] == "total" or key[:2] in self.broken_down):
            return None, (0, 0)
        return self.place.setdefault(key, len(self.place)), (0, 0)

    def _sum(self, whole: Key, parts: Sequence[Key]) -> None:
        unknown: dict[int, int] = {}
        rest = np.zeros(2, dtype=int)
        for key, sign in [(whole, -1), *((part, 1) for part in parts)]:
            place, figure = self._term(key)
            if place is None:
                rest -= sign * np.array(figure)
            else:
                unknown[place] = sign
        if unknown:
            self.rows.append((unknown, (int(rest[0]), int(rest[1]))))

    def _most(
        self, weights: Mapping[int, float], fixed: tuple[int, int] | None = None
    ) -> int | None:
        size = len(self.place)
        matrix = np.zeros((2 * len(self.rows) + size, 2 * size))
        low, high = np.zeros(len(matrix)), np.full(len(matrix), np.inf)
        for number, (unknown, (records, yes)) in enumerate(self.rows):
            for block, total in ((0, records), (1, yes)):
                row = 2 * number + block
                for place, sign in unknown.items():
                    matrix[row, block * size + place] = sign
                low[row] = high[row] = total
        for place in range(size):
            matrix[2 * len(self.rows) + place, [place, size + place]] = 1, -1
        least = np.zeros(2 * size)
        least[[place for key, place in self.place.items() if key in self.now.rows]] = 1
        most = np.full(2 * size, 500.0)
        if fixed is not None:
            least[fixed[0]] = most[fixed[0]] = fixed[1]
        objective = np.zeros(2 * size)
        for column, weight in weights.items():
            objective[column] = -weight
        answer = milp(
            objective,
            integrality=np.ones(2 * size),
            bounds=Bounds(least, most),
            constraints=LinearConstraint(matrix, low, high),
        )
        if answer.x is None:
            return None
        # What is true in one table need not be asked again.
        self.tables.append(answer.x.round().astype(int))
        return round(-answer.fun)

    def finds(self) -> list[tuple[Key, str]]:
        """The small groups of which fewer than three numbers, or only one share, can be true."""
        found = []
        small = {key for key, (records, _) in self.now.truth.items() if is_small(records)}
        assert not small & set(self.known) - self._shown_before()
        for key in sorted(small & set(self.place)):
            place, size = self.place[key], len(self.place)
            possible = {table[place] for table in self.tables}
            if len(possible) < 3:
                most, least = self._most({place: 1}), self._most({place: -1})
                assert most is not None and least is not None, "the published figures contradict"
                possible |= {most, -least}
                for number in range(-least, min(most, -least + 8) + 1):
                    if len(possible) < 3 and self._most({}, (place, number)) is not None:
                        possible.add(number)
            if len(possible) < 3:
                found.append((key, f"{sorted(possible)} records"))
            total = self.known.get((*key[:2], "total"))
            if key not in self.now.rows or (total and total[1] in (0, total[0])):
                continue
            none = not any(table[size + place] for table in self.tables)
            if none and self._most({size + place: 1}) == 0:
                found.append((key, "none said yes"))
            everybody = all(table[place] == table[size + place] for table in self.tables)
            if everybody and self._most({place: 1, size + place: -1}) == 0:
                found.append((key, "all said yes"))
        return found

    def _shown_before(self) -> set[Key]:
        return {key for key in self.known if self.now.rows.get(key) is None}


figures = st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
parts = st.sampled_from("abcd")


def towns(months: Sequence[int]) -> st.SearchStrategy[Votes]:
    return st.dictionaries(
        st.tuples(parts, st.sampled_from(months)), figures, min_size=1, max_size=30
    )


days = st.dates(dt.date(2025, 1, 15), LAST_DAY)
YEAR = list(range(1, 13))


@given(towns(YEAR), days)
@example({("a", 1): (3, 1), ("b", 1): (9, 4)}, LAST_DAY)
@example({(part, month): (1, 1) for part in "abc" for month in (1, 2, 3)}, LAST_DAY)
def test_no_small_group_is_found_in_a_release(votes: Votes, day: dt.date) -> None:
    votes = {key: figure for key, figure in votes.items() if key[1] <= day.month}
    if votes:
        assert Reader(release(votes, day)).finds() == []


@given(towns(YEAR), days, days)
def test_a_later_as_of_date_hides_the_same_of_what_was_over(
    votes: Votes, one: dt.date, other: dt.date
) -> None:
    first, second = sorted((one, other))
    votes = {key: figure for key, figure in votes.items() if key[1] <= first.month}
    if not votes:
        return
    before, after = release(votes, first), release(votes, second)
    assert {key: after.rows.get(key, "absent") for key in before.closed()} == {
        key: before.rows[key] for key in before.closed()
    }
    new = {key for key in after.closed() if end_of(key[0], key[1]) <= first}
    assert new == before.closed()


@given(towns(YEAR), st.lists(st.sampled_from(YEAR), min_size=5, max_size=5))
def test_no_small_group_is_found_in_five_releases_of_what_was_over(
    votes: Votes, months: list[int]
) -> None:
    """New records only: each release holds the months up to its own."""
    chain: list[Release] = []
    for month in sorted(set(months)):
        until = {key: figure for key, figure in votes.items() if key[1] <= month}
        if until:
            day = end_of("month", month)
            chain.append(release(until, day, chain[-1] if chain else None))
            assert Reader(chain[-1], chain[:-1]).finds() == []


def first_in_month(votes: Votes) -> Votes:
    """A late vote in a month in which its part had none, while the quarter has the part."""
    for part, month in sorted(votes):
        for other in range(month - (month - 1) % 3, month - (month - 1) % 3 + 3):
            if (part, other) not in votes:
                return {(part, other): (1, 0)}
    return {}


@given(
    towns(YEAR),
    st.lists(st.tuples(towns([1, 2, 3, 4, 5, 6]), st.booleans()), min_size=2, max_size=4),
)
def test_what_was_hidden_stays_hidden_when_records_come_late(
    votes: Votes, late: list[tuple[Votes, bool]]
) -> None:
    """Each release is whole by itself, and hides of unchanged periods what the one before hid."""
    chain = [release(votes, LAST_DAY)]
    for more, replaces in late:
        added = {**dict(list(more.items())[:2]), **first_in_month(votes)}
        votes = {
            **votes,
            **{
                key: figure
                if replaces or key not in votes
                else (votes[key][0] + figure[0], votes[key][1] + figure[1])
                for key, figure in added.items()
            },
        }
        old = chain[-1]
        new = release(votes, LAST_DAY, old)
        assert Reader(new).finds() == []
        for key in old.hidden:
            if in_period(old.truth, key) == in_period(new.truth, key):
                assert new.rows.get(key) is None, key
        chain.append(new)


def test_the_same_figures_are_shown_whatever_the_order_of_the_rows() -> None:
    votes = {(part, month): (3 * month % 7 + 1, 1) for part in "abcd" for month in YEAR}
    cells, sums = tables_of(votes, LAST_DAY)
    once = shown_cells(cells, sums, NO_RELEASE)
    again = shown_cells(cells.reverse(), sums.reverse(), NO_RELEASE)
    assert once.equals(again)


def test_who_has_the_release_of_a_month_finds_nothing_in_that_of_two_weeks_later() -> None:
    """Judged on 30 June and on 15 July: the choice of June is the same, July has no parts yet."""
    votes = {
        (part, month): (3 + (2 * month + number) % 9, 1 + month % 2)
        for number, part in enumerate("abcd")
        for month in range(1, 8)
    }
    until_june = {key: figure for key, figure in votes.items() if key[1] <= 6}
    june = release(until_june, dt.date(2025, 6, 30))
    july = release(votes, dt.date(2025, 7, 15), june)
    fresh = release(votes, dt.date(2025, 7, 15))
    assert june.hidden
    assert {key for key in july.hidden if key in june.closed()} == june.hidden & june.closed()
    assert fresh.rows == july.rows
    assert {key[2] for key in july.rows if key[:2] == ("month", 7)} == {"total"}
    assert Reader(july, [june]).finds() == []


def test_who_saw_a_total_before_a_small_group_came_finds_nothing_while_the_month_runs() -> None:
    """Votes afval 3, bouwen 6, zorg 20 on 20 March; on 27 March werk 2 is added."""
    votes = {("afval", 3): (3, 2), ("bouwen", 3): (6, 4), ("zorg", 3): (20, 13)}
    first = release(votes, dt.date(2025, 3, 20))
    second = release(votes | {("werk", 3): (2, 1)}, dt.date(2025, 3, 27), first)
    for one in (first, second):
        assert set(one.rows) == {(grain, 1 if grain != "month" else 3, "total") for grain in MONTHS}
    third = release(votes | {("werk", 3): (2, 1)}, dt.date(2025, 3, 31), second)
    assert {key[2] for key in third.hidden} >= {"afval", "werk"}
    assert Reader(third, [first, second]).finds() == []


@pytest.mark.parametrize(
    ("votes", "hidden"),
    [
        pytest.param(
            {"a": (3, 1), "b": (9, 4), "c": (7, 3), "d": (7, 3)}, "ac", id="smallest_then_by_name"
        ),
        pytest.param({"a": (3, 1), "b": (2, 1), "c": (7, 3)}, "ab", id="two_hide_each_other"),
        pytest.param({"a": (1, 1), "b": (1, 0), "c": (7, 3)}, "abc", id="two_records_in_two_parts"),
        pytest.param({"a": (1, 1), "b": (2, 0), "c": (7, 3)}, "abc", id="one_or_two_records"),
        pytest.param({"a": (3, 3), "b": (2, 2), "c": (7, 3)}, "abc", id="all_of_them_said_yes"),
        pytest.param({"a": (3, 0), "b": (6, 0), "c": (9, 3)}, "abc", id="none_of_the_smallest_did"),
        pytest.param({"a": (3, 3), "b": (2, 2), "c": (7, 7)}, "ab", id="everybody_said_yes"),
        pytest.param({"a": (5, 2), "b": (9, 4)}, "", id="none_is_small"),
    ],
)
def test_what_is_hidden_with_a_small_group(votes: dict[str, tuple[int, int]], hidden: str) -> None:
    found = release({(part, 1): figure for part, figure in votes.items()}, dt.date(2025, 1, 31))
    assert {part for grain, _, part in found.hidden if grain == "month"} == set(hidden)


def test_where_only_the_total_could_be_hidden_the_breakdown_is_left_out() -> None:
    """Two parts of one record and three of one: five records in five rows, each must be one."""
    votes = {(part, 1): (1, 1 if part < "c" else 0) for part in "abcde"}
    found = release(votes, dt.date(2025, 1, 31))
    assert found.rows == {(grain, 1, "total"): (5, 2) for grain in MONTHS}


def test_a_total_is_hidden_where_it_is_small_and_beside_one_that_is() -> None:
    votes = {("a", 1): (3, 1), ("a", 2): (9, 4), ("a", 3): (12, 6)}
    found = release(votes, dt.date(2025, 3, 31))
    assert {key for key in found.hidden if key[2] == "total"} == {
        ("month", 1, "total"),
        ("month", 3, "total"),
    }
    assert found.rows["quarter", 1, "total"] == (24, 11)
    assert not {key for key in found.rows if key[2] != "total" and key[:2] == ("month", 1)}


def test_a_breakdown_that_is_too_large_to_be_audited_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dronten_pipeline.statistics.suppression.choice.LARGEST", 3)
    votes = {(part, month): (1 + month, 1) for part in "abcd" for month in (1, 2, 3)}
    found = release(votes, dt.date(2025, 3, 31))
    assert {key[2] for key in found.rows if key[0] != "month" or key[1] == 3} == {"total"}
    assert Reader(found).finds() == []
