"""Which files are deliveries, and of which table."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dronten_pipeline.ingest import landing, unread

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


def test_a_file_counts_when_it_was_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1")
    changed = 1_700_000_000.0
    os.utime(file, (changed, changed))

    def waits(seconds: float, **contract: object) -> str | None:
        wait = landing.wait_for(file, source(**contract), changed + seconds, None)
        return wait and wait.why

    assert waits(7) == "wacht nog 23 s: het is net veranderd"
    assert waits(31) is None
    assert waits(31, settle_seconds=60) == "wacht nog 29 s: het is net veranderd"
    assert waits(0, settle_seconds=0) is None
    assert waits(-5) is not None
    assert waits(-3600) is None
    (tmp_path / "a.csv.part").write_text("1")
    assert "nog binnenkomt" in str(waits(31))
    assert waits(2 * 24 * 3600) is None


def test_a_contract_may_ask_for_a_file_that_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1")
    asks = source(complete_when="ok_file", settle_seconds=0)
    later = file.stat().st_mtime + 60
    wait = landing.wait_for(file, asks, later, None)
    assert wait is not None
    assert (wait.why, wait.seconds) == ("wacht op een bestand met dezelfde naam en .ok erachter", 0)
    (tmp_path / "a.csv.ok").touch()
    assert landing.wait_for(file, asks, later, None) is None
    assert [path.name for path in landing.delivered_files(tmp_path)] == ["a.csv"]


@pytest.mark.parametrize(
    ("content", "is_cut"),
    [
        ("a;b;c\n1;2;3\n4;5", True),
        ("a;b;c\n1;2;3\n4", True),
        ("a;b;c\n1;2;3\n4;5;6", False),
        ('a;b;c\n1;2;3\n4;5;"zes', True),
        ('a;b;c\n1;2;3\n4;5;"ze;s"', False),
        ("a;b;c\n1;2;3\n4;5;6\n", False),
        ("a;b;c", False),
        ("", False),
        ('{"a": 1}\n{"a": 2', True),
        ('{"a": 1}\n{"a": 2}', False),
        ('[{"a": 1},\n{"a": 2}]', False),
        ('[{"a": 1},\n{"a": 2}]\n', False),
        ('[{"a": 1},\n{"a": 2}', True),
        ('[{"a": 1},\n', True),
        ('[{"a": 1}, {"a": "tw', True),
        ('{"a": [\n{"b": 2},\n', True),
        ('{"a": 1}\n{"a": 2}\n', False),
        ("PK\x03\x04 half a workbook", True),
        ("PK\x03\x04 a workbook PK\x05\x06 and its end", False),
        ("PAR1 half a table", True),
        ("PAR1 a table PAR1", False),
        ("PAR1", True),
        ('{"a": [\n{"b": 2}\n]\n}', False),
        ("a;b;c\n1;2;3\n\x1a", False),
    ],
)
def test_a_file_that_ends_within_a_record_waits_a_day(
    tmp_path: Path, content: str, is_cut: bool
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(content)
    assert landing.is_cut_off(file) is is_cut
    now = file.stat().st_mtime
    assert (landing.wait_for(file, source(), now + 301, None) is not None) is is_cut
    assert landing.wait_for(file, source(), now + 25 * 3600, None) is None


@pytest.mark.parametrize(
    ("settle", "waits_until"), [(30, 60), (20, 40), (45, 60), (600, 600), (0, 0)]
)
def test_a_last_line_without_a_line_end_is_left_alone_for_longer(
    tmp_path: Path, settle: int, waits_until: int
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a;b;c\n1;2;1200,50\n4;5;12")  # of 1212,50
    assert not landing.is_cut_off(file)
    now = file.stat().st_mtime
    if waits_until > settle:
        wait = landing.wait_for(file, None, now + waits_until - 5, settle)
        assert wait is not None
        assert wait.seconds == pytest.approx(5, abs=0.1)
        assert "geen regeleinde" in wait.why
    assert landing.wait_for(file, None, now + waits_until + 1, settle) is None
    file.write_text("a;b;c\n1;2;1200,50\n4;5;1212,50\n")
    assert landing.wait_for(file, None, now + settle + 2, settle) is None


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


@pytest.mark.parametrize(
    "name",
    [
        *("a.csv.bak", "a.csv~", "~$a.xlsx", "a.csv.old", "A.CSV.ORIG", "a.csv.tmp", "a.csv.part"),
        *("a.csv.md5", "a.csv.sha256", "a.ok", "Thumbs.db", "DESKTOP.INI", ".DS_Store", "._a.csv"),
        *("a.csv.crdownload", ".a.csv.swp", "a.swp", "#a.csv#", ".~lock.a.ods#", "a.csv.sig"),
    ],
)
def test_what_lies_beside_a_delivery_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / name).touch()
    assert [path.name for path in landing.delivered_files(tmp_path)] == ["a.csv"]
    assert landing.files_below(tmp_path) == [tmp_path / "a.csv"]


def test_backups_and_folders_with_files_are_named(tmp_path: Path) -> None:
    for name in ("zaken.csv", "zaken.csv.bak", "oud.csv~", "zaken.csv.md5", "archief/2025/a.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "leeg").mkdir()
    (tmp_path / "alleen").mkdir()
    (tmp_path / "alleen" / "desktop.ini").touch()
    said = unread.unread(tmp_path, source(), lambda name: name if "oud" not in name else None)
    assert said == [
        "2 reservekopieën tellen niet mee: zaken.csv.bak en nog 1. Is het toch een levering, geef "
        "het bestand dan een gewone naam.",
        "1 submap wordt niet gelezen, en er staan bestanden in: archief. Zet wat geleverd is "
        "rechtstreeks in de map van de bron.",
    ]
    assert len(unread.unread(tmp_path, corpus(), str)) == 1  # its documents stand in folders
    assert unread.unread(tmp_path / "niets", source(), str) == []
