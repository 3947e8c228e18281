"""Records of one table as a CSV that is the same for the same records.

Here belongs the form: columns of the contract and no other, semicolons, LF, moments with their
offset, one record per key in the order of the keys. What the contract does not keep is not written
either: of a free text only its length, of a place nothing. Not here: where the file goes
(`delivery.py`).
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from dronten_pipeline.connect.errors import Refused
from dronten_pipeline.contracts.sources import Column, Table
from dronten_pipeline.core.durable import sync

Value = str | int | float | Decimal | bool | dt.date | dt.datetime | None
Record = Mapping[str, Value]

#: What one column may hold of a value; a longer one is no value of a contract.
LONGEST = 100_000
SORT_MEMORY = "100MB"
#: Within a value they would make another file of it.
BREAKS = str.maketrans({"\n": " ", "\r": " ", "\0": None})


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file of one table: its records and the SHA-256 of its bytes."""

    path: Path
    records: int
    sha256: str


def write(path: Path, table: Table, records: Iterable[Record]) -> Written:
    """Writes the records of one table.

    Args:
        records: by column of the contract; one that is left out is empty.

    Raises:
        Refused: two records have one key and differ, or a key is empty.
        KeyError: a record names a column that is not in the contract.
        OSError: the disk refused.
    """
    is_sorted, count = _write_as_they_come(path, table, records)
    if not is_sorted:
        count = _sort(path, table)
    sync(path)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Written(path=path, records=count, sha256=sha256)


def _write_as_they_come(path: Path, table: Table, records: Iterable[Record]) -> tuple[bool, int]:
    """Returns whether keys rose from record to record, and how many there were."""
    columns = {column.name: column for column in table.columns}
    keys = [table.columns.index(columns[name]) for name in table.key]
    before: tuple[str, ...] = ()
    is_sorted, count = True, 0
    with _opened(path) as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(columns)
        for record in records:
            if unknown := record.keys() - columns:
                raise KeyError(f"{table.name}: no columns of the contract: {sorted(unknown)}")
            row = [_text(record.get(name), column) for name, column in columns.items()]
            key = tuple(row[place] for place in keys)
            if not all(key):
                raise Refused(
                    f"Tabel {table.name}: een record heeft geen {', '.join(table.key)}. Zie na of "
                    "het systeem of zijn vertaling in connector.yml is veranderd."
                )
            is_sorted &= key > before
            before = key
            writer.writerow(row)
            count += 1
    return is_sorted, count


def _opened(path: Path):  # type: ignore[no-untyped-def]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    return os.fdopen(handle, "w", encoding="utf-8", newline="", buffering=1 << 20)


def _sort(path: Path, table: Table) -> int:
    """Sorts a file by its keys and leaves out what stands there twice, on the disk if need be."""
    import duckdb

    sorted_path = path.with_name(path.name + ".sorted")
    names = [f'"{column.name}"' for column in table.columns]
    keys = ", ".join(f'"{name}"' for name in table.key)
    with duckdb.connect(
        config={"memory_limit": SORT_MEMORY, "threads": 1, "temp_directory": str(path.parent)}
    ) as connection:
        connection.execute(
            f"CREATE TEMP TABLE record AS SELECT DISTINCT {', '.join(names)} FROM read_csv("
            "?, delim = ';', header = true, all_varchar = true, null_padding = false, "
            "quote = '\"', escape = '\"', nullstr = '', auto_detect = false, columns = "
            f"{ {column.name: 'VARCHAR' for column in table.columns} }, "
            # Of the memory above; by itself the buffer is many times the longest line.
            "max_line_size = 8000000, buffer_size = 16000000)",
            [str(path)],
        )
        (twice,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM record GROUP BY {keys} HAVING count(*) > 1)"
        ).fetchone() or (0,)
        if twice:
            raise Refused(
                f"Tabel {table.name}: {twice} sleutels ({', '.join(table.key)}) komen voor met "
                "verschillende inhoud. Er is niets geleverd; vraag de beheerder van het systeem."
            )
        found = connection.execute(f"SELECT * FROM record ORDER BY {keys}")
        count = 0
        with _opened(sorted_path) as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(column.name for column in table.columns)
            while rows := found.fetchmany(10_000):
                writer.writerows(rows)
                count += len(rows)
    sorted_path.replace(path)
    return count


def _text(value: Value, column: Column) -> str:
    if value is None or column.personal_data == "location":
        return ""
    if column.personal_data == "free_text":
        return "x" * len(str(value))
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError(f"{column.name}: a moment without its offset")
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | float | int):
        text = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return text.replace(".", column.decimal_mark or ".")
    if len(value) > LONGEST:
        raise Refused(
            f"Kolom {column.name}: een waarde van {len(value)} tekens is geen waarde. Zie na of "
            "het systeem of zijn vertaling in connector.yml is veranderd."
        )
    return value.translate(BREAKS)
