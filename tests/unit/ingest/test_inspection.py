"""A file against its contract, without storing anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest.inspection import inspect_file

VOTES = "reactie_id;ingezonden_op;pagina_url;vraag;antwoord\n"


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """The real contracts, with a home that must stay empty."""
    return Settings(home=tmp_path / "home", landing=tmp_path / "landing")


def test_a_file_finds_its_contract_by_its_columns(own: Settings, tmp_path: Path) -> None:
    file = tmp_path / "export.txt"
    rows = "".join(f"v{n};31-12-2025 10:00;https://x/y;v;ja\n" for n in range(30))
    file.write_text(VOTES + rows + "fout;31-04-2026;https://x/y;v;ja\n")
    report = inspect_file(own, file)
    assert (report.source, report.table) == ("website_feedback", "votes")
    assert report.is_accepted
    said = "\n".join(report.lines())
    assert "csv, tekens utf-8, scheidingsteken puntkomma" in said
    assert "Rijen: 31, geaccepteerd 30, afgekeurd 1." in said
    assert "regel 32: ingezonden_op: '31-04-2026' bestaat niet" in said
    assert "Niet geleverde kolommen (niet verplicht): paginasectie, toelichting." in said
    assert not own.home.exists()


def test_the_folder_names_the_source(own: Settings, tmp_path: Path) -> None:
    file = tmp_path / "klant_in_focus" / "iets.csv"
    file.parent.mkdir()
    file.write_text(VOTES)
    report = inspect_file(own, file)
    assert (report.source, report.is_accepted) == ("klant_in_focus", False)
    assert "ontbreken" in report.lines()[-1]


def test_a_picture_is_refused_in_words(own: Settings, tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    report = inspect_file(own, file)
    assert not report.is_accepted
    assert "afbeelding (PNG)" in report.lines()[-1]


def test_columns_that_fit_nothing_are_said_so(own: Settings, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a;b\n1;2\n")
    assert "passen bij geen enkele bron" in inspect_file(own, file).lines()[-1]


def test_an_unknown_source_is_named(own: Settings, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a;b\n1;2\n")
    with pytest.raises(KeyError, match="website_feedback"):
        inspect_file(own, file, source_name="onbekend")


def test_a_pipe_is_refused_and_not_waited_for(own: Settings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "votes.csv")
    assert not inspect_file(own, tmp_path / "votes.csv").is_accepted


def test_whoever_holds_a_file_sees_what_it_calls_its_columns(own: Settings, tmp_path: Path) -> None:
    file = tmp_path / "votes_1.csv"
    file.write_text("Naam;reactie_id;Geheime kolom\nx;y;z\n")
    report = inspect_file(own, file, source_name="website_feedback", table_name="votes")
    assert "Kolommen in het bestand: naam, reactie_id, geheime kolom." in report.lines()
    assert report.problem and "geheime" not in report.problem


def test_what_no_run_would_read_is_said(own: Settings, tmp_path: Path) -> None:
    folder = own.landing_folder / "website_feedback"
    deep = folder / "maart" / "votes_1.csv"
    deep.parent.mkdir(parents=True)
    rows = "".join(f"v{n};31-12-2025 10:00;https://x/y;v;ja\n" for n in range(3))
    for path in (deep, folder / "votes_1.csv", folder / "votes_1.csv.bak"):
        path.write_text(VOTES + rows)
    assert "submap van de map" in inspect_file(own, deep).lines()[-1]
    assert "reservekopie" in inspect_file(own, folder / "votes_1.csv.bak").lines()[-1]
    report = inspect_file(own, folder / "votes_1.csv")
    assert report.is_accepted
    said = "\n".join(report.lines())
    assert "1 submap wordt niet gelezen, en er staan bestanden in: maart." in said
    assert "1 reservekopie telt niet mee: votes_1.csv.bak." in said
