"""`manifest.json`: what a release says of itself, beside its figures.

Here belongs its shape, for all releases ever made. Not here: filling it in (`publish.py`), and
comparing it with what lies beside it (`store.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field, ValidationError

from dronten_pipeline.core.document import Document
from dronten_pipeline.ledger.judgement import Approval, InputFile, VerdictName

NAME = "manifest.json"


class GateRecord(Document):
    """The record of the ledger that holds the judgement."""

    number: int
    sha256: str


class RuleWarning(Document):
    """A rule that failed and holds nothing back."""

    table: str
    rule: str
    observed: str


class Input(InputFile):
    """One delivered file, with the hash of what was read of it; null for one that was not kept."""

    raw_sha256: str | None = None


class TableForms(Document):
    """One table: its rows, its files within the release, and whether it is open data."""

    rows: int
    parquet: str
    csv: str
    open: bool = False


class File(Document):
    """One file of the release."""

    sha256: str
    bytes: int


class Manifest(Document):
    """What a release says of itself; the keys of `tables` and `files` are names and paths."""

    release_id: str
    run_id: str = Field(description="Run whose mart was judged.")
    published_by_run: str
    published_at: str = Field(description="Local wall time, yyyy-mm-dd hh:mm:ss.")
    as_of: str = Field(description="As-of date, yyyy-mm-dd.")
    code_version: str
    code_has_changes: bool
    contract_version: str
    verdict: VerdictName
    warnings: list[RuleWarning]
    approval: Approval | None = None
    previous_release: str | None
    calendar_version: str | None = None
    is_sample: bool
    fingerprint: str = Field(description="Of what it says, without its name and its run.")
    suites_sha256: str
    versions: dict[str, str] = Field(description="Of what judged it, by package.")
    gate_record: GateRecord
    inputs: list[Input]
    tables: dict[str, TableForms]
    files: dict[str, File]
    revised_figures: int | None = None

    def as_file(self) -> bytes:
        """The bytes of `manifest.json`."""
        text = json.dumps(self.written(), indent=2, sort_keys=True, ensure_ascii=False)
        return (text + "\n").encode()


class Incomplete(ValueError):
    """A manifest lacks what every release has, or says something of another kind."""


def read_manifest(folder: Path) -> Manifest:
    """What the release in a folder says of itself.

    Raises:
        OSError: there is none.
        Incomplete: it is no manifest of any version.
        ValueError: it is no JSON.
    """
    said = json.loads((folder / NAME).read_text(encoding="utf-8"))
    try:
        return Manifest.read(said)
    except ValidationError as error:
        raise Incomplete(f"{folder / NAME} is geen manifest van een uitgave.") from error
