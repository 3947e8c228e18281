"""Erasing what was read of a file that should never have been delivered.

What was read stays counted when its file goes, so that a figure stays explainable. A file with
personal data where none may be is the exception: it must be possible to get rid of it, on purpose
and with a reason. Not here: writing that down as evidence (`evidence/`).
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass

from dronten_pipeline.contracts import Source
from dronten_pipeline.ingest import landing, raw, registry
from dronten_pipeline.settings import Settings


class EraseError(RuntimeError):
    """Nothing was erased; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was erased: contents under one name."""

    source: str
    file_name: str
    sha256: tuple[str, ...]
    rows: int


def erase(settings: Settings, source: Source, file_name: str, *, reason: str) -> Erased:
    """Removes everything that was read of `file_name`; the next run does without it.

    What was laid out for earlier runs goes too. Releases stand: they hold no raw rows.

    Raises:
        EraseError: the file was never read, or still lies in the landing folder.
    """
    folder = raw.landing_folder(settings, source, "delivery")
    known = registry.load(settings.raw, source.name)
    contents = {
        delivery.sha256
        for delivery in known.deliveries
        if delivery.origin == "delivery" and delivery.file_name == file_name
    }
    if not contents:
        raise EraseError(
            f"{source.name} heeft nooit een bestand {file_name} gelezen; `datalab status` en de "
            "tabel source_delivery noemen de namen."
        )
    names = {d.file_name for d in known.deliveries if d.sha256 in contents}
    present = [path.name for path in landing.delivered_files(folder) if path.name in names]
    if present:
        raise EraseError(
            f"{', '.join(present)} staat nog in {folder}: haal het daar eerst weg, anders wordt "
            "het opnieuw gelezen."
        )
    rows = 0
    for key, parse in list(known.parses.items()):
        if key.split("/")[1] not in contents:
            continue
        rows += parse.rows_delivered
        for path in (parse.raw_path, parse.rejects_path):
            if path is not None:
                (settings.raw / path).unlink(missing_ok=True)
        del known.parses[key]
    moment = dt.datetime.now(dt.UTC)
    known.deliveries = [
        delivery.model_copy(update={"erased_at": moment, "erased_because": reason})
        if delivery.sha256 in contents and delivery.erased_at is None
        else delivery
        for delivery in known.deliveries
    ]
    registry.save(settings.raw, known)
    shutil.rmtree(settings.raw / "snapshots", ignore_errors=True)
    shutil.rmtree(settings.warehouse, ignore_errors=True)
    return Erased(
        source=source.name, file_name=file_name, sha256=tuple(sorted(contents)), rows=rows
    )
