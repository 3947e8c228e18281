"""What the ledger says of releases: that a mart passed, and what was published or withdrawn.

Here belongs writing and reading that. Not here: judging (`gate/`), and the order in which things
are written down (`publish.py`, `rollback.py`, `withdrawal.py`).
"""

from __future__ import annotations

import datetime as dt

from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate.approval import ApprovalError, check_approved
from dronten_pipeline.ledger import bodies, ledger
from dronten_pipeline.ledger.bodies import Gate, Withdrawal
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.errors import NotJudged
from dronten_pipeline.release.store import MANIFEST, Release, verify_release


def judgement_of(settings: Settings, mart_sha256: str) -> Record[Gate]:
    """The record by which the mart with this SHA-256 may be published.

    Raises:
        NotJudged: there is none.
    """
    record = ledger.passing_gate_record(settings, mart_sha256)
    if record is not None:
        return record
    judged = ledger.gate_record(settings, mart_sha256)
    if judged is not None and judged.body.verdict == "approved":
        try:
            check_approved(settings, judged)
        except ApprovalError as error:
            raise NotJudged(str(error)) from error
        return judged
    if judged is not None:
        raise NotJudged(
            f"De beoordeling hield deze cijfers tegen (record {judged.number} van "
            f"{settings.ledger}): herstel de gegevens en start opnieuw, of laat een tweede persoon "
            "ze goedkeuren (`datalab approve`)."
        )
    raise NotJudged(
        f"Deze cijfers zijn niet beoordeeld, of daarna veranderd: {settings.ledger} heeft geen "
        f"goed oordeel over SHA-256 {mart_sha256}. Start opnieuw."
    )


def problems_with(settings: Settings, release: Release) -> list[str]:
    """Why a readable release may not become current: changed files, or bytes that did not pass."""
    problems = verify_release(release.folder)
    record = publication_of(settings, release.release_id)
    if record and record.body.manifest_sha256 != sha256_of(release.folder / MANIFEST):
        problems.append(f"het manifest is niet dat van record {record.number}")
    try:
        judgement_of(settings, release.manifest.files[MART].sha256)
    except NotJudged as error:
        problems.append(str(error).rstrip("."))
    return problems


def record_publication(settings: Settings, release: Release, run_id: str | None) -> None:
    """Writes down that a release was published; `run_id` is None where a kill came before.

    Raises:
        LedgerError: it could not be written down.
    """
    about, manifest_sha256 = release.manifest, sha256_of(release.folder / MANIFEST)
    ledger.append(
        settings,
        bodies.Release(
            release_id=release.release_id,
            run_id=run_id,
            manifest_sha256=manifest_sha256,
            mart_sha256=about.files[MART].sha256,
            gate_record=about.gate_record.number,
            previous_release=about.previous_release,
        ),
        {name: file.sha256 for name, file in about.files.items()} | {MANIFEST: manifest_sha256},
    )


def publication_of(settings: Settings, release_id: str) -> Record[bodies.Release] | None:
    """The record of its publication, None where the ledger does not know the release."""
    for record in ledger.records_of(settings, bodies.Release):
        if record.body.release_id == release_id:
            return record
    return None


def withdrawals(settings: Settings) -> dict[str, Record[Withdrawal]]:
    """The record of every release that was withdrawn, by its name."""
    return {record.body.release_id: record for record in ledger.records_of(settings, Withdrawal)}


def withdrawn_because(record: Record[Withdrawal]) -> str:
    """When and why a release was withdrawn, as the end of a Dutch sentence."""
    day = dt.datetime.fromisoformat(record.recorded_at)
    return (
        f"ingetrokken op {day:%d-%m-%Y} (record {record.number}), omdat: "
        f"{record.body.reason.rstrip('.')}"
    )
