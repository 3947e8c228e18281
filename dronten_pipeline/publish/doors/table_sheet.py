"""A worksheet whose rows are written as a whole, column by column.

xlsxwriter takes 6 microseconds for a cell that it is given by itself; tables of 50,000 rows would
be most of what a release costs. All but the rows of a table is left to the library. Four of its
private names are used, here only: `_write_rows`, `_check_dimensions`, `_get_xf_index`, `str_table`.

Here belongs how a value stands in the file of a worksheet. Not here: what is shown, and how wide or
in which format (`workbook.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

#: Excel's own limits: the text of one cell, the digits of a number, the largest and smallest
#: number, and its first day without the leap year 1900 that never was.
MOST_CHARACTERS = 32_767
MOST_EXACT = 10**15
LARGEST, SMALLEST = 9.99999999999999e307, 2.2250738585072014e-308
FIRST_DAY = dt.date(1900, 3, 1)

#: Days and moments are numbers of days since this one.
DAY_ZERO = dt.date(1899, 12, 30)

CUT = " … (ingekort, zie Parquet)"

WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT"}
WHOLE |= {"UINTEGER", "UBIGINT"}


class TableSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet with `write_table` besides what every other has."""

    def __init__(self) -> None:
        super().__init__()
        self._table_rows = ""

    def write_table(
        self,
        columns: Sequence[tuple[str, Format, Sequence[Any]]],
        heights: Mapping[int, float],
    ) -> None:
        """Writes the rows below the first one, once.

        Args:
            columns: the type in DuckDB, the format and the values of each, None for an empty cell.
            heights: of rows that are not as high as others, in points, by number from 1.
        """
        names = [xl_col_to_name(index) for index in range(len(columns))]
        written = [self._cells(name, *column) for name, column in zip(names, columns, strict=True)]
        self._check_dimensions(max((len(cells) for cells in written), default=0), len(names) - 1)
        rows = enumerate(zip(*written, strict=True), start=1)
        self._table_rows = "".join(
            f'<row r="{number + 1}"{_height(heights.get(number))}>{"".join(cells)}</row>'
            for number, cells in rows
        )

    def _cells(self, name: str, kind: str, style: Format, values: Sequence[Any]) -> list[str]:
        say = self._sayer(kind)
        begin, middle = f'<c r="{name}', f'" s="{style._get_xf_index()}"'
        return [
            "" if value is None else f"{begin}{number}{middle}{say(value)}</c>"
            for number, value in enumerate(values, start=2)
        ]

    def _sayer(self, kind: str) -> Callable[[Any], str]:
        """How a value of this type is written; what Excel would change becomes a text."""
        shared = self.str_table._get_shared_string_index

        def text(value: str) -> str:
            return f' t="s"><v>{shared(_cut(value))}</v>'

        def whole(value: int) -> str:
            return f"><v>{value}</v>" if abs(value) < MOST_EXACT else text(str(value))

        def number(value: float) -> str:
            # Every digit that it needs: 17 at most.
            if value == 0 or SMALLEST <= abs(value) <= LARGEST:
                return f"><v>{value!r}</v>"
            return text(repr(value))

        def truth(value: bool) -> str:
            return f' t="b"><v>{value:d}</v>'

        def day(value: dt.date) -> str:
            if value >= FIRST_DAY:
                return f"><v>{(value - DAY_ZERO).days}</v>"
            return text(f"{value:%d-%m}-{value.year:04d}")

        def moment(value: dt.datetime) -> str:
            if value.date() >= FIRST_DAY:
                passed = value - dt.datetime.combine(DAY_ZERO, dt.time())
                return f"><v>{passed / dt.timedelta(days=1)!r}</v>"
            return text(f"{value:%d-%m}-{value.year:04d} {value:%H:%M:%S}")

        if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
            return number
        if kind in WHOLE:
            return whole
        others: dict[str, Callable[[Any], str]] = {
            "BOOLEAN": truth,
            "DATE": day,
            "TIMESTAMP": moment,
        }
        return others.get(kind, text)

    def _write_rows(self) -> None:
        super()._write_rows()
        self.fh.write(self._table_rows)


def _cut(text: str) -> str:
    # Excel counts in UTF-16, where some characters are two.
    if len(text) <= MOST_CHARACTERS // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _height(points: float | None) -> str:
    return f' ht="{points:g}" customHeight="1"' if points else ""
