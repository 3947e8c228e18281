"""What was read stays what it was: an edited raw file is read again or stops its source."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.audit.verify import verify
from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import raw, recorded, registry, snapshot
from dronten_pipeline.ingest.inputs import save_outcome
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.ledger import bodies, ledger, raw_files
from dronten_pipeline.release.previous import raw_files_of_releases
from tests.conftest import PROJECT
from tests.documents import append
from tests.unit.ingest.conftest import corpus, source

AS_OF = dt.date(2026, 3, 17)
NAME = "zaken_1.csv"
TEXT = "zaak_id;datum;bedrag\n" + "".join(f"z{n};31-12-2025;1,50\n" for n in range(40))

Change = Callable[[Settings, Path], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(
        home=tmp_path / "home",
        landing=tmp_path / "landing",
        pseudonym_key="een verzonnen sleutel",
    )
    deliver(settings, NAME, TEXT)
    return settings


def deliver(settings: Settings, name: str, content: str, folder: str = "loket") -> Path:
    path = settings.landing_folder / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def read(settings: Settings, run_id: str = "run-1", of: Source | None = None) -> SourceOutcome:
    return recorded.read_source(
        settings,
        of or source(),
        run_id=run_id,
        as_of=AS_OF,
        origin="delivery",
        believed=recorded.believed_raw(settings, run_id, raw_files_of_releases),
    )


def raw_file(settings: Settings, table: str = "loket/zaken") -> Path:
    (path,) = [
        path
        for path in (settings.raw / "files" / table).glob("*.parquet")
        if ".rejects." not in path.name
    ]
    return path


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def edit(settings: Settings, path: Path) -> None:
    """The figure that somebody would rather see."""
    path.chmod(0o644)
    pl.read_parquet(path).with_columns(bedrag=pl.lit(9.99).cast(pl.Decimal(28, 6))).write_parquet(
        path
    )


def edit_and_say_so_in_the_registry(settings: Settings, path: Path) -> None:
    was = sha256_of(path)
    edit(settings, path)
    memory = registry.registry_path(settings.raw, "loket")
    memory.write_text(memory.read_text().replace(was, sha256_of(path)))


def truncate(settings: Settings, path: Path) -> None:
    overwrite(path, path.read_bytes()[: path.stat().st_size // 2])


def empty(settings: Settings, path: Path) -> None:
    overwrite(path, b"")


def remove(settings: Settings, path: Path) -> None:
    path.unlink()


def put_another_delivery_in_its_place(settings: Settings, path: Path) -> None:
    """A file of ours, with a hash of ours: but of another delivery."""
    deliver(settings, "zaken_2.csv", TEXT.replace("1,50", "8,50"))
    read(settings, "run-x")
    (other,) = [one for one in path.parent.glob("*.parquet") if one != path]
    memory = registry.registry_path(settings.raw, "loket")
    name, its = path.name, other.name
    text = memory.read_text().replace(name, its).replace(sha256_of(path), sha256_of(other))
    memory.write_text(text)
    (settings.landing_folder / "loket" / "zaken_2.csv").unlink()


CHANGES = [
    edit,
    edit_and_say_so_in_the_registry,
    truncate,
    empty,
    remove,
    put_another_delivery_in_its_place,
]
changes = pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)


def test_every_raw_file_stands_in_the_registry_and_in_one_signed_record(settings: Settings) -> None:
    deliver(settings, "zaken_2.csv", TEXT + "fout;31-04-2026;1,50\n")
    read(settings)
    (record,) = ledger.records_of(settings, bodies.Ingest)
    assert record.body.source == "loket"
    assert [(one.table, one.number, one.what, one.rows) for one in record.body.files] == [
        ("zaken", 1, "accepted", 40),
        ("zaken", 2, "accepted", 40),
        ("zaken", 2, "rejected", 1),
    ]
    known = registry.load(settings.raw, "loket")
    by_path = {one.path: one for one in record.body.files}
    for parse in known.parses.values():
        for path, sha256 in (
            (parse.raw_path, parse.raw_sha256),
            (parse.rejects_path, parse.rejects_sha256),
        ):
            if path is None:
                continue
            file = settings.raw / path
            assert by_path[path].sha256 == sha256 == sha256_of(file)
            assert file.stat().st_mode & 0o777 == 0o440
    delivered = {delivery.sha256 for delivery in known.deliveries}
    assert {one.delivered_sha256 for one in record.body.files} == delivered


def test_a_run_that_reads_nothing_new_adds_no_record(settings: Settings) -> None:
    read(settings)
    read(settings, "run-2")
    assert len(list(ledger.records_of(settings, bodies.Ingest))) == 1


def test_the_same_delivery_is_written_as_the_same_bytes(settings: Settings) -> None:
    read(settings)
    before = sha256_of(raw_file(settings))
    raw_file(settings).unlink()
    read(settings, "run-2")
    assert sha256_of(raw_file(settings)) == before


@changes
def test_what_is_not_what_it_was_is_read_again_from_its_delivery(
    settings: Settings, change: Change
) -> None:
    read(settings)
    path = raw_file(settings)
    was = sha256_of(path)
    change(settings, path)
    outcome = read(settings, "run-2")
    assert outcome.state == "current"
    assert "Opnieuw gelezen uit de levering" in outcome.deliveries[0].note
    assert sha256_of(settings.raw / str(outcome.deliveries[0].raw_path)) == was
    assert "Opnieuw gelezen" not in read(settings, "run-3").deliveries[0].note


@changes
def test_without_its_delivery_the_source_stops_and_says_which(
    settings: Settings, change: Change
) -> None:
    read(settings)
    change(settings, raw_file(settings))
    (settings.landing_folder / "loket" / NAME).unlink()
    outcome = read(settings, "run-2")
    assert outcome.state == "stopped"
    assert "levering 1 van zaken" in outcome.note
    assert outcome.deliveries[0].state == "stopped"
    assert not outcome.deliveries[0].counts
    deliver(settings, NAME, TEXT)
    assert read(settings, "run-3").state == "current"


def test_a_delivery_that_the_registry_no_longer_knows_stops_the_source(settings: Settings) -> None:
    read(settings)
    (settings.landing_folder / "loket" / NAME).unlink()
    registry.registry_path(settings.raw, "loket").unlink()
    outcome = read(settings, "run-2")
    assert outcome.state == "stopped"
    assert "Levering 1 van zaken staat in het logboek" in outcome.note


def test_a_file_that_no_record_knows_is_not_believed(settings: Settings) -> None:
    """A kill between writing a file and its record; or somebody who put it there."""
    outcome = raw.ingest_source(
        settings, source(), run_id="run-0", as_of=AS_OF, origin="delivery", recorded={}
    )
    raw_files.record(settings, run_id="run-0", source="other", files=[], replaced=["x"])
    assert outcome.written
    assert "het logboek kent het niet" in read(settings, "run-1").deliveries[0].note
    assert "Opnieuw" not in read(settings, "run-2").deliveries[0].note


@pytest.mark.parametrize("change", [edit, truncate, empty, remove])
def test_what_changed_between_reading_and_laying_out_is_not_laid_out(
    settings: Settings, change: Change
) -> None:
    deliver(settings, "zaken_extra_1.csv", "code;naam\nx;y\n")
    outcome = read(settings)
    arguments = {
        "as_of": AS_OF,
        "code_version": "abc",
        "release_id": "20260317-0123456789ab",
        "origin": "delivery",
        "previous": None,
    }
    before = snapshot.build_snapshot(
        settings, {"loket": source()}, {"loket": outcome}, run_id="1", previous_inputs={},
        recorded=recorded.believed_raw(settings, "1", raw_files_of_releases), **arguments,
    )  # fmt: skip
    change(settings, raw_file(settings))
    after = snapshot.build_snapshot(
        settings, {"loket": source()}, {"loket": outcome}, run_id="2",
        previous_inputs=before.by_table(), **arguments,
        recorded=recorded.believed_raw(settings, "2", raw_files_of_releases),
    )  # fmt: skip
    assert after.stopped == ("loket",)
    assert [one.table for one in after.inputs] == ["zaken_extra"]
    said = pl.read_parquet(settings.raw_current / "run__source" / "1.parquet")
    assert "levering 1 van zaken" in said["note"][0]


# --- a home from before


@pytest.fixture
def old_home(settings: Settings) -> Settings:
    """What an installation of before left: raw files, and no word of them in the ledger."""
    raw.ingest_source(settings, source(), run_id="run-0", as_of=AS_OF, origin="delivery")
    memory = registry.load(settings.raw, "loket")
    memory.parses = {
        key: parse.model_copy(update={"raw_sha256": None, "rejects_sha256": None})
        for key, parse in memory.parses.items()
    }
    registry.save(settings.raw, memory)
    append(settings, "definitions", {})
    return settings


def test_what_is_still_there_is_read_again_once(old_home: Settings) -> None:
    edit(old_home, raw_file(old_home))
    outcome = read(old_home)
    assert outcome.state == "current"
    assert "er stond iets anders dan in de levering" in outcome.deliveries[0].note
    first, last = (
        one.body.files[0] for one in list(ledger.records_of(old_home, bodies.Ingest))[::-1]
    )
    assert (first.is_found, last.is_found) == (True, False)
    assert not read(old_home, "run-2").written


def test_what_is_still_there_and_right_is_read_again_without_a_word(old_home: Settings) -> None:
    assert "gelezen" not in read(old_home).deliveries[0].note.lower()


def test_what_can_no_longer_be_compared_counts_and_says_so(old_home: Settings) -> None:
    (old_home.landing_folder / "loket" / NAME).unlink()
    for run in ("run-1", "run-2"):
        outcome = read(old_home, run)
        assert outcome.state == "current"
        assert "voordat de vastlegging van gelezen bestanden begon" in outcome.deliveries[0].note
    edit(old_home, raw_file(old_home))
    assert read(old_home, "run-3").state == "stopped"


def test_the_inventory_is_taken_once(old_home: Settings) -> None:
    read(old_home)
    path = raw_file(old_home)
    later = path.with_name("0123456789abcdef-x.parquet")
    path.rename(later)
    memory = registry.registry_path(old_home.raw, "loket")
    memory.write_text(memory.read_text().replace(path.name, later.name))
    (old_home.landing_folder / "loket" / NAME).unlink()
    assert read(old_home, "run-2").state == "stopped"


# --- judgements of texts


def texts(settings: Settings, *gone: str) -> Source:
    document = corpus().model_dump()
    document["tables"][0]["columns"] += [
        {"name": name, "type": kind, "description": "Verzonnen kolom."}
        for name, kind in (
            ("kanaal", "text"),
            ("gepubliceerd_op", "date"),
            ("canonieke_url", "text"),
        )
    ]
    easy = "De gemeente helpt u graag. U kunt ons bellen. Wij zijn elke dag open. " * 30
    lines = "tekst_id;bestand;kanaal;gepubliceerd_op;canonieke_url\n"
    for name in ("t1", "t2"):
        lines += f"{name};{name}.txt;brief;01-03-2026;\n"
        path = deliver(settings, f"{name}.txt", f"{easy} {name}.", folder="corpus")
        if name in gone:
            path.unlink()
    deliver(settings, "teksten.csv", lines, folder="corpus")
    return Source.model_validate(document)


def judgements(settings: Settings) -> Path:
    return next(
        path
        for path in sorted((settings.raw / "texts" / "corpus").rglob("*.parquet"))
        if path.parent.name != "paths"
    )


def edit_the_judgements(settings: Settings, path: Path) -> None:
    path.chmod(0o644)
    pl.read_parquet(path).with_columns(level=pl.lit("A2")).write_parquet(path)


@pytest.mark.parametrize("change", [edit_the_judgements, truncate, empty, remove])
def test_judgements_of_texts_are_made_again_from_the_documents(
    settings: Settings, change: Change
) -> None:
    first = read(settings, of=texts(settings))
    assert first.state == "current"
    kinds = {one.what for one in next(ledger.records_of(settings, bodies.Ingest)).body.files}
    assert kinds == {"accepted", "scores", "texts"}
    change(settings, judgements(settings))
    second = read(settings, "run-2", of=texts(settings))
    assert (second.state, second.scores_path) == ("current", first.scores_path)


@pytest.mark.parametrize("change", [edit_the_judgements, truncate, empty, remove])
def test_judgements_of_documents_that_are_gone_stop_the_source(
    settings: Settings, change: Change
) -> None:
    read(settings, of=texts(settings))
    contract = texts(settings, "t2")
    assert read(settings, "run-2", of=contract).state == "current"
    change(settings, judgements(settings))
    for run in ("run-3", "run-4"):
        outcome = read(settings, run, of=contract)
        assert outcome.state == "stopped"
        assert "oordelen over teksten" in outcome.note
    assert read(settings, "run-5", of=texts(settings)).state == "current"


def test_what_was_erased_is_not_missed(settings: Settings) -> None:
    outcome = read(settings, of=texts(settings))
    (delivered,) = {one.delivered_sha256 for one in outcome.written if one.delivered_sha256}
    read(settings)
    append(settings, "erasure", {"source": "corpus", "sha256": [delivered]})
    for folder in (settings.raw / "files" / "corpus", settings.raw / "texts" / "corpus"):
        shutil.rmtree(folder)
    registry.registry_path(settings.raw, "corpus").unlink()
    assert verify(settings).problems == []
    assert stand_alone(settings)[0] == 0


# --- what `datalab verify` says


def stand_alone(settings: Settings) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "tools/verify.py", settings.home, "--keys", settings.public_keys],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def with_contracts(settings: Settings, tmp_path: Path) -> Settings:
    """The same, with the contract as a file: whoever reads again looks it up."""
    for one in (source(), texts(settings)):
        path = tmp_path / "sources" / one.name / "source.yml"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(one.model_dump(mode="json", by_alias=True)), encoding="utf-8")
    return settings.model_copy(update={"sources": tmp_path / "sources"})


def test_what_was_not_touched_is_sound(with_contracts: Settings) -> None:
    for one in (source(), texts(with_contracts)):
        save_outcome(with_contracts, read(with_contracts, of=one))
    found = verify(with_contracts, reread=True)
    assert found.problems == []
    assert any("leveringen opnieuw gelezen" in line for line in found.checked)
    assert any("2 oordelen over teksten" in line for line in found.checked)
    code, said = stand_alone(with_contracts)
    assert (code, "raw files compared" in said) == (0, True)


@pytest.mark.parametrize("change", [edit, edit_and_say_so_in_the_registry, truncate, empty, remove])
def test_verify_names_a_raw_file_that_is_not_what_it_was(
    settings: Settings, change: Change
) -> None:
    read(settings)
    change(settings, raw_file(settings))
    problems = verify(settings).problems
    assert any("Wat gelezen is van 1 van loket/zaken" in problem for problem in problems)
    code, said = stand_alone(settings)
    assert (code, "WRONG: raw/files/loket/zaken/" in said) == (5, True)


def test_verify_names_a_registry_that_says_otherwise(settings: Settings) -> None:
    read(settings)
    memory = registry.registry_path(settings.raw, "loket")
    text = memory.read_text()
    memory.write_text(text.replace(sha256_of(raw_file(settings)), "0" * 64))
    assert any("spreekt het logboek tegen" in one for one in verify(settings).problems)
    memory.unlink()
    assert any("kent" in one and "niet meer" in one for one in verify(settings).problems)


def test_reading_again_finds_what_was_edited_before_it_was_recorded(
    with_contracts: Settings,
) -> None:
    """Somebody with the key can record an edited file; the delivery itself says otherwise."""
    read(with_contracts)
    path = raw_file(with_contracts)
    edit(with_contracts, path)
    (record,) = ledger.records_of(with_contracts, bodies.Ingest)
    entry = record.body.files[0].model_copy(update={"sha256": sha256_of(path)})
    raw_files.record(with_contracts, run_id="x", source="loket", files=[entry])
    memory = registry.registry_path(with_contracts.raw, "loket")
    memory.write_text(memory.read_text().replace(record.body.files[0].sha256, entry.sha256))
    assert verify(with_contracts).problems == []
    (problem,) = verify(with_contracts, reread=True).problems
    assert "Levering 1 van loket/zaken opnieuw gelezen: het geeft andere gegevens" in problem


def test_reading_again_judges_texts_again(with_contracts: Settings) -> None:
    contract = texts(with_contracts)
    save_outcome(with_contracts, read(with_contracts, of=contract))
    path = judgements(with_contracts)
    edit_the_judgements(with_contracts, path)
    problems = verify(with_contracts, reread=True).problems
    assert any("2 teksten van corpus krijgen een ander oordeel" in one for one in problems)


def test_reading_again_says_what_is_gone(with_contracts: Settings) -> None:
    read(with_contracts)
    (with_contracts.landing_folder / "loket" / NAME).unlink()
    notices = verify(with_contracts, reread=True).notices
    assert any(
        "1 leveringen liggen er niet meer" in one and "loket/zaken" in one for one in notices
    )


def test_what_was_found_when_recording_began_is_said(old_home: Settings) -> None:
    (old_home.landing_folder / "loket" / NAME).unlink()
    assert any("nog geen vingerafdruk" in one for one in verify(old_home).notices)
    read(old_home)
    assert any("van voor de vastlegging" in one for one in verify(old_home).notices)
    assert verify(old_home).problems == []
