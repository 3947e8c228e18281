"""What one pull made, on its way to landing: all of it arrives, or nothing.

Here belongs: the folder in which it is made, and the moves to landing that a kill cannot leave
half done for good. Not here: what is in the files (`writer.py`), and when there is nothing new
(`pull.py`).

Files are made below `<home>/connect/<source>/`. When all are whole and on the disk, the moves are
written down, then done; who finds moves that were written down and not done, does them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from dronten_pipeline.connect.state import folder
from dronten_pipeline.core.durable import sync, sync_folder, write_durably
from dronten_pipeline.core.settings import Settings

_MOVES = TypeAdapter(list[tuple[str, str]])


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

    def land(self) -> None:
        """Puts every file in landing, in the order in which they were made."""
        for path, _ in self.files:
            sync(path)
        sync_folder(self.scratch)
        moves = [(path.name, name) for path, name in self.files]
        write_durably(_journal(self.settings, self.source), json.dumps(moves).encode())
        _finish(self.settings, self.source)

    def drop(self) -> None:
        """Leaves nothing of it."""
        shutil.rmtree(self.scratch, ignore_errors=True)


def finish(settings: Settings, sources: Iterable[str]) -> list[str]:
    """Does the moves that a pull wrote down before it was killed; names the sources."""
    begun = [source for source in sources if _journal(settings, source).is_file()]
    for source in begun:
        _finish(settings, source)
    return begun


def _journal(settings: Settings, source: str) -> Path:
    return folder(settings) / f"{source}.landing"


def _finish(settings: Settings, source: str) -> None:
    journal = _journal(settings, source)
    landing = settings.landing_folder / source
    for made, name in _MOVES.validate_json(journal.read_bytes()):
        path, goal = folder(settings) / source / made, landing / name
        if not path.exists():
            continue  # moved before
        goal.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        # A run that looks now sees it as something that still arrives, and the next one too.
        os.utime(path)
        try:
            path.rename(goal)
        except OSError:
            _move_across(path, goal)
        sync_folder(goal.parent)
    journal.unlink()
    sync_folder(journal.parent)
    shutil.rmtree(folder(settings) / source, ignore_errors=True)


def _move_across(path: Path, goal: Path) -> None:
    """To another disk: copied beside its name first."""
    beside = goal.with_name(f".{goal.name}.part")
    shutil.copyfile(path, beside)
    beside.chmod(0o640)
    sync(beside)
    beside.rename(goal)
    path.unlink()
