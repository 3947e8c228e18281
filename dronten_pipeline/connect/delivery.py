"""What one pull made, on its way to landing: all of it arrives, or nothing.

Here belongs: the folder in which it is made, and the steps to landing that a kill cannot leave
half done for good. Not here: what is in the files (`writer.py`), and when there is nothing new
(`pull.py`).

Files are made below `<home>/connect/<source>/`. When all are whole and on the disk, the steps are
written down, then done: the record in the ledger, the moves, what is remembered. Who finds steps
that were written down and not done, does them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from dronten_pipeline.connect.errors import MayPass
from dronten_pipeline.connect.state import State, folder, save
from dronten_pipeline.core.durable import sync, sync_folder, write_durably
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Pull

#: How the steps of a source are called while they are to be done.
JOURNAL = ".landing"
#: Every source that was ever pulled has one.
LOCK = ".lock"


class Steps(BaseModel):
    """What lands one pull.

    record: what the ledger is told of it, with the SHA-256 of each file.
    moves: what was made, and its name below `landing/<source>/`, in the order of landing.
    """

    model_config = ConfigDict(frozen=True)

    record: Pull
    moves: list[tuple[str, str]]
    state: State


@dataclass
class Delivery:
    """Files that are made for one source; each with its name below `landing/<source>/`."""

    settings: Settings
    source: str
    files: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def scratch(self) -> Path:
        return folder(self.settings) / self.source

    def begin(self) -> None:
        """Empties the folder: what a pull that was killed left there is no delivery."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True, mode=0o750)

    def place(self, name: str) -> Path:
        """Where to make a file that lands as `name`."""
        path = self.scratch / f"{len(self.files):06d}.part"
        self.files.append((path, name))
        return path

    def land(self, record: Pull, state: State, *, is_new: bool) -> None:
        """Records the pull, remembers it and, where it brings something new, lands its files.

        Raises:
            LedgerError: nothing has landed; it is tried again before the next pull or run.
        """
        if is_new:
            for path, _ in self.files:
                sync(path)
            sync_folder(self.scratch)
        moves = [(path.name, name) for path, name in self.files] if is_new else []
        steps = Steps(record=record, moves=moves, state=state)
        write_durably(_journal(self.settings, self.source), steps.model_dump_json().encode())
        _finish(self.settings, self.source)

    def drop(self) -> None:
        """Leaves nothing of it, unless its steps were written down and are still to be done."""
        if not _journal(self.settings, self.source).exists():
            shutil.rmtree(self.scratch, ignore_errors=True)


def finish(settings: Settings) -> list[str]:
    """Does, for every source, the steps of a pull that was killed before it had done them, and
    throws away what it had not written down; returns the sources of which something landed.

    Raises:
        LedgerError: as `Delivery.land`.
    """
    finished = []
    for source in sorted(path.stem for path in folder(settings).glob(f"*{LOCK}")):
        try:
            with alone(settings, source):
                finished += [source] if resume(settings, source) else []
        except MayPass:  # it is being pulled now
            continue
    return finished


def resume(settings: Settings, source: str) -> bool:
    """As `finish` of one source, for who holds its lock; says whether there was something to do."""
    if is_begun := _journal(settings, source).is_file():
        _finish(settings, source)
    shutil.rmtree(folder(settings) / source, ignore_errors=True)
    for half_written in folder(settings).glob(f".{source}.*"):
        half_written.unlink()
    return is_begun


@contextlib.contextmanager
def alone(settings: Settings, source: str) -> Iterator[None]:
    """Holds the lock of a source; the system frees it when the process dies.

    Raises:
        MayPass: this source is being fetched already.
    """
    folder(settings).mkdir(parents=True, exist_ok=True, mode=0o750)
    with (folder(settings) / f"{source}{LOCK}").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MayPass(
                f"{source} wordt al opgehaald, door een ander proces. Wacht tot dat klaar is."
            ) from None
        yield


def _journal(settings: Settings, source: str) -> Path:
    return folder(settings) / f"{source}{JOURNAL}"


def _finish(settings: Settings, source: str) -> None:
    journal = _journal(settings, source)
    steps = Steps.model_validate_json(journal.read_bytes())
    last = next(
        (one for one in ledger.records_of(settings, Pull) if one.body.source == source),
        None,
    )
    if last is None or last.body != steps.record:
        ledger.append(settings, steps.record, steps.record.files)
    for made, name in steps.moves:
        _move(folder(settings) / source / made, settings.landing_folder / source / name)
    save(settings, source, steps.state)
    journal.unlink()
    sync_folder(journal.parent)
    shutil.rmtree(folder(settings) / source, ignore_errors=True)


def _move(path: Path, goal: Path) -> None:
    if not path.exists():
        return  # moved before
    goal.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    # A run that looks now sees it as something that still arrives, and the next one too.
    os.utime(path)
    try:
        path.rename(goal)
    except OSError:
        _move_across(path, goal)
    sync_folder(goal.parent)


def _move_across(path: Path, goal: Path) -> None:
    """To another disk: copied beside its name first."""
    beside = goal.with_name(f".{goal.name}.part")
    shutil.copyfile(path, beside)
    beside.chmod(0o640)
    sync(beside)
    beside.rename(goal)
    path.unlink()
