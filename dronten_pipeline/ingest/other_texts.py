"""Texts that are no table of a format that is read, by what they really are.

Here belongs: recognising them by how they begin, and what to do with each. Not here: binary files
and web pages (`dialect.py`), XML (`ubl_files.py`).

Only the beginning is looked at, and the header of a table may begin like any of these: so each is
known by more than one of its signs.
"""

from __future__ import annotations

import re

JSONP = re.compile(
    rb"\A(?:/\*\*/)?\s*+[A-Za-z_$][\w$.]{0,80}\s{0,9}\(\s{0,99}(?:\{\s{0,99}\"|\[\s{0,99}[\[{])"
)
SYLK = re.compile(
    rb"\AID;P[^\n]*+\n(?>(?:(?:P;[A-Z]|O;|N[NUEL];|W;|F;)[^\n]*+\n)*+)"
    rb"(?:B;[YX]\d{1,5};[YX]\d|C;[YX]\d)"
)
SQL = re.compile(
    rb"(?i)\A(?>(?:\s++|--[^\n]*+\n|\#[^\n]*+\n|/\*(?:[^*]|\*(?!/))*+\*/;?)*+)"
    rb"(?:insert\s+into\s|create\s+(?:table|database|schema)\s|drop\s+table\s|lock\s+tables\s"
    rb"|alter\s+table\s|copy\s+[\w.\"]+\s*\(|set\s+names\s|set\s+[@\w.]+\s*(?:=|\son\b|\soff\b)"
    rb"|pragma\s+\w+|use\s+[\[`]|(?:start\s+|begin\s+)transaction\s*;"
    rb"|begin\s*;\s+(?:--|(?:insert|create|drop|alter|set|delete)\s))"
)
_NAME = rb"[\"']?[A-Za-z_][\w .-]{0,60}[\"']?:(?:[ \t]|\r?\n)"
#: Behind its own line; a list of objects; or an object that holds one.
YAML = re.compile(
    rb"\A(?>(?:\#[^\n]*+\n)*+)(?:"
    rb"(?:%YAML[^\n]*+\n)?---[ \t]*+\r?\n(?>(?:\#[^\n]*+\n)*+)(?:-[ \t]+)?" + _NAME +
    rb"|-[ \t]+" + _NAME + rb"[^\n]*+\n?[ \t]+" + _NAME +
    rb"|[A-Za-z_][\w-]{0,60}:[ \t]*+\r?\n[ \t]*+-[ \t]+" + _NAME + rb")"
)  # fmt: skip

#: Each in Dutch words, with what to do.
KINDS = (
    (
        JSONP,
        "JSON in een aanroep van een functie (JSONP)",
        "Vraag het bronsysteem om gewone JSON: meestal is dat hetzelfde adres zonder callback.",
    ),
    (
        SYLK,
        "een SYLK-bestand van een rekenprogramma (.slk)",
        "Open het in Excel of LibreOffice, sla het op als .xlsx en lever dat.",
    ),
    (
        SQL,
        "een reeks opdrachten voor een database (SQL)",
        "Laat het bronsysteem de tabel zelf uitvoeren, als CSV of XLSX, en lever dat.",
    ),
    (YAML, "YAML", "Laat het bronsysteem JSON of CSV schrijven, en lever dat."),
)


def said_of(head: bytes) -> str | None:
    """What a text is and what to do, in Dutch sentences; None for what may be a table.

    Args:
        head: some thousands of its first bytes, without white space in front.
    """
    found = ((words, advice) for start, words, advice in KINDS if start.match(head))
    return next((f"Dit is {words}, en dat wordt niet gelezen. {advice}" for words, advice in found),
                None)  # fmt: skip
