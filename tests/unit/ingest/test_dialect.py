"""What a file is, by its content."""

from __future__ import annotations

import io
import zipfile

import pytest

from dronten_pipeline.ingest import csv_head, dialect
from dronten_pipeline.ingest.dialect import Refused


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "leeg", id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "afbeelding (PNG)", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0", "afbeelding (JPEG)", id="jpeg"),
        pytest.param(b"GIF89a", "afbeelding (GIF)", id="gif"),
        pytest.param(b"%PDF-1.7", "PDF", id="pdf"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", ".xls", id="old excel"),
        pytest.param(b"\x1f\x8b\x08", "gzip", id="gzip"),
        pytest.param(zipped("word/document.xml"), "Word-document", id="word"),
        pytest.param(zipped("iets.csv"), "zip", id="zip"),
        pytest.param(zipped("xl/workbook.xml")[:60], "beschadigd", id="cut off zip"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        dialect.format_of(content)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(b"a;b\n1;2\n", "csv", id="csv"),
        pytest.param(b' \n[{"a":1}]', "json", id="array"),
        pytest.param(b'{"a":1}\n{"a":2}', "jsonl", id="lines"),
        pytest.param(b"<id>;<naam>\n1;2\n", "csv", id="a header between brackets"),
        pytest.param(b"BMI;x\n1;2\n", "csv", id="a header like a magic number"),
    ],
)
def test_text_formats_are_told_apart(text: bytes, found: str) -> None:
    assert dialect.format_of(text) == "text"
    assert dialect.text_format(text) == found


@pytest.mark.parametrize(
    "text", [b"<!DOCTYPE html><p>inloggen", b"<rijen><rij/></rijen>\n", b" \n \n"]
)
def test_text_that_is_no_table_is_refused(text: bytes) -> None:
    with pytest.raises(Refused):
        dialect.text_format(text)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param("é;€".encode(), "utf-8", id="utf-8"),
        pytest.param("é;€".encode("utf-8-sig"), "utf-8-sig", id="mark"),
        pytest.param("é;€".encode("cp1252"), "windows-1252", id="cp1252"),
        pytest.param("é;€".encode("utf-16"), "utf-16", id="utf-16 with mark"),
        pytest.param(("é;€" + "abc" * 9).encode("utf-16-le"), "utf-16", id="utf-16 without"),
    ],
)
def test_text_is_decoded_by_its_bytes(content: bytes, encoding: str) -> None:
    decoded = dialect.decode(content)
    assert decoded.encoding == encoding
    assert decoded.text.decode().startswith("é;€")


def test_bytes_that_exist_in_no_encoding_are_refused_with_their_line() -> None:
    with pytest.raises(Refused, match="regel 3"):
        dialect.decode(b"a;b\n1;2\n3;x\x81\xb0\xb1x\n")


def test_utf8_that_is_cut_within_a_character_stays_utf8() -> None:
    decoded = dialect.decode("é;één".encode() + "é".encode()[:1])
    assert (decoded.encoding, decoded.text.decode()) == ("utf-8", "é;één")
    assert decoded.notes


def test_one_stray_byte_does_not_garble_a_file_of_utf8() -> None:
    decoded = dialect.decode("é;één\n".encode() + b"\xe9\n")
    assert decoded.damaged
    assert decoded.text.decode() == "é;één\n\ufffd\n"


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        pytest.param("a;b;c\n1,5;2;3\n", ";", id="semicolon with decimal commas"),
        pytest.param("a,b,c\n1;2,3,4\n", ",", id="comma"),
        pytest.param("a\tb\n1,2\t3;4\n", "\t", id="tab"),
        pytest.param('"a, b";c\n"1, 2, 3";4\n', ";", id="comma within quotes"),
        pytest.param("sep=,\r\na,b\r\n1,2\r\n", ",", id="hint of Excel"),
    ],
)
def test_the_separator_is_the_one_that_agrees(text: str, separator: str) -> None:
    assert csv_head.separator_of(text.encode()) == separator


def test_names_of_the_contract_decide_before_numbers_do() -> None:
    text = b"zaak, datum, x;naam\n1, 2, 3;4\n"
    assert csv_head.separator_of(text, {"naam"}) == ";"
