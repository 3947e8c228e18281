"""Every door says what the mart says: read back value by value, types included."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import frictionless
import polars as pl
import pytest

from dronten_pipeline.release.formats import ExportError
from dronten_pipeline.release.formats.headings import SHEETS, headings, shown
from dronten_pipeline.release.formats.workbook import CUT, LINE, MOST_CHARACTERS, WIDEST
from tests.conftest import PROJECT
from tests.unit.release.formats import hostile
from tests.unit.release.formats.conftest import Rows, open_exports

KINDS = list(hostile.COLUMNS.values())


def test_the_mart_holds_every_hostile_value(truth: Rows) -> None:
    assert sorted(truth, key=str) == sorted(hostile.rows(), key=str)


def test_parquet_holds_the_same_values_and_types(release: Path, truth: Rows) -> None:
    relation = duckdb.read_parquet(str(release / "parquet/moeilijk.parquet"))
    assert relation.columns == list(hostile.COLUMNS)
    assert [str(kind) for kind in relation.types] == KINDS
    assert relation.fetchall() == truth
    frame = pl.read_parquet(release / "parquet/moeilijk.parquet")
    assert frame.rows() == truth


def test_csv_for_machines_holds_the_same_values(release: Path, truth: Rows) -> None:
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in hostile.COLUMNS.items())
    read = duckdb.sql(
        f"FROM read_csv('{release / 'csv/moeilijk.csv'}', auto_detect = false, header = true, "
        f"delim = ',', quote = '\"', escape = '\"', new_line = '\\r\\n', "
        f"allow_quoted_nulls = false, columns = {{{columns}}})"
    ).fetchall()
    assert read == truth


def test_csv_for_machines_keeps_to_rfc_4180(release: Path, truth: Rows) -> None:
    content = (release / "csv/moeilijk.csv").read_bytes()
    assert content.startswith(b"n,tekst,")
    assert content.endswith(b"\r\n")
    with (release / "csv/moeilijk.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    assert {len(row) for row in rows} == {len(hostile.COLUMNS)}
    assert len(rows) == 1 + len(truth)
    assert (release / "csv/leeg.csv").read_bytes() == b"n,tekst,release_id\r\n"


# --- the CSV for Excel


def number(text: str) -> float:
    assert "." not in text
    return float(text.replace(",", "."))


def moment(text: str) -> dt.datetime:
    form = "%d-%m-%Y %H:%M:%S.%f" if "." in text else "%d-%m-%Y %H:%M:%S"
    return dt.datetime.strptime(text, form)


DUTCH: dict[str, Callable[[str], Any]] = {
    "INTEGER": int,
    "BIGINT": int,
    "DOUBLE": number,
    "DATE": lambda text: dt.datetime.strptime(text, "%d-%m-%Y").date(),
    "TIMESTAMP": moment,
    "BOOLEAN": {"WAAR": True, "ONWAAR": False}.__getitem__,
    "VARCHAR": lambda text: text.removeprefix("'"),
}


def test_the_dutch_csv_holds_the_same_values(release: Path, truth: Rows) -> None:
    content = (release / "excel/moeilijk.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    with (release / "excel/moeilijk.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file, delimiter=";", strict=True)
    read = [
        tuple(DUTCH[kind](text) if text else None for kind, text in zip(KINDS, row, strict=True))
        for row in rows
    ]
    assert read == [tuple(value if value != "" else None for value in row) for row in truth]


def test_nothing_in_the_dutch_csv_is_run_as_a_formula(release: Path) -> None:
    with (release / "excel/moeilijk.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    texts = {row["tekst"] for row in rows}
    assert {"'=1+1", "'+31 321", "'-2", "'@SUM(A1)", "'\t=tab", "''al gemerkt"} <= texts
    assert not [text for text in texts if text[:1] in set("=+-@＝＋－＠\t\r\n")]


# --- the workbook


def day_of(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    form = "%d-%m-%Y" if str(value)[2] == "-" else "%Y-%m-%d"
    return dt.datetime.strptime(str(value)[:10], form).date()


def moment_of(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    text = str(value)
    return moment(text) if text[2] == "-" else dt.datetime.fromisoformat(text)


EXCEL: dict[str, Callable[[Any], Any]] = {
    "INTEGER": int,
    "BIGINT": int,
    "DOUBLE": float,
    "DATE": day_of,
    "TIMESTAMP": moment_of,
    "BOOLEAN": bool,
    "VARCHAR": str,
}


def test_the_workbook_holds_the_same_values(release: Path, truth: Rows) -> None:
    book = fastexcel.read_excel(release / "dronten_kpi.xlsx")
    # In a column of numbers and texts the reader would round the numbers.
    frame = book.load_sheet("Moeilijk", dtypes={"waarde": "float"}).to_polars()
    # In one file the release stands on the first sheet.
    columns = {name: kind for name, kind in hostile.COLUMNS.items() if name != "release_id"}
    assert frame.columns == list(columns)
    assert frame.height == len(truth)
    for index, (name, kind) in enumerate(columns.items()):
        for read, row in zip(frame[name].to_list(), truth, strict=True):
            true = row[index] if row[index] != "" else None  # a cell is filled or not
            if true is None:
                assert read in (None, ""), name
            else:
                assert EXCEL[kind](read) == true, name


def test_the_workbook_holds_the_same_types(release: Path) -> None:
    book = fastexcel.read_excel(release / "dronten_kpi.xlsx")
    schema = book.load_sheet("Gewoon").to_polars().schema
    assert all(schema[name].is_numeric() for name in ("n", "waarde", "aantal"))
    assert (schema["klopt"], schema["tekst"]) == (pl.Boolean, pl.String)
    assert schema["dag"].is_temporal()
    assert schema["moment"].is_temporal()


def test_the_first_sheet_names_all_others(release: Path) -> None:
    book = fastexcel.read_excel(release / "dronten_kpi.xlsx")
    first = book.load_sheet("Lees mij", header_row=None).to_polars()
    assert set(book.sheet_names) - {"Lees mij"} <= set(first.to_series(0))


def test_the_workbook_holds_no_formula_and_no_link(release: Path) -> None:
    with zipfile.ZipFile(release / "dronten_kpi.xlsx") as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in parts.read(name)
            if name.endswith(".rels"):
                assert b"voorbeeld.nl" not in parts.read(name)


@pytest.mark.parametrize("sign", ["x", "😀"], ids=["of one unit", "of two units"])
def test_a_text_too_long_for_a_cell_says_that_it_was_cut(tmp_path: Path, sign: str) -> None:
    hostile.build(tmp_path)
    with duckdb.connect(str(tmp_path / "mart.duckdb")) as mart:
        mart.execute("CREATE TABLE lang AS SELECT repeat(?, 40000) AS tekst", [sign])
    open_exports(tmp_path)
    text = fastexcel.read_excel(tmp_path / "dronten_kpi.xlsx").load_sheet("Lang").to_polars().item()
    assert MOST_CHARACTERS - 1 <= len(text.encode("utf-16-le")) // 2 <= MOST_CHARACTERS
    assert text.endswith(CUT)
    assert sign * 40000 in (tmp_path / "csv/lang.csv").read_text(encoding="utf-8")


def test_a_column_is_as_wide_as_its_longest_value_wherever_that_stands(tmp_path: Path) -> None:
    """A number that does not fit is shown as ###."""
    hostile.build(tmp_path)
    with duckdb.connect(str(tmp_path / "mart.duckdb")) as mart:
        mart.execute(
            """
            CREATE TABLE breed AS
            SELECT
                20260331::INTEGER AS date_key, 1::INTEGER AS kort,
                CASE i WHEN 299 THEN 39777191.12 ELSE 0.5 END::DOUBLE AS bedrag,
                CASE i WHEN 299 THEN 'department:bedrijfsvoering' ELSE 'geen' END AS sleutel,
                repeat('lang ', CASE i WHEN 299 THEN 30 ELSE 1 END::INT) AS toelichting,
                repeat('een bladzijde ', 100) AS definitie
            FROM range(300) AS rows (i)
            """
        )
    open_exports(tmp_path)
    columns, rows = layout(tmp_path / "dronten_kpi.xlsx", "Breed")
    day, short, amount, key, note, page = columns
    assert day == (12, "General_)")  # a name rather than an amount: not 20.260.331
    assert short[0] < 12
    assert amount == (len("39.777.191,12") + 2, "#,##0.00_)")
    assert key[0] >= len("department:bedrijfsvoering")
    assert note[0] == page[0] == WIDEST
    # only the row with the long note is higher; a page of text is not shown whole
    assert [number for number, height in rows.items() if height > 2 * LINE] == [300]


def layout(book: Path, sheet: str) -> tuple[list[tuple[int, str]], dict[int, float]]:
    """Width in characters and form of numbers of each column; heights in points of its rows."""
    with zipfile.ZipFile(book) as parts:
        names = re.findall(r'<sheet name="([^"]*)"', parts.read("xl/workbook.xml").decode())
        text = parts.read(f"xl/worksheets/sheet{names.index(sheet) + 1}.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles))
    used = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2])
    columns = [
        # Excel counts the margin of a cell as part of a character.
        (round(float(width) - 0.7109375), codes.get(used[int(style)], ""))
        for first, last, width, style in re.findall(
            r'<col min="(\d+)" max="(\d+)" width="([^"]*)" style="(\d+)"', text
        )
        for _ in range(int(first), int(last) + 1)
    ]
    heights = re.findall(r'<row r="(\d+)"[^>]* ht="([^"]*)"', text)
    return columns, {int(row) - 1: float(height) for row, height in heights if row != "1"}


RELEASED = json.loads(
    (PROJECT / "docs" / "contract" / "mart-1.2.json").read_text(encoding="utf-8")
)["tables"]


@pytest.mark.parametrize("table", RELEASED, ids=[table["name"] for table in RELEASED])
def test_sheets_and_headings_are_dutch(table: dict[str, Any]) -> None:
    """The tables of that version; a new one may come without."""
    assert table["name"] in SHEETS
    found = headings(shown([column["name"] for column in table["columns"]]))
    assert found.count("Uitgave") == 1
    assert len(set(found)) == len(found)
    assert [name for name in found if name.islower()] == []


# --- the descriptions


def test_the_data_package_is_valid_and_so_are_the_files_by_it(release: Path) -> None:
    report = frictionless.validate(release / "datapackage.json")
    assert report.valid, report.flatten(["type", "message"])
    assert {task.name for task in report.tasks} == {
        "moeilijk",
        "soort",
        "gewoon",
        "leeg",
        "publication",
    }


def test_the_data_package_knows_types_keys_references_and_values(release: Path) -> None:
    package = json.loads((release / "datapackage.json").read_text())
    schema = next(one["schema"] for one in package["resources"] if one["name"] == "moeilijk")
    assert [field["type"] for field in schema["fields"]] == [
        "integer", "string", "number", "integer", "date", "datetime", "boolean", "string", "string"
    ]  # fmt: skip
    assert schema["primaryKey"] == ["n"]
    assert schema["foreignKeys"] == [
        {"fields": ["soort"], "reference": {"resource": "soort", "fields": ["soort"]}}
    ]
    assert schema["fields"][-2]["constraints"] == {"enum": ["één", "twee"]}
    assert schema["fields"][1]["description"] == "Tekst die een bestand breekt."


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [("drie", "constraint-error"), ("twee,x\r\n0,,,,,,,twee", "primary-key")],
    ids=["a value that is not allowed", "a key that comes twice"],
)
def test_the_data_package_finds_a_changed_file(
    release: Path, tmp_path: Path, wrong: str, kind: str
) -> None:
    for name in ("datapackage.json", "csv"):
        (tmp_path / name).symlink_to(release / name)
    package = json.loads((release / "datapackage.json").read_text())
    package["resources"] = [one for one in package["resources"] if one["name"] == "moeilijk"]
    del package["resources"][0]["schema"]["foreignKeys"]
    package["resources"][0]["path"] = "wrong.csv"
    content = (release / "csv/moeilijk.csv").read_bytes()
    (tmp_path / "wrong.csv").write_bytes(content + f"9999,,,,,,,{wrong},x\r\n".encode())
    (tmp_path / "wrong.json").write_text(json.dumps(package))
    report = frictionless.validate(tmp_path / "wrong.json")
    assert kind in {error[0] for error in report.flatten(["type"])}


def test_the_checksums_name_every_file(release: Path) -> None:
    lines = (release / "SHA256SUMS").read_text().splitlines()
    listed = {line[66:]: line[:64] for line in lines}
    present = {
        path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()
    }
    assert set(listed) == present - {"SHA256SUMS"}
    for name, sha256 in listed.items():
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == sha256


def test_the_same_mart_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    (tmp_path / "mart.duckdb").write_bytes((release / "mart.duckdb").read_bytes())
    open_exports(tmp_path)
    assert (tmp_path / "SHA256SUMS").read_text() == (release / "SHA256SUMS").read_text()


def test_the_page_names_every_file_and_says_what_is_invented(release: Path) -> None:
    page = (release / "LEESMIJ.txt").read_bytes().decode()
    assert "LET OP: Dit is een verzonnen voorbeeld" in page
    assert page.count("\r\n") == page.count("\n")
    # The manifest is written when everything else is there.
    for path in {*release.iterdir(), release / "manifest.json"} - {release / "LEESMIJ.txt"}:
        assert f"\n{path.name}" in page


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("'nan'::DOUBLE", "geen getal"),
        ("'inf'::DOUBLE", "geen getal"),
        ("'-inf'::FLOAT", "geen getal"),
        ("'infinity'::DATE", "niet in de jaren 1 tot en met 9999"),
        ("DATE '10000-01-01'", "niet in de jaren 1 tot en met 9999"),
        ("TIMESTAMP '0001-12-31 (BC) 00:00:00'", "niet in de jaren 1 tot en met 9999"),
    ],
)
def test_what_cannot_be_written_down_is_refused(tmp_path: Path, value: str, says: str) -> None:
    hostile.build(tmp_path)
    with duckdb.connect(str(tmp_path / "mart.duckdb")) as mart:
        mart.execute(f"CREATE TABLE fout AS SELECT {value} AS waarde")
    with pytest.raises(ExportError, match=rf"^fout\.waarde is {says}.* in 1 rijen"):
        open_exports(tmp_path)
