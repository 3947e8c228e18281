"""Which files are deliveries, and of which table."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from dronten_pipeline.ingest import landing

from .conftest import corpus, source


def test_only_files_directly_in_the_folder_that_are_whole_are_deliveries(tmp_path: Path) -> None:
    for name in (
        "b_10.csv",
        "b_2.csv",
        "A_1.csv",
        ".verborgen",
        "x.csv.part",
        "y.TMP",
        "z.filepart",
    ):
        (tmp_path / name).write_text("x")
    for name in ("q.crdownload", "q.partial", "~$open.xlsx", "Thumbs.db"):
        (tmp_path / name).write_text("x")
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "diep.csv").write_text("x")
    names = [path.name for path in landing.delivered_files(tmp_path)]
    assert names == ["A_1.csv", "b_2.csv", "b_10.csv"]


def test_a_folder_that_does_not_exist_has_no_deliveries(tmp_path: Path) -> None:
    assert landing.delivered_files(tmp_path / "niet") == []


@pytest.mark.parametrize(
    ("name", "table"),
    [
        pytest.param("zaken_2026.csv", "zaken", id="starts with the table"),
        pytest.param("zaken_extra_1.csv", "zaken_extra", id="longest wins"),
        pytest.param("ZAKEN-2.XLSX", "zaken", id="letter case"),
        pytest.param("export.csv", None, id="fits none"),
    ],
)
def test_the_name_decides_the_table(name: str, table: str | None) -> None:
    found = landing.table_of(name, source())
    assert (found.name if found else None) == table


def test_the_only_table_of_a_source_takes_any_name() -> None:
    found = landing.table_of("export.csv", corpus())
    assert found is not None
    assert found.name == "teksten"


def test_a_fingerprint_changes_with_every_change(tmp_path: Path) -> None:
    seen = {landing.fingerprint(tmp_path)}
    (tmp_path / "a.csv").write_text("1")
    seen.add(landing.fingerprint(tmp_path))
    os.utime(tmp_path / "a.csv", (1, 1))
    seen.add(landing.fingerprint(tmp_path))
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "document.txt").write_text("1")
    seen.add(landing.fingerprint(tmp_path))
    (tmp_path / "b.part").write_text("1")
    seen.add(landing.fingerprint(tmp_path))
    assert len(seen) == 4


def test_a_delivery_is_complete_when_it_was_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1")
    changed = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
    assert not landing.is_complete([file], changed + dt.timedelta(seconds=5), 30)
    assert landing.is_complete([file], changed + dt.timedelta(seconds=31), 30)
    (tmp_path / "b.csv.part").write_text("1")
    assert not landing.is_complete([file], changed + dt.timedelta(seconds=31), 30)
    assert landing.is_complete([file], changed + dt.timedelta(days=2), 30)


def test_a_folder_that_belongs_to_no_source_is_named(tmp_path: Path) -> None:
    for name in ("website_feedback", "websitefeedback", "leeg"):
        (tmp_path / name).mkdir()
    for name in ("website_feedback", "websitefeedback"):
        (tmp_path / name / "votes.csv").touch()
    assert landing.strange_folders(tmp_path, ["website_feedback"]) == ["websitefeedback"]
    assert landing.strange_folders(tmp_path / "niets", ["website_feedback"]) == []


def test_a_link_that_leads_outside_is_seen(tmp_path: Path) -> None:
    folder, secret = tmp_path / "landing" / "loket", tmp_path / "geheim.csv"
    folder.mkdir(parents=True)
    secret.write_text("geheim")
    (folder / "zaken_1.csv").write_text("x")
    (folder / "binnen.csv").symlink_to("zaken_1.csv")
    (folder / "buiten.csv").symlink_to(secret)
    (folder / "rond.csv").symlink_to("rond.csv")
    judged = {path.name: landing.leads_outside(path, folder) for path in folder.iterdir()}
    outside = {"buiten.csv": True, "rond.csv": True}
    assert judged == {"zaken_1.csv": False, "binnen.csv": False, **outside}


def test_a_folder_that_is_a_link_elsewhere_is_seen(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elders"
    elsewhere.mkdir()
    (elsewhere / "zaken_1.csv").write_text("x")
    (tmp_path / "landing").mkdir()
    folder = tmp_path / "landing" / "loket"
    folder.symlink_to(elsewhere)
    assert landing.leads_outside(folder / "zaken_1.csv", folder)
