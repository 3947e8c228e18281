"""What a run costs: `make bench-run`.

    python -m bench.run [--runs 5] [--beside COMMIT]

Each of the runs is of the invented sample, delivered, in a home of its own, three times in a row:
from nothing, with one file new, and with nothing new. Seconds by the clock and of CPU, those of
every process that a run starts; medians. Beside them the same of an earlier commit, turn and turn
about with the same packages, where this is a checkout of git that has it: a machine that is busy is
as busy for both, and seconds of CPU say more than those of the clock then.

Promised: from nothing at most half of the CPU of the earlier commit, one file new 15 seconds by the
clock, nothing new 1 second. Ends with 1 when a promise is broken or a run fails. Only this
measures; nothing of it is part of the program.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
#: The last commit before runs were made quicker.
EARLIER = "c812076"
#: What is delivered after the first run: the last month of a source that delivers each month.
NEW = Path("website_feedback/votes_2026-06.csv")
FROM_NOTHING, ONE_FILE, NOTHING = CASES = ("from nothing", "one file new", "nothing new")
#: Files that were written less long ago may still be on their way.
SETTLED_SECONDS = 3600.0

SHARE_OF_CPU = 0.5
MOST_SECONDS = {ONE_FILE: 15.0, NOTHING: 1.0}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds of one run, by the clock and of all processors together."""

    wall: float
    cpu: float


@dataclass(frozen=True, kw_only=True)
class Program:
    """A checkout and the Python that runs it."""

    name: str
    folder: Path
    python: Path

    def run(self, home: Path) -> Cost:
        """One `datalab run`.

        Raises:
            SystemExit: it did not publish; what it said is printed.
        """
        with tempfile.TemporaryFile() as said:
            began = time.monotonic()
            process = subprocess.Popen(
                [str(self.python), "-m", "dronten_pipeline.cli", "run", "--as-of", "2026-06-30"],
                cwd=self.folder,
                env=os.environ
                | {"DATALAB_HOME": str(home), "PYTHONPATH": str(self.folder), "LANG": "C.UTF-8"},
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            _, status, used = os.wait4(process.pid, 0)
            wall = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                said.seek(0)
                print(said.read().decode(errors="replace"))
                raise SystemExit(f"{self.name}: a run ended with {process.returncode}")
        return Cost(wall=wall, cpu=used.ru_utime + used.ru_stime)


def main() -> int:
    arguments = argparse.ArgumentParser(description="What a run costs.")
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--beside", default=EARLIER)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as room, _earlier(Path(room), given.beside) as earlier:
        programs = [Program(name="now", folder=PROJECT, python=Path(sys.executable))]
        programs += [earlier] if earlier else []
        costs: dict[str, dict[str, list[Cost]]] = {
            program.name: {case: [] for case in CASES} for program in programs
        }
        for number in range(given.runs):
            marts = []
            for program in programs:
                home = Path(room) / f"home-{number}-{program.name}"
                for case, cost in _three_runs(program, home):
                    costs[program.name][case].append(cost)
                    print(f"{program.name}, {case}: {cost.wall:.1f} s, {cost.cpu:.1f} s of CPU")
                marts.append(_figures(home))
                shutil.rmtree(home)
            if len(marts) > 1:
                print(f"figures that both published: {'equal' if marts[0] == marts[1] else 'NOT'}")
    return _say(costs, given.runs)


def _three_runs(program: Program, home: Path) -> Iterator[tuple[str, Cost]]:
    landing = home / "landing"
    for source in sorted((PROJECT / "sources").glob("*/sample")):
        shutil.copytree(source, landing / source.parent.name)
    kept = home / NEW.name
    (landing / NEW).rename(kept)
    settled = time.time() - SETTLED_SECONDS
    for path in landing.rglob("*"):
        os.utime(path, (settled, settled))
    yield FROM_NOTHING, program.run(home)
    os.utime(kept, (settled, settled))
    kept.rename(landing / NEW)
    yield ONE_FILE, program.run(home)
    yield NOTHING, program.run(home)


def _figures(home: Path) -> list[tuple[object, ...]]:
    """The published figures, without what names their release."""
    with duckdb.connect(str(home / "releases/current/mart.duckdb"), read_only=True) as mart:
        return mart.execute(
            "SELECT kpi_id, period_start, value, numerator, denominator FROM fct_kpi_value "
            "ORDER BY ALL"
        ).fetchall()


@contextmanager
def _earlier(room: Path, commit: str) -> Iterator[Program | None]:
    """The program as it was at a commit, with the packages of this environment."""
    folder = room / "earlier"
    made = subprocess.run(
        ["git", "-C", str(PROJECT), "worktree", "add", "--quiet", "--detach", str(folder), commit],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        print(f"no {commit} to measure beside: {made.stderr.strip()}")
        yield None
        return
    try:
        yield Program(name=commit, folder=folder, python=_python_for(folder))
    finally:
        subprocess.run(
            ["git", "-C", str(PROJECT), "worktree", "remove", "--force", str(folder)], check=True
        )


def _python_for(folder: Path) -> Path:
    """An environment in which the programs of that checkout stand beside the others."""
    place = folder / ".venv"
    venv.create(place, symlinks=True, with_pip=False)
    python = place / "bin" / "python"
    packages = next(place.glob("lib/python*/site-packages"))
    here = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    (packages / "all.pth").write_text(f"{folder}\n{here}\n", encoding="utf-8")
    scripts = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    for name, target in scripts["project"]["scripts"].items():
        module, function = target.split(":")
        script = place / "bin" / name
        script.write_text(
            f"#!{python}\nfrom {module} import {function}\n{function}()\n", encoding="utf-8"
        )
        script.chmod(0o755)
    for name in ("dbt", "dagster-daemon"):
        (place / "bin" / name).symlink_to(Path(sys.prefix) / "bin" / name)
    subprocess.run(
        [str(python), "-m", "compileall", "-q", str(folder / "dronten_pipeline")], check=False
    )
    return python


def _say(costs: dict[str, dict[str, list[Cost]]], runs: int) -> int:
    def median(name: str, case: str) -> Cost:
        found = costs[name][case]
        return Cost(
            wall=statistics.median(one.wall for one in found),
            cpu=statistics.median(one.cpu for one in found),
        )

    print(f"\nmedians of {runs} runs, seconds by the clock and of CPU")
    for case in CASES:
        parts = [
            f"{name} {cost.wall:.1f} / {cost.cpu:.1f}"
            for name in costs
            for cost in [median(name, case)]
        ]
        print(f"  {case:14}{';  '.join(parts)}")
    broken = [
        f"{case} takes more than {most:.0f} s"
        for case, most in MOST_SECONDS.items()
        if median("now", case).wall > most
    ]
    for name in costs:
        share = median("now", FROM_NOTHING).cpu / median(name, FROM_NOTHING).cpu
        if name != "now":
            print(f"  from nothing: {share:.0%} of the CPU of {name}")
            if share > SHARE_OF_CPU:
                broken.append(f"from nothing takes more than half of {name}")
    for promise in broken:
        print(f"  broken: {promise}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
