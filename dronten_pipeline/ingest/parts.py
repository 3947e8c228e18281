"""A folder that is one delivery, as Spark and other engines write a table: a file per worker.

Here belongs: which folders are one, which files are its parts, and what identifies them together.
Not here: reading them (`packed.py`). What holds for a folder holds here for a single file too, so
that whoever takes deliveries need not tell them apart.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 20
#: How such engines call a part, and what they leave when all parts are there.
PART, FINISHED = "part-", "_SUCCESS"
#: While it stands there, parts are still being written.
UNFINISHED = "_temporary"
#: Tables of which not every part counts: their own list says which.
LISTED = {"_delta_log": "Delta", ".hoodie": "Hudi", "metadata": "Iceberg"}
#: Where engines note parts that no longer count.
COMMITTED = "_committed_"
#: Folders in folders, one for every column by which a table was divided.
DEEPEST = 5


@dataclass(frozen=True)
class State:
    """Changes when a delivery does.

    size: bytes, of all parts together.
    changed_ns: when any of them was last changed.
    """

    size: int
    changed_ns: int


def is_one(path: Path) -> bool:
    """Whether a folder is one delivery: it is named as a file and holds parts, or it holds what
    such engines write."""
    if not path.is_dir():
        return False
    names = [one.name for one in of(path)]
    if path.suffix.lower() in (".parquet", ".csv", ".json", ".jsonl"):
        return bool(names)
    return any(name.startswith(PART) for name in names) or (path / FINISHED).exists()


def of(path: Path) -> list[Path]:
    """The parts of a folder in the order of their names; a file is its own only part.

    Raises:
        OSError: a folder may not be listed.
    """
    return sorted(_below(path, DEEPEST)) if path.is_dir() else [path]


def _below(folder: Path, deepest: int) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(("_", ".")) or entry.name.endswith((".crc", ".md5", ".ok")):
                continue
            if entry.is_dir(follow_symlinks=False):
                if deepest:
                    yield from _below(folder / entry.name, deepest - 1)
            else:
                yield folder / entry.name


def is_unfinished(path: Path) -> bool:
    return (path / UNFINISHED).exists()


def why_not(path: Path) -> str | None:
    """Why the parts of a folder cannot be taken together, in a sentence; None when they can."""
    for name, what in LISTED.items():
        if (path / name).is_dir():
            return (
                f"Deze map is een tabel van {what}, waarvan niet elk deel meetelt. Schrijf haar in "
                "het bronsysteem weg als gewone Parquet of CSV, en lever dat."
            )
    removed = {name for one in path.glob(f"{COMMITTED}*") for name in _removed(one)}
    if removed & {one.name for one in of(path)}:
        return (
            "In deze map liggen delen van een eerdere keer, die niet meer meetellen. Leeg de map, "
            "laat het bronsysteem haar opnieuw schrijven en lever haar opnieuw."
        )
    return None


def _removed(path: Path) -> list[str]:
    try:
        found = json.loads(path.read_bytes()[:BLOCK]).get("removed", [])
    except (OSError, ValueError, AttributeError):
        return []
    return [name for name in found if isinstance(name, str)]


def state(path: Path) -> State:
    """Raises:
    OSError: something of it is gone or may not be looked at.
    """
    stats = [one.stat() for one in of(path)]
    changed = max(stat.st_mtime_ns for stat in (path.stat(), *stats))
    return State(sum(stat.st_size for stat in stats), changed)


def sha256_of(path: Path) -> str:
    """Of a file that of its bytes; of a folder that of the names and hashes of its parts.

    Raises:
        OSError: something of it is gone or may not be read.
    """
    if not path.is_dir():
        return _of_bytes(path)
    digest = hashlib.sha256(b"parts\n")
    for one in of(path):
        name = os.fsencode(one.relative_to(path))
        digest.update(name + b"\0" + _of_bytes(one).encode() + b"\n")
    return digest.hexdigest()


def _of_bytes(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stable_sha256(path: Path) -> str | None:
    """SHA-256 of a delivery; None when it changed while it was read."""
    before = state(path)
    digest = sha256_of(path)
    return digest if state(path) == before else None
