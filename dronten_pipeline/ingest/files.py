"""Writing files so that a crash leaves either the old or the new one, never half of one.

Here belongs: temporary name, flush to disk, rename, links. Not here: what is written.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import polars as pl

TEMPORARY = ".tmp"
#: What was read of a delivery is never written again, by anyone.
READ_ONLY = 0o440
FLUSHED_AT_ONCE = 8


class Unwritable(RuntimeError):
    """The disk did not take a file: no fault of a delivery. The message says what to do."""


def write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    with replacing(path) as temporary:
        frame.write_parquet(temporary, compression="zstd", mkdir=False)


def write_raw(path: Path, frame: pl.DataFrame) -> str:
    """Writes a raw file that nobody may write again; returns the SHA-256 of its bytes."""
    with replacing(path) as temporary:
        frame.write_parquet(temporary, compression="zstd", mkdir=False)
        temporary.chmod(READ_ONLY)
        return sha256_of(temporary)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path` for another process to write; `adopt` puts it in
    place, and what was not adopted is gone.

    Raises:
        Unwritable: there is no room for it.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def adopt(temporary: Path, path: Path) -> str:
    """Puts a raw file that another process wrote in its place; returns the SHA-256 of its bytes.

    A new file is certain to be there only after `flush`; what is written anew is so at once.

    Raises:
        Unwritable: the disk refused.
    """
    try:
        temporary.chmod(READ_ONLY)
        digest = sha256_of(temporary)
        is_new = not path.exists()
        if not is_new:
            _flush(temporary)
        temporary.replace(path)
        if not is_new:
            _flush(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    return digest


def flush(paths: Iterable[Path]) -> None:
    """Waits until files, and their names, are on the disk. Before that nothing may name them.

    Raises:
        Unwritable: the disk refused.
    """
    paths = list(paths)
    with ThreadPoolExecutor(FLUSHED_AT_ONCE) as pool:  # the disk takes many in one go
        for some in (paths, {path.parent for path in paths}):
            for path, error in pool.map(_flushed, some):
                if error is not None:
                    raise unwritable(path, error) from error


def _flushed(path: Path) -> tuple[Path, OSError | None]:
    try:
        _flush(path)
    except OSError as error:
        return path, error
    return path, None


def is_full(error: Exception) -> bool:
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space" in str(error)


def unwritable(path: Path, error: Exception) -> Unwritable:
    why = (
        "de schijf is vol: maak ruimte"
        if is_full(error)
        else "kijk of deze gebruiker daar mag schrijven"
    )
    return Unwritable(f"{path} kon niet geschreven worden: {why}.")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`, which takes its place when all went well.

    Raises:
        Unwritable: the disk refused; what stood at `path` still stands there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def link(existing: Path, path: Path) -> None:
    """`path` becomes the same immutable file; a copy where the disk knows no links."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(existing, path)
    except OSError:
        with replacing(path) as temporary:
            shutil.copy2(existing, temporary)


def remove_folder(folder: Path) -> None:
    """Removes a folder with all in it, or what stands in its place; it need not be there.

    Raises:
        Unwritable: something of it stays.
    """
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unwritable(
            f"{folder} kon niet worden weggehaald ({error.strerror}): kijk of deze gebruiker daar "
            "mag schrijven."
        ) from error


def remove_leftovers(folder: Path) -> None:
    """Removes what a run that was killed left half written."""
    for path in folder.rglob(f".*{TEMPORARY}") if folder.is_dir() else ():
        path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
