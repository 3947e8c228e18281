"""Knowing without a run that nothing is new: every doubt must end in a whole run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.pipeline import up_to_date
from dronten_pipeline.pipeline.run import Run, describe_run
from dronten_pipeline.release.rollback import rollback
from dronten_pipeline.release.store import current_release
from tests.unit.release.marts import judged_mart, publish_it

DAY = "2026-03-17"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home in which a run over one vote list and one document ended in release 2."""
    for name in [name for name in os.environ if name.startswith("DATALAB_")]:
        monkeypatch.delenv(name)
    settings = Settings(home=tmp_path / "home", as_of=DAY)  # type: ignore[arg-type]
    document = settings.landing_folder / "text_corpus" / "brieven" / "a.txt"
    votes = settings.landing_folder / "website_feedback" / "votes.csv"
    memory = settings.raw / "website_feedback" / "deliveries.json"
    raw = settings.raw / "files" / "website_feedback" / "votes" / "ab.parquet"
    for path in (document, votes, memory, raw):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name, encoding="utf-8")
    settings.read_pseudonym_key()  # as a run does before it reads anything
    publish_it(settings, judged_mart(settings, 1))
    publish_it(settings, judged_mart(settings, 2, value=2.5, previous=1))
    up_to_date.remember(settings, given(settings))
    return settings


def run_of(settings: Settings) -> Run:
    return describe_run(settings, "looking")


def given(settings: Settings) -> up_to_date.Given:
    return up_to_date.fingerprint_inputs(settings, run_of(settings))


def test_what_did_not_change_holds_and_the_ledger_says_that_it_was_looked_at(
    settings: Settings,
) -> None:
    release = current_release(settings)
    assert release is not None
    assert up_to_date.is_up_to_date(settings, given(settings)) == release.release_id
    last = ledger.read_all(settings).records[-1]
    assert (last.kind, last.body.release_id) == ("unchanged", release.release_id)


def add_a_file(settings: Settings) -> None:
    (settings.landing_folder / "website_feedback" / "votes_2.csv").touch()


def change_a_file_and_keep_its_time(settings: Settings) -> None:
    path = settings.landing_folder / "website_feedback" / "votes.csv"
    stat = path.stat()
    path.write_text("VOTES.CSV", encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def change_a_document(settings: Settings) -> None:
    (settings.landing_folder / "text_corpus" / "brieven" / "a.txt").write_text("b")


def remove_a_file(settings: Settings) -> None:
    (settings.landing_folder / "website_feedback" / "votes.csv").unlink()


def change_the_memory_of_a_source(settings: Settings) -> None:
    (settings.raw / "website_feedback" / "deliveries.json").write_text("{}")


def lose_a_raw_file(settings: Settings) -> None:
    (settings.raw / "files" / "website_feedback" / "votes" / "ab.parquet").unlink()


def change_the_release(settings: Settings) -> None:
    path = settings.releases / "current" / "csv" / "figure.csv"
    path.chmod(0o644)
    path.write_text("kpi_id\n", encoding="utf-8")


def point_back(settings: Settings) -> None:
    rollback(settings)


def lose_what_was_remembered(settings: Settings) -> None:
    (settings.home / up_to_date.NAME).unlink()


def garble_what_was_remembered(settings: Settings) -> None:
    (settings.home / up_to_date.NAME).write_bytes(b"\xff{")


def calibrate(settings: Settings) -> None:
    settings.calibrations.mkdir()
    (settings.calibrations / "0001.json").write_text("{}")


def replace_the_key(settings: Settings) -> None:
    settings.own_pseudonym_key.write_text("another secret of enough length")


@pytest.mark.parametrize(
    "change",
    [
        add_a_file,
        change_a_file_and_keep_its_time,
        change_a_document,
        remove_a_file,
        change_the_memory_of_a_source,
        lose_a_raw_file,
        change_the_release,
        point_back,
        lose_what_was_remembered,
        garble_what_was_remembered,
        calibrate,
        replace_the_key,
    ],
    ids=lambda change: change.__name__,
)
def test_whatever_changed_asks_for_a_whole_run(
    settings: Settings, change: Callable[[Settings], None]
) -> None:
    change(settings)
    assert up_to_date.is_up_to_date(settings, given(settings)) is None


def test_another_day_origin_or_code_asks_for_a_whole_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(settings)
    seen = up_to_date.fingerprint_inputs(settings, run)
    other_day = replace(run, as_of=run.as_of.replace(day=18))
    other_origin = replace(run, origin="sample")
    assert up_to_date.fingerprint_inputs(settings, other_day) != seen
    assert up_to_date.fingerprint_inputs(settings, other_origin) != seen
    monkeypatch.setattr(up_to_date, "code_fingerprint", lambda _: "other")
    assert up_to_date.fingerprint_inputs(settings, run) != seen


def test_a_file_that_arrives_during_a_run_is_not_taken_for_read(settings: Settings) -> None:
    before = given(settings)
    add_a_file(settings)
    up_to_date.remember(settings, before)
    assert up_to_date.is_up_to_date(settings, given(settings)) is None
