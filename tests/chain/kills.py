"""Kills runs at random moments and looks at every rename of a run: `make kills KILLS=100`.

Here belongs what takes hours. Not here: the few kills of every test run (`test_kill.py`), or how a
run is held at its renames and why it is not killed there (`renames.py`).

The runs are those of a small town, one after another on one home, each with one delivery more.
Every other kill takes the process that was started, the others all processes of the run at once.
Moments are drawn over the processor time of a whole run: on a busy machine seconds say nothing of
how far it is. After each kill the current release is whole, `datalab verify` and `datalab status`
answer as after any run, and within a minute nothing of the run is left; after every tenth the
next run goes through, leaves nothing half written, and counts every delivery.

With `--moments` one run is stopped at so many random moments, all its processes at once, and the
home is copied: what a kill leaves, without beginning anew for each. The copies are judged as homes
after a kill, and from every twenty-fifth a run goes on.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.chain.deliveries import clarity
from tests.chain.processes import all_gone, is_whole, left_running, start
from tests.chain.renames import copy_of, held_run
from tests.chain.small_town import AS_OF, MONTH, VOTES, deliver_fact, deliver_town

#: No run may hang, but on a machine with other work one takes long.
MOST_SECONDS = 3600
#: Until nothing is left of a run whose main process was killed.
PATIENCE = 60
RUNS_EVERY = 10
#: So many copies at random moments share one run that goes on: few differ in what it meets.
GOES_ON_EVERY = 25
LOOKS_EVERY = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


class Broken(AssertionError):
    """A kill hurt; the message says how."""


@dataclass(kw_only=True)
class Trial:
    """What was tried so far on one home, and what hurt; homes that hurt are kept beside it."""

    home: Path
    #: Votes of the month in which deliveries follow, before the first of them.
    votes: float = 0
    delivered: int = 0
    broken: list[str] = field(default_factory=list)

    def deliver(self) -> None:
        self.delivered += 1
        deliver_fact(self.home, self.delivered)

    def judge(self, home: Path, what: str, *, says: str = "") -> None:
        """Looks at a home as a kill left it; what is wrong is told and kept, and work goes on."""
        try:
            _stands(home)
        except Broken as broken:
            self.hurt(home, f"{what}: {broken}")
        else:
            _say(f"{what}: unhurt. {says}")

    def run(self, home: Path, what: str, *, delivered: int) -> float:
        """A run that nobody kills, judged; returns its seconds of processor time."""
        run = _start(home)
        spent = _watch(run, None)
        try:
            if run.returncode != 0:
                raise Broken(f"a run that nobody killed ended with {run.returncode}")
            _stands(home)
            leftovers = [
                *(home / "releases").glob(".building-*"),
                *(home / "raw").rglob("*.tmp"),
                *(home / "ledger").glob(".writing-*"),
            ]
            if leftovers:
                raise Broken(f"left behind: {leftovers}")
            counted = clarity(home, MONTH)[1] or 0
            if counted != self.votes + VOTES * delivered:
                raise Broken(f"{counted} votes count, of {self.votes} + {VOTES} x {delivered}")
        except Broken as broken:
            self.hurt(home, f"{what}: {broken}")
        else:
            _say(f"{what}: went through in {spent:.0f} s of processor time")
        return spent

    def hurt(self, home: Path, how: str) -> None:
        self.broken.append(how)
        kept = self.home.with_name(f"broken-{len(self.broken)}")
        shutil.copytree(home, kept, symlinks=True)
        _say(f"HURT. {how} (kept in {kept})")


def main() -> None:
    """Ends with 1 when anything hurt."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--moments", type=int, default=0)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    options.add_argument("--renames", action=argparse.BooleanOptionalAction, default=True)
    options.add_argument("--into", type=Path, help="a new folder; default: one that is removed")
    chosen = options.parse_args()
    with contextlib.ExitStack() as stack:
        folder = chosen.into or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trial = Trial(home=folder / "home")
        deliver_town(trial.home)
        _first_run(trial, folder, chosen.renames)
        if chosen.renames:
            trial.deliver()
            _at_renames(trial, folder / "later", "the later run")
        if chosen.kills or chosen.moments:
            trial.deliver()
            whole = trial.run(trial.home, "a whole run", delivered=trial.delivered)
            _say(f"seed {chosen.seed}; a whole run takes {whole:.0f} s of processor time")
            if chosen.moments:
                _at_moments(trial, folder / "moments", chosen.moments, chosen.seed, whole)
            if chosen.kills:
                _at_random(trial, chosen.kills, chosen.seed, whole)
        _say(f"{chosen.moments} moments, {chosen.kills} kills; hurt: {len(trial.broken)}")
        for how in trial.broken:
            _say(f"  {how}")
        if trial.broken:
            stack.pop_all()  # what hurt can be looked at
            sys.exit(1)


def _first_run(trial: Trial, folder: Path, at_renames: bool) -> None:
    """Before a first release there is less to lose, and more that is made for the first time."""
    if at_renames:
        _at_renames(trial, folder / "first", "the first run")
    else:
        run = _start(trial.home)
        _watch(run, None)
        if run.returncode != 0:
            raise Broken(f"the first run ended with {run.returncode}")
    trial.votes = clarity(trial.home, MONTH)[1] or 0
    _stands(trial.home)


def _at_renames(trial: Trial, folder: Path, what: str) -> None:
    """Judges a home as it stood at every rename of a run, and has runs go on from there."""
    folder.mkdir(parents=True)
    held = held_run(trial.home, folder)
    if held.code != 0:
        raise Broken(f"{what} ended with {held.code} while it was held at its renames")
    _say(
        f"{what}: {held.renames.total()} renames in {len(held.processes)} processes, at "
        f"{len(held.renames)} places: {len(held.copies)} copies"
    )
    trial.votes = trial.votes or clarity(trial.home, MONTH)[1] or 0
    for copy in held.copies:
        trial.judge(copy.home, f"{what} {copy.when} {copy.place} of {copy.name}")
    for copy in held.copies:
        if copy.when == "before":
            trial.run(copy.home, f"from {copy.place} in {what}", delivered=trial.delivered)
        shutil.rmtree(copy.home)


def _at_moments(trial: Trial, folder: Path, number: int, seed: int, whole: float) -> None:
    """Judges the home as it stood at random moments of one run."""
    draw = random.Random(seed)
    folder.mkdir()
    trial.deliver()
    run = _start(trial.home)
    copies: list[tuple[Path, str]] = []
    for moment in sorted(draw.uniform(0, whole) for _ in range(number)):
        spent = _watch(run, moment)
        if run.poll() is not None:  # it took less than the one that was measured
            break
        copy = copy_of(trial.home, folder / f"{len(copies):03d}")
        copies.append((copy, f"stopped after {spent:.1f} s at: {_step(copy)}"))
    _watch(run, None)
    if run.returncode != 0:
        raise Broken(f"the run that was stopped now and then ended with {run.returncode}")
    _say(f"stopped at {len(copies)} moments of one run")
    for index, (copy, what) in enumerate(copies):
        trial.judge(copy, what)
        if index % GOES_ON_EVERY == GOES_ON_EVERY // 2:
            trial.run(copy, f"from {what}", delivered=trial.delivered)
        shutil.rmtree(copy)


def _at_random(trial: Trial, kills: int, seed: int, whole: float) -> None:
    draw = random.Random(seed)
    killed = 0
    while killed < kills:
        trial.deliver()
        moment = draw.uniform(0, whole)
        takes_all = killed % 2 == 1
        run = _start(trial.home)
        spent = _watch(run, moment)
        if run.poll() is not None:  # it took less than the one that was measured
            _say(f"a run ended with {run.returncode} by itself before {moment:.1f} s")
            trial.judge(trial.home, "after it")
            continue
        step = _step(trial.home)
        _kill(run, trial.home, takes_all=takes_all)
        killed += 1
        if not all_gone(trial.home, PATIENCE):
            trial.hurt(trial.home, f"kill {killed}: {left_running(trial.home)} live on")
        whom = "all processes" if takes_all else "the main process"
        trial.judge(
            trial.home, f"kill {killed} of {whom} after {spent:.1f} s", says=f"Last step: {step}"
        )
        if killed % RUNS_EVERY == 0 or killed == kills:
            whole = trial.run(trial.home, f"the run after kill {killed}", delivered=trial.delivered)


def _start(home: Path) -> subprocess.Popen[str]:
    return start(home, "run", "--as-of", AS_OF, said=subprocess.DEVNULL)


def _watch(run: subprocess.Popen[str], moment: float | None) -> float:
    """Waits for a run, or until it has used so much processor time (seconds); returns that."""
    until, spent = time.monotonic() + MOST_SECONDS, 0.0
    while run.poll() is None and (moment is None or spent < moment):
        spent = max(spent, _processor_time(run.pid))
        if time.monotonic() > until:
            raise Broken(f"a run hangs: process {run.pid}")
        time.sleep(LOOKS_EVERY)
    return spent


def _processor_time(session: int) -> float:
    """Seconds that all processes of a session used, with those that they waited for."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def _kill(run: subprocess.Popen[str], home: Path, *, takes_all: bool) -> None:
    run.send_signal(signal.SIGKILL)
    if takes_all:
        for process in left_running(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    run.wait()


def _step(home: Path) -> str:
    """What the log of the run said last, without the time."""
    log = home / "last-run.log"
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    last = next((line for line in reversed(lines) if line.strip()), "nothing yet")
    return re.sub(r"\s+", " ", last)[-100:]


def _stands(home: Path) -> None:
    """What must hold at any moment.

    Raises:
        Broken: it does not.
    """
    releases = home / "releases"
    current = releases / "current"
    if current.is_symlink():
        if not is_whole(home):
            raise Broken("the current release is not whole")
    elif any(home.glob("ledger/*-release.json")):
        raise Broken("no release is in force any more")
    for asked in (("verify",), ("status",)):
        answered = start(home, *asked, said=subprocess.PIPE)
        out, said = answered.communicate(timeout=MOST_SECONDS)
        if answered.returncode != 0 or "Fout." in out:
            raise Broken(f"datalab {asked[0]} ends with {answered.returncode}: {out[-2000:]}{said}")
    name = current.readlink().name if current.is_symlink() else "Er is nog geen uitgave"
    if name not in out:
        raise Broken(f"datalab status does not speak of {name}: {out[-2000:]}")


def _say(line: str) -> None:
    print(f"{dt.datetime.now():%H:%M:%S} {line}", flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        main()
    except Broken as broken:
        sys.exit(str(broken))
