"""Dagster's own databases: damaged in every way, moved aside, and made anew by Dagster itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.pipeline import dagster_home


@dg.asset
def votes() -> None:
    """An asset without content."""


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which Dagster ran once."""
    home = tmp_path_factory.mktemp("used")
    dagster_home.prepare(Settings(home=home))
    materialize(home)
    return home


@pytest.fixture
def home(used: Path, tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(used, tmp_path / "home"))


def materialize(home: Path) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home / "dagster"))
        with dg.DagsterInstance.get() as instance:
            instance.get_runs(limit=1)
            return dg.materialize([votes], instance=instance).success


def shard(home: Path) -> Path:
    return next(
        path for path in (home / "dagster/history/runs").glob("*.db") if path.name != "index.db"
    )


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def scramble(path: Path) -> None:
    path.write_bytes(os.urandom(8192))


def scramble_inside(path: Path) -> None:
    """The first page stays whole, so that only a look at the others finds it."""
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)


def a_folder(path: Path) -> None:
    path.unlink()
    (path / "in the way").mkdir(parents=True)


def another_database(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE something_else (x)")
    connection.close()


@pytest.mark.parametrize(
    "damage", [empty, cut, scramble, scramble_inside, a_folder, another_database]
)
@pytest.mark.parametrize("name", dagster_home.DATABASES)
def test_a_damaged_database_is_moved_aside_and_made_anew(
    home: Path, name: str, damage: Callable[[Path], None]
) -> None:
    path = home / "dagster" / name
    for beside in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        beside.unlink(missing_ok=True)
    damage(path)
    (said,) = dagster_home.prepare(Settings(home=home))
    assert f"was beschadigd ({name})" in said
    assert not path.exists()
    (aside,) = (home / "dagster").glob("beschadigd-*")
    assert (aside / name).exists()
    assert materialize(home)
    assert dagster_home.prepare(Settings(home=home)) == []


@pytest.mark.parametrize("name", dagster_home.FOLDERS)
def test_a_file_where_a_folder_belongs_is_moved_aside(home: Path, name: str) -> None:
    shutil.rmtree(home / "dagster" / name)
    (home / "dagster" / name).write_text("in the way")
    (said,) = dagster_home.prepare(Settings(home=home))
    assert name in said
    assert materialize(home)


def test_the_events_of_one_run_that_are_damaged_are_moved_aside(home: Path) -> None:
    scramble(shard(home))
    (said,) = dagster_home.prepare(Settings(home=home))
    assert "history/runs/" in said
    assert materialize(home)


def test_a_whole_administration_is_left_alone(home: Path) -> None:
    before = shard(home).read_bytes()
    assert dagster_home.prepare(Settings(home=home)) == []
    assert shard(home).read_bytes() == before
    assert not list((home / "dagster").glob("beschadigd-*"))


def test_only_what_was_damaged_last_is_kept(home: Path) -> None:
    for second in range(2):
        scramble(home / "dagster/history/runs.db")
        dagster_home.prepare(Settings(home=home))
        (aside,) = (home / "dagster").glob("beschadigd-*")
        aside.rename(aside.with_name(f"beschadigd-{second}"))
        materialize(home)
    assert [path.name for path in (home / "dagster").glob("beschadigd-*")] == ["beschadigd-1"]
