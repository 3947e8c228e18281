"""Dagster's event log that keeps its files open: it must still be Dagster's event log."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events.log import EventLogEntry

from dronten_pipeline.defs.storage import OPEN_FILES, EventLog


@dg.asset
def votes() -> None:
    """An asset without content."""


@pytest.fixture
def instance(tmp_path: Path) -> dg.DagsterInstance:
    settings = (Path(__file__).parents[3] / "dagster.yaml").read_text(encoding="utf-8")
    (tmp_path / "dagster.yaml").write_text(
        settings.replace("env: DAGSTER_HOME", "").replace("base_dir:", f"base_dir: {tmp_path}"),
        encoding="utf-8",
    )
    return dg.DagsterInstance.from_config(str(tmp_path))


def test_dagster_uses_it_and_finds_what_was_stored(instance: dg.DagsterInstance) -> None:
    assert isinstance(instance.event_log_storage, EventLog)
    result = dg.materialize([votes], instance=instance)
    assert result.success
    assert instance.get_latest_materialization_event(votes.key) is not None
    assert [entry.dagster_event_type for entry in instance.all_logs(result.run_id)][-1] == (
        dg.DagsterEventType.RUN_SUCCESS
    )


def test_more_runs_than_files_stay_open_can_be_read(instance: dg.DagsterInstance) -> None:
    runs = [dg.materialize([votes], instance=instance).run_id for _ in range(OPEN_FILES + 2)]
    assert all(instance.all_logs(run_id) for run_id in [*runs, runs[0]])


def _entry(number: int) -> EventLogEntry:
    return EventLogEntry(
        error_info=None,
        level=20,
        user_message=f"event {number}",
        run_id="shared",
        timestamp=float(number),
    )


def _write(folder: str, first: int) -> None:
    log = EventLog(folder)
    for number in range(first, first + 50):
        log.store_event(_entry(number))


def test_two_processes_can_write_the_same_file(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn").Process
    writers = [start(target=_write, args=(str(tmp_path), first)) for first in (0, 100)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(EventLog(str(tmp_path)).get_logs_for_run("shared")) == 100
