"""A judged mart without a judge: the tests of releases need only its record. Data are invented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger.judgement import InputFile
from dronten_pipeline.release.publish import Published, Unchanged, publish
from tests.documents import append

INPUTS = (
    InputFile(
        source="iv3",
        table="region_membership",
        file_name="regio.csv",
        sha256="ab" * 32,
        counts=True,
        raw_path="raw/files/iv3/region_membership/ab.parquet",
        delivery_number=1,
        rows=3,
    ),
)


def release_id(number: int) -> str:
    return f"2026030{number}-00000000000{number}"


def judged_mart(
    settings: Settings,
    number: int,
    *,
    value: float = 1.5,
    previous: int | None = None,
    verdict: str = "passed",
    run: str | None = None,
    changes: Mapping[str, Any] = {},
) -> Path:
    """A run folder with a mart and its record in the ledger."""
    folder = settings.warehouse / (run or f"run{number}")
    folder.mkdir(parents=True)
    mart = folder / "mart.duckdb"
    before = release_id(previous) if previous else None
    with duckdb.connect(str(mart)) as connection:
        connection.execute(
            "CREATE TABLE figure "
            "(kpi_id VARCHAR, note VARCHAR, value DOUBLE, day DATE, release_id VARCHAR)"
        )
        connection.executemany(
            f"INSERT INTO figure VALUES (?, ?, ?, ?, '{release_id(number)}')",
            [
                ["a", 'lijst; "aanhaling", komma\nregel', value, "2026-01-31"],
                ["b", "", None, None],
                ["c", None, -0.1, "2026-02-28"],
            ],
        )
        connection.execute(
            "CREATE TABLE source_delivery AS SELECT 'iv3' AS source, ? AS state, ? AS release_id",
            [f"s{number}", release_id(number)],
        )
        connection.execute(
            "CREATE TABLE publication (release_id VARCHAR, published_at TIMESTAMP, as_of DATE, "
            "code_version VARCHAR, contract_version VARCHAR, verdict VARCHAR, "
            "previous_release VARCHAR)"
        )
        connection.execute(
            "INSERT INTO publication VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                release_id(number),
                f"2026-03-0{number} 12:00:00",
                "2026-03-01",
                "abc+changes",
                "0123456789ab",
                verdict,
                before,
            ],
        )
    record = {
        "run_id": folder.name,
        "release_id": release_id(number),
        "as_of": "2026-03-01",
        "published_at": f"2026-03-0{number} 12:00:00",
        "code_version": "abc+changes",
        "contract_version": "0123456789ab",
        "previous_release": before,
        "mart_sha256": sha256_of(mart),
        "suites_sha256": "cd" * 32,
        "verdict": verdict,
        "row_counts": {"figure": 3, "source_delivery": 1, "publication": 1},
        "versions": {"duckdb": "1"},
        "results": [
            {
                "table": "figure",
                "rule": "row_count",
                "type": "expect_table_row_count_to_be_between",
                "description": "Er is ten minste één cijfer.",
                "passed": verdict != "failed",
                "severity": "critical",
                "observed": "3 rijen",
                "error": None,
            }
        ],
    }
    append(settings, "gate", record | dict(changes))
    return folder


def publish_it(settings: Settings, folder: Path, **changes: Any) -> Published | Unchanged:
    arguments: dict[str, Any] = {
        "run_folder": folder,
        "run_id": folder.name,
        "inputs": INPUTS,
        "calendar_version": "2026.1",
        "is_sample": True,
    }
    return publish(settings, **(arguments | changes))
