"""Going back to a release that was published before.

Not here: withdrawing one (`withdrawal.py`).
"""

from __future__ import annotations

from dronten_pipeline.core.durable import explain
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Rollback
from dronten_pipeline.release.errors import ReleaseError
from dronten_pipeline.release.judged import problems_with, withdrawals, withdrawn_because
from dronten_pipeline.release.settle import settle
from dronten_pipeline.release.store import (
    CURRENT,
    Release,
    current_id,
    current_release,
    list_releases,
    point_at,
    point_back,
    read_release,
)


def rollback(settings: Settings, release_id: str | None = None) -> Release:
    """Points `current` at an earlier release, by default the one before the current one.

    Raises:
        ReleaseError: there is no such release, it is not what was judged and published, or it was
            done but could not be written down.
        LedgerError: what a kill broke off could not be written down; nothing was changed.
    """
    from dronten_pipeline.release.formats import feed

    settle(settings)
    before = current_id(settings)
    target = _target(settings, release_id, before)
    last_turn = next(ledger.records_of(settings, Rollback), None)
    try:
        point_at(settings.releases, target.release_id)
    except OSError as error:
        raise ReleaseError(
            f"{settings.releases / CURRENT} kon niet veranderd worden: {explain(error)}."
        ) from error
    try:
        ledger.append(
            settings,
            Rollback(
                release_id=target.release_id,
                from_release=before,
                mart_sha256=target.manifest.files[MART].sha256,
            ),
        )
    except ledger.LedgerError as error:
        if next(ledger.records_of(settings, Rollback), None) == last_turn:
            point_back(settings.releases, before)
            raise ReleaseError(f"{before} blijft gelden: {error}") from error
        raise ReleaseError(f"{target.release_id} geldt nu, maar: {error}") from error
    for problem in feed.announce(settings):
        raise ReleaseError(f"{target.release_id} geldt nu, maar: {problem}")
    return read_release(target.folder, is_current=True)


def _target(settings: Settings, release_id: str | None, current: str | None) -> Release:
    """The release to go back to, if it may be pointed at."""
    if release_id is None:
        before = current_release(settings)
        release_id = before.manifest.previous_release if before else None
        if release_id is None:
            raise ReleaseError("Er is geen eerdere uitgave om naar terug te gaan.")
    if release_id == current:
        raise ReleaseError(f"Uitgave {release_id} geldt al.")
    if withdrawn := withdrawals(settings).get(release_id):
        raise ReleaseError(f"Uitgave {release_id} is {withdrawn_because(withdrawn)}.")
    known = {release.release_id: release for release in list_releases(settings)}
    if release_id not in known:
        raise ReleaseError(
            f"In {settings.releases} staat geen uitgave {release_id}: zie `datalab releases`."
        )
    target = known[release_id]
    problems = [target.problem] if target.problem else problems_with(settings, target)
    if problems:
        raise ReleaseError(f"Uitgave {release_id} is niet te gebruiken: {'; '.join(problems)}.")
    return target
