"""The Excel format: one workbook with the tables, and a sheet that explains every KPI.

Here belongs how the tables look in Excel. Not here: their values, which are those of the mart;
only what Excel cannot hold is written as text (`_writer`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from dronten_pipeline.contracts.published_tables import RELEASE_ID
from dronten_pipeline.core.database import OFFLINE, identifier
from dronten_pipeline.core.words import word, words
from dronten_pipeline.release.formats.headings import SHEETS, headings
from dronten_pipeline.release.formats.mart import Column, Mart, Table

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

NAME = "dronten_kpi.xlsx"

#: A table with more rows is not in the workbook: it is one to compute with, not one to look at,
#: and a workbook is held in memory whole while it is written (about 1 kB per row).
MOST_ROWS = 50_000

#: Excel's own limits: the text of one cell, the digits of a number, the largest and smallest
#: number, and its first day without the leap year 1900 that never was.
MOST_CHARACTERS = 32_767
MOST_EXACT = 10**15
LARGEST, SMALLEST = 9.99999999999999e307, 2.2250738585072014e-308
FIRST_DAY = dt.date(1900, 3, 1)

CUT = " … (ingekort, zie Parquet)"

#: Height of one line in points, and of the highest row that Excel allows.
LINE, HIGHEST = 15, 409

NUMBERS = {
    "DATE": "dd-mm-yyyy_)",
    "TIMESTAMP": "dd-mm-yyyy hh:mm:ss_)",
    "DOUBLE": "#,##0.00_)",
    "FLOAT": "#,##0.00_)",
    "whole": "#,##0_)",
    "plain": "General_)",
    # Excel writes WAAR by itself; other programs show a 1 in a column without this.
    "BOOLEAN": '"WAAR";"WAAR";"ONWAAR"',
}
WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT"}
WHOLE |= {"UINTEGER", "UBIGINT"}
#: Whole numbers that are names rather than amounts: 2026, not 2.026.
PLAIN = {
    "year",
    "definition_version",
    "document_page",
    "measure_no",
    "result_no",
    "date_key",
    "month_key",
    "iso_year",
}

#: Longer texts, in characters, are wrapped; still longer ones are not, or a table would be a page
#: of text: of those the first line is seen.
WRAPPED, NOT_WRAPPED = 58, 400
#: The widest column, and what of a sheet is legible on one page, in characters.
WIDEST, ON_A_PAGE = 60, 220

#: The table that says how a document is called, and the columns elsewhere that name one.
DOCUMENTS, OF_DOCUMENTS = "dim_document", {"document", "document_id"}

#: The sheets that are no table of the mart.
KPIS, COLUMNS = "Uitleg per KPI", "Kolommen"
ABOUT = {
    KPIS: "Wat elke KPI betekent, hoe zij wordt berekend, haar doel en waar dat staat.",
    COLUMNS: "Wat elke kolom betekent, en hoe zij in de andere bestanden heet.",
}

#: Every KPI in one row, with the target in force on the as-of date, else the first to come.
#: Without parameters: for one, DuckDB imports pandas, which takes longer than the whole workbook.
EXPLANATION = """
SELECT
    kpi.name_nl, kpi.short_nl, kpi.unit, kpi.direction, kpi.period_grain, target.comparator,
    target.target_value, target.period_start, source.label_nl, target.document_page, kpi.counts_nl,
    kpi.excludes_nl, kpi.period_nl, kpi.breakdowns_nl, kpi.caveats_nl, kpi.owner,
    kpi.source_system, document.label_nl, kpi.definition_version, kpi.kpi_id
FROM dim_kpi AS kpi
CROSS JOIN publication
LEFT JOIN dim_document AS document ON kpi.document = document.document_id
LEFT JOIN fct_kpi_target AS target
    ON kpi.kpi_id = target.kpi_id AND target.kind = 'target'
    AND publication.as_of <= coalesce(target.period_end, DATE '9999-12-31')
LEFT JOIN dim_document AS source ON target.document = source.document_id
QUALIFY row_number() OVER (PARTITION BY kpi.kpi_id ORDER BY target.period_start) = 1
ORDER BY kpi.name_nl, kpi.kpi_id
"""


@dataclass(frozen=True, kw_only=True)
class _Heading:
    title: str
    width: int
    number: str | None = None
    wraps: bool = False


class _Exact(float):
    """A number with every digit that it needs; xlsxwriter keeps 16, and it can take 17."""

    def __format__(self, _: str) -> str:
        return float.__repr__(self)


def export_workbook(mart: Mart, path: Path) -> None:
    """Writes the workbook; the same mart gives the same bytes.

    Texts are never taken for formulas or links. Nothing is computed in it. The release stands on
    its first sheet: in one file it is the same on all.

    Raises:
        OSError: the file could not be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            # No temporary files, which a kill would leave behind; the tables are small.
            "in_memory": True,
        },
    )
    book.set_properties(
        {
            "title": "Datalab Dronten: KPI's",
            "company": "Gemeente Dronten",
            "comments": f"Uitgave {mart.release_id}",
            # The clock would make every file another one.
            "created": mart.published_at,
        }
    )
    sheets = _Sheets(book)
    mart = replace(mart, tables={name: _for_people(one) for name, one in mart.tables.items()})
    try:
        with duckdb.connect(str(mart.path), read_only=True, config=OFFLINE) as connection:
            _introduce(sheets, mart)
            if _has_kpis(mart):
                _explain(sheets, connection)
            for table in in_order(mart.tables.values()):
                if fits(table):
                    _show(sheets, connection, table, _titles(connection, mart))
            _list_columns(sheets, mart)
        book.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _for_people(table: Table) -> Table:
    """Without what the first sheet says already, and without the file names of documents."""
    columns = (
        one
        for one in table.columns
        if (one.name != RELEASE_ID.name or one.name in table.key)
        and (table.name, one.name) != (DOCUMENTS, "document_id")
    )
    return replace(table, columns=tuple(columns))


def fits(table: Table) -> bool:
    """Whether the rows of a table are in the workbook."""
    return table.rows <= MOST_ROWS


def in_order(tables: Iterable[Table]) -> list[Table]:
    """The tables as somebody looks for them: reports, then what has a Dutch name, then the rest."""
    known = list(SHEETS)
    return sorted(
        tables,
        key=lambda table: (
            not table.name.startswith("rapport_"),
            known.index(table.name) if table.name in known else len(known),
            table.name,
        ),
    )


def sheet_name(table: str) -> str:
    """The name on the tab: at most 31 characters, which is all that Excel allows."""
    return SHEETS.get(table, table.replace("_", " ").capitalize())[:31]


class _Sheets:
    """The workbook and its formats."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.strong = book.add_format({"bold": True, "valign": "top"})
        self.warning = book.add_format({"bold": True, "font_color": "#9C0006"})
        # Not every program draws the style of a table; these colours are those of the style.
        self.head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "top",
                "font_color": "#FFFFFF",
                "bg_color": "#4472C4",
            }
        )
        self.link = book.add_format({"font_color": "#0563C1", "underline": 1, "valign": "top"})
        self._formats: dict[tuple[str | None, bool], Any] = {}

    def format(self, number: str | None = None, *, wraps: bool = False) -> Any:
        key = (number, wraps)
        if key not in self._formats:
            form: dict[str, Any] = {"valign": "top", "text_wrap": wraps}
            if number:
                form["num_format"] = number
            if number == NUMBERS["BOOLEAN"]:
                form["align"] = "left"
            self._formats[key] = self.book.add_format(form)
        return self._formats[key]

    def add(self, name: str) -> Worksheet:
        sheet: Worksheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RBladzijde &P van &N")
        return sheet

    def add_table(self, name: str, table: str, columns: Sequence[_Heading], rows: int) -> Worksheet:
        """A sheet with an empty table: headings that stay in view, formats, filters."""
        sheet = self.add(name)
        pages = math.ceil(sum(column.width for column in columns) / ON_A_PAGE)
        sheet.fit_to_pages(pages, 0)
        if pages > 1:
            sheet.repeat_columns(0)
        for index, column in enumerate(columns):
            sheet.set_column(
                index, index, column.width, self.format(column.number, wraps=column.wraps)
            )
        sheet.set_row(0, 2 * LINE + 2)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.add_table(
            0,
            0,
            # A table in Excel has a row; without rows that is an empty one.
            max(rows, 1),
            len(columns) - 1,
            {
                "name": table,
                "style": "Table Style Medium 2",
                "columns": [
                    {"header": column.title, "header_format": self.head} for column in columns
                ],
            },
        )
        return sheet


def _stretch(sheet: Worksheet, row: int, texts: Iterable[tuple[object, int]]) -> None:
    """Makes a row as high as its texts need; not every program does so by itself.

    Args:
        texts: each with the width of its column in characters.
    """
    lines = max(
        (
            sum(math.ceil(max(len(line), 1) / width) for line in text.splitlines())
            for text, width in texts
            if isinstance(text, str)
        ),
        default=1,
    )
    if lines > 1:
        sheet.set_row(row, min(lines * LINE, HIGHEST))


def _introduce(sheets: _Sheets, mart: Mart) -> None:
    sheet = sheets.add("Lees mij")
    sheet.set_portrait()
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30, sheets.format())
    sheet.set_column(1, 1, 10, sheets.format(NUMBERS["whole"]))
    sheet.set_column(2, 2, 80, sheets.format(wraps=True))
    sheet.write_string(0, 0, "Datalab Dronten: KPI's", sheets.title)
    facts = [
        ("Uitgave", mart.release_id),
        ("Peildatum", f"{mart.as_of:%d-%m-%Y}: wat daarna gebeurde, telt niet mee"),
        ("Gepubliceerd", f"{mart.published_at:%d-%m-%Y %H:%M}"),
        ("Keuring", mart.verdict_nl),
    ]
    row = 2
    for name, fact in facts:
        sheet.write_string(row, 0, name, sheets.strong)
        sheet.write_string(row, 1, fact, sheets.format())
        row += 1
    for warning in mart.warnings:
        sheet.write_string(row, 0, warning, sheets.warning)
        row += 1
    row += 1
    for column, title in enumerate(("Werkblad", "Rijen", "Wat erin staat")):
        sheet.write_string(row, column, title, sheets.strong)
    for name, note in ABOUT.items():
        if name == KPIS and not _has_kpis(mart):
            continue
        row += 1
        _link(sheets, sheet, row, name)
        sheet.write_string(row, 2, note)
    for table in in_order(mart.tables.values()):
        row += 1
        note = table.comment
        if fits(table):
            _link(sheets, sheet, row, sheet_name(table.name))
        else:
            sheet.write_string(row, 0, sheet_name(table.name))
            note += (
                f" Staat niet in dit bestand, omdat het meer dan {MOST_ROWS:,} rijen zijn: lees "
                f"parquet/{table.name}.parquet."
            ).replace(",", ".", 1)
        sheet.write_number(row, 1, table.rows)
        sheet.write_string(row, 2, note)
        _stretch(sheet, row, [(note, 80)])


def _has_kpis(mart: Mart) -> bool:
    return {"dim_kpi", "fct_kpi_target", "dim_document"} <= mart.tables.keys()


def _link(sheets: _Sheets, sheet: Worksheet, row: int, name: str) -> None:
    quoted = name.replace("'", "''")
    sheet.write_url(row, 0, f"internal:'{quoted}'!A1", sheets.link, name)


def _explain(sheets: _Sheets, connection: duckdb.DuckDBPyConnection) -> None:
    columns = [
        _Heading(title="KPI", width=34, wraps=True),
        _Heading(title=word("definition", "short_nl"), width=40, wraps=True),
        _Heading(title="Eenheid", width=14),
        _Heading(title="Gunstige richting", width=18, wraps=True),
        _Heading(title="Periode", width=11),
        _Heading(title="Doel", width=12),
        _Heading(title="Doelwaarde", width=12, number=NUMBERS["plain"]),
        _Heading(title="Doel geldt vanaf", width=12, number=NUMBERS["DATE"]),
        _Heading(title="Waar het doel staat", width=26, wraps=True),
        _Heading(title="Bladzijde", width=11, number=NUMBERS["plain"]),
        *(
            _Heading(title=title, width=60, wraps=True)
            for name, title in words("definition").items()
            if name != "short_nl"
        ),
        _Heading(title="Eigenaar", width=22, wraps=True),
        _Heading(title="Bron", width=20, wraps=True),
        _Heading(title="Document", width=26, wraps=True),
        _Heading(title="Versie definitie", width=12, number=NUMBERS["plain"]),
        _Heading(title="Sleutel KPI", width=28),
    ]
    rows = connection.execute(EXPLANATION).fetchall()
    sheet = sheets.add_table(KPIS, "uitleg_kpi", columns, len(rows))
    said = {2: "unit", 3: "direction", 4: "grain", 5: "comparator"}
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            if isinstance(value, str):
                text = word(said[index], value) if index in said else value
                sheet.write_string(number, index, text)
            elif isinstance(value, dt.date):
                sheet.write_datetime(number, index, value)
            elif value is not None:
                sheet.write_number(number, index, value)
        _stretch(sheet, number, _wrapped(columns, row))


def _wrapped(columns: Sequence[_Heading], row: Sequence[object]) -> list[tuple[object, int]]:
    return [
        (value, column.width) for column, value in zip(columns, row, strict=True) if column.wraps
    ]


def _titles(connection: duckdb.DuckDBPyConnection, mart: Mart) -> dict[str, str]:
    """How each document is called on a screen, by its key."""
    if DOCUMENTS not in mart.tables:
        return {}
    return dict(connection.execute("SELECT document_id, label_nl FROM dim_document").fetchall())


def _show(
    sheets: _Sheets,
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    documents: Mapping[str, str],
) -> None:
    """One table of the mart, every value as it is, but for documents: those by their name."""
    titles = headings([column.name for column in table.columns])
    # The same order as in the other formats: that of the file.
    fields = ", ".join(_selected(column) for column in table.columns)
    cursor = connection.execute(f"SELECT {fields} FROM {identifier(table.name)}")
    rows = cursor.fetchall()
    longest_title = max(map(len, documents.values()), default=0)
    columns = [
        _heading(
            column,
            title,
            max(longest, longest_title) if column.name in OF_DOCUMENTS else longest,
            is_key=column.name in table.key,
        )
        for column, title, longest in zip(
            table.columns, titles, _longest(connection, table), strict=True
        )
    ]
    sheet = sheets.add_table(sheet_name(table.name), table.name, columns, len(rows))
    for index, column in enumerate(table.columns):
        write = _writer(sheet, column.type)
        called = documents if column.name in OF_DOCUMENTS else {}
        for number, row in enumerate(rows, start=1):
            if row[index] is not None:
                write(number, index, called.get(row[index], row[index]))
    if any(column.wraps for column in columns):
        for number, row in enumerate(rows, start=1):
            _stretch(sheet, number, _wrapped(columns, row))


def _selected(column: Column) -> str:
    name = identifier(column.name)
    if column.type in WHOLE | {"DOUBLE", "FLOAT", "BOOLEAN", "DATE", "TIMESTAMP", "VARCHAR"}:
        return name
    if column.type.startswith("DECIMAL"):
        return f"{name}::DOUBLE"
    return f"{name}::VARCHAR"


def _longest(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[int, ...]:
    """Characters that the longest value of each column takes on the screen."""
    widths = ", ".join(
        f"coalesce(max(length({_on_screen(column)})), 0)" for column in table.columns
    )
    row = connection.execute(f"SELECT {widths} FROM {identifier(table.name)}").fetchone()
    assert row is not None
    return row


def _on_screen(column: Column) -> str:
    value = _selected(column)
    if _is_number(column.type):
        decimals = 0 if column.type in WHOLE else 2
        return f"format('{{:,.{decimals}f}}', {value}::DOUBLE)"
    if column.type == "DATE":
        return "'31-12-2026'"
    if column.type == "TIMESTAMP":
        return "'31-12-2026 23:59:59'"
    return f"{value}::VARCHAR"


def _is_number(kind: str) -> bool:
    return kind in WHOLE or kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL")


def _heading(column: Column, title: str, longest: int, *, is_key: bool) -> _Heading:
    kind = column.type
    if kind in WHOLE:
        kind = "plain" if column.name in PLAIN else "whole"
    if kind.startswith("DECIMAL"):
        kind = "DOUBLE"
    # The arrow of the filter stands beside the longest word of the heading.
    word = max(len(part) for part in title.split()) + 4
    return _Heading(
        title=title,
        width=min(max(longest + 2, word, 9), WIDEST),
        number=NUMBERS.get(kind),
        wraps=kind not in NUMBERS and not is_key and WRAPPED < longest <= NOT_WRAPPED,
    )


def _writer(sheet: Worksheet, kind: str) -> Callable[[int, int, Any], object]:
    """How a value of this type is written; what Excel would change becomes a text."""

    def text(row: int, column: int, value: str) -> None:
        sheet.write_string(row, column, _cut(value))

    def whole(row: int, column: int, value: int) -> None:
        if abs(value) < MOST_EXACT:
            sheet.write_number(row, column, value)
        else:
            sheet.write_string(row, column, str(value))

    def number(row: int, column: int, value: float) -> None:
        if value == 0 or SMALLEST <= abs(value) <= LARGEST:
            sheet.write_number(row, column, _Exact(value))
        else:
            sheet.write_string(row, column, repr(value))

    def day(row: int, column: int, value: dt.date) -> None:
        if value >= FIRST_DAY:
            sheet.write_datetime(row, column, value)
        else:
            sheet.write_string(row, column, f"{value:%d-%m}-{value.year:04d}")

    def moment(row: int, column: int, value: dt.datetime) -> None:
        if value.date() >= FIRST_DAY:
            sheet.write_datetime(row, column, value)
        else:
            sheet.write_string(row, column, f"{value:%d-%m}-{value.year:04d} {value:%H:%M:%S}")

    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        return number
    if kind in WHOLE:
        return whole
    others: dict[str, Callable[[int, int, Any], object]] = {
        "BOOLEAN": sheet.write_boolean,
        "DATE": day,
        "TIMESTAMP": moment,
    }
    return others.get(kind, text)


def _list_columns(sheets: _Sheets, mart: Mart) -> None:
    rows = [
        (
            sheet_name(table.name),
            title,
            column.comment,
            column.type.lower(),
            table.name,
            column.name,
        )
        for table in in_order(mart.tables.values())
        for column, title in zip(
            table.columns, headings([column.name for column in table.columns]), strict=True
        )
    ]
    columns = [
        _Heading(title="Werkblad", width=28),
        _Heading(title="Kolom", width=28),
        _Heading(title="Betekenis", width=90, wraps=True),
        _Heading(title="Type", width=12),
        _Heading(title="Tabel in de mart", width=28),
        _Heading(title="Kolom in de mart", width=26),
    ]
    sheet = sheets.add_table(COLUMNS, "kolommen", columns, len(rows))
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            sheet.write_string(number, index, value)
        _stretch(sheet, number, _wrapped(columns, row))


def _cut(text: str) -> str:
    """What fits in a cell; Excel counts in UTF-16, where some characters are two."""
    if len(text) <= MOST_CHARACTERS // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - len(CUT))].decode("utf-16-le", "ignore") + CUT
