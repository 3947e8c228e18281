"""What the gate found: one result per rule, and the verdict that follows from them.

Here belongs the shape of `verdict.json` and the rule that turns results into a verdict. Not here:
how a rule is judged (`judge.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from dronten_pipeline.contracts import Severity, Strict

VerdictName = Literal["passed", "passed_with_warnings", "failed"]


class Result(Strict):
    """The outcome of one rule.

    `observed` is a short Dutch text without values of the data; `failing_rows` is null where the
    rule is not about rows; `error` says why the rule could not be judged.
    """

    table: str
    rule: str
    type: str
    severity: Severity
    description: str
    passed: bool
    observed: str
    failing_rows: int | None = None
    checked_rows: int | None = None
    error: str | None = None


class Verdict(Strict):
    """The outcome of one judgement, about the exact bytes of one `mart.duckdb`."""

    verdict: VerdictName
    run_id: str
    release_id: str
    as_of: str = Field(description="Day of judgement of the figures, yyyy-mm-dd.")
    published_at: str = Field(description="Local wall time that stands in publication.")
    code_version: str
    contract_version: str
    previous_release: str | None
    mart_sha256: str
    suites_sha256: str
    row_counts: dict[str, int]
    versions: dict[str, str]
    results: list[Result]

    @property
    def failures(self) -> list[Result]:
        """What was not passed, critical ones first."""
        failed = (result for result in self.results if not result.passed)
        return sorted(failed, key=lambda result: result.severity != "critical")


def verdict_of(results: Iterable[Result]) -> VerdictName:
    """Critical failures keep a release back, warnings are published and shown."""
    results = list(results)
    if not results or any(
        not result.passed and (result.severity == "critical" or result.error is not None)
        for result in results
    ):
        return "failed"
    return "passed" if all(result.passed for result in results) else "passed_with_warnings"
