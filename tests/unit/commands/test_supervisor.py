"""Work that is stopped, hangs or crashes ends in seconds, with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PROJECT

#: A command whose work does what is asked, in a process that knows nothing else.
COMMAND = """
import os, signal, subprocess, sys, time
from pathlib import Path
from dronten_pipeline.commands.supervisor import stops_are_raised, supervised
from dronten_pipeline.core.settings import Settings

home, what = Path(sys.argv[1]), sys.argv[2]

def work():
    # As the judge: a group of its own, which no signal of a terminal reaches.
    stubborn = "import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
    started = subprocess.Popen([sys.executable, "-c", stubborn], start_new_session=True)
    (home / "pids").write_text(f"{os.getpid()} {started.pid}")
    if what == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "is out of memory":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "fails":
        raise KeyError("Jan de Vries")
    if what == "ends":
        return 3
    if what == "hangs":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    (home / "ready").touch()
    try:
        time.sleep(60)
    finally:
        (home / "tidied").touch()

stops_are_raised()
sys.exit(supervised(Settings(home=home), work))
"""


def start(home: Path, what: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(home), what],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def is_running(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def nothing_is_left(home: Path) -> bool:
    pids = [int(pid) for pid in (home / "pids").read_text().split()]
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and any(map(is_running, pids)):
        time.sleep(0.05)
    return not any(map(is_running, pids))


def ready(home: Path) -> None:
    deadline = time.monotonic() + 30
    while not (home / "ready").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        (signal.SIGINT, 130, "met Ctrl-C gestopt"),
        (signal.SIGTERM, 143, "SIGTERM"),
        (signal.SIGHUP, 129, "SIGHUP"),
    ],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP"],
)
@pytest.mark.parametrize("what", ["waits", "hangs"])
def test_a_signal_ends_the_work_and_all_that_it_started(
    tmp_path: Path, what: str, number: int, code: int, says: str
) -> None:
    run = start(tmp_path, what)
    ready(tmp_path)
    begun = time.monotonic()
    run.send_signal(number)
    _, said = run.communicate(timeout=15)
    assert run.returncode == code, said
    assert time.monotonic() - begun < 8
    assert says in said
    assert "Er is nog geen uitgave." in said
    assert "Traceback" not in said
    assert nothing_is_left(tmp_path)
    assert (tmp_path / "tidied").exists() == (what == "waits")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_work_in_the_background_of_a_shell_ends_at_once(tmp_path: Path, number: int) -> None:
    """Where Ctrl-C is ignored the work still hears that it must end, and tidies up."""
    ignored = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run = start(tmp_path, "waits")
    finally:
        signal.signal(signal.SIGINT, ignored)
    ready(tmp_path)
    run.send_signal(signal.SIGINT)
    begun = time.monotonic()
    run.send_signal(number)
    _, said = run.communicate(timeout=15)
    assert run.returncode == 128 + number, said
    assert time.monotonic() - begun < 3
    assert (tmp_path / "tidied").exists()
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize(
    ("what", "code", "says"),
    [
        ("crashes", 139, "vastgelopen (SIGSEGV)"),
        ("is out of memory", 137, "te weinig geheugen"),
        ("fails", 1, "Een fout die niemand voorzag (KeyError"),
        ("ends", 3, ""),
    ],
)
def test_work_that_ends_by_itself_is_told_of(
    tmp_path: Path, what: str, code: int, says: str
) -> None:
    run = start(tmp_path, what)
    _, said = run.communicate(timeout=30)
    assert run.returncode == code, said
    assert says in said
    assert bool(said) == bool(says)
    assert "Traceback" not in said
    assert nothing_is_left(tmp_path)


def test_the_work_dies_with_the_command_that_is_killed(tmp_path: Path) -> None:
    run = start(tmp_path, "waits")
    ready(tmp_path)
    work = int((tmp_path / "pids").read_text().split()[0])
    run.kill()
    run.communicate()
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and is_running(work):
        time.sleep(0.05)
    assert not is_running(work)


def test_what_failed_is_kept_without_what_was_delivered(tmp_path: Path) -> None:
    start(tmp_path, "fails").communicate(timeout=30)
    kept = (tmp_path / "last-run.log").read_text(encoding="utf-8")
    assert "KeyError" in kept
    assert "in work" in kept
    assert "Vries" not in kept
