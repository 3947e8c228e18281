"""The folder in which Dagster keeps its own administration, whole before anything starts.

Nothing in it is proof: a database that is damaged is moved aside and made anew, and a run goes on.
Not here: how Dagster writes it (`defs/storage.py`) or who starts Dagster (`commands/`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from dronten_pipeline.core.settings import LOCAL_TIME, PROJECT, Settings

#: The databases that every run writes, and a table that each must have.
DATABASES = {
    "history/runs.db": "runs",
    "history/runs/index.db": "event_logs",
    "schedules/schedules.db": "jobs",
}
FOLDERS = ("history", "history/runs", "schedules")
#: One file per run beside the index; of those only the first bytes are looked at.
RUNS = "history/runs"
HEADER = b"SQLite format 3\x00"
#: Where damaged files go; only those of the last time are kept.
ASIDE = "beschadigd-"


def prepare(settings: Settings) -> list[str]:
    """Makes the folder with this project's settings in it, and moves aside what is damaged.

    Returns:
        a Dutch sentence for what was moved aside, for whoever started the command.

    Raises:
        OSError: it may not be written.
    """
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    beside = home / ".dagster.yaml"
    shutil.copyfile(PROJECT / "dagster.yaml", beside)
    beside.replace(home / "dagster.yaml")
    return move_aside(home, damaged(home))


def damaged(home: Path) -> list[Path]:
    """The databases of Dagster that cannot be used."""
    folders = [home / name for name in FOLDERS if _is_in_the_way(home / name)]
    if folders:
        return folders[:1]  # what stands below it goes with it
    found = [
        home / name
        for name, table in DATABASES.items()
        if (home / name).exists() and not _is_whole(home / name, table)
    ]
    return found + [
        shard
        for shard in sorted((home / RUNS).glob("*.db"))
        if shard not in found and not _is_database(shard) and not _is_new(shard)
    ]


def move_aside(home: Path, paths: list[Path]) -> list[str]:
    """Moves databases, with what SQLite keeps beside them, where nothing reads them."""
    if not paths:
        return []
    for before in home.glob(f"{ASIDE}*"):
        shutil.rmtree(before, ignore_errors=True)
    aside = home / f"{ASIDE}{dt.datetime.now(LOCAL_TIME):%Y%m%d-%H%M%S}"
    for path in paths:
        for one in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if one.exists() or one.is_symlink():
                target = aside / one.relative_to(home)
                target.parent.mkdir(parents=True, exist_ok=True)
                one.replace(target)
    named = ", ".join(path.relative_to(home).as_posix() for path in paths[:3])
    more = f" en {len(paths) - 3} andere" if len(paths) > 3 else ""
    return [
        f"De administratie van Dagster was beschadigd ({named}{more}): zij is opzij gezet in "
        f"{aside} en wordt opnieuw gemaakt. Leveringen, uitgaven en logboek staan er los van."
    ]


def all_databases(home: Path) -> list[Path]:
    """All that Dagster would open at its start, for when it cannot say which of it is wrong."""
    return [home / name for name in DATABASES if (home / name).exists()]


def _is_whole(path: Path, table: str) -> bool:
    if not _is_database(path):
        return False
    try:
        with _opened(path) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
                return False
            tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
            return connection.execute(tables, [table]).fetchall() == [(1,)]
    except sqlite3.OperationalError as error:  # another process has it, or the disk is full
        return "malformed" not in str(error)
    except sqlite3.DatabaseError:
        return False


def _is_database(path: Path) -> bool:
    """By its first bytes; what may not be read is left to whoever needs it, to say so."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def _is_in_the_way(folder: Path) -> bool:
    return (folder.exists() or folder.is_symlink()) and not folder.is_dir()


def _is_new(shard: Path) -> bool:
    """Of a run that starts just now in another process; SQLite fills an empty file."""
    return shard.is_file() and shard.stat().st_size == 0


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=5)
    try:
        yield connection
    finally:
        connection.close()
