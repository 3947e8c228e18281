"""One record of the ledger, as it stands there; `ledger.py` says what its fields are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from dronten_pipeline.ledger.bodies import Body

#: What a record says, by its kind.
B = TypeVar("B", bound=Body, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Record(Generic[B]):
    """One record of the ledger; `sha256` is that of the file, `subject` what it is about."""

    number: int
    kind: str
    recorded_at: str
    clock_behind_seconds: int
    recorded_by: dict[str, str]
    anchor: str | None
    previous: str | None
    body: B
    subject: dict[str, str]
    sha256: str
    key_id: str
    path: Path
