"""What may be said of an error that nobody expected.

Here belongs: naming an error by its kind and place in the code. Not here: errors of our own, whose
messages are sentences. Libraries quote cells, headers and names of files in theirs; a log, a
record or Dagster's history must not keep those.
"""

from __future__ import annotations

import traceback
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def whereabouts(error: BaseException) -> str:
    """The kind of an error and the calls of ours that led to it, without what it says."""
    calls = [
        f"{Path(frame.filename).resolve().relative_to(_PACKAGE.parent)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if _PACKAGE in Path(frame.filename).resolve().parents
    ]
    return f"{type(error).__name__} ({' > '.join(calls) or 'outside this project'})"
