"""What a run says of a source: of each delivered file, and of all of them together.

Here belongs: the shape of what is said. Not here: deciding it (`counting.py`), or the sentences
(`reporting.py`, `refusals.py`).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dronten_pipeline.core import personal
from dronten_pipeline.ingest.registry import Origin
from dronten_pipeline.ingest.standing import Shrink
from dronten_pipeline.ledger.bodies import RawEntry

DeliveryState = Literal["read", "unchanged", "stopped", "missing"]
SourceState = Literal["current", "stopped"]


class DeliveryReport(BaseModel):
    """One delivered file as this run sees it; `file_name` is what may be shown of its name.

    `counts` says that its rows are read by this run, as far as the source itself is concerned:
    where the source is stopped, the snapshot takes what the previous release used instead.
    """

    model_config = ConfigDict(frozen=True)

    number: int | None
    table_name: str | None
    file_name: str
    sha256: str | None
    format: str | None = None
    encoding: str | None = None
    separator: str | None = None
    state: DeliveryState
    note: str = ""
    received_at: dt.datetime
    rows_delivered: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    cleaned: dict[str, int] = Field(default_factory=dict, description="By kind: `cleaning.KINDS`.")
    counts: bool = False
    raw_path: str | None = Field(default=None, description="Relative to raw/.")
    raw_sha256: str | None = None
    shape: dict[str, tuple[str, str]] = Field(default_factory=dict)
    findings: tuple[personal.Finding, ...] = ()
    shrink: Shrink | None = Field(default=None, description="Why it waits for `datalab accept`.")
    is_replaced: bool = Field(
        default=False, description="A later delivery of everything took its place."
    )


class SourceOutcome(BaseModel):
    """What came of one source in one run."""

    model_config = ConfigDict(frozen=True)

    source: str
    origin: Origin
    state: SourceState
    note: str
    deliveries: tuple[DeliveryReport, ...] = ()
    scores_path: str | None = Field(default=None, description="Relative to raw/.")
    waiting: tuple[str, ...] = Field(
        default=(), description="Files that are not whole yet and are read later, in sentences."
    )
    unread: tuple[str, ...] = Field(
        default=(), description="Backups and folders with files, which nobody reads, in sentences."
    )
    written: tuple[RawEntry, ...] = Field(default=(), description="Raw files that this run made.")
    replaced: tuple[str, ...] = Field(
        default=(), description="Raw files that are gone and were made good by others."
    )

    @property
    def counting(self) -> tuple[DeliveryReport, ...]:
        return tuple(report for report in self.deliveries if report.counts)

    @property
    def rows_accepted(self) -> int:
        return sum(report.rows_accepted for report in self.counting)

    @property
    def rows_quarantined(self) -> int:
        return sum(report.rows_quarantined for report in self.deliveries)

    @property
    def suspected_citizen_numbers(self) -> int:
        return sum(
            finding.suspected
            for report in self.counting
            for finding in report.findings
            if "citizen_number" in finding.kind
        )
