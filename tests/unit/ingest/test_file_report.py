"""What `datalab check` tells: what was understood, the first records, and what would change."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from dronten_pipeline.cli import app
from dronten_pipeline.contracts.sources import Source, load_sources
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.ingest import differences, parsing, pieces, privacy, snapshot
from dronten_pipeline.ingest.file_report import FileReport
from dronten_pipeline.ingest.inspection import inspect_file
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.supplier.write import write
from tests.unit.ingest.conftest import AS_OF, source

HEADER = "zaak_id;Datum;gestart_op;bedrag;aantal;akkoord;toelichting;klant;rd_x\n"
NAME = "Jan Jansen"

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


def row(number: int, amount: str = "1,50") -> str:
    return f"z{number};31-12-2025;31-12-2025 10:00;{amount};{number};ja;{NAME};{NAME};1\n"


def contract(settings: Settings, **changes: object) -> Source:
    """The invented source, written where a check finds it."""
    made = source()
    first = made.tables[0].model_copy(update=changes)
    made = made.model_copy(update={"tables": [first, *made.tables[1:]]})
    folder = settings.sources / made.name
    folder.mkdir(parents=True, exist_ok=True)
    document = json.loads(made.model_dump_json(exclude_none=True))
    written = io.StringIO()
    YAML().dump(document, written)
    (folder / "source.yml").write_text(written.getvalue())
    return made


def run(settings: Settings, ingest: Ingest, of: Source) -> None:
    outcome = ingest(of=of)
    snapshot.build_snapshot(
        settings,
        {of.name: of},
        {of.name: outcome},
        run_id="run-1",
        as_of=AS_OF,
        code_version="abc",
        release_id="r",
        origin="delivery",
        previous=None,
        previous_inputs={},
    )


def check(settings: Settings, path: Path) -> tuple[FileReport, str, dict[str, Any]]:
    """The report, all that it says, and its document as a program reads it."""
    report = inspect_file(settings, path, source_name="loket", table_name="zaken")
    return report, "\n".join(report.lines()), json.loads(json.dumps(report.document()))


def test_what_was_understood_is_told(settings: Settings, tmp_path: Path) -> None:
    contract(settings)
    path = tmp_path / "zaken_2026.csv"
    path.write_text("\n" + HEADER + row(1) + row(2, "niets"))
    _, said, document = check(settings, path)
    assert "Vorm: csv, tekens utf-8, scheidingsteken puntkomma, kop op regel 2." in said
    assert "bedrag: decimaalteken komma." in said
    assert "regel 4: bedrag: de waarde is geen bedrag of getal" in said
    assert document["header_lines"] == [2, 2] and document["separator"] == ";"
    written = {column["name"]: column["written"] for column in document["columns"]}
    assert written["bedrag"] == "decimaalteken komma"
    assert written["Datum"] == "datums als 31-12-2025"
    assert (document["rows"], document["rows_accepted"], document["rows_rejected"]) == (2, 1, 1)
    assert document["rejects"][0]["line"] == 4 and document["rejects"][0]["column"] == "bedrag"


def test_a_workbook_says_its_sheets_and_header(settings: Settings, tmp_path: Path) -> None:
    import xlsxwriter

    contract(settings)
    path = tmp_path / "zaken.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("leeg")
        sheet = book.add_worksheet("zaken")
        sheet.write_row(2, 0, ["zaak_id", "Datum"])
        sheet.write_row(3, 0, ["z1", "31-12-2025"])
    _, said, document = check(settings, path)
    assert "werkblad 2, kop op regel 3" in said
    assert (document["sheets"], document["header_lines"]) == ([2], [3, 3])


def test_the_first_records_are_told_as_they_are_stored(settings: Settings, tmp_path: Path) -> None:
    contract(settings)
    path = tmp_path / "zaken.csv"
    path.write_text(HEADER + "".join(row(number) for number in range(5)))
    report, said, document = check(settings, path)
    assert (
        "  1. zaak_id z0; datum 31-12-2025; gestart_op 31-12-2025 10:00:00; bedrag 1,5; aantal 0; "
        "akkoord ja; toelichting tekst van 10 tekens; klant (versleuteld)"
    ) in report.lines()
    assert len(document["records"]) == 3
    assert document["records"][1] == {
        "zaak_id": "z1", "datum": "2025-12-31", "gestart_op": "2025-12-31T10:00:00+01:00",
        "bedrag": "1.5", "aantal": 1, "akkoord": True, "toelichting_length": 10,
        "klant": "(versleuteld)",
    }  # fmt: skip
    assert NAME not in said and NAME not in json.dumps(document)


def test_a_value_that_looks_like_personal_data_is_not_shown(
    settings: Settings, tmp_path: Path
) -> None:
    contract(settings)
    path = tmp_path / "zaken.csv"
    path.write_text("zaak_id;Datum\nz1;31-12-2025\njan@voorbeeld.nl;31-12-2025\n")
    _, said, document = check(settings, path)
    assert "voorbeeld.nl" not in said + json.dumps(document)
    assert [one["zaak_id"] for one in document["records"]] == ["z1", "(niet getoond)"]


def test_the_document_names_nothing_but_the_contract(settings: Settings, tmp_path: Path) -> None:
    contract(settings)
    path = tmp_path / "zaken jansen.csv"
    path.write_text("zaak_id;Datum;Geheime kolom\nz1;31-12-2025;x\n")
    _, said, document = check(settings, path)
    assert "geheime kolom" in said
    assert document["other_columns"] == 1 and document["file_name"] is None
    assert not re.search("geheime|jansen", json.dumps(document), re.IGNORECASE)


def test_a_terminal_is_not_steered(settings: Settings, tmp_path: Path) -> None:
    contract(settings)
    path = tmp_path / "zaken.csv"
    path.write_text("zaak_id;Datum;\x1b[31mkop\nz\x1b[2J1;31-12-2025;x\n")
    _, said, _ = check(settings, path)
    assert "\x1b" not in said


def test_without_a_run_nothing_is_compared(settings: Settings, tmp_path: Path) -> None:
    contract(settings)
    path = tmp_path / "zaken.csv"
    path.write_text(HEADER + row(1))
    report, said, document = check(settings, path)
    assert report.is_accepted and not settings.home.exists()
    assert f"Niet vergeleken met wat al bekend is: {differences.NO_RUN}." in said
    assert document["changes"] is None and document["not_compared"] == differences.NO_RUN


def test_new_changed_and_unchanged_records_are_counted(
    settings: Settings, deliver: Deliver, ingest: Ingest, tmp_path: Path
) -> None:
    made = contract(settings)
    deliver("zaken_1.csv", HEADER + row(1) + row(2) + row(3))
    deliver("zaken_2.csv", HEADER + row(3, "9,00"))
    run(settings, ingest, made)
    before = sorted(path for path in settings.home.rglob("*"))
    path = tmp_path / "zaken_3.csv"
    path.write_text(HEADER + row(1) + row(2, "7") + row(3) + row(4) + row(3, "9,00"))
    _, said, document = check(settings, path)
    assert "wat de laatste run wist: 1 nieuwe records, 1 veranderd, 2 hetzelfde." in said
    assert "1 rij heeft dezelfde sleutel als een latere rij" in said
    assert document["changes"] == {
        "new": 1, "changed": 1, "unchanged": 2, "disappeared": None, "repeated": 1, "respelled": 0,
        "known": 3, "is_sample": False,
    }  # fmt: skip
    assert sorted(path for path in settings.home.rglob("*")) == before


def test_of_a_table_that_delivers_everything_what_disappears_is_counted(
    settings: Settings, deliver: Deliver, ingest: Ingest, tmp_path: Path
) -> None:
    made = contract(settings, delivers="everything", allowed_shrink=0.7)
    deliver("zaken_1.csv", HEADER + row(1) + row(2) + row(3))
    run(settings, ingest, made)
    path = tmp_path / "zaken_2.csv"
    path.write_text(HEADER + row(1) + row(4))
    report, said, document = check(settings, path)
    assert "1 nieuwe records, 0 veranderd, 1 hetzelfde, 2 verdwenen." in said
    assert report.is_accepted and document["changes"]["disappeared"] == 2
    path.write_text(HEADER + row(4) + row(5) + row(6))
    report, said, _ = check(settings, path)
    assert not report.is_accepted
    assert "van de 3 bekende records staan er 3 niet in deze; zij heeft er 3" in said


def test_a_home_that_cannot_be_compared_is_said_so(
    settings: Settings, deliver: Deliver, ingest: Ingest, tmp_path: Path
) -> None:
    made = contract(settings)
    delivered = deliver("zaken_1.csv", HEADER + row(1))
    run(settings, ingest, made)
    without_key = settings.model_copy(update={"pseudonym_key": None})
    assert check(without_key, delivered)[0].changes == differences.NO_KEY
    columns = [column for column in made.tables[0].columns if column.name != "aantal"]
    contract(settings, columns=columns)
    assert check(settings, delivered)[0].changes == differences.OTHER_CONTRACT
    contract(settings)
    path = next((settings.raw_current / "loket__zaken").resolve().glob("*1.parquet"))
    path.unlink()
    path.write_bytes(b"PAR1 no more")
    report, _, _ = check(settings, delivered)
    assert report.is_accepted and report.changes == differences.UNREADABLE


def test_a_large_file_is_compared_a_piece_at_a_time(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract(settings)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 4096)
    path = tmp_path / "zaken.csv"
    path.write_text(HEADER + "".join(row(number) for number in range(300)))
    report, _, document = check(settings, path)
    assert report.parsed.accepted == 300 and len(document["records"]) == 3
    assert document["header_lines"] == [1, 1]
    assert {one["written"] for one in document["columns"]} >= {"decimaalteken komma"}


def test_the_command_gives_one_object(tmp_path: Path) -> None:
    write(load_sources(PROJECT / "sources")["fixi"], tmp_path)
    good, wrong = tmp_path / "voorbeeld" / "reports.csv", tmp_path / "reports_1.csv"
    done = CliRunner().invoke(app, ["check", str(good), "--source", "fixi", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert (found["is_accepted"], found["table"], found["rows"]) == (True, "reports", 2)
    wrong.write_text("melding_id;aangemaakt_op\nz1;31-12-2025\n")
    done = CliRunner().invoke(app, ["check", str(wrong), "--source", "fixi", "--json"])
    found = json.loads(done.output)
    assert (done.exit_code, found["is_accepted"]) == (1, False)
    assert "Kolom categorie ontbreekt" in found["advice"]


def test_keys_that_are_known_in_another_spelling_are_told(
    settings: Settings, deliver: Deliver, ingest: Ingest, tmp_path: Path
) -> None:
    made = contract(settings)
    deliver("zaken_1.csv", HEADER + "".join(row(number) for number in range(1, 5)))
    run(settings, ingest, made)
    path = tmp_path / "zaken_2.csv"
    path.write_text(HEADER + row(1).replace("z1", "Z1") + row(7))
    report, said, document = check(settings, path)
    assert report.is_accepted and "1 sleutel is al bekend in een andere schrijfwijze" in said
    assert document["changes"]["respelled"] == 1
    path.write_text(HEADER + "".join(row(n).replace(f"z{n}", f"Z-0{n}") for n in (1, 2, 3)))
    report, said, _ = check(settings, path)
    assert not report.is_accepted and "3 sleutels (zaak_id) zijn al bekend" in said


def test_a_table_of_which_nothing_was_delivered_has_new_records_only(
    settings: Settings, ingest: Ingest, tmp_path: Path
) -> None:
    run(settings, ingest, contract(settings))
    path = tmp_path / "zaken_2.csv"
    path.write_text(HEADER + row(1) + row(1))
    _, _, document = check(settings, path)
    found = document["changes"]
    assert (found["new"], found["changed"], found["repeated"], found["known"]) == (1, 0, 1, 0)
    path.write_text(HEADER)
    assert check(settings, path)[2]["changes"]["new"] == 0


def test_more_rows_than_a_check_can_hold_are_not_compared(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = contract(settings)
    path = deliver("zaken_1.csv", HEADER + row(1) + row(2))
    run(settings, ingest, made)
    monkeypatch.setattr(differences, "MOST_ROWS", 1)
    assert check(settings, path)[0].changes == differences.TOO_MANY


def test_fingerprints_of_a_frame_are_those_of_its_file(tmp_path: Path) -> None:
    """What is known is read from Parquet, and a file is not."""
    table = source().table("zaken")
    parsed = parsing.parse((HEADER + row(1) + row(2, "-3,25")).encode(), table, b"k" * 16)
    assert parsed.stored is not None
    assert dict(parsed.stored.schema) == privacy.stored_columns(table)
    parsed.stored.write_parquet(tmp_path / "1.parquet")
    prints = differences.Fingerprints(table, b"k" * 16)
    prints.add(parsed.stored)
    written = pl.read_parquet(tmp_path / "1.parquet").select(differences._fingerprints(table))
    assert pl.concat(prints.pieces).equals(written)
