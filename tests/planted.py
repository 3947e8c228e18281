"""Looking for planted texts in every byte under a folder, whatever form they are kept in.

Here belongs decoding: Parquet, DuckDB, SQLite, XLSX and other ZIP files, and the base64 in which
signed records carry their content. Not here: what is planted.
"""

from __future__ import annotations

import base64
import io
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")


def found_below(home: Path, planted: Iterable[str], *, but: Iterable[Path] = ()) -> list[str]:
    """Every place below `home` where a planted text stands, also as the name of a file.

    Args:
        planted: texts; they are looked for in any letter case.
        but: folders that are left out.
    """
    wanted = [text.casefold() for text in planted]
    left_out = set(but)
    places: list[str] = []
    for path in sorted(home.rglob("*")):
        if left_out & {path, *path.parents}:
            continue
        texts: Iterable[str] = [path.name]
        if path.is_symlink():
            texts = [path.name, str(path.readlink())]
        elif path.is_file():
            texts = _texts(path)
        held = {text for one in texts for text in wanted if text in one.casefold()}
        places += [f"{path.relative_to(home)}: {text}" for text in sorted(held)]
    return places


def _texts(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    yield path.name
    yield from _of_bytes(content)
    if content.startswith(b"PAR1"):
        yield pl.read_parquet(io.BytesIO(content)).write_ndjson()
    elif content[8:12] == b"DUCK":
        yield from _of_duckdb(path)
    elif content.startswith(b"SQLite format 3"):
        yield from _of_sqlite(path)
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from _of_bytes(archive.read(name))


def _of_bytes(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", errors="replace")
    yield content.decode("utf-16-le", errors="replace")
    if b"\\u" in content:  # as JSON writes what is no ASCII
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), content.decode("latin-1"))
    for coded in _BASE64.findall(content):
        whole = coded[: len(coded) // 4 * 4]  # what only looks like it may have any length
        yield base64.b64decode(whole).decode("utf-8", errors="replace")


def _of_duckdb(path: Path) -> Iterator[str]:
    # A copy: the file may be open elsewhere.
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copyfile(path, Path(folder) / "copy.duckdb")
        with duckdb.connect(str(copy), read_only=True) as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name, sql, comment FROM duckdb_tables()"
            ).fetchall()
            for schema, table, statement, comment in tables:
                yield f"{schema}.{table} {statement} {comment}"
                rows = connection.sql(f'SELECT t :: VARCHAR FROM "{schema}"."{table}" AS t')
                while some := rows.fetchmany(10_000):
                    yield "\n".join(row[0] for row in some)


def _of_sqlite(path: Path) -> Iterator[str]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in names.fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield " ".join(map(str, row))
