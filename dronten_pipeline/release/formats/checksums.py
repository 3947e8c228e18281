"""SHA256SUMS: with it a reader sees that a release arrived whole.

Here belongs hashing the files of a release, while they are written or afterwards, and that list.
Not here: the manifest, which says more and is for the pipeline.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dronten_pipeline.core.durable import sha256_of

NAME = "SHA256SUMS"

Files = dict[str, dict[str, Any]]


class HashedFile(io.RawIOBase):
    """A file to write that is hashed on its way to the disk, so that nobody has to read it again.

    Raises:
        OSError: on opening or writing, as any file.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._hash = hashlib.sha256()
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        """Writes all of it; a full disk may otherwise take the first half without an error."""
        rest = memoryview(content).cast("B")
        self._hash.update(rest)
        size = len(rest)
        self._size += size
        while rest:
            rest = rest[self._file.write(rest) :]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()

    def described(self) -> dict[str, Any]:
        """`sha256` and `bytes` of what was written."""
        return {"sha256": self._hash.hexdigest(), "bytes": self._size}


def files_in(folder: Path) -> list[Path]:
    """Every file in a folder and the folders within it."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def describe(folder: Path, paths: Iterable[Path]) -> Files:
    """`sha256` and `bytes` of files, by their path within the folder."""
    found = sorted(paths)
    with ThreadPoolExecutor() as pool:  # hashing does not hold the interpreter
        hashes = list(pool.map(sha256_of, found))
    return {
        path.relative_to(folder).as_posix(): {"sha256": sha256, "bytes": path.stat().st_size}
        for path, sha256 in zip(found, hashes, strict=True)
    }


def export_checksums(folder: Path, files: Files) -> Files:
    """Writes one line per file, as `sha256sum --check` reads it; returns them with the list."""
    path = folder / NAME
    lines = [f"{known['sha256']}  {name}\n" for name, known in sorted(files.items())]
    path.write_text("".join(lines), encoding="utf-8")
    return files | describe(folder, [path])
