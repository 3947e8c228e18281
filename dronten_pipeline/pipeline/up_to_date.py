"""Whether a run could say anything new, known in a second and without running.

Here belongs: what decides the content of a release, as one hash, and remembering it with the
release that came out. Not here: the run itself, or comparing what it says with the release in
force (`release/`); when anything here is in doubt, the whole run decides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.durable import canonical_json, sha256_of, sha256_of_json, write_durably
from dronten_pipeline.core.file_names import shown
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import landing, privacy
from dronten_pipeline.ingest.inputs import load_outcomes
from dronten_pipeline.ledger import acceptance, ledger, ratification
from dronten_pipeline.ledger.bodies import Unchanged
from dronten_pipeline.pipeline.run import Run, code_fingerprint
from dronten_pipeline.release.settle import broken_off
from dronten_pipeline.release.store import current_release, verify_release

NAME = "settled.json"


@dataclass(frozen=True, kw_only=True)
class Given:
    """Everything outside the home that decides a release, as it was before the run.

    Taken before, so that a file that arrives while the run goes on makes the next one run.
    """

    sha256: str


def fingerprint_inputs(settings: Settings, run: Run) -> Given:
    """Deliveries with the documents below them, day, origin, code, settings, key, calibration,
    what owners ratified and which deliveries were accepted."""
    folders = (
        [path / "sample" for path in sorted(settings.sources.iterdir())]
        if run.is_sample
        else [settings.landing_folder]
    )
    return Given(
        sha256=sha256_of_json(
            {
                "as_of": run.as_of.isoformat(),
                "origin": run.origin,
                "code": code_fingerprint(settings),
                "key": privacy.key_id(settings.read_pseudonym_key()),
                "public_address": settings.public_address,
                "ratified": {
                    kpi_id: one.record for kpi_id, one in ratification.in_force(settings).items()
                },
                "accepted": [one.record for one in acceptance.accepted(settings)],
                "calibration": [sha256_of(path) for path in _calibrations(settings)],
                "delivered": {
                    shown(path): _content(path, folder)
                    for folder in folders
                    for path in landing.files_below(folder)
                },
            }
        )
    )


def _content(path: Path, folder: Path) -> str:
    """SHA-256 of a delivered file; why not, for one that cannot be read: that is for ingest, which
    stops its source only."""
    if landing.leads_outside(path, folder):
        return "a link that is not followed"
    try:
        return sha256_of(path)
    except OSError as error:
        return f"unreadable: {error.strerror}"


def is_up_to_date(settings: Settings, given: Given) -> str | None:
    """The current release, if the last run over exactly this ended in it and it is whole.

    Writes the answer to the ledger, as a whole run would.
    """
    try:
        known = json.loads((settings.home / NAME).read_bytes())
        release = current_release(settings)
    except (OSError, ValueError, RuntimeError):
        return None
    if release is None or known != _known(settings, given, release.release_id):
        return None
    if verify_release(release.folder) or broken_off(settings):  # a whole run finishes that
        return None
    ledger.append(settings, Unchanged(release_id=release.release_id, given=given.sha256))
    return release.release_id


def remember(settings: Settings, given: Given) -> None:
    """Notes that a whole run over what was given ended in the release that is now in force."""
    outcomes = load_outcomes(settings, load_sources(settings.sources))
    if any(outcome.waiting for outcome in outcomes.values()):
        return  # what waits is looked at again by the next run, changed or not
    release = current_release(settings)
    if release is not None:
        known = _known(settings, given, release.release_id)
        write_durably(settings.home / NAME, canonical_json(known))


def _calibrations(settings: Settings) -> list[Path]:
    if settings.calibration is not None:
        return [settings.calibration] if settings.calibration.is_file() else []
    return sorted(settings.calibrations.glob("*.json"))


def _known(settings: Settings, given: Given, release_id: str) -> dict[str, object]:
    """`memory` is what the sources remember: without it a removed file would seem never given."""
    memory = sorted(settings.raw.glob("*/deliveries.json"))
    raw = sorted(
        path for name in ("files", "texts") for path in (settings.raw / name).rglob("*.parquet")
    )
    return {
        "given": given.sha256,
        "release_id": release_id,
        "memory": {path.parent.name: sha256_of(path) for path in memory},
        "raw": sha256_of_json([[str(path), sha256_of(path)] for path in raw]),
    }
