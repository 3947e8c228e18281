"""One result of two answers: agreement, disagreement, silence."""

from __future__ import annotations

import pytest

from dronten_pipeline.contracts.expectation_types import QUERY_START
from dronten_pipeline.contracts.suites import QUERY, WHAT_TO_DO, Suite
from dronten_pipeline.gate.verdict import (
    JUDGES,
    combine,
    disagreement,
    verdict_of,
    what_to_do,
)
from dronten_pipeline.ledger.judgement import Answer, Result
from tests.unit.gate.marts import ROWS, expectation

GOOD = Answer(passed=True, observed="0 van 9 rijen", failing_rows=0)
ONE = Answer(passed=False, observed="1 van 9 rijen", failing_rows=1)
TWO = Answer(passed=False, observed="2 van 9 rijen", failing_rows=2)
WHOLE = Answer(passed=False, observed="type VARCHAR")
BROKEN = Answer.unjudged("kolom n ontbreekt in figure")

SUITE = Suite.model_validate(
    {
        "table": "figure",
        "description": "De proef.....",
        "expectations": [
            ROWS,
            expectation("rule", "expect_column_values_to_not_be_null", "warning", column="n"),
        ],
    }
)


@pytest.mark.parametrize(
    ("great_expectations", "sql", "says"),
    [
        (GOOD, GOOD, None),
        (ONE, ONE, None),
        (WHOLE, WHOLE, None),
        (WHOLE, ONE, None),
        (GOOD, ONE, "Great Expectations: voldoet, 0 van 9 rijen; SQL: voldoet niet, 1 van 9"),
        (ONE, GOOD, "Great Expectations: voldoet niet, 1 van 9 rijen; SQL: voldoet, 0 van 9"),
        (ONE, TWO, "voldoet niet, 1 van 9 rijen; SQL: voldoet niet, 2 van 9 rijen"),
        (GOOD, BROKEN, "SQL: niet te beoordelen, kolom n ontbreekt"),
        (BROKEN, ONE, "Great Expectations: niet te beoordelen, kolom n ontbreekt"),
        (BROKEN, BROKEN, "kolom n ontbreekt in figure"),
        (None, GOOD, "geen antwoord van Great Expectations"),
        (GOOD, None, "geen antwoord van SQL"),
        (None, None, "geen antwoord van Great Expectations en SQL"),
    ],
)
def test_two_answers_are_an_outcome_only_when_they_agree(
    great_expectations: Answer | None, sql: Answer | None, says: str | None
) -> None:
    given = {"great_expectations": great_expectations, "sql": sql}
    answers = {judge: given[judge] for judge in JUDGES if given[judge] is not None}
    found = disagreement(answers)
    if says is None:
        assert found is None
    else:
        assert found is not None
        assert says in found
    judged = {
        judge: {("figure", "row_count"): GOOD, ("figure", "rule"): answer}
        for judge, answer in answers.items()
    } | {judge: {("figure", "row_count"): GOOD} for judge in JUDGES if judge not in answers}
    result = combine([SUITE], judged, {"figure": 9})[1]
    assert result.answers == answers, "the record keeps both"
    if says is None:
        assert (result.passed, result.severity) == (sql and sql.passed, "warning")
    else:
        # Whatever the suite says: what is not known keeps the release back.
        assert (result.passed, result.severity, result.error) == (False, "critical", found)
        assert verdict_of([result]) == "failed"


def test_a_disagreement_keeps_the_release_back_though_both_would_only_warn() -> None:
    answers = {
        "great_expectations": {("figure", "row_count"): GOOD, ("figure", "rule"): ONE},
        "sql": {("figure", "row_count"): GOOD, ("figure", "rule"): TWO},
    }
    assert verdict_of(combine([SUITE], answers, {"figure": 9})) == "failed"


def test_a_result_says_who_acts_what_to_do_and_in_how_many_ways_it_was_computed() -> None:
    query = {
        **expectation("query", QUERY, unexpected_rows_query=f"{QUERY_START} SELECT * FROM own"),
        "kpi": "callbacks_late",
        "owner": "Dienstverlening",
        "on_failure": "Vraag het de leverancier.",
    }
    suite = Suite.model_validate(SUITE.model_dump() | {"expectations": [ROWS, query]})
    rows, asked = combine([suite], {}, {})
    assert (rows.computations, asked.computations) == (2, 1)
    assert rows.on_failure == WHAT_TO_DO
    assert what_to_do(asked) == [
        "wie: Dienstverlening (KPI callbacks_late)",
        "doen: Vraag het de leverancier.",
    ]
    of_before = asked.model_dump(exclude={"kpi", "owner", "on_failure", "computations"})
    assert what_to_do(Result.model_validate(of_before)) == []
