"""Every format that is read, and every reason why a document is not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dronten_pipeline.readability import extract
from dronten_pipeline.readability.extract import DocumentUnreadable, extract_text, text_of

TITLE = "Uw café"
LINES = ["Een zin met € 10.", "een punt", "nog een punt"]
TEXT = "\n".join([TITLE, *LINES])


def docx_bytes() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading(TITLE, 1)
    document.add_paragraph(LINES[0])
    for line in LINES[1:]:
        document.add_paragraph(line, style="List Bullet")
    document.add_table(1, 1).cell(0, 0).text = "in een tabel"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def pdf_bytes(*lines: str, password: str | None = None) -> bytes:
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    if lines:
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        shown = "\n".join(f"({line}) Tj T*" for line in lines)
        stream.set_data(f"BT /F1 10 Tf 12 TL 50 800 Td\n{shown}\nET".encode("cp1252"))
        page[NameObject("/Contents")] = stream
    if password is not None:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


HTML = f"""<!DOCTYPE html><html><head><title>Venster</title>
<style>p{{}}</style></head>
<body><header>Gemeente</header><nav><a>Menu</a></nav><form><main><h1>{TITLE}</h1>
<p>Een <b>zin</b> met &euro; 10.</p><ul><li>een punt</li><li>nog een punt</li></ul>
<aside>Zie ook</aside><script>var x = 1;</script></main></form>
<footer>Colofon</footer></body></html>"""

MARKDOWN = f"""---
auteur: niemand
---
# {TITLE}

Een **zin** met € 10.

- een punt
- [nog een punt](https://gemeente.example)

| een | tabel |
"""


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        pytest.param("\r\n\r\n".join([TITLE, LINES[0], "• een punt\r\n• nog een punt"]).encode(),
                     ".txt", id="txt in UTF-8"),
        pytest.param(("\ufeff" + TEXT.replace("\n", "\n\n- ").replace("- Een", "Een")).encode(),
                     ".txt", id="txt with a mark"),
        pytest.param("\n\n* ".join([TITLE, *LINES]).encode("cp1252"), ".txt",
                     id="txt in Windows-1252"),
        pytest.param(MARKDOWN.encode(), ".md", id="md"),
        pytest.param(HTML.encode(), ".html", id="html with a menu"),
        pytest.param(HTML.encode(), ".txt", id="html that is called txt"),
        pytest.param(docx_bytes(), ".docx", id="docx"),
        pytest.param(docx_bytes(), ".txt", id="docx that is called txt"),
        pytest.param(pdf_bytes(TITLE, LINES[0], "- een punt", "- nog een punt"), ".pdf", id="pdf"),
        pytest.param(pdf_bytes(TITLE, LINES[0], "- een punt", "- nog een punt"), ".doc",
                     id="pdf that is called doc"),
    ],
)  # fmt: skip
def test_every_format_gives_the_same_blocks(content: bytes, suffix: str) -> None:
    assert text_of(content, suffix=suffix) == TEXT


@pytest.mark.parametrize(
    ("content", "suffix", "says"),
    [
        pytest.param(b"", ".txt", "leeg", id="empty"),
        pytest.param(b" \n 12 \n", ".txt", "geen tekst in", id="no letters"),
        pytest.param(b"<html><body><nav>Menu</nav></body></html>", ".html", "geen tekst in",
                     id="html with a menu only"),
        pytest.param(pdf_bytes(), ".pdf", "geen tekstlaag", id="scanned pdf"),
        pytest.param(pdf_bytes("Geheim", password="x"), ".pdf", "wachtwoord", id="encrypted pdf"),
        pytest.param(b"%PDF-1.7\nkapot", ".pdf", "beschadigd", id="broken pdf"),
        pytest.param(docx_bytes()[:900], ".docx", "beschadigd", id="half a docx"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(600), ".docx", "wachtwoord", id="encrypted docx"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(600), ".txt", "geen bekend formaat",
                     id="a picture called txt"),
        pytest.param(bytes(range(1, 256)) * 4, ".txt", "geen bekend formaat", id="noise"),
        pytest.param(b"{\\rtf1 tekst}", ".txt", "wordt niet gelezen", id="rtf"),
        pytest.param(b"a;b\n1;2", ".csv", "(.csv) wordt niet gelezen", id="another extension"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why_in_dutch(
    tmp_path: Path, content: bytes, suffix: str, says: str
) -> None:
    path = tmp_path / f"document{suffix}"
    path.write_bytes(content)
    with pytest.raises(DocumentUnreadable) as error:
        extract_text(path)
    assert says in str(error.value)


def test_a_zip_that_is_no_word_document_is_refused() -> None:
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("tekst.txt", "tekst")
    with pytest.raises(DocumentUnreadable, match="geen Word-document"):
        text_of(target.getvalue(), suffix=".docx")


def test_a_word_document_that_unpacks_to_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extract, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(DocumentUnreadable, match="te groot: uitgepakt"):
        text_of(docx_bytes(), suffix=".docx")


def test_a_missing_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="bestaat niet"):
        extract_text(tmp_path / "weg.txt")


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="bestaat niet"):
        extract_text(tmp_path)


def test_a_document_over_the_maximum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "groot.txt"
    path.write_text("woord " * 100)
    with pytest.raises(DocumentUnreadable, match="te groot"):
        extract_text(path, max_bytes=99)


@pytest.mark.parametrize(
    ("wrapped", "joined"),
    [
        pytest.param("een lange regel die hier is afgebroken\nen verder gaat.",
                     "een lange regel die hier is afgebroken en verder gaat.", id="lower case"),
        pytest.param("werk aan de gemeen-\nschap", "werk aan de gemeenschap", id="split word"),
        pytest.param("invoer van in-\nen uitgaven", "invoer van in- en uitgaven", id="in- en"),
        pytest.param("Wij bellen met de\nRaad van State.", "Wij bellen met de Raad van State.",
                     id="ends with an article"),
        pytest.param("Kop\nEerste zin.", "Kop\nEerste zin.", id="a heading stays apart"),
        pytest.param("U hebt nodig:\n- een pas\n- een foto", "U hebt nodig:\neen pas\neen foto",
                     id="list items stay apart"),
        pytest.param("Dit is de\n\ngemeente.\n\nEen\n\nregel om\n\nen om.",
                     "Dit is de gemeente.\nEen regel om en om.", id="blank line after each line"),
    ],
)  # fmt: skip
def test_wrapped_lines_are_joined(wrapped: str, joined: str) -> None:
    assert text_of(wrapped.encode(), suffix=".txt") == joined


def test_full_lines_go_on_also_before_a_capital() -> None:
    line = "Zo schrijven wij al heel lang over het werk van Jan"
    text = "\n".join([line, "Pieters in de wijk waar nu ook een park komt."] * 4)
    assert "Jan Pieters" in text_of(text.encode(), suffix=".txt")
