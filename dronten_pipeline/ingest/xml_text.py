"""Text in XML that is taken apart by expressions, not by a parser.

Here belongs: what means the same in XML and must be written in one way first. Not here: what the
elements of a format are (`ooxml.py`, `open_documents.py`).
"""

from __future__ import annotations

import html
from collections.abc import Callable

import polars as pl


def tidy(xml: str) -> str:
    """XML without comments, and with what stands in CDATA written as other text is."""
    if "<!" not in xml:
        return xml
    escaped = _replaced(xml, "<![CDATA[", "]]>", lambda text: html.escape(text, quote=False))
    return _replaced(escaped, "<!--", "-->", lambda _: "")


def _replaced(xml: str, start: str, end: str, instead: Callable[[str], str]) -> str:
    """Every part between two marks replaced, in one go however many there are; one that is not
    closed stays."""
    kept: list[str] = []
    place = 0
    while (first := xml.find(start, place)) >= 0:
        last = xml.find(end, first + len(start))
        if last < 0:
            break
        kept += [xml[place:first], instead(xml[first + len(start) : last])]
        place = last + len(end)
    return "".join([*kept, xml[place:]])


def unescaped(text: pl.Series) -> pl.Series:
    """Texts with the signs that XML writes as references."""
    return decoded(text, "&", html.unescape)


def decoded(text: pl.Series, sign: str, decode: Callable[[str], str]) -> pl.Series:
    """Texts of which those that hold `sign` are decoded, all in one call."""
    rows = text.str.contains(sign, literal=True).fill_null(False).arg_true()
    if not rows.len():
        return text
    whole = decode(text.gather(rows).str.join("\0").item())
    return text.scatter(rows, pl.Series(whole.split("\0"), dtype=pl.String))
