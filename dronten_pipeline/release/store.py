"""Where releases stand: immutable folders, and `current`, which points at one of them.

Here belongs reading them, comparing their files with their manifest, and pointing `current`. Not
here: making one (`publish.py`), going back to one (`rollback.py`), and what the ledger says of
them (`judged.py`).

A release is written as `releases/.building-<id>`, renamed to `releases/<id>` when it is whole,
then pointed at by replacing the symbolic link `current`, and then written down in the ledger. A
kill at any moment leaves `current` at a whole release; what it left behind is finished or cleared
before anything else is published or pointed at (`settle.py`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dronten_pipeline.core.durable import sha256_of, sha256_of_json, sync_folder
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.release import manifest
from dronten_pipeline.release.errors import ReleaseError
from dronten_pipeline.release.manifest import Incomplete, Manifest, read_manifest

MANIFEST = manifest.NAME
CURRENT = "current"
BUILDING = ".building-"
#: Beside `current`: its open part, the root of a web server.
OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Release:
    """One folder of `releases/`; `problem` says why it is no whole release, and is else None.

    `said` is its manifest, None where that cannot be read.
    """

    release_id: str
    folder: Path
    is_current: bool
    said: Manifest | None = None
    problem: str | None = None

    @property
    def manifest(self) -> Manifest:
        """What it says of itself.

        Raises:
            ReleaseError: that cannot be read.
        """
        if self.said is None:
            raise ReleaseError(f"Uitgave {self.release_id} is niet te lezen: {self.problem}.")
        return self.said


def new_release_id(as_of: dt.date, made_of: object) -> str:
    """A name that follows from the content: `20260317-1a2b3c4d5e6f`.

    Args:
        as_of: as-of date.
        made_of: everything else that decides what the release says, as JSON can hold it. The table
            kpi_revision names the release, so a name that came from the clock would make two runs
            over the same deliveries differ (docs/decisions/0003-names-and-revisions.md).
    """
    return f"{as_of:%Y%m%d}-{sha256_of_json(made_of)[:12]}"


def list_releases(settings: Settings) -> list[Release]:
    """All releases, the newest first; before them folders that are none, with their problem."""
    if not settings.releases.is_dir():
        return []
    current = current_id(settings)
    folders = [
        path
        for path in settings.releases.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    ]
    found = [read_release(path, is_current=path.name == current) for path in sorted(folders)]
    return sorted(found, key=_order_of_publication, reverse=True)


def current_id(settings: Settings) -> str | None:
    """The name that `current` points at, None where it does not."""
    link = settings.releases / CURRENT
    return link.readlink().name if link.is_symlink() else None


def current_release(settings: Settings) -> Release | None:
    """The release that `current` points at, None when nothing was published yet.

    Raises:
        ReleaseError: `current` is no link, or points at something that is no release.
    """
    current = current_id(settings)
    if current is None:
        if (link := settings.releases / CURRENT).exists():
            raise ReleaseError(
                f"{link} moet een koppeling zijn en is iets anders: zoek uit wie het daar "
                "neerzette, haal het weg en wijs de uitgave weer aan met `datalab rollback "
                "UITGAVE` (`datalab releases` noemt ze)."
            )
        return None
    release = read_release(settings.releases / current, is_current=True)
    if release.problem:
        raise ReleaseError(
            f"{settings.releases / CURRENT} wijst naar {current}, en dat is geen hele uitgave "
            f"({release.problem}): wijs een andere aan met `datalab rollback UITGAVE`."
        )
    return release


def read_release(folder: Path, *, is_current: bool) -> Release:
    """The release in a folder, or a folder with the reason why it holds none."""
    problem, said = None, None
    try:
        said = read_manifest(folder)
        if said.release_id != folder.name:
            problem = f"zijn manifest is dat van {said.release_id}"
        elif MART not in said.files:
            problem = "zijn manifest is niet volledig"
    except Incomplete:
        problem = "zijn manifest is niet volledig"
    except (OSError, ValueError):
        problem = "er is geen leesbaar manifest"
    return Release(
        release_id=folder.name, folder=folder, is_current=is_current, said=said, problem=problem
    )


def resting_on(settings: Settings, sha256s: Iterable[str]) -> list[str]:
    """Releases that were computed from one of these delivered files, by name, oldest first."""
    wanted = set(sha256s)
    return sorted(
        release.release_id
        for release in list_releases(settings)
        if not release.problem
        and any(one.counts and one.sha256 in wanted for one in release.manifest.inputs)
    )


def verify_release(folder: Path) -> list[str]:
    """Compares every file of a release with its manifest; a sentence part for each difference."""
    release = read_release(folder.resolve(), is_current=False)
    if release.problem:
        return [release.problem]
    words = {"missing": "ontbreekt", "changed": "is veranderd", "added": "is toegevoegd"}
    return [f"{name} {words[how]}" for name, how in differences(release).items()]


def differences(release: Release) -> dict[str, Literal["missing", "changed", "added"]]:
    """Every file of a readable release that is not as its manifest says."""
    folder, files = release.folder, release.manifest.files
    found: dict[str, Literal["missing", "changed", "added"]] = {}
    for name, known in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            found[name] = "missing"
        elif sha256_of(path) != known.sha256:
            found[name] = "changed"
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return found | dict.fromkeys(sorted(present - set(files) - {MANIFEST}), "added")


def point_at(releases: Path, release_id: str | None) -> None:
    """Makes `current` point at a release, or at nothing; writes nothing down.

    Raises:
        OSError: the disk refused.
    """
    if release_id is None:
        (releases / CURRENT).unlink(missing_ok=True)
    else:
        link = releases / f".{CURRENT}-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(release_id, target_is_directory=True)
        link.replace(releases / CURRENT)
        if not os.path.lexists(releases / OPEN):
            (releases / OPEN).symlink_to(Path(CURRENT) / OPEN, target_is_directory=True)
    sync_folder(releases)


def point_back(releases: Path, release_id: str | None) -> None:
    """Undoes what could not be written down; where even that fails, `datalab verify` says it."""
    with contextlib.suppress(OSError):
        point_at(releases, release_id)


def _order_of_publication(release: Release) -> float:
    # Of a clock that is set back an hour every autumn the ledger's numbers know nothing.
    return math.inf if release.problem else release.manifest.gate_record.number
