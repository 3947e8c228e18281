"""Three questions about the linear rules of a suite: can it pass, can it fail, is it needed.

Here belongs which rows answer a question. Not here: what a rule says of a row (`conditions.py`,
`rows.py`), queries over groups and other tables (mutants), or how it is told (`report.py`).

Linear are the rules about one row, the number of rows, uniqueness, the columns and their types.
Whatever holds of a table because of these holds of a part of its rows as well (but for the least
number of rows and for tolerances), so a few rows are enough for a proof.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import combinations

from dronten_pipeline.contracts.expectation_types import (
    CompoundUnique,
    OfType,
    OrderedColumns,
    RowCount,
    Tolerant,
    Unique,
)
from dronten_pipeline.contracts.suites import Expectation, Suite
from dronten_pipeline.gate.rules_judged.conditions import Node, condition_of
from dronten_pipeline.gate.rules_judged.rows import Row, Rows, Sum, Words
from dronten_pipeline.gate.rules_judged.table import Bench

#: Of a table that must have more rows than this no example is made.
MOST_ROWS = 6

#: Types that a column may have instead, so that the rules about its values can still be judged.
_INSTEAD = {"DATE": "TIMESTAMP", "TIMESTAMP": "DATE", "DOUBLE": "FLOAT", "BIGINT": "INTEGER"}


class Question(StrEnum):
    CAN_PASS = "can pass"
    CAN_FAIL = "can fail"
    IS_NEEDED = "is needed"


class Outcome(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """The answer to one question about one rule; `others` are the rules that make it so."""

    table: str
    rule: str
    question: Question
    outcome: Outcome
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """Rows that the judge confirmed, or whether there can be none, or which rules they failed."""

    rows: list[Row] | None
    is_impossible: bool
    failing: frozenset[str] = frozenset()


def ask(suite: Suite, types: Mapping[str, str]) -> list[Finding]:
    """The findings about the linear rules of a suite.

    Args:
        types: the types that the contract gives to the columns, in their order.
    """
    with Bench() as bench:
        return list(_Asked(suite, types, bench).findings())


class _Asked:
    def __init__(self, suite: Suite, types: Mapping[str, str], bench: Bench) -> None:
        self.table = suite.table
        self.bench = bench
        self.types = types
        self.conditions: dict[str, Node] = {}
        self.rules: list[Expectation] = []
        for rule in suite.expectations:
            condition = condition_of(rule, types)
            if condition is not None:
                self.conditions[rule.rule] = condition
            if condition is not None or isinstance(rule.arguments, _ABOUT_TABLES):
                self.rules.append(rule)
        self.words = Words.of(self.conditions.values(), types)
        self.guess = Words.of(self.conditions.values(), types, is_guess=True)
        self.example: list[Row] = []
        self.is_contradictory = False

    def findings(self) -> Iterator[Finding]:
        yield from self._can_pass()
        for rule in self.rules:
            premises = [
                other
                for other in self.rules
                if other is not rule
                and (other.severity == "critical" or rule.severity == "warning")
            ]
            alone = self._fails(rule, premises)
            if alone.rows is not None:
                yield self._say(rule, Question.CAN_FAIL, Outcome.YES)
                yield self._say(rule, Question.IS_NEEDED, Outcome.YES)
                continue
            can_fail = self._can_fail(rule)
            yield self._say(rule, Question.CAN_FAIL, can_fail)
            if can_fail == Outcome.NO:  # it is not said to be implied as well
                continue
            if self.is_contradictory:  # from which all follows
                continue
            if alone.is_impossible:
                reason = self._least(premises, partial(self._fails, rule))
                yield self._say(rule, Question.IS_NEEDED, Outcome.NO, reason)
            else:
                yield self._say(rule, Question.IS_NEEDED, Outcome.UNKNOWN)

    def _say(
        self,
        rule: Expectation,
        question: Question,
        outcome: Outcome,
        others: Iterable[Expectation] = (),
    ) -> Finding:
        names = tuple(other.rule for other in others)
        return Finding(self.table, rule.rule, question, outcome, names)

    # --- can it pass

    def _can_pass(self) -> Iterator[Finding]:
        answers = self.bench.judged(self.types, [], self.rules)
        judgeable = []
        for rule in self.rules:
            is_about_columns = isinstance(rule.arguments, OrderedColumns | OfType)
            answer = answers[rule.rule]
            if answer.error or (is_about_columns and not answer.passed):
                # Not with the columns that the contract of the table promises.
                yield self._say(rule, Question.CAN_PASS, Outcome.NO)
            else:
                judgeable.append(rule)
        together = self._passes(judgeable)
        while together.failing:
            # What the solver does not understand of these it guessed wrong.
            for rule in judgeable:
                if rule.rule in together.failing:
                    yield self._say(rule, Question.CAN_PASS, Outcome.UNKNOWN)
                    yield self._say(rule, Question.CAN_FAIL, self._can_fail(rule))
                    yield self._say(rule, Question.IS_NEEDED, Outcome.UNKNOWN)
            judgeable = [rule for rule in judgeable if rule.rule not in together.failing]
            together = self._passes(judgeable)
        self.rules = judgeable
        self.example = together.rows or []
        self.is_contradictory = together.is_impossible
        reason = self._least(judgeable, self._passes) if together.is_impossible else []
        for rule in judgeable:
            if together.rows is not None:
                yield self._say(rule, Question.CAN_PASS, Outcome.YES)
            elif rule in reason:
                others = [other for other in reason if other is not rule]
                yield self._say(rule, Question.CAN_PASS, Outcome.NO, others)
            else:
                yield self._say(rule, Question.CAN_PASS, Outcome.UNKNOWN)

    def _passes(self, rules: Sequence[Expectation]) -> _Found:
        """A table with at least a row that passes all of the rules."""
        low, high = _row_counts(rules)
        if low > high:
            return _Found(None, True)

        def confirm(rows: list[Row]) -> _Found:
            answers = self.bench.judged(self.types, rows, rules)
            failing = frozenset(name for name, answer in answers.items() if not answer.passed)
            return _Found(None if failing else rows, False, failing)

        return self._search(max(1, low), rules, [], confirm)

    # --- can it fail

    def _can_fail(self, rule: Expectation) -> Outcome:
        found = self._fails(rule, [])
        if found.rows is not None:
            return Outcome.YES
        return Outcome.NO if found.is_impossible else Outcome.UNKNOWN

    def _fails(self, rule: Expectation, premises: Sequence[Expectation]) -> _Found:
        """A table that fails the rule and passes the premises."""
        low, high = _row_counts(premises)
        arguments = rule.arguments
        confirm = partial(self._confirm, rule, premises, self.types)
        if low > high:  # whatever follows from a contradiction says nothing of this rule
            return _Found(None, False)
        if isinstance(arguments, OrderedColumns | OfType):
            return self._fails_by_columns(rule, premises)
        if isinstance(arguments, RowCount):
            numbers = []
            if arguments.min_value is not None and low < arguments.min_value:
                numbers.append(low)
            if arguments.max_value is not None and arguments.max_value < high:
                numbers.append(max(low, arguments.max_value + 1))
            found = _Found(None, True)
            for number in numbers:
                if not found.is_impossible:
                    break
                found = self._search(number, premises, [], confirm)
            return found
        if isinstance(arguments, Unique | CompoundUnique):
            key = arguments.columns
            if high < 2:
                return _Found(None, True)
            return self._search(max(2, low), premises, [lambda rows: rows.same(0, 1, key)], confirm)
        if high < 1:
            return _Found(None, True)
        condition, number = self.conditions[rule.rule], max(1, low)
        if isinstance(arguments, Tolerant) and arguments.mostly < 1 and 1 < number <= MOST_ROWS:
            # That all of some rows break it is an example; that they cannot is no proof.
            every = [partial(Rows.breaks, row=row, condition=condition) for row in range(number)]
            found = self._search(number, premises, every, confirm)
            return found if found.rows is not None else _Found(None, False)
        wish = partial(Rows.breaks, row=0, condition=condition)
        return self._search(number, premises, [wish], confirm)

    def _fails_by_columns(self, rule: Expectation, premises: Sequence[Expectation]) -> _Found:
        if any(rule.arguments == other.arguments for other in premises):
            return _Found(None, True)
        types = dict(self.types)
        if isinstance(rule.arguments, OfType):
            types[rule.arguments.column] = _INSTEAD.get(rule.arguments.type_, "VARCHAR")
        else:
            types |= {"one_more": "INTEGER"}
        return self._confirm(rule, premises, types, self.example)

    def _confirm(
        self,
        rule: Expectation,
        premises: Sequence[Expectation],
        types: Mapping[str, str],
        rows: list[Row],
    ) -> _Found:
        """The rows, if the judge says that they fail the rule and pass the premises."""
        answers = self.bench.judged(types, rows, [rule, *premises])
        own = answers.pop(rule.rule)
        is_alone = all(answer.passed for answer in answers.values())
        is_so = not own.passed and own.error is None and is_alone
        return _Found(rows if is_so else None, False)

    def _search(
        self,
        number: int,
        rules: Sequence[Expectation],
        wishes: Sequence[Callable[[Rows], Sum]],
        confirm: Callable[[list[Row]], _Found],
    ) -> _Found:
        """So many rows that pass the rules and are as wished, if the judge confirms them.

        Of more rows than an example is made of a part is asked, which may show that there are none.
        """
        confirmed = _Found(None, False)
        for words in (self.words, self.guess):
            asked = Rows(words, min(number, MOST_ROWS))
            self._pass(asked, rules)
            for wish in wishes:
                asked.wish(wish(asked))
            found, is_impossible = asked.look()
            if is_impossible and words is self.words:
                return _Found(None, True)
            if found is not None and number <= MOST_ROWS:
                confirmed = confirm(found)
            if confirmed.rows is not None or number > MOST_ROWS:
                break
        return confirmed

    # --- rows

    def _pass(self, rows: Rows, rules: Sequence[Expectation]) -> None:
        """Wishes that the rows pass the rules, but for those with a tolerance."""
        for rule in rules:
            arguments = rule.arguments
            if isinstance(arguments, Unique | CompoundUnique):
                for one, other in combinations(range(rows.number), 2):
                    rows.wish(rows.same(one, other, arguments.columns).otherwise)
            elif rule.rule in self.conditions:
                if isinstance(arguments, Tolerant) and arguments.mostly < 1:
                    continue
                for row in range(rows.number):
                    rows.wish(rows.breaks(row, self.conditions[rule.rule]).otherwise)

    def _least(
        self, rules: Sequence[Expectation], ask: Callable[[Sequence[Expectation]], _Found]
    ) -> list[Expectation]:
        """Of rules that make something impossible as few as do so, by leaving out one by one."""
        kept = list(rules)
        for rule in rules:
            fewer = [other for other in kept if other is not rule]
            if ask(fewer).is_impossible:
                kept = fewer
        return kept


_ABOUT_TABLES = (RowCount, Unique, CompoundUnique, OrderedColumns, OfType)


def _row_counts(rules: Sequence[Expectation]) -> tuple[int, float]:
    """The least and the largest number of rows that all rules allow."""
    low, high = 0, math.inf
    for rule in rules:
        if isinstance(rule.arguments, RowCount):
            low = max(low, rule.arguments.min_value or 0)
            most = rule.arguments.max_value
            high = high if most is None else min(high, most)
    return low, high
