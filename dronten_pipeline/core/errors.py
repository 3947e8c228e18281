"""What can be known of an error, whoever raised it: what is behind it, and where it arose.

Messages of libraries may quote what was delivered, so only those of the project's own errors are
repeated; of others the type and the place are. Not here: the sentence for a person
(`commands/endings.py`) or what can be done about a disk (`core/durable.py`).
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that led to it, nearest first, each once.

    Dagster raises the error of a step again in a way that makes a circle of the chain.
    """
    waiting = deque([error])
    seen: set[int] = set()
    while waiting:
        one = waiting.popleft()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]


def is_own(error: BaseException) -> bool:
    """Whether the project made the message, which then is a sentence without delivered values."""
    return type(error).__module__.split(".")[0] == PACKAGE.name


def kind(error: BaseException) -> str:
    """Its type with the package that it comes from, such as `duckdb.IOException`."""
    of = type(error)
    package = of.__module__.split(".")[0].removeprefix("_")
    return of.__qualname__ if package == "builtins" else f"{package}.{of.__qualname__}"


def place(error: BaseException) -> str:
    """The last line of this project that took part, such as `ingest/raw.py:120`; else empty."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(PACKAGE):
            return f"{path.relative_to(PACKAGE).as_posix()}:{frame.lineno}"
    return ""


def whereabouts(error: BaseException) -> str:
    """The kind of an error and the calls of ours that led to it, without what it says: a log, a
    record or Dagster's history keeps no cell, header or name of a file."""
    calls = [
        f"{path.relative_to(PACKAGE.parent)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if (path := Path(frame.filename).resolve()).is_relative_to(PACKAGE)
    ]
    return f"{type(error).__name__} ({' > '.join(calls) or 'outside this project'})"


def traced(error: BaseException) -> str:
    """For a log: the calls that led to an error and to each behind it, without delivered values."""
    parts = []
    for one in behind(error):
        said = str(one) if is_own(one) else _of_the_system(one)
        calls = "".join(
            f"  {frame.filename}:{frame.lineno} in {frame.name}\n"
            for frame in traceback.extract_tb(one.__traceback__)
        )
        parts.append(f"{kind(one)}{': ' if said else ''}{said}\n{calls}")
    return "which came of\n".join(parts)


def _of_the_system(error: BaseException) -> str:
    """What the system says of a file holds its path and no more."""
    return str(error) if isinstance(error, OSError) and error.errno is not None else ""
