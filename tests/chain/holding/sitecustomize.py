"""Holds a run at each of its renames, before and after, until the harness has looked at the home.

Python imports this at the start of every process that has this folder on its path, so children of
a run too; nothing of the project knows of it. Here belongs telling where a process is, and
waiting. Not here: stopping the others and looking (`renames.py`).
"""

from __future__ import annotations

import json
import os
import socket
import traceback
from collections.abc import Callable
from pathlib import Path

CALLS = ("rename", "replace", "link", "symlink")
#: So many calls of the project name a place: enough to tell who asked for a file to be replaced.
FRAMES = 3


def _held(call: Callable[..., object], home: str, harness: str) -> Callable[..., object]:
    def held(*arguments: object, **named: object) -> object:
        if not any(_is_below(one, home) for one in arguments):
            return call(*arguments, **named)
        about = {
            "process": os.getpid(),
            "call": call.__name__,
            "place": _place(),
            "name": Path(str(arguments[1])).name,
            "path": os.path.relpath(Path(str(arguments[1])).absolute(), home),
        }
        _tell(harness, about | {"when": "before"})
        answer = call(*arguments, **named)
        _tell(harness, about | {"when": "after"})
        return answer

    return held


def _is_below(path: object, home: str) -> bool:
    return isinstance(path, str | os.PathLike) and Path(path).absolute().is_relative_to(home)


def _place() -> str:
    """The innermost calls of the project, or of whatever renames where it is not the project."""
    stack = [one for one in traceback.extract_stack() if one.filename != __file__]
    ours = [one for one in stack if f"{os.sep}dronten_pipeline{os.sep}" in one.filename]
    return " < ".join(
        f"{Path(one.filename).name}:{one.lineno} {one.name}"
        for one in reversed((ours or stack)[-FRAMES:])
    )


def _tell(harness: str, about: dict[str, object]) -> None:
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(harness)
        asked.sendall(json.dumps(about).encode() + b"\n")
        asked.recv(1)


if "HOLD_AT_RENAMES" in os.environ:
    for _name in CALLS:
        setattr(
            os,
            _name,
            _held(getattr(os, _name), os.environ["DATALAB_HOME"], os.environ["HOLD_AT_RENAMES"]),
        )
