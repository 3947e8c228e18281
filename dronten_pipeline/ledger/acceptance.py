"""Which deliveries somebody let in though they lack records of what they replace.

Here belongs the shape of that record of the ledger. Not here: when a delivery lacks too many
(`ingest/standing.py`), or the command that lets it in (`ingest/accept.py`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Acceptance
from dronten_pipeline.ledger.record import Record


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An acceptance as it stands in the ledger."""

    delivery: Acceptance
    record: int
    recorded_at: str
    account: str

    @property
    def said(self) -> str:
        """What it holds beside what was there, as a part of a Dutch sentence."""
        one = self.delivery
        gone = "" if one.keys_gone is None else f", van welke er {one.keys_gone} ontbreken"
        return f"{one.keys_after} records waar het er {one.keys_before} waren{gone}"

    @property
    def sentence(self) -> str:
        day = dt.datetime.fromisoformat(self.recorded_at)
        return (
            f"Zonder een deel van de records toegelaten op {day:%d-%m-%Y} (record {self.record} "
            f"van het logboek): {self.delivery.reason}"
        )


def record(settings: Settings, acceptance: Acceptance) -> Record[Acceptance]:
    """Writes it down; who and when stand in every record.

    Raises:
        LedgerError: it could not be written down.
    """
    return ledger.append(settings, acceptance, {f"delivery/{acceptance.number}": acceptance.sha256})


def accepted(settings: Settings) -> list[Accepted]:
    """Every acceptance that the ledger holds, the oldest first.

    Raises:
        SigningError: a file among the public keys is none.
    """
    if not settings.ledger.is_dir():
        return []
    return [
        Accepted(
            delivery=one.body,
            record=one.number,
            recorded_at=one.recorded_at,
            account=one.recorded_by["account"],
        )
        for one in reversed(list(ledger.records_of(settings, Acceptance)))
    ]
