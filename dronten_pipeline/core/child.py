"""Programs that end with the run that started them.

A run that is killed cannot end its children itself; a dbt that lives on would write into the
warehouse of the next run. Not here: what the programs do.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def dies_with(parent: int) -> None:
    """Has the system kill this process when its parent dies (on Linux).

    Args:
        parent: id of the process that started this one, as it was then.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the system could be asked
        sys.exit(1)


def dbt() -> None:
    """Becomes dbt, and is killed by the system when its parent dies."""
    _become("dbt")


def planner() -> None:
    """Becomes the planner of Dagster, and is killed by the system when its parent dies."""
    _become("dagster-daemon")


def _become(name: str) -> None:
    dies_with(os.getppid())
    program = str(Path(sys.executable).with_name(name))
    os.execv(program, [program, *sys.argv[1:]])
