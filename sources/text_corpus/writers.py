"""Tiny documents with the same bytes every time: text, Markdown, HTML, Word and PDF.

Here belongs the form of a document. Not here: what it says (`phrases.py`, `generate.py`).
A document is a title and its paragraphs; a paragraph that starts with `- ` is a list item.
"""

from __future__ import annotations

import html
import io
import textwrap
import zipfile
from collections.abc import Callable, Sequence

NOTE = "Verzonnen voorbeeldtekst"

Writer = Callable[[str, Sequence[str]], bytes]


def text_utf8(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join([title, *(textwrap.fill(part, 78) for part in paragraphs)]).encode() + b"\n"


def text_windows(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\r\n\r\n".join([title, *paragraphs, "Met vriendelijke groet — de gemeente"]).encode(
        "cp1252"
    )


def markdown(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join([f"# {title}", *paragraphs, f"<!-- {NOTE} -->"]).encode() + b"\n"


def webpage(title: str, paragraphs: Sequence[str]) -> bytes:
    """A page with a menu and a foot, which are no part of its text."""
    body = "\n".join(
        f"<ul><li>{html.escape(part[2:])}</li></ul>"
        if part.startswith("- ")
        else f"<p>{html.escape(part)}</p>"
        for part in paragraphs
    )
    return (
        f'<!doctype html>\n<html lang="nl"><head><meta charset="utf-8"><title>{html.escape(title)}'
        "</title><style>p{margin:1em}</style></head><body>\n"
        "<nav><a>Direct naar de inhoud</a> <a>Zoeken</a> <a>Mijn gemeente</a></nav>\n"
        f"<main><h1>{html.escape(title)}</h1>\n{body}\n</main>\n"
        f"<footer>{NOTE}. Toegankelijkheidsverklaring, privacyverklaring, colofon.</footer>\n"
        "</body></html>\n"
    ).encode()


def word(title: str, paragraphs: Sequence[str]) -> bytes:
    """A Word document with the smallest set of parts."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"

    def paragraph(text: str, style: str) -> str:
        return (
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">'
            f"{html.escape(text)}</w:t></w:r></w:p>"
        )

    body = paragraph(title, "Heading1") + "".join(
        paragraph(part.removeprefix("- "), "ListBullet" if part.startswith("- ") else "Normal")
        for part in paragraphs
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{name}"/></w:style>'
        for style, name in (
            ("Normal", "Normal"),
            ("Heading1", "heading 1"),
            ("ListBullet", "List Bullet"),
        )
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{space}">{styles}</w:styles>',
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, xml in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(2026, 6, 30, 12, 0, 0))
            # Stored, not compressed: the bytes then depend on no version of a library.
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8"?>' + xml)
    return target.getvalue()


def pdf(title: str, paragraphs: Sequence[str]) -> bytes:
    """A PDF of one page with a text layer, wrapped at 80 characters."""
    lines = [title, ""]
    for part in paragraphs:
        lines += [*textwrap.wrap(part, 80), ""]
    shown = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    moves = "\n".join(f"({line}) Tj T*" for line in shown)
    stream = f"BT /F1 10 Tf 13 TL 60 800 Td\n{moves}\nET".encode("cp1252")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        f"<</Title({NOTE})/CreationDate(D:20260630120000Z)>>".encode("cp1252"),
    ]
    content = b"%PDF-1.4\n"
    places = []
    for number, item in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n" % number + item + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n" % count
        + table
        + b"trailer\n<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (count, len(content))
    )
