"""One Parquet file of frames that come one after the other.

Here belongs: how it is laid out, and writing a frame while the next is made. Not here: what stands
in it (`worker.py`), and putting it in its place (`files.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dronten_pipeline.core import distinct
from dronten_pipeline.core.sandbox import Unwritten
from dronten_pipeline.ingest.ahead import Behind


class Writer:
    """Writes frames to one Parquet file, a row group each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first: pl.DataFrame | None = None
        self.writer: pq.ParquetWriter | None = None
        self.behind: Behind | None = None

    def add(self, frame: pl.DataFrame) -> None:
        if self.first is None and self.writer is None:
            self.first = frame
            return
        try:
            if self.behind is None:
                assert self.first is not None
                self.writer, self.behind = self._opened(self.first), Behind()
                self._append(self.first)
                self.first = None
            self._append(frame)
        except (OSError, pa.ArrowException) as error:
            raise _unwritten(error) from error

    def finish(self) -> None:
        try:
            if self.behind is not None:
                self.behind.wait()
            if self.first is not None:
                self.writer = self._opened(self.first)
                self.writer.write_table(arrow(self.first))
            if self.writer is not None:
                self.writer.close()
        except (OSError, pa.ArrowException) as error:
            raise _unwritten(error) from error

    def _opened(self, frame: pl.DataFrame) -> pq.ParquetWriter:
        repeating = distinct.repeating(frame, frame.columns)
        return _parquet(self.path, frame, arrow(frame.clear()).schema, repeating)

    def _append(self, frame: pl.DataFrame) -> None:
        writer, behind = self.writer, self.behind
        assert writer is not None and behind is not None
        behind.do(lambda: writer.write_table(arrow(frame)))


def write(path: Path, layout: pl.DataFrame, rows: pa.Table) -> None:
    """Writes the few records of one file, as those of `layout` are laid out.

    Raises:
        Unwritten: the disk refused.
    """
    try:
        with _parquet(path, layout, rows.schema, set()) as writer:
            writer.write_table(rows)
    except (OSError, pa.ArrowException) as error:
        raise _unwritten(error) from error


def arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _parquet(
    path: Path, frame: pl.DataFrame, schema: pa.Schema, repeating: Collection[str]
) -> pq.ParquetWriter:
    # A dictionary of values that do not come again costs time and room; numbers and moments that
    # lie near each other are short as differences. Nobody asks for the first and last of texts.
    near = [
        name
        for name, kind in frame.schema.items()
        if name not in repeating and (kind == pl.Int64 or kind == pl.Datetime)
    ]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=sorted(repeating),
        column_encoding=dict.fromkeys(near, "DELTA_BINARY_PACKED"),
        write_statistics=[name for name, kind in frame.schema.items() if kind != pl.String],
    )


def _unwritten(error: Exception) -> Unwritten:
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
    return Unwritten(getattr(error, "errno", None), reason)
