"""Reading a source and writing down what was read, as one act.

Here belongs putting `ingest/` and the ledger together: which raw files are believed, and the record
of those that a run makes. Not here: reading (`ingest/`), and what a record looks like
(`ledger/raw_files.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.run_files import SCORES
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import registry
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.ingest.raw import ingest_source
from dronten_pipeline.ingest.registry import Origin
from dronten_pipeline.ledger import acceptance, raw_files
from dronten_pipeline.ledger.bodies import RawEntry


def believed_raw(
    settings: Settings, run_id: str, of_releases: Callable[[Settings], Mapping[str, str]]
) -> Mapping[str, RawEntry]:
    """The raw files that may be read, by path.

    A home from before raw files were recorded gets an inventory of them, once: what is still in
    the landing folder is then read again, the rest is believed as it was found, and says so.

    Args:
        of_releases: SHA-256 by path of the raw files that releases rest on; asked for the
            inventory only.

    Raises:
        LedgerError: the inventory could not be written down.
    """
    recorded = raw_files.recorded(settings)
    if recorded is None:
        found = list(_found(settings, of_releases(settings)))
        raw_files.record(settings, run_id=run_id, source=None, files=found)
        return {one.path: one for one in found}
    return recorded


def read_source(
    settings: Settings,
    source: Source,
    *,
    run_id: str,
    as_of: dt.date,
    origin: Origin,
    believed: Mapping[str, RawEntry],
    on_progress: Callable[[str], None] | None = None,
) -> SourceOutcome:
    """`ingest_source`, and a record of the raw files that it made.

    Raises:
        LedgerError: it could not be written down; the next run reads it again.
    """
    outcome = ingest_source(
        settings,
        source,
        run_id=run_id,
        as_of=as_of,
        origin=origin,
        recorded=believed,
        accepted={
            (one.delivery.number, one.delivery.sha256): one.sentence
            for one in acceptance.accepted(settings)
            if one.delivery.source == source.name
        },
        on_progress=on_progress,
    )
    raw_files.record(
        settings,
        run_id=run_id,
        source=source.name,
        files=outcome.written,
        replaced=outcome.replaced,
    )
    return outcome


# --- a home from before


def _found(settings: Settings, said: Mapping[str, str]) -> Iterator[RawEntry]:
    """Every raw file of a home from before they were recorded, but for those that are not what a
    release that was made of them says they were."""
    for path in sorted(settings.raw.glob("*/deliveries.json")):
        try:
            known = registry.load(settings.raw, path.parent.name)
        except registry.RegistryError:  # ingest stops that source
            continue
        for key, parse in known.parses.items():
            table, delivered = key.split("/")[:2]
            number = next((one.number for one in known.deliveries if one.sha256 == delivered), None)
            for place, what, rows in (
                (parse.raw_path, "accepted", parse.rows_accepted),
                (parse.rejects_path, "rejected", parse.rows_quarantined),
            ):
                sha256 = _hash(settings.raw / place) if place else None
                if place and sha256 and said.get(place) in (None, sha256):
                    yield RawEntry(
                        source=known.source,
                        table=table,
                        what=what,
                        path=place,
                        sha256=sha256,
                        rows=rows,
                        number=number,
                        delivered_sha256=delivered,
                        is_found=True,
                    )
    for what, pattern in ((SCORES, f"files/*/{SCORES}/*.parquet"), ("texts", "texts/**/*.parquet")):
        for path in sorted(settings.raw.glob(pattern)):
            place = path.relative_to(settings.raw).as_posix()
            sha256 = _hash(path)
            if sha256 and said.get(place) in (None, sha256):
                yield RawEntry(
                    source=place.split("/")[1],
                    table=what,
                    what=what,
                    path=place,
                    sha256=sha256,
                    rows=0,
                    is_found=True,
                )


def _hash(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None
