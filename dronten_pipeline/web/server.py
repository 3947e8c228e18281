"""The web server of Dagster behind the guard, its planner and the server of the definitions.

They are started as `dagster dev` does it, and end together. Not here: arguments and messages
(`commands/web.py`), and which requests pass (`guard.py`).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import dagster as dg
import uvicorn
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.web.app import Guard
from dronten_pipeline.web.guard import Rules
from dronten_pipeline.web.secret import Entrance

#: Requests that are under way get so long when the server is stopped.
GRACE_SECONDS = 5
#: The planner ends its own threads first.
PLANNER_SECONDS = 30
#: How often a page asks what changed, as `dagster dev` has it.
POLL_MILLISECONDS = 2000


class PlannerStopped(RuntimeError):
    """The planner ended by itself, so that nothing would start a run any more."""


def serve(
    listener: socket.socket,
    rules: Rules,
    *,
    with_planner: bool,
    output: Path,
    entrance: Entrance | None = None,
    on_ready: Callable[[], None] = lambda: None,
    on_entered: Callable[[], None] = lambda: None,
) -> None:
    """Serves until it is interrupted (Ctrl-C, SIGTERM, a terminal that closes).

    Args:
        listener: bound already, so that a port that is taken is known before anything starts.
        with_planner: whether schedules and sensors run; one planner at most per home.
        output: file for what runs and dbt print, written anew.
        on_ready: called when requests are answered.

    Raises:
        PlannerStopped: the planner ended by itself.
    """
    # That it is imported tells `guarded.py` that this process serves.
    from dagster_webserver.app import create_app_from_workspace_process_context
    from dagster_webserver.version import __version__

    os.environ["DATALAB_WEB_GUARDED"] = "1"
    os.chdir(PROJECT)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _interrupt)
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        instance = stack.enter_context(dg.DagsterInstance.get())
        whole = WorkspaceFileTarget([str(PROJECT / "workspace.yaml")])
        with _written_to(output):
            definitions = stack.enter_context(ProxyServerManager(instance, whole, "WARNING"))
        workspace = stack.enter_context(_workspace(definitions))
        context = stack.enter_context(
            WorkspaceProcessContext(
                instance,
                WorkspaceFileTarget([str(workspace)]),
                version=__version__,
                read_only=rules.read_only,
                code_server_log_level="WARNING",
            )
        )
        application = create_app_from_workspace_process_context(
            context, live_data_poll_rate=POLL_MILLISECONDS
        )
        server = _Server(
            Guard(application, rules, entrance=entrance, on_entered=on_entered), on_ready
        )
        planner = stack.enter_context(_planner(workspace)) if with_planner else None
        if planner is not None:
            threading.Thread(target=_end_with, args=(planner, server), daemon=True).start()
        server.run(sockets=[listener])
        if planner is not None and planner.poll() is not None:
            raise PlannerStopped(
                f"De planner van Dagster stopte met code {planner.returncode}; zonder planner "
                "start er geen run meer. Zijn melding staat hierboven; start opnieuw."
            )


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, application: Guard, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_level="warning",
                proxy_headers=False,  # what a client says of its own address is not believed
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


@contextlib.contextmanager
def _written_to(path: Path) -> Iterator[None]:
    """What is started meanwhile prints to a file, with everything that it starts itself.

    Runs print hundreds of lines, between which nobody finds the link in the terminal.
    """
    with path.open("ab") as file:  # each writes at its end, also of another server
        file.truncate(0)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        before = os.dup(1), os.dup(2)
        try:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            yield
        finally:
            for number, kept in enumerate(before, start=1):
                os.dup2(kept, number)
                os.close(kept)


@contextlib.contextmanager
def _workspace(definitions: ProxyServerManager) -> Iterator[Path]:
    """A workspace that names the server of the definitions, which all of them share."""
    with tempfile.TemporaryDirectory(prefix="datalab-") as folder:
        path = Path(folder) / "workspace.yaml"
        specs = definitions.get_code_server_specs()
        path.write_text(json.dumps({"load_from": list(specs)}), encoding="utf-8")
        yield path


@contextlib.contextmanager
def _planner(workspace: Path) -> Iterator[subprocess.Popen[bytes]]:
    planner = subprocess.Popen(
        [
            *(sys.executable, "-c", "from dronten_pipeline.core.child import planner; planner()"),
            *("run", "--workspace", str(workspace), "--log-level", "warning"),
        ],
        cwd=PROJECT,
        process_group=0,  # Ctrl-C is for us, who end it; it would tell of one with a traceback
    )
    try:
        yield planner
    finally:
        planner.terminate()
        try:
            planner.wait(PLANNER_SECONDS)
        except subprocess.TimeoutExpired:
            planner.kill()
            planner.wait()


def _end_with(planner: subprocess.Popen[bytes], server: uvicorn.Server) -> None:
    planner.wait()
    server.should_exit = True


def _interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt
