"""What one run is: its as-of date, its origin, its code, its folder, and that it is alone.

Here belongs what every step of a run shares. Not here: the steps themselves (`ingest/`, `gate/`,
`release/`) or how Dagster calls them (`defs/`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ruamel.yaml import YAML

from dronten_pipeline.core import permissions
from dronten_pipeline.core.run_files import WAREHOUSE
from dronten_pipeline.core.settings import LOCAL_TIME, PROJECT, WRITTEN_BY_DBT, Settings
from dronten_pipeline.ingest.registry import Origin
from dronten_pipeline.release.manifest import read_manifest

#: Warehouses of so many runs are kept, for repair; releases have their own copy of the mart.
KEPT_RUNS = 3


#: Homes whose lock this very process holds.
_HELD_HERE: set[Path] = set()


class RunUnderWay(RuntimeError):
    """Another run holds the lock."""


class ClockBehind(RuntimeError):
    """The clock is before the current release, so that today cannot be the as-of date."""


class NothingBuilt(RuntimeError):
    """A step that needs a warehouse was started before one was built."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: everything that its steps must agree on."""

    run_id: str
    as_of: dt.date
    origin: Origin
    code_version: str
    #: Folder of the current release when the run started, None where there is none.
    current_release: Path | None

    @property
    def comparable_release(self) -> Path | None:
        """The release whose figures this run may carry on: never from the sample to real ones."""
        if self.current_release is None:
            return None
        before = read_manifest(self.current_release)
        return self.current_release if before.is_sample == self.is_sample else None

    @property
    def is_sample(self) -> bool:
        return self.origin == "sample"


def day_of(given: str) -> dt.date:
    """A as-of date as a person writes it.

    Raises:
        ValueError: a Dutch sentence that says what to write, without where it was written.
    """
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise ValueError(
            f"{given} is geen datum: schrijf jjjj-mm-dd, bijvoorbeeld 2026-06-30."
        ) from None


def describe_run(settings: Settings, run_id: str, as_of: dt.date | None = None) -> Run:
    """Settles the as-of date and whether real deliveries or the sample are read.

    Order for the day: the argument, `DATALAB_AS_OF`, the sample's fixed day, today.

    Raises:
        ClockBehind: nobody named a day, and today lies before that of the current release.
    """
    origin = delivery_origin(settings)
    day = as_of or settings.as_of
    is_today = day is None and origin == "delivery"
    if day is None:
        day = settings.today() if is_today else sample_as_of(settings)
    current = settings.releases / "current"
    run = Run(
        run_id=run_id,
        as_of=day,
        origin=origin,
        code_version=code_version(settings),
        current_release=current.resolve() if (current / "manifest.json").is_file() else None,
    )
    if is_today and (later := day_after(run)):
        raise ClockBehind(
            f"Volgens de klok van deze machine is het {day:%d-%m-%Y}, maar uitgave "
            f"{run.current_release and run.current_release.name} heeft peildatum "
            f"{later:%d-%m-%Y}: een nieuwe zou teruggaan in de tijd. Zet de klok goed; is dit de "
            f"bedoeling, noem dan zelf de dag: `datalab run --as-of {day}`."
        )
    return run


def day_after(run: Run) -> dt.date | None:
    """The as-of date of the release before, where it lies after that of this run."""
    before = run.comparable_release
    if before is None:
        return None
    day = dt.date.fromisoformat(read_manifest(before).as_of)
    return day if day > run.as_of else None


def delivery_origin(settings: Settings) -> Origin:
    """`delivery` as soon as one file stands in a source's landing folder, or ever did.

    Invented figures must never stand beside real ones, so this holds for all sources at once.
    """
    for contract in sorted(settings.sources.glob("*/source.yml")):
        if _holds_a_file(settings.landing_folder / contract.parent.name):
            return "delivery"
    if settings.landing is not None or settings.delivered_before.exists():
        return "delivery"
    return "sample"


def _holds_a_file(folder: Path) -> bool:
    """A folder that may not be looked into holds what somebody put there."""
    try:
        with os.scandir(folder) as entries:
            return any(not entry.name.startswith(".") and entry.is_file() for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def sample_as_of(settings: Settings) -> dt.date:
    """The fixed as-of date of the invented sample deliveries."""
    path = settings.sources / "sample.yml"
    return dt.date.fromisoformat(str(YAML(typ="safe").load(path)["as_of"]))


def code_version(settings: Settings) -> str:
    """The commit that runs, `+changes` when files differ from it; a hash where git is absent."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        commit = _git("rev-parse", "--short=12", "HEAD")
        return f"{commit}+changes" if _git("status", "--porcelain") else commit
    return f"files-{code_fingerprint(settings)}"


def code_fingerprint(settings: Settings) -> str:
    """Twelve characters over the bytes of everything that decides a figure or its judgement."""
    digest = hashlib.sha256()
    for folder, pattern in (
        (PROJECT / "dronten_pipeline", "**/*.*"),
        (settings.dbt_project, "**/*.*"),
        (settings.sources, "**/*.yml"),
        (settings.expectations, "**/*.*"),
        (PROJECT, "requirements.lock"),
    ):
        for path in sorted(folder.glob(pattern)):
            if not WRITTEN_BY_DBT.isdisjoint(path.relative_to(folder).parts[:1]):
                continue
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{folder.name}/{path.relative_to(folder).as_posix()}".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(PROJECT), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@contextlib.contextmanager
def alone(settings: Settings, run_id: str) -> Iterator[bool]:
    """Holds the lock of this home; the system frees it when the process dies, however it dies.

    Within this process it may be asked for again: a command that holds it starts Dagster, which
    asks for it as well. Gives whether it was taken here, and not held already.

    Raises:
        RunUnderWay: another process holds it; the message says which.
    """
    if settings.home in _HELD_HERE:
        yield False
        return
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunUnderWay(
                f"In {settings.home} is al een opdracht bezig{_holder(lock)}. Wacht tot zij klaar "
                "is, of stop dat proces, en start opnieuw."
            ) from error
        lock.truncate(0)
        now = dt.datetime.now(LOCAL_TIME)
        lock.write(f"proces {os.getpid()} ({run_id}), sinds {now:%H:%M:%S}")
        lock.flush()
        permissions.repair(settings)
        _HELD_HERE.add(settings.home)
        try:
            yield True
        finally:
            _HELD_HERE.discard(settings.home)


def _holder(lock: TextIO) -> str:
    """Who holds the lock: it says so just after taking it, until then the one before stands there.

    Empty when nobody says so in time, as where the lock is held on another machine.
    """
    for _ in range(20):
        lock.seek(0)
        said = re.fullmatch(r"proces (\d+) \(.*\), sinds [\d:]+", lock.read().strip())
        if said and _lives(int(said[1])):
            return f": {said[0]}"
        time.sleep(0.05)
    return ""


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another account
        return True
    return True


# --- the folder of the warehouse


def new_run_folder(settings: Settings, run_id: str, *, start_from_latest: bool) -> Path:
    """Makes `warehouse/<run_id>` and points `warehouse/latest` at it.

    With `start_from_latest` the warehouse of the run before is copied, so that a few models can
    be built again without the rest.
    """
    folder = settings.warehouse / run_id
    previous = (settings.warehouse / "latest").resolve() / WAREHOUSE
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / WAREHOUSE
    if start_from_latest and previous.exists() and previous != copy:
        shutil.copyfile(previous, copy)
    elif not start_from_latest:
        copy.unlink(missing_ok=True)
    pointer = settings.warehouse / f".latest-{os.getpid()}"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(run_id)
    pointer.replace(settings.warehouse / "latest")
    _forget_old_runs(settings)
    return folder


def folder_to_read(settings: Settings, run_id: str) -> Path:
    """The folder that a run built; of a run of a few steps that builds none, the one built last.

    Raises:
        NothingBuilt: no warehouse stands there.
    """
    own = settings.warehouse / run_id
    return own if (own / WAREHOUSE).is_file() else latest_run_folder(settings)


def latest_run_folder(settings: Settings) -> Path:
    """The folder of the warehouse that was built last.

    Raises:
        NothingBuilt: no warehouse stands there.
    """
    folder = (settings.warehouse / "latest").resolve()
    if not (folder / WAREHOUSE).is_file():
        raise NothingBuilt(
            f"In {settings.warehouse} is nog niets gebouwd: start de hele keten met `datalab run`."
        )
    return folder


def _forget_old_runs(settings: Settings) -> None:
    latest = (settings.warehouse / "latest").resolve()
    folders = [
        path for path in settings.warehouse.iterdir() if path.is_dir() and path.name[0] != "."
    ]
    old = sorted(
        (path for path in folders if path.resolve() != latest),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for folder in old[KEPT_RUNS - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
