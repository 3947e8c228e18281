"""One record of the ledger, as it stands there; `ledger.py` says what its fields are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record of the ledger; `sha256` is that of the file, `subject` what it is about."""

    number: int
    kind: str
    recorded_at: str
    clock_behind_seconds: int
    recorded_by: dict[str, str]
    anchor: str | None
    previous: str | None
    body: dict[str, Any]
    subject: dict[str, str]
    sha256: str
    key_id: str
    path: Path
