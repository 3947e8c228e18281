"""One file against its contract: from bytes to what may be stored of it.

Here belongs: putting readers, values and privacy in a row, and the messages about columns. Not
here: storing (`raw.py`). Nothing in here touches the disk. What is said of a file repeats no name
that stands in it but those of the contract: a header can be a record that lost its header row.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from dronten_pipeline import personal
from dronten_pipeline.contracts import Table
from dronten_pipeline.ingest import dialect, privacy, readers, values

#: Raise it when the same bytes and contract are read in another way than before.
PARSER_VERSION = "3"


@dataclass(frozen=True)
class Parsed:
    """What one file holds.

    stored: accepted records, only what may be stored (`privacy.stored_columns`); None when the
        file as a whole is refused.
    rejects: rejected records: `_line`, `column_name`, `reason`.
    refused: why the file as a whole is no good, in a Dutch sentence that says what to do.
    missing: columns of the contract that were not delivered.
    headers: what the file calls its columns; for whoever holds it, never kept.
    """

    format: str | None = None
    encoding: str | None = None
    separator: str | None = None
    rows: int = 0
    stored: pl.DataFrame | None = None
    rejects: pl.DataFrame = field(default_factory=readers.REJECTS.to_frame)
    notes: tuple[str, ...] = ()
    findings: tuple[personal.Finding, ...] = ()
    refused: str | None = None
    missing: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    horizon: values.Horizon = field(default_factory=values.Horizon)


def version_of(table: Table, key: bytes | None) -> str:
    """Names the rules under which a content is read; other rules mean another parse."""
    version = f"{table.version}-p{PARSER_VERSION}"
    if privacy.has_pseudonyms(table) and key is not None:
        version += f"-k{privacy.key_id(key)}"
    return version


def repeats_no_names(version: str) -> bool:
    """Whether a parse under this version says nothing that stood in the file as a name."""
    return "-p1" not in version


def parse(content: bytes, table: Table, key: bytes, as_of: dt.date | None = None) -> Parsed:
    """Reads a whole file; never raises for what stands in it.

    Args:
        key: of the pseudonyms.
        as_of: day of judgement; a date too far after it is impossible.
    """
    wanted = {column.name.lower() for column in table.columns}
    try:
        delivered = readers.read(content, wanted)
    except dialect.Refused as refusal:
        return Parsed(refused=str(refusal))
    headers = set(delivered.headers)
    missing = tuple(
        column.name.lower() for column in table.columns if column.name.lower() not in headers
    )
    unasked = sum(1 for name in delivered.headers if name and name not in wanted)
    about = Parsed(
        format=delivered.format,
        encoding=delivered.encoding,
        separator=delivered.separator,
        rows=delivered.rows,
        missing=missing,
        headers=delivered.headers,
    )
    needed = [name for name in missing if _is_required(table, name)]
    # An empty JSON list names no columns at all, and is an empty delivery.
    if needed and (delivered.headers or delivered.rows):
        refused = _missing_message(table, needed, sorted(wanted & headers), unasked)
        return _with(about, rows=0, refused=refused, notes=delivered.notes)
    typed = values.type_records(delivered.frame, table, as_of)
    accepted, impossible = _without_impossible(typed.frame, table)
    rejects = pl.concat([delivered.rejects, typed.rejects, impossible]).sort(readers.LINE)
    return _with(
        about,
        stored=privacy.protect(accepted, table, key),
        rejects=rejects,
        notes=(*delivered.notes, *_column_notes(missing, unasked), *typed.notes),
        findings=tuple(privacy.findings(accepted, table)),
        horizon=typed.horizon,
    )


def _with(parsed: Parsed, **changes: object) -> Parsed:
    return Parsed(**{**parsed.__dict__, **changes})  # type: ignore[arg-type]


def _without_impossible(frame: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed records that keep to the `rejects` of the contract, and the rejects of the others."""
    if not table.rejects:
        return frame, readers.REJECTS.to_frame()
    columns, reasons = [], []
    for reject in table.rejects:
        earlier, later = (name.lower() for name in reject.columns)
        broken = pl.when(pl.col(later) < pl.col(earlier))
        columns.append(broken.then(pl.lit(later)))
        reasons.append(broken.then(pl.lit(f"{later} ligt voor {earlier}: {reject.reason}")))
    judged = frame.select(
        readers.LINE,
        pl.coalesce(columns).alias("column_name"),
        pl.concat_str(reasons, separator=" ", ignore_nulls=True).alias("reason"),
    )
    is_impossible = judged.get_column("column_name").is_not_null()
    return frame.filter(~is_impossible), judged.filter(is_impossible)


def _is_required(table: Table, name: str) -> bool:
    return any(column.required for column in table.columns if column.name.lower() == name)


def _missing_message(table: Table, missing: list[str], known: list[str], unasked: int) -> str:
    columns = f"Kolom {missing[0]} ontbreekt"
    if len(missing) > 1:
        columns = f"De kolommen {', '.join(missing)} ontbreken"
    found = [", ".join(known)] if known else []
    if unasked:
        found.append(_others(unasked) if known else f"{unasked} kolommen met andere namen")
    hint = (
        f"`datalab check` noemt ze. Staat er geen kop boven de gegevens van {table.name}, zet die "
        "er dan boven."
    )
    return (
        f"{columns}, en tabel {table.name} kan niet zonder. Gevonden kolommen: "
        f"{' en '.join(found) or 'geen'}. {hint if unasked else ''} "
        "Lever het bestand opnieuw met de ontbrekende kolom in de kop."
    ).replace("  ", " ")


def _column_notes(missing: tuple[str, ...], unasked: int) -> list[str]:
    notes = []
    if unasked:
        notes.append(f"Niet gevraagd en niet bewaard: {_others(unasked)}.")
    if missing:
        notes.append(f"Niet geleverde kolommen (niet verplicht): {', '.join(missing)}.")
    return notes


def _others(count: int) -> str:
    return "1 andere kolom" if count == 1 else f"{count} andere kolommen"
