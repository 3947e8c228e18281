"""Old releases may go; the one in force and the way back never do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.release.errors import ReleaseError
from dronten_pipeline.release.retention import LEFTOVER, choose, remove
from dronten_pipeline.release.rollback import rollback
from dronten_pipeline.release.store import list_releases
from tests.conftest import Datalab
from tests.unit.release.marts import INPUTS, judged_mart, publish_it, release_id


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(home=tmp_path_factory.mktemp("four") / "home")
    for number in range(1, 5):
        folder = judged_mart(
            settings, number, value=float(number), previous=number - 1 if number > 1 else None
        )
        read = INPUTS[0].model_copy(
            update={"raw_path": f"files/iv3/region_membership/{number}.parquet"}
        )
        publish_it(settings, folder, inputs=[read])
    return settings.home


@pytest.fixture
def four(made: Path, tmp_path: Path) -> Settings:
    """A home with four releases, each of a raw file of its own; the fourth is current."""
    shutil.copytree(made, tmp_path / "home", symlinks=True)
    return Settings(home=tmp_path / "home")


def ids(settings: Settings) -> list[str]:
    return [release.release_id for release in list_releases(settings)]


def test_all_but_the_newest_may_go(four: Settings) -> None:
    choice = choose(four, keep=3)
    assert [one.release_id for one in choice.releases] == [release_id(1)]
    assert choice.size > 0
    assert choice.named == {f"files/iv3/region_membership/{n}.parquet" for n in (2, 3, 4)}


def test_the_current_release_and_the_one_before_it_stay_however_few_are_kept(
    four: Settings,
) -> None:
    assert [one.release_id for one in choose(four, keep=0).releases] == [
        release_id(2), release_id(1)
    ]  # fmt: skip


def test_after_a_rollback_the_way_back_is_that_of_the_release_in_force(four: Settings) -> None:
    rollback(four, release_id(2))
    assert [one.release_id for one in choose(four, keep=0).releases] == [
        release_id(4), release_id(3)
    ]  # fmt: skip


@pytest.mark.parametrize("number", [3, 4], ids=["the_one_before", "current"])
def test_what_must_stay_is_refused_by_name(four: Settings, number: int) -> None:
    with pytest.raises(ReleaseError, match="blijft"):
        choose(four, [release_id(1), release_id(number)], keep=2)


def test_a_release_that_is_not_there_is_named(four: Settings) -> None:
    with pytest.raises(ReleaseError, match="staat geen uitgave 20200101-x"):
        choose(four, ["20200101-x"], keep=2)


def test_nothing_goes_while_a_release_cannot_be_read(four: Settings) -> None:
    """Nobody knows which raw files it rests on."""
    manifest = four.releases / release_id(2) / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text("{")
    with pytest.raises(ReleaseError, match="geen hele uitgave"):
        choose(four, keep=2)


def test_without_a_current_release_nothing_goes(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="geldt geen uitgave"):
        choose(Settings(home=tmp_path), keep=2)


def test_a_release_goes_whole_and_so_does_what_a_kill_left(four: Settings) -> None:
    leftover = four.releases / f"{LEFTOVER}20200101-x"
    leftover.mkdir()
    remove(four, choose(four, [release_id(1)], keep=2).releases)
    assert ids(four) == [release_id(4), release_id(3), release_id(2)]
    assert not list(four.releases.glob(f"{LEFTOVER}*"))


def test_the_command_shows_first_and_does_when_told(four: Settings, datalab: Datalab) -> None:
    shown = datalab("prune", "--keep", "2", home=four.home)
    assert shown.returncode == 0, shown.stderr
    assert release_id(1) in shown.stdout
    assert "nog niets verwijderd" in " ".join(shown.stdout.split())
    assert len(ids(four)) == 4

    done = datalab("prune", "--keep", "2", "--reason", "vijf jaar", "--execute", home=four.home)
    assert done.returncode == 0, done.stderr
    assert ids(four) == [release_id(4), release_id(3)]
    contents = ledger.read_all(four)
    assert contents.problems == []
    assert contents.records[-1].kind == "prune"
    assert contents.records[-1].body.written() == {
        "reason": "vijf jaar",
        "releases": [release_id(2), release_id(1)],
        "raw_files": [],
    }
    again = datalab("prune", "--keep", "2", home=four.home)
    assert "niets om te verwijderen" in again.stdout


def test_the_command_refuses_the_current_release_with_a_sentence(
    four: Settings, datalab: Datalab
) -> None:
    refused = datalab("prune", release_id(4), "--execute", home=four.home)
    assert refused.returncode == 1
    assert "blijft" in refused.stderr
    assert json.loads((four.releases / "current" / "manifest.json").read_text())
    assert ledger.read_all(four).records[-1].kind == "release"
