"""Delivered files that are not whole yet, over all sources, and waiting a little for them.

Here belongs: what people are told of it. Not here: when a file is whole (`landing.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.file_names import shown
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import landing


@dataclass(frozen=True)
class Arriving:
    """A file that waits, and for what."""

    path: Path
    wait: landing.Wait

    def __str__(self) -> str:
        return f"{shown(self.path.parent.name)}/{shown(self.path.name)} {self.wait.why}."


def arriving(settings: Settings) -> list[Arriving]:
    """The files in the folders of the sources that are not whole yet."""
    found: list[Arriving] = []
    for source in load_sources(settings.sources).values():
        try:
            files = landing.delivered_files(settings.landing_folder / source.name)
        except OSError:  # ingest tells
            continue
        for path in files:
            wait = landing.wait_for(path, source, time.time(), settings.settle_seconds)
            if wait is not None:
                found.append(Arriving(path, wait))
    return found


def wait_until_settled(settings: Settings, tell: Callable[[str], None]) -> list[Arriving]:
    """Waits for files that were delivered a moment ago; returns what waits for longer.

    A file that goes on changing is waited for twice as long as it must be left alone.
    """
    left = arriving(settings)
    longest = max((one.wait.seconds for one in left), default=0.0)
    until = time.monotonic() + 2 * longest
    if longest:
        many = sum(one.wait.seconds > 0 for one in left)
        what = "1 bestand is" if many == 1 else f"{many} bestanden zijn"
        tell(f"{what} net geleverd: wacht nog {longest:.0f} s tot dat niet meer verandert.")
    while longest and time.monotonic() < until:
        time.sleep(min(longest, 1.0))
        left = arriving(settings)
        longest = max((one.wait.seconds for one in left), default=0.0)
    return left
