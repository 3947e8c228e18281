"""Files that are whole or not there, and errors that say that a disk is full."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from dronten_pipeline.core.durable import is_full, write_durably, write_secret

FULL = OSError(errno.ENOSPC, "No space left on device")


def test_a_file_that_does_not_fit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"lineage\.json"):
        write_durably(tmp_path / "lineage.json", b"{}")


@pytest.mark.parametrize("write", [write_durably, write_secret])
def test_a_disk_that_takes_no_more_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    def full(_: int) -> None:
        raise FULL

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "key", b"secret")
    assert list(tmp_path.iterdir()) == []


def test_a_secret_is_for_its_owner_and_never_overwritten(tmp_path: Path) -> None:
    write_secret(tmp_path / "key", b"first")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_secret(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"


def test_a_kill_leaves_no_half_secret_and_the_next_makes_a_whole_one(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        write_secret(tmp_path / "key", b"first")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert not (tmp_path / "key").exists()
    write_secret(tmp_path / "key", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("key", b"second")]


def wrapped(cause: Exception) -> Exception:
    error = RuntimeError("the step failed")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FULL, True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), True),
        (wrapped(wrapped(FULL)), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (wrapped(ValueError("a wrong value")), False),
    ],
    ids=["full", "quota", "in-words", "behind-others", "no-right", "something-else"],
)
def test_a_full_disk_is_recognised(error: Exception, expected: bool) -> None:
    assert is_full(error) is expected
