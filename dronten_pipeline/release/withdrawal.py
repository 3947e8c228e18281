"""Withdrawing a release: nothing of it stands any more, and the ledger proves what it was.

Here belongs the order in which that is done. Not here: removing what is merely old
(`retention.py`), or erasing what was read of a delivery (`pipeline/erase.py`).

The record comes first, then `current` turns, then the folder goes. A kill in between leaves a
record that says what was decided; the next run, withdrawal, rollback or
prune finishes it, and `verify`, `status` and `doctor` tell of it until then.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from dronten_pipeline.core import personal
from dronten_pipeline.core.durable import explain, sha256_of, sync_folder
from dronten_pipeline.core.permissions import WITHDRAWN
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import bodies, ledger
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.formats import feed
from dronten_pipeline.release.judged import problems_with, withdrawals
from dronten_pipeline.release.settle import settle
from dronten_pipeline.release.store import (
    MANIFEST,
    Release,
    current_id,
    list_releases,
    point_at,
    resting_on,
)

SHORTEST_REASON = 10
#: Nobody reads what is being removed.
CLOSED = 0o700


class WithdrawalError(RuntimeError):
    """The release was not withdrawn, or not wholly; the message is a Dutch sentence."""


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """What was withdrawn, and which release holds since (None: none)."""

    release_id: str
    current: str | None
    record: int


def check_reason(reason: str) -> None:
    """What an operator writes down stays for good.

    Raises:
        WithdrawalError: it says nothing, or repeats what must go.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise WithdrawalError(
            f"De reden moet minstens {SHORTEST_REASON} tekens zijn: zij blijft in het logboek."
        )
    if kinds := personal.found_in(reason):
        raise WithdrawalError(
            f"De reden bevat {personal.in_words(kinds)}, en zij blijft in het logboek staan: "
            "schrijf haar zonder persoonsgegevens."
        )


def withdraw(settings: Settings, release_id: str, *, reason: str) -> Withdrawn:
    """Takes a release back for good; done again, it finishes what was broken off.

    Raises:
        WithdrawalError: there is no such release, the reason cannot be kept, or the disk refused.
        LedgerError: it could not be written down; then nothing was changed.
    """
    record = withdrawals(settings).get(release_id)
    if record is None:
        check_reason(reason)
        record = _decide(settings, release_id, reason)
    finish(settings)
    return Withdrawn(
        release_id=release_id, current=record.body.current_release, record=record.number
    )


def finish(settings: Settings) -> None:
    """Does what withdrawals that are written down still ask for.

    Raises:
        WithdrawalError: the disk refused.
    """
    done = False
    for record in sorted(withdrawals(settings).values(), key=lambda one: one.number):
        folder = settings.releases / record.body.release_id
        try:
            if current_id(settings) == folder.name:
                point_at(settings.releases, record.body.current_release)
                done = True
            if folder.is_dir():
                folder.chmod(CLOSED)
                folder.rename(folder.with_name(WITHDRAWN + folder.name))
                sync_folder(settings.releases)
                done = True
        except OSError as error:
            raise WithdrawalError(
                f"Uitgave {folder.name} is in het logboek ingetrokken maar staat er nog: "
                f"{explain(error)}. Geef de opdracht daarna nog eens."
            ) from error
    for aside in _asides(settings):
        try:
            aside.chmod(CLOSED)
            shutil.rmtree(aside)
        except OSError as error:
            raise WithdrawalError(
                f"Een deel van de ingetrokken uitgave {_name_of(aside)} staat nog in {aside}: "
                f"{explain(error)}. Geef de opdracht daarna nog eens."
            ) from error
        done = True
    if done:
        with contextlib.suppress(OSError):  # a feed that is behind undoes no withdrawal
            feed.announce(settings)


def unfinished(settings: Settings) -> dict[str, str]:
    """Withdrawn releases of which something still stands, and a Dutch sentence that says so."""
    current = current_id(settings)
    standing = {_name_of(aside) for aside in _asides(settings)} | {
        release_id
        for release_id in withdrawals(settings)
        if release_id == current or (settings.releases / release_id).is_dir()
    }
    return {
        release_id: (
            f"Uitgave {release_id} is ingetrokken, maar dat is niet afgemaakt: haar gegevens staan "
            f"nog in {settings.releases}. Geef `datalab withdraw {release_id}` nog eens, of start "
            "een run."
        )
        for release_id in sorted(standing)
    }


def _asides(settings: Settings) -> list[Path]:
    return sorted(settings.releases.glob(f"{WITHDRAWN}*"))


def _name_of(aside: Path) -> str:
    return aside.name.removeprefix(WITHDRAWN)


def _decide(settings: Settings, release_id: str, reason: str) -> Record[bodies.Withdrawal]:
    settle(settings)
    known = {release.release_id: release for release in list_releases(settings)}
    target = known.get(release_id)
    if target is None:
        raise WithdrawalError(f"Er is geen uitgave {release_id}: zie `datalab releases`.")
    current = current_id(settings)
    if current == release_id:
        current = _successor(settings, target, list(known.values()))
    files = target.said.files if target.said else {}
    manifest = target.folder / MANIFEST
    hashes = {name: file.sha256 for name, file in files.items()}
    if manifest.is_file():
        hashes[MANIFEST] = sha256_of(manifest)
    return ledger.append(
        settings,
        bodies.Withdrawal(
            release_id=release_id,
            reason=reason.strip(),
            current_release=current,
            manifest_sha256=hashes.get(MANIFEST),
            mart_sha256=hashes.get(MART),
        ),
        hashes,
    )


def _successor(settings: Settings, target: Release, known: list[Release]) -> str | None:
    """The newest release before it that stands whole and rests on nothing that was erased."""
    erased = {
        sha256
        for record in ledger.records_of(settings, bodies.Erasure)
        for sha256 in record.body.sha256
    }
    spoilt = set(resting_on(settings, erased))
    if target.said is None:
        return None
    for release in known:
        if (
            not release.problem
            and release.release_id not in spoilt
            and release.manifest.gate_record.number < target.said.gate_record.number
            and release.manifest.is_sample == target.said.is_sample
            and not problems_with(settings, release)
        ):
            return release.release_id
    return None
