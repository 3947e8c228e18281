"""The tables that people keep by hand (`dbt_project/seeds/`), and what is wrong in them.

Here belongs reading a seed so that a mistake is told with file, line and column, before dbt starts:
dbt would tell of it when all is built, or not at all. What must hold stands where dbt reads it, in
the yml beside the seeds: types, `unique_combination`, `relationships`, `accepted_values`, and
`may_be_empty` for a column of which a cell may be empty. Not here: what a row means.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dronten_pipeline.contracts.reading import ContractError

Row = dict[str, str]

#: How a cell of a type is read, and what it must be in words.
_READ: dict[str, tuple[Callable[[str], object], str]] = {
    "date": (dt.date.fromisoformat, "een dag, geschreven als jjjj-mm-dd"),
    "integer": (int, "een heel getal"),
    "double": (float, "een getal met een punt voor de decimalen"),
    "boolean": ({"true": True, "false": False}.__getitem__, "true of false"),
}
_REF = re.compile(r"ref\('(\w+)'\)")


def read_seed(folder: Path, name: str) -> list[Row]:
    """The rows of a seed as they are written; what is empty is an empty text.

    Raises:
        ContractError: the first cell that is not as the yml says, with file, line and column.
    """
    path = folder / f"{name}.csv"
    about = _described(folder).get(name, {})
    types = about.get("config", {}).get("column_types", {})
    columns = {column["name"]: column for column in about.get("columns", [])}
    keys = [_key(test) for test in about.get("data_tests", [])]
    rows, seen = [], dict[tuple[object, ...], int]()
    for line, row in _rows(path):
        for column, cell in row.items():
            if wrong := _wrong(folder, cell, types.get(column, ""), columns.get(column)):
                says = columns.get(column, {}).get("description", "")
                raise ContractError(
                    path, line, f"kolom {column} {wrong}{f' ({says})' if says else ''}"
                )
        for key in keys:
            values = tuple(_typed(row[column], types.get(column, "")) for column in key)
            if (first := seen.setdefault((key, values), line)) != line:
                raise ContractError(
                    path,
                    line,
                    f"heeft dezelfde {', '.join(key)} als regel {first}: daarvan mag er een zijn",
                )
        rows.append(row)
    return rows


def check_seeds(folder: Path) -> None:
    """Reads every seed of a folder.

    Raises:
        ContractError: as `read_seed`.
    """
    for path in sorted(folder.glob("*.csv")):
        read_seed(folder, path.stem)


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Each row with the line on which it begins."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        begins = reader.line_num + 1
        for cells in reader:
            if len(cells) != len(header):
                raise ContractError(
                    path,
                    begins,
                    f"telt {len(cells)} cellen, de kop {len(header)}: een cel met een komma staat "
                    'tussen aanhalingstekens (")',
                )
            yield begins, dict(zip(header, cells, strict=True))
            begins = reader.line_num + 1


def _key(test: dict[str, Any]) -> tuple[str, ...]:
    """The columns of which no two rows have the same values."""
    return tuple(test["unique_combination"]["arguments"]["columns"])


def _typed(cell: str, kind: str) -> object:
    """A cell that is not wrong as the value that it means."""
    return _READ[kind][0](cell) if cell and kind in _READ else cell


def _wrong(folder: Path, cell: str, kind: str, column: dict[str, Any] | None) -> str | None:
    """What is wrong with a cell, as the rest of a sentence about its column."""
    if column is None:  # no column that the yml knows: a test of the project says so
        return None
    if not cell:
        may = column.get("config", {}).get("meta", {}).get("may_be_empty", False)
        return None if may else "is leeg en moet ingevuld zijn"
    if kind in _READ:
        read, words = _READ[kind]
        try:
            read(cell)
        except (ValueError, KeyError):
            return f"is {cell!r}: hier hoort {words}"
    for test in column.get("data_tests", []):
        if not isinstance(test, dict):
            continue
        ((called, given),) = test.items()
        known = _known(folder, called, given["arguments"])
        if known is not None and cell not in known:
            return f"is {cell!r} en moet een zijn van {', '.join(sorted(known))}"
    return None


def _known(folder: Path, test: str, arguments: dict[str, Any]) -> frozenset[str] | None:
    """The values that a test of dbt allows; None when it is of another kind, or about a model."""
    if test == "accepted_values":
        return frozenset(map(str, arguments["values"]))
    if test != "relationships" or not (found := _REF.fullmatch(arguments["to"])):
        return None
    path = folder / f"{found[1]}.csv"
    if not path.is_file():
        return None
    return _values(path.read_text(encoding="utf-8"), arguments["field"])


def _described(folder: Path) -> dict[str, Any]:
    """What the yml files say of each seed, by its name."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yml")):
        found |= _seeds_of(path.read_text(encoding="utf-8"))
    return found


@cache
def _seeds_of(yml: str) -> dict[str, Any]:
    document = YAML(typ="safe").load(yml) or {}
    return {seed["name"]: seed for seed in document.get("seeds", [])}


@cache
def _values(text: str, column: str) -> frozenset[str]:
    return frozenset(row.get(column) or "" for row in csv.DictReader(io.StringIO(text)))
