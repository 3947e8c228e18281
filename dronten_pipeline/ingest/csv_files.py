"""A CSV text read into records.

Here belongs: header and records of a text with separators. Not here: which separator and encoding
it has (`dialect.py`), where its records stand (`structure.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

import numpy as np
import polars as pl

from dronten_pipeline.ingest import dialect, structure
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.records import DEFAULT, LINE, Delivered, headers_of
from dronten_pipeline.ingest.understood import Understood
from dronten_pipeline.limits import Limits


def read(decoded: dialect.Decoded, wanted: Collection[str], limits: Limits = DEFAULT) -> Delivered:
    """Reads a CSV text.

    Raises:
        Refused: as `readers.read`.
        TooLarge: it has too many columns, or a line that is too long.
    """
    text, notes = decoded.text, list(decoded.notes)
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    separator = dialect.separator_of(text, wanted)
    skipped = 0
    hint = dialect.SEPARATOR_HINT.match(text)
    if hint:
        text, skipped = text[hint.end() :], 1
    layout = structure.scan(text, separator)
    if len(layout.start):
        limits.check_line(int((layout.end - layout.start).max()))
    filled = np.flatnonzero(~layout.blank)
    first = int(filled[0]) if len(filled) else 0
    header_line = int(layout.line[first]) + skipped
    if not len(filled) or layout.broken[first]:
        raise Refused(f"De kop op regel {header_line} is niet te lezen: controleer de quotes.")
    limits.check_columns(int(layout.fields[first]))
    headers = headers_of(_fields_of_header(text, layout, first, separator), wanted)
    width = len(headers)

    body = filled[1:]
    damaged = _damaged_records(text, layout, body) if decoded.damaged else np.zeros(len(body), bool)
    miscounted = layout.fields[body] != width
    good = ~layout.broken[body] & ~miscounted & ~damaged
    records = body[good]
    rejects = _csv_rejects(layout, body[~good], damaged[~good], width, skipped)

    blank_lines = int(layout.blank[first:].sum())
    if not layout.ends_with_newline and len(body):
        notes.append("De laatste regel heeft geen regeleinde: het bestand is mogelijk afgebroken.")
    frame = _csv_values(text, layout, records, separator, headers, wanted)
    lines = pl.Series(LINE, layout.line[records] + skipped, dtype=pl.Int64)
    return Delivered(
        format="csv",
        encoding=decoded.encoding,
        separator=separator,
        frame=frame.with_columns(lines) if frame.width else lines.to_frame(),
        rejects=rejects,
        headers=headers,
        rows=len(body),
        notes=tuple(notes),
        blank_lines=blank_lines,
        cleaned=decoded.cleaned,
        understood=Understood(header=(header_line, header_line)),
    )


def _fields_of_header(
    text: bytes, layout: structure.Layout, record: int, separator: str
) -> list[str]:
    requoted = structure.requoted(text, layout, record, separator)
    frame = _parse(requoted + b"\n", separator, int(layout.fields[record]), None)
    return [value or "" for value in frame.row(0)]


def _csv_values(
    text: bytes,
    layout: structure.Layout,
    records: structure.Positions,
    separator: str,
    headers: tuple[str, ...],
    wanted: Collection[str],
) -> pl.DataFrame:
    keep = [index for index, name in enumerate(headers) if name in wanted]
    names = [headers[index] for index in keep]
    if not len(records) or not names:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    stray = records[layout.stray_quotes[records]]
    # In one piece where nothing between the first and the last record must be left out.
    whole = len(records) == records[-1] - records[0] + 1 and not len(stray)
    if whole:
        source = text[layout.start[records[0]] : layout.end[records[-1]]]
    else:
        source = b"\n".join(_pieces(text, layout, records, stray, separator))
    frame = _parse(source, separator, len(headers), keep)
    if frame.height != len(records):
        raise Refused(
            f"Het controletotaal klopt niet: van {len(records)} records zijn er {frame.height} "
            "gelezen. Controleer de aanhalingstekens in het bestand en lever het opnieuw."
        )
    return frame.rename(dict(zip(frame.columns, names, strict=True)))


def _pieces(
    text: bytes,
    layout: structure.Layout,
    records: structure.Positions,
    stray: structure.Positions,
    separator: str,
) -> list[bytes]:
    """Runs of neighbouring records as they stand; records with stray quotes by themselves."""
    odd = np.isin(records, stray)
    breaks = (np.diff(records) != 1) | odd[1:] | odd[:-1]
    bounds = np.concatenate(([0], np.flatnonzero(breaks) + 1, [len(records)]))
    return [
        structure.requoted(text, layout, int(records[first]), separator)
        if odd[first]
        else text[layout.start[records[first]] : layout.end[records[last - 1]]]
        for first, last in pairwise(bounds)
    ]


def _parse(source: bytes, separator: str, width: int, keep: list[int] | None) -> pl.DataFrame:
    try:
        return pl.read_csv(
            source,
            has_header=False,
            separator=separator,
            quote_char='"',
            schema={f"c{index}": pl.String for index in range(width)},
            columns=keep,
        )
    except pl.exceptions.PolarsError as error:
        raise Refused(
            "Het bestand is niet als CSV te lezen. Controleer de aanhalingstekens en het "
            "scheidingsteken, en lever het opnieuw."
        ) from error


def _damaged_records(
    text: bytes, layout: structure.Layout, body: structure.Positions
) -> structure.Flags:
    places = np.array([match.start() for match in re.finditer(b"\xef\xbf\xbd", text)])
    first = np.searchsorted(places, layout.start[body])
    return np.asarray(np.searchsorted(places, layout.end[body]) > first)


def _csv_rejects(
    layout: structure.Layout,
    records: structure.Positions,
    damaged: structure.Flags,
    width: int,
    skipped: int,
) -> pl.DataFrame:
    last_is_cut = not layout.ends_with_newline
    frame = pl.DataFrame(
        {
            LINE: layout.line[records].astype(np.int64) + skipped,
            "fields": layout.fields[records].astype(np.int64),
            "broken": layout.broken[records],
            "damaged": damaged,
            "cut": last_is_cut & (records == len(layout.start) - 1),
        }
    )
    count = pl.format("{} velden in plaats van {}", "fields", pl.lit(width))
    reason = (
        pl.when("broken")
        .then(pl.lit("Een aanhalingsteken in deze regel wordt niet (goed) gesloten."))
        .when("damaged")
        .then(pl.lit("De regel bevat tekens die geen UTF-8 zijn."))
        .when(pl.col("cut") & (pl.col("fields") < width))
        .then(pl.format("De laatste regel is afgebroken: {}.", count))
        .otherwise(pl.format("De regel heeft {}.", count))
    )
    return frame.select(
        LINE, pl.lit(None, dtype=pl.String).alias("column_name"), reason.alias("reason")
    )
