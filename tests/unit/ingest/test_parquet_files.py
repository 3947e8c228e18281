"""Parquet of every writer: its types become cells, or are told."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.readers import read
from dronten_pipeline.ingest.records import Delivered, number_of


def delivered(values: Any, kind: pa.DataType | None = None, **options: Any) -> Delivered:
    file = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array(values, kind)}), file, **options)
    found = read(file.getvalue(), ("a",))
    assert found.rows == found.frame.height + found.rejects.height
    return found


DAYS = [dt.datetime(9999, 12, 31), dt.datetime(1753, 1, 1), dt.datetime(1, 1, 1), None]
WRITTEN = [None if day is None else f"{day.isoformat()}.000000" for day in DAYS]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "int96"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Amsterdam"])
def test_a_day_far_away_stays_that_day(unit: str, zone: str | None) -> None:
    kind = pa.timestamp("us" if unit == "int96" else unit, zone)
    found = delivered(DAYS, kind, use_deprecated_int96_timestamps=unit == "int96")
    texts = found.frame.get_column("a").to_list()
    assert [text and text.rstrip("Z") for text in texts] == WRITTEN


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Amsterdam"])
def test_nanoseconds_are_read(zone: str | None) -> None:
    moment = dt.datetime(2026, 3, 2, 9, 0, 0, 123456)
    found = delivered([moment, None], pa.timestamp("ns", zone))
    assert found.frame.get_column("a").to_list() in (
        ["2026-03-02T09:00:00.123456", None],
        ["2026-03-02T09:00:00.123456Z", None],
    )


def test_a_moment_of_int96_keeps_its_microseconds() -> None:
    moment = dt.datetime(2026, 3, 2, 9, 0, 0, 123456)
    found = delivered([moment], pa.timestamp("ns"), use_deprecated_int96_timestamps=True)
    assert found.frame.get_column("a").to_list() == ["2026-03-02T09:00:00.123456"]


@pytest.mark.parametrize("kind", [pa.timestamp("ms"), pa.timestamp("ms", "UTC"), pa.date32()])
def test_a_moment_that_no_calendar_has_is_rejected_by_row(kind: pa.DataType) -> None:
    many = 2**30 if kind == pa.date32() else 2**60
    found = delivered(pa.array([many, 0], pa.int32() if many < 2**31 else pa.int64()).cast(kind))
    assert found.rejects.get_column("reason").to_list() == [
        "a ligt buiten de jaren 1 tot en met 9999."
    ]
    assert found.frame.get_column("a")[0].startswith("1970-01-01")


def test_bytes_are_text_in_utf8_or_rejected_by_row() -> None:
    found = delivered(["é".encode(), b"\xff", None], pa.binary())
    assert found.frame.get_column("a").to_list() == ["é", None]
    assert found.rejects.rows() == [(2, "a", "a is geen tekst in UTF-8.")]


@pytest.mark.parametrize(
    ("values", "kind", "written"),
    [
        ([Decimal("1234.560")], pa.decimal128(12, 3), "1234.560"),
        ([Decimal("-0.5")], pa.decimal256(40, 1), "-0.5"),
        ([255], pa.uint8(), "255"),
        ([2**64 - 1], pa.uint64(), "18446744073709551615"),
        ([1234.56], pa.float32(), "1234.56"),
        ([float("nan")], pa.float64(), None),
        ([2**53], pa.float64(), "9007199254740992.0"),
    ],
)
def test_numbers_keep_their_digits(values: Any, kind: pa.DataType, written: str | None) -> None:
    assert delivered(values, kind).frame.get_column(number_of("a")).to_list() == [written]


@pytest.mark.parametrize(
    ("value", "kind"), [(12345678901234568.0, pa.float64()), (20_000_001.0, pa.float32())]
)
def test_a_number_that_was_rounded_is_rejected_by_row(value: float, kind: pa.DataType) -> None:
    found = delivered([value, 1.0], kind)
    assert found.rejects.get_column("column_name").to_list() == ["a"]
    assert "afgerond" in found.rejects.get_column("reason")[0]
    assert found.frame.get_column("_line").to_list() == [2]


def test_text_in_every_wrapping() -> None:
    for kind in (pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())):
        assert delivered(["x", None], kind).frame.get_column("a").to_list() == ["x", None]
    assert delivered([dt.time(9, 5)], pa.time64("us")).frame.get_column("a")[0] == "09:05:00"


@pytest.mark.parametrize("codec", ["zstd", "brotli", "lz4", "gzip", "snappy", "none"])
def test_every_codec_is_read(codec: str) -> None:
    assert delivered(["x"], compression=codec).frame.get_column("a").to_list() == ["x"]


def test_an_object_with_one_name_is_that_name() -> None:
    found = delivered([{"id": 1, "naam": "KCC"}, None])
    assert found.frame.get_column("a").to_list() == ["KCC", None]
    assert found.cleaned == {"named_object": 1}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([{"id": 1, "code": "KCC"}], "objecten zonder één duidelijke naam"),
        ([["x"]], "het type List"),
        ([dt.timedelta(1)], "het type Duration"),
    ],
)
def test_what_is_no_single_value_is_refused(values: Any, words: str) -> None:
    with pytest.raises(Refused, match=f"Kolom a .*{words}"):
        delivered(values)


def test_an_encrypted_file_is_called_that() -> None:
    with pytest.raises(Refused, match="versleuteld"):
        read(b"PARE" + bytes(100) + b"PARE", ("a",))
