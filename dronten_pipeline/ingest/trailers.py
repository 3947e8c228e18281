"""The last line of a delivery that says how many records it holds, where its contract names one.

Here belongs: finding that line and its number. Not here: records (`readers.py`), or waiting for a
line that is not there yet (`landing.py`).
"""

from __future__ import annotations

import os
import re

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest.dialect import Refused

TAIL_BYTES = 64 * 1024
BLOCK = 1 << 20
MISSING = (
    "De sluitregel met het aantal records ontbreekt: het bestand is niet heel aangekomen. Lever "
    "het opnieuw."
)


def find(handle: int, size: int, table: Table) -> tuple[int, int] | None:
    """Where the trailer of a file begins, and the number of records that it says; None when its
    last line is none."""
    start = max(0, size - TAIL_BYTES)
    tail = os.pread(handle, TAIL_BYTES, start).rstrip(b"\r\n\t \x1a")
    place = tail.rfind(b"\n") + 1
    line = tail[place:].decode(errors="replace").strip()
    match = re.fullmatch(table.trailer, line) if table.trailer else None
    return (start + place, int(match[1])) if match else None


def is_short(handle: int, size: int, table: Table) -> bool:
    """Whether a file has no trailer, or fewer lines than that says records."""
    found = find(handle, size, table)
    if found is None:
        return True
    end, records = found
    lines = sum(
        os.pread(handle, min(BLOCK, end - start), start).count(b"\n")
        for start in range(0, end, BLOCK)
    )
    return lines - 1 < records  # the header is no record


def check(found: tuple[int, int] | None, rows: int) -> None:
    """Raises:
    Refused: the trailer is not there, or says another number than there are records.
    """
    if found is None:
        raise Refused(MISSING)
    if rows != found[1]:
        raise Refused(
            f"De sluitregel zegt {found[1]} records en het bestand heeft er {rows}. Lever het "
            "opnieuw."
        )
