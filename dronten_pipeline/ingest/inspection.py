"""One file held against its contract, without storing anything of it.

Here belongs: what `datalab check FILE` tells. Not here: what a run does with a file (`raw.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from dronten_pipeline import file_names, personal
from dronten_pipeline.contracts import Source, Table, load_sources
from dronten_pipeline.ingest import dialect, landing, parsing, pieces, raw, readers, records, unread
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.limits import MEGABYTE, TooLarge
from dronten_pipeline.settings import Settings, current_settings

SHOWN_REASONS = 10
HEAD_BYTES = 8 * MEGABYTE
SHOWN_HEADERS, SHOWN_LENGTH = 20, 40
SEPARATOR_WORDS = {";": "puntkomma", ",": "komma", "\t": "tab"}

NO_DELIVERY = (
    "Aan de naam te zien is dit een reservekopie, een half bestand of een controlebestand, en dat "
    "wordt niet gelezen. Is het toch een levering, geef het dan een gewone naam."
)
SUBFOLDER = (
    "Dit bestand staat in een submap van de map van de bron, en daar wordt het niet gelezen. Zet "
    "het rechtstreeks in de map van de bron."
)

#: Keys nothing that is stored: a check must not make a key, nor need one.
NO_KEY = b"a check stores nothing"


@dataclass(frozen=True)
class FileReport:
    """What stands in a file, and what is wrong with it."""

    file_name: str
    source: str | None
    table: str | None
    parsed: parsing.Parsed
    problem: str | None
    suspected: tuple[str, ...] = ()
    is_cut_off: bool = False
    #: What else lies in its folder and is never read.
    unread: tuple[str, ...] = ()

    @property
    def is_accepted(self) -> bool:
        return self.problem is None

    def lines(self) -> list[str]:
        """The report as Dutch sentences, the verdict first and what to do last."""
        parsed = self.parsed
        verdict = "wordt zo geaccepteerd" if self.is_accepted else "wordt zo NIET geaccepteerd"
        said = [f"{file_names.shown(self.file_name)} {verdict}."]
        if self.table:
            said.append(f"Bron {self.source}, tabel {self.table}.")
        if parsed.format:
            said.append(f"Vorm: {', '.join(self._form())}.")
            said.append(
                f"Rijen: {parsed.accepted + parsed.rejected}, geaccepteerd {parsed.accepted}, "
                f"afgekeurd {parsed.rejected}."
            )
        for line, reason in parsed.rejects.select("_line", "reason").head(SHOWN_REASONS).rows():
            said.append(f"  regel {line}: {reason}")
        more = parsed.rejected - SHOWN_REASONS
        if more > 0:
            said.append(f"  en nog {more} afgekeurde rijen.")
        if shown := [name for name in parsed.headers if name]:
            # Whoever has the file may see what stands in it; nothing of this is kept.
            more_names = f" en {len(shown) - SHOWN_HEADERS} meer" * (len(shown) > SHOWN_HEADERS)
            names = ", ".join(name[:SHOWN_LENGTH] for name in shown[:SHOWN_HEADERS])
            said.append(f"Kolommen in het bestand: {names}{more_names}.")
        said += parsed.notes
        if self.is_cut_off:
            said.append(
                "Het bestand eindigt midden in een regel: een run wacht een dag op de rest."
            )
        said += self.suspected
        said += self.unread
        said.append(f"Wat te doen: {self._advice()}")
        return said

    def _form(self) -> list[str]:
        parsed = self.parsed
        form = [str(parsed.format)]
        if parsed.encoding:
            form.append(f"tekens {parsed.encoding}")
        if parsed.separator:
            words = SEPARATOR_WORDS.get(parsed.separator, repr(parsed.separator))
            form.append(f"scheidingsteken {words}")
        return form

    def _advice(self) -> str:
        if self.problem:
            return self.problem
        if self.suspected:
            return "haal de persoonsgegevens uit het bestand en lever het opnieuw."
        if self.parsed.rejected:
            return (
                "het bestand kan geleverd worden; herstel de afgekeurde regels in het bronsysteem "
                "en lever ze in een volgend bestand."
            )
        return "niets; het bestand kan zo geleverd worden."


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
    if path.is_dir():
        return _refused(path, raw.FOLDER)
    if not file_names.is_sound(path.name):
        return _refused(path, raw.NO_UTF8)
    if landing.is_beside_the_delivery(path.name):
        return _refused(path, NO_DELIVERY)
    if path.exists() and not path.is_file():  # a pipe would be waited for
        return _refused(path, f"Dit is geen gewoon bestand. {dialect.WHAT_TO_DO}")
    limits = settings.limits
    try:
        limits.check_size(path.stat().st_size)
    except TooLarge as error:
        return _refused(path, str(error))
    with path.open("rb") as file:
        is_cut = pieces.is_cut(file.fileno(), path.stat().st_size)
        # The columns stand at its start; a large file is not held whole.
        content = file.read(HEAD_BYTES).rpartition(b"\n")[0] + b"\n" if is_cut else file.read()
    sources = load_sources(settings.sources)
    if _is_in_subfolder(path, settings, sources):
        return _refused(path, SUBFOLDER)
    chosen = _choose(content, path, sources, source_name, table_name)
    if chosen is None:
        return _unrecognised(content, path)
    source, table = chosen
    rejects = records.REJECTS.to_frame()

    def take(_: pl.DataFrame, more: pl.DataFrame) -> None:
        nonlocal rejects
        rejects = pl.concat([rejects, more]).head(SHOWN_REASONS)

    day = settings.as_of or settings.today()
    parsed = parsing.parse_file(path, table, NO_KEY, day, limits, take)
    parsed = replace(parsed, rejects=rejects)
    rejected = parsed.rejected
    problem = parsed.refused
    if problem is None and rejected > source.allowed_loss * parsed.rows:
        problem = (
            f"{rejected} van de {parsed.rows} rijen zijn afgekeurd, meer dan de bron toestaat. "
            "Herstel de oorzaak en lever het bestand opnieuw."
        )
    return FileReport(
        file_name=path.name,
        source=source.name,
        table=table.name,
        parsed=parsed,
        problem=problem,
        is_cut_off=landing.is_cut_off(path),
        unread=tuple(
            unread.unread(path.resolve().parent, source, file_names.shown)
            if path.resolve().parent.name == source.name
            else ()
        ),
        suspected=tuple(
            f"Kolom {finding.column_name} bevat {finding.suspected} {personal.DUTCH[finding.kind]}."
            for finding in parsed.findings
            if personal.is_error([finding])
        ),
    )


def lines_here(
    path: str, source_name: str | None, table_name: str | None
) -> dict[str, list[str] | bool | str]:
    """What `datalab check` prints, for the sandbox to answer: `lines` and `is_accepted`, or
    `mistake`: what was asked for wrongly."""
    settings = current_settings()
    try:
        report = inspect_file(settings, Path(path), source_name, table_name)
    except KeyError as error:
        return {"mistake": str(error.args[0])}
    except FileNotFoundError:
        return {"mistake": f"{file_names.shown(path)} bestaat niet. Controleer de naam en de map."}
    except OSError as error:
        return {"mistake": f"{file_names.shown(path)} {raw.not_opened(error)}"}
    return {"lines": report.lines(), "is_accepted": report.is_accepted}


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
    return FileReport(
        file_name=path.name, source=None, table=None, parsed=parsing.Parsed(), problem=problem
    )
