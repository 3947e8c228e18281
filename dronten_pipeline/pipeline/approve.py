"""Publishing what the gate held back, because a second person signed for it.

Here belongs the order of the steps. Not here: who may sign what (`gate/approval.py`), the judgement
(`gate/`) and the publication (`release/`), which asks for the approval itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.gate.approval import ApprovalError, approve, failed_judgement
from dronten_pipeline.gate.gate import HELD_BACK, run_gate
from dronten_pipeline.ingest.inputs import read_inputs
from dronten_pipeline.ledger import rules
from dronten_pipeline.ledger.judgement import Approval, Result
from dronten_pipeline.pipeline.run import latest_run_folder
from dronten_pipeline.release.publish import Published, publish


def what_was_weakened(settings: Settings) -> list[str]:
    """The critical rules that gave way since the release before, one Dutch line each.

    Raises:
        ApprovalError: there is nothing to approve.
        NothingBuilt: nothing was built yet.
    """
    record, _ = failed_judgement(settings, sha256_of(_held_back(latest_run_folder(settings))))
    return [rules.in_words(change) for change in record.body.weakened]


def how_to_compare(settings: Settings) -> str:
    """Where the rules of before stand beside those of now, for who must judge them.

    Raises:
        ApprovalError: there is nothing to approve.
        NothingBuilt: nothing was built yet.
    """
    record, _ = failed_judgement(settings, sha256_of(_held_back(latest_run_folder(settings))))
    return rules.how_to_compare(settings, record.body.previous_release)


def what_was_held_back(settings: Settings) -> list[Result]:
    """The critical rules that failed on the mart of the last run.

    Raises:
        ApprovalError: there is nothing to approve.
        NothingBuilt: nothing was built yet.
    """
    _, results = failed_judgement(settings, sha256_of(_held_back(latest_run_folder(settings))))
    return [one for one in results if not one.passed and one.severity == "critical"]


def publish_approved(
    settings: Settings,
    *,
    key: Path,
    reason: str,
    on_progress: Callable[[str], None] = lambda _: None,
) -> tuple[Approval, Published]:
    """Signs, judges again what was signed for, and publishes it.

    Raises:
        ApprovalError: there is nothing to approve, or this person may not.
        GateError: judged again, it is not what was approved.
        PublishError, LedgerError: it could not be published or written down.
    """
    folder = latest_run_folder(settings)
    approval = approve(settings, sha256_of(_held_back(folder)), key=key, reason=reason)
    inputs = read_inputs(folder)
    verdict = run_gate(
        settings,
        run_folder=folder,
        run_id=f"approval-{approval.record}",
        release_id=inputs.release_id,
        as_of=inputs.as_of,
        code_version=inputs.code_version,
        previous_release=inputs.follows,
        approval=approval,
        on_progress=on_progress,
    )
    outcome = publish(
        settings,
        run_folder=folder,
        run_id=verdict.run_id,
        inputs=inputs.files,
        calendar_version=inputs.calendar_version,
        is_sample=inputs.is_sample,
    )
    if not isinstance(outcome, Published):
        raise ApprovalError(
            f"Uitgave {outcome.release_id} zegt hetzelfde en blijft gelden: er is niets "
            "gepubliceerd."
        )
    return approval, outcome


def _held_back(folder: Path) -> Path:
    """The mart as it was held back, also when an approval was broken off after its first step."""
    kept = folder / HELD_BACK
    path = kept if kept.is_file() else folder / MART
    if not path.is_file():
        raise ApprovalError(f"{path} ontbreekt: start eerst een run.")
    return path
