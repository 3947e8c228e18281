"""One file held against its contract, without storing anything of it.

Here belongs: reading a file as a run would, and finding the contract it belongs to. Not here: what
is told of it (`file_report.py`), or what a run does with it (`raw.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from dronten_pipeline.contracts.sources import Source, Table, load_sources
from dronten_pipeline.core import file_names, personal
from dronten_pipeline.core.limits import MEGABYTE, TooLarge
from dronten_pipeline.core.sandbox import Unwritten
from dronten_pipeline.core.settings import Settings, current_settings
from dronten_pipeline.ingest import (
    dialect,
    differences,
    landing,
    look,
    packed,
    parsing,
    parts,
    pieces,
    privacy,
    readers,
    records,
    refusals,
    unread,
)
from dronten_pipeline.ingest.file_report import SHOWN_REASONS, SHOWN_RECORDS, FileReport
from dronten_pipeline.ingest.header import Wanted

HEAD_BYTES = 8 * MEGABYTE

NO_DELIVERY = (
    "Aan de naam te zien is dit een reservekopie, een half bestand of een controlebestand, en dat "
    "wordt niet gelezen. Is het toch een levering, geef het dan een gewone naam."
)
SUBFOLDER = (
    "Dit bestand staat in een submap van de map van de bron, en daar wordt het niet gelezen. Zet "
    "het rechtstreeks in de map van de bron."
)

UNNAMED = (
    "Aan de naam is niet te zien bij welke tabel dit bestand hoort, en het is te groot om het aan "
    "de inhoud te zien. Zet het in de map van zijn bron, of noem de bron en de tabel erbij."
)

#: Keys nothing that is stored: a check must not make a key, nor need one.
NO_KEY = b"a check stores nothing"


def inspect_file(
    settings: Settings,
    path: Path,
    source_name: str | None = None,
    table_name: str | None = None,
) -> FileReport:
    """Reads a file against its contract.

    Args:
        source_name: source it belongs to; without it the folder that the file stands in decides,
            else the table whose columns fit best.
        table_name: table it belongs to; without it the name of the file decides, else its columns.

    Raises:
        KeyError: there is no such source or table; the message names those that exist.
        OSError: the file cannot be opened.
    """
    if path.is_dir() and not parts.is_one(path):
        return _refused(path, look.FOLDER)
    if not file_names.is_sound(path.name):
        return _refused(path, look.NO_UTF8)
    if landing.is_beside_the_delivery(path.name):
        return _refused(path, NO_DELIVERY)
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe would be waited for
        return _refused(path, f"Dit is geen gewoon bestand. {dialect.WHAT_TO_DO}")
    limits = settings.limits
    try:
        pieces.check_size(path, limits)
    except TooLarge as error:
        return _refused(path, str(error))
    try:
        with packed.opened(path, limits) as (file, _):
            cut_as = pieces.cut_as(file.fileno(), os.fstat(file.fileno()).st_size)
            # The columns stand at its start; a large file is not held whole.
            content = file.read(HEAD_BYTES).rpartition(b"\n")[0] + b"\n" if cut_as else file.read()
    except (TooLarge, dialect.Refused) as error:
        return _refused(path, str(error))
    sources = load_sources(settings.sources)
    if _is_in_subfolder(path, settings, sources):
        return _refused(path, SUBFOLDER)
    chosen = _choose(content, path, sources, source_name, table_name)
    if chosen is None and cut_as == "json":
        return _refused(path, UNNAMED)
    if chosen is None:
        return _unrecognised(content, path)
    return _against(settings, path, *chosen)


def _against(settings: Settings, path: Path, source: Source, table: Table) -> FileReport:
    """What comes of a file as a delivery of a table."""
    rejects = records.REJECTS.to_frame()
    first = pl.DataFrame(schema=privacy.stored_columns(table))
    key = differences.key_of_pseudonyms(settings, table)
    fingerprints = differences.Fingerprints(table, key)

    def take(stored: pl.DataFrame, more: pl.DataFrame) -> None:
        nonlocal rejects, first
        rejects = pl.concat([rejects, more]).head(SHOWN_REASONS)
        first = pl.concat([first, stored.head(SHOWN_RECORDS)]).head(SHOWN_RECORDS)
        fingerprints.add(stored)

    day = settings.as_of or settings.today()
    parsed = parsing.parse_file(path, table, key or NO_KEY, day, settings.limits, take)
    parsed = replace(parsed, rejects=rejects)
    rejected = parsed.rejected
    problem = parsed.refused
    if problem is None and rejected > source.allowed_loss * parsed.rows:
        problem = (
            f"{rejected} van de {parsed.rows} rijen {'is' if rejected == 1 else 'zijn'} afgekeurd, "
            "meer dan de bron toestaat. "
            "Herstel de oorzaak en lever het bestand opnieuw."
        )
    problem = problem or refusals.biased(source, parsed.biases)
    changes = fingerprints.against_known(settings, source) if problem is None else None
    if isinstance(changes, differences.Differences):
        problem = changes.problem(table)
    folder = path.resolve().parent
    return FileReport(
        file_name=path.name,
        contract=(source, table),
        parsed=parsed,
        problem=problem,
        first=first,
        changes=changes,
        is_cut_off=landing.is_cut_off(path),
        unread=tuple(
            unread.unread(folder, source, file_names.shown) if folder.name == source.name else ()
        ),
        suspected=tuple(finding for finding in parsed.findings if personal.is_error([finding])),
    )


def report_here(path: str, source_name: str | None, table_name: str | None) -> dict[str, Any]:
    """What `datalab check` prints, for the sandbox to answer: `lines`, `document` (the same for
    programs) and `is_accepted`, or `mistake`: what was asked for wrongly."""
    settings = current_settings()
    try:
        report = inspect_file(settings, Path(path), source_name, table_name)
    except KeyError as error:
        return {"mistake": str(error.args[0])}
    except FileNotFoundError:
        return {"mistake": f"{file_names.shown(path)} bestaat niet. Controleer de naam en de map."}
    except Unwritten:
        raise
    except OSError as error:
        return {"mistake": f"{file_names.shown(path)} {refusals.not_opened(error)}"}
    return {
        "lines": report.lines(),
        "document": report.document(),
        "is_accepted": report.is_accepted,
    }


def _is_in_subfolder(path: Path, settings: Settings, sources: Mapping[str, Source]) -> bool:
    """Whether a file stands below the folder of a source and not in it; documents may."""
    try:
        name, *below = path.resolve().relative_to(settings.landing_folder.resolve()).parts
    except ValueError:
        return False
    return name in sources and len(below) > 1 and not sources[name].names_documents


def _choose(
    content: bytes,
    path: Path,
    sources: Mapping[str, Source],
    source_name: str | None,
    table_name: str | None,
) -> tuple[Source, Table] | None:
    if source_name is not None and source_name not in sources:
        raise KeyError(f"Er is geen bron {source_name}; kies uit {', '.join(sources)}.")
    folder = source_name or path.resolve().parent.name
    candidates = [sources[folder]] if folder in sources else list(sources.values())
    if table_name is not None:
        found = [
            (source, table)
            for source in candidates
            for table in source.tables
            if table.name == table_name
        ]
        if not found:
            raise KeyError(f"Er is geen tabel {table_name} in {', '.join(sources)}.")
        return found[0]
    if folder in sources:
        named = landing.table_for(path, sources[folder])
        if named is not None:
            return sources[folder], named
    return _best_match(content, candidates)


def _best_match(content: bytes, candidates: list[Source]) -> tuple[Source, Table] | None:
    """The table of whose required columns the file has the largest share, and at least half."""
    best: tuple[float, int, Source, Table] | None = None
    for source in candidates:
        for table in source.tables:
            wanted = Wanted.by(table)
            try:
                headers = set(readers.read(content, wanted).headers)
            except dialect.Refused:  # as this table; as another it may do
                continue
            share = len(headers & wanted.required) / max(1, len(wanted.required))
            known = len(headers & wanted.names)
            if share >= 0.5 and (best is None or (share, known) > best[:2]):
                best = share, known, source, table
    return None if best is None else best[2:]


def _unrecognised(content: bytes, path: Path) -> FileReport:
    problem = (
        "de kolommen passen bij geen enkele bron. Zet het bestand in de map van zijn bron, of noem "
        "de bron en de tabel erbij."
    )
    try:
        readers.read(content, ())
    except dialect.Refused as refusal:
        problem = str(refusal)
    return _refused(path, problem)


def _refused(path: Path, problem: str) -> FileReport:
    return FileReport(file_name=path.name, parsed=parsing.Parsed(), problem=problem)
