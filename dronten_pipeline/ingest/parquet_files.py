"""A Parquet file read into records.

Here belongs: what its types say as cells. Not here: what a value means (`values.py`), or a folder
of parts (`packed.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import IO, TYPE_CHECKING

import polars as pl

from dronten_pipeline.core.limits import Limits
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.json_files import NAMED, NAMES
from dronten_pipeline.ingest.records import (
    LINE,
    MOST_EXACT,
    REJECTS,
    ROUNDED,
    Delivered,
    boolean_of,
    headers_of,
    number_of,
    rounded,
)

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ENCRYPTED = (
    "Dit Parquet-bestand is versleuteld. Lever het zonder versleuteling, langs een veilige weg."
)
DAMAGED = "Dit Parquet-bestand is beschadigd of afgebroken en niet te lezen. Lever het opnieuw."
MOMENT = "%Y-%m-%dT%H:%M:%S%.6f"
CALENDAR = dt.datetime.min, dt.datetime.max
#: Beyond this a number of four bytes does not tell whole numbers apart.
MOST_EXACT_SINGLE = 2**24


def read(content: bytes, wanted: Collection[str], limits: Limits) -> Delivered:
    import pyarrow as pa

    if content.startswith(b"PARE"):
        raise Refused(ENCRYPTED)
    try:
        file = opened(pa.BufferReader(content))
        limits.check_unpacked(unpacked(file))
        limits.check_columns(file.metadata.num_columns)
        names = file.schema_arrow.names
        headers = headers_of(names, wanted)
        keep = {
            original: name for original, name in zip(names, headers, strict=True) if name in wanted
        }
        table = _narrowed(file.read(columns=list(keep)))
        whole = pl.DataFrame(pl.from_arrow(table)) if keep else pl.DataFrame()
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as error:
        raise Refused(_why(error)) from error
    rows = file.metadata.num_rows
    lines = pl.int_range(1, (whole.height if keep else rows) + 1, dtype=pl.Int64, eager=True)
    cells = [_cells(name, whole.get_column(original)) for original, name in keep.items()]
    frame = pl.DataFrame([*(series for cell in cells for series in cell.series), lines.alias(LINE)])
    return _delivered(frame, cells, headers, rows)


def opened(content: pa.Buffer | IO[bytes]) -> pq.ParquetFile:
    """Raises:
    ArrowException, OSError: it is damaged.
    """
    import pyarrow.parquet as pq

    # Spark, Hive and Impala write moments as INT96, in which nanoseconds end in the year 2262.
    try:
        return pq.ParquetFile(content, coerce_int96_timestamp_unit="us")
    except UnicodeDecodeError as error:
        raise OSError("the name of a column is no UTF-8") from error


def _why(error: Exception) -> str:
    return ENCRYPTED if "crypt" in str(error) else DAMAGED


def unpacked(file: pq.ParquetFile) -> int:
    """Size when unpacked, as the end of the file says.

    A value takes one byte at least: a column of one value repeated is packed to next to nothing.
    """
    about = file.metadata
    groups = (about.row_group(index) for index in range(about.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    return int(max(size, about.num_rows * about.num_columns))


def _narrowed(table: pa.Table) -> pa.Table:
    """The table with decimals of no more figures than polars knows.

    Raises:
        Refused: a value has more.
    """
    import pyarrow as pa

    for index, field in enumerate(table.schema):
        if pa.types.is_decimal256(field.type):
            kind = pa.decimal128(min(38, field.type.precision), field.type.scale)
            try:
                column = table.column(index).cast(kind)
            except pa.ArrowException as error:
                raise Refused(
                    "Dit Parquet-bestand heeft decimale getallen van meer dan 38 cijfers. Lever "
                    "ze met minder cijfers."
                ) from error
            table = table.set_column(index, field.name, column)
    return table


class _Cells:
    """The cells of one column.

    problem: per record why its value cannot be read; None where all can.
    named: how many objects were read as the name in them.
    """

    def __init__(self, *series: pl.Series) -> None:
        self.series = series
        self.problem: pl.Series | None = None
        self.named = 0


def _delivered(
    frame: pl.DataFrame, cells: list[_Cells], headers: tuple[str, ...], rows: int
) -> Delivered:
    problems = [cell.problem for cell in cells if cell.problem is not None]
    rejects, unread = REJECTS.to_frame(), None
    if problems:
        problem = pl.DataFrame(problems).select(pl.coalesce(pl.all()).alias("problem")).to_series()
        good = problem.is_null()
        rejected = pl.DataFrame([frame.get_column(LINE), problem]).filter(~good)
        rejects = rejected.select(
            LINE,
            pl.col("problem").str.extract(r"^(\S+)").alias("column_name"),
            pl.col("problem").alias("reason"),
        ).cast(REJECTS)
        unread = frame.filter(~good)
        frame = frame.filter(good)
    named = sum(cell.named for cell in cells)
    return Delivered(
        format="parquet",
        encoding=None,
        separator=None,
        frame=frame,
        rejects=rejects,
        unread=unread,
        headers=headers,
        rows=rows,
        cleaned={NAMED: named} if named else {},
    )


def _cells(name: str, value: pl.Series) -> _Cells:
    dtype = value.dtype
    if isinstance(dtype, pl.Struct):
        return _named(name, value)
    if dtype == pl.Binary:
        text = _text(value)
        cells = _Cells(text.alias(name))
        return _unless(cells, name, text.is_null() & value.is_not_null(), "is geen tekst in UTF-8")
    if dtype in (pl.String, pl.Null, pl.Categorical, pl.Enum):
        return _Cells(value.cast(pl.String).alias(name))
    if dtype == pl.Boolean:
        return _Cells(value.alias(boolean_of(name)))
    if dtype.is_float():
        number = value.fill_nan(None).cast(pl.String).alias(number_of(name))
        exact = MOST_EXACT if dtype == pl.Float64 else MOST_EXACT_SINGLE
        doubtful = number.to_frame().select(rounded(pl.all(), exact)).to_series()
        return _unless(_Cells(number), name, doubtful.fill_null(False), ROUNDED)
    if dtype.is_numeric():
        return _Cells(value.cast(pl.String).alias(number_of(name)))
    if dtype == pl.Date:
        return _moments(name, value.cast(pl.Datetime("ms")), "%Y-%m-%d")
    if dtype == pl.Time:
        return _Cells(value.dt.strftime("%H:%M:%S").alias(name))
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is None:
            return _moments(name, value, MOMENT)
        in_utc = value.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return _moments(name, in_utc, f"{MOMENT}Z")
    raise Refused(
        f"Kolom {name} heeft in dit Parquet-bestand het type {dtype.base_type()}, dat geen enkele "
        "waarde is. Lever haar als tekst, getal, datum of tijdstip."
    )


def _moments(name: str, value: pl.Series, shape: str) -> _Cells:
    # Nanoseconds all lie within what a calendar knows, and the calendar not within them.
    if value.dtype == pl.Datetime("ns"):
        return _Cells(value.dt.strftime(shape).alias(name))
    beyond = ~value.is_between(*CALENDAR).fill_null(True)
    if not beyond.any():
        return _Cells(value.dt.strftime(shape).alias(name))
    cells = _Cells(value.set(beyond, None).dt.strftime(shape).alias(name))
    return _unless(cells, name, beyond, "ligt buiten de jaren 1 tot en met 9999")


def _text(value: pl.Series) -> pl.Series:
    """Bytes as text; null for what is no UTF-8."""
    try:
        return value.cast(pl.String)
    except pl.exceptions.PolarsError:
        return value.map_elements(
            lambda one: None if "\ufffd" in (text := one.decode(errors="replace")) else text,
            return_dtype=pl.String,
        )


def _named(name: str, value: pl.Series) -> _Cells:
    """Of objects, the one member that is a name."""
    members = [one for one in value.struct.fields if one in NAMES]
    if len(members) != 1:
        raise Refused(
            f"Kolom {name} bestaat in dit Parquet-bestand uit objecten zonder één duidelijke naam "
            "erin. Lever haar als tekst, getal, datum of tijdstip."
        )
    cells = _cells(name, value.struct.field(members[0]))
    cells.named = value.len() - value.null_count()
    return cells


def _unless(cells: _Cells, name: str, is_bad: pl.Series, why: str) -> _Cells:
    if is_bad.any():
        reason = pl.Series([f"{name} {why}."]).new_from_index(0, is_bad.len())
        cells.problem = reason.set(~is_bad, None).alias(name)
    return cells
