"""Which rejected records a report counts: those of the contents that the figures rest on."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger.judgement import InputFile
from dronten_pipeline.release.report.facts import _rejected

HASHES = ("ab" * 32, "cd" * 32)


def kept(settings: Settings, name: str, file_name: str) -> None:
    path = settings.quarantine / "loket" / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {"source": ["loket"], "table_name": ["zaken"], "file_name": [file_name]}
    pl.DataFrame(rows | {"reason": [f"reden van {file_name}"]}).write_parquet(path)


def one(sha256: str, file_name: str, *, counts: bool) -> InputFile:
    return InputFile(
        source="loket", table="zaken", sha256=sha256, file_name=file_name, counts=counts
    )


def test_a_file_whose_name_is_not_shown_is_known_by_its_content(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    kept(settings, f"zaken-{HASHES[0][:16]}-v1", "bestand van zaken (bestandsnaam niet getoond)")
    kept(settings, f"zaken-{HASHES[1][:16]}-v1", "zaken_2.csv")
    kept(settings, "documents", "zaken_3.csv")
    inputs = [
        one(HASHES[0], "levering 1 van zaken (bestandsnaam niet getoond)", counts=True),
        one(HASHES[1], "zaken_2.csv", counts=False),
    ]
    assert [row["count"] for row in _rejected(settings, inputs)] == ["1"]
    inputs.append(one("ef" * 32, "zaken_3.csv", counts=True))
    assert len(_rejected(settings, inputs)) == 2


def test_without_a_quarantine_nothing_is_counted(tmp_path: Path) -> None:
    assert _rejected(Settings(home=tmp_path), []) == []
