"""Files that a supplier fills: the header of a table, and two invented records.

Here belongs: a value for every column that is read as it is meant. Not here: explaining it
(`page.py`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from dronten_pipeline.contracts.sources import Column, Table

SEPARATOR = ";"
#: With its mark, so that Excel sees letters with accents as they are.
ENCODING = "utf-8-sig"
RECORDS = 2

#: Of the first and the second record; dates are the same, so that none lies before another.
BY_TYPE = {
    "text": ("VOORBEELD-1", "VOORBEELD-2"),
    "integer": ("1", "2"),
    "decimal": ("12,50", "7,25"),
    "boolean": ("ja", "nee"),
    "date": ("31-12-2025", "31-12-2025"),
    "timestamp": ("31-12-2025 14:30:00", "31-12-2025 14:30:00"),
}
YEARS = ("2024", "2025")
REMARK = "Deze tekst wordt niet bewaard."


def value(column: Column, table: Table, record: int = 0) -> str:
    """What a column holds in the first (0) or the second (1) record, filled also where it may be
    empty."""
    if column.examples:
        return column.examples[min(record, len(column.examples) - 1)]
    if column.personal_data == "free_text":
        return REMARK
    if column.type == "integer" and table.event_date[:1] == [column.name]:
        return YEARS[record]
    example = BY_TYPE[column.type][record]
    return example.replace(",", ".") if column.decimal_mark == "." else example


def records(table: Table) -> list[list[str]]:
    """Two records: the first has a value in every column, the second in the required ones."""
    return [
        [
            value(column, table, record) if column.required or record == 0 else ""
            for column in table.columns
        ]
        for record in range(RECORDS)
    ]


def as_csv(table: Table, rows: Sequence[Sequence[str]]) -> bytes:
    """A CSV of a table, with its trailer where the contract asks for one."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=SEPARATOR)
    writer.writerow(column.name for column in table.columns)
    writer.writerows(rows)
    text = written.getvalue()
    if (last := trailer(table, len(rows))) is not None:
        text += f"{last}\r\n"
    return text.encode(ENCODING)


def trailer(table: Table, rows: int) -> str | None:
    """The last line of a file with so many records; None where there is none, or where its pattern
    is more than words, the number and what may be left out."""
    if table.trailer is None:
        return None
    line = re.sub(r"(?<!\\)\((?!\?:).*?(?<!\\)\)", str(rows), table.trailer, count=1)
    line = re.sub(r"(?:\\?.)[*?]", "", line.strip("^$"))
    line = re.sub(r"\\s\+?", " ", line)
    line = re.sub(r"\\(\W)", r"\1", line)
    return line if re.fullmatch(table.trailer, line) else None
