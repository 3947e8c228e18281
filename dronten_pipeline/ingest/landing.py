"""Which delivered files a source has, and to which table each belongs.

Here belongs: names, times and sizes of files. Not here: what stands in them (`dialect.py`,
`readers.py`) and what was delivered before (`registry.py`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from dronten_pipeline.contracts import Source, Table
from dronten_pipeline.file_names import shown

PARTIAL_SUFFIXES = (".part", ".tmp", ".filepart", ".crdownload", ".partial")

#: What file managers and office programs leave behind; nobody delivers these.
DROPPINGS = ("thumbs.db", "desktop.ini")

#: A partial upload that nothing has touched for this long is left behind, not under way.
ABANDONED_SECONDS = 24 * 3600


#: A folder with such a name was meant to be a file.
DELIVERED_SUFFIXES = (".csv", ".txt", ".xlsx", ".json", ".jsonl", ".parquet")


def delivered_files(folder: Path) -> list[Path]:
    """Files directly in `folder` that count as deliveries, in natural order of their names.

    Subfolders, hidden files and partial uploads are no deliveries. A folder that does not exist
    holds none.

    Raises:
        OSError: the folder may not be listed.
    """
    return [path for path, is_file in _listed(folder) if is_file]


def folders_like_files(folder: Path) -> list[Path]:
    """Folders directly in `folder` whose name is that of a delivered file."""
    return [
        path
        for path, is_file in _listed(folder)
        if not is_file and path.suffix.lower() in DELIVERED_SUFFIXES
    ]


def _listed(folder: Path) -> list[tuple[Path, bool]]:
    """What stands in `folder`, and whether it is a file; one that cannot be looked at is one, so
    that reading it tells why."""
    try:
        with os.scandir(folder) as entries:
            found = [
                (folder / entry.name, _is_file(entry)) for entry in entries if _counts(entry.name)
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=lambda one: natural_key(one[0].name))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return True


def leads_outside(path: Path, folder: Path) -> bool:
    """Whether a symbolic link takes `path` out of `folder`, which holds it; also a link that the
    folder itself is. Such a link is never followed: it could show any file of this machine."""
    if not path.is_symlink() and not folder.is_symlink():
        return False
    try:
        return not path.resolve().is_relative_to(folder.parent.resolve() / folder.name)
    except (OSError, RuntimeError):  # it leads round in a circle
        return True


LINK_MESSAGE = (
    "Dit is een koppeling (symbolic link) die buiten de map van de bron uitkomt, en die wordt niet "
    "gevolgd. Zet het bestand zelf in de map."
)


def strange_folders(landing: Path, sources: Iterable[str]) -> list[str]:
    """Folders with files that belong to no source: a misspelt name would be passed over else."""
    known = set(sources)
    return sorted(
        shown(folder.name)
        for folder, is_file in _listed(landing)
        if not is_file and folder.name not in known and _may_hold_files(folder)
    )


def _may_hold_files(folder: Path) -> bool:
    try:
        return bool(delivered_files(folder))
    except OSError:
        return True


def natural_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sorting key under which `votes_2.csv` comes before `votes_10.csv`."""
    parts = tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d+)", name.casefold())
        if part
    )
    return parts, name


def table_of(file_name: str, source: Source) -> Table | None:
    """Table that a file belongs to by its name; None when the name fits no table."""
    name = file_name.casefold()
    fitting = [table for table in source.tables if name.startswith(table.name.casefold())]
    if fitting:
        return max(fitting, key=lambda table: len(table.name))
    return source.tables[0] if len(source.tables) == 1 else None


def is_named_after_table(file_name: str, source: Source) -> bool:
    """Whether the name begins with a table's name, so that it can only be a delivery."""
    name = file_name.casefold()
    return any(name.startswith(table.name.casefold()) for table in source.tables)


def no_table_message(source: Source) -> str:
    tables = ", ".join(table.name for table in source.tables)
    return (
        f"De naam van dit bestand hoort bij geen tabel van bron {source.name}. Laat hem beginnen "
        f"met een van deze tabellen: {tables}."
    )


def fingerprint(folder: Path) -> str:
    """Changes when a file in or below `folder` is added, changed or removed.

    Documents in subfolders count here, because a list can wait for them.
    """
    digest = hashlib.sha256()
    for path in files_below(folder):
        try:
            stat = path.stat()
            about = f"{stat.st_size}\0{stat.st_mtime_ns}"
        except OSError as error:
            about = str(error.errno)
        digest.update(os.fsencode(path.relative_to(folder)) + f"\0{about}\n".encode())
    return digest.hexdigest()


def files_below(folder: Path) -> list[Path]:
    """Everything in or below `folder` that a run may read, deliveries and documents, by path.

    A folder that may not be listed is named itself: what is in it cannot be known.
    """
    found: list[Path] = []
    left = [folder]
    while left:
        here = left.pop()
        try:
            listed = _listed(here)
        except OSError:
            found.append(here)
            continue
        found += [path for path, is_file in listed if is_file]
        left += [path for path, is_file in listed if not is_file and not path.is_symlink()]
    return sorted(found)


def is_complete(files: Iterable[Path], now: dt.datetime, settle_seconds: float) -> bool:
    """Whether nothing changed for `settle_seconds` and no upload is under way beside `files`.

    Args:
        files: delivered files.
        now: moment of judgement, with a time zone.
        settle_seconds: how long a file must have been left alone.
    """
    paths = list(files)
    moment = now.timestamp()
    # A time ahead of our clock is a clock that differs, not a file that is still growing.
    if any(abs(moment - path.stat().st_mtime) < settle_seconds for path in paths):
        return False
    return not any(
        moment - beside.stat().st_mtime < ABANDONED_SECONDS
        for folder in {path.parent for path in paths}
        for beside in folder.iterdir()
        if beside.is_file() and is_partial(beside.name)
    )


def is_partial(name: str) -> bool:
    return name.casefold().endswith(PARTIAL_SUFFIXES)


def _counts(name: str) -> bool:
    hidden = name.startswith((".", "~$")) or name.casefold() in DROPPINGS
    return not hidden and not is_partial(name)
