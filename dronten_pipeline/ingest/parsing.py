"""One file against its contract: from bytes to what may be stored of it.

Here belongs: putting readers, values and privacy in a row, and the messages about columns. Not
here: storing (`reading.py`). Nothing in here writes to the disk. What is said of a file repeats no
name that stands in it but those of the contract: a header can be a record that lost its header row.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.core import personal
from dronten_pipeline.core.limits import Limits, TooLarge
from dronten_pipeline.ingest import (
    cleaning,
    dialect,
    header,
    loss,
    packed,
    pieces,
    privacy,
    readers,
    records,
    spelled_keys,
    totals,
    trailers,
    values,
)
from dronten_pipeline.ingest.ahead import ahead
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.understood import Understood

#: Raise it when the same bytes and contract are read in another way than before.
PARSER_VERSION = "5"


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
    rejects: pl.DataFrame = field(default_factory=records.REJECTS.to_frame)
    notes: tuple[str, ...] = ()
    findings: tuple[personal.Finding, ...] = ()
    refused: str | None = None
    missing: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    horizon: values.Horizon = field(default_factory=values.Horizon)
    cleaned: cleaning.Counts = field(default_factory=dict)
    understood: Understood = field(default_factory=Understood)
    #: Of every byte that was read, where the file was read in pieces from end to end.
    sha256: str | None = None
    #: Numbers of records, where the records themselves were handed on.
    accepted: int = 0
    rejected: int = 0
    #: Rejected records by group, and which groups lost too many.
    lost: pl.DataFrame = field(default_factory=loss.GROUPS.to_frame)
    biases: tuple[loss.Bias, ...] = ()

    def with_biases(self, accepted: pl.LazyFrame, table: Table) -> Parsed:
        """Held beside the accepted records, where any was rejected."""
        if self.refused is not None or not self.lost.height:
            return self
        return _with(self, biases=loss.biases(self.lost, loss.groups(accepted, table)))


def version_of(table: Table, key: bytes | None) -> str:
    """Names the rules under which a content is read; other rules mean another parse."""
    version = f"{table.version}-p{PARSER_VERSION}"
    if privacy.has_pseudonyms(table) and key is not None:
        version += f"-k{privacy.key_id(key)}"
    return version


def repeats_no_names(version: str) -> bool:
    """Whether a parse under this version says nothing that stood in the file as a name."""
    return "-p1" not in version


def parse(
    content: bytes,
    table: Table,
    key: bytes,
    as_of: dt.date | None = None,
    limits: Limits = records.DEFAULT,
) -> Parsed:
    """Reads a whole file; never raises for what stands in it.

    Args:
        key: of the pseudonyms.
        as_of: as-of date; a date too far after it is impossible.
    """
    frames = _Frames()
    try:
        delivered = readers.read(content, Wanted.by(table), limits)
        del content  # it may be as large as what was read of it
        parsed = _piece(delivered, table, key, as_of, None, frames, totals.Sums(table))
    except dialect.Refused as refusal:
        return Parsed(refused=str(refusal))
    if not parsed.refused:
        parsed = parsed.with_biases(frames.stored[0].lazy(), table)
    return _with(
        parsed,
        stored=None if parsed.refused else frames.stored[0],
        rejects=records.REJECTS.to_frame() if parsed.refused else frames.rejects[0],
    )


def parse_file(
    path: Path,
    table: Table,
    key: bytes,
    as_of: dt.date | None,
    limits: Limits,
    take: Callable[[pl.DataFrame, pl.DataFrame], None],
) -> Parsed:
    """As `parse`, for a file of any size: hands what is stored and rejected to `take`, once or a
    piece at a time, and returns the rest.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with packed.opened(path, limits) as (file, packing):
            parsed = _parse_open(file.fileno(), table, key, as_of, limits, take)
    except (TooLarge, dialect.Refused) as error:
        return Parsed(refused=str(error))
    if packing is None:
        return parsed
    understood = replace(parsed.understood, packed=packing.how)
    return _with(parsed, understood=understood, notes=(packing.note, *parsed.notes))


def _parse_open(
    handle: int,
    table: Table,
    key: bytes,
    as_of: dt.date | None,
    limits: Limits,
    take: Callable[[pl.DataFrame, pl.DataFrame], None],
) -> Parsed:
    size = os.fstat(handle).st_size
    limits.check_size(size, in_pieces=pieces.cut_as(handle, size) is not None)
    trailer = None
    if table.trailer is not None:
        trailer = trailers.find(handle, size, table)
        size = trailer[0] if trailer else size
    if pieces.cut_as(handle, size):
        parsed = _parse_pieces(handle, size, table, key, as_of, limits, take)
        if table.trailer is not None and parsed.refused is None and parsed.format == "csv":
            trailers.check(trailer, parsed.rows)
        return parsed
    with open(handle, "rb", closefd=False) as file:
        file.seek(0)
        parsed = parse(file.read(size), table, key, as_of, limits)
    if table.trailer is not None and parsed.refused is None and parsed.format == "csv":
        trailers.check(trailer, parsed.rows)
    if parsed.stored is not None:
        take(parsed.stored, parsed.rejects)
    return _with(
        parsed,
        accepted=0 if parsed.stored is None else parsed.stored.height,
        rejected=parsed.rejects.height,
        stored=None,
        rejects=records.REJECTS.to_frame(),
    )


def _parse_pieces(
    handle: int,
    size: int,
    table: Table,
    key: bytes,
    as_of: dt.date | None,
    limits: Limits,
    take: Callable[[pl.DataFrame, pl.DataFrame], None],
) -> Parsed:
    seen = values.Seen()
    undecided = {
        column.name.lower()
        for column in table.columns
        if column.type in ("integer", "decimal") and column.personal_data == "none"
    }
    reader = pieces.reader(handle, size, Wanted.by(table), limits)
    if undecided:
        for piece in reader.read(undecided):
            seen.look_at(piece.frame, table)
    whole: Parsed | None = None
    blank_lines = 0
    sums = totals.Sums(table)
    for delivered, is_last in _with_last(ahead(reader.read())):
        records.check_total(delivered)
        frames = _Frames()
        found = _piece(delivered, table, key, as_of, seen, frames, sums, is_last=is_last)
        if found.refused:
            return found
        take(frames.stored[0], frames.rejects[0])
        blank_lines += delivered.blank_lines
        whole = found if whole is None else _joined(whole, found)
    assert whole is not None
    # The notes on the file as a whole come once, in the order of a file that is read in one go.
    notes = (
        *whole.notes,
        *records.blank_notes(blank_lines),
        *seen.notes(table),
        *cleaning.notes(whole.cleaned),
    )
    understood = replace(whole.understood, columns=seen.ways(table))
    return _with(whole, notes=notes, understood=understood, sha256=reader.sha256)


def _with_last(items: Iterator[records.Delivered]) -> Iterator[tuple[records.Delivered, bool]]:
    """Each with whether it is the last."""
    held: list[records.Delivered] = []
    for item in items:
        if held:
            yield held.pop(), False
        held.append(item)
    if held:
        yield held.pop(), True


def _joined(first: Parsed, second: Parsed) -> Parsed:
    counts: dict[tuple[str, str], personal.Finding] = {}
    for finding in (*first.findings, *second.findings):
        place = finding.column_name, finding.kind
        known = counts.get(place)
        counts[place] = (
            finding
            if known is None
            else finding.model_copy(
                update={
                    "suspected": known.suspected + finding.suspected,
                    "checked": known.checked + finding.checked,
                }
            )
        )
    return _with(
        first,
        rows=first.rows + second.rows,
        accepted=first.accepted + second.accepted,
        rejected=first.rejected + second.rejected,
        notes=tuple(dict.fromkeys((*first.notes, *second.notes))),
        findings=tuple(counts.values()),
        horizon=first.horizon.joined(second.horizon),
        cleaned=cleaning.together(first.cleaned, second.cleaned),
        lost=loss.together([first.lost, second.lost]),
    )


@dataclass
class _Frames:
    """What came of a piece, apart from what is said of it."""

    stored: list[pl.DataFrame] = field(default_factory=list)
    rejects: list[pl.DataFrame] = field(default_factory=list)


def _piece(
    delivered: records.Delivered,
    table: Table,
    key: bytes,
    as_of: dt.date | None,
    seen: values.Seen | None,
    frames: _Frames,
    sums: totals.Sums,
    *,
    is_last: bool = True,
) -> Parsed:
    """Types a whole file, or a piece of one when `seen` and `sums` know of the others."""
    columns = columns_of(delivered, table)
    own_notes = delivered.all_notes if seen is None else delivered.notes
    about = Parsed(
        format=delivered.format,
        encoding=delivered.encoding,
        separator=delivered.separator,
        rows=delivered.rows,
        missing=columns.missing,
        headers=delivered.headers,
        understood=delivered.understood,
    )
    if columns.refused is not None:
        return _with(about, rows=0, refused=columns.refused, notes=own_notes)
    typed = values.type_records(delivered.frame, table, as_of, seen)
    accepted, impossible = without_impossible(typed.frame, table)
    lost = _lost(delivered, typed, accepted, table, as_of)
    total = records.REJECTS.to_frame()
    perhaps_total = None
    if is_last:
        accepted, total, perhaps_total = sums.without_total(accepted)
    else:
        sums.add(accepted)
    frames.rejects.append(
        pl.concat([delivered.rejects, typed.rejects, impossible, total]).sort(records.LINE)
    )
    frames.stored.append(privacy.protect(accepted, table, key))
    cleaned = cleaning.together(delivered.cleaned, typed.cleaned)
    said = () if seen is not None else (*cleaning.notes(cleaned), *key_notes(table, accepted))
    if perhaps_total:
        said = (*said, perhaps_total)
    return _with(
        about,
        accepted=accepted.height,
        rejected=frames.rejects[0].height,
        notes=(*own_notes, *columns.notes, *typed.notes, *said),
        cleaned=cleaned,
        findings=tuple(privacy.findings(accepted, table)),
        horizon=typed.horizon,
        lost=lost,
        understood=replace(delivered.understood, columns=typed.ways),
    )


@dataclass(frozen=True)
class Columns:
    """What the delivered columns say of a file.

    missing: columns of the contract that were not delivered.
    refused: why no file with these columns can be read, in a Dutch sentence.
    """

    missing: tuple[str, ...]
    notes: tuple[str, ...] = ()
    refused: str | None = None


def columns_of(delivered: records.Delivered, table: Table) -> Columns:
    """Holds the delivered columns against those of the contract."""
    wanted = Wanted.by(table)
    headers = set(delivered.headers)
    missing = tuple(
        column.name.lower() for column in table.columns if column.name.lower() not in headers
    )
    others = [name for name in delivered.headers if name and name not in wanted]
    needed = [name for name in missing if _is_required(table, name)]
    # An empty JSON list names no columns at all, and is an empty delivery.
    if needed and (delivered.headers or delivered.rows):
        refused = (
            UNDIVIDED
            if delivered.format == "csv" and _is_undivided(delivered.headers, wanted)
            else _missing_message(table, needed, sorted(wanted.names & headers), len(others))
        )
        return Columns(missing, refused=refused)
    # Of text it is only told: `contact_id` and `contract_id` may both be meant.
    texts = {column.name.lower() for column in table.columns if column.type == "text"}
    figures = (name for name in missing if name not in texts)
    if mistyped := [name for name in figures if header.is_mistyped(name, others)]:
        return Columns(missing, refused=_mistyped_message(mistyped[0]))
    return Columns(missing, notes=tuple(_column_notes(missing, others)))


def _lost(
    delivered: records.Delivered,
    typed: values.Typed,
    accepted: pl.DataFrame,
    table: Table,
    as_of: dt.date | None,
) -> pl.DataFrame:
    parts = _lost_by_reader(delivered, table, as_of)
    if typed.rejected is not None:
        parts.append(loss.groups(typed.rejected.lazy(), table, unread=True))
    if accepted.height < typed.frame.height:
        impossible = typed.frame.join(accepted.select(records.LINE), on=records.LINE, how="anti")
        parts.append(loss.groups(impossible.lazy(), table))
    return loss.together(parts) if parts else loss.GROUPS.to_frame()


def _lost_by_reader(
    delivered: records.Delivered, table: Table, as_of: dt.date | None
) -> list[pl.DataFrame]:
    """The groups of what the reader rejected, of which one cell is no value (`UNREADABLE`)."""
    if delivered.unread is None or not delivered.unread.height:
        return []
    faulty = delivered.rejects.select(records.LINE, "column_name")
    unread = delivered.unread.join(faulty, on=records.LINE, how="left")
    names = [name for name in unread["column_name"].unique().drop_nulls() if name in unread.columns]
    is_faulty = {name: pl.col("column_name") == name for name in names}
    unread = unread.with_columns(
        pl.when(is_faulty[name]).then(pl.coalesce(name, pl.lit(UNREADABLE))).otherwise(name)
        .alias(name)
        for name in names
    ).drop("column_name")  # fmt: skip
    try:
        typed = values.type_records(unread, table, as_of)
    except dialect.Refused:  # so few dates that they seem to stand in another order
        return []
    rest = [] if typed.rejected is None else [typed.rejected]
    return [loss.groups(one.lazy(), table, unread=True) for one in (typed.frame, *rest)]


#: Stands for a cell that the reader of a format could not read, so that it is not empty.
UNREADABLE = "?!"


def _with(parsed: Parsed, **changes: object) -> Parsed:
    return Parsed(**{**parsed.__dict__, **changes})  # type: ignore[arg-type]


def without_impossible(frame: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed records that keep to the `rejects` of the contract, and the rejects of the others."""
    if not table.rejects:
        return frame, records.REJECTS.to_frame()
    columns, reasons = [], []
    for reject in table.rejects:
        earlier, later = (name.lower() for name in reject.columns)
        broken = pl.when(pl.col(later) < pl.col(earlier))
        columns.append(broken.then(pl.lit(later)))
        reasons.append(broken.then(pl.lit(f"{later} ligt voor {earlier}: {reject.reason}")))
    judged = frame.select(
        records.LINE,
        pl.coalesce(columns).alias("column_name"),
        pl.concat_str(reasons, separator=" ", ignore_nulls=True).alias("reason"),
    )
    is_impossible = judged.get_column("column_name").is_not_null()
    return frame.filter(~is_impossible), judged.filter(is_impossible)


UNDIVIDED = (
    "De kop noemt wel kolommen van deze tabel, maar tussen de kolommen staat geen scheidingsteken "
    "dat bekend is. Lever het bestand opnieuw met een puntkomma, komma, tab of rechte streep "
    "tussen de kolommen, en zonder aanhalingstekens om een hele regel."
)


def _is_required(table: Table, name: str) -> bool:
    return any(column.required for column in table.columns if column.name.lower() == name)


def _missing_message(table: Table, missing: list[str], known: list[str], unasked: int) -> str:
    columns = f"Kolom {missing[0]} ontbreekt"
    if len(missing) > 1:
        columns = f"De kolommen {', '.join(missing)} ontbreken"
    found = [", ".join(known)] if known else []
    if unasked:
        found.append(_others(unasked) if known else _only_others(unasked))
    hint = (
        f"`datalab check` noemt ze. Staat er geen kop boven de gegevens van {table.name}, zet die "
        "er dan boven."
    )
    return (
        f"{columns}, en tabel {table.name} kan niet zonder. Gevonden kolommen: "
        f"{' en '.join(found) or 'geen'}. {hint if unasked else ''} "
        "Lever het bestand opnieuw met de ontbrekende kolom in de kop."
    ).replace("  ", " ")


def _is_undivided(headers: tuple[str, ...], wanted: Wanted) -> bool:
    """Whether a header is one name that holds several of the contract."""
    return len(headers) == 1 and sum(name in headers[0] for name in wanted) > 1


def _mistyped_message(name: str) -> str:
    return (
        f"Kolom {name} ontbreekt, en een andere kolom heet bijna zo: dat lijkt een tikfout. Noem "
        f"die kolom {name}, of laat haar weg als zij iets anders is, en lever het bestand opnieuw."
    )


def _column_notes(missing: tuple[str, ...], others: list[str]) -> list[str]:
    notes = []
    if others:
        notes.append(f"Niet gevraagd en niet bewaard: {_others(len(others))}.")
    if missing:
        notes.append(f"Niet geleverde kolommen (niet verplicht): {', '.join(missing)}.")
    if similar := [name for name in missing if header.is_alike(name, others)]:
        notes.append(
            f"Let op: een kolom met een andere naam is misschien {' of '.join(similar)}. Noem haar "
            "dan zo, en lever het bestand opnieuw."
        )
    return notes


def _only_others(count: int) -> str:
    return "1 kolom met een andere naam" if count == 1 else f"{count} kolommen met andere namen"


def key_notes(table: Table, accepted: pl.DataFrame) -> list[str]:
    many = spelled_keys.within(table, accepted)
    if not many:
        return []
    keys = "1 sleutel staat" if many == 1 else f"{many} sleutels staan"
    return [
        f"Let op: {keys} er ook in een andere schrijfwijze in (nullen vooraan, hoofdletters, "
        "leestekens of spaties); is het hetzelfde record, dan telt het twee keer. Lever het "
        "bestand dan opnieuw met overal dezelfde schrijfwijze."
    ]


def _others(count: int) -> str:
    return "1 andere kolom" if count == 1 else f"{count} andere kolommen"
