"""dbt that has read the project before it is told what to do.

Loading dbt and reading the project takes as long as building many of its tables, and needs nothing
that was delivered: a run starts it first, so that it is done when the deliveries are read. The
project is read for no home in particular: what was read once holds in every home, and is only
loaded. Not here: which variables it gets and what its failures mean (`dbt_project.py`).

The process answers on its output with one line once it has read, takes one command from its input,
does it and ends. It ends as well when nobody is left to tell it anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from dronten_pipeline.core.child import dies_with
from dronten_pipeline.core.run_files import WAREHOUSE

HAS_READ = "datalab: dbt has read the project: "

#: What is read stands for any home: dbt would read all anew for another value of these. In the end
#: sources get the folder of the moment, and dbt opens the warehouse that the profile names then: of
#: its path only the name is read, as that of the catalog.
ANY_HOME = {"DATALAB_RAW_CURRENT": "/raw-current-of-any-home", "DATALAB_WAREHOUSE": WAREHOUSE}


class WaitingDbt:
    """One dbt under way, from its start to the end of its only command."""

    def __init__(
        self,
        project: Path,
        variables: Mapping[str, str],
        *,
        writes: bool,
        known: Path | None = None,
    ) -> None:
        """Starts it; returns at once.

        Args:
            project: folder of the dbt project.
            variables: what dbt and the models read from the environment, `DBT_TARGET_PATH` too.
            writes: whether it leaves `manifest.json` in its target folder as soon as it has read.
            known: `partial_parse.msgpack` of an earlier one that read these very files; without
                it dbt reads what changed since that in its target folder.
        """
        told = {"parent": os.getpid(), "writes": writes, "variables": dict(variables)}
        told |= {"known": str(known) if known else None}
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", f"from {__name__} import wait; wait()", json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **variables},
            cwd=project,
        )
        self._read: tuple[bool, str] | None = None

    def has_read(self) -> tuple[bool, str]:
        """Whether the project could be read, and what dbt said about it; waits until it has."""
        if self._read is None:
            assert self.process.stdout is not None
            said = ""
            while (line := self.process.stdout.readline().decode(errors="replace")) and (
                not line.startswith(HAS_READ)
            ):
                said += line
            self._read = line.strip() == f"{HAS_READ}yes", said
        return self._read

    def do(self, arguments: Sequence[str], variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Tells it what to do; returns the process, whose output is now that of the command.

        One that ended meanwhile, as for want of memory, leaves no account of what it built.
        """
        self.has_read()
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError), self.process.stdin as told:
            told.write(json.dumps({"arguments": arguments, "variables": variables}).encode())
        self.process.stdin = None
        return self.process

    def end(self) -> None:
        """Ends it where nothing was asked of it: it reads the end of its input."""
        with self.process:
            pass


def wait() -> None:
    """What the process does."""
    began: dict[str, Any] = json.loads(sys.argv[1])
    dies_with(began["parent"])
    import gc

    # Nearly all that dbt makes lives until its end: looking for what does not costs a tenth.
    gc.disable()
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    # dbt's own loggers write out each of ten thousand events before they look at its level: a third
    # of a build. What is worth telling is told here (`_telling`) or raised.
    os.environ.update({"DBT_LOG_LEVEL": "none", "DBT_LOG_LEVEL_FILE": "none"})
    os.environ.update(ANY_HOME)
    if began["known"]:
        manifest: Manifest | None = Manifest.from_msgpack(
            Path(began["known"]).read_bytes(), decoder=extended_mashumuro_decoder
        )
    else:
        json_or_not = "--write-json" if began["writes"] else "--no-write-json"
        read = dbtRunner().invoke([json_or_not, "parse"])
        manifest = read.result if read.success and isinstance(read.result, Manifest) else None
        if read.exception is not None:
            sys.stdout.write(f"{read.exception}\n")
    sys.stdout.write(f"{HAS_READ}{'yes' if manifest else 'no'}\n")
    sys.stdout.flush()
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000)
    line = sys.stdin.readline()
    if not line:
        return
    told = json.loads(line)
    os.environ.update(told["variables"])
    # What models read from the environment is part of what was read.
    is_same = all(
        told["variables"].get(name, value) == value
        for name, value in began["variables"].items()
        if name.startswith("DATALAB_")
    )
    known = _in(os.environ["DATALAB_RAW_CURRENT"], manifest) if manifest and is_same else None
    said_in = Path(os.environ["DBT_LOG_PATH"]) / "dbt.log"
    said_in.parent.mkdir(parents=True, exist_ok=True)
    with said_in.open("w", encoding="utf-8") as log:
        done = dbtRunner(manifest=known, callbacks=[_telling(log)]).invoke(told["arguments"])
        if done.exception is not None:
            log.write(f"{done.exception}\n")
    sys.exit(0 if done.success else 2 if done.exception else 1)


def _in(raw_current: str, manifest: Any) -> Any:
    """What was read for any home, with its sources in the folder of one."""
    for source in manifest.sources.values():
        for meta in (source.meta, source.source_meta, source.config.meta):
            if location := meta.get("external_location"):
                place = ANY_HOME["DATALAB_RAW_CURRENT"]
                meta["external_location"] = location.replace(place, raw_current)
    return manifest


def _telling(log: IO[str]) -> Callable[[Any], None]:
    """Tells what dbt says from level info up: to the parent as JSON, in the log as words."""
    from dbt_common.events.functions import msg_to_json

    threads = threading.Lock()

    def tell(event: Any) -> None:
        if event.info.level in ("debug", "test"):
            return
        with threads:
            sys.stdout.write(f"{msg_to_json(event)}\n")
            log.write(f"{event.info.msg}\n")

    return tell
