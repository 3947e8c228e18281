"""Reading what others made in a process of its own, which may break.

Here belongs: starting that process with its limits, asking it one thing at a time, ending it when
it takes too long, and telling of what it died. Not here: what is read (`ingest/worker.py`,
`readability/extract.py`, `readability/documents.py`), nor the numbers (`core/limits.py`).

One process serves a whole run, because starting it costs a second, most of it for the libraries of
the readers; a run has it load them while it loads its own. It is replaced when it broke or has
grown. It is started anew, not forked: threads do not survive a fork. What it
answers is JSON, so that nothing it says is ever executed here. It ends with its parent.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

from dronten_pipeline.core.limits import MEGABYTE, Limits

PR_SET_PDEATHSIG = 1
BLOCK = 1 << 20
#: More than the text of any document, and than the notes on any file.
LONGEST_ANSWER = 64 * MEGABYTE
#: So often its memory is looked at: it cannot take much more than 50 MB in between.
LOOK_SECONDS = 0.025
#: What it may reserve besides what it uses: allocators take much more than they need.
RESERVED = 3
#: A process that holds so much when it has answered is replaced: allocators give little back.
GROWN = 350 * MEGABYTE
#: Two threads read as fast as many on a small machine, and each costs memory.
START = "from dronten_pipeline.core.sandbox import main; main()"
ENVIRONMENT = ("MALLOC_ARENA_MAX=2", "POLARS_MAX_THREADS=2")


class Broken(RuntimeError):
    """Reading a file broke the process or a limit; the message is a Dutch sentence."""


class Failed(RuntimeError):
    """A mistake of ours: an error that no reader expects. Says its kind and place only."""

    @property
    def sentence(self) -> str:
        return (
            f"Het bestand kan niet gelezen worden door een onverwachte fout ({self}). Meld dit aan "
            "de beheerder van het datalab."
        )


class Unwritten(OSError):
    """The process could not write what it read: no fault of the file. `filename` is where, when it
    is not where it was asked to write."""


class Sandbox:
    """Calls functions of this project in another process, one at a time."""

    def __init__(self, limits: Limits, grown: int = GROWN) -> None:
        self.limits = limits
        self.grown = grown
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def call(self, function: str, size: int = 0, /, **arguments: object) -> Any:
        """What `module:function` returns for arguments and result that JSON knows.

        Args:
            size: bytes of the file that it reads; the larger, the longer it may take.

        Raises:
            Broken: it took too long or too much memory, or the process died.
            Unwritten: the disk refused what it wrote.
            Failed: it raised anything else.
        """
        with self._lock:
            process = self._started()
            try:
                answer = self._ask(process, function, size, arguments)
            except BaseException:
                self.close()
                raise
            if answer.get("is_last"):
                self.close()
        if "broke" in answer:
            raise Broken(self.limits.too_much_memory)
        if "unwritten" in answer:
            raise Unwritten(*answer["unwritten"])
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer["result"]

    def start(self, *modules: str) -> None:
        """Starts the process now, to load modules while this one does something else.

        Nothing waits for it, and nothing is lost when it fails: a call starts another.
        """
        with self._lock:
            self._started(*modules)

    def close(self) -> None:
        """Ends the process; the next call starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _started(self, *modules: str) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            # Only who asks needs the settings; the other process starts faster without.
            from dronten_pipeline.core.settings import PROJECT

            self._process = subprocess.Popen(
                ["env", *ENVIRONMENT, sys.executable, "-c", START, str(os.getpid()),
                 self.limits.model_dump_json(), str(self.grown), *modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # libraries quote there what stands in a file
                cwd=PROJECT,
            )  # fmt: skip
        return self._process

    def _ask(
        self,
        process: subprocess.Popen[bytes],
        function: str,
        size: int,
        arguments: dict[str, object],
    ) -> dict[str, Any]:
        assert process.stdin is not None and process.stdout is not None
        request = json.dumps({"function": function, "arguments": arguments}) + "\n"
        until = time.monotonic() + self.limits.seconds_for(size)
        try:
            process.stdin.write(request.encode())
            process.stdin.flush()
        except BrokenPipeError:
            raise Broken(self._why_it_died(process)) from None
        answer = bytearray()
        most = self.limits.memory_megabytes * MEGABYTE
        while not answer.endswith(b"\n"):
            if not select.select([process.stdout], [], [], LOOK_SECONDS)[0]:
                if _resident(process.pid) > most:
                    raise Broken(self.limits.too_much_memory)
                if time.monotonic() > until:
                    raise Broken(self.limits.too_slow(size))
                continue
            block = os.read(process.stdout.fileno(), BLOCK)
            if not block or len(answer) > LONGEST_ANSWER:
                raise Broken(self._why_it_died(process) if not block else self.limits.crashed)
            answer += block
        found = json.loads(answer)
        assert isinstance(found, dict)
        return found

    def _why_it_died(self, process: subprocess.Popen[bytes]) -> str:
        try:
            code = process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return self.limits.crashed
        # An allocator that gets no memory aborts; the system kills when the machine has none left.
        if code in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGTRAP):
            return self.limits.too_much_memory
        return self.limits.crashed


@cache
def shared(limits: Limits, grown: int = GROWN) -> Sandbox:
    """The one process of this one, for these limits and this size (bytes) to be replaced at."""
    sandbox = Sandbox(limits, grown)
    atexit.register(sandbox.close)
    return sandbox


# --- in the other process


def main() -> None:
    """Answers requests until there is nobody left to ask."""
    parent, limits = int(sys.argv[1]), Limits.model_validate_json(sys.argv[2])
    grown = int(sys.argv[3])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the system could be asked
        sys.exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks decides when this ends
    most = limits.memory_megabytes * MEGABYTE * RESERVED
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    requests, answers = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1):  # what a library prints must not be taken for an answer
        os.dup2(nothing, handle)
    for module in sys.argv[4:]:
        with contextlib.suppress(Exception):  # a call that needs it says what is wrong with it
            importlib.import_module(module)
    for line in requests:
        answer = _answer(json.loads(line))
        answer["is_last"] = "broke" in answer or _resident(os.getpid()) > grown
        content = json.dumps(answer).encode() + b"\n"
        while content:
            content = content[os.write(answers, content) :]
        if answer["is_last"]:
            break


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from dronten_pipeline.core.errors import whereabouts

    try:
        module, _, name = request["function"].partition(":")
        function = getattr(importlib.import_module(module), name)
        return {"result": function(**request["arguments"])}
    except MemoryError:
        return {"broke": True}
    except Unwritten as error:
        return {"unwritten": [error.errno, error.strerror, error.filename]}
    except Exception as error:
        if "OutOfMemory" in type(error).__name__ or "bad_alloc" in str(error):
            return {"broke": True}
        return {"failed": f"{type(error).__name__}, {whereabouts(error)}"}


def _resident(process: int) -> int:
    """Bytes of memory that a process uses; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize()
