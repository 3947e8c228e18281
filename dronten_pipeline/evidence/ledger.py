"""The ledger: one file per judgement, publication or rollback, only ever added to.

Here belongs writing and reading records. Not here: what a record says (the gate and the releases
decide that) and signing it.

A record is `<number>-<kind>.json`, canonical JSON with
    number       1, 2, 3, ... without gaps
    kind         gate | release | unchanged | rollback | postgres | erasure
    recorded_at  instant in UTC, to the second
    previous     SHA-256 of the file before it, null in the first
    body         what happened
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dronten_pipeline.evidence.durable import canonical_json, explain, sync_folder

_NAME = re.compile(r"^(\d{6,})-([a-z_]+)\.json$")
#: Holds the highest number ever given out, so that a removed last record leaves a gap.
_LOCK = ".lock"
_KEYS = {"number", "kind", "recorded_at", "previous", "body"}


class LedgerError(RuntimeError):
    """The ledger cannot be written; the message says where and what to do."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record of the ledger; `sha256` is that of the file."""

    number: int
    kind: str
    recorded_at: str
    previous: str | None
    body: dict[str, Any]
    sha256: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All readable records by number, and a sentence for everything that is not as it should."""

    records: list[Record] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def append(folder: Path, kind: str, body: dict[str, Any]) -> Record:
    """Adds one record; it stands on the disk, whole, when this returns.

    Raises:
        LedgerError: the folder cannot be written; nothing was added.
    """
    try:
        with _locked(folder) as lock:
            _sweep(folder)
            number = max([*_numbers(folder), _high_water(lock)], default=0) + 1
            document = {
                "number": number,
                "kind": kind,
                "recorded_at": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "previous": _hash_of_last(folder),
                "body": body,
            }
            content = canonical_json(document)
            path = folder / f"{number:06d}-{kind}.json"
            _write_without_overwriting(path, content)
            lock.seek(0)
            lock.truncate()
            lock.write(str(number))
            lock.flush()
    except OSError as error:
        raise LedgerError(
            f"The record '{kind}' could not be added to the ledger {folder}: {explain(error)}."
        ) from error
    return _record(path, content)


def read_all(folder: Path) -> Contents:
    """Every record, and every file or gap that does not belong there."""
    records: list[Record] = []
    problems: list[str] = []
    if not folder.is_dir():
        return Contents()
    for path in sorted(folder.iterdir()):
        if path.name == _LOCK or path.name.startswith(".writing-"):
            continue
        record = _read(path)
        if isinstance(record, Record):
            records.append(record)
        else:
            problems.append(record)
    problems += _gaps(folder) + _broken_links(records)
    return Contents(records=sorted(records, key=lambda record: record.number), problems=problems)


def records_of(folder: Path, kind: str) -> Iterator[Record]:
    """The readable records of one kind, the newest first; reads no more than is asked for."""
    named = ((_NAME.match(path.name), path) for path in folder.glob(f"*-{kind}.json"))
    numbered = [(int(match[1]), path) for match, path in named if match]
    for _, path in sorted(numbered, reverse=True):
        record = _read(path)
        if isinstance(record, Record):
            yield record


def gate_record(folder: Path, mart_sha256: str) -> Record | None:
    """The last judgement of exactly these bytes, whatever it was."""
    for record in records_of(folder, "gate"):
        if record.body.get("mart_sha256") == mart_sha256:
            return record
    return None


def passing_gate_record(folder: Path, mart_sha256: str) -> Record | None:
    """The last judgement of exactly these bytes, if they may be published.

    The verdict alone is not believed: there must be results, and no critical one may have failed.
    """
    record = gate_record(folder, mart_sha256)
    if record is None or record.body.get("verdict") not in ("passed", "passed_with_warnings"):
        return None
    results = record.body.get("results")
    if not isinstance(results, list) or not results:
        return None
    for result in results:
        passed, severity = result.get("passed"), result.get("severity")
        if passed is not True and (severity != "warning" or result.get("error") is not None):
            return None
    return record


# --- one file


def _read(path: Path) -> Record | str:
    """The record, or a sentence that says why this is none."""
    match = _NAME.match(path.name)
    if match is None:
        return f"{path} is no record of the ledger: find out who put it there."
    try:
        content = path.read_bytes()
        document = json.loads(content)
        if set(document) != _KEYS or not isinstance(document["body"], dict):
            raise ValueError
    except (OSError, ValueError, TypeError):
        return f"{path} is torn or changed: restore it from a back-up."
    if (document["number"], document["kind"]) != (int(match[1]), match[2]):
        return f"{path} holds another record than its name says: restore it from a back-up."
    return _record(path, content)


def _record(path: Path, content: bytes) -> Record:
    document = json.loads(content)
    return Record(**document, sha256=hashlib.sha256(content).hexdigest(), path=path)


def _write_without_overwriting(path: Path, content: bytes) -> None:
    """A kill leaves the whole record or none; an existing record is never touched."""
    beside = path.with_name(f".writing-{os.getpid()}-{path.name}")
    with beside.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        os.fchmod(file.fileno(), 0o444)
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems know no hard links; the lock keeps other writers out.
        if path.exists():
            raise FileExistsError(path) from None
        beside.rename(path)
    beside.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[Any]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def _sweep(folder: Path) -> None:
    for path in folder.glob(".writing-*"):
        path.unlink(missing_ok=True)


# --- numbers and links


def _numbers(folder: Path) -> list[int]:
    """Also those of torn records: a number is never given out twice."""
    matches = (re.match(r"^(\d{6,})-", path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in matches if match)


def _high_water(lock: Any) -> int:
    lock.seek(0)
    text = lock.read().strip()
    return int(text) if text.isdigit() else 0


def _hash_of_last(folder: Path) -> str | None:
    numbered = [path for path in folder.iterdir() if re.match(r"^\d{6,}-", path.name)]
    if not numbered:
        return None
    last = max(numbered, key=lambda path: int(path.name.split("-")[0]))
    return hashlib.sha256(last.read_bytes()).hexdigest()


def _gaps(folder: Path) -> list[str]:
    numbers = _numbers(folder)
    highest = numbers[-1] if numbers else 0
    with contextlib.suppress(OSError), (folder / _LOCK).open() as lock:
        highest = max(highest, _high_water(lock))
    missing = sorted(set(range(1, highest + 1)) - set(numbers))
    doubled = sorted({number for number in numbers if numbers.count(number) > 1})
    return [
        f"Record {number} is missing in {folder}: restore it from a back-up." for number in missing
    ] + [f"Record {number} stands in {folder} twice: find out why." for number in doubled]


def _broken_links(records: list[Record]) -> list[str]:
    by_number = {record.number: record for record in records}
    return [
        f"{by_number[record.number - 1].path} was changed after {record.path.name} was written: "
        "restore it from a back-up."
        for record in records
        if record.number - 1 in by_number and record.previous != by_number[record.number - 1].sha256
    ]
