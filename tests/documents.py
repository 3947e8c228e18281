"""Whole documents of which a test names only what it is about. Data are invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
