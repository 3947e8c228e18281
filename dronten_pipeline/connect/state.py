"""What is remembered of the pulls of a source, outside landing.

Here belongs: one file per source, `<home>/connect/<source>.json`, whole or as it was. Not here:
the evidence of a pull (its record in the ledger), or a secret, ever.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dronten_pipeline.core.durable import write_durably
from dronten_pipeline.core.settings import Settings


class Landed(BaseModel):
    """The last file of one table that was put in landing."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str
    records: int
    landed_on: dt.date


class State(BaseModel):
    """What the pulls of one source left behind.

    cursor: what a kind keeps from one pull to the next, such as the ETag of a page.
    failed: why the last pull brought nothing; None when it succeeded.
    """

    tried_at: dt.datetime | None = None
    pulled_at: dt.datetime | None = None
    failed: str | None = None
    seconds: float = 0
    landed: dict[str, Landed] = Field(default_factory=dict)
    cursor: dict[str, Any] = Field(default_factory=dict)


def folder(settings: Settings) -> Path:
    """Where state, locks and files on their way stand."""
    return settings.home / "connect"


def load(settings: Settings, source: str) -> State:
    """A state that is gone or damaged is an empty one: the next pull fetches everything."""
    path = folder(settings) / f"{source}.json"
    try:
        return State.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return State()


def save(settings: Settings, source: str, state: State) -> None:
    folder(settings).mkdir(parents=True, exist_ok=True, mode=0o750)
    content = state.model_dump_json(indent=1).encode()
    write_durably(folder(settings) / f"{source}.json", content)
