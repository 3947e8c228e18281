"""A run killed at any moment leaves the last release whole, and the next run goes through."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chain.deliveries import clarity, csv, vote
from tests.conftest import PROJECT, Datalab

AS_OF = "2026-06-30"


def start(home: Path, first_on_path: str | None = None) -> subprocess.Popen[bytes]:
    inherited = {n: v for n, v in os.environ.items() if not n.startswith("DATALAB_")}
    path = os.pathsep.join([*([first_on_path] if first_on_path else []), str(PROJECT)])
    return subprocess.Popen(
        [sys.executable, "-m", "dronten_pipeline.cli", "run", "--as-of", AS_OF],
        cwd=PROJECT,
        env={
            **inherited,
            "PYTHONPATH": path,
            "DATALAB_HOME": str(home),
            "DATALAB_SETTLE_SECONDS": "0",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def is_whole(home: Path) -> bool:
    """`current` points at a release of which every byte is as its manifest says."""
    release = home / "releases" / "current"
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    return all(
        hashlib.sha256((release / name).read_bytes()).hexdigest() == about["sha256"]
        for name, about in manifest["files"].items()
    )


def deliver(home: Path, number: int) -> None:
    rows = [vote(f"{number}-{n}", "05-03-2026 10:00") for n in range(10)]
    csv(home / "landing" / "website_feedback" / f"votes_{number}.csv", rows)


@pytest.mark.parametrize("kills", [2, 10], ids=["two kills", "ten kills"])
@pytest.mark.slow
def test_a_killed_run_leaves_the_last_release_standing(
    tmp_path: Path, datalab: Datalab, kills: int
) -> None:
    deliver(tmp_path, 0)
    begun = time.monotonic()
    assert datalab("run", home=tmp_path, as_of=AS_OF).returncode == 0
    lasts = time.monotonic() - begun
    # The moments are drawn anew each time; the seed is told, to draw them again.
    seed = random.randrange(10**6)
    draw = random.Random(seed)
    for number in range(1, kills + 1):
        deliver(tmp_path, number)
        run = start(tmp_path)
        # Later kills fall after the start-up, where the writing is done.
        time.sleep(draw.uniform(0.1, 1.0) * lasts)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert is_whole(tmp_path), f"after kill {number}, seed {seed}"
    after = datalab("run", home=tmp_path, as_of=AS_OF)
    assert after.returncode == 0, after.stdout + after.stderr
    assert is_whole(tmp_path)
    assert clarity(tmp_path, "2026-03-01") == (10.0 * (kills + 1), 10.0 * (kills + 1))
    leftovers = [*(tmp_path / "releases").glob(".building-*"), *(tmp_path / "raw").rglob("*.tmp")]
    assert not leftovers


def test_dbt_ends_with_the_run_that_started_it(tmp_path: Path) -> None:
    deliver(tmp_path, 0)
    run = start(tmp_path)
    marker = str(tmp_path).encode()

    def running() -> list[int]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if marker in (process / "environ").read_bytes() and int(process.name) != run.pid:
                    found.append(int(process.name))
            except OSError:
                continue
        return found

    deadline = time.monotonic() + 60
    while not (tmp_path / "warehouse" / "latest" / "warehouse.duckdb").exists():
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.1)
    assert running()
    run.send_signal(signal.SIGKILL)
    run.wait()
    time.sleep(1)
    assert not running()
