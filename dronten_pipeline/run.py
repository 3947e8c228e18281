"""What one run is: its day of judgement, its origin, its code, its folder, and that it is alone.

Here belongs what every step of a run shares. Not here: the steps themselves (`ingest/`, `gate/`,
`publish/`) or how Dagster calls them (`defs/`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML

from dronten_pipeline.settings import PROJECT, Settings

Origin = Literal["delivery", "sample"]

#: Warehouses of so many runs are kept, for repair; releases have their own copy of the mart.
KEPT_RUNS = 3


class RunUnderWay(RuntimeError):
    """Another run holds the lock."""


class NothingBuilt(RuntimeError):
    """A step that needs a warehouse was started before one was built."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: everything that its steps must agree on."""

    run_id: str
    as_of: dt.date
    origin: Origin
    code_version: str
    #: Folder of the release in force when the run started, None where there is none.
    current_release: Path | None

    @property
    def comparable_release(self) -> Path | None:
        """The release whose figures this run may carry on: never from the sample to real ones."""
        if self.current_release is None:
            return None
        manifest = json.loads((self.current_release / "manifest.json").read_text(encoding="utf-8"))
        return self.current_release if manifest["is_sample"] == self.is_sample else None

    @property
    def is_sample(self) -> bool:
        return self.origin == "sample"


def describe_run(settings: Settings, run_id: str, as_of: dt.date | None = None) -> Run:
    """Settles the day of judgement and whether real deliveries or the sample are read.

    Order for the day: the argument, `DATALAB_AS_OF`, the sample's fixed day, today.
    """
    origin = delivery_origin(settings)
    day = as_of or settings.as_of
    if day is None:
        day = sample_as_of(settings) if origin == "sample" else settings.today()
    current = settings.releases / "current"
    return Run(
        run_id=run_id,
        as_of=day,
        origin=origin,
        code_version=code_version(settings),
        current_release=current.resolve() if (current / "manifest.json").is_file() else None,
    )


def delivery_origin(settings: Settings) -> Origin:
    """`delivery` as soon as one file stands in a source's landing folder, or ever did.

    Invented figures must never stand beside real ones, so this holds for all sources at once.
    """
    for contract in sorted(settings.sources.glob("*/source.yml")):
        landed = settings.landing_folder / contract.parent.name
        if landed.is_dir() and any(
            entry.is_file() and not entry.name.startswith(".") for entry in landed.iterdir()
        ):
            return "delivery"
    if settings.landing is not None or settings.delivered_before.exists():
        return "delivery"
    return "sample"


def sample_as_of(settings: Settings) -> dt.date:
    """The fixed day of judgement of the invented sample deliveries."""
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
        (settings.expectations, "**/*.json"),
        (PROJECT, "requirements.lock"),
    ):
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{folder.name}/{path.relative_to(folder).as_posix()}".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(PROJECT), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@contextlib.contextmanager
def alone(settings: Settings, run_id: str) -> Iterator[None]:
    """Holds the lock of this home; the system frees it when the process dies, however it dies.

    Raises:
        RunUnderWay: another process holds it; the message says which.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise RunUnderWay(
                f"Another run is under way in {settings.home} ({lock.read().strip()}). "
                "Wait until it ends, or stop that process, and start again."
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, run {run_id}, since {dt.datetime.now():%H:%M:%S}")
        lock.flush()
        yield


# --- the folder of the warehouse


def new_run_folder(settings: Settings, run_id: str, *, start_from_latest: bool) -> Path:
    """Makes `warehouse/<run_id>` and points `warehouse/latest` at it.

    With `start_from_latest` the warehouse of the run before is copied, so that a few models can
    be built again without the rest.
    """
    folder = settings.warehouse / run_id
    previous = (settings.warehouse / "latest").resolve() / "warehouse.duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "warehouse.duckdb"
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


def latest_run_folder(settings: Settings) -> Path:
    """The folder of the warehouse that was built last.

    Raises:
        NothingBuilt: no warehouse stands there.
    """
    folder = (settings.warehouse / "latest").resolve()
    if not (folder / "warehouse.duckdb").is_file():
        raise NothingBuilt(
            f"No warehouse has been built in {settings.warehouse} yet: start the whole job, or "
            "run `datalab run`."
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
