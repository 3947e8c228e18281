"""Records of every format: none lost, each with its line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import time

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from dronten_pipeline.ingest import records, structure
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.readers import read
from dronten_pipeline.ingest.records import boolean_of, number_of

ABC = ("a", "b", "c")


def rows(content: bytes, wanted: tuple[str, ...] = ABC) -> list[tuple[object, ...]]:
    frame = read(content, wanted).frame
    return frame.select(*[name for name in wanted if name in frame.columns], "_line").rows()


def rejected(content: bytes) -> list[int]:
    return read(content, ABC).rejects.get_column("_line").to_list()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"a;b;c\n1;2;3\n", [("1", "2", "3", 2)], id="plain"),
        pytest.param(b"a;b;c\r\n1;2;3\r\n", [("1", "2", "3", 2)], id="crlf"),
        pytest.param(b"a;b;c\r1;2;3\r", [("1", "2", "3", 2)], id="cr"),
        pytest.param(b"a;b;c\n1;2;3", [("1", "2", "3", 2)], id="no last newline"),
        pytest.param(b" A ;B;c\n1;2;3\n", [("1", "2", "3", 2)], id="header"),
        pytest.param(b'a;b;c\n1;"x;y";3\n', [("1", "x;y", "3", 2)], id="separator in quotes"),
        pytest.param(b'a;b;c\n1;"x""y";3\n', [("1", 'x"y', "3", 2)], id="doubled quote"),
        pytest.param(
            b'a;b;c\n1;"x\ny";3\n\n4;5;6\n',
            [("1", "x\ny", "3", 2), ("4", "5", "6", 5)],
            id="line break and blank line",
        ),
        pytest.param(b'a;b;c\n1;5" buis;3\n', [("1", '5" buis', "3", 2)], id="quote in a value"),
        pytest.param(b"a;b;c\n;;\n1;2;3\n;;\n", [("1", "2", "3", 3)], id="rows of separators"),
        pytest.param(b"sep=;\na;b;c\n1;2;3\n", [("1", "2", "3", 3)], id="hint of Excel"),
        pytest.param(b"\n\na;b;c\n1;2;3\n", [("1", "2", "3", 4)], id="blank lines first"),
    ],
)
def test_csv_is_read_with_its_physical_lines(content: bytes, expected: list[tuple]) -> None:
    assert rows(content) == expected


@pytest.mark.parametrize(
    ("content", "lines", "left"),
    [
        pytest.param(b"a;b;c\n1;2\n1;2;3\n", [2], 1, id="too few"),
        pytest.param(b"a;b;c\n1;2;3;4\n1;2;3\n", [2], 1, id="too many"),
        pytest.param(b'a;b;c\n1;"x"y;3\n1;2;3\n', [2], 1, id="text behind a quote"),
        pytest.param(b'a;b;c\n1;"x;3\n1;2;3\n4;5;6\n', [2], 2, id="quote never closed"),
        pytest.param(b'a;b;c\n1;2;3\n4;"x', [3], 1, id="cut off in quotes"),
        pytest.param(b"a;b;c\n1;2;3\n4;5", [3], 1, id="cut off"),
        pytest.param(b'a;b;c\n1;"x;3\n2;y;4\n3;z";5\n4;5;6\n', [2], 3, id="stray pair"),
    ],
)
def test_a_broken_record_is_rejected_alone(content: bytes, lines: list[int], left: int) -> None:
    assert rejected(content) == lines
    assert len(rows(content)) == left


def test_a_stray_quote_does_not_swallow_what_follows() -> None:
    good = [f"{n};naam {n};x;y" for n in range(5000)]
    good[10] = '10;"naam;x;y'
    good[4000] = '4000;buis 5";x;y'
    delivered = read(("a;b;c;d\n" + "\n".join(good) + "\n").encode(), ABC)
    assert delivered.rejects.get_column("_line").to_list() == [12]
    assert delivered.frame.height == 4999


def test_an_empty_line_in_a_long_remark_is_part_of_it() -> None:
    content = b'a;b;c;d\n1;"eerste regel\n\nderde; regel";3;4\n5;6;7;8\n'
    assert rows(content) == [("1", "eerste regel\n\nderde; regel", "3", 2), ("5", "6", "7", 5)]


def test_lines_that_are_no_utf8_are_rejected_in_a_utf8_file() -> None:
    content = "a;b;c\n1;é;3\n2;ö;3\n".encode() + b"4;\xe9;6\n"
    assert rejected(content) == [4]
    assert len(rows(content)) == 2


def test_a_huge_value_is_read() -> None:
    huge = "x" * 3_000_000
    assert rows(f'a;b;c\n1;"{huge}";3\n'.encode())[0][1] == huge


def test_doubled_headers_are_refused() -> None:
    with pytest.raises(Refused, match="meer dan eens"):
        read(b"a;A ;c\n1;2;3\n", ABC)


NAMES = tuple("abcdefghij")
# A line break at the edge of a value is white space, and is cut later anyway.
FIELD = st.text(alphabet='ab1 ;"\n\r\té,', max_size=8).map(lambda text: text.strip("\r\n"))
RECORD = st.lists(FIELD, min_size=len(NAMES), max_size=len(NAMES)).map(lambda row: ["x", *row[1:]])


@settings(max_examples=200, deadline=None)
@given(st.lists(RECORD, max_size=8), st.sampled_from(";,\t"))
def test_what_the_csv_module_writes_is_read_back(records: list[list[str]], separator: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(NAMES)
    writer.writerows(records)
    frame = read(file.getvalue().encode(), NAMES).frame
    assert [[value or "" for value in row] for row in frame.drop("_line").rows()] == records


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"x;y\n1;2\n3;4\n", id="csv"),
        pytest.param(b'[{"x": 1}, {"x": 2}]', id="json"),
        pytest.param(b'{"x": 1}\n{"x": 2}\n', id="jsonl"),
    ],
)
def test_records_are_counted_when_no_column_is_wanted(content: bytes) -> None:
    assert read(content, ABC).rows == 2


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab;"\n', max_size=60))
def test_no_record_is_lost_whatever_the_quotes_are(text: str) -> None:
    content = ("a;b;c;d\n" + text).encode()
    delivered = read(content, ("a", "b", "c", "d"))
    layout = structure.scan(content, delivered.separator or ";")
    assert delivered.frame.height + delivered.rejects.height == delivered.rows
    assert delivered.rows == int((~layout.blank).sum()) - 1
    lines = [*delivered.frame.get_column("_line"), *delivered.rejects.get_column("_line")]
    assert len(set(lines)) == len(lines)
    for a, _b, _c, _d, line in delivered.frame.rows():
        kept = content.decode().split("\n")[line - 1]
        assert not a or kept.lstrip('"').startswith(a.strip('"').split("\n")[0][:1])


def test_a_record_of_words_that_are_also_names_is_a_record() -> None:
    assert read(b"a;b;c\na;a;a\n1;2;3\n", ABC).frame.height == 2
    with pytest.raises(Refused, match=r"regel 3 begint een tweede tabel"):
        read(b"a;b;c\n1;2;3\nb;a;c\n4;5;6\n", ABC)


def test_a_big_file_with_line_breaks_in_quotes_is_whole() -> None:
    body = "".join(
        f'{n};"regel\nmet ""breuk""; {n}";x\n' if n % 7 == 0 else f"{n};gewoon {n};x\n"
        for n in range(120_000)
    )
    frame = read(("a;b;c\n" + body).encode(), ABC).frame
    assert frame.get_column("a").cast(pl.Int64).to_list() == list(range(120_000))
    assert frame.get_column("_line")[-1] == 1 + 120_000 + len(range(0, 119_999, 7))


# --- XLSX


def workbook(cells: dict[tuple[int, int], object], sheet_before: bool = False) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    if sheet_before:
        book.add_worksheet("leeg")
    sheet = book.add_worksheet("gegevens")
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    for (row, column), value in cells.items():
        if isinstance(value, dt.datetime):
            sheet.write_datetime(row, column, value, day)
        elif isinstance(value, str) and value.startswith("="):
            sheet.write_formula(row, column, value, None, "#DIV/0!")
        elif isinstance(value, str):
            sheet.write_string(row, column, value)
        else:
            sheet.write(row, column, value)
    book.close()
    return file.getvalue()


def test_cells_of_one_column_keep_their_own_kind() -> None:
    cells: dict[tuple[int, int], object] = {(0, 0): " A", (1, 0): 1.234, (2, 0): "1.234,56"}
    cells |= {(3, 0): "1.234", (4, 0): dt.datetime(2025, 12, 31), (5, 0): True, (7, 0): "true"}
    frame = read(workbook(cells, sheet_before=True), ("a",)).frame
    assert frame.get_column("_line").to_list() == [2, 3, 4, 5, 6, 8]
    assert frame.get_column(number_of("a")).to_list() == ["1.234", *[None] * 5]
    assert frame.get_column("a").to_list() == [
        None, "1.234,56", "1.234", "2025-12-31 00:00:00", None, "true",
    ]  # fmt: skip
    assert frame.get_column(boolean_of("a")).to_list() == [None, None, None, None, True, None]


def test_an_error_of_excel_rejects_its_row() -> None:
    cells = {(0, 0): "a", (0, 1): "b", (1, 0): "x", (2, 0): "y", (2, 1): "=1/0", (3, 0): "z"}
    delivered = read(workbook(cells), ("a", "b"))
    assert delivered.rejects.select("_line", "column_name").rows() == [(3, "b")]
    assert delivered.frame.get_column("_line").to_list() == [2, 4]


def test_a_table_that_starts_lower_and_further_right_is_found() -> None:
    cells = {(3, 2): "a", (3, 3): "b", (5, 2): "x", (5, 3): 7}
    frame = read(workbook(cells), ("a", "b")).frame
    assert frame.get_column("_line").to_list() == [6]
    assert frame.get_column(number_of("b")).to_list() == ["7"]


# --- JSON


def test_a_json_array_keeps_numbers_and_texts_apart() -> None:
    content = b'[{"A": 1.5, "b": "1,5"}, {"a": null, "b": true, "x": {"y": [1]}}]'
    frame = read(content, ("a", "b")).frame
    assert frame.get_column(number_of("a")).to_list() == ["1.5", None]
    assert frame.get_column("b").to_list() == ["1,5", None]
    assert frame.get_column(boolean_of("b")).to_list() == [None, True]
    assert frame.get_column("_line").to_list() == [1, 2]


def test_a_broken_json_line_is_rejected_alone() -> None:
    content = b'{"a": 1}\n\n{"a": \n[1]\n{"a": {"b": 1}}\n{"a": "x"}'
    delivered = read(content, ("a",))
    assert delivered.format == "jsonl"
    assert delivered.rejects.select("_line", "column_name").rows() == [
        (3, None), (4, None), (5, "a"),
    ]  # fmt: skip
    assert delivered.frame.get_column("_line").to_list() == [1, 6]


@pytest.mark.parametrize("content", [b'[{"a": 1}', b'{\n"a": 1\n', b"[1, 2"])
def test_broken_json_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read(content, ("a",))


def test_an_empty_json_list_has_no_rows() -> None:
    assert read(b"[]", ("a",)).rows == 0


# --- Parquet


def parquet(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def test_parquet_types_become_cells() -> None:
    moment = dt.datetime(2026, 1, 7, 23, 30)
    frame = pl.DataFrame(
        {
            "Zone": pl.Series([moment]).dt.replace_time_zone("Asia/Tokyo"),
            "naive": [moment],
            "day": [moment.date()],
            "category": pl.Series(["x"], dtype=pl.Categorical),
            "number": [1.234],
            "missing": [float("nan")],
            "truth": [True],
        }
    )
    read_back = read(parquet(frame), tuple(name.lower() for name in frame.columns)).frame
    row = read_back.row(0, named=True)
    assert row["zone"] == "2026-01-07T14:30:00.000000Z"
    assert row["naive"] == "2026-01-07T23:30:00.000000"
    assert (row["day"], row["category"]) == ("2026-01-07", "x")
    assert (row[number_of("number")], row[number_of("missing")]) == ("1.234", None)
    assert (row[boolean_of("truth")], row["_line"]) == (True, 1)


def test_rows_of_other_formats_are_counted_when_no_column_is_wanted() -> None:
    assert read(parquet(pl.DataFrame({"x": [1, 2]})), ABC).rows == 2
    assert read(workbook({(0, 0): "x", (1, 0): 1, (2, 0): 2}), ABC).rows == 2


@pytest.mark.parametrize("size", [20, 200])
def test_a_truncated_file_is_refused(size: int) -> None:
    for content in (parquet(pl.DataFrame({"a": ["x"] * 500})), workbook({(0, 0): "a"})):
        with pytest.raises(Refused):
            read(content[:size], ("a",))


def test_headers_are_read_once_however_many() -> None:
    names = [f"kolom{number}" for number in range(100_000)]
    started = time.process_time()
    assert records.headers_of(names, ()) == tuple(names)
    assert time.process_time() - started < 5
    with pytest.raises(Refused, match="noemt a meer dan eens"):
        records.headers_of([*names, "a", "A "], ("a",))
