"""The process that reads, started before there is anything to read.

Here belongs what it loads. Not here: the process itself (`core/sandbox.py`), what it does
(`worker.py`), which is named and not imported: who starts it has no need of what it loads.
"""

from __future__ import annotations

from dronten_pipeline.core import sandbox
from dronten_pipeline.core.limits import Limits


def start(limits: Limits) -> None:
    """Starts it, unless it runs already; nothing waits for it."""
    sandbox.shared(limits).start(
        "dronten_pipeline.ingest.worker", "dronten_pipeline.ingest.frame_file"
    )
