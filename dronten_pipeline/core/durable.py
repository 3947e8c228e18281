"""Files that survive a kill or a power cut: hashing, syncing, canonical JSON.

Here belongs the few ways in which gate, ledger and releases touch the disk. Not here: what the
files mean.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from dronten_pipeline.core.errors import behind, is_own, kind

_SENTENCES = {
    errno.ENOSPC: "de schijf is vol: maak ruimte",
    errno.EDQUOT: "het quotum van deze gebruiker is op: maak ruimte",
    errno.EROFS: "op de schijf mag niet geschreven worden: koppel haar schrijfbaar",
    errno.EACCES: "deze gebruiker mag daar niet lezen of schrijven: geef rechten",
    errno.EPERM: "deze gebruiker mag daar niet lezen of schrijven: geef rechten",
    errno.EISDIR: "er staat een map in plaats van een bestand: haal haar daar weg",
    errno.ENOTDIR: "er staat een bestand in plaats van een map: haal het daar weg",
    errno.EIO: "de schijf geeft een fout: laat haar nakijken",
    errno.ENOENT: "een bestand of map is er niet: ga na of iets anders daar opruimt",
}
#: What DuckDB, polars, Arrow and SQLite say when the disk takes no more.
WORDS_OF_FULL = ("No space left", "Disk quota exceeded", "disk is full", "de schijf is vol")

#: How files begin that are being written and do not count yet.
WRITING = ".writing-"


def sha256_of(path: Path) -> str:
    """SHA-256 of the bytes of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(document: Any) -> bytes:
    """One document, always the same bytes: sorted keys, no spaces, UTF-8, one line."""
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode() + b"\n"


def sha256_of_json(document: Any) -> str:
    """SHA-256 of the canonical bytes of a document, in hexadecimal."""
    return hashlib.sha256(canonical_json(document)).hexdigest()


def write_durably(path: Path, content: bytes) -> None:
    """Writes a whole file or none: beside it first, synced, then renamed onto the name."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)  # a write does not say which file it was for
        raise
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_once(path: Path, content: bytes, mode: int) -> None:
    """Makes a whole file or none; one that stands there already is never touched.

    Args:
        mode: rights of the file, which it has from its first byte.

    Raises:
        FileExistsError: it stands there already; it is left as it is.
        OSError: it cannot be written.
    """
    beside = path.with_name(f"{WRITING}{os.getpid()}-{path.name}")
    beside.unlink(missing_ok=True)  # of a process that was killed and had this number
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            raise
        except OSError:
            # Some file systems know no hard links.
            if path.exists():
                raise FileExistsError(path) from None
            beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_secret(path: Path, content: bytes) -> None:
    """Makes a file that only its owner can read, whole or not at all: half a key is taken for one.

    Raises:
        FileExistsError: it stands there already; it is left as it is.
        OSError: it cannot be written.
    """
    sweep(path.parent, path.name)
    write_once(path, content, 0o600)


def sweep(folder: Path, name: str = "*") -> None:
    """Removes what `write_once` left half written in processes that were killed.

    Args:
        name: of what was to be written; nobody else may be writing it now.
    """
    for path in folder.glob(f"{WRITING}*-{name}"):
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Forces a written file to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


#: A folder is synced like a file; the entries in it are then on the disk.
sync_folder = sync


def is_full(error: BaseException | None) -> bool:
    """Whether a disk without space, or a quota that is used up, is behind an error."""
    return any(
        getattr(one, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        # Databases report errors of the system in words only.
        or any(words in str(one) for words in WORDS_OF_FULL)
        for one in behind(error)
    )


def explain(error: Exception) -> str:
    """What an operator can do about an error of the disk, as the end of a sentence."""
    number = getattr(error, "errno", None)
    if number in _SENTENCES:
        return _SENTENCES[number]
    text = str(error).strip()
    # DuckDB reports errors of the system in words only.
    for number, words in ((errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only file system")):
        if words in text:
            return _SENTENCES[number]
    # The words of a library may quote what was delivered.
    return text if is_own(error) and text else f"{kind(error)}, de bijzonderheden staan in de log"
