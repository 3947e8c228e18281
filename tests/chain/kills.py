"""Kills runs at random moments, and twice at each rename: `make kills KILLS=100`.

Here belongs what takes an hour. Not here: the few kills of every test run (`test_kill.py`), which
says what must hold after one.

Renames are what makes half a step whole, so each is killed just before and just after. They are
found by a `sitecustomize` in the way of the run's own process: nothing of the project knows of it.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.chain.deliveries import clarity
from tests.chain.test_kill import deliver, is_whole, start

MOST_SECONDS = 600

INTERRUPTER = """
import os, signal
if os.getppid() == int(os.environ.get("KILL_PARENT", "0")):
    _count, _log = 0, os.environ["KILL_LOG"]
    _at = os.environ.get("KILL_AT", "")
    def _patched(call):
        def wrapped(*arguments, **named):
            global _count
            _count += 1
            mine = _count
            if _at == f"{mine} before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = call(*arguments, **named)
            if _at == f"{mine} after":
                os.kill(os.getpid(), signal.SIGKILL)
            with open(_log, "a") as log:
                log.write(f"{mine}\\n")
            return answer
        return wrapped
    for _name in ("rename", "replace", "symlink", "link"):
        setattr(os, _name, _patched(getattr(os, _name)))
"""


class Broken(AssertionError):
    """A kill hurt; the message says which."""


def main() -> None:
    """Ends with 1 and a sentence at the first kill that hurt."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    options.add_argument("--renames", action=argparse.BooleanOptionalAction, default=True)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        deliver(home, 0)
        lasts = _run(home)
        number = 0
        draw = random.Random(chosen.seed)
        for kill in range(1, chosen.kills + 1):
            number += 1
            deliver(home, number)
            moment = draw.uniform(0.02, 1.05) * lasts
            _killed_after(home, moment)
            _judge(home, f"kill {kill} after {moment:.2f} s, seed {chosen.seed}")
        number = _at_renames(home, number) if chosen.renames else number
        _run(home)
        _judge(home, "the last run")
        _verify(home)
        if clarity(home, "2026-03-01") != (10.0 * (number + 1),) * 2:
            raise Broken(f"not every delivery counts: {clarity(home, '2026-03-01')}")
        print(f"{chosen.kills} kills and {number - chosen.kills} at renames: none hurt")  # noqa: T201


def _at_renames(home: Path, number: int) -> int:
    renames, place = 1, 0
    while place < renames:
        place += 1
        for when in ("before", "after"):
            number += 1
            deliver(home, number)
            log = _run_interrupted(home, f"{place} {when}")
            renames = max(renames, log)
            _judge(home, f"killed {when} rename {place}")
        # How many there are is only known from a run that was not killed.
        if place == renames:
            number += 1
            deliver(home, number)
            renames = max(renames, _run_interrupted(home, ""))
            print(f"{renames} renames in a whole run")  # noqa: T201
    return number


def _run(home: Path) -> float:
    begun = time.monotonic()
    if start(home).wait(MOST_SECONDS) != 0:
        raise Broken("a run that nobody killed did not end with 0")
    return time.monotonic() - begun


def _killed_after(home: Path, seconds: float) -> None:
    run = start(home)
    time.sleep(seconds)
    run.send_signal(signal.SIGKILL)
    run.wait()


def _run_interrupted(home: Path, at: str) -> int:
    """Kills a run at one rename; says how many renames it did before."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(INTERRUPTER, encoding="utf-8")
        log = Path(folder) / "log"
        log.touch()
        os.environ |= {"KILL_PARENT": str(os.getpid()), "KILL_AT": at, "KILL_LOG": str(log)}
        try:
            run = start(home, first_on_path=folder)
            run.wait(MOST_SECONDS)
        finally:
            for name in ("KILL_PARENT", "KILL_AT", "KILL_LOG"):
                del os.environ[name]
        if at and run.returncode not in (0, -signal.SIGKILL):
            raise Broken(f"killed at {at}: the run ended with {run.returncode} by itself")
        return len(log.read_text().splitlines())


def _verify(home: Path) -> None:
    """Ledger, raw files and releases agree, and nothing half-written is left."""
    verify = [sys.executable, "-m", "dronten_pipeline.cli", "verify"]
    found = subprocess.run(
        verify, env={**os.environ, "DATALAB_HOME": str(home)}, capture_output=True, text=True
    )
    if found.returncode != 0:
        raise Broken(f"verify: {found.stdout}{found.stderr}")
    leftovers = [*(home / "releases").glob(".building-*"), *(home / "raw").rglob("*.tmp")]
    if leftovers:
        raise Broken(f"left behind: {leftovers}")


def _judge(home: Path, what: str) -> None:
    if not is_whole(home):
        raise Broken(f"current is not whole: {what}; look in {home}")


if __name__ == "__main__":
    try:
        main()
    except Broken as broken:
        sys.exit(str(broken))
