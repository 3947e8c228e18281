"""Texts that are no table are refused by what they are, with what to do; tables are not."""

from __future__ import annotations

import struct

import pytest

from dronten_pipeline.ingest import dialect, readers
from dronten_pipeline.ingest.dialect import Refused


def dbase(version: int, *, first: int = 32, size: int = 32, name: int = 11, more: int = 0) -> bytes:
    """An empty table of one column; `more` bytes stand behind the mark of its header."""
    column = b"ZAAK_ID".ljust(name, b"\0") + b"C"
    end = first + size + 1 + more
    head = struct.pack("<4BIHH", version, 0, 0, 0, 1, end, 11).ljust(first, b"\0")
    return head + column.ljust(size, b"\0") + b"\r" + bytes(more) + b" 0000000001\x1a"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'cb({"a":1});', "JSONP"),
        (b'/**/jQuery1_2([{"a":1}])', "JSONP"),
        (b'\n app.cb ( {"value": []} )', "JSONP"),
        (b'ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K"zaak_id"\r\nE\r\n', "SYLK"),
        (b'ID;PSCALC3\nF;W1 1 10\nC;X1;Y1;K"a"\nE\n', "SYLK"),
        (b"ID;PCALCOOO32\nB;Y2;X3\nC;X1;Y1;K1\nE\n", "SYLK"),
        (b"-- MySQL dump 10.13\n--\n\n/*!40101 SET NAMES utf8 */;\nDROP TABLE `z`;\n", "SQL"),
        (b"INSERT INTO zaken VALUES (1,'a');\n", "SQL"),
        (b"insert into zaken\n(zaak_id) values (1)\n", "SQL"),
        (b"SET statement_timeout = 0;\nCOPY", "SQL"),
        (b"USE [Zaken]\nGO\n", "SQL"),
        (b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", "SQL"),
        (b"BEGIN;\nCREATE TABLE z (a int);\n", "SQL"),
        (b"--\n-- PostgreSQL database dump\n--\n\nCOPY public.z (a, b) FROM stdin;\n", "SQL"),
        (b"---\n- zaak_id: Z1\n  team: a\n", "YAML"),
        (b"- zaak_id: Z1\r\n  team: a\r\n", "YAML"),
        (b"zaken:\n  - zaak_id: 1\n", "YAML"),
        (b"# export\n---\nzaak_id: Z1\nteam: a\n", "YAML"),
        (dbase(0x03), "dBase"),
        (dbase(0x8B), "dBase"),
        (dbase(0x04, first=68, size=48, name=32), "dBase"),
        (dbase(0x30, more=263), "dBase"),
        (b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:'
         b'xmlns:office:1.0"/>', ".fods"),
    ],
)  # fmt: skip
def test_it_is_called_by_its_name_with_what_to_do(text: bytes, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        readers.read(text, ())
    assert words in str(refusal.value)
    assert "lever" in str(refusal.value) or "Vraag" in str(refusal.value)
    assert "Lever een CSV-" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        b"zaak_id;datum\n1;2\n",
        b"ID;Product\nC;x\nP;y\n",
        b"ID;P\nA;B\nC;Y\n",
        b"naam (x);b\n1;2\n",
        b"---\nzaak_id;b\n1;2\n",
        b"Begin;Eind\n1;2\n",
        b"begin;\n1;\n",
        b"set;copy;use\n1;2;3\n",
        b"insert_op;x\n1;2\n",
        b"- a;b\n- c;d\n",
        b"titel: maart 2026\nzaak_id;b\n1;2\n",
        b"# gemaakt: vandaag\nzaak_id;b\n1;2\n",
        b"035;a\r\n1;2\r\n" * 9,
        b"1;2\r\n" * 40,
    ],
)
def test_a_table_that_begins_alike_stays_one(text: bytes) -> None:
    assert dialect.format_of(text) == "text"
    assert dialect.text_format(text) == "csv"
