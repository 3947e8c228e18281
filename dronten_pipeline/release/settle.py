"""Finishing a publication that a kill broke off, before anything else is published or pointed at.

Not here: a withdrawal that was broken off (`withdrawal.py`).
"""

from __future__ import annotations

import shutil

from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import bodies, ledger
from dronten_pipeline.release.judged import problems_with, record_publication
from dronten_pipeline.release.store import BUILDING, Release, list_releases, point_at

#: Records after which a release that is not in the ledger cannot be one that was broken off.
TURNS = (bodies.Release, bodies.Unchanged, bodies.Rollback, bodies.Withdrawal)


def broken_off(settings: Settings) -> dict[str, Release]:
    """Whole releases that a kill left before they were written down, by name.

    Each passed, and since its judgement nothing was published, gone back to or withdrawn: what
    else the ledger does not know was put there by somebody.
    """
    known = {record.body.release_id for record in ledger.records_of(settings, bodies.Release)}
    unknown = [one for one in list_releases(settings) if one.release_id not in known]
    if not unknown:
        return {}
    last = max(
        (record.number for kind in TURNS for record in ledger.records_of(settings, kind)), default=0
    )
    return {
        release.release_id: release
        for release in unknown
        if not release.problem
        and release.manifest.gate_record.number > last
        and _is_as_judged(settings, release)
    }


def settle(settings: Settings, *, but: str | None = None) -> None:
    """Finishes what a kill broke off: a release that readers see is written down, another goes.

    Args:
        but: name of a release that is about to be published, and is finished then.
    """
    for release in broken_off(settings).values():
        if release.is_current:
            point_at(settings.releases, release.release_id)  # its open part may not be linked yet
            record_publication(settings, release, None)
        elif release.release_id != but:
            aside = release.folder.with_name(BUILDING + release.release_id)
            release.folder.rename(aside)
            shutil.rmtree(aside)


def _is_as_judged(settings: Settings, release: Release) -> bool:
    named = release.manifest.gate_record
    judged = ledger.read_record(settings, named.number, bodies.Gate)
    return (
        judged is not None
        and judged.sha256 == named.sha256
        and judged.body.release_id == release.release_id
        and judged.body.mart_sha256 == release.manifest.files[MART].sha256
        and not problems_with(settings, release)
    )
