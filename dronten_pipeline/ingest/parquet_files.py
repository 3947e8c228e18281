"""A Parquet file read into records.

Here belongs: what its types say as cells. Not here: what a value means (`values.py`).
"""

from __future__ import annotations

import io
from collections.abc import Collection

import polars as pl

from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.records import (
    LINE,
    REJECTS,
    Delivered,
    boolean_of,
    headers_of,
    number_of,
)
from dronten_pipeline.limits import Limits


def read(content: bytes, wanted: Collection[str], limits: Limits) -> Delivered:
    try:
        unpacked, width = _about_parquet(content)
        limits.check_unpacked(unpacked)
        limits.check_columns(width)
        schema = pl.read_parquet_schema(io.BytesIO(content))
        headers = headers_of(list(schema), wanted)
        keep = {
            original: name for original, name in zip(schema, headers, strict=True) if name in wanted
        }
        rows = int(pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item())
        whole = pl.read_parquet(io.BytesIO(content), columns=list(keep))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Refused(
            "Dit Parquet-bestand is beschadigd of afgebroken en niet te lezen. Lever het opnieuw."
        ) from error
    columns: list[pl.Expr] = []
    for original, name in keep.items():
        columns += _native(name, original, schema[original])
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
