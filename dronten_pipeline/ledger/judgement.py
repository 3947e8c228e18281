"""What the gate and those who approve write down: the record of a judgement and its parts.

Here belongs the shape of that. Not here: judging (`gate/`), and which approvals count
(`gate/approval.py`).
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from dronten_pipeline.contracts.suites import Severity
from dronten_pipeline.core.document import Document

#: How a rule gave way.
How = Literal["removed", "weaker", "changed"]
VerdictName = Literal["passed", "passed_with_warnings", "approved", "failed"]
JudgeName = Literal["great_expectations", "sql"]


class Answer(Document):
    """What one judge says of one rule.

    `observed` is a short Dutch text without values of the data; `failing_rows` is null where the
    rule is not about rows; `error` says why the rule could not be judged.
    """

    MAY_LACK: ClassVar = frozenset({"is_from_raw"})

    passed: bool
    observed: str
    failing_rows: int | None = None
    error: str | None = None
    is_from_raw: bool = Field(
        default=False, description="Computed from the raw files, not by the query of the rule."
    )

    @classmethod
    def unjudged(cls, error: str) -> Answer:
        return cls(passed=False, observed="niet te beoordelen", error=error)


class Result(Document):
    """The outcome of one rule, with what each judge said of it where that is not the same.

    `error` says why there is no outcome: a judge could not judge, or the two do not agree. The
    severity is then critical, whatever the suite says.
    """

    MAY_LACK: ClassVar = frozenset({"answers", "kpi", "owner", "on_failure", "computations"})

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
    answers: dict[JudgeName, Answer] = Field(default_factory=dict)
    kpi: str | None = Field(default=None, description="The KPI that the rule guards.")
    owner: str | None = Field(default=None, description="Who acts when it fails.")
    on_failure: str | None = Field(default=None, description="What to do when it fails.")
    computations: int | None = Field(
        default=None,
        description="2 where each judge computes the answer its own way, 1 where both run the "
        "same query on DuckDB; null in a record of before December 2026.",
    )


class InputFile(Document):
    """One delivered file (or the scores of a source's documents) behind a run.

    `counts` is false for a file that was delivered and is not read, because it stopped its source
    or waits for it.
    """

    source: str
    table: str
    file_name: str
    sha256: str
    counts: bool
    raw_path: str | None = None
    delivery_number: int | None = None
    rows: int | None = None


class RuleChange(Document):
    """One rule that is gone, weaker or changed since the release before, and in which part."""

    table: str
    rule: str
    how: How
    part: str
    was: Any
    now: Any
    is_critical: bool


class FailedRule(Document):
    """A critical rule that failed, with as many failing rows as were seen."""

    table: str
    rule: str
    failing_rows: int | None
    observed: str


class Agreement(Document):
    """The record of what was agreed, and the hash of that."""

    record: int
    sha256: str


class Approval(Document):
    """What a second person allowed.

    `rules` are the critical rules that failed, `weakened` those that are gone, weaker or changed
    since the release before (`ledger/rules.py`); `record` and `record_sha256` name the record of
    the ledger that holds the signed statement.
    """

    mart_sha256: str
    gate_record: int
    rules: list[FailedRule]
    weakened: list[RuleChange] = Field(default_factory=list)
    approved_by: str
    key_id: str
    reason: str
    approved_at: str
    record: int
    record_sha256: str


class ApprovalStatement(Document):
    """What somebody who approves signs, about one mart."""

    release_id: str
    gate_record: int
    gate_record_sha256: str
    rules: list[FailedRule]
    weakened: list[RuleChange] = Field(default_factory=list)
    reason: str
    approved_by: str
    approved_at: str


class Provenance(Document):
    """By what a mart was judged and how it came about; null is what could not be read.

    `judged_by` holds the SHA-256 of the suites, contracts, dbt project and code,
    `differs_from_commit` which of these are not those of the commit that is named.
    """

    code_has_changes: bool = False
    engine: dict[str, str] = Field(default_factory=dict, description="Versions by package.")
    inputs: list[InputFile] | None = None
    definitions: Agreement | None = None
    judged_by: dict[str, str] | None = None
    differs_from_commit: list[str] | None = None
