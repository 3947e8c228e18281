"""The raw files as the ledger holds them: what each of them was when it was written.

Here belongs writing and reading records of kind `ingest`. Not here: comparing files with them
(`ingest/kept.py`), or what a run does with one that differs (`ingest/source_run.py`).

The body of such a record:
    run_id      the run that read
    source      whose files they are; null for what was found when recording began
    files       source, table, what (accepted | rejected | scores | texts), path below raw/, sha256,
                rows, number and delivered_sha256 of the delivery (null for what was computed), and
                is_found: nobody saw how it was made
    replaced    paths that are gone and were made good by these files
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.record import Record

KIND = "ingest"
#: Kinds of records that say that raw files are rightly gone.
_REMOVING = ("prune", "erasure")

Entry = dict[str, Any]


def record(
    settings: Settings,
    *,
    run_id: str,
    source: str | None,
    files: Iterable[Mapping[str, Any]],
    replaced: Iterable[str] = (),
) -> Record | None:
    """Adds what was written to the ledger; nothing when nothing was.

    Raises:
        LedgerError: it could not be added; the files do not count then.
    """
    written, gone = [dict(one) for one in files], sorted(replaced)
    if not written and not gone:
        return None
    return ledger.append(
        settings,
        KIND,
        {"run_id": run_id, "source": source, "files": written, "replaced": gone},
    )


def recorded(settings: Settings) -> dict[str, Entry] | None:
    """The raw files that should be there, by path; None when the ledger never held one."""
    records = [one for kind in (KIND, *_REMOVING) for one in ledger.records_of(settings, kind)]
    if not any(one.kind == KIND for one in records):
        return None
    return standing(sorted(records, key=lambda one: one.number))


def standing(records: Iterable[Record]) -> dict[str, Entry]:
    """What stands after these records, in the order of the ledger: the latest of each path."""
    found: dict[str, Entry] = {}
    for one in records:
        if one.kind == KIND:
            for path in one.body["replaced"]:
                found.pop(path, None)
            for entry in one.body["files"]:
                found[entry["path"]] = entry
        elif one.kind == "prune":
            for path in one.body.get("raw_files", ()):
                rejects = path.removesuffix(".parquet") + ".rejects.parquet"
                found.pop(path, None)
                found.pop(rejects, None)
        elif one.kind == "erasure":
            erased = set(one.body.get("sha256", ()))
            found = {
                path: entry
                for path, entry in found.items()
                # Judgements of texts go with any list of their source: they may be about its own.
                if entry["delivered_sha256"] not in erased
                and not (
                    entry["delivered_sha256"] is None and entry["source"] == one.body.get("source")
                )
            }
    return found
