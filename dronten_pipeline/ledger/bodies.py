"""What each kind of record says: one class per kind, and which of them a record holds.

Here belongs the shape of a body. Not here: when one is written (each kind has its module for
that), and the record around it (`record.py`).
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from dronten_pipeline.core.document import Document
from dronten_pipeline.ledger.judgement import (
    Approval,
    ApprovalStatement,
    JudgeName,
    Provenance,
    Result,
    RuleChange,
    VerdictName,
)

#: By name what was decided: `definition/b1_share`, `target/b1_share 2026`.
Agreed = dict[str, dict[str, Any]]


class Body(Document):
    """What a record says; of a kind that this version does not know, whatever stands there."""

    KIND: ClassVar[str] = ""


class RawEntry(Document):
    """One raw file as it was written. `path` is relative to raw/ and holds no delivered name."""

    source: str
    table: str
    what: str = Field(description="accepted, rejected, scores or texts.")
    path: str
    sha256: str
    rows: int
    number: int | None = Field(default=None, description="Number of the delivery.")
    delivered_sha256: str | None = Field(default=None, description="Of the delivered file.")
    is_found: bool = Field(
        default=False,
        description="Found when recording began: nobody saw how it was made.",
    )


class Ingest(Body):
    """Raw files that a run wrote, and paths that are gone and were made good by these.

    `source` is null for what was found when recording began.
    """

    KIND = "ingest"

    run_id: str
    source: str | None
    files: list[RawEntry]
    replaced: list[str]


class Pull(Body):
    """What a connector asked of a system and wrote as deliveries, or that it got what it had.

    `begun_at` is the moment in the names of its files, `since` the day from which was asked,
    `asked` the paths with how often, `versions` what the system says of itself, `records` those of
    each table, `counted` numbers by a word for why, `files` the SHA-256 of each delivery.
    """

    KIND = "pull"

    source: str
    connector: str
    begun_at: str
    since: str | None
    asked: dict[str, int]
    versions: dict[str, str]
    requests: int
    retries: int
    bytes: int
    seconds: float
    records: dict[str, int]
    counted: dict[str, int]
    same_as_before: bool
    files: dict[str, str]


class Warehouse(Body):
    """The warehouse of a run, right after dbt built it."""

    KIND = "warehouse"

    run_id: str
    sha256: str


class AgreedChange(Document):
    """One property that was agreed otherwise; `field` is null where the whole is new or gone."""

    name: str
    decided: str | None = Field(description="Who decided it and when, where that is known.")
    field: str | None
    old: Any
    new: Any


class Definitions(Body):
    """All that was agreed, and what differs from the record that this one replaces."""

    KIND = "definitions"

    sha256: str
    replaces: int | None
    changes: list[AgreedChange]
    agreed: Agreed


class Gate(Provenance, Body):
    """One judgement; a gate that broke off has an `error` and lacks what no judge said.

    `weakened` are the critical rules that gave way, `approval` what a second person allowed.
    """

    KIND = "gate"
    MAY_LACK = frozenset(
        {"published_at", "contract_version", "versions", "weakened", "judges", "approval"}
    )

    verdict: VerdictName
    run_id: str
    release_id: str
    as_of: str = Field(description="As-of date, yyyy-mm-dd.")
    code_version: str
    previous_release: str | None
    mart_sha256: str | None
    suites_sha256: str | None
    row_counts: dict[str, int]
    results: list[Result]
    error: str | None = None
    rule_changes: list[RuleChange] = Field(default_factory=list)
    rules_compared: bool | None = None
    published_at: str | None = None
    contract_version: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    weakened: list[RuleChange] = Field(default_factory=list)
    judges: list[JudgeName] = Field(default_factory=list)
    approval: Approval | None = None

    @property
    def names_its_rules(self) -> bool:
        """False for one from before weaker rules needed an approval."""
        return "judged_by" in self.model_fields_set


class Approved(ApprovalStatement, Body):
    """What a second person signed, with the envelope that holds the signature."""

    KIND = "approval"

    mart_sha256: str
    envelope: dict[str, Any]


class Release(Body):
    """A release that was published; `run_id` is null where a kill came before this record."""

    KIND = "release"

    release_id: str
    run_id: str | None
    manifest_sha256: str
    mart_sha256: str
    gate_record: int
    previous_release: str | None


class NotReleased(Body):
    """A publication that did not come about, and why."""

    KIND = "not_released"

    run_id: str
    mart_sha256: str | None
    error: str


class Unchanged(Body):
    """A run that came to what the current release says; `given` names what it was given where
    that was known without running."""

    KIND = "unchanged"
    MAY_LACK = frozenset({"run_id", "fingerprint", "gate_record", "given"})

    release_id: str
    run_id: str | None = None
    fingerprint: str | None = None
    gate_record: int | None = None
    given: str | None = None


class Rollback(Body):
    """`current` went back to an earlier release."""

    KIND = "rollback"

    release_id: str
    from_release: str | None
    mart_sha256: str


class TableContent(Document):
    """The rows of one table and a checksum over them."""

    rows: int
    checksum: str


class Postgres(Body):
    """A release was loaded into PostgreSQL, or `problem` says why not."""

    KIND = "postgres"
    MAY_LACK = frozenset(
        {
            "previous",
            "outcome",
            "mart_sha256",
            "server",
            "schema_name",
            "tables",
            "warnings",
            "problem",
        }
    )

    release_id: str
    problem: str | None = None
    previous: str | None = None
    outcome: str | None = None
    mart_sha256: str | None = None
    server: str | None = None
    schema_name: str | None = Field(default=None, alias="schema")
    tables: dict[str, TableContent] = Field(default_factory=dict)
    warnings: list[str] = Field(default_factory=list)


class Prune(Body):
    """Old releases and raw files that were removed, and why."""

    KIND = "prune"

    reason: str
    releases: list[str]
    raw_files: list[str] = Field(default_factory=list)


class Erasure(Body):
    """Contents that were erased, and the releases that rested on them."""

    KIND = "erasure"

    source: str
    file_name: str
    sha256: list[str]
    rows: int
    reason: str
    releases: list[str] = Field(default_factory=list)


class Acceptance(Body):
    """One delivery, by its number and the SHA-256 of its content, and why it may count."""

    KIND = "acceptance"

    source: str
    table: str
    number: int
    sha256: str
    keys_before: int
    keys_after: int
    replaces: int
    reason: str
    #: Records of before that it lacks; older records of the ledger do not say it.
    keys_gone: int | None = None


class Withdrawal(Body):
    """A release that was taken back for good, and the one that is current since."""

    KIND = "withdrawal"

    release_id: str
    reason: str
    current_release: str | None
    manifest_sha256: str | None
    mart_sha256: str | None


class Key(Body):
    """A key that signs from now on, and which one says so; those of before do not."""

    KIND = "key"

    key_id: str
    public: str
    by: str | None = None


class Approver(Body):
    """Somebody who may approve from now on."""

    KIND = "approver"

    name: str
    key_id: str
    public: str


class RatificationStatement(Document):
    """What the owner of a KPI signs."""

    kpi_id: str
    definition_version: str
    ratified_by: str
    ratified_on: str
    signed_by: str


class Ratification(RatificationStatement, Body):
    """A definition that its owner signed, with the envelope that holds the signature."""

    KIND = "ratification"

    definition_sha256: str
    envelope: dict[str, Any]


#: Every kind that this version writes.
KINDS: dict[str, type[Body]] = {
    one.KIND: one
    for one in (
        Ingest,
        Pull,
        Warehouse,
        Definitions,
        Gate,
        Approved,
        Release,
        NotReleased,
        Unchanged,
        Rollback,
        Postgres,
        Prune,
        Erasure,
        Acceptance,
        Withdrawal,
        Key,
        Approver,
        Ratification,
    )
}


def read_body(kind: str, said: object) -> Body:
    """The body of a record of this kind, with what this version does not know of it.

    Raises:
        ValueError: it lacks what every record of that kind has.
    """
    return KINDS.get(kind, Body).read(said)
