"""A raw file goes when it was read anew and no release names it; never the last reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import registry
from dronten_pipeline.ingest.inputs import save_outcome
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.ingest.retention import forget, superseded
from tests.unit.ingest.conftest import source
from tests.unit.ingest.test_raw import Deliver, Ingest, with_amount_as_text, zaken


@pytest.fixture
def read_twice(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> tuple[SourceOutcome, SourceOutcome]:
    """Two files read under one contract; the first one again under the next, the second is gone."""
    deliver("zaken_1.csv", zaken("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", broken=1))
    gone = deliver("zaken_2.csv", zaken("k"))
    before = ingest()
    save_outcome(settings, before)
    gone.unlink()
    after = ingest("run-2", of=with_amount_as_text(source()))
    save_outcome(settings, after)
    return before, after


def raw_files(settings: Settings) -> set[str]:
    return {
        path.relative_to(settings.raw).as_posix()
        for path in (settings.raw / "files").rglob("*.parquet")
    }


def test_only_what_was_read_anew_may_go(
    settings: Settings, read_twice: tuple[SourceOutcome, SourceOutcome]
) -> None:
    first = read_twice[0].deliveries[0].raw_path
    (found,) = superseded(settings, ["loket"], named=())
    assert found.path == first
    assert found.rejects_path is not None
    assert found.size > 0


def test_what_a_release_names_stays(
    settings: Settings, read_twice: tuple[SourceOutcome, SourceOutcome]
) -> None:
    named = [str(one.raw_path) for one in read_twice[0].deliveries]
    assert superseded(settings, ["loket"], named) == []


def test_what_is_forgotten_is_gone_from_disk_and_memory_and_a_run_says_the_same(
    settings: Settings, ingest: Ingest, read_twice: tuple[SourceOutcome, SourceOutcome]
) -> None:
    files = superseded(settings, ["loket"], named=())
    before = raw_files(settings)
    forget(settings, files)
    assert raw_files(settings) == before - {files[0].path, files[0].rejects_path}
    known = registry.load(settings.raw, "loket")
    assert files[0].path not in {parse.raw_path for parse in known.parses.values()}
    of: Source = with_amount_as_text(source())
    assert ingest("run-3", of=of).deliveries == read_twice[1].deliveries
    assert superseded(settings, ["loket"], named=()) == []


def test_a_contract_that_went_back_keeps_what_the_last_run_counted(
    settings: Settings, ingest: Ingest, read_twice: tuple[SourceOutcome, SourceOutcome]
) -> None:
    back = ingest("run-3")
    save_outcome(settings, back)
    kept = {str(one.raw_path) for one in back.counting}
    assert kept.isdisjoint(one.path for one in superseded(settings, ["loket"], named=()))


def test_scores_that_nothing_names_go_and_the_last_ones_stay(settings: Settings) -> None:
    folder = settings.raw / "files" / "corpus" / "scores"
    folder.mkdir(parents=True)
    for name in ("aa-delivery", "bb-delivery", "cc-delivery"):
        (folder / f"{name}.parquet").write_bytes(b"x")
    outcome = SourceOutcome(
        source="corpus",
        origin="delivery",
        state="current",
        note="",
        deliveries=(),
        scores_path="files/corpus/scores/cc-delivery.parquet",
    )
    save_outcome(settings, outcome)
    named = {"files/corpus/scores/bb-delivery.parquet"}
    found = [Path(one.path).stem for one in superseded(settings, ["corpus"], named)]
    assert found == ["aa-delivery"]
