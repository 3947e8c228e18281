"""A small town: deliveries of all sources, invented, for tests that take whole runs.

A run over it goes through every step, and nearly all that it costs is what every run costs. For
tests of how runs start, end, break off and follow one another. Not here: deliveries whose figures
were worked out by hand (`by_hand/`), ugly ones (`deliveries.py`), or the sample, for tests that
look at figures or at small groups.
"""

from __future__ import annotations

from pathlib import Path

from sources.__main__ import write_samples
from tests.chain.deliveries import csv, vote

AS_OF = "2026-06-30"
#: The smallest number, in round figures, with which no source stands still: of a file with a
#: handful of records one that cannot be read is too many.
ROWS = 8_000
#: Where one more delivery counts, and by how much.
MONTH, VOTES = "2026-03-01", 10


def deliver_town(home: Path) -> None:
    """Puts the deliveries of all sources in the landing folder of a home."""
    write_samples(home / "landing", ROWS, below="")


def deliver_fact(home: Path, number: int) -> None:
    """One delivery more: ten votes in March 2026, all positive."""
    votes = [vote(f"{number}-{n}", "05-03-2026 10:00") for n in range(VOTES)]
    csv(home / "landing" / "website_feedback" / f"more_{number}.csv", votes)
