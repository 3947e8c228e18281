"""PostgreSQL in a run: an asset of its own, red while it lags behind; the next run tries again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from dronten_pipeline.commands import run, terminal
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.defs import resources
from dronten_pipeline.defs.postgres import build_postgres
from dronten_pipeline.pipeline import up_to_date
from dronten_pipeline.postgres.load import held_release
from tests.postgres_server import PASSWORD, NoServer, new_database, running
from tests.unit.postgres.marts import make_current, release_id


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    try:
        with running() as server:
            yield server.url(new_database(server))
    except NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture
def away() -> str:
    return "postgresql://datalab:geheim1234@127.0.0.1:1/nergens"


def materialized(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dg.ExecuteInProcessResult:
    monkeypatch.setattr(resources, "current_settings", lambda: settings)
    return dg.materialize(
        [build_postgres()], resources={"run": resources.run_resource}, raise_on_error=False
    )


def test_the_asset_is_green_when_readers_see_the_release_and_red_when_not(
    tmp_path: Path, url: str, away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, postgres_url=url, postgres_schema="asset")
    make_current(settings, 1)
    result = materialized(settings, monkeypatch)
    assert result.success
    metadata = result.asset_materializations_for_node("postgres")[0].metadata
    assert metadata["release_id"].value == release_id(1)
    failed = materialized(Settings(home=tmp_path, postgres_url=away), monkeypatch)
    assert not failed.success
    said = str([event.event_specific_data for event in failed.all_events])
    assert "staat er als bestanden" in said
    assert "geheim1234" not in said


def test_a_run_with_nothing_new_tries_postgresql_again(
    tmp_path: Path,
    url: str,
    away: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = Settings(home=tmp_path, postgres_url=url, postgres_schema="again")
    make_current(settings, 1)
    monkeypatch.setattr(up_to_date, "fingerprint_inputs", lambda *_: up_to_date.Given(sha256="x"))
    monkeypatch.setattr(up_to_date, "is_up_to_date", lambda *_: release_id(1))
    monkeypatch.setattr(run, "show_release", lambda _: None)
    unreachable = settings.model_copy(
        update={"postgres_url": Settings(home=tmp_path, postgres_url=away).postgres_url}
    )
    assert run.execute(unreachable, None, whole=False) == terminal.OWN_ERROR
    said = " ".join(capsys.readouterr().err.split())
    assert "PostgreSQL loopt achter." in said
    assert "staat er als bestanden" in said
    assert "geheim1234" not in said
    assert held_release(settings) is None
    assert run.execute(settings, None, whole=False) == terminal.PUBLISHED
    assert held_release(settings) == release_id(1)
    assert PASSWORD not in capsys.readouterr().out
