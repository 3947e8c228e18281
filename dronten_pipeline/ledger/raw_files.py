"""The raw files as the ledger holds them: what each of them was when it was written.

Here belongs writing and reading records of kind `ingest`. Not here: comparing files with them
(`ingest/kept.py`), or what a run does with one that differs (`ingest/source_run.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Body, Erasure, Ingest, Prune, RawEntry
from dronten_pipeline.ledger.record import Record


def record(
    settings: Settings,
    *,
    run_id: str,
    source: str | None,
    files: Iterable[RawEntry],
    replaced: Iterable[str] = (),
) -> Record[Ingest] | None:
    """Adds what was written to the ledger; nothing when nothing was.

    Raises:
        LedgerError: it could not be added; the files do not count then.
    """
    written, gone = list(files), sorted(replaced)
    if not written and not gone:
        return None
    return ledger.append(
        settings, Ingest(run_id=run_id, source=source, files=written, replaced=gone)
    )


def recorded(settings: Settings) -> dict[str, RawEntry] | None:
    """The raw files that should be there, by path; None when the ledger never held one."""
    written = list(ledger.records_of(settings, Ingest))
    if not written:
        return None
    gone = [*ledger.records_of(settings, Prune), *ledger.records_of(settings, Erasure)]
    return standing(sorted([*written, *gone], key=lambda one: one.number))


def standing(records: Iterable[Record[Body]]) -> dict[str, RawEntry]:
    """What stands after these records, in the order of the ledger: the latest of each path."""
    found: dict[str, RawEntry] = {}
    for one in records:
        match one.body:
            case Ingest(files=files, replaced=replaced):
                for path in replaced:
                    found.pop(path, None)
                found |= {entry.path: entry for entry in files}
            case Prune(raw_files=paths):
                for path in paths:
                    rejects = path.removesuffix(".parquet") + ".rejects.parquet"
                    found.pop(path, None)
                    found.pop(rejects, None)
            case Erasure(sha256=erased, source=source):
                found = {
                    path: entry
                    for path, entry in found.items()
                    # Judgements of texts go with any list of their source: they may be about it.
                    if entry.delivered_sha256 not in erased
                    and not (entry.delivered_sha256 is None and entry.source == source)
                }
    return found
