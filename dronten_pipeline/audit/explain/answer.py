"""What is known of one figure: the shape of the answer that `explain` gives, as JSON has it.

Here belongs which parts it has. Not here: finding them out (`figure.py`) and saying them in words
(`words.py`). Days and moments are texts (ISO 8601). What was read from a table of a release keeps
the columns that this version does not know, and lacks those that came later.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from dronten_pipeline.contracts.suites import Severity
from dronten_pipeline.core.document import Document
from dronten_pipeline.release.revisions import ChangedDelivery


class Signature(Document):
    """What a believable record of the ledger proves."""

    record: int
    sha256: str
    recorded_at: str
    recorded_by: str
    key_id: str
    anchor: str | None


class AboutRelease(Document):
    """The release that the figure stands in; a signature is null where no record is believable."""

    release_id: str
    is_current: bool
    is_sample: bool
    as_of: str
    published_at: str
    verdict: str
    code_version: str
    changed_files: list[str]
    judgement: Signature | None
    publication: Signature | None


class AboutKpi(Document):
    """The row of dim_kpi, and who decided on the definition."""

    MAY_LACK = frozenset(
        {
            *("short_nl", "counts_nl", "excludes_nl", "period_nl", "breakdowns_nl", "caveats_nl"),
            *("ratified_on", "ratified_by"),
        }
    )

    kpi_id: str
    name_nl: str
    unit: str
    owner: str
    definition_nl: str
    document_nl: str
    decided_by: str | None
    decided_on: str | None
    short_nl: str | None = None
    counts_nl: str | None = None
    excludes_nl: str | None = None
    period_nl: str | None = None
    breakdowns_nl: str | None = None
    caveats_nl: str | None = None
    ratified_on: str | None = None
    ratified_by: str | None = None


class Figure(Document):
    """The figure itself, as published."""

    period_grain: str
    period_start: str
    dimension: str
    dimension_value: str
    value: float | None
    numerator: float | None
    denominator: float | None
    sample_size: int | None
    ci_low: float | None
    ci_high: float | None
    is_suppressed: bool
    is_provisional: bool
    source_state: str
    as_of: str
    definition_version: str | int


class Target(Document):
    """A row of fct_kpi_target, with who set it."""

    MAY_LACK = frozenset({"document_page"})

    kind: str
    period_start: str
    comparator: str
    target_value: float
    document_nl: str
    decided: str | None
    note: str | None
    document_page: int | str | None = None


class Sql(Document):
    """The query of the KPI's model, and everything from delivery to figure."""

    model: str
    script: str


class Pulled(Document):
    """The pull that brought a delivered file."""

    record: int
    recorded_at: str
    connector: str
    asked: dict[str, int]


class Delivery(Document):
    """A delivered file that the KPI reads; what the release does not say of it is null."""

    source: str
    table: str
    file_name: str
    sha256: str
    counts: bool
    delivery_number: int | None
    raw_path: str | None
    raw_sha256: str | None
    rows_counted: int | None
    state: str | None
    received_at: str | None
    rows_delivered: int | None
    rows_accepted: int | None
    rows_quarantined: int | None
    note: str | None
    pulled: Pulled | None = None


class Check(Document):
    """One rule of the gate and what it found."""

    table: str
    rule: str
    severity: Severity
    description: str
    passed: bool
    observed: str
    error: str | None
    allowed: dict[str, Any] | None
    source: str | None = Field(description="The decision that sets a tolerance.")


class FailedTest(Document):
    """A test of dbt that did not pass."""

    name: str
    status: str
    failures: int | None


class WhileBuilding(Document):
    """The tests of dbt on what the KPI is made of."""

    passed: int
    not_passed: list[FailedTest]


class Checks(Document):
    """The rules about this KPI, those about every figure and delivery, and the tests of dbt."""

    of_this_kpi: list[Check]
    of_all_figures: list[Check]
    while_building: WhileBuilding


class Revision(Document):
    """Why a release says something else than the one before."""

    old_value: float | None
    new_value: float | None
    old_release: str
    cause: str
    is_revision: bool
    deliveries: list[ChangedDelivery]


class Earlier(Document):
    """The same figure in one release."""

    release_id: str
    as_of: str
    is_current: bool
    is_this: bool
    is_there: bool
    value: float | None
    is_suppressed: bool | None
    revision: Revision | None


class Again(Document):
    """The columns of a figure that are compared when it is computed again."""

    value: float | None
    numerator: float | None
    denominator: float | None
    sample_size: int | None
    is_suppressed: bool


class Recomputed(Document):
    """The figure, computed again; `error` says why it could not be, and `is_equal` is null then."""

    MAY_LACK = frozenset({"figure", "figures_of_this_kpi", "all_equal"})

    error: str | None
    is_equal: bool | None
    figure: Again | None = None
    figures_of_this_kpi: int | None = None
    all_equal: bool | None = None


class Answer(Document):
    """Everything that is known of one figure."""

    release: AboutRelease
    kpi: AboutKpi
    figure: Figure
    status: dict[str, Any] | None = Field(
        description="The row of the KPI as every screen reads it (`release/standing.py`)."
    )
    targets: list[Target]
    sql: Sql | None
    deliveries: list[Delivery]
    checks: Checks
    history: list[Earlier]
    recomputed: Recomputed | None
