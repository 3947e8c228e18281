"""Runs as processes of their own, as people start and stop them, and what must hold after one.

Here belongs what several tests of runs ask of a process or of the home it left. Not here: runs
that are waited for (`datalab` in `tests/conftest.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import PROJECT


def start(
    home: Path,
    *arguments: str,
    first_on_path: Path | None = None,
    said: int = subprocess.PIPE,
    **variables: object,
) -> subprocess.Popen[str]:
    """`datalab <arguments>` on a home, in a session of its own.

    Args:
        first_on_path: a folder in which Python looks for modules before all others.
        said: where its output goes, as `subprocess` names it.
        variables: settings, as `landing=...` for `DATALAB_LANDING`.
    """
    inherited = {n: v for n, v in os.environ.items() if not n.startswith("DATALAB_")}
    path = [str(folder) for folder in (first_on_path, PROJECT) if folder]
    settings = {"home": home, "settle_seconds": 0, **variables}
    return subprocess.Popen(
        [sys.executable, "-m", "dronten_pipeline.cli", *arguments],
        cwd=PROJECT,
        env={
            **inherited,
            "PYTHONPATH": os.pathsep.join(path),
            **{f"DATALAB_{name.upper()}": str(value) for name, value in settings.items()},
        },
        stdout=said,
        stderr=said,
        text=True,
        start_new_session=True,
    )


def left_running(home: Path) -> list[int]:
    """Processes that were started on this home, and what they started."""
    marker = f"DATALAB_HOME={home}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def all_gone(home: Path, within: float) -> bool:
    """Whether no process of this home is left after at most so many seconds."""
    until = time.monotonic() + within
    while left_running(home):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def is_whole(home: Path) -> bool:
    """`current` points at a release of which every byte is as its manifest says."""
    release = home / "releases" / "current"
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    return all(
        hashlib.sha256((release / name).read_bytes()).hexdigest() == about["sha256"]
        for name, about in manifest["files"].items()
    )
