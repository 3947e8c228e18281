"""Mistakes that are planted among rules are found, and rules that are right are not accused.

An accusation is checked apart from the solver: on random tables no judge may see what is said to
be impossible.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dronten_pipeline.contracts.suites import Expectation, Suite
from dronten_pipeline.gate.rules_judged.questions import Finding, Outcome, Question, ask
from dronten_pipeline.gate.rules_judged.table import Bench

TYPES = {
    "a": "BIGINT",
    "b": "BIGINT",
    "x": "DOUBLE",
    "t": "VARCHAR",
    "u": "VARCHAR",
    "f": "BOOLEAN",
}
TEXTS = ("ja", "nee", "soms", "nooit")

FILLED = "expect_column_values_to_not_be_null"
EMPTY = "expect_column_values_to_be_null"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
REGEX = "expect_column_values_to_match_regex"
UNIQUE = "expect_column_values_to_be_unique"
KEY = "expect_compound_columns_to_be_unique"
COUNT = "expect_table_row_count_to_be_between"
TYPE = "expect_column_values_to_be_of_type"
COLUMNS = "expect_table_columns_to_match_ordered_list"


def rule(name: str, kind: str, severity: str = "critical", **kwargs: Any) -> Expectation:
    return Expectation.model_validate(
        {
            "rule": name,
            "type": kind,
            "severity": severity,
            "description": "Een regel van de proef.",
            "kwargs": kwargs,
        }
    )


def query(name: str, where: str, severity: str = "critical") -> Expectation:
    text = f"WITH own AS (SELECT * FROM {{batch}}) SELECT a FROM own WHERE {where}"
    return rule(name, "unexpected_rows_expectation", severity, unexpected_rows_query=text)


ROWS = rule("rows", COUNT, min_value=1)


def asked(*rules: Expectation) -> dict[tuple[str, Question], Finding]:
    suite = Suite(table="t", description="Een reeks van de proef.", expectations=[ROWS, *rules])
    return {(finding.rule, finding.question): finding for finding in ask(suite, TYPES)}


def no(found: dict[tuple[str, Question], Finding], question: Question) -> dict[str, set[str]]:
    return {
        name: set(finding.others)
        for (name, asked_for), finding in found.items()
        if asked_for == question and finding.outcome == Outcome.NO
    }


CONTRADICTIONS = {
    "ranges": [
        rule("low", BETWEEN, column="a", max_value=3),
        rule("high", BETWEEN, column="a", min_value=4),
        rule("filled", FILLED, column="a"),
    ],
    "strict ranges": [
        rule("low", BETWEEN, column="x", max_value=0.5, strict_max=True),
        rule("high", BETWEEN, column="x", min_value=0.5),
        rule("filled", FILLED, column="x"),
    ],
    "sets": [
        rule("one", IN_SET, column="t", value_set=["ja"]),
        rule("other", IN_SET, column="t", value_set=["nee"]),
        rule("filled", FILLED, column="t"),
    ],
    "filled and empty": [rule("filled", FILLED, column="f"), rule("empty", EMPTY, column="f")],
    "a set and a pattern": [
        rule("set", IN_SET, column="t", value_set=["ja", "nee"]),
        rule("form", REGEX, column="t", regex="^[0-9]+$"),
        rule("filled", FILLED, column="t"),
    ],
    "numbers of rows": [
        rule("two", COUNT, min_value=2),
        rule("two_texts", IN_SET, column="t", value_set=["ja"]),
        rule("key", UNIQUE, column="t"),
        rule("filled", FILLED, column="t"),
    ],
    "a sum": [
        query("adds_up", "a <> b + 1"),
        rule("a", BETWEEN, column="a", max_value=5),
        rule("b", BETWEEN, column="b", min_value=5),
        rule("a_filled", FILLED, column="a"),
        rule("b_filled", FILLED, column="b"),
    ],
    "a query and a range": [
        query("more", "coalesce(x, 0) <= 1"),
        rule("less", BETWEEN, column="x", max_value=1),
    ],
}


@pytest.mark.parametrize("rules", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_proven_and_each_part_of_it_named(rules: list[Expectation]) -> None:
    found = no(asked(*rules, rule("apart", FILLED, column="u")), Question.CAN_PASS)
    names = {one.rule for one in rules}
    assert found.keys() == names
    assert all(others == names - {name} for name, others in found.items())


IMPLIED = {
    "a wider range": ([rule("narrow", BETWEEN, column="a", min_value=1, max_value=5)],
        rule("r", BETWEEN, column="a", min_value=0)),
    "a larger set": ([rule("few", IN_SET, column="t", value_set=["ja"])],
        rule("r", IN_SET, column="t", value_set=["ja", "nee"])),
    "a pattern of a set": ([rule("few", IN_SET, column="t", value_set=["ja", "nee"])],
        rule("r", REGEX, column="t", regex="^[a-z]+$")),
    "a longer key": ([rule("key", UNIQUE, column="t"), rule("filled", FILLED, column="t")],
        rule("r", KEY, column_list=["t", "u"])),
    "a tolerance": ([rule("filled", FILLED, column="t")],
        rule("r", FILLED, column="t", mostly=0.5)),
    "the same query in other words": ([query("one", "a > b")], query("r", "NOT a <= b")),
    "a sum of what is not negative": (
        [query("sum", "a IS DISTINCT FROM b + 2"), query("low", "coalesce(b < 0, true)")],
        query("r", "a < 2")),
    "fewer rows than the key has values": (
        [rule("key", UNIQUE, column="f"), rule("filled", FILLED, column="f")],
        rule("r", COUNT, max_value=2)),
    "a warning under a rule": ([rule("narrow", BETWEEN, column="x", max_value=1)],
        rule("r", BETWEEN, "warning", column="x", max_value=2)),
    "NaN is in no range": ([rule("range", BETWEEN, column="x", min_value=0)],
        query("r", "isnan(x)")),
    "the same type": ([rule("one", TYPE, column="x", type_="DOUBLE")],
        rule("r", TYPE, column="x", type_="DOUBLE")),
}  # fmt: skip


@pytest.mark.parametrize(("others", "implied"), IMPLIED.values(), ids=IMPLIED)
def test_a_rule_that_follows_is_proven_to(others: list[Expectation], implied: Expectation) -> None:
    found = no(asked(*others, rule("apart", FILLED, column="u"), implied), Question.IS_NEEDED)
    assert found["r"] == {one.rule for one in others}


NOT_IMPLIED = {
    "a narrower range": ([rule("wide", BETWEEN, column="a", min_value=0)],
        rule("r", BETWEEN, column="a", min_value=1)),
    "infinity is in a range without an end": ([rule("range", BETWEEN, column="x", min_value=0)],
        query("r", "NOT isfinite(x)")),
    "a key that may be empty": ([rule("key", UNIQUE, column="t")],
        rule("r", KEY, column_list=["t", "u"])),
    "a rule under a warning": ([rule("narrow", BETWEEN, "warning", column="x", max_value=1)],
        rule("r", BETWEEN, column="x", max_value=2)),
    "a comparison with nothing is neither": ([query("one", "a > b")],
        query("r", "coalesce(a > b, true)")),
    "a set says nothing of what is empty": ([rule("set", IN_SET, column="t", value_set=["ja"])],
        rule("r", FILLED, column="t")),
    "a case of more than one": ([query("one", "CASE WHEN f THEN a ELSE b END > 3")],
        query("r", "a > 3")),
    "a tolerance is weaker": ([rule("most", FILLED, column="t", mostly=0.5)],
        rule("r", FILLED, column="t", mostly=0.9)),
}  # fmt: skip


@pytest.mark.parametrize(("others", "own"), NOT_IMPLIED.values(), ids=NOT_IMPLIED)
def test_a_rule_that_does_not_follow_is_not_said_to(
    others: list[Expectation], own: Expectation
) -> None:
    found = asked(*others, own)
    assert no(found, Question.IS_NEEDED).get("r") is None
    if "tolerance" not in str(others[0].kwargs) and others[0].kwargs.get("mostly") is None:
        assert found["r", Question.IS_NEEDED].outcome == Outcome.YES, "an example was to be found"


CANNOT_FAIL = {
    "no number of rows is less than none": rule("r", COUNT, min_value=0),
    "both booleans": rule("r", IN_SET, column="f", value_set=[True, False]),
    "less and more": query("r", "a < 1 AND a > 1"),
    "between whole numbers": query("r", "a > 1 AND a < 2"),
    "equal to nothing": query("r", "t = NULL"),
    "nothing is distinct from itself": query("r", "(t IS DISTINCT FROM NULL) <> (t IS NOT NULL)"),
    "a comparison that is never true": query("r", "a > b AND b > a"),
}


@pytest.mark.parametrize("own", CANNOT_FAIL.values(), ids=CANNOT_FAIL)
def test_a_rule_that_cannot_fail_is_proven_to(own: Expectation) -> None:
    assert no(asked(own), Question.CAN_FAIL) == {"r": set()}


def test_what_is_not_understood_is_unknown_and_not_accused() -> None:
    found = asked(
        query("r", "soundex(t) = 'J000' AND soundex(t) <> 'J000' AND md5(u) = '0'"),
        query("s", "x * x < 0"),
    )
    assert found["s", Question.CAN_FAIL].outcome == Outcome.UNKNOWN
    assert not no(found, Question.IS_NEEDED)


def test_rounding_is_not_taken_for_arithmetic() -> None:
    """0.1 + 0.2 is not 0.3: what holds of sums does not hold of floating-point sums."""
    types = dict(TYPES) | {"y": "DOUBLE", "z": "DOUBLE"}
    rules = [ROWS, query("one", "x <> y + z"), query("r", "x - y <> z")]
    suite = Suite(table="t", description="Een reeks van de proef.", expectations=rules)
    assert all(finding.outcome != Outcome.NO for finding in ask(suite, types))


# --- random suites

VALUES = {
    "a": st.none() | st.integers(-3, 6),
    "b": st.none() | st.integers(-3, 6),
    "x": st.none() | st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.5, float("nan"), float("inf")]),
    "t": st.none() | st.sampled_from(TEXTS),
    "u": st.none() | st.sampled_from(TEXTS),
    "f": st.none() | st.booleans(),
}
ROW = st.fixed_dictionaries(VALUES)


@st.composite
def rules(draw: st.DrawFn, name: str) -> Expectation:
    number = draw(st.sampled_from(["a", "b", "x"]))
    text = draw(st.sampled_from(["t", "u"]))
    low, more = draw(st.integers(-3, 4)), draw(st.integers(0, 4))
    sign = draw(st.sampled_from(["<", "<=", "=", "<>", ">", ">="]))
    other = draw(st.sampled_from(["a", "b", "x", "a + b", "1", "2"]))
    some = draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True))
    condition = st.sampled_from(
        [
            f"{number} {sign} {other}",
            f"{text} IN ('{some[0]}', '{some[-1]}')",
            f"{number} IS NULL",
            "NOT f",
            "t = u",
            f"coalesce({number}, 0) {sign} {low}",
            f"{text} IS DISTINCT FROM '{some[0]}'",
        ]
    )
    one, two = draw(condition), draw(condition)
    return draw(
        st.sampled_from(
            [
                rule(name, BETWEEN, column=number, min_value=low, max_value=low + more),
                rule(name, BETWEEN, column=number, min_value=low, strict_min=True),
                rule(name, FILLED, column=draw(st.sampled_from(list(TYPES)))),
                rule(name, IN_SET, column=text, value_set=some),
                rule(name, UNIQUE, column=text),
                rule(name, KEY, column_list=["f", text]),
                rule(name, COUNT, max_value=1 + more),
                query(name, f"{one} AND {two}"),
                query(name, f"{one} OR NOT ({two})"),
            ]
        )
    )


SUITES = st.tuples(*(rules(f"rule_{number}") for number in range(5)))


@settings(max_examples=25, deadline=None)
@given(SUITES, st.lists(ROW, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_random_suites_are_accused_only_of_what_no_table_refutes(
    suite: tuple[Expectation, ...], rows: list[dict[str, Any]], chance: random.Random
) -> None:
    found = asked(*suite)
    cannot_pass = no(found, Question.CAN_PASS)
    cannot_fail = no(found, Question.CAN_FAIL)
    implied = no(found, Question.IS_NEEDED)
    with Bench() as bench:
        for _ in range(8):
            table = [chance.choice(rows) for _ in range(chance.randint(1, 3))]
            for row in table if chance.random() < 0.5 else ():
                name = chance.choice(list(TYPES))
                row[name] = chance.choice(rows)[name]
            answers = bench.judged(TYPES, table, suite)
            passed = {name for name, answer in answers.items() if answer.passed} | {"rows"}
            for name, others in cannot_pass.items():
                assert not {name, *others} <= passed, (cannot_pass, table)
            for name, others in implied.items():
                assert name in passed or not others <= passed, (name, others, table)
            assert cannot_fail.keys() <= passed, (cannot_fail, table)
