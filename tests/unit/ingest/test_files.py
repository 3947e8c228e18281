"""Files of ingest are whole or not there, whatever the disk does."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from dronten_pipeline.ingest import files

FULL = OSError(errno.ENOSPC, "No space left on device")


def half(_: Path, path: Path) -> None:
    path.write_bytes(b"ha")
    raise FULL


def test_a_copy_that_does_not_fit_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    (tmp_path / "raw").write_bytes(b"half or whole")
    monkeypatch.setattr(os, "link", no_links)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copy2", half)
        with pytest.raises(files.Unwritable, match="de schijf is vol"):
            files.link(tmp_path / "raw", tmp_path / "quarantine" / "one")
        assert list((tmp_path / "quarantine").iterdir()) == []
    files.link(tmp_path / "raw", tmp_path / "quarantine" / "one")
    assert (tmp_path / "quarantine" / "one").read_bytes() == b"half or whole"


def test_what_stood_there_stays_when_the_new_one_does_not_fit(tmp_path: Path) -> None:
    files.write_bytes(tmp_path / "one", b"before")
    with pytest.raises(files.Unwritable), files.replacing(tmp_path / "one") as temporary:
        half(temporary, temporary)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one").read_bytes() == b"before"
