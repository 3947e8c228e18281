"""Work in a process of its own, so that its end is told and complete, however it comes about.

A process that is killed, runs out of memory or crashes in a library can say nothing itself, nor
end the programs that it started; one that computes in C notices Ctrl-C only afterwards. So a
command that works for long is done by a child, and the process that was called waits for it. Not
here: the work, or the sentences (`endings.py`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType

from dronten_pipeline.commands import endings
from dronten_pipeline.commands.terminal import OWN_ERROR, say_problem
from dronten_pipeline.core.child import dies_with
from dronten_pipeline.core.settings import Settings

#: What people and systems stop a command with.
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: What the work is told, whichever of them came: Dagster ends in order on this one.
PASSED_ON = signal.SIGINT
#: Seconds that the work gets to write down that it was stopped; a second signal ends them.
GRACE_SECONDS = 4.0
PR_SET_CHILD_SUBREAPER = 36


class Stopped(BaseException):
    """A signal asks this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def stops_are_raised(always: Iterable[int] = ()) -> None:
    """Makes each of the signals that stop a command an exception, in the main thread.

    Args:
        always: those that count also where the caller of the command had them ignored.
    """

    def stop(number: int, _: FrameType | None) -> None:
        raise Stopped(number)

    for number in STOPS:
        # Under nohup a closed terminal, in the background of a shell Ctrl-C is meant for others.
        if number in always or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)


def supervised(settings: Settings, work: Callable[[], int]) -> int:
    """Does the work in a child and waits for it; returns the exit code of the command.

    What the work started ends with it. Where it was stopped, or crashed, the ending is told here.

    Args:
        work: returns an exit code, having said why; called in the child, before which nothing
            may have started a thread.
    """
    _adopt_orphans()
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _work(settings, work, parent)
    try:
        stopped_by, status = _wait(child)
    finally:
        _end_all(child)
    number = stopped_by or (os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
    code = os.waitstatus_to_exitcode(status)
    if not number and code > 128:  # it was stopped by a signal of its own and said nothing
        number = code - 128
    if not number:
        return code
    ending = endings.of_a_signal(settings, number)
    say_problem(ending.sentence, ending.lead)
    return ending.code


def _work(settings: Settings, work: Callable[[], int], parent: int) -> None:
    """The child, to its end; it never returns."""
    code = OWN_ERROR
    try:
        # Ctrl-C reaches the whole group of a terminal; the parent passes on what it gets.
        os.setpgid(0, 0)
        dies_with(parent)
        stops_are_raised(always=[PASSED_ON])
        code = work()
    except Stopped as stopped:
        code = 128 + stopped.number
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BaseException as error:
        code = 128 + signal.SIGINT if _is_interrupt(error) else endings.end(settings, error)
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):  # a terminal that closed
                stream.flush()
        os._exit(code)


def _is_interrupt(error: BaseException) -> bool:
    """Dagster makes its own of a signal."""
    return not isinstance(error, Exception) or type(error).__name__ == (
        "DagsterExecutionInterruptedError"
    )


def _wait(child: int) -> tuple[int, int]:
    """The first signal that asked for the end (0 for none), and how the child ended."""
    stopped_by, deadline = 0, None
    while True:
        try:
            if deadline is None:
                return stopped_by, os.waitpid(child, 0)[1]
            while time.monotonic() < deadline:
                found, status = os.waitpid(child, os.WNOHANG)
                if found:
                    return stopped_by, status
                time.sleep(0.05)
            os.kill(child, signal.SIGKILL)
            return stopped_by, os.waitpid(child, 0)[1]
        except Stopped as stopped:
            if deadline is not None:
                deadline = time.monotonic()
                continue
            stopped_by, deadline = stopped.number, time.monotonic() + GRACE_SECONDS
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, PASSED_ON)


def _adopt_orphans() -> None:
    """What the child started becomes a child of this process when it dies (on Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _end_all(child: int) -> None:
    """Ends whatever is left of the work: its group, and what made a group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        for orphan in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
        try:
            found, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not found:
            time.sleep(0.02)


def _children() -> Iterator[int]:
    """Processes whose parent is this one, as far as the system shows them."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                yield int(path.parent.name)
