"""Releases: only what was judged, whole or not at all, and always a way back."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dronten_pipeline.audit.verify import verify
from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.release import publish as publishing
from dronten_pipeline.release.errors import NotJudged, PublishError, ReleaseError
from dronten_pipeline.release.formats import feed
from dronten_pipeline.release.publish import Published, Unchanged
from dronten_pipeline.release.rollback import rollback
from dronten_pipeline.release.store import (
    current_release,
    list_releases,
    new_release_id,
    verify_release,
)
from tests.unit.release.marts import INPUTS, judged_mart, publish_it, release_id

#: Folder and ending of the forms that have a file per table.
FORMS = (("parquet", "parquet"), ("csv", "csv"), ("excel", "csv"))
BESIDE = ("current", "open", "feed.json", "atom.xml")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def kinds(settings: Settings) -> list[str]:
    contents = ledger.read_all(settings)
    assert contents.problems == []
    return [record.kind for record in contents.records]


def current_id(settings: Settings) -> str | None:
    release = current_release(settings)
    return release.release_id if release else None


# --- names


def test_the_name_of_a_release_follows_from_what_it_is_made_of() -> None:
    day = dt.date(2026, 3, 17)
    name = new_release_id(day, ["release before", ["votes.csv", "ab"]])
    assert re.fullmatch("20260317-[0-9a-f]{12}", name)
    assert name == new_release_id(day, ["release before", ["votes.csv", "ab"]])
    assert name != new_release_id(day, ["release before", ["votes.csv", "cd"]])
    assert name != new_release_id(day, ["another release", ["votes.csv", "ab"]])


# --- what is published


def test_a_judged_mart_becomes_the_current_release(settings: Settings) -> None:
    folder = judged_mart(settings, 1)
    published = publish_it(settings, folder)
    assert isinstance(published, Published)
    current = settings.releases / "current"
    assert current.readlink() == Path(release_id(1))
    assert sha256_of(current / "mart.duckdb") == sha256_of(folder / "mart.duckdb")
    assert {path.relative_to(current).as_posix() for path in current.rglob("*.*")} >= {
        "mart.duckdb", "manifest.json", "parquet/figure.parquet", "csv/figure.csv"
    }  # fmt: skip
    assert duckdb.read_parquet(str(current / "parquet/figure.parquet")).fetchall()[0][0] == "a"
    assert verify_release(current) == []
    assert kinds(settings) == ["gate", "release"]


def test_the_manifest_says_where_everything_comes_from(settings: Settings) -> None:
    publish_it(settings, judged_mart(settings, 1))
    record = ledger.read_all(settings).records[0]
    manifest = json.loads((settings.releases / "current/manifest.json").read_text())
    assert manifest["run_id"] == "run1"
    assert manifest["previous_release"] is None
    assert manifest["is_sample"] is True
    assert manifest["calendar_version"] == "2026.1"
    assert manifest["code_has_changes"] is True
    assert manifest["gate_record"] == {"number": 1, "sha256": record.sha256}
    assert manifest["inputs"] == [INPUTS[0].written() | {"raw_sha256": None}]
    assert manifest["tables"]["figure"]["rows"] == 3
    one_per_table = {f"{kind}/figure.{end}" for kind, end in FORMS}
    assert one_per_table <= set(manifest["files"])
    folder = settings.releases / release_id(1)
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == present - {"manifest.json"}
    assert all(len(file["sha256"]) == 64 for file in manifest["files"].values())


def test_who_reads_two_releases_at_once_can_see_it(two: Settings) -> None:
    """What is resolved file by file through `current` may be of two, in any form."""
    readers: dict[str, Callable[[Path], duckdb.DuckDBPyRelation]] = {
        "parquet": lambda folder: duckdb.read_parquet(str(folder / "parquet/figure.parquet")),
        "csv": lambda folder: duckdb.read_csv(str(folder / "csv/figure.csv")),
        "excel": lambda folder: duckdb.read_csv(str(folder / "excel/figure.csv"), sep=";").project(
            '*, "Uitgave" AS release_id'
        ),
    }
    folders = [two.releases / release_id(number) for number in (1, 2)]
    for form, read in readers.items():
        found = [set(read(folder).project("release_id").fetchall()) for folder in folders]
        assert found == [{(release_id(1),)}, {(release_id(2),)}], form


def test_nobody_may_write_the_files_of_a_release(settings: Settings) -> None:
    publish_it(settings, judged_mart(settings, 1))
    files = [path for path in (settings.releases / release_id(1)).rglob("*") if path.is_file()]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o444"}


def test_what_is_no_number_is_not_published(settings: Settings) -> None:
    folder = judged_mart(settings, 1, value=float("nan"))
    with pytest.raises(
        PublishError, match=r"^figure\.value is geen getal .*Er is niets gepubliceerd"
    ):
        publish_it(settings, folder)
    assert current_id(settings) is None


# --- what is announced


def titles(settings: Settings) -> list[str]:
    return [item["title"] for item in announced(settings.releases)]


def test_a_release_and_a_way_back_are_announced(two: Settings) -> None:
    rollback(two)
    assert titles(two) == [
        f"Terug naar uitgave {release_id(1)}",
        f"Uitgave {release_id(2)}",
        f"Uitgave {release_id(1)}",
    ]


def test_the_folder_for_the_web_goes_with_the_release_in_force(two: Settings) -> None:
    opened = two.releases / "open"
    assert opened.readlink() == Path("current/open"), "one link is replaced, not two"
    before = [item["id"] for item in announced(opened)]
    assert len(before) == 2
    rollback(two)
    assert [item["id"] for item in announced(opened)] == before[1:]
    publish_it(two, judged_mart(two, 3, value=3.5, previous=1))
    assert [item["title"] for item in announced(opened)] == [
        f"Uitgave {release_id(3)}", *titles(two)[1:]
    ]  # fmt: skip
    assert before[0] in {item["id"] for item in announced(opened)}, "a reader is told once"
    assert {path.stem for path in (opened / "csv").iterdir()} == {"publication"}


def announced(folder: Path) -> list[dict[str, str]]:
    items: list[dict[str, str]] = json.loads((folder / "feed.json").read_text())["items"]
    return items


def test_a_feed_that_cannot_be_written_undoes_no_publication(
    two: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = feed.export_feeds

    def full(folder: Path, *entries: Any, **address: Any) -> None:
        if folder == two.releases:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(folder, *entries, **address)

    with monkeypatch.context() as patched:
        patched.setattr(feed, "export_feeds", full)
        outcome = publish_it(two, judged_mart(two, 3, value=3.5, previous=2))
        assert isinstance(outcome, Published)
        assert outcome.ledger_problems == [
            f"De feeds in {two.releases} zijn niet bij: de schijf is vol: maak ruimte."
        ]
        with pytest.raises(ReleaseError, match="geldt nu, maar: De feeds"):
            rollback(two)
    assert current_id(two) == release_id(2)
    assert len(titles(two)) == 2
    publish_it(two, judged_mart(two, 4, value=2.5, previous=2))
    assert titles(two)[:2] == [f"Terug naar uitgave {release_id(2)}", f"Uitgave {release_id(3)}"]


@pytest.fixture
def full_ledger(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A ledger that takes judgements and nothing else, as on a disk that is nearly full."""
    whole = ledger.write_once

    def refused(path: Path, content: bytes, mode: int) -> None:
        if not path.name.endswith("-gate.json"):
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(path, content, mode)

    monkeypatch.setattr(ledger, "write_once", refused)
    return monkeypatch


def test_a_release_that_cannot_be_written_down_does_not_stay(
    two: Settings, full_ledger: pytest.MonkeyPatch
) -> None:
    folder = judged_mart(two, 3, value=3.5, previous=2)
    with pytest.raises(ledger.LedgerError, match="de schijf is vol"):
        publish_it(two, folder)
    assert current_id(two) == release_id(2)
    assert verify(two).problems == []
    full_ledger.undo()
    assert isinstance(publish_it(two, folder), Published)
    assert current_id(two) == release_id(3)
    assert verify(two).problems == []


def test_the_first_release_that_cannot_be_written_down_does_not_stay(
    settings: Settings, full_ledger: pytest.MonkeyPatch
) -> None:
    folder = judged_mart(settings, 1)
    with pytest.raises(ledger.LedgerError):
        publish_it(settings, folder)
    assert current_id(settings) is None
    assert verify(settings).problems == []


def test_a_way_back_that_cannot_be_written_down_is_not_gone(
    two: Settings, full_ledger: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ReleaseError, match=f"{release_id(2)} blijft gelden"):
        rollback(two)
    assert current_id(two) == release_id(2)
    assert verify(two).problems == []


def test_a_record_that_was_added_all_the_same_holds(
    two: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ledger.write_once

    def added_and_refused(path: Path, content: bytes, mode: int) -> None:
        whole(path, content, mode)
        if not path.name.endswith("-gate.json"):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ledger, "write_once", added_and_refused)
    with pytest.raises(ReleaseError, match=f"{release_id(1)} geldt nu, maar"):
        rollback(two)
    assert verify(two).problems == []
    with pytest.raises(ledger.LedgerError):
        publish_it(two, judged_mart(two, 3, value=3.5, previous=1))
    assert current_id(two) == release_id(3)
    assert verify(two).problems == []


# --- what is refused


def test_a_mart_that_was_never_judged_is_refused(settings: Settings) -> None:
    folder = judged_mart(settings, 1)
    shutil.rmtree(settings.ledger)
    with pytest.raises(NotJudged, match="zijn niet beoordeeld"):
        publish_it(settings, folder)
    assert not (settings.releases / "current").exists()


def test_a_mart_that_was_changed_after_its_verdict_is_refused(settings: Settings) -> None:
    folder = judged_mart(settings, 1)
    with duckdb.connect(str(folder / "mart.duckdb")) as connection:
        connection.execute("UPDATE figure SET value = 100")
    with pytest.raises(NotJudged, match="of daarna veranderd"):
        publish_it(settings, folder)
    assert kinds(settings) == ["gate", "not_released"]


def test_a_mart_that_failed_is_refused(settings: Settings) -> None:
    folder = judged_mart(settings, 1, verdict="failed")
    with pytest.raises(NotJudged, match=r"hield deze cijfers tegen \(record 1"):
        publish_it(settings, folder)


def test_a_folder_without_a_mart_is_refused(settings: Settings) -> None:
    with pytest.raises(NotJudged, match="is er niet"):
        publish_it(settings, settings.warehouse / "run9")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"verdict": "passed_with_warnings"}, "zegt iets anders"),
        ({"release_id": release_id(7)}, "zegt iets anders"),
        ({"row_counts": {"figure": 4, "source_delivery": 1, "publication": 1}}, "andere rijen"),
    ],
    ids=["verdict", "release", "rows"],
)
def test_a_mart_that_is_not_what_the_record_says_is_refused(
    settings: Settings, changes: dict[str, Any], says: str
) -> None:
    folder = judged_mart(settings, 1, changes=changes)
    with pytest.raises(PublishError, match=says):
        publish_it(settings, folder)
    assert list(settings.releases.iterdir()) == []


@pytest.mark.parametrize("part", ["csv/publication.csv", "feed.json", "SHA256SUMS"])
def test_what_is_changed_or_added_in_the_open_part_is_seen(settings: Settings, part: str) -> None:
    publish_it(settings, judged_mart(settings, 1))
    folder = settings.releases / release_id(1)
    assert f"open/{part}" in json.loads((folder / "manifest.json").read_text())["files"]
    path = folder / "open" / part
    path.chmod(0o644)
    path.write_text("iets anders")
    (folder / "open" / "work_list.csv").write_text("item\n")
    problems = verify_release(folder)
    assert f"open/{part} is veranderd" in problems
    assert "open/work_list.csv is toegevoegd" in problems


def test_a_mart_that_follows_another_release_is_refused(settings: Settings) -> None:
    publish_it(settings, judged_mart(settings, 1))
    folder = judged_mart(settings, 2, value=9, previous=None)
    with pytest.raises(PublishError, match="start opnieuw"):
        publish_it(settings, folder)
    assert current_id(settings) == release_id(1)


# --- nothing new


def test_the_same_figures_from_the_same_deliveries_are_not_published_again(
    settings: Settings,
) -> None:
    publish_it(settings, judged_mart(settings, 1))
    outcome = publish_it(settings, judged_mart(settings, 2, previous=1))
    assert outcome == Unchanged(release_id=release_id(1), ledger_problems=[])
    assert {path.name for path in settings.releases.iterdir()} == {release_id(1), *BESIDE}
    assert kinds(settings) == ["gate", "release", "gate", "unchanged"]


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": (INPUTS[0].model_copy(update={"sha256": "cd" * 32}),)},
        {"inputs": (INPUTS[0].model_copy(update={"counts": False}),)},
        {"inputs": ()},
    ],
    ids=["other bytes", "stopped", "no file"],
)
def test_other_deliveries_with_the_same_figures_are_published(
    settings: Settings, change: dict[str, Any]
) -> None:
    publish_it(settings, judged_mart(settings, 1))
    outcome = publish_it(settings, judged_mart(settings, 2, previous=1), **change)
    assert isinstance(outcome, Published)


@pytest.mark.parametrize(
    ("value", "changes"),
    [(1.5, {"suites_sha256": "ef" * 32}), (1.6, {})],
    ids=["other suites", "another figure"],
)
def test_another_judgement_or_figure_is_published(
    settings: Settings, value: float, changes: dict[str, Any]
) -> None:
    publish_it(settings, judged_mart(settings, 1))
    folder = judged_mart(settings, 2, previous=1, value=value, changes=changes)
    assert isinstance(publish_it(settings, folder), Published)


def test_a_table_that_is_no_longer_open_leaves_the_web_with_the_next_run(
    settings: Settings, tmp_path: Path
) -> None:
    marts = tmp_path / "dbt/models/marts"
    for folder in ("models/marts", "seeds"):
        shutil.copytree(settings.dbt_project / folder, tmp_path / "dbt" / folder)
    publish_it(settings, judged_mart(settings, 1))
    text = (marts / "publication.yml").read_text(encoding="utf-8")
    (marts / "publication.yml").write_text(text.replace("{open_data: true}", "{open_data: false}"))
    closed = settings.model_copy(update={"dbt_project": tmp_path / "dbt"})
    outcome = publish_it(closed, judged_mart(closed, 2, previous=1))
    assert isinstance(outcome, Published)
    assert not (closed.releases / "open").exists()


def test_publishing_the_same_run_again_changes_nothing(settings: Settings) -> None:
    folder = judged_mart(settings, 1)
    publish_it(settings, folder)
    assert isinstance(publish_it(settings, folder), Unchanged)


# --- going back


def test_releases_are_listed_the_newest_first(two: Settings) -> None:
    (two.releases / "notes").mkdir()
    listed = list_releases(two)
    assert [(release.release_id, release.is_current) for release in listed] == [
        ("notes", False),
        (release_id(2), True),
        (release_id(1), False),
    ]
    assert listed[0].problem == "er is geen leesbaar manifest"
    assert listed[1].manifest.previous_release == release_id(1)


@pytest.mark.parametrize("wanted", [None, release_id(1)], ids=["the one before", "by name"])
def test_rollback_points_back_and_is_written_down(two: Settings, wanted: str | None) -> None:
    assert rollback(two, wanted).release_id == release_id(1)
    assert current_id(two) == release_id(1)
    record = ledger.read_all(two).records[-1]
    assert (record.kind, record.body.from_release) == ("rollback", release_id(2))


def test_rollback_goes_forward_again_by_name(two: Settings) -> None:
    rollback(two)
    assert rollback(two, release_id(2)).is_current
    assert current_id(two) == release_id(2)


def test_after_a_rollback_the_figures_are_compared_with_the_current_release(
    two: Settings,
) -> None:
    rollback(two)
    assert isinstance(publish_it(two, judged_mart(two, 3, previous=1)), Unchanged)
    again = publish_it(two, judged_mart(two, 4, value=2.5, previous=1))
    assert isinstance(again, Published)


def test_a_run_that_comes_to_a_rolled_back_release_points_at_it_again(two: Settings) -> None:
    rollback(two)
    again = judged_mart(two, 2, value=2.5, previous=1, run="run3")
    outcome = publish_it(two, again)
    assert isinstance(outcome, Published)
    assert outcome.release_id == current_id(two) == release_id(2)
    assert kinds(two)[-2:] == ["gate", "rollback"]
    assert verify_release(two.releases / release_id(2)) == []


def test_another_content_under_the_name_of_a_release_is_refused(two: Settings) -> None:
    rollback(two)
    folder = judged_mart(two, 2, value=3.5, previous=1, run="run3")
    with pytest.raises(PublishError, match="zegt iets anders"):
        publish_it(two, folder)
    assert current_id(two) == release_id(1)


def test_a_release_that_was_rolled_back_is_not_published_by_its_old_run(two: Settings) -> None:
    rollback(two)
    with pytest.raises(PublishError, match="eerder gepubliceerd"):
        publish_it(two, two.warehouse / "run2")
    assert current_id(two) == release_id(1)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [("20200101-000000000000", "staat geen uitgave"), (release_id(2), "geldt al")],
    ids=["unknown", "current"],
)
def test_rollback_to_nothing_useful_is_refused(two: Settings, wanted: str, says: str) -> None:
    with pytest.raises(ReleaseError, match=says):
        rollback(two, wanted)
    assert current_id(two) == release_id(2)


def test_rollback_before_the_first_release_is_refused(settings: Settings) -> None:
    with pytest.raises(ReleaseError, match="geen eerdere uitgave"):
        rollback(settings)
    publish_it(settings, judged_mart(settings, 1))
    with pytest.raises(ReleaseError, match="geen eerdere uitgave"):
        rollback(settings)


def spoil_csv(folder: Path) -> None:
    (folder / "csv/figure.csv").chmod(0o644)
    (folder / "csv/figure.csv").write_text("x")


def spoil_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.chmod(0o644)
    path.write_text(path.read_text().replace('"verdict": "passed"', '"verdict": "approved"'))


SPOILS: dict[str, tuple[Any, str]] = {
    "changed": (spoil_csv, "csv/figure.csv is veranderd"),
    "missing": (lambda folder: (folder / "mart.duckdb").unlink(), "mart.duckdb ontbreekt"),
    "added": (lambda folder: (folder / "extra.csv").write_text("x"), "extra.csv is toegevoegd"),
    "manifest": (spoil_manifest, "het manifest is niet dat van record"),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "geen leesbaar manifest"),
}


@pytest.mark.parametrize(("spoil", "says"), SPOILS.values(), ids=SPOILS)
def test_rollback_to_a_release_that_was_changed_is_refused(
    two: Settings, spoil: Any, says: str
) -> None:
    spoil(two.releases / release_id(1))
    with pytest.raises(ReleaseError, match=says):
        rollback(two)
    assert current_id(two) == release_id(2)


def test_rollback_to_a_release_without_a_passing_record_is_refused(two: Settings) -> None:
    (two.ledger / "000001-gate.json").unlink()
    with pytest.raises(ReleaseError, match="geen goed oordeel"):
        rollback(two)


# --- kills and full disks


def test_what_a_killed_publication_left_is_cleared(settings: Settings) -> None:
    for name in (".building-old", ".building-" + release_id(1)):
        (settings.releases / name / "csv").mkdir(parents=True)
        (settings.releases / name / "csv/torn.csv").write_text("x")
    (settings.releases / ".current-999").symlink_to("nowhere")
    (settings.releases / ".feed.json.999").write_text("{")
    assert isinstance(publish_it(settings, judged_mart(settings, 1)), Published)
    assert {path.name for path in settings.releases.iterdir()} == {release_id(1), *BESIDE}


def test_a_kill_between_renaming_and_pointing_is_made_good(
    two: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = judged_mart(two, 3, value=3.5, previous=2)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "point_at", killed)
        with pytest.raises(Killed):
            publish_it(two, folder)
    assert current_id(two) == release_id(2)
    assert (two.releases / release_id(3)).is_dir()
    assert isinstance(publish_it(two, folder), Published)
    assert current_id(two) == release_id(3)
    assert verify_release(two.releases / "current") == []


def test_a_kill_between_pointing_and_writing_down_is_made_good(settings: Settings) -> None:
    publish_it(settings, judged_mart(settings, 1))
    (settings.ledger / "000002-release.json").unlink()
    publish_it(settings, judged_mart(settings, 2, value=2.5, previous=1))
    records = ledger.read_all(settings).records
    assert [record.body.release_id for record in records if record.kind == "release"] == [
        release_id(1),
        release_id(2),
    ]


@pytest.mark.parametrize("step", ["point_at", "record_publication"])
def test_what_a_kill_left_unwritten_is_said_and_settled_by_another_publication(
    two: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(publishing, step, killed)
        with pytest.raises(Killed):
            publish_it(two, judged_mart(two, 3, value=3.5, previous=2))
    is_pointed_at = current_id(two) == release_id(3)
    assert is_pointed_at is (step == "record_publication")
    found = verify(two)
    assert found.problems == []
    assert any(f"voordat uitgave {release_id(3)} in het logboek" in one for one in found.notices)
    before = 3 if is_pointed_at else 2
    publish_it(two, judged_mart(two, 4, value=4.5, previous=before))
    assert current_id(two) == release_id(4)
    assert (two.releases / release_id(3)).exists() is is_pointed_at
    found = verify(two)
    assert found.problems == []
    assert not any("voordat uitgave" in one for one in found.notices)


def test_a_way_back_settles_what_a_kill_left_first(
    two: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "point_at", killed)
        with pytest.raises(KeyboardInterrupt):
            publish_it(two, judged_mart(two, 3, value=3.5, previous=2))
    rollback(two)
    assert current_id(two) == release_id(1)
    assert not (two.releases / release_id(3)).exists()
    assert verify(two).problems == []


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "de schijf is vol: maak ruimte"),
        (errno.EROFS, "koppel haar schrijfbaar"),
        (errno.EACCES, "geef rechten"),
    ],
)
@pytest.mark.parametrize(
    "step",
    [
        "publish._seal",
        "publish.point_at",
        "formats.write_exports",
        "formats.machine_csv.export_csv",
        "formats.checksums.describe",
    ],
)
def test_an_error_of_the_disk_leaves_current_as_it_was(
    two: Settings, monkeypatch: pytest.MonkeyPatch, step: str, number: int, says: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    folder = judged_mart(two, 3, value=3.5, previous=2)
    monkeypatch.setattr(f"dronten_pipeline.release.{step}", full)
    with pytest.raises(PublishError, match=says):
        publish_it(two, folder)
    assert current_id(two) == release_id(2)
    assert not list(two.releases.glob(".building-*"))


def test_a_full_disk_under_duckdb_is_told_in_the_same_words(
    two: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    folder = judged_mart(two, 3, value=3.5, previous=2)
    monkeypatch.setattr(publishing, "_check_counts", full)
    with pytest.raises(PublishError, match="de schijf is vol: maak ruimte"):
        publish_it(two, folder)


PUBLISHER = """
import sys
from pathlib import Path
from dronten_pipeline.core.settings import Settings
from tests.unit.release.marts import judged_mart, publish_it
settings = Settings(home=Path(sys.argv[1]))
print("ready", flush=True)
publish_it(settings, settings.warehouse / "run2")
"""


@pytest.mark.parametrize("wait", [0.02, 0.15, 0.4, 0.8, 1.5])
def test_a_kill_leaves_current_whole_and_the_next_publication_goes_through(
    settings: Settings, wait: float
) -> None:
    publish_it(settings, judged_mart(settings, 1))
    folder = judged_mart(settings, 2, value=2.5, previous=1)
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(settings.home)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    time.sleep(wait)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert current_id(settings) in (release_id(1), release_id(2))
    assert verify_release(settings.releases / "current") == []
    publish_it(settings, folder)
    assert current_id(settings) == release_id(2)
    assert not list(settings.releases.glob(".*"))
    assert ledger.read_all(settings).problems == []


def test_current_that_points_at_nothing_is_reported(settings: Settings) -> None:
    settings.releases.mkdir(parents=True)
    (settings.releases / "current").symlink_to("gone")
    with pytest.raises(ReleaseError, match="geen hele uitgave"):
        current_release(settings)
    with pytest.raises(PublishError, match="geen hele uitgave"):
        publish_it(settings, judged_mart(settings, 1))
