"""Whole documents of which a test names only what it is about. Data are invented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import KINDS, Body
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.manifest import NAME, File, GateRecord, Manifest


def a_manifest(release_id: str, **changes: Any) -> Manifest:
    said: dict[str, Any] = {
        "release_id": release_id,
        "run_id": "run",
        "published_by_run": "run",
        "published_at": "2026-03-01 12:00:00",
        "as_of": "2026-03-01",
        "code_version": "abc",
        "code_has_changes": False,
        "contract_version": "2.0",
        "verdict": "passed",
        "warnings": [],
        "previous_release": None,
        "calendar_version": "2026.1",
        "is_sample": False,
        "fingerprint": "",
        "suites_sha256": "",
        "versions": {},
        "gate_record": GateRecord(number=1, sha256=""),
        "inputs": [],
        "tables": {},
        "files": {"mart.duckdb": File(sha256="", bytes=0)},
        "revised_figures": 0,
    }
    return Manifest(**said | changes)


def write_manifest(folder: Path, **changes: Any) -> None:
    """Makes a folder the release of its name."""
    (folder / NAME).write_bytes(a_manifest(folder.name, **changes).as_file())


_RELEASE = {"release_id": "r1", "mart_sha256": "ab" * 32}
_KEY = {"key_id": "k", "public": "p"}
#: A whole body of each kind.
BODIES: dict[str, dict[str, Any]] = {
    "ingest": {"run_id": "1", "source": "a", "files": [], "replaced": []},
    "warehouse": {"run_id": "1", "sha256": "ab" * 32},
    "definitions": {"sha256": "ab" * 32, "replaces": None, "changes": [], "agreed": {}},
    "gate": _RELEASE
    | {
        "verdict": "failed",
        "run_id": "1",
        "as_of": "2026-03-01",
        "code_version": "abc",
        "previous_release": None,
        "suites_sha256": None,
        "row_counts": {},
        "results": [],
    },
    "release": _RELEASE
    | {"run_id": "1", "manifest_sha256": "", "gate_record": 1, "previous_release": None},
    "not_released": {"run_id": "1", "mart_sha256": None, "error": "x"},
    "unchanged": {"release_id": "r1"},
    "rollback": _RELEASE | {"from_release": None},
    "postgres": {"release_id": "r1"},
    "prune": {"reason": "x", "releases": []},
    "erasure": {"source": "a", "file_name": "a", "sha256": [], "rows": 0, "reason": "x"},
    "withdrawal": _RELEASE | {"reason": "x", "current_release": None, "manifest_sha256": None},
    "key": _KEY,
    "approver": _KEY | {"name": "a"},
}

_RESULT: dict[str, Any] = {
    "table": "figure",
    "rule": "row_count",
    "type": "expect_table_row_count_to_be_between",
    "severity": "critical",
    "description": "Er is ten minste één cijfer.",
    "passed": True,
    "observed": "3 rijen",
}


def a_body(kind: str, **said: Any) -> Any:
    """The whole body of a kind, with what a test says of it, also what no version knows."""
    known: type[Body] = KINDS.get(kind) or type("Later", (Body,), {"KIND": kind})
    whole = BODIES.get(kind, {}) | said
    if "results" in whole:
        whole["results"] = [_RESULT | one for one in whole["results"]]
    return known.read(whole)


def append(
    settings: Settings,
    kind: str,
    said: Mapping[str, Any] = {},
    subject: Mapping[str, str] = {},
    **how: Any,
) -> Record[Body]:
    """Adds the record of `a_body`."""
    record: Record[Body] = ledger.append(settings, a_body(kind, **said), subject, **how)
    return record
