"""Erasing what was read of a file that should never have been delivered.

What was read stays counted when its file goes, so that a figure stays explainable. A file with
personal data where none may be is the exception: it must be possible to get rid of it, on purpose
and with a reason. Not here: writing that down as evidence (`ledger/`), or taking back a release
that was made of it (`release/withdrawal.py`).

Whatever could hold a value of it goes as a whole: the next run makes all of that again from the
deliveries that remain. Only Dagster's history of runs is not made again, and it is no evidence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core import personal
from dronten_pipeline.core.run_files import SCORES
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import files, landing, names, registry
from dronten_pipeline.pipeline import dagster_home


class EraseError(RuntimeError):
    """Nothing was erased; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was erased; `file_name` names it by its number and table, for its name goes as well."""

    source: str
    file_name: str
    sha256: tuple[str, ...]
    rows: int


def erase(
    settings: Settings,
    source: Source,
    file_name: str,
    *,
    reason: str,
    record: Callable[[Erased], None] = lambda _: None,
) -> Erased:
    """Removes everything that was read of `file_name`; the next run does without it.

    Releases stand: they must be withdrawn by name.

    Args:
        file_name: the name, or the number of the delivery where its name is not shown.
        record: writes down what will be erased, before anything is; done again after a kill, it is
            written down twice and erased once.

    Raises:
        EraseError: the file was never read, still lies in the landing folder, or the reason
            repeats personal data.
    """
    if kinds := personal.found_in(reason):
        raise EraseError(
            f"De reden bevat {personal.in_words(kinds)}, en zij blijft in het logboek staan: "
            "schrijf haar zonder persoonsgegevens."
        )
    known = registry.load(settings.raw, source.name)
    kept = names.Names(source, settings.read_pseudonym_key())
    wanted = {file_name, kept.kept(file_name), kept.token(file_name)}
    contents = {
        delivery.sha256
        for delivery in known.deliveries
        if delivery.origin == "delivery"
        and (delivery.file_name in wanted or str(delivery.number) == file_name)
    }
    if not contents:
        raise EraseError(
            f"{source.name} heeft nooit een bestand {file_name} gelezen: geef een naam of het "
            "nummer van een levering; de tabel source_delivery noemt ze."
        )
    _check_gone(settings, source, known, kept, contents)
    first = min(
        (one for one in known.deliveries if one.sha256 in contents), key=lambda one: one.number
    )
    erased = Erased(
        source=source.name,
        file_name=names.said(kept.token(file_name), first.table, first.number),
        sha256=tuple(sorted(contents)),
        rows=sum(
            parse.rows_delivered
            for key, parse in known.parses.items()
            if key.split("/")[1] in contents
        ),
    )
    record(erased)
    _erase_readings(settings, known, contents)
    _erase_traces(settings, source)
    _forget(settings, known, kept, contents, reason)
    return erased


def _check_gone(
    settings: Settings,
    source: Source,
    known: registry.Registry,
    kept: names.Names,
    contents: set[str],
) -> None:
    folder = landing.folder(settings, source, "delivery")
    there = {one.file_name for one in known.deliveries if one.sha256 in contents}
    found = (path.name for path in landing.delivered_files(folder))
    present = [name for name in found if kept.kept(name) in there]
    if present:
        raise EraseError(
            f"{', '.join(present)} staat nog in {folder}: haal het daar eerst weg, anders wordt "
            "het opnieuw gelezen."
        )


def _erase_readings(settings: Settings, known: registry.Registry, contents: set[str]) -> None:
    for key, parse in list(known.parses.items()):
        if key.split("/")[1] in contents:
            for path in filter(None, (parse.raw_path, parse.rejects_path)):
                (settings.raw / path).unlink(missing_ok=True)
            del known.parses[key]


def _erase_traces(settings: Settings, source: Source) -> None:
    """Everything that a run left and that may repeat a value: it is made again by the next one."""
    folders = [
        settings.raw / "snapshots",
        settings.warehouse,
        settings.quarantine / source.name,
        settings.dbt_target,
        settings.data_docs,
        # Its runs, events, previews and what its processes printed; what it is to do stays.
        settings.dagster_home / "history",
        settings.dagster_home / "storage",
        settings.dagster_home / "logs",
        *settings.dagster_home.glob(f"{dagster_home.ASIDE}*"),
    ]
    if any(table.document_column for table in source.tables):
        # Names of documents, and judgements of those that the list named.
        store = settings.raw / "files" / source.name
        folders += [settings.raw / "texts" / source.name, store / SCORES, store / "documents"]
    for folder in folders:
        files.remove_folder(folder)
    for path in (
        settings.raw / source.name / "outcome.json",
        settings.home / "last-run.log",
        settings.home / "last-server.log",
        settings.home / "settled.json",
    ):
        path.unlink(missing_ok=True)
    if settings.raw_current.is_symlink():
        settings.raw_current.unlink()


def _forget(
    settings: Settings,
    known: registry.Registry,
    kept: names.Names,
    contents: set[str],
    reason: str,
) -> None:
    """That there was a delivery stays, with its hash; its name does not."""
    moment = dt.datetime.now(dt.UTC)
    known.deliveries = [
        delivery.model_copy(
            update={
                "file_name": delivery.file_name
                if names.is_hidden(delivery.file_name)
                else kept.token(delivery.file_name),
                "erased_at": delivery.erased_at or moment,
                "erased_because": delivery.erased_because or reason,
            }
        )
        if delivery.sha256 in contents
        else delivery
        for delivery in known.deliveries
    ]
    registry.save(settings.raw, known)
