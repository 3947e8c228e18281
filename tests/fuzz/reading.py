"""What must hold of the reading of any bytes at all, and the seeds that a fuzzer starts from.

Here belongs the statement that is tried. Not here: who tries it (`fuzz_readers.py` for as long as
one likes, `test_found.py` with what that found before).

An input is one byte that chooses the table, or the kind of document, and the content of a file.
"""

from __future__ import annotations

import contextlib
import io
import json
from functools import cache
from pathlib import Path

import polars as pl

from dronten_pipeline.contracts.sources import Table, load_sources
from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.ingest import parsing
from dronten_pipeline.readability import extract

#: A made-up name that stands in headers, keys and sheet names of the seeds, and in no contract.
PLANTED = "qzxjansen"
KEY = b"sixteen characters and more"
LARGEST_SEED = 30_000
DOCUMENTS = (".txt", ".html", ".md", ".docx", ".pdf")


@cache
def tables() -> tuple[Table, ...]:
    """A few tables that together have every type and every kind of personal data."""
    sources = load_sources(PROJECT / "sources")
    chosen = ("website_feedback", "customer_contact", "finance_invoices", "case_system", "iv3")
    return tuple(table for name in chosen for table in sources[name].tables)


def hold(data: bytes) -> None:
    """Reads an input as a run would.

    Raises:
        AssertionError: a record was lost, or something of the file is repeated in a message.
    """
    if len(data) < 2:
        return
    choice = data[0] % (len(tables()) + len(DOCUMENTS))
    if choice < len(tables()):
        _hold_table(data[1:], tables()[choice])
    else:
        with contextlib.suppress(extract.DocumentUnreadable):
            extract.text_of(data[1:], suffix=DOCUMENTS[choice - len(tables())])


def _hold_table(content: bytes, table: Table) -> None:
    parsed = parsing.parse(content, table, KEY)
    if parsed.refused is None:
        assert parsed.stored is not None
        assert parsed.stored.height + parsed.rejects.height == parsed.rows
    said = [parsed.refused or "", *parsed.notes, *parsed.rejects["reason"].to_list()]
    said += [name or "" for name in parsed.rejects["column_name"].to_list()]
    for sentence in said:
        assert PLANTED not in sentence.lower(), "a name from the file is repeated in a message"
    known = {column.name.lower() for column in table.columns}
    assert set(parsed.rejects["column_name"].drop_nulls()) <= known


def seeds() -> list[bytes]:
    """The sample files of the tables in every format, each with a planted column."""
    found: list[bytes] = []
    for number, table in enumerate(tables()):
        first = bytes([number])
        for path in sorted((PROJECT / "sources").glob(f"*/sample/{table.name}*")):
            content = path.read_bytes()
            if len(content) <= LARGEST_SEED:
                found.append(first + content)
        names = [column.name for column in table.columns]
        record = {name: _value(kind) for name, kind in zip(names, _kinds(table), strict=True)}
        record |= {f"{PLANTED} 123456782": f"{PLANTED}@voorbeeld.nl"}
        frame = pl.DataFrame([record, record])
        for separator in ";,\t":
            found.append(first + frame.write_csv(separator=separator).encode())
        found.append(first + json.dumps([record, record]).encode())
        found.append(first + frame.write_ndjson().encode())
        for write in (_parquet, _xlsx):
            found.append(first + write(frame))
    for path in sorted((PROJECT / "sources").glob("text_corpus/sample/**/*")):
        if path.suffix in DOCUMENTS and path.stat().st_size <= LARGEST_SEED:
            first = bytes([len(tables()) + DOCUMENTS.index(path.suffix)])
            found.append(first + path.read_bytes())
    return found


def _kinds(table: Table) -> list[str]:
    return [column.type for column in table.columns]


def _value(kind: str) -> str:
    return {"date": "05-03-2026", "timestamp": "2026-03-05 10:00:00", "boolean": "ja"}.get(
        kind, "1.234,50" if kind == "decimal" else "12"
    )


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _xlsx(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_excel(buffer, worksheet=PLANTED)
    return buffer.getvalue()


def found_before() -> list[Path]:
    """Inputs that broke the reading once."""
    return sorted(path for path in (Path(__file__).parent / "found").iterdir() if path.is_file())
