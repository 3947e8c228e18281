"""What a run read, written down: for the next step of the run, and for the release's manifest.

Here belongs passing it on. Not here: deciding what counts (`counting.py`) or laying it out
(`snapshot.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from dronten_pipeline.core.run_files import INPUTS
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import files
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.ingest.registry import Origin
from dronten_pipeline.ingest.snapshot import Snapshot
from dronten_pipeline.ledger.judgement import InputFile


class NothingRead(RuntimeError):
    """Not one delivery could be read, so there is nothing to compute figures from."""


class Inputs(BaseModel):
    """What one run read, for which day, and which release it may become.

    `follows` is the current release when it was read, None where there was none.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    release_id: str
    follows: str | None
    as_of: dt.date
    code_version: str
    calendar_version: str
    is_sample: bool
    files: tuple[InputFile, ...]

    def write(self, folder: Path) -> None:
        files.write_bytes(folder / INPUTS, self.model_dump_json(indent=1).encode())


def read_inputs(folder: Path) -> Inputs:
    """What the run with this folder read."""
    return Inputs.model_validate_json((folder / INPUTS).read_bytes())


def inputs_of(
    snapshot: Snapshot,
    outcomes: Iterable[SourceOutcome],
    *,
    run_id: str,
    release_id: str,
    follows: str | None,
    as_of: dt.date,
    code_version: str,
    calendar_version: str,
    origin: Origin,
) -> Inputs:
    """The files that a snapshot holds, and those that were delivered but are not read.

    Raises:
        NothingRead: no file of any source is read.
    """
    outcomes = list(outcomes)
    names = {
        (outcome.source, report.raw_path): report.file_name
        for outcome in outcomes
        for report in outcome.deliveries
    }
    used = [
        InputFile(
            source=one.source,
            table=one.table,
            file_name=names.get((one.source, one.path), Path(one.path).name),
            sha256=one.sha256,
            counts=True,
            raw_path=one.path,
            delivery_number=one.number,
            rows=one.rows,
        )
        for one in snapshot.inputs
    ]
    paths = {(one.source, one.raw_path) for one in used}
    waiting = [
        InputFile(
            source=outcome.source,
            table=report.table_name or "",
            file_name=report.file_name,
            sha256=report.sha256 or "",
            counts=False,
        )
        for outcome in outcomes
        for report in outcome.deliveries
        if report.state != "unchanged" and (outcome.source, report.raw_path) not in paths
    ]
    if not any(outcome.state == "current" and outcome.counting for outcome in outcomes):
        said = {
            one.source: one.note if one.state == "stopped" else " ".join(one.unread)
            for one in outcomes
        }
        reasons = "; ".join(f"{source}: {note}" for source, note in said.items() if note)
        raise NothingRead(
            "Geen enkele levering kon gelezen worden. "
            + (reasons or "Er staat geen bestand in de mappen van de bronnen.")
        )
    return Inputs(
        run_id=run_id,
        release_id=release_id,
        follows=follows,
        as_of=as_of,
        code_version=code_version,
        calendar_version=calendar_version,
        is_sample=origin == "sample",
        files=(*used, *waiting),
    )


def made_of(outcomes: Iterable[SourceOutcome]) -> list[object]:
    """Everything of the deliveries that decides what a release says, in a fixed order."""
    return [
        [
            outcome.source,
            outcome.state,
            outcome.scores_path,
            [
                [report.number, report.table_name, report.file_name, report.sha256, report.state]
                for report in outcome.deliveries
            ],
        ]
        for outcome in sorted(outcomes, key=lambda outcome: outcome.source)
    ]


# --- between the step of a source and that of the snapshot


def save_outcome(settings: Settings, outcome: SourceOutcome) -> None:
    path = _outcome_path(settings, outcome.source)
    files.write_bytes(path, outcome.model_dump_json().encode())


def load_outcomes(settings: Settings, names: Iterable[str]) -> Mapping[str, SourceOutcome]:
    """The latest outcome of each source that was ever ingested."""
    paths = {name: _outcome_path(settings, name) for name in names}
    return {
        name: SourceOutcome.model_validate_json(path.read_bytes())
        for name, path in paths.items()
        if path.exists()
    }


def _outcome_path(settings: Settings, source: str) -> Path:
    return settings.raw / source / "outcome.json"
