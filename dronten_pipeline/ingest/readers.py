"""Each format read into one frame of delivered columns, with the line of every record.

Here belongs: from bytes to records. Not here: what a value means (`values.py`). Nothing is lost:
records delivered = records read + records rejected, or the file is refused in words.

A cell is text, a number or a truth value. CSV knows text only; the other formats say which it
is, and a number must not be read by the rules of text (the number 1.234 is never 1234). So the
text of column `x` stands in column `x`, its numbers (written with a point) in `number_of(x)` and
its truth values in `boolean_of(x)`; of these at most one is filled per record.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dronten_pipeline.ingest import dialect, sheets, structure
from dronten_pipeline.ingest.dialect import Format, Refused
from dronten_pipeline.limits import Limits, TooLarge

if TYPE_CHECKING:
    import fastexcel

LINE = "_line"
DEFAULT = Limits()

REJECTS = pl.Schema({LINE: pl.Int64, "column_name": pl.String, "reason": pl.String})


@dataclass(frozen=True)
class Delivered:
    """What stands in a file.

    frame: the wanted columns as described above, and `_line` (Int64, ascending).
    rejects: records that could not be read (`_line`, `column_name`, `reason`).
    headers: names of all delivered columns, trimmed and lower-cased, in their order.
    rows: number of records in the file, by a count of its own.
    """

    format: Format
    encoding: str | None
    separator: str | None
    frame: pl.DataFrame
    rejects: pl.DataFrame
    headers: tuple[str, ...]
    rows: int
    notes: tuple[str, ...] = field(default=())
    blank_lines: int = 0

    @property
    def all_notes(self) -> tuple[str, ...]:
        return (*self.notes, *blank_notes(self.blank_lines))


def blank_notes(lines: int) -> list[str]:
    return [f"{lines} lege regels overgeslagen."] if lines else []


def number_of(column: str) -> str:
    return f"{column}\x1fnumber"


def boolean_of(column: str) -> str:
    return f"{column}\x1fboolean"


def read(content: bytes, wanted: Collection[str], limits: Limits = DEFAULT) -> Delivered:
    """Reads a file of any known format.

    Args:
        content: the whole file.
        wanted: lower-cased names of the columns to keep; others are only named in `headers`.

    Raises:
        Refused: the file cannot be read as a table; the message says why and what to do.
    """
    try:
        delivered = _read(content, wanted, limits)
    except TooLarge as error:
        raise Refused(str(error)) from error
    except BaseException as error:
        # The libraries below panic on some damaged files, with an exception of no ordinary kind.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused("Dit bestand is beschadigd en niet te lezen. Lever het opnieuw.") from error
    check_total(delivered)
    return delivered


def check_total(delivered: Delivered) -> None:
    """Raises:
    Refused: records were lost on the way.
    """
    if delivered.frame.height + delivered.rejects.height != delivered.rows:
        raise Refused(
            f"Het controletotaal klopt niet: het bestand heeft {delivered.rows} records, gelezen "
            f"zijn er {delivered.frame.height} en afgekeurd {delivered.rejects.height}. Lever "
            "het bestand opnieuw, bij voorkeur als XLSX of Parquet."
        )


def _read(content: bytes, wanted: Collection[str], limits: Limits) -> Delivered:
    kind = dialect.format_of(content)
    if kind == "parquet":
        return _read_parquet(content, wanted, limits)
    if kind == "xlsx":
        return _read_xlsx(content, wanted, limits)
    decoded = dialect.decode(content)
    form = dialect.text_format(decoded.text)
    if form == "csv":
        return read_csv(decoded, wanted, limits)
    if form == "json":
        return _read_json_array(decoded, wanted)
    return _read_json_lines(decoded, wanted)


# --- CSV


def read_csv(
    decoded: dialect.Decoded, wanted: Collection[str], limits: Limits = DEFAULT
) -> Delivered:
    """Reads a CSV text.

    Raises:
        Refused: as `read`.
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
    headers = _headers(_header_fields(text, layout, first, separator), wanted)
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
    )


def _header_fields(text: bytes, layout: structure.Layout, record: int, separator: str) -> list[str]:
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


# --- XLSX


def _read_xlsx(content: bytes, wanted: Collection[str], limits: Limits) -> Delivered:
    import fastexcel

    content, cropped = sheets.bounded(content, limits)
    try:
        book = fastexcel.read_excel(content)
        names = book.sheet_names
        texts, errors, name = _first_sheet_with_header(book, names, wanted)
    except fastexcel.FastExcelError as error:
        raise Refused(
            "Dit Excel-bestand is beschadigd en niet te lezen. Open het in Excel, sla het "
            "opnieuw op als .xlsx en lever het opnieuw."
        ) from error
    empty = pl.all_horizontal(pl.all().fill_null("").str.strip_chars() == "")
    filled = texts.with_row_index("row").filter(~texts.select(empty).to_series())
    header = int(filled["row"][0])
    fields = [value or "" for value in texts.row(header)]
    while fields and not fields[-1].strip():
        fields.pop()
    limits.check_columns(len(fields))
    headers = _headers(fields, wanted)
    keep = {index: header for index, header in enumerate(headers) if header in wanted}

    # Without wanted columns nothing of this is used, but then the message is about those.
    columns_kept = [texts.columns[index] for index in keep] or None
    native = book.load_sheet(
        name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=columns_kept
    ).to_polars()
    rows = filled.filter(pl.col("row") > header)["row"]
    bad = [(row, column) for row, column in errors if column in keep and row > header]
    broken = pl.Series([row for row, _ in bad], dtype=pl.UInt32).unique().sort()
    columns: list[pl.Series] = []
    for place, (index, column) in enumerate(keep.items()):
        text = texts.to_series(index)
        # Only numbers and truth values can be read as a truth value; text and dates cannot.
        plain = native.to_series(place).is_not_null()
        truth = plain & text.is_in(["true", "false"])
        columns += [
            text.set(plain, None).alias(column),
            text.set(~(plain & ~truth), None).alias(number_of(column)),
            (text.set(~truth, None) == "true").alias(boolean_of(column)),
        ]
    # A row that only holds an error is still a row that was delivered.
    taken = pl.concat([rows, broken]).unique().sort()
    good = taken.filter(~taken.is_in(broken.implode()))
    frame = pl.DataFrame(columns)[good] if columns else pl.DataFrame({LINE: good})
    first_error = dict(reversed(bad))
    rejects = pl.DataFrame(
        [
            (row + 1, keep[first_error[row]], "De cel bevat een fout van Excel (zoals #N/B).")
            for row in broken.to_list()
        ],
        schema=REJECTS,
        orient="row",
    )
    which = f"Gelezen is werkblad {names.index(name) + 1} van {len(names)}."
    notes = [*cropped, *([which] if len(names) > 1 else [])]
    return Delivered(
        format="xlsx",
        encoding=None,
        separator=None,
        frame=frame.with_columns(good.cast(pl.Int64).alias(LINE) + 1),
        rejects=rejects,
        headers=headers,
        rows=taken.len(),
        notes=tuple(notes),
    )


def _first_sheet_with_header(
    book: fastexcel.ExcelReader, names: list[str], wanted: Collection[str]
) -> tuple[pl.DataFrame, list[tuple[int, int]], str]:
    """The first sheet whose first filled row names a wanted column, else the first filled one.

    Returns its cells as text, the places (row, column, from 0) of cells with an error of
    Excel, and its name.
    """
    fallback = None
    for name in names:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        texts = sheet.to_polars()
        filled = texts.filter(~pl.all_horizontal(pl.all().is_null())) if texts.width else texts
        if not filled.height:
            continue
        _, errors = sheet.to_arrow_with_errors()
        places = [error.offset_position for error in errors.errors] if errors else []
        found = texts, places, name
        if any((value or "").strip().lower() in wanted for value in filled.row(0)):
            return found
        fallback = fallback or found
    if fallback is None:
        raise Refused("Dit Excel-bestand heeft geen gevulde werkbladen.")
    return fallback


# --- JSON


def _read_json_array(decoded: dialect.Decoded, wanted: Collection[str]) -> Delivered:
    import duckdb

    with duckdb.connect() as connection:
        document = pl.DataFrame({"document": [decoded.text.decode()]})
        connection.register("delivered", document.to_arrow())
        found = connection.sql(
            "select json_valid(document), "
            "case when json_valid(document) then json_array_length(document) end from delivered"
        ).fetchone()
        if not found or not found[0]:
            raise Refused(
                "De JSON in dit bestand is niet geldig, mogelijk doordat het bestand is "
                "afgebroken. Lever het opnieuw."
            )
        # The rest of a list whose middle cannot be read cannot be trusted either.
        connection.execute(
            "create temp table records as select position as _line, list[position] as record "
            "from (select list, unnest(range(1, len(list) + 1)) as position "
            "from (select json_extract(document, '$[*]') as list from delivered))"
        )
        return _json_records(connection, "json", decoded, int(found[1]), [], wanted)


def _read_json_lines(decoded: dialect.Decoded, wanted: Collection[str]) -> Delivered:
    import duckdb

    text = decoded.text.decode()
    lines = (
        pl.DataFrame({"record": pl.Series([text]).str.split("\n").explode()})
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(LINE))
        .with_columns(pl.col("record").str.strip_chars())
        .filter(pl.col("record") != "")
    )
    notes = []
    if not text.endswith("\n"):
        notes.append("De laatste regel heeft geen regeleinde: het bestand is mogelijk afgebroken.")
    with duckdb.connect() as connection:
        connection.register("delivered", lines.to_arrow())
        valid = connection.sql("select count(*) from delivered where json_valid(record)").fetchone()
        if not valid or not valid[0]:
            raise Refused(
                "Geen enkele regel van dit bestand is een JSON-object. Lever een lijst van "
                "objecten ([{...}, {...}]), of een object per regel."
            )
        connection.execute("create temp table records as select _line, record from delivered")
        return _json_records(connection, "jsonl", decoded, lines.height, notes, wanted)


def _json_records(
    connection: Any,
    form: Format,
    decoded: dialect.Decoded,
    rows: int,
    notes: list[str],
    wanted: Collection[str],
) -> Delivered:
    """Reads the temporary table `records` (`_line`, `record` as JSON text)."""
    rejects = connection.sql(
        "select _line, null::varchar as column_name, case when json_valid(record) "
        "then 'Dit is geen JSON-object.' else 'De regel is geen geldige JSON.' end as reason "
        "from records where not json_valid(record) or json_type(record) <> 'OBJECT'"
    ).pl()
    connection.execute(
        "create temp table objects as select _line, record from records "
        "where json_valid(record) and json_type(record) = 'OBJECT'"
    )
    keys = [
        key
        for (key,) in connection.sql(
            "select key from (select _line, unnest(json_keys(record)) as key, "
            "generate_subscripts(json_keys(record), 1) as place from objects) "
            "group by key order by min(_line), min(place)"
        ).fetchall()
    ]
    spellings: dict[str, list[str]] = {}
    for key in keys:
        spellings.setdefault(key.strip().lower(), []).append(key)
    chosen = {name: found for name, found in spellings.items() if name in wanted}
    selected = []
    for index, found in enumerate(chosen.values()):
        paths = [_json_path(key) for key in found]
        value = (
            "coalesce("
            + ", ".join(f"nullif(json_extract(record, {path}), 'null'::json)" for path in paths)
            + ", null)"
        )
        selected.append(f"{value} as v{index}")
    columns = ", ".join(["_line", *selected])
    typed = ["_line"]
    for index in range(len(chosen)):
        kind = f"json_type(v{index})"
        typed += [
            f"case when {kind} = 'VARCHAR' then json_extract_string(v{index}, '$') end as t{index}",
            f"case when {kind} in ('UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT') "
            f"then v{index}::varchar end as n{index}",
            f"case when {kind} = 'BOOLEAN' then v{index}::varchar = 'true' end as b{index}",
            f"{kind} in ('ARRAY', 'OBJECT') as x{index}",
        ]
    frame = connection.sql(
        f"select {', '.join(typed)} from (select {columns} from objects) order by _line"
    ).pl()
    nested = [pl.when(f"x{index}").then(pl.lit(name)) for index, name in enumerate(chosen)]
    first_nested = pl.coalesce(nested) if nested else pl.lit(None, dtype=pl.String)
    frame = frame.with_columns(first_nested.cast(pl.String).alias("nested"))
    reason = "De waarde is een lijst of object in plaats van een enkele waarde."
    rejects = pl.concat(
        [
            rejects.cast(dict(REJECTS)),
            frame.filter(pl.col("nested").is_not_null()).select(
                pl.col(LINE).cast(pl.Int64),
                pl.col("nested").alias("column_name"),
                pl.lit(reason).alias("reason"),
            ),
        ]
    ).sort(LINE)
    kept = frame.filter(pl.col("nested").is_null()).select(
        pl.col(LINE).cast(pl.Int64),
        *[
            pl.col(f"{letter}{index}").alias(alias)
            for index, name in enumerate(chosen)
            for letter, alias in (
                ("t", name),
                ("n", number_of(name)),
                ("b", boolean_of(name)),
            )
        ],
    )
    return Delivered(
        format=form,
        encoding=decoded.encoding,
        separator=None,
        frame=kept,
        rejects=rejects,
        headers=tuple(spellings),
        rows=rows,
        notes=(*decoded.notes, *notes),
    )


def _json_path(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"').replace("'", "''")
    return f"'$.\"{escaped}\"'"


# --- Parquet


def _read_parquet(content: bytes, wanted: Collection[str], limits: Limits) -> Delivered:
    try:
        unpacked, width = _about_parquet(content)
        limits.check_unpacked(unpacked)
        limits.check_columns(width)
        schema = pl.read_parquet_schema(io.BytesIO(content))
        headers = _headers(list(schema), wanted)
        keep = [original for original in schema if original.strip().lower() in wanted]
        rows = int(pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item())
        whole = pl.read_parquet(io.BytesIO(content), columns=keep)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Refused(
            "Dit Parquet-bestand is beschadigd of afgebroken en niet te lezen. Lever het opnieuw."
        ) from error
    columns: list[pl.Expr] = []
    for original in keep:
        columns += _native(original.strip().lower(), original, schema[original])
    lines = pl.int_range(1, (whole.height if keep else rows) + 1, dtype=pl.Int64, eager=True)
    return Delivered(
        format="parquet",
        encoding=None,
        separator=None,
        frame=pl.DataFrame([*whole.select(columns).get_columns(), lines.alias(LINE)]),
        rejects=REJECTS.to_frame(),
        headers=headers,
        rows=rows,
    )


def _about_parquet(content: bytes) -> tuple[int, int]:
    """Size when unpacked and number of columns, as the end of the file says.

    A value takes one byte at least: a column of one value repeated is packed to next to nothing.
    """
    import pyarrow.parquet as pq

    try:
        about = pq.read_metadata(io.BytesIO(content))
    except Exception as error:  # the package raises whatever it meets in a damaged footer
        raise OSError("no footer") from error
    groups = (about.row_group(index) for index in range(about.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    return max(unpacked, about.num_rows * about.num_columns), about.num_columns


def _native(name: str, original: str, dtype: pl.DataType) -> list[pl.Expr]:
    value = pl.col(original)
    if dtype == pl.String or dtype in (pl.Categorical, pl.Enum):
        return [value.cast(pl.String).alias(name)]
    if dtype == pl.Boolean:
        return [value.alias(boolean_of(name))]
    if dtype.is_float():
        return [value.fill_nan(None).cast(pl.String).alias(number_of(name))]
    if dtype.is_numeric():
        return [value.cast(pl.String).alias(number_of(name))]
    if dtype == pl.Date:
        return [value.dt.strftime("%Y-%m-%d").alias(name)]
    if isinstance(dtype, pl.Datetime):
        moment = value.cast(pl.Datetime("us", dtype.time_zone))
        if dtype.time_zone is None:
            return [moment.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f").alias(name)]
        in_utc = moment.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        return [in_utc.alias(name)]
    if dtype == pl.Null:
        return [value.cast(pl.String).alias(name)]
    raise Refused(
        f"Kolom {name} heeft in dit Parquet-bestand het type {dtype.base_type()}, dat geen enkele "
        "waarde is. Lever haar als tekst, getal, datum of tijdstip."
    )


# --- headers


def _headers(names: list[str], wanted: Collection[str]) -> tuple[str, ...]:
    """Names trimmed and lower-cased; columns without a name keep their place.

    Raises:
        Refused: two columns have the same name; only names of the contract are repeated.
    """
    headers = [name.strip("\ufeff\0 \t\r\n\u00a0").lower() for name in names]
    doubled = {header for header, count in Counter(headers).items() if header and count > 1}
    if doubled:
        known = sorted(doubled & set(wanted))
        others = len(doubled) - len(known)
        said = [*known, *([f"{others} andere {'naam' if others == 1 else 'namen'}"] * bool(others))]
        raise Refused(
            f"De kop noemt {', '.join(said)} meer dan eens, zodat niet vaststaat welke kolom "
            "bedoeld is. Geef elke kolom een eigen naam en lever het bestand opnieuw."
        )
    return tuple(headers)
