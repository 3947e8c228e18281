"""The forms in which a release is offered, one module per form.

`write_exports` makes them all of a judged mart. Every format says the same: the tests read each
back and compare it with the mart. Not here: where a release stands and which is current
(`release/store.py`); a database server, which is no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from dronten_pipeline.contracts.published_tables import TableContract
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.release.formats.checksums import Files
from dronten_pipeline.release.formats.mart import ExportError, read_mart

if TYPE_CHECKING:
    from dronten_pipeline.release.formats.feed import Entry

__all__ = ["ExportError", "write_exports"]


def write_exports(
    folder: Path,
    contracts: Mapping[str, TableContract],
    *,
    address: str | None,
    is_sample: bool,
    before: Sequence[Entry] = (),
) -> Files:
    """Writes every form but Parquet into the folder of a release, and its open part.

    Args:
        folder: holds `mart.duckdb` and `parquet/<table>.parquet` of all its tables.
        contracts: what the tables promise, by name.
        address: where the open part is offered on the web, ends with a slash.
        is_sample: the figures are invented, and every format says so.
        before: what the open feed tells of earlier releases, the newest first.

    Returns:
        `sha256` and `bytes` of every file in the folder, by its path within it.

    Raises:
        ExportError: the mart holds a number or a day that cannot be written down.
        OSError: a file could not be written.
    """
    from dronten_pipeline.release.formats import (
        checksums,
        datapackage,
        dutch_csv,
        machine_csv,
        open_part,
        readme,
        workbook,
    )

    there = checksums.files_in(folder)
    # The library of the workbook works on one processor, most others on all.
    with ThreadPoolExecutor() as pool:
        hashed = pool.submit(checksums.describe, folder, there)
        written = pool.submit(machine_csv.export_csv, folder / "parquet", folder / "csv")
        mart = read_mart(folder / MART, contracts, is_sample=is_sample)
        dutch = pool.submit(
            dutch_csv.export_dutch_csv, folder / "parquet", folder / "excel", mart.tables.values()
        )
        datapackage.export_datapackage(mart, folder / datapackage.NAME)
        readme.export_readme(mart, folder / readme.NAME)
        workbook.export_workbook(mart, folder / workbook.NAME)
        dutch.result()
        files = hashed.result() | written.result()
    others = [
        path
        for path in checksums.files_in(folder)
        if path.relative_to(folder).as_posix() not in files
    ]
    files |= checksums.describe(folder, others)
    return files | open_part.export_open(mart, folder, files, address=address, before=before)
