"""One file that cannot be opened, named or found stops its own source and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dronten_pipeline.cli import app
from dronten_pipeline.core.file_names import is_sound, shown
from dronten_pipeline.core.settings import PROJECT, Settings, current_settings
from dronten_pipeline.ingest import inspection, landing, look
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.pipeline import up_to_date
from dronten_pipeline.pipeline.run import delivery_origin, describe_run

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]

GOOD = "zaak_id;datum\na;31-12-2025\n"
LATIN_1 = os.fsdecode(b"zaken_caf\xe9.csv")


@pytest.fixture
def unreadable(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes a file or folder answer as one with mode 000 does to an ordinary user: tests may run
    as root, whom no mode stops."""
    closed: set[str] = set()
    real_open, real_scandir = Path.open, os.scandir

    def open_(self: Path, *arguments: object, **more: object) -> object:
        if str(self) in closed:
            raise PermissionError(13, "Permission denied", str(self))
        return real_open(self, *arguments, **more)  # type: ignore[call-overload]

    def scandir(path: object = ".") -> object:
        if str(path) in closed:
            raise PermissionError(13, "Permission denied", str(path))
        return real_scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_)
    monkeypatch.setattr(os, "scandir", scandir)
    return lambda path: closed.add(str(path))


def test_a_name_that_is_no_utf8_can_be_shown() -> None:
    assert not is_sound(LATIN_1)
    assert shown(LATIN_1) == "zaken_caf\\xe9.csv"
    assert shown("zaken\n2.csv") == "zaken\\n2.csv"
    assert shown("zaken_café.csv") == "zaken_café.csv"


def test_a_name_that_is_no_utf8_stops_its_source_in_words(deliver: Deliver, ingest: Ingest) -> None:
    deliver("zaken_1.csv", GOOD)
    bad = deliver(LATIN_1, GOOD)
    outcome = ingest()
    assert outcome.state == "stopped"
    assert "De naam van dit bestand is geen UTF-8" in outcome.note
    outcome.model_dump_json().encode()
    bad.unlink()
    assert ingest("run-2").state == "current"


def test_a_name_that_is_no_utf8_in_a_subfolder_takes_nothing_down(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", GOOD)
    deliver(f"oud/{LATIN_1}", GOOD)
    assert ingest().state == "current"
    assert landing.fingerprint(settings.landing_folder)
    given = up_to_date.fingerprint_inputs(settings, describe_run(settings, "x"))
    assert given.sha256


def test_a_file_or_folder_without_rights_stops_its_source(
    settings: Settings, deliver: Deliver, ingest: Ingest, unreadable: Callable[[Path], None]
) -> None:
    unreadable(deliver("zaken_1.csv", GOOD))
    before = up_to_date.fingerprint_inputs(settings, describe_run(settings, "x"))
    outcome = ingest()
    assert outcome.state == "stopped"
    assert "zaken_1.csv: Het bestand kan niet geopend worden (Permission denied)" in outcome.note
    unreadable(settings.landing_folder / "loket")
    outcome = ingest("run-2")
    assert outcome.state == "stopped"
    assert "De map loket kan niet geopend worden (Permission denied)" in outcome.note
    assert delivery_origin(settings) == "delivery"
    assert up_to_date.fingerprint_inputs(settings, describe_run(settings, "x")) != before
    assert landing.strange_folders(settings.landing_folder, []) == ["loket"]


def test_a_folder_with_the_name_of_a_file_stops_its_source(
    deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", GOOD)
    deliver("zaken_2.parquet/oud/.leeg", b"")
    outcome = ingest()
    assert outcome.state == "stopped"
    assert (
        "zaken_2.parquet: Dit is een map (of geen gewoon bestand) met de naam van een bestand"
        in outcome.note
    )


def test_a_file_that_is_gone_before_it_is_read_is_no_error(
    deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("zaken_1.csv", GOOD)
    gone = deliver("zaken_2.csv", GOOD)
    listed = landing.delivered_files

    def listed_before(folder: Path) -> list[Path]:
        found = listed(folder)
        gone.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(landing, "delivered_files", listed_before)
    outcome = ingest()
    assert outcome.state == "current"
    assert [report.file_name for report in outcome.deliveries] == ["zaken_1.csv"]


@pytest.mark.parametrize("name", [LATIN_1, "zaken_1.csv"])
def test_the_check_says_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.mkdir()
    settings = Settings(home=tmp_path, sources=PROJECT / "sources")
    assert not inspection.inspect_file(settings, path).is_accepted
    path.rmdir()
    path.write_text(GOOD)
    said = "\n".join(inspection.inspect_file(settings, path).lines())
    said.encode()
    assert (look.NO_UTF8 in said) is (name == LATIN_1)


def test_the_check_of_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    current_settings.cache_clear()
    result = CliRunner().invoke(app, ["check", str(tmp_path / "weg" / "zaken.csv")])
    assert result.exit_code == 1
    assert "bestaat niet" in result.output
    assert "Traceback" not in result.output
