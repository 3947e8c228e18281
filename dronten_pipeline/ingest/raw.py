"""One source: what lies in its folder, read into raw tables, and what of it counts.

Here belongs: the steps of one run over a source, in their order, and what is said of the source as
a whole. Not here: a step (`look.py`, `reading.py`, `numbering.py`, `counting.py`, `reporting.py`,
`listed_documents.py`), or laying out what a run reads (`snapshot.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core import personal
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import files, names, numbering, quarantine, registry, unread
from dronten_pipeline.ingest.counting import Counting
from dronten_pipeline.ingest.kept import Recorded
from dronten_pipeline.ingest.listed_documents import ListedDocuments
from dronten_pipeline.ingest.look import Look
from dronten_pipeline.ingest.outcome import DeliveryReport, SourceOutcome
from dronten_pipeline.ingest.reading import Reading
from dronten_pipeline.ingest.registry import Origin
from dronten_pipeline.ingest.reporting import Reporting
from dronten_pipeline.ingest.source_run import Accepted, Progress, SourceRun


def ingest_source(
    settings: Settings,
    source: Source,
    *,
    run_id: str,
    as_of: dt.date,
    origin: Origin,
    recorded: Recorded = None,
    accepted: Accepted | None = None,
    on_progress: Progress | None = None,
) -> SourceOutcome:
    """Reads what is new in the folder of a source and says what counts.

    What was read before and is no longer what it was is read again from its delivery; where that
    is gone too, the source stops.

    Args:
        run_id: the run that first sees new files.
        as_of: as-of date, for the scores of documents.
        origin: 'delivery' reads `landing/<source>`, 'sample' reads `sources/<source>/sample`.
        recorded: raw files as the ledger holds them; only these are believed.
        accepted: deliveries that may hold fewer records than what they replace.
        on_progress: is told in words what is being read.
    """
    try:
        run = SourceRun(
            settings,
            source,
            run_id,
            as_of,
            origin,
            recorded,
            accepted or {},
            on_progress or _silent,
        )
    except registry.RegistryError as error:
        return _without_memory(source, origin, str(error))
    return _ingest(run)


def _ingest(run: SourceRun) -> SourceOutcome:
    files.remove_leftovers(run.store)
    files.remove_leftovers(run.settings.raw / run.source.name)
    run.examine()
    reading = Reading(run)
    look = Look(run, reading)
    numbering.number(run, look)
    reading.finish()
    run.save()
    numbering.note(run)
    counting = Counting(run)
    reports = Reporting(run, look, counting).reports()
    stops = [
        f"{report.file_name}: {report.note}" for report in reports if report.state == "stopped"
    ]
    stops += run.forgotten()
    documents = ListedDocuments(run)
    scores_path = None
    if not stops:
        reports, scores_path, stops = documents.scored(reports)
    run.save()
    _synchronise_quarantine(run, reports, documents.rejects_path())
    left = unread.unread(run.folder, run.source, lambda name: _shown(run.source, name))
    said = [_note(reports, stops), *look.left_alone(), *look.waiting.values(), *left]
    return SourceOutcome(
        source=run.source.name,
        origin=run.origin,
        state="stopped" if stops else "current",
        note=" ".join(said),
        unread=tuple(left),
        waiting=tuple(look.waiting.values()),
        deliveries=tuple(reports),
        scores_path=scores_path,
        written=tuple(run.written.values()),
        replaced=documents.replaced,
    )


def _without_memory(source: Source, origin: Origin, why: str) -> SourceOutcome:
    """Nothing may be guessed of what was delivered before: the source stands still."""
    report = DeliveryReport(
        number=None,
        table_name=None,
        file_name="deliveries.json",
        sha256=None,
        state="stopped",
        note=why,
        received_at=dt.datetime.now(dt.UTC),
    )
    note = f"Deze bron staat stil: de cijfers van de vorige publicatie blijven gelden. {why}"
    return SourceOutcome(
        source=source.name, origin=origin, state="stopped", note=note, deliveries=(report,)
    )


def _synchronise_quarantine(
    run: SourceRun, reports: Sequence[DeliveryReport], documents: Path
) -> None:
    wanted: dict[str, Path] = {}
    for report in reports:
        table = run.table(report.table_name)
        if table is None or report.sha256 is None or not report.rows_delivered:
            continue
        found = run.parse_of(table, report.sha256)
        if found is not None and found.rejects_path and not run.is_broken(report):
            path = run.settings.raw / found.rejects_path
            name = path.name.replace(".rejects", "")
            wanted[f"{table.name}-{name}"] = path
    folder = run.settings.quarantine / run.source.name
    if documents.exists():
        # Rewritten by every run, because a document may still arrive.
        (folder / f"{documents.parent.name}.parquet").unlink(missing_ok=True)
        wanted[f"{documents.parent.name}.parquet"] = documents
    quarantine.synchronise(folder, wanted)


def _note(reports: Sequence[DeliveryReport], stops: Sequence[str]) -> str:
    if stops:
        return (
            "Deze bron staat stil: de cijfers van de vorige publicatie blijven gelden tot dit "
            f"is hersteld. {' '.join(stops)}"
        )
    if not reports:
        return "Er is nog niets geleverd."
    notes = []
    counting = [report for report in reports if report.counts]
    many = "1 bestand telt" if len(counting) == 1 else f"{len(counting)} bestanden tellen"
    notes.append(f"{many} mee.")
    for state, words in (
        ("unchanged", "al eerder geleverd"),
        ("missing", "niet meer aanwezig"),
    ):
        count = sum(report.state == state and not report.is_replaced for report in reports)
        if count:
            notes.append(f"{count} {words}.")
    notes += _privacy_notes(counting)
    return " ".join(notes)


def _shown(source: Source, name: str) -> str | None:
    return name if names.is_showable(name, source) else None


def _privacy_notes(counting: Sequence[DeliveryReport]) -> Iterator[str]:
    suspected: dict[tuple[str, str, personal.Kind], int] = {}
    for report in counting:
        for finding in report.findings:
            place = str(report.table_name), finding.column_name, finding.kind
            suspected[place] = suspected.get(place, 0) + finding.suspected
    for (table, column, kind), count in suspected.items():
        if count:
            yield f"In {table}.{column} staan {count} {personal.DUTCH[kind]}."


def _silent(message: str) -> None:
    """Nobody wants to know."""
    del message
