"""Rows of a table as a programme of whole numbers: what SQL says of them, and HiGHS finds them.

Here belongs what a condition means: SQL knows true, false and neither, so each condition is two
numbers of 0 or 1. What is not understood (another function, a subquery, texts by their order) is a
number that may be anything, the same for the same words in the same row. So *there are no such
rows* holds whatever it is, and rows that are found must be looked at by a judge (`table.py`).

Numbers lie within a bound: rows of a few columns with factors of one reach no further than the
determinants of so many columns times the largest constant (Hadamard), so that nothing is missed.
A comparison whose bound would be too large to be exact is one that is not understood.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import duckdb

from dronten_pipeline.core.database import literal
from dronten_pipeline.core.programme import Programme
from dronten_pipeline.gate.rules_judged.conditions import Node, parts_of, text_of

#: Beyond it a tolerance of the solver could be taken for a difference.
MOST = 100_000
#: Of constants with more decimals than this the comparison is not understood.
FINEST = 1000
SECONDS, NODES = 5.0, 20_000
#: By how much numbers that are not whole must differ (in steps of the scale) to be different.
LEAST_GAP = 1e-4

_WHOLE = frozenset(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"))
_UNSIGNED = frozenset(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"))
_FLOATS = frozenset(("DOUBLE", "FLOAT"))
#: Of moments only the order is understood, for which days will do.
_MOMENTS = {"DATE": "day", "TIMESTAMP": "moment"}
_PATTERNS = frozenset(("regexp_matches", "contains", "starts_with", "~~"))
_DAY_ZERO = dt.date(2026, 1, 1)


@dataclass(frozen=True)
class Sum:
    """Factors by variable, and a constant."""

    terms: Mapping[int, float] = field(default_factory=dict)
    constant: float = 0

    def plus(self, other: Sum, factor: float = 1) -> Sum:
        terms = dict(self.terms)
        for variable, times in other.terms.items():
            terms[variable] = terms.get(variable, 0) + factor * times
        return Sum(terms, self.constant + factor * other.constant)

    def times(self, factor: float) -> Sum:
        return Sum().plus(self, factor)

    @property
    def otherwise(self) -> Sum:
        """1 where this is 0."""
        return Sum(constant=1).plus(self, -1)


ZERO, ONE = Sum(), Sum(constant=1)


class Truth(NamedTuple):
    """True, false, or (both 0) neither."""

    yes: Sum
    no: Sum

    @property
    def empty(self) -> Sum:
        return self.yes.plus(self.no).otherwise


class Number(NamedTuple):
    """A number, in steps of the scale; `odd` is 1 where it is infinite or NaN, with its side."""

    value: Sum
    empty: Sum
    kind: str
    is_whole: bool
    odd: tuple[tuple[Sum, int], ...] = ()


class Text(NamedTuple):
    """A text by its place among the constants and the texts that nobody names."""

    value: Sum
    empty: Sum


#: A row by column; columns of which nothing is asked stay away.
Row = Mapping[str, Any]


class Nothing(NamedTuple):
    """NULL itself, which is empty and nothing else."""

    value: Sum = ZERO
    empty: Sum = ONE


Value = Truth | Number | Text | Nothing


class Pattern(NamedTuple):
    """A function of DuckDB that is true or false of a text, and what it looks for."""

    function: str
    sought: str


@dataclass(frozen=True)
class Words:
    """What the conditions of one table speak of, which says how far rows must be looked for."""

    types: Mapping[str, str]
    texts: tuple[str, ...]
    scale: int
    bound: float
    are_sums_exact: bool
    is_guess: bool

    @classmethod
    def of(
        cls, conditions: Iterable[Node], types: Mapping[str, str], *, is_guess: bool = False
    ) -> Words:
        """What some conditions speak of.

        Args:
            is_guess: small constants count as 0, so that more is understood, but not exactly:
                rows that are found are to be looked at as ever, that there are none is no proof.
        """
        texts: dict[str, None] = {}
        numbers = {Fraction(1)}
        related: dict[bool, set[str]] = {True: set(), False: set()}
        has_sums = False
        for part in (part for condition in conditions for part in parts_of(condition)):
            if part["class"] == "CONSTANT":
                constant = _constant(part)
                if isinstance(constant, str):
                    texts[constant] = None
                elif isinstance(constant, Fraction) and FINEST % constant.denominator == 0:
                    numbers.add(abs(constant))
            elif part["class"] == "CAST" and (day := _day(part)) is not None:
                numbers.add(Fraction(abs(day)))
            elif part["class"] in ("COMPARISON", "BETWEEN"):
                within = list(parts_of(part))
                functions = {one["function_name"] for one in within if one["class"] == "FUNCTION"}
                if functions - {"+", "-", "abs"}:
                    continue
                named = [
                    name
                    for one in within
                    if one["class"] == "COLUMN_REF"
                    and _is_number(types.get(name := one["column_names"][-1], ""))
                ]
                if len(set(named)) > 1:
                    has_sums = has_sums or bool(functions & {"+", "-"})
                    for name in named:
                        related[types[name] == "DATE"].add(name)
        scale = math.lcm(*(number.denominator for number in numbers))
        largest = max(number * scale for number in numbers if number * scale <= MOST)

        def reach(columns: int) -> float:
            # Differences of two columns are unimodular: their determinants are 1.
            determinant = columns ** (columns / 2) if has_sums else 1
            return 2 * (columns * determinant + 2) * (float(largest) + scale)

        bound = reach(max(1, *map(len, related.values())))
        is_exact = bound <= MOST
        return cls(types, tuple(texts), scale, bound if is_exact else reach(1), is_exact, is_guess)


class Rows:
    """So many rows of a table, about which things are wished; `look` finds them, or says no."""

    def __init__(self, words: Words, number: int) -> None:
        self.words = words
        self.number = number
        self._low: list[float] = []
        self._high: list[float] = []
        self._whole: list[int] = []
        self._limits: list[tuple[dict[int, float], float, float]] = []
        self._columns: dict[tuple[int, str], Value | None] = {}
        self._free: dict[tuple[int, str], Sum] = {}
        self._patterns: dict[tuple[int, str, Pattern], Sum] = {}
        self._unnamed = len(words.texts) + number * sum(
            kind == "VARCHAR" for kind in words.types.values()
        )
        self._gap = self._new(LEAST_GAP, 1, is_whole=False)
        self._liked: list[Sum] = []

    # --- what is wished

    def wish(self, truth: Sum) -> None:
        """The sum of 0 and 1 is to be 1."""
        self._limit(truth, 1, 1)

    def breaks(self, row: int, condition: Node) -> Sum:
        """1 if the condition is true of the row."""
        return self._truth(condition, row).yes

    def same(self, one: int, other: int, columns: Sequence[str]) -> Sum:
        """1 if two rows are equal in all columns and not all of these are empty."""
        are_same, filled = [], []
        for name in columns:
            left, right = self._column(one, name), self._column(other, name)
            if left is None or right is None:
                are_same.append(self._bit())
                filled.append(self._bit())
                continue
            are_same.append(self._distinct(left, right).no)
            filled.append(left.empty.otherwise)
        return self._all([*are_same, self._any(filled)])

    # --- finding

    def look(self) -> tuple[list[Row] | None, bool]:
        """Rows that are as wished, or None; and whether it is proven that there are none."""
        import numpy as np

        starts: list[int] = []
        places: list[int] = []
        factors: list[float] = []
        for terms, _, _ in self._limits:
            starts.append(len(places))
            places += terms.keys()
            factors += terms.values()
        programme = Programme(
            np.array(starts, dtype=np.int32),
            np.array(places, dtype=np.int32),
            np.array(factors, dtype=float),
            np.array([low for _, low, _ in self._limits], dtype=float),
            np.array([high for _, _, high in self._limits], dtype=float),
        )
        cost = np.zeros(len(self._low))
        for liked in (self._gap, *self._liked):
            cost[next(iter(liked.terms))] = -1
        answer = programme.solve(
            cost,
            np.array(self._low),
            np.array(self._high),
            whole=np.array(self._whole),
            nodes=NODES,
            seconds=SECONDS,
        )
        if answer.table is None:
            return None, answer.is_impossible
        found = [self._read(row, answer.table) for row in range(self.number)]
        return found, False

    def _read(self, row: int, table: Any) -> Row:
        def amount(of: Sum) -> float:
            return float(of.constant + sum(times * table[key] for key, times in of.terms.items()))

        patterns: dict[int, list[Pattern]] = {}
        for (at, column, pattern), holds in self._patterns.items():
            told = self._columns.get((at, column))
            if isinstance(told, Text) and round(amount(holds)):
                patterns.setdefault(round(amount(told.value)), []).append(pattern)
        found: dict[str, Any] = {}
        for (place, name), value in self._columns.items():
            if place != row or value is None:
                continue
            if round(amount(value.empty)):
                found[name] = None
            elif isinstance(value, Nothing):
                continue
            elif isinstance(value, Truth):
                found[name] = bool(round(amount(value.yes)))
            elif isinstance(value, Text):
                code = round(amount(value.value))
                found[name] = self._text(code, patterns.get(code, []))
            else:
                number = amount(value.value) / self.words.scale
                number = round(number) if value.is_whole else round(number, 9)
                found[name] = number
                if value.kind != "number":
                    found[name] = _DAY_ZERO + dt.timedelta(days=number)
                for odd, side in value.odd:
                    if round(amount(odd)):
                        found[name] = {-1: -math.inf, 1: math.inf, 2: math.nan}[side]
        return found

    def _text(self, code: int, patterns: list[Pattern]) -> str:
        if code < len(self.words.texts):
            return self.words.texts[code]
        number = code - len(self.words.texts)
        return _example(patterns[0], number) if patterns else f"({number})"

    # --- variables

    def _new(self, low: float, high: float, *, is_whole: bool) -> Sum:
        self._low.append(low)
        self._high.append(high)
        self._whole.append(int(is_whole))
        return Sum({len(self._low) - 1: 1})

    def _bit(self) -> Sum:
        return self._new(0, 1, is_whole=True)

    def _limit(self, total: Sum, low: float, high: float) -> None:
        terms = {key: times for key, times in total.terms.items() if times}
        self._limits.append((terms, low - total.constant, high - total.constant))

    def _all(self, bits: Sequence[Sum]) -> Sum:
        every = self._bit()
        total = Sum()
        for bit in bits:
            self._limit(bit.plus(every, -1), 0, math.inf)
            total = total.plus(bit)
        self._limit(every.plus(total, -1), 1 - len(bits), math.inf)
        return every

    def _any(self, bits: Sequence[Sum]) -> Sum:
        return self._all([bit.otherwise for bit in bits]).otherwise

    def _same_if(self, bit: Sum, left: Sum, right: Sum) -> None:
        """Where `bit` is 1 the two are equal."""
        difference = left.plus(right, -1)
        low, high = self._reach(difference)
        self._limit(difference.plus(bit, high), -math.inf, high)
        self._limit(difference.plus(bit, low), low, math.inf)

    def _reach(self, total: Sum) -> tuple[float, float]:
        low = high = total.constant
        for key, times in total.terms.items():
            ends = (times * self._low[key], times * self._high[key])
            low, high = low + min(ends), high + max(ends)
        return low, high

    def _column(self, row: int, name: str) -> Value | None:
        if (row, name) not in self._columns:
            self._columns[row, name] = made = self._made(self.words.types.get(name, ""))
            if isinstance(made, Text):
                # A text of its own, so that what is not understood (whether one text holds another)
                # is more often as it is in a real table.
                is_own = self._bit()
                place = self._unnamed - 1 - len(self._liked)
                self._same_if(is_own, made.value, Sum(constant=place))
                self._liked.append(is_own)
        return self._columns[row, name]

    def _made(self, kind: str) -> Value | None:
        kind = kind.split("(")[0]
        if kind == "BOOLEAN":
            yes, no = self._bit(), self._bit()
            self._limit(yes.plus(no), 0, 1)
            return Truth(yes, no)
        if kind == "VARCHAR":
            return Text(self._new(0, self._unnamed, is_whole=True), self._bit())
        scale, most = self.words.scale, self.words.bound
        if kind in _WHOLE | _UNSIGNED | _MOMENTS.keys():
            least = 0 if kind in _UNSIGNED else -math.floor(most / scale)
            value = self._new(least, math.floor(most / scale), is_whole=True).times(scale)
            return Number(value, self._bit(), _MOMENTS.get(kind, "number"), True)
        if kind in _FLOATS or kind == "DECIMAL":
            value, empty = self._new(-most, most, is_whole=False), self._bit()
            if kind == "DECIMAL":
                return Number(value, empty, "number", False)
            odd = tuple((self._bit(), side) for side in (-1, 1, 2))
            total = empty
            for bit, _ in odd:
                total = total.plus(bit)
            self._limit(total, 0, 1)
            return Number(value, empty, "number", False, odd)
        return None

    def _anything(self, node: Node, row: int, what: str = "") -> Sum:
        key = (row, what + text_of(node))
        if key not in self._free:
            self._free[key] = self._bit()
        return self._free[key]

    def _unknown(self, node: Node, row: int) -> Truth:
        yes, no = self._anything(node, row, "yes "), self._anything(node, row, "no ")
        self._limit(yes.plus(no), 0, 1)
        return Truth(yes, no)

    # --- what SQL says

    def _truth(self, node: Node, row: int) -> Truth:
        value = self._value(node, row)
        return value if isinstance(value, Truth) else self._unknown(node, row)

    def _value(self, node: Node, row: int) -> Value | None:
        match node:
            case {"class": "COLUMN_REF", "column_names": [*_, name]}:
                return self._column(row, name)
            case {"class": "CONSTANT", "value": {"is_null": True}}:
                return Nothing()
            case {"class": "CONSTANT"}:
                return self._of_constant(_constant(node))
            case {"class": "CAST", "cast_type": {"id": "BOOLEAN"}, "child": {"class": "CONSTANT"}}:
                # So DuckDB writes `true`.
                return {"t": Truth(ONE, ZERO), "f": Truth(ZERO, ONE)}.get(
                    str(_constant(node["child"]))
                )
            case {"class": "CAST"} if (day := _day(node)) is not None:
                return Number(Sum(constant=day * self.words.scale), ZERO, "day", True)
            case {"class": "CONJUNCTION", "type": kind, "children": children}:
                truths = [self._truth(child, row) for child in children]
                yes, no = [truth.yes for truth in truths], [truth.no for truth in truths]
                if kind == "CONJUNCTION_AND":
                    return Truth(self._all(yes), self._any(no))
                return Truth(self._any(yes), self._all(no))
            case {"class": "OPERATOR", "type": "OPERATOR_NOT", "children": [child]}:
                truth = self._truth(child, row)
                return Truth(truth.no, truth.yes)
            case {"class": "OPERATOR", "type": "OPERATOR_IS_NULL", "children": [child]}:
                empty = self._empty(child, row)
                return Truth(empty, empty.otherwise)
            case {"class": "OPERATOR", "type": "OPERATOR_IS_NOT_NULL", "children": [child]}:
                empty = self._empty(child, row)
                return Truth(empty.otherwise, empty)
            case {"class": "OPERATOR", "type": "COMPARE_IN" | "COMPARE_NOT_IN" as kind}:
                child, *options = node["children"]
                each = [self._compared("COMPARE_EQUAL", child, one, row, node) for one in options]
                some, none = (
                    self._any([one.yes for one in each]),
                    self._all([one.no for one in each]),
                )
                return Truth(some, none) if kind == "COMPARE_IN" else Truth(none, some)
            case {"class": "OPERATOR", "type": "OPERATOR_COALESCE", "children": children}:
                return self._coalesce([self._value(child, row) for child in children])
            case {"class": "BETWEEN", "input": child, "lower": lower, "upper": upper}:
                low = self._compared("COMPARE_GREATERTHANOREQUALTO", child, lower, row, node)
                high = self._compared("COMPARE_LESSTHANOREQUALTO", child, upper, row, node)
                return Truth(self._all([low.yes, high.yes]), self._any([low.no, high.no]))
            case {"class": "COMPARISON", "type": kind, "left": left, "right": right}:
                return self._compared(kind, left, right, row, node)
            case {"class": "CASE", "case_checks": checks, "else_expr": other}:
                return self._case(checks, other, row)
            case {"class": "FUNCTION", "function_name": name, "children": children}:
                return self._function(name, children, row)
        return None

    def _of_constant(self, constant: Any) -> Value | None:
        match constant:
            case bool():
                return Truth(ONE, ZERO) if constant else Truth(ZERO, ONE)
            case str():
                return Text(Sum(constant=self.words.texts.index(constant)), ZERO)
            case Fraction():
                if self.words.is_guess and abs(constant) < Fraction(1, FINEST):
                    constant = Fraction(0)
                value = constant * self.words.scale
                if value.denominator == 1 and abs(value) <= self.words.bound:
                    is_whole = constant.denominator == 1
                    return Number(Sum(constant=float(value)), ZERO, "number", is_whole)
        return None

    def _empty(self, node: Node, row: int) -> Sum:
        if node["class"] == "OPERATOR" and node["type"] == "OPERATOR_COALESCE":
            return self._all([self._empty(child, row) for child in node["children"]])
        value = self._value(node, row)
        return self._anything(node, row, "empty ") if value is None else value.empty

    def _function(self, name: str, children: list[Node], row: int) -> Value | None:
        if name in _PATTERNS and len(children) == 2 and children[1]["class"] == "CONSTANT":
            return self._matches(children[0], Pattern(name, str(_constant(children[1]))), row)
        values = [self._value(child, row) for child in children]
        match name, values:
            case "isfinite" | "isnan", [Number() as number]:
                sides = (2,) if name == "isnan" else (-1, 1, 2)
                odd = _total(bit for bit, side in number.odd if side in sides)
                filled = number.empty.otherwise
                is_so, is_not = self._all([filled, odd]), self._all([filled, odd.otherwise])
                return Truth(is_so, is_not) if name == "isnan" else Truth(is_not, is_so)
            case "+" | "-", [Number() as left, Number() as right]:
                if left.kind != "number" or right.kind != "number":
                    return None
                if (left.odd or right.odd) and not self.words.is_guess:
                    return None  # floating-point numbers are rounded
                return Number(
                    left.value.plus(right.value, 1 if name == "+" else -1),
                    self._any([left.empty, right.empty]),
                    "number",
                    left.is_whole and right.is_whole,
                    tuple((bit, 0) for bit, _ in (*left.odd, *right.odd)),
                )
            case "-", [Number() as number]:
                turned = {-1: 1, 1: -1, 2: 2, 0: 0}
                odd_ones = tuple((bit, turned[side]) for bit, side in number.odd)
                return number._replace(value=number.value.times(-1), odd=odd_ones)
        return None

    def _matches(self, child: Node, pattern: Pattern, row: int) -> Truth | None:
        value = self._value(child, row)
        if not isinstance(value, Text) or child["class"] != "COLUMN_REF":
            return None
        key = (row, child["column_names"][-1], pattern)
        if key not in self._patterns:
            self._patterns[key] = holds = self._bit()
            for code, text in enumerate(self.words.texts):
                is_it = self._order(value.value.plus(Sum(constant=-code)), ONE, 1, ())[1]
                self._same_if(is_it, holds, ONE if _matches(text, pattern) else ZERO)
        holds, filled = self._patterns[key], value.empty.otherwise
        return Truth(self._all([holds, filled]), self._all([holds.otherwise, filled]))

    def _coalesce(self, values: list[Value | None]) -> Value | None:
        first, *rest = values
        if not rest or first is None:
            return first
        return self._either(first.empty.otherwise, first, self._coalesce(rest))

    def _case(self, checks: Sequence[Mapping[str, Node]], other: Node, row: int) -> Value | None:
        if not checks:
            return self._value(other, row)
        first, *rest = checks
        holds = self._truth(first["when_expr"], row).yes
        then = self._value(first["then_expr"], row)
        return self._either(holds, then, self._case(rest, other, row))

    def _either(self, bit: Sum, one: Value | None, other: Value | None) -> Value | None:
        """The one where the bit is 1, else the other; of a CASE one side may be no value at all."""
        if isinstance(one, Truth) and isinstance(other, Truth | Nothing):
            other = Truth(ZERO, ZERO) if isinstance(other, Nothing) else other
        if isinstance(other, Truth) and isinstance(one, Nothing):
            one = Truth(ZERO, ZERO)
        not_bit = bit.otherwise
        if isinstance(one, Truth) and isinstance(other, Truth):
            return Truth(
                self._any([self._all([bit, one.yes]), self._all([not_bit, other.yes])]),
                self._any([self._all([bit, one.no]), self._all([not_bit, other.no])]),
            )
        if isinstance(one, Text) and isinstance(other, Text):
            value = self._new(0, self._unnamed, is_whole=True)
        elif isinstance(one, Number) and isinstance(other, Number) and one.kind == other.kind:
            value = self._new(-self.words.bound, self.words.bound, is_whole=False)
        else:
            return None
        self._same_if(bit, value, one.value)
        self._same_if(not_bit, value, other.value)
        empty = self._any([self._all([bit, one.empty]), self._all([not_bit, other.empty])])
        if isinstance(one, Text):
            return Text(value, empty)
        assert isinstance(other, Number)
        odd = (
            *((self._all([bit, off]), side) for off, side in one.odd),
            *((self._all([not_bit, off]), side) for off, side in other.odd),
        )
        return Number(value, empty, one.kind, one.is_whole and other.is_whole, odd)

    def _compared(self, kind: str, left: Node, right: Node, row: int, node: Node) -> Truth:
        magnitude = _magnitude(left)
        if magnitude is not None and kind in _TURNED:
            return self._beyond(kind, magnitude, right, row, node)
        one, other = self._value(left, row), self._value(right, row)
        known = self._related(kind, one, other)
        pair = {"class": "PAIR", "of": [left, right], "kind": kind}
        return self._unknown(pair, row) if known is None else known

    def _beyond(self, kind: str, inner: Node, limit: Node, row: int, node: Node) -> Truth:
        """`abs(x)` compared with a number: x compared with it, and minus x."""
        minus: Node = {"class": "FUNCTION", "function_name": "-", "children": [inner]}
        plain = self._compared(kind, inner, limit, row, node)
        turned = self._compared(kind, minus, limit, row, node)
        if "GREATER" in kind:
            return Truth(self._any([plain.yes, turned.yes]), self._all([plain.no, turned.no]))
        return Truth(self._all([plain.yes, turned.yes]), self._any([plain.no, turned.no]))

    def _related(self, kind: str, one: Value | None, other: Value | None) -> Truth | None:
        if one is None or other is None:
            return None
        if isinstance(one, Nothing) or isinstance(other, Nothing):
            if kind in _SIGNS:
                return Truth(ZERO, ZERO)
            empty = self._all([one.empty, other.empty])
            is_same = kind == "COMPARE_NOT_DISTINCT_FROM"
            return Truth(empty, empty.otherwise) if is_same else Truth(empty.otherwise, empty)
        if kind in ("COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM"):
            if type(one) is not type(other):
                return None
            distinct = self._distinct(one, other)
            return distinct if kind == "COMPARE_DISTINCT_FROM" else Truth(distinct.no, distinct.yes)
        filled = self._all([one.empty.otherwise, other.empty.otherwise])
        if isinstance(one, Truth) and isinstance(other, Truth):
            if kind not in ("COMPARE_EQUAL", "COMPARE_NOTEQUAL"):
                return None
            equal = self._any([self._all([one.yes, other.yes]), self._all([one.no, other.no])])
            differ = self._any([self._all([one.yes, other.no]), self._all([one.no, other.yes])])
            return Truth(equal, differ) if kind == "COMPARE_EQUAL" else Truth(differ, equal)
        if isinstance(one, Text) and isinstance(other, Text):
            if kind not in ("COMPARE_EQUAL", "COMPARE_NOTEQUAL"):
                return None
            signs = self._order(one.value.plus(other.value, -1), filled, 1, ())
        elif isinstance(one, Number) and isinstance(other, Number) and one.kind == other.kind:
            difference = one.value.plus(other.value, -1)
            variables = sum(1 for times in difference.terms.values() if times)
            if variables > 1 and not self.words.are_sums_exact:
                return None
            step = self.words.scale if one.is_whole and other.is_whole else 0
            odd = (
                *((bit, side if not other.value.terms else 0) for bit, side in one.odd),
                *((bit, -side if not one.value.terms else 0) for bit, side in other.odd),
            )
            signs = self._order(difference, filled, step, odd)
        else:
            return None
        if kind not in _SIGNS:
            return None
        true = [signs[place] for place in _SIGNS[kind]]
        false = [signs[place] for place in range(3) if place not in _SIGNS[kind]]
        return Truth(_total(true), _total(false))

    def _distinct(self, one: Value, other: Value) -> Truth:
        """IS DISTINCT FROM, which is never neither."""
        related = self._related("COMPARE_EQUAL", one, other)
        both_empty = self._all([one.empty, other.empty])
        equal = self._bit() if related is None else related.yes
        same = self._any([both_empty, equal])
        return Truth(same.otherwise, same)

    def _order(
        self, difference: Sum, filled: Sum, step: float, odd: Sequence[tuple[Sum, int]]
    ) -> tuple[Sum, Sum, Sum]:
        """Less, equal, more: one of them is 1 where both sides are filled.

        Args:
            step: the least difference of two that differ; 0 if it may be ever so small.
            odd: where the difference says nothing, and the side that is then known (0: none).
        """
        less, equal, more = (self._bit() for _ in range(3))
        self._limit(_total([less, equal, more]).plus(filled, -1), 0, 0)
        low, high = self._reach(difference)
        off = _total([bit for bit, _ in odd])
        wide = max(abs(low), abs(high)) + max(step, 1)
        gap = Sum(constant=step) if step else self._gap
        for bit, sign in ((more, 1), (less, -1)):
            # sign * difference >= gap - wide * (1 - bit) - wide * off
            total = difference.times(sign).plus(gap, -1).plus(bit, -wide).plus(off, wide)
            self._limit(total, -wide, math.inf)
            total = difference.times(sign).plus(equal, wide).plus(off, -wide)
            self._limit(total, -math.inf, wide)
        for bit, side in odd:
            if side in (1, 2):
                self._limit(more.plus(bit, -1).plus(filled, -1), -1, math.inf)
            elif side == -1:
                self._limit(less.plus(bit, -1).plus(filled, -1), -1, math.inf)
        return less, equal, more


_SIGNS = {
    "COMPARE_EQUAL": (1,),
    "COMPARE_NOTEQUAL": (0, 2),
    "COMPARE_LESSTHAN": (0,),
    "COMPARE_GREATERTHAN": (2,),
    "COMPARE_LESSTHANOREQUALTO": (0, 1),
    "COMPARE_GREATERTHANOREQUALTO": (1, 2),
}
_TURNED = frozenset(kind for kind in _SIGNS if "THAN" in kind)


def _total(bits: Iterable[Sum]) -> Sum:
    total = Sum()
    for bit in bits:
        total = total.plus(bit)
    return total


def _magnitude(node: Node) -> Node | None:
    is_abs = node["class"] == "FUNCTION" and node["function_name"] == "abs"
    return node["children"][0] if is_abs else None


def _constant(node: Node) -> bool | str | Fraction | None:
    value = node["value"]
    if value["is_null"]:
        return None
    kind, found = value["type"]["id"], value["value"]
    match kind:
        case "BOOLEAN":
            return bool(found)
        case "VARCHAR":
            return str(found)
        case "DECIMAL":
            return Fraction(int(found), 10 ** value["type"]["type_info"]["scale"])
        case "DOUBLE" | "FLOAT":
            return Fraction(repr(float(found))) if math.isfinite(float(found)) else None
    return Fraction(int(found)) if kind in _WHOLE | _UNSIGNED else None


def _day(node: Node) -> int | None:
    """The day that `DATE '2026-01-31'` names, from the first of 2026."""
    if node["cast_type"]["id"] != "DATE" or node["child"]["class"] != "CONSTANT":
        return None
    try:
        return (dt.date.fromisoformat(str(_constant(node["child"]))) - _DAY_ZERO).days
    except ValueError:
        return None


def _is_number(kind: str) -> bool:
    return kind.split("(")[0] in _WHOLE | _UNSIGNED | _FLOATS | {"DECIMAL", "DATE"}


def _matches(text: str, pattern: Pattern) -> bool:
    function = f'"{pattern.function}"({literal(text)}, {literal(pattern.sought)})'
    row = duckdb.execute(f"SELECT {function}").fetchone()
    return bool(row and row[0])


def _example(pattern: Pattern, number: int) -> str:
    """A text in which the pattern is found, if its parts are simple; another by number."""
    from re import _parser  # type: ignore[attr-defined]

    sought = pattern.sought
    if pattern.function != "regexp_matches":
        is_like = pattern.function == "~~"
        return sought.replace("%", str(number)) if is_like else f"{sought}{number}"

    def written(parts: Any) -> str:
        return "".join(one(str(kind), value) for kind, value in parts)

    def one(kind: str, value: Any) -> str:
        match kind:
            case "LITERAL":
                return chr(int(value))
            case "IN":
                first, of = value[0]
                if str(first) != "RANGE":
                    return one(str(first), of)
                return chr(int(of[0] + number % (of[1] - of[0] + 1)))
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, part = value
                return written(part) * int(min(max(least, number), most))
            case "SUBPATTERN":
                return written(value[3])
            case "BRANCH":
                return written(value[1][0])
        return ""

    return written(_parser.parse(sought))
