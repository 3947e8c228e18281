"""Reads deliveries of the sample a second time: small readers that know only these files.

Nothing of `dronten_pipeline` or `dbt_project` is used here, so that a mistake there cannot be made
here as well. A row that cannot be read is left out, and of a record the last delivered row counts.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

import polars as pl

SAMPLES = Path(__file__).resolve().parents[2] / "sources"

#: How values are written in a delivery: format of strptime, or the name of a kind of value.
Kinds = Mapping[str, str]

WITH_OFFSET = "%Y-%m-%dT%H:%M:%S%z"


def read(
    source: str,
    table: str,
    *,
    key: Sequence[str],
    required: Sequence[str],
    kinds: Kinds,
    impossible: pl.Expr | None = None,
) -> pl.DataFrame:
    """The records of a delivered table: one row per key, columns in lower case.

    Args:
        kinds: columns that are no text: a format of strptime (a moment, cut to the date in
            Amsterdam), `number`, `amount` (1.234,56), `yes_no`, or `sheet_day` (days since the end
            of 1899, as a workbook counts).
        impossible: rows that cannot be true, in terms of the moments; they are left out.
    """
    files = sorted((SAMPLES / source / "sample").glob(f"{table}_*"))
    rows = pl.concat([_text(file) for file in files], how="diagonal").with_row_index("order")
    trimmed = rows.with_columns(pl.col(pl.String).str.strip_chars(" \t\r\n\xa0").replace("", None))
    parsed = trimmed.with_columns(_parsed(name, kind) for name, kind in kinds.items())
    readable = pl.all_horizontal(
        *(pl.col(name).is_not_null() for name in required),
        *(trimmed[name].is_null() | parsed[name].is_not_null() for name in kinds),
    )
    possible = pl.lit(True) if impossible is None else ~impossible.fill_null(False)
    latest = (
        parsed.filter(readable & possible)
        .sort("order")
        .unique(key, keep="last", maintain_order=True)
    )
    return latest.with_columns(pl.col(pl.Datetime).dt.date())


def _text(file: Path) -> pl.DataFrame:
    """A file as it stands, every value a text."""
    if file.suffix == ".json":
        rows = json.loads(file.read_text(encoding="utf-8"))
        texts = [{k: None if v is None else str(v) for k, v in row.items()} for row in rows]
        return pl.DataFrame(texts, infer_schema_length=None)
    if file.suffix == ".xlsx":
        return _sheet(file)
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    head = text.split("\n", 1)[0]
    separator = max(";\t,", key=head.count)
    lines = list(csv.reader(text.splitlines(keepends=True), delimiter=separator))
    names = [name.strip().lower() for name in lines[0]]
    rows = [line for line in lines[1:] if len(line) == len(names)]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


#: The namespace of the elements of a sheet.
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _sheet(file: Path) -> pl.DataFrame:
    """The widest sheet of a workbook, its header in the first row."""
    with zipfile.ZipFile(file) as book:
        shared = [
            "".join(text.text or "" for text in item.iter(f"{SHEET}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        sheets = [
            [
                {
                    cell.attrib["r"].rstrip("0123456789"): (
                        shared[int(value)] if cell.get("t") == "s" else value
                    )
                    for cell in row
                    if (value := cell.findtext(f"{SHEET}v")) is not None
                }
                for row in ElementTree.fromstring(book.read(name)).iter(f"{SHEET}row")
            ]
            for name in book.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    header, *rows = max(sheets, key=lambda rows: len(rows[0]))
    return pl.DataFrame(
        [[row.get(column) for column in header] for row in rows],
        schema={name.strip().lower(): pl.String for name in header.values()},
        orient="row",
    )


def _parsed(name: str, kind: str) -> pl.Expr:
    text = pl.col(name)
    if kind == WITH_OFFSET:
        moment = text.str.to_datetime(kind, strict=False, time_zone="UTC")
        return moment.dt.convert_time_zone("Europe/Amsterdam").dt.replace_time_zone(None)
    if kind == "number":
        return text.str.replace(",", ".", literal=True).cast(pl.Decimal(18, 6), strict=False)
    if kind == "sheet_day":
        days = text.cast(pl.Float64, strict=False).floor().cast(pl.Int64)
        return (pl.lit(dt.datetime(1899, 12, 30)) + pl.duration(days=days)).alias(name)
    if kind == "amount":
        plain = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        return plain.cast(pl.Decimal(18, 6), strict=False)
    if kind == "yes_no":
        return text.str.to_lowercase().replace_strict(
            {"ja": True, "j": True, "true": True, "1": True, "waar": True}
            | {"nee": False, "n": False, "false": False, "0": False, "onwaar": False},
            default=None,
        )  # fmt: skip
    return text.str.to_datetime(kind, strict=False)
