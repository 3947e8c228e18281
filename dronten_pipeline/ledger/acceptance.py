"""Which deliveries somebody let in though they lack records of what they replace.

Here belongs the shape of that record of the ledger. Not here: when a delivery lacks too many
(`ingest/standing.py`), or the command that lets it in (`ingest/accept.py`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.record import Record

KIND = "acceptance"


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """One delivery, by its number and the SHA-256 of its content, and why it may count."""

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

    @property
    def said(self) -> str:
        """What it holds beside what was there, as a part of a Dutch sentence."""
        gone = "" if self.keys_gone is None else f", van welke er {self.keys_gone} ontbreken"
        return f"{self.keys_after} records waar het er {self.keys_before} waren{gone}"


@dataclass(frozen=True, kw_only=True)
class Accepted(Acceptance):
    """An acceptance as it stands in the ledger."""

    record: int
    recorded_at: str
    account: str

    @property
    def sentence(self) -> str:
        day = dt.datetime.fromisoformat(self.recorded_at)
        return (
            f"Zonder een deel van de records toegelaten op {day:%d-%m-%Y} (record {self.record} "
            f"van het logboek): {self.reason}"
        )


def record(settings: Settings, acceptance: Acceptance) -> Record:
    """Writes it down; who and when stand in every record.

    Raises:
        LedgerError: it could not be written down.
    """
    return ledger.append(
        settings, KIND, vars(acceptance), {f"delivery/{acceptance.number}": acceptance.sha256}
    )


def accepted(settings: Settings) -> list[Accepted]:
    """Every acceptance that the ledger holds, the oldest first.

    Raises:
        SigningError: a file among the public keys is none.
    """
    if not settings.ledger.is_dir():
        return []
    return [
        Accepted(
            **one.body,
            record=one.number,
            recorded_at=one.recorded_at,
            account=one.recorded_by["account"],
        )
        for one in reversed(list(ledger.records_of(settings, KIND)))
    ]
