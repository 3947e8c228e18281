"""What may start a run may not choose what runs: run config sets the as-of date only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dronten_pipeline.core.settings import Settings, current_settings
from dronten_pipeline.definitions import defs
from dronten_pipeline.defs import resources
from dronten_pipeline.pipeline import preflight

#: The job of the schedule and the sensor, and the one in which Dagster puts chosen assets.
JOBS = ["datalab", "__ASSET_JOB"]

PROGRAM = "/tmp/a-program-of-somebody-else"


@pytest.fixture(scope="module")
def definitions(parsed_home: Path) -> Iterator[dg.Definitions]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATALAB_HOME", str(parsed_home))
        current_settings.cache_clear()
        yield defs()
    current_settings.cache_clear()


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize(
    "config",
    [
        {"resources": {"warehouse": {"config": {"database": "/tmp/other.duckdb"}}}},
        {"resources": {"io_manager": {"config": {"base_dir": "/tmp"}}}},
        {"resources": {"run": {"config": {"as_of": {"env": "DATALAB_POSTGRES_URL"}}}}},
        {"resources": {"run": {"config": {"home": "/tmp"}}}},
        {"execution": {"config": {"retries": {"enabled": {}}}}},
        {"execution": {"config": {"multiprocess": {"max_concurrent": 9}}}},
        {"execution": {"config": {"multiprocess": {"start_method": {"forkserver": {}}}}}},
        {"loggers": {"console": {"config": {"log_level": "DEBUG"}}}},
        {"loggers": {"other": {"config": {}}}},
        {"ops": {"release": {"config": {"folder": "/tmp"}}}},
        {"ops": {"raw__snapshot": {"config": {"folder": "/tmp"}}}},
        {"ops": {"warehouse": {"config": {"args": ["run-operation", "drop"]}}}},
        {"ops": {"gate": {"config": {"skip": True}}}},
        {"ops": {"ingest_iv3": {"config": {"path": "/etc/passwd"}}}},
        {"env": {"PATH": "/tmp"}},
    ],
    ids=str,
)
def test_dagster_refuses_it_before_there_is_a_run(
    definitions: dg.Definitions, job: str, config: dict[str, Any]
) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(definitions.resolve_job_def(job), config)


@pytest.mark.parametrize("job", JOBS)
def test_the_as_of_date_can_be_set(definitions: dg.Definitions, job: str) -> None:
    config = {"resources": {"run": {"config": {"as_of": "2026-03-31"}}}}
    dg.validate_run_config(definitions.resolve_job_def(job), config)


@pytest.mark.parametrize("job", JOBS)
def test_nothing_that_a_run_works_with_takes_any_config(
    definitions: dg.Definitions, job: str
) -> None:
    def open_ends(config_type: Any, *path: str) -> list[str]:
        if config_type.kind.name in {"ANY", "PERMISSIVE_SHAPE"} and path not in {
            ("resources",),  # Dagster's own choice for a part of the assets: unknown names
            ("ops",),
        }:
            return [".".join(path)]
        fields = getattr(config_type, "fields", {})
        return [
            found
            for name, field in fields.items()
            for found in open_ends(field.config_type, *path, name)
        ]

    schema = definitions.resolve_job_def(job).run_config_schema
    assert open_ends(schema.run_config_schema_type) == []


@pytest.mark.parametrize(
    "config",
    [
        {"resources": {"other": {"config": {"program": PROGRAM}}}},
        {"resources": {"dbt": {"config": {"dbt_executable": PROGRAM}}}},
        {"resources": {"dbt": {"config": {"project_dir": "/tmp"}}}},
        {"resources": {"run": {"config": {"as_of": "2026-03-31"}}, "x": {"config": 1}}},
        {"ops": {"other": {"config": {"folder": "/tmp"}}}},
        {"ops": {"other": {"inputs": {"rows": {"pickle": "/tmp/x"}}}}},
        {"loggers": {"console": {"config": {"level": 1}}}},
        {"ops": {"other": {"outputs": [{"result": {"json": {"path": "/tmp/x"}}}]}}},
    ],
    ids=str,
)
def test_what_dagster_does_not_know_is_refused_when_the_run_begins(
    config: dict[str, Any],
) -> None:
    with pytest.raises(resources.UndeclaredConfig, match="nothing else"):
        resources.refuse_undeclared(config)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"loggers": {"console": {"config": {}}}, "ops": {}, "execution": {"config": None}},
        {"resources": {"run": {"config": {"as_of": "2026-03-31"}}}},
    ],
    ids=str,
)
def test_what_says_nothing_passes(config: dict[str, Any]) -> None:
    resources.refuse_undeclared(config)


def probe(monkeypatch: pytest.MonkeyPatch, home: Path, config: dict[str, Any]) -> Any:
    """Runs one asset that says which day it was given."""
    settings = Settings(home=home)
    monkeypatch.setattr(resources, "current_settings", lambda: settings)

    @dg.asset
    def day(run: resources.RunResource) -> dg.MaterializeResult:  # type: ignore[valid-type]
        return dg.MaterializeResult(metadata={"day": run.now.as_of.isoformat()})  # type: ignore

    return dg.materialize(
        [day],
        resources={"run": resources.run_resource},
        run_config=config,
        raise_on_error=False,
    )


def test_the_steps_are_given_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = dt.date(2026, 3, 31)
    config = {"resources": {"run": {"config": {"as_of": day.isoformat()}}}}
    ran = probe(monkeypatch, tmp_path, config)
    assert ran.asset_materializations_for_node("day")[0].metadata["day"].value == day.isoformat()


def test_a_run_that_was_given_more_ends_before_its_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = probe(monkeypatch, tmp_path, {"ops": {"day": {"config": {"program": PROGRAM}}}})
    assert not ran.success
    assert not ran.asset_materializations_for_node("day")
    assert "nothing else, not ops.day.config.program" in str(
        [event.event_specific_data for event in ran.all_events]
    )


def test_a_day_that_is_none_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = probe(monkeypatch, tmp_path, {"resources": {"run": {"config": {"as_of": "2026-13-40"}}}})
    assert not ran.success
    assert "as_of 2026-13-40 is geen datum: schrijf jjjj-mm-dd" in str(
        [event.event_specific_data for event in ran.all_events]
    )


def test_a_run_of_dagster_looks_at_everything_that_it_needs_before_its_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "000001-ingest.json").write_bytes(b"{}")
    ran = probe(monkeypatch, tmp_path, {})
    assert not ran.success
    assert not ran.asset_materializations_for_node("day")
    said = str([event.event_specific_data for event in ran.all_events])
    assert "NotReady" in said
    assert "Er staat geen openbare sleutel" in said


def test_what_datalab_run_looked_at_is_not_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    looked: list[Settings] = []
    monkeypatch.setattr(preflight, "examine", looked.append)
    with preflight.begun(settings, "datalab run"):
        assert probe(monkeypatch, tmp_path, {}).success
    assert len(looked) == 1
    assert probe(monkeypatch, tmp_path, {}).success
    assert len(looked) == 2
