"""SHA256SUMS: with it a reader sees that a release arrived whole.

Here belongs hashing the files of a release and that list. Not here: the manifest, which says more
and is for the pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dronten_pipeline.evidence.durable import sha256_of

NAME = "SHA256SUMS"

Files = dict[str, dict[str, Any]]


def describe(folder: Path, paths: Iterable[Path] | None = None) -> Files:
    """`sha256` and `bytes` of files, by default all, by their path within the folder."""
    if paths is None:
        paths = (path for path in folder.rglob("*") if path.is_file())
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
