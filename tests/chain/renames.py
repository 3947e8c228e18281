"""Homes as a kill at a rename would leave them: copies of one run, at each place that renames.

A kill leaves precisely the files as they stand at that moment: what was written is the system's
and survives the process. So a run need not be killed, and begun anew, for each of its renames. It
is held before and after each, in whichever of its processes; all its processes are stopped and
the home is copied, and each copy is judged as after a kill. One copy is taken of each place of the
program and each side of it: the hundreds of files that one place writes differ in nothing else.
What a kill does to processes the kills at random moments try (`kills.py`).

A trace of the system's own calls (`strace -f -e trace=/rename,/link`) of one run shows no rename
in the home but those that the project asks Python for: dbt, DuckDB and SQLite do none.

From each copy before a rename a run must go through. After a rename it need not be tried again:
what stands then stands before the next rename too, beside what was written in between.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.chain.processes import left_running, start
from tests.chain.small_town import AS_OF

HOLDING = Path(__file__).resolve().parent / "holding"
MOST_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The home as it stood before or after a rename at one place of the program."""

    home: Path
    place: str
    name: str
    when: str


@dataclass(kw_only=True)
class Held:
    """A run that was held: how it ended, what was copied, and how often each place renamed."""

    code: int = 0
    copies: list[Copy] = field(default_factory=list)
    renames: Counter[str] = field(default_factory=Counter)
    processes: set[int] = field(default_factory=set)


def held_run(home: Path, folder: Path) -> Held:
    """Takes a run on a home, and copies of it into `folder`."""
    held = Held()
    held.code, _ = take_held(home, lambda about: _look(about, home, folder, held))
    return held


def take_held(home: Path, look: Callable[[dict[str, str]], None]) -> tuple[int, str]:
    """Takes a run on a home that is held at its renames.

    Args:
        look: what is done meanwhile, given the `process`, the `call`, the `place` in the program,
            the `name` and the `path` of the file below the home, and `when`: before or after.

    Returns:
        Its exit code and what it said.
    """
    with tempfile.TemporaryDirectory() as place:
        address = str(Path(place) / "harness")
        with _harness(address, look):
            os.environ["HOLD_AT_RENAMES"] = address
            try:
                run = start(home, *("run", "--as-of", AS_OF), first_on_path=HOLDING)
            finally:
                del os.environ["HOLD_AT_RENAMES"]
            said = "".join(run.communicate(timeout=MOST_SECONDS))
    return run.returncode, said


@contextlib.contextmanager
def _harness(address: str, look: Callable[[dict[str, str]], None]) -> Iterator[None]:
    """Answers processes that wait at a rename, one at a time."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen(64)
    failed: list[BaseException] = []

    def answer() -> None:
        while True:
            try:
                asked, _ = server.accept()
            except OSError:  # closed: the run is over
                return
            with asked, asked.makefile() as lines:
                try:
                    look(json.loads(lines.readline()))
                except BaseException as error:  # said where it is waited for
                    failed.append(error)
                asked.sendall(b".")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
    if failed:
        raise failed[0]


def _look(about: dict[str, str], home: Path, folder: Path, held: Held) -> None:
    place = f"{about['call']} in {about['place']}"
    held.processes.add(int(about["process"]))
    held.renames[place] += about["when"] == "before"
    known = {(one.place, one.when) for one in held.copies}
    if (place, about["when"]) in known:
        return
    copy = copy_of(home, folder / f"{len(held.copies):03d}")
    held.copies.append(Copy(home=copy, place=place, name=about["name"], when=about["when"]))


def copy_of(home: Path, copy: Path) -> Path:
    """A copy of a home as it stands while all its processes are stopped."""
    with _stopped(home):
        subprocess.run(["cp", "--archive", "--reflink=auto", home, copy], check=True)
    return copy


@contextlib.contextmanager
def _stopped(home: Path) -> Iterator[None]:
    """No process of this home does anything meanwhile."""
    stopped: set[int] = set()
    try:
        # One that is not stopped yet may start another.
        while running := {one for one in left_running(home) if not _is_stopped(one)}:
            for process in running - stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGSTOP)
            stopped |= running
            time.sleep(0.01)
        yield
    finally:
        for process in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def _is_stopped(process: int) -> bool:
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return fields.rpartition(")")[2].split()[0] in "TZX"
