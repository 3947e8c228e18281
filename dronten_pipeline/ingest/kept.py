"""What was read before, and whether it is still what it was when it was written.

Here belongs: comparing a raw file with the hash that was taken when it was written. Not here:
writing that hash down as evidence (`ledger/raw_files.py`), and what becomes of a file that is not
what it was (`source_run.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dronten_pipeline.ingest import files
from dronten_pipeline.ledger.bodies import RawEntry

#: The entries by path, as the ledger holds them; None where there is no ledger to ask.
Recorded = Mapping[str, RawEntry] | None


def what_is_wrong(
    raw: Path,
    path: str,
    recorded: Recorded,
    *,
    known: str | None = None,
    delivered_sha256: str | None = None,
) -> str | None:
    """Why a raw file may not be read, as a part of a Dutch sentence; None when it may.

    Args:
        raw: the folder that `path` is relative to.
        known: SHA-256 that the memory of the source holds; None for one from before it did.
        delivered_sha256: of the delivery that the file must have been read from.
    """
    entry = recorded.get(path) if recorded is not None else None
    if recorded is not None and entry is None:
        return "het logboek kent het niet"
    if entry is not None:
        if known not in (None, entry.sha256):
            return "het geheugen van de bron spreekt het logboek tegen"
        if delivered_sha256 is not None and entry.delivered_sha256 != delivered_sha256:
            return "volgens het logboek komt het uit een andere levering"
    wanted = entry.sha256 if entry is not None else known
    try:
        found = files.sha256_of(raw / path)
    except FileNotFoundError:
        return "het is weg"
    except OSError:
        return "het is niet te lezen"
    return None if wanted in (None, found) else "het is beschadigd of veranderd"
