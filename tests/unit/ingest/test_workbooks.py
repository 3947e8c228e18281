"""Workbooks are read as the program that made them shows them."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import xlsxwriter

from dronten_pipeline.ingest import number_formats, readers
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.records import Delivered, boolean_of, number_of

NAMES = ("zaak_id", "datum", "bedrag", "team")
WANTED = Wanted(frozenset(NAMES), frozenset({"zaak_id", "datum"}))
DAY = dt.datetime(2026, 3, 1)


def read(content: bytes) -> Delivered:
    return readers.read(content, WANTED)


def values(delivered: Delivered, column: str = "zaak_id") -> list[Any]:
    """What stands in a column, whatever kind of cell it is."""
    cells = (column, number_of(column), pl.col(boolean_of(column)).cast(pl.String))
    return delivered.frame.select(pl.coalesce(cells)).to_series().to_list()


def book(fill: Callable[[xlsxwriter.Workbook], object], **options: Any) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"default_date_format": "dd-mm-yyyy hh:mm", **options}) as new:
        fill(new)
    return made.getvalue()


def rows(sheet: Any, first: int, records: Sequence[Sequence[Any]]) -> None:
    for row, record in enumerate(records, first):
        sheet.write_row(row, 0, record)


def of(*records: Sequence[Any], **options: Any) -> bytes:
    """One sheet with the header and records."""
    return book(lambda new: rows(new.add_worksheet(), 0, [NAMES, *records]), **options)


# --- which sheets


def months(*hidden: int, veryhidden: bool = False) -> bytes:
    def fill(new: xlsxwriter.Workbook) -> None:
        sheets = [new.add_worksheet() for _ in range(4)]
        rows(sheets[0], 0, [("team", "aantal"), ("a", 1)])
        rows(sheets[1], 0, [NAMES, ("z1", DAY, 1, "a"), ("z2", DAY, 1, "a")])
        rows(sheets[2], 3, [[name.upper() for name in NAMES[:3]], ("z3", DAY, 2)])
        rows(sheets[3], 0, [("iets",), ("anders",)])
        sheets[3].activate()
        for number in hidden:
            sheets[number].very_hidden() if veryhidden else sheets[number].hide()

    return book(fill)


def test_all_visible_sheets_with_the_header_are_read_together() -> None:
    found = read(months())
    assert values(found) == ["z1", "z2", "z3"]
    assert found.frame.get_column("_line").to_list() == [2, 3, 8]
    assert "Gelezen zijn 2 werkbladen met dezelfde kop: 2 en 3 van 4." in found.notes[0]


@pytest.mark.parametrize("veryhidden", [False, True])
def test_a_hidden_sheet_is_never_read(veryhidden: bool) -> None:
    found = read(months(1, veryhidden=veryhidden))
    assert values(found) == ["z3"]
    assert "niet gelezen is 1 werkblad met dezelfde kop, want verborgen" in " ".join(found.notes)
    with pytest.raises(Refused, match=r"alleen op een verborgen werkblad \(2 van 4\)"):
        read(months(1, 2, veryhidden=veryhidden))


def test_a_sheet_that_fits_in_no_way_leaves_the_message_to_the_contract() -> None:
    found = read(book(lambda new: rows(new.add_worksheet(), 0, [("x", "team"), (1, "a")])))
    assert (found.headers, found.rows) == (("x", "team"), 1)


def test_a_workbook_without_a_filled_sheet_is_refused() -> None:
    with pytest.raises(Refused, match="geen gevulde werkbladen"):
        read(book(lambda new: (new.add_chartsheet(), new.add_worksheet())))


# --- where the table stands


@pytest.mark.parametrize(("above", "left"), [(0, 0), (5, 0), (18, 3)])
def test_the_table_is_found_below_titles_and_right_of_empty_columns(above: int, left: int) -> None:
    def fill(new: xlsxwriter.Workbook) -> None:
        sheet = new.add_worksheet()
        for row in range(above):
            sheet.write(row, 0, f"Rapport {row}")
        sheet.write_row(above, left, NAMES)
        sheet.write_row(above + 1, left, ("z1", DAY, 3, "a"))
        sheet.write(above + 1, left + 20, "een opmerking")
        sheet.write(above + 9, left + 20, "nog een")

    found = read(book(fill))
    assert (values(found), found.rows) == (["z1"], 1)
    assert found.cleaned["cells_beside"] == 2
    assert found.cleaned.get("rows_above_header", 0) == above
    assert found.frame.get_column("_line").to_list() == [above + 2]


def test_totals_and_headers_that_come_again_are_left_out_and_counted() -> None:
    found = read(of(("z1", DAY, 3, "a"), NAMES, ("z2", DAY, 4, "a"), ("Totaal", None, 7, None)))
    assert (values(found), found.rows) == (["z1", "z2"], 2)
    assert (found.cleaned["repeated_header"], found.cleaned["total"]) == (1, 1)


def test_a_header_over_two_rows_is_joined() -> None:
    upper, lower = ("zaak", "", "", ""), ("id", "datum", "bedrag", "team")
    found = read(
        book(lambda new: rows(new.add_worksheet(), 0, [upper, lower, ("z1", DAY, 1, "a")]))
    )
    assert values(found) == ["z1"]


# --- what cells say


def test_merged_cells_hold_for_all_their_cells_but_make_no_records() -> None:
    def fill(new: xlsxwriter.Workbook) -> None:
        sheet = new.add_worksheet()
        rows(sheet, 0, [NAMES, *((f"z{n}", DAY, n) for n in range(1, 5))])
        sheet.merge_range(1, 3, 3, 3, "a")
        sheet.merge_range(4, 3, 1_000, 3, "b")
        sheet.merge_range(2, 1, 2, 2, DAY, new.add_format({"num_format": "dd-mm-yyyy"}))

    found = read(book(fill))
    assert values(found, "team") == ["a", "a", "a", "b"]
    assert values(found, "bedrag")[1] == "2026-03-01 00:00:00"
    assert (found.rows, found.cleaned["merged_cells"]) == (4, 3)


def test_hidden_rows_are_read_and_counted() -> None:
    def fill(new: xlsxwriter.Workbook) -> None:
        sheet = new.add_worksheet()
        rows(sheet, 0, [NAMES, ("z1", DAY), ("z2", DAY)])
        for row in (2, 50):
            sheet.set_row(row, options={"hidden": True})

    found = read(book(fill))
    assert (values(found), found.cleaned["hidden_rows"]) == (["z1", "z2"], 1)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.426, "0%", "42.6"),
        (0.07, "0.00%", "7"),
        (-0.5, '0%;[Red]-0%;"-"', "-50"),
        (700, "00000", "00700"),
        (123456, "00000", "123456"),
        (700, "0000-000", "0000-700"),
        (7, '"Z-"00000', "Z-00007"),
        (7, '"Z"0', "Z7"),
        (7, '0 "dagen"', "7"),
        (1234.5, '"€" #,##0.00', "1234.5"),
        (12, "[$€-413] 0", "12"),
        (1.5, "[h]:mm", "36:00:00"),
        (0.5, "hh:mm", "12:00:00"),
        (46112.5, "hh:mm", "2026-03-31 12:00:00"),
        (46112.99999999884, "dd-mm-yyyy hh:mm", "2026-04-01 00:00:00"),
        (46112.5000057870, "dd-mm-yyyy hh:mm:ss.000", "2026-03-31 12:00:00.500"),
        (46112, "[$-413]d mmmm yyyy;@", "2026-03-31 00:00:00"),
        (46112, 'dd"d"', "2026-03-31 00:00:00"),
        (0, "dd-mm-yyyy", "1900-01-00 00:00:00"),
        (59, "dd-mm-yyyy", "1900-02-28 00:00:00"),
        (60, "dd-mm-yyyy", "1900-02-29 00:00:00"),
        (61, "dd-mm-yyyy", "1900-03-01 00:00:00"),
        (-3, "dd-mm-yyyy", "-3"),
        (3e6, "dd-mm-yyyy", "3000000"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-7, "General", "1e-7"),
        (999_999_999_999_999, "0", "999999999999999"),
    ],
)
def test_a_number_is_what_excel_shows(value: float, code: str, shown: str) -> None:
    def fill(new: xlsxwriter.Workbook) -> None:
        sheet = new.add_worksheet()
        rows(sheet, 0, [NAMES, ("z1", DAY)])
        sheet.write_number(1, 2, value, new.add_format({"num_format": code}))

    assert values(read(book(fill)), "bedrag") == [shown]


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    assert values(read(of(("z1", DAY), date_1904=True)), "datum") == ["2026-03-01 00:00:00"]


@pytest.mark.parametrize("number", [1e15, 20260000123456700, -1234567890123456])
def test_a_number_of_more_than_15_digits_rejects_its_row(number: float) -> None:
    found = read(of((number, DAY), ("z2", DAY)))
    assert values(found) == ["z2"]
    assert "meer dan 15 cijfers" in found.rejects["reason"][0]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
def test_an_error_rejects_its_row(error: str) -> None:
    def fill(new: xlsxwriter.Workbook) -> None:
        sheet = new.add_worksheet()
        rows(sheet, 0, [NAMES, ("z1", DAY), ("z2", DAY)])
        sheet.write_formula(1, 2, "=1/0", None, error)

    found = read(book(fill))
    assert (values(found), found.rows) == (["z2"], 2)


@pytest.mark.parametrize(
    ("outcome", "is_known"),
    [(5, True), ("x", True), ("", False), (0, False)],
)
def test_an_outcome_that_was_never_computed_rejects_its_row(outcome: Any, is_known: bool) -> None:
    """A library writes 0 and asks Excel to compute it."""

    def fill(new: xlsxwriter.Workbook) -> None:
        sheet = new.add_worksheet()
        rows(sheet, 0, [NAMES, ("z1", DAY)])
        sheet.write_formula(1, 2, "=A1", None, outcome)

    assert (read(book(fill)).rejects.height == 0) == is_known


# --- XML as it is written


TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
RELATION = '<Relationship Id="{}" Type="http://x/relationships/{}" Target="{}"/>'
HEADER = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in NAMES)


def package(
    body: str, strings: str | None = None, main: str = "xl/workbook.xml", start: str = "",
    encoding: str = "utf-8", prefix: str = "",
) -> bytes:  # fmt: skip
    """A workbook whose only sheet has `body` in its data."""
    made = io.BytesIO()
    space = 'xmlns:y="http://x"' if prefix else 'xmlns="http://x"'
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("[Content_Types].xml", TYPES)
        parts.writestr(
            "_rels/.rels", RELATIONS.format(RELATION.format("r1", "officeDocument", f"/{main}"))
        )
        folder, _, name = main.rpartition("/")
        parts.writestr(
            f"{folder}/_rels/{name}.rels",
            RELATIONS.format(
                RELATION.format("a", "worksheet", "bladen/een.xml")
                + (RELATION.format("b", "sharedStrings", "/s.xml") if strings else "")
            ),
        )
        parts.writestr(
            main,
            '<workbook xmlns="http://x" xmlns:r="http://y"><sheets>'
            '<sheet name="blad" r:id="a"/></sheets></workbook>',
        )
        sheet = f"{start}<worksheet {space}><sheetData>{body}</sheetData></worksheet>"
        if prefix:
            sheet = sheet.replace("<", f"<{prefix}").replace(f"<{prefix}/", f"</{prefix}")
        parts.writestr(f"{folder}/bladen/een.xml", sheet.encode(encoding))
        if strings:
            parts.writestr("s.xml", f"<sst xmlns='http://x'>{strings}</sst>")
    return made.getvalue()


RECORD = '<row><c t="inlineStr"><is><t>é1</t></is></c><c t="d"><v>2026-03-01</v></c></row>'
ROW = f"<row>{HEADER}</row>{RECORD}"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(package(ROW), id="places left out"),
        pytest.param(package(ROW, main="iets/workbook.xml"), id="in another folder"),
        pytest.param(package(ROW, prefix="y:"), id="prefixes"),
        pytest.param(package(ROW, start="\ufeff"), id="mark"),
        pytest.param(package(ROW, encoding="utf-16"), id="utf-16"),
        pytest.param(
            package(ROW, start='<?xml version="1.0" encoding="ISO-8859-1"?>', encoding="latin-1"),
            id="latin-1",
        ),
        pytest.param(package(ROW.replace("é1", "<![CDATA[é1]]><!-- <c> -->")), id="cdata"),
        pytest.param(package(ROW.replace("é1", "&#233;&#x31;")), id="references"),
        pytest.param(package(ROW.replace("<row>", "<row\n spans='1:4'>").replace("<c ", "<c\n")),
                     id="line breaks"),
        pytest.param(
            package(ROW.replace('t="inlineStr"><is><t>é1</t></is>', "t='s'><v>1</v>"),
                    "<si/><si><r><rPr><b/></rPr><t>é</t></r>\n<r><t xml:space='preserve'>1</t></r>"
                    "<rPh sb='0' eb='1'><t>uitspraak</t></rPh></si>"),
            id="rich text",
        ),
        pytest.param(
            package(
                f'<row r="3">{HEADER}</row><row r="7"><c s="9"/><c r="B7" t="d"><v>2026-03-01</v>'
                '</c></row>'.replace('<c s="9"/>', '<c r="A7" t="str"><f>A1</f><v>é1</v></c>')
            ),
            id="some places",
        ),
    ],
)  # fmt: skip
def test_xml_is_read_in_every_way_of_writing(content: bytes) -> None:
    found = read(content)
    assert values(found) == ["é1"]
    assert values(found, "datum") == ["2026-03-01"]


def test_signs_that_excel_escapes_are_read() -> None:
    found = read(package(ROW.replace("é1", "a_x000D_\n_x0041_&amp;&lt;b_x005F_")))
    assert values(found) == ["a\r\nA&<b_"]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A2"><v>1</v></c></row>' * 2,
        '<row r="0"><c><v>1</v></c></row>',
        '<row r="9999999"><c><v>1</v></c></row>',
        '<row><c r="ZZZ1"><v>1</v></c></row>',
    ],
)
def test_cells_in_places_that_cannot_be_are_refused(row: str) -> None:
    with pytest.raises(Refused, match="beschadigd"):
        read(package(row))


def test_a_document_type_is_refused() -> None:
    with pytest.raises(Refused, match="beschadigd"):
        read(package(ROW, start='<!DOCTYPE x [<!ENTITY a "b">]>'))


@pytest.mark.parametrize("cell", ["<c><f>A1</f></c>", "<c><f>A1</f><v/></c>", "<c><f/><v></v></c>"])
def test_a_formula_without_an_outcome_rejects_its_row(cell: str) -> None:
    found = read(package(ROW.replace("</v></c></row>", f"</v></c>{cell}</row>")))
    assert found.rejects.select("_line", "column_name").rows() == [(2, "bedrag")]
    assert "formule" in found.rejects["reason"][0]


# --- who writes them


@pytest.mark.parametrize("writer", ["polars", "pandas", "duckdb"])
def test_workbooks_of_many_writers_hold_the_same(writer: str, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"zaak_id": ["00700", "z&2"], "datum": [DAY, DAY + dt.timedelta(minutes=7)],
         "bedrag": [12.5, None], "team": ["Beheer", None]}
    )  # fmt: skip
    path = tmp_path / "x.xlsx"
    if writer == "polars":
        frame.write_excel(path)
    elif writer == "pandas":
        pandas = pytest.importorskip("pandas")
        pandas.DataFrame(frame.to_dict(as_series=False)).to_excel(
            path, index=False, engine="xlsxwriter"
        )
    else:
        try:
            duckdb.sql("LOAD excel")
        except duckdb.Error:
            pytest.skip("the excel extension of DuckDB is not installed")
        duckdb.sql(f"COPY frame TO '{path}' (FORMAT xlsx, HEADER true)")
    found = read(path.read_bytes())
    assert [values(found, name) for name in NAMES] == [
        ["00700", "z&2"], ["2026-03-01 00:00:00", "2026-03-01 00:07:00"],
        ["12.5", None], ["Beheer", None],
    ]  # fmt: skip


def test_an_old_workbook_is_read_as_a_new_one() -> None:
    found = read((Path(__file__).parent / "data" / "oud.xls").read_bytes())
    assert found.format == "xls"
    assert values(found) == ["00703", "00704", "00705", "00706", "x"]
    assert values(found, "datum")[-1] == "1900-01-00 00:00:00"
    assert values(found, "team") == ["Beheer", "Beheer", "Beheer", "true", None]
    assert found.rejects.get_column("_line").to_list() == [8, 9]  # a formula, and a long number
    assert found.cleaned == {
        "rows_above_header": 1, "shown_digits": 4, "merged_cells": 2,
        "hidden_rows": 1, "total": 1,
    }  # fmt: skip


def formulas(*outcomes: tuple[bytes, int], computed: bool = False) -> bytes:
    """A workbook of Excel 97 with one record per outcome of a formula, in bytes and its options."""
    content = (Path(__file__).parent / "data" / "formules.xls").read_bytes()
    parts = content.split(bytes.fromhex("03 00 00 00 00 00 ff ff 00 00"))
    made = parts[0]
    for part, (outcome, options) in zip(parts[1:], outcomes, strict=True):
        made += outcome + options.to_bytes(2, "little") + part
    refresh = bytes.fromhex("b7 01 02 00")  # a record of two bytes that says nothing here
    return made.replace(refresh, bytes.fromhex("c1 01 02 00")) if computed else made


EMPTY, ZERO = bytes.fromhex("03 00 00 00 00 00 ff ff"), bytes(8)
TWENTY = struct.pack("<d", 20)


@pytest.mark.parametrize(
    ("outcomes", "computed", "amounts"),
    [
        pytest.param([(EMPTY, 0), (EMPTY, 0)], False, ["30"], id="no formula was computed"),
        pytest.param([(ZERO, 3), (ZERO, 3)], False, ["30"], id="nor with 0"),
        pytest.param([(ZERO, 2), (TWENTY, 2)], True, ["20", "30"], id="this one says so"),
        pytest.param([(ZERO, 3), (TWENTY, 3)], False, ["0", "20", "30"], id="0 is an outcome"),
        pytest.param([(EMPTY, 0), (TWENTY, 0)], False, [None, "20", "30"], id="an empty text too"),
        pytest.param([(EMPTY, 0), (EMPTY, 0)], True, [None, None, "30"], id="Excel computed it"),
    ],
)
def test_a_formula_without_an_outcome_in_an_old_workbook_is_refused_by_row(
    outcomes: list[tuple[bytes, int]], computed: bool, amounts: list[str | None]
) -> None:
    found = read(formulas(*outcomes, computed=computed))
    assert [one and one.removesuffix(".0") for one in values(found, "bedrag")] == amounts
    assert found.rows == 3 and found.rejects.height == 3 - len(amounts)
    for column, reason in found.rejects.select("column_name", "reason").iter_rows():
        assert column == "bedrag" and "sla het op" in reason


ODS_CELL = '<table:table-cell office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'


def ods(*rows: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        header = "".join(ODS_CELL.format("string", "", name) for name in NAMES)
        parts.writestr(
            "content.xml",
            '<office:document-content><office:automatic-styles><style:style style:name="t2" '
            'style:family="table"><style:table-properties table:display="false"/></style:style>'
            "</office:automatic-styles><office:body><office:spreadsheet>"
            '<table:table table:name="a" table:style-name="t2"><table:table-row>'
            f'{header}</table:table-row></table:table><table:table table:name="b">'
            f"<table:table-row>{header}</table:table-row>{''.join(rows)}"
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
            'table:number-columns-repeated="1024"/></table:table-row></table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return made.getvalue()


def test_an_open_document_is_read_as_it_is_shown() -> None:
    day = ODS_CELL.format("date", 'office:date-value="2026-03-31T23:59:59.9999"', "31-03-26")
    tall = 'table:number-rows-spanned="3"'
    found = read(
        ods(
            "<table:table-row>"
            + ODS_CELL.format("float", 'office:value="700"', "00700")
            + day
            + ODS_CELL.format("percentage", 'office:value="0.426"', "42,6%")
            + ODS_CELL.format("string", tall, "Be<text:s/>heer &amp; co")
            + "</table:table-row>",
            '<table:table-row table:visibility="filter" table:number-rows-repeated="2">'
            + ODS_CELL.format("string", "", "z2").replace(
                "<text:p>", "<office:annotation><text:p>geheim</text:p></office:annotation><text:p>"
            )
            + day
            + '<table:table-cell/><table:covered-table-cell/></table:table-row>',
            "<table:table-row>"
            + ODS_CELL.format("string", 'calcext:value-type="error"', "#N/B")
            + day
            + "</table:table-row>",
            "<table:table-row>" + ODS_CELL.format("string", "", "z5") + day
            + '<table:table-cell table:formula="of:=1"/></table:table-row>',
        )
    )  # fmt: skip
    assert values(found) == ["00700", "z2", "z2"]
    assert values(found, "datum") == ["2026-04-01 00:00:00"] * 3
    assert values(found, "bedrag") == ["42.6", None, None]
    assert values(found, "team") == ["Be heer & co"] * 3
    assert found.rejects.select("_line", "column_name").rows() == [(5, "zaak_id"), (6, "bedrag")]
    assert (found.format, found.cleaned["hidden_rows"], found.rows) == ("ods", 2, 5)
    assert "Gelezen is werkblad 2 van 2." in found.notes


# --- what calls itself a workbook


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<div>\n<table border=1><tr><th>zaak_id</th></tr></table></div>", "HTML"),
        (b"<!-- x --><html xmlns:x='urn:x'><body><TABLE><tr></tr></TABLE></body></html>", "HTML"),
        (b"\xff\xfe" + "<meta charset=utf-16><table></table>".encode("utf-16-le"), "HTML"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n", "MHTML"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook '
         b'xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "Excel-bestand van 2003"),
        (ole("EncryptedPackage"), "wachtwoord"),
        (ole("WordDocument"), "Word-document"),
        (ole("Workbook"), "beschadigd"),
        (ole("iets"), ".xls"),
    ],
)  # fmt: skip
def test_what_only_calls_itself_a_workbook_is_refused_by_its_name(
    content: bytes, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        read(content)


@pytest.mark.parametrize("number", range(60))
def test_built_in_formats_are_known(number: int) -> None:
    how = number_formats.shown(number, {}).how
    assert (how == "percent") == (number in (9, 10))
    others = {9, 10, *range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
    assert (how == "plain") == (number not in others)


def two_sheets(second: Sequence[Sequence[Any]]) -> bytes:
    def fill(new: xlsxwriter.Workbook) -> None:
        rows(new.add_worksheet(), 0, [NAMES, ("A1", DAY, 1, "KCC"), ("A2", DAY, 2, "KCC")])
        rows(new.add_worksheet(), 0, second)

    return book(fill)


def test_a_sheet_that_lacks_a_column_of_the_others_is_told() -> None:
    found = read(two_sheets([NAMES[:3], ("B1", DAY, 3)]))
    assert values(found) == ["A1", "A2", "B1"]
    assert any("werkblad 2 heeft geen kolom team" in note for note in found.notes)


def test_a_sheet_on_which_a_name_has_a_typing_error_is_refused() -> None:
    wanted = Wanted(frozenset({"zaak_id", "betaald_op"}), frozenset({"zaak_id"}))

    def fill(new: xlsxwriter.Workbook) -> None:
        rows(new.add_worksheet(), 0, [("zaak_id", "betaald_op"), ("A1", DAY)])
        rows(new.add_worksheet(), 0, [("zaak_id", "betaalt_op"), ("B1", DAY)])

    with pytest.raises(Refused, match="Werkblad 2 heeft geen kolom betaald_op"):
        readers.read(book(fill), wanted)


@pytest.mark.parametrize(
    ("second", "is_told"),
    [
        ([("B1", DAY, 3, "KCC"), ("B2", DAY, 3, "KCC")], True),
        ([("toelichting",), ("B1",)], False),
        ([("team", "aantal"), ("KCC", 3)], False),
    ],
)
def test_a_sheet_of_records_without_a_header_is_told(
    second: Sequence[Sequence[Any]], is_told: bool
) -> None:
    found = read(two_sheets(second))
    assert values(found) == ["A1", "A2"]
    assert any("zonder kop" in note for note in found.notes) == is_told
