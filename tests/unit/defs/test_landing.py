"""What Dagster makes of a pull: an asset, checks that may be red, and tries where it may pass."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from dronten_pipeline.connect.connector import load_connector
from dronten_pipeline.contracts.sources import load_source
from dronten_pipeline.defs import landing
from dronten_pipeline.defs.naming import landing_key, raw_key
from dronten_pipeline.defs.raw import build_raw_assets
from dronten_pipeline.defs.resources import build_resources
from dronten_pipeline.defs.schedules import datalab_job
from tests.connect_servers.open_klant import TOKEN, OpenKlant
from tests.connect_servers.serving import Answer, Fault, always, served
from tests.unit.connect.conftest import Home

SOURCE = "customer_contact"
BUSY = Answer(status=503)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("DATALAB_CUSTOMER_CONTACT_TOKEN", TOKEN)
    found = Home(tmp_path)
    monkeypatch.setattr(landing, "current_settings", lambda: found.settings)
    monkeypatch.setattr(landing, "RETRY_SECONDS", 0)
    monkeypatch.setattr("dronten_pipeline.connect.http.TRIES", 1)
    return found


def is_real(home: Home) -> None:
    """Something was delivered before."""
    home.settings.delivered_before.parent.mkdir(parents=True, exist_ok=True)
    home.settings.delivered_before.touch()


def materialize(home: Home, fault: Fault = lambda request: None) -> dict[str, dg.AssetCheckResult]:
    with served(OpenKlant(4), fault) as server:
        home.ask(SOURCE, server.address)
        folder = home.settings.sources / SOURCE
        asset = landing.build_landing_asset(
            load_source(folder / "source.yml"), load_connector(folder)[0]
        )
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize([asset], instance=instance)
        home.asked = len(server.asked)  # type: ignore[attr-defined]
    assert result.success
    assert result.asset_materializations_for_node(asset.op.name)
    return {one.check_name: one for one in result.get_asset_check_evaluations()}  # type: ignore[misc]


def test_a_pull_lands_and_is_green(home: Home) -> None:
    is_real(home)
    checks = materialize(home)
    assert {name: one.passed for name, one in checks.items()} == {"pulled": True, "fresh": True}
    assert len(home.landed(SOURCE)) == 2


def test_what_may_pass_is_tried_three_times_and_is_red_then(home: Home) -> None:
    is_real(home)
    checks = materialize(home, always(BUSY))
    assert home.asked == 1 + landing.RETRIES  # type: ignore[attr-defined]
    assert not checks["pulled"].passed
    assert checks["pulled"].severity == dg.AssetCheckSeverity.ERROR
    assert "antwoord 503" in str(checks["pulled"].description)
    assert not checks["fresh"].passed


def test_what_does_not_pass_is_tried_once(home: Home) -> None:
    is_real(home)
    checks = materialize(home, always(Answer(status=401)))
    assert home.asked == 1  # type: ignore[attr-defined]
    assert "weigert de toegang" in str(checks["pulled"].description)


def test_a_failure_leaves_it_as_fresh_as_the_last_pull(home: Home) -> None:
    is_real(home)
    materialize(home)
    assert materialize(home, always(Answer(status=401)))["fresh"].passed
    state = home.settings.home / "connect" / f"{SOURCE}.json"
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
    state.write_text(
        state.read_text().replace(f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", f"{old:%Y-%m-%d}")
    )
    assert not materialize(home, always(Answer(status=401)))["fresh"].passed


def test_the_sample_is_not_ended_by_a_clock(home: Home) -> None:
    checks = materialize(home)
    assert home.asked == 0  # type: ignore[attr-defined]
    assert home.landed(SOURCE) == []
    assert "datalab pull customer_contact" in str(checks["pulled"].description)


def test_it_stands_before_its_raw_tables_and_outside_the_daily_run(home: Home) -> None:
    home.ask(SOURCE, "http://127.0.0.1:1")
    folder = home.settings.sources / SOURCE
    source, connector = load_source(folder / "source.yml"), load_connector(folder)[0]
    assets = [
        landing.build_landing_asset(source, connector),
        build_raw_assets(source, is_pulled=True),
    ]
    schedule = landing.build_landing_schedule(source, connector)
    defs = dg.Definitions(
        assets=assets,
        jobs=[datalab_job],
        schedules=[schedule],
        resources=build_resources(home.settings),
    )
    graph = defs.resolve_asset_graph()
    key = landing_key(SOURCE)
    assert graph.get(raw_key(SOURCE, "callbacks")).parent_keys == {key}
    assert graph.get(raw_key(SOURCE, "callbacks")).freshness_policy is None
    daily = datalab_job.selection
    assert key not in daily.resolve(graph)
    assert {one.asset_key for one in daily.resolve_checks(graph)} == daily.resolve(graph)
    assert (schedule.cron_schedule, schedule.execution_timezone) == (
        "30 4 * * *",
        "Europe/Amsterdam",
    )
    assert assets[0].op.pool == SOURCE
