"""A delivered file of any known format, read into records.

Here belongs: which reader a file gets. Not here: reading (the module of each format), what a value
means (`values.py`). Nothing is lost: records delivered = records read + records rejected, or the
file is refused in words.
"""

from __future__ import annotations

from collections.abc import Collection

from dronten_pipeline.core.limits import Limits, TooLarge
from dronten_pipeline.ingest import (
    csv_files,
    dialect,
    json_files,
    parquet_files,
    ubl_files,
    workbooks,
)
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.records import DEFAULT, Delivered, check_total


def read(content: bytes, wanted: Collection[str], limits: Limits = DEFAULT) -> Delivered:
    """Reads a file of any known format.

    Args:
        content: the whole file.
        wanted: lower-cased names of the columns to keep; others are only named in `headers`. Which
            of them are required (`header.Wanted`) helps to find the header.

    Raises:
        Refused: the file cannot be read as a table; the message says why and what to do.
    """
    try:
        delivered = _read(content, Wanted.of(wanted), limits)
    except TooLarge as error:
        raise Refused(str(error)) from error
    except BaseException as error:
        # The libraries below panic on some damaged files, with an exception of no ordinary kind.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused("Dit bestand is beschadigd en niet te lezen. Lever het opnieuw.") from error
    check_total(delivered)
    return delivered


def _read(content: bytes, wanted: Wanted, limits: Limits) -> Delivered:
    kind = dialect.format_of(content)
    if kind == "parquet":
        return parquet_files.read(content, wanted, limits)
    if kind == "xlsx" or kind == "xls" or kind == "ods":
        return workbooks.read(content, kind, wanted, limits)
    if kind == "xml":
        return ubl_files.read(content, wanted, limits)
    decoded = dialect.decode(content)
    form = dialect.text_format(decoded.text)
    if form == "csv":
        return csv_files.read(decoded, wanted, limits)
    return json_files.read(decoded, wanted)
