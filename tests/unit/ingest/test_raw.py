"""What comes of a source: what counts, what stops it, what is reported."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import files, parsing, parts, pieces, registry, worker
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import corpus, source

HEADER = "zaak_id;datum;bedrag\n"
Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


def zaken(*ids: str, broken: int = 0) -> str:
    lines = [f"{one};31-12-2025;1,50\n" for one in ids]
    lines += [f"fout{n};31-04-2026;1,50\n" for n in range(broken)]
    return HEADER + "".join(lines)


def states(outcome: SourceOutcome) -> dict[str, str]:
    return {report.file_name: report.state for report in outcome.deliveries}


def quarantine(settings: Settings, name: str = "loket") -> pl.DataFrame:
    files = sorted((settings.quarantine / name).glob("*.parquet"))
    return pl.concat([pl.read_parquet(file) for file in files]) if files else pl.DataFrame()


@pytest.mark.parametrize("how", ["longer", "another record, as of the same moment"])
def test_a_large_file_that_changes_before_it_is_read_stays_for_the_next_run(
    how: str, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zaken(*(f"z{n:07d}" for n in range(700_000)))
    assert len(content) > pieces.PIECE_BYTES
    path = deliver("zaken_1.csv", content)
    os.utime(path, (1e9, 1e9))
    read = worker.parse

    def changing(*arguments: Any, **named: Any) -> parsing.Parsed:
        with path.open("r+b") as file:
            file.seek(len(HEADER) if how != "longer" else len(content))
            file.write(b"y")
        if how != "longer":
            os.utime(path, (1e9, 1e9))
        found = read(*arguments, **named)
        assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    monkeypatch.setattr(worker, "parse", changing)
    outcome = ingest()
    assert outcome.rows_accepted == 0
    assert "veranderde tijdens het lezen" in outcome.note
    monkeypatch.undo()
    os.utime(path, (1e9, 1e9))
    (report,) = ingest("run-2").deliveries
    assert report.rows_delivered == 700_000 + (how == "longer")


def test_a_delivery_is_read_and_its_bad_rows_go_to_quarantine(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", zaken(*[f"z{n}" for n in range(97)], broken=3))
    outcome = ingest()
    assert (outcome.state, states(outcome)) == ("current", {"zaken_1.csv": "read"})
    report = outcome.deliveries[0]
    assert (report.rows_delivered, report.rows_accepted, report.rows_quarantined) == (100, 97, 3)
    rows = quarantine(settings)
    assert rows.columns == [
        "source", "table_name", "file_name", "line", "column_name", "reason", "run_id",
    ]  # fmt: skip
    assert rows.get_column("line").to_list() == [99, 100, 101]
    assert set(rows.get_column("column_name")) == {"datum"}
    assert pl.read_parquet(settings.raw / str(report.raw_path)).height == 97


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("zaken_2.csv", b"", "0 bytes", id="empty"),
        pytest.param("zaken_2.csv", b"\x89PNG\r\n\x1a\n", "afbeelding", id="picture"),
        pytest.param("zaken_2.csv", b"zaak_id;bedrag\n1;2\n", "datum ontbreekt", id="column"),
        pytest.param("export.csv", b"a;b\n1;2\n", "geen tabel", id="wrong name"),
        pytest.param("zaken_2.csv", zaken("a", "b", broken=3).encode(), "3 van de 5", id="loss"),
        pytest.param(
            "zaken_2.xlsx", b"PK\x03\x04restPK\x05\x06", "beschadigd", id="broken workbook"
        ),
    ],
)
def test_a_bad_file_stops_the_source_until_it_is_gone(
    deliver: Deliver, ingest: Ingest, name: str, content: bytes, words: str
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    bad = deliver(name, content)
    outcome = ingest()
    assert outcome.state == "stopped"
    assert words in outcome.note
    assert states(outcome) == {"zaken_1.csv": "read", name: "stopped"}
    bad.unlink()
    outcome = ingest("run-2")
    assert outcome.state == "current"
    assert states(outcome) == {"zaken_1.csv": "read", name: "missing"}
    assert [report.file_name for report in outcome.counting] == ["zaken_1.csv"]


def test_the_rejected_rows_of_a_stopped_file_can_be_looked_up(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", zaken("a", broken=9))
    assert ingest().state == "stopped"
    assert quarantine(settings).height == 9


def test_a_file_with_only_a_header_is_read_with_no_rows(deliver: Deliver, ingest: Ingest) -> None:
    deliver("zaken_1.csv", HEADER)
    outcome = ingest()
    assert (outcome.state, outcome.deliveries[0].rows_delivered) == ("current", 0)


def test_the_same_content_again_changes_nothing(deliver: Deliver, ingest: Ingest) -> None:
    deliver("zaken_1.csv", zaken("a"))
    ingest()
    deliver("zaken_2.csv", zaken("a"))
    outcome = ingest("run-2")
    assert states(outcome) == {"zaken_1.csv": "read", "zaken_2.csv": "unchanged"}
    assert "zaken_1.csv" in outcome.deliveries[1].note
    assert outcome.rows_accepted == 1


def test_what_was_removed_or_overwritten_stays_counted(deliver: Deliver, ingest: Ingest) -> None:
    deliver("zaken_1.csv", zaken("a"))
    gone = deliver("zaken_2.csv", zaken("b"))
    ingest()
    gone.unlink()
    deliver("zaken_1.csv", zaken("a", "c"))
    outcome = ingest("run-2")
    assert [(r.number, r.file_name, r.state, r.counts) for r in outcome.deliveries] == [
        (1, "zaken_1.csv", "missing", True),
        (2, "zaken_2.csv", "missing", True),
        (3, "zaken_1.csv", "read", True),
    ]
    assert "overschreven" in outcome.deliveries[0].note
    assert "niet meer in de map" in outcome.deliveries[1].note


def test_new_files_of_one_run_are_numbered_in_natural_order(
    deliver: Deliver, ingest: Ingest
) -> None:
    for name in ("zaken_10.csv", "zaken_9.csv"):
        deliver(name, zaken(name))
    ingest()
    deliver("zaken_1.csv", zaken("later"))
    outcome = ingest("run-2")
    assert [report.file_name for report in outcome.deliveries] == [
        "zaken_9.csv", "zaken_10.csv", "zaken_1.csv",
    ]  # fmt: skip


def test_a_second_run_reads_nothing_again(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    first = ingest()
    monkeypatch.setattr(parsing, "parse", lambda *_: pytest.fail("was parsed again"))
    assert ingest("run-2") == first.model_copy(update={"written": ()})


def with_amount_as_text(base: Source) -> Source:
    document = base.model_dump()
    document["tables"][0]["columns"][3]["type"] = "text"
    return Source.model_validate(document)


def test_another_contract_reads_again_what_is_still_there(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    gone = deliver("zaken_2.csv", zaken("b"))
    ingest()
    gone.unlink()
    outcome = ingest("run-2", of=with_amount_as_text(source()))
    frames = [pl.read_parquet(settings.raw / str(r.raw_path)) for r in outcome.counting]
    assert frames[0].get_column("bedrag").to_list() == ["1,50"]
    assert frames[1].schema["bedrag"] == pl.Decimal(28, 6)
    assert "eerdere versie" in outcome.deliveries[1].note


def test_samples_and_deliveries_are_kept_apart(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    sample = settings.sources / "loket" / "sample"
    sample.mkdir(parents=True)
    (sample / "zaken_s.csv").write_text(zaken("s", *[f"s{n}" for n in range(20)], broken=1))
    assert states(ingest("run-1", origin="sample")) == {"zaken_s.csv": "read"}
    assert quarantine(settings).height == 1
    deliver("zaken_1.csv", zaken("a"))
    assert states(ingest("run-2")) == {"zaken_1.csv": "read"}
    assert not quarantine(settings).height


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_run(
    deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    monkeypatch.setattr(parts, "stable_sha256", lambda path: None)
    outcome = ingest()
    assert (outcome.state, outcome.deliveries) == ("current", ())
    assert "volgende run" in outcome.note


def test_a_run_that_was_killed_leaves_no_rubbish(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("zaken_1.csv", zaken("a"))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(registry, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            ingest()
    rubbish = settings.raw / "files" / "loket" / "zaken" / ".half.parquet.1.tmp"
    rubbish.write_bytes(b"half")
    assert ingest("run-2").state == "current"
    assert not rubbish.exists()
    assert registry.load(settings.raw, "loket").deliveries[0].first_run == "run-2"


def test_a_full_disk_is_no_fault_of_a_delivery(
    deliver: Deliver, ingest: Ingest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    deliver("zaken_1.csv", zaken("1", "2"))
    with monkeypatch.context() as patched:
        patched.setattr(files, "_flush", full)
        with pytest.raises(files.Unwritable, match="de schijf is vol"):
            ingest()
    assert not list(settings.home.rglob("*.tmp"))
    assert states(ingest()) == {"zaken_1.csv": "read"}


@pytest.mark.parametrize("content", [b"half", b"{" * 1000, None])
def test_a_memory_that_cannot_be_read_stops_its_source_and_is_not_replaced(
    settings: Settings,
    deliver: Deliver,
    ingest: Ingest,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    ingest()
    path = registry.registry_path(settings.raw, "loket")
    if content is None:  # so large that reading it would take all memory
        monkeypatch.setattr(registry, "MOST_BYTES", 100)
        content = path.read_bytes()
    path.write_bytes(content)
    outcome = ingest("run-2")
    assert outcome.state == "stopped"
    assert "deliveries.json" in outcome.note
    assert "reservekopie" in outcome.note
    assert path.read_bytes() == content
    assert len(registry.problems(settings.raw, ["loket", "nooit_geleverd"])) == 1


def test_notes_name_ignored_columns_and_a_last_line_without_end(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", "zaak_id;datum;Geheim\na;31-12-2025;x")
    report = ingest().deliveries[0]
    assert "geheim" not in report.note.casefold()
    assert "1 andere kolom." in report.note
    assert "mogelijk afgebroken" in report.note
    assert "geheim" not in pl.read_parquet(settings.raw / str(report.raw_path)).columns


def test_private_values_stand_nowhere_in_the_home(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    secret = "Wijnand-de-Verzonnene"
    lines = "".join(f"z{n};31-12-2025;x {secret};{secret};{secret}\n" for n in range(20))
    wrong = f"fout;31-04-2026;{secret};{secret};{secret}\n"
    deliver("zaken_1.csv", "zaak_id;datum;toelichting;klant;rd_x\n" + lines + wrong)
    ingest()
    found = [
        path
        for path in settings.home.rglob("*")
        if path.is_file() and secret.encode() in path.read_bytes()
    ]
    for path in settings.home.rglob("*.parquet"):
        frame = pl.read_parquet(path).with_columns(pl.all().cast(pl.String))
        found += [path for value in frame.rows() if secret in json.dumps(value)]
    assert not found


# --- lists with documents


@dataclass(frozen=True)
class Scored:
    scores: pl.DataFrame
    rejects: pl.DataFrame


@pytest.fixture
def scored_rows(monkeypatch: pytest.MonkeyPatch) -> list[pl.DataFrame]:
    """A stand-in for the scoring: a text scores unless its document is not there."""
    calls: list[pl.DataFrame] = []

    def score_documents(rows: pl.DataFrame, folder: Path, cache: Path, **_: object) -> Scored:
        calls.append(rows)
        lost = [not (folder / name).is_file() for name in rows.get_column("bestand")]
        rejects = rows.filter(pl.Series(lost, dtype=pl.Boolean)).select(
            "_delivery",
            "_line",
            pl.lit("bestand").alias("column_name"),
            pl.lit("Het document ontbreekt.").alias("reason"),
        )
        return Scored(rows.select(text_id="tekst_id"), rejects)

    stub = types.ModuleType("dronten_pipeline.readability.documents")
    stub.score_documents = score_documents  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "dronten_pipeline.readability.documents", stub)
    package = sys.modules.get("dronten_pipeline.readability")
    if package is not None:
        monkeypatch.setattr(package, "documents", stub, raising=False)
    return calls


def test_documents_that_a_list_names_are_no_deliveries(
    settings: Settings, deliver: Deliver, ingest: Ingest, scored_rows: list[pl.DataFrame]
) -> None:
    deliver("brief.txt", "Beste inwoner,", folder="corpus")
    deliver("lijst.csv", "tekst_id;bestand\nt1;brief.txt\nt2;./brief.txt\n", folder="corpus")
    outcome = ingest(of=corpus())
    assert (outcome.state, states(outcome)) == ("current", {"lijst.csv": "read"})
    assert scored_rows[0].columns == ["tekst_id", "bestand", "_line", "_delivery"]
    assert outcome.scores_path
    assert pl.read_parquet(settings.raw / outcome.scores_path).height == 2


def test_a_document_that_arrived_before_its_list_is_forgotten_as_a_delivery(
    deliver: Deliver, ingest: Ingest, scored_rows: list[pl.DataFrame]
) -> None:
    deliver("brief.txt", "Beste inwoner,", folder="corpus")
    assert ingest(of=corpus()).state == "stopped"
    deliver("teksten.csv", "tekst_id;bestand\nt1;brief.txt\n", folder="corpus")
    outcome = ingest("run-2", of=corpus())
    assert (outcome.state, states(outcome)) == ("current", {"teksten.csv": "read"})


def test_a_missing_document_is_a_rejected_row_until_it_arrives(
    settings: Settings, deliver: Deliver, ingest: Ingest, scored_rows: list[pl.DataFrame]
) -> None:
    deliver("map/a.txt", "x", folder="corpus")
    deliver("teksten.csv", "tekst_id;bestand\nt1;map/a.txt\nt2;map/b.txt\n", folder="corpus")
    outcome = ingest(of=corpus(allowed_loss=0.5))
    report = outcome.deliveries[0]
    assert (outcome.state, report.rows_accepted, report.rows_quarantined) == ("current", 1, 1)
    assert quarantine(settings, "corpus").get_column("line").to_list() == [3]
    assert ingest("run-2", of=corpus()).state == "stopped"
    deliver("map/b.txt", "x", folder="corpus")
    outcome = ingest("run-3", of=corpus())
    assert (outcome.state, outcome.deliveries[0].rows_accepted) == ("current", 2)
    assert not quarantine(settings, "corpus").height


def test_a_date_far_ahead_is_judged_by_the_day_of_the_run(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver(
        "zaken_1.csv",
        HEADER + "a;01-06-2036;1\n" + "".join(f"b{n};1-1-2026;1\n" for n in range(20)),
    )
    rejected = {
        day: ingest(f"run-{day}", as_of=day).rows_quarantined
        for day in (dt.date(2026, 5, 31), dt.date(2026, 6, 1), dt.date(2026, 5, 30))
    }
    assert list(rejected.values()) == [1, 0, 1]
    parses = registry.load(settings.raw, "loket").parses
    assert len(parses) == 2
    assert len({parse.raw_path for parse in parses.values()}) == 2
    delivery, *_ = registry.load(settings.raw, "loket").deliveries
    assert set(registry.load(settings.raw, "loket").paths("delivery")) == {
        parse.raw_path for parse in parses.values()
    }
    assert delivery.number == 1


def test_a_link_that_leads_outside_stops_its_source_unread(
    settings: Settings, deliver: Deliver, ingest: Ingest, tmp_path: Path
) -> None:
    secret = tmp_path / "geheim.csv"
    secret.write_text("wachtwoord van Quellinus\n")
    deliver("zaken_1.csv", zaken("a"))
    (settings.landing_folder / "loket" / "zaken_2.csv").symlink_to(secret)
    outcome = ingest()
    assert outcome.state == "stopped"
    assert "koppeling" in outcome.note
    assert "Quellinus" not in outcome.model_dump_json()


def test_a_pipe_in_the_folder_is_never_opened(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    os.mkfifo(settings.landing_folder / "loket" / "zaken_2.csv")
    outcome = ingest()
    assert [(one.file_name, one.state) for one in outcome.deliveries] == [
        ("zaken_1.csv", "read"),
        ("zaken_2.csv", "stopped"),
    ]


def test_what_nobody_reads_is_named_by_the_run(deliver: Deliver, ingest: Ingest) -> None:
    deliver("zaken_1.csv", zaken("a"))
    deliver("zaken_1.csv.bak", zaken("oud"))
    deliver("Piet Verzonnen/zaken_2.csv", zaken("diep"))
    outcome = ingest()
    assert states(outcome) == {"zaken_1.csv": "read"}
    assert "1 reservekopie telt niet mee: zaken_1.csv.bak." in outcome.note
    assert "1 submap wordt niet gelezen, en er staan bestanden in. Zet" in outcome.note
