"""What a run is: its day, its origin, its lock and its folder."""

from __future__ import annotations

import datetime as dt
import fcntl
import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.pipeline.run import (
    ClockBehind,
    NothingBuilt,
    RunUnderWay,
    alone,
    day_after,
    describe_run,
    folder_to_read,
    latest_run_folder,
    new_run_folder,
)
from tests.documents import write_manifest


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in [name for name in os.environ if name.startswith("DATALAB_")]:
        monkeypatch.delenv(name)
    return Settings(home=tmp_path / "home")


def deliver(settings: Settings) -> None:
    path = settings.landing_folder / "website_feedback" / "votes.csv"
    path.parent.mkdir(parents=True)
    path.write_text("reactie_id\n", encoding="utf-8")


def test_the_sample_is_read_on_its_own_day_while_nothing_was_delivered(settings: Settings) -> None:
    run = describe_run(settings, "r")
    assert run.is_sample
    assert run.as_of == dt.date(2026, 6, 30)


def test_one_delivery_ends_the_sample_for_all_sources(settings: Settings) -> None:
    deliver(settings)
    run = describe_run(settings, "r")
    assert not run.is_sample
    assert run.as_of == settings.today()


def test_the_sample_does_not_come_back_when_the_landing_folder_is_emptied(
    settings: Settings,
) -> None:
    settings.delivered_before.parent.mkdir(parents=True)
    settings.delivered_before.touch()
    assert not describe_run(settings, "r").is_sample


def test_the_day_of_the_command_wins_from_that_of_the_settings(settings: Settings) -> None:
    set_day = settings.model_copy(update={"as_of": dt.date(2025, 1, 1)})
    assert describe_run(set_day, "r").as_of == dt.date(2025, 1, 1)
    assert describe_run(set_day, "r", dt.date(2024, 1, 1)).as_of == dt.date(2024, 1, 1)


def release_of(settings: Settings, day: str, *, is_sample: bool = False) -> None:
    folder = settings.releases / "r1"
    folder.mkdir(parents=True)
    write_manifest(folder, as_of=day, is_sample=is_sample)
    (settings.releases / "current").symlink_to("r1")


def test_a_clock_that_went_back_publishes_nothing_of_its_own_accord(settings: Settings) -> None:
    deliver(settings)
    tomorrow = settings.today() + dt.timedelta(days=1)
    release_of(settings, tomorrow.isoformat())
    with pytest.raises(ClockBehind, match=rf"heeft peildatum {tomorrow:%d-%m-%Y}.*--as-of"):
        describe_run(settings, "r")
    named = describe_run(settings, "r", settings.today())
    assert day_after(named) == tomorrow
    set_day = settings.model_copy(update={"as_of": settings.today()})
    assert describe_run(set_day, "r").as_of == settings.today()


@pytest.mark.parametrize("days", [0, -1], ids=["today", "yesterday"])
def test_a_release_of_before_is_followed(settings: Settings, days: int) -> None:
    deliver(settings)
    release_of(settings, (settings.today() + dt.timedelta(days=days)).isoformat())
    assert day_after(describe_run(settings, "r")) is None


def test_the_day_of_the_sample_says_nothing_of_the_clock(settings: Settings) -> None:
    deliver(settings)
    release_of(settings, "2999-01-01", is_sample=True)
    assert describe_run(settings, "r").as_of == settings.today()


def test_who_just_took_the_lock_is_waited_for_and_the_one_before_is_not_named(
    settings: Settings,
) -> None:
    settings.home.mkdir()
    lock = settings.home / "run.lock"
    lock.write_text("proces 999999999 (run), sinds 01:00:00", encoding="utf-8")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        writer = threading.Timer(
            0.3, lambda: lock.write_text(f"proces {os.getpid()} (run), sinds 02:00:00")
        )
        writer.start()
        with (
            pytest.raises(RunUnderWay, match=rf"proces {os.getpid()} .*, sinds 02:00:00"),
            alone(settings, "second"),
        ):
            pass
        writer.join()


def _hold(home: Path, held: multiprocessing.synchronize.Event) -> None:
    with alone(Settings(home=home), "first"):
        held.set()
        multiprocessing.Event().wait(60)


def test_a_second_run_is_refused_and_told_who_is_busy_until_the_first_is_killed(
    settings: Settings,
) -> None:
    context = multiprocessing.get_context("fork")
    held = context.Event()
    first = context.Process(target=_hold, args=(settings.home, held))
    first.start()
    assert held.wait(20)
    with pytest.raises(RunUnderWay, match=f"proces {first.pid}"), alone(settings, "second"):
        pass
    first.kill()
    first.join()
    with alone(settings, "second"):
        pass


def test_a_part_is_built_on_the_warehouse_of_the_run_before(settings: Settings) -> None:
    whole = new_run_folder(settings, "1", start_from_latest=False)
    (whole / "warehouse.duckdb").write_bytes(b"first")
    part = new_run_folder(settings, "2", start_from_latest=True)
    assert (part / "warehouse.duckdb").read_bytes() == b"first"
    assert latest_run_folder(settings) == part.resolve()
    assert folder_to_read(settings, "1") == whole
    assert folder_to_read(settings, "of a few steps") == part.resolve()
    fresh = new_run_folder(settings, "3", start_from_latest=False)
    assert not (fresh / "warehouse.duckdb").exists()
    with pytest.raises(NothingBuilt, match="datalab run"):
        latest_run_folder(settings)


def test_only_the_last_runs_are_kept(settings: Settings) -> None:
    for number in range(6):
        folder = new_run_folder(settings, str(number), start_from_latest=False)
        os.utime(folder, (number, number))
    kept = {path.name for path in settings.warehouse.iterdir() if not path.is_symlink()}
    assert kept == {"3", "4", "5"}
