"""The open part of a release: `open/`, the one folder that goes on the web.

Here belongs choosing what is in it: the tables that are marked as open data (`open_data` in their
dbt contract), in the forms that a website and a data portal need, and nothing that speaks of other
tables. Not here: those forms themselves, which are those of the whole release.

Every link in it stays within it, so that the folder can be the root of a web server. Its tables are
the same files as beside it: hard links, or copies where the disk knows none. There is no database
among them: DuckDB writes bytes into its files that nobody put there (docs/decisions/0014-open.md).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dronten_pipeline.release.formats import checksums, datapackage, dcat, feed, readme
from dronten_pipeline.release.formats.checksums import Files
from dronten_pipeline.release.formats.mart import Mart, Table

NAME = "open"

#: The forms with a file per table.
FORMS = ("csv", "parquet")


def export_open(
    mart: Mart,
    folder: Path,
    files: Files,
    *,
    address: str | None,
    before: Sequence[feed.Entry],
) -> Files:
    """Writes the folder, whole; without open tables none is written.

    Args:
        folder: of the release; holds `csv/` and `parquet/` of all tables.
        files: `sha256` and `bytes` of each file in it, by its path.
        address: where the folder `open/` is offered on the web, ends with a slash.
        before: what the feed tells of earlier releases, the newest first.

    Returns:
        `sha256` and `bytes` of what was written, by its path within the release.
    """
    opened = only_open(mart)
    if not opened.tables:
        return {}
    place = folder / NAME
    shared = [f"{form}/{table}.{form}" for form in FORMS for table in opened.tables]
    for name in shared:
        _share(folder / name, place / name)
    datapackage.export_datapackage(opened, place / datapackage.NAME)
    readme.export_open_readme(opened, place / readme.NAME)
    feed.export_feeds(place, [feed.of_release(opened), *before], address=address)
    known = {name: files[name] for name in shared}
    known |= checksums.describe(place, [path for path in place.iterdir() if path.is_file()])
    dcat.export_dcat(opened, place / dcat.NAME, known, address)
    known |= checksums.describe(place, [place / dcat.NAME])
    known = checksums.export_checksums(place, known)
    return {f"{NAME}/{name}": about for name, about in known.items()}


def only_open(mart: Mart) -> Mart:
    """The open tables of a mart, with no word of the others: no reference names one."""
    names = {table.name for table in mart.tables.values() if table.is_open}

    def alone(table: Table) -> Table:
        references = tuple(one for one in table.references if one.table in names)
        return replace(table, references=references)

    return replace(mart, tables={name: alone(mart.tables[name]) for name in sorted(names)})


def _share(existing: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(existing, path)
    except OSError:  # no such links on this disk
        shutil.copyfile(existing, path)
