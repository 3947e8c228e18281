"""What the gate found: the answers of both judges, one result per rule, and the verdict.

Here belongs the shape of `verdict.json`, the rule that makes one result of two answers, and the
rule that turns results into a verdict. Not here: the shape of a result, which the ledger keeps
(`ledger/judgement.py`), and how a rule is judged (`gx_judge.py`, `sql_judge.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field

from dronten_pipeline.contracts.expectation_types import UnexpectedRows
from dronten_pipeline.contracts.reading import Strict
from dronten_pipeline.contracts.suites import Expectation, Suite
from dronten_pipeline.ledger.judgement import Answer, JudgeName, Result, RuleChange, VerdictName

#: Both must have answered every rule, and alike.
JUDGES: tuple[JudgeName, ...] = ("great_expectations", "sql")
#: The exit code by which the process of the judges says that it met a full disk.
DISK_FULL = 28
#: Where that process tells of what broke, beside its request.
LOG = "gate.log"
_NAMES: dict[JudgeName, str] = {"great_expectations": "Great Expectations", "sql": "SQL"}


class JudgementError(RuntimeError):
    """What was judged cannot be believed; the message is a sentence of ours, without values."""


class HeldBack(RuntimeError):
    """The gate did its work and nothing may be published; the message is a sentence."""


#: By table and rule.
Answers = dict[tuple[str, str], Answer]


class Verdict(Strict):
    """The outcome of one judgement, about the exact bytes of one `mart.duckdb`."""

    verdict: VerdictName
    run_id: str
    release_id: str
    as_of: str = Field(description="as-of date of the figures, yyyy-mm-dd.")
    published_at: str = Field(description="Local wall time that stands in publication.")
    code_version: str
    contract_version: str
    previous_release: str | None
    mart_sha256: str = Field(description="Of the file as both judges saw it.")
    suites_sha256: str
    row_counts: dict[str, int]
    versions: dict[str, str]
    results: list[Result]
    weakened: list[RuleChange] = Field(
        default_factory=list,
        description="Critical rules that are gone, weaker or changed since the release before and "
        "that nobody approved (`ledger/rules.py`); the gate fills it, no judge.",
    )

    @property
    def failures(self) -> list[Result]:
        """What was not passed, critical ones first."""
        failed = (result for result in self.results if not result.passed)
        return sorted(failed, key=lambda result: result.severity != "critical")


def combine(
    suites: Iterable[Suite],
    answers: Mapping[JudgeName, Answers],
    row_counts: Mapping[str, int],
) -> list[Result]:
    """One result per rule, in the order of the suites."""
    return [
        _combined(
            suite.table,
            expectation,
            {
                judge: answers[judge][suite.table, expectation.rule]
                for judge in JUDGES
                if (suite.table, expectation.rule) in answers.get(judge, {})
            },
            row_counts.get(suite.table),
        )
        for suite in suites
        for expectation in suite.expectations
    ]


def _combined(
    table: str,
    expectation: Expectation,
    answers: dict[JudgeName, Answer],
    rows: int | None,
) -> Result:
    error = disagreement(answers)
    first = answers.get("sql") or Answer.unjudged("")
    return Result(
        table=table,
        rule=expectation.rule,
        type=expectation.type,
        severity="critical" if error else expectation.severity,
        description=expectation.description,
        passed=error is None and first.passed,
        observed=first.observed,
        failing_rows=first.failing_rows,
        checked_rows=rows,
        error=error,
        answers=answers,
        kpi=expectation.kpi,
        owner=expectation.owner,
        on_failure=expectation.what_to_do,
        computations=_computations(expectation, first),
    )


def _computations(expectation: Expectation, answer: Answer) -> int:
    """In how many ways a rule is computed: of a query both judges run the same text, unless the
    second computes from the raw files."""
    is_query = isinstance(expectation.arguments, UnexpectedRows)
    return 1 if is_query and not answer.is_from_raw else 2


def disagreement(answers: Mapping[JudgeName, Answer]) -> str | None:
    """Why two answers are no outcome, or None when they are one.

    The judges agree when both passed or both did not, with as many failing rows where both counted.
    """
    silent = [_NAMES[judge] for judge in JUDGES if judge not in answers]
    if silent:
        return f"geen antwoord van {' en '.join(silent)}"
    errors = [answers[judge].error for judge in JUDGES]
    if all(errors):
        return errors[-1]
    counts = {answer.failing_rows for answer in answers.values() if answer.failing_rows is not None}
    if any(errors) or len({answer.passed for answer in answers.values()}) > 1 or len(counts) > 1:
        said = "; ".join(f"{_NAMES[judge]}: {_said(answers[judge])}" for judge in JUDGES)
        return f"de twee beoordelaars zijn het oneens ({said})"
    return None


def _said(answer: Answer) -> str:
    if answer.error is not None:
        return f"niet te beoordelen, {answer.error}"
    return f"{'voldoet' if answer.passed else 'voldoet niet'}, {answer.observed}"


def what_to_do(result: Result) -> list[str]:
    """Lines in Dutch: which KPI a failed rule guards, who acts, and what to do."""
    about = f" (KPI {result.kpi})" if result.kpi else ""
    lines = [f"wie: {result.owner}{about}"] if result.owner else []
    return lines + ([f"doen: {result.on_failure}"] if result.on_failure else [])


def verdict_of(results: Iterable[Result]) -> VerdictName:
    """Critical failures keep a release back, warnings are published and shown.

    `approved` never follows from results: a person decides it (`approval.py`).
    """
    results = list(results)
    if not results or any(
        not result.passed and (result.severity == "critical" or result.error is not None)
        for result in results
    ):
        return "failed"
    return "passed" if all(result.passed for result in results) else "passed_with_warnings"
