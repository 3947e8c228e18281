"""Dagster's event log that keeps its files open: it must still be Dagster's event log."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent
from dagster._core.events.log import EventLogEntry
from dagster._core.execution.plan.outputs import StepOutputData, StepOutputHandle

from dronten_pipeline.defs.storage import LATER_SECONDS, OPEN_FILES, TOGETHER, EventLog


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


#: More than are written together, and some that are left.
CHECKS = TOGETHER + 7


@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec(f"rule_{number}", asset="votes") for number in range(CHECKS)]
)
def many() -> Iterator[dg.AssetCheckResult]:
    for number in range(CHECKS):
        yield dg.AssetCheckResult(
            asset_key="votes", check_name=f"rule_{number}", passed=number % 2 == 0
        )


def test_what_many_checks_say_is_found_as_it_was_said(instance: dg.DagsterInstance) -> None:
    job = dg.Definitions(
        assets=[votes],
        asset_checks=[many],
        jobs=[
            dg.define_asset_job(
                "all", dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks()
            )
        ],
    ).resolve_job_def("all")
    run_id = job.execute_in_process(instance=instance).run_id
    said = [entry.dagster_event_type for entry in instance.all_logs(run_id)]
    assert said.count(dg.DagsterEventType.ASSET_CHECK_EVALUATION) == CHECKS
    assert said[-1] == dg.DagsterEventType.RUN_SUCCESS
    last = [one for one in said if one is not None and one.value.startswith("STEP_")]
    assert last[-2:] == [dg.DagsterEventType.STEP_OUTPUT, dg.DagsterEventType.STEP_SUCCESS]
    keys = [dg.AssetCheckKey(votes.key, f"rule_{number}") for number in range(CHECKS)]
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    assert [found[key].status.value for key in keys] == ["SUCCEEDED", "FAILED"] * (CHECKS // 2) + [
        "SUCCEEDED"
    ] * (CHECKS % 2)
    assert all(found[key].event is not None for key in keys)


def _output(number: int) -> EventLogEntry:
    return _entry(number)._replace(
        dagster_event=DagsterEvent(
            event_type_value=dg.DagsterEventType.STEP_OUTPUT.value,
            job_name="all",
            message=f"output {number}",
            event_specific_data=StepOutputData(
                step_output_handle=StepOutputHandle("votes", "result")
            ),
        )
    )


def test_others_see_it_a_moment_later(tmp_path: Path) -> None:
    log = EventLog(str(tmp_path))
    log.store_event(_output(1))
    until = time.monotonic() + 20 * LATER_SECONDS
    other = EventLog(str(tmp_path))
    while not (seen := other.get_logs_for_run("shared")) and time.monotonic() < until:
        time.sleep(LATER_SECONDS / 5)
    assert len(seen) == 1


def test_what_could_not_be_written_still_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(event: EventLogEntry) -> None:
        raise OSError(f"no space for {event.run_id}")

    log = EventLog(str(tmp_path))
    with monkeypatch.context() as full:
        full.setattr(log, "_event_to_row", refuse)
        log.store_event(_output(1))
        with pytest.raises(OSError, match="no space"):
            log.get_logs_for_run("shared")
    assert len(log.get_logs_for_run("shared")) == 1
