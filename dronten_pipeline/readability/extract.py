"""From a document to clean plain text with one block per line.

Here belongs: telling formats apart by their content, and reading each so that headings,
paragraphs and list items become lines of their own. Not here: splitting lines into sentences
(`sentences.py`) or remembering what was read (`documents.py`).
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

#: Raised when the same document can give another text; scores of before are then not reused.
VERSION = 1

MAX_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000

_TEXT_SUFFIXES = {".txt", ".md", ".html", ".htm", ".docx", ".pdf", ""}
_ANY_FORMAT = "Lever .txt, .md, .html, .docx of .pdf aan."

_HTML_START = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|body|main)\b",
                         re.IGNORECASE | re.DOTALL)  # fmt: skip
_HTML_BLOCKS = (
    "p,h1,h2,h3,h4,h5,h6,li,dt,dd,blockquote,figcaption,caption,summary,div,section,article,main,"
    "ul,ol,dl,table,tr,td,th,address,form,label,br,hr"
)
_HTML_NOT_TEXT = (
    "nav,header,footer,script,style,aside,noscript,template,svg,form,button,table,iframe,head,"
    "[role=navigation],[role=banner],[role=contentinfo],[aria-hidden=true],[hidden]"
)
_BREAK = "\ue001"

_LIST_MARK = r"(?:[-*•·–▪◦+]|\d{1,2}[.)]|[a-z][.)])[ \t]+"
_SPLIT_WORD = re.compile(r"(\w)[-\u00ad]\n[ \t]*(?!(?:en|of)\b)([a-zà-ÿ])")
# A line goes on in the next when that starts in lower case, or when the line is as long as
# wrapped lines are and does not end like a sentence.
_WRAPPED_LOWER = re.compile(rf"([^\n:;])\n[ \t]*(?!{_LIST_MARK})([a-zà-ÿ])")
_WRAPPED_LONG = re.compile(rf"(?m)(^[^\n]{{49,}}[^\n.!?:;])\n(?!\n|[ \t]*{_LIST_MARK})[ \t]*(\S)")
_LEADING_MARK = re.compile(rf"(?m)^[ \t]*(?:{_LIST_MARK})+")

_MD_FENCE = re.compile(r"(?ms)^(```|~~~).*?^\1[ \t]*$")
_MD_TABLE_ROW = re.compile(r"(?m)^[ \t]*\|.*$")
_MD_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_MD_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_MD_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MD_HEADING = re.compile(r"(?m)^[ \t]*#{1,6}[ \t]+(.*?)[ \t]*#*$")
_MD_UNDERLINE = re.compile(r"(?m)^[ \t]*(?:=+|-{2,}|\*{3,}|_{3,})[ \t]*$")
_MD_QUOTE = re.compile(r"(?m)^[ \t]*>[ \t]?")
_MD_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(\S(?:.*?\S)?)\1")


class DocumentUnreadable(ValueError):
    """A document without usable text; the message is a Dutch sentence for who delivered it."""


def extract_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """The text of the document at `path`, one block (heading, paragraph, list item) per line.

    Raises:
        DocumentUnreadable: missing, empty, too large, encrypted, without a text layer, or in a
            format that is not read.
    """
    if not path.is_file():
        raise DocumentUnreadable("Het document is niet aangeleverd: het bestand bestaat niet.")
    size = path.stat().st_size
    if size == 0:
        raise DocumentUnreadable("Het document is leeg (0 bytes).")
    if size > max_bytes:
        raise DocumentUnreadable(
            f"Het document is te groot: {size / 1e6:.1f} MB, het maximum is "
            f"{max_bytes / 1e6:.1f} MB."
        )
    return text_of(path.read_bytes(), suffix=path.suffix)


def text_of(content: bytes, *, suffix: str) -> str:
    """The text in `content`; `suffix` only decides between kinds of plain text.

    Raises:
        DocumentUnreadable: as `extract_text`.
    """
    if b"%PDF-" in content[:1024]:
        text = _pdf(content)
    elif content[:4] == b"PK\x03\x04":
        text = _docx(content)
    elif content[:4] == b"\xd0\xcf\x11\xe0":
        raise DocumentUnreadable(
            "Het document is een oud Word-bestand (.doc) of met een wachtwoord versleuteld. "
            "Sla het zonder wachtwoord op als .docx."
        )
    else:
        text = _plain(content, suffix.lower())
    text = _tidy(text)
    if not any(character.isalpha() for character in text):
        raise DocumentUnreadable("Het document is leeg: er staat geen tekst in.")
    return text


def _plain(content: bytes, suffix: str) -> str:
    if suffix not in _TEXT_SUFFIXES or content[:5] == b"{\\rtf":
        raise DocumentUnreadable(
            f"Het formaat van het document ({suffix or 'zonder extensie'}) wordt niet gelezen. "
            f"{_ANY_FORMAT}"
        )
    text = _decode(content).replace("\r\n", "\n").replace("\r", "\n")
    if _HTML_START.match(text) or suffix in {".html", ".htm"}:
        return _html(text)
    if suffix == ".md":
        return _markdown(text)
    return _unwrap(text)


def _decode(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings = ["utf-16"]
    elif b"\x00" in content:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Windows-1252 reads almost any bytes; a picture shows itself by its control characters.
        strange = sum(1 for character in text[:20_000] if character < " " and character not in "\t\n\r\f")
        if strange * 100 <= len(text[:20_000]):
            return text
    raise DocumentUnreadable(
        f"De inhoud van het document is geen tekst en geen bekend formaat. {_ANY_FORMAT}"
    )


def _html(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    for node in tree.css(_HTML_NOT_TEXT):
        # The head of an article is a header too, but one with the title in it.
        if node.tag == "header" and node.parent is not None and node.parent.tag in {"article", "main"}:
            continue
        node.decompose()
    root = tree.css_first("main, [role=main]") or tree.css_first("article") or tree.body
    if root is None:
        return ""
    for node in root.css(_HTML_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    flat = re.sub(r"\s+", " ", html.unescape(root.text(separator="")))
    return flat.replace(_BREAK, "\n")


def _markdown(text: str) -> str:
    text = _MD_FRONT_MATTER.sub("", text)
    text = _MD_FENCE.sub("", text)
    text = _MD_TABLE_ROW.sub("", text)
    text = _MD_LINK.sub(r"\1", _MD_IMAGE.sub("", text))
    text = _MD_QUOTE.sub("", text)
    text = _MD_HEADING.sub(r"\n\1\n", text)
    text = _MD_UNDERLINE.sub("\n", text)
    text = re.sub(r"<[^<>\n]{1,200}>", "", text)
    return _MD_EMPHASIS.sub(r"\2", _unwrap(text))


def _docx(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise DocumentUnreadable(
            "Het document is beschadigd of niet helemaal aangekomen. Lever het opnieuw aan."
        ) from error
    if "word/document.xml" not in names:
        raise DocumentUnreadable(
            f"Het document is een ingepakt bestand, maar geen Word-document. {_ANY_FORMAT}"
        )
    if unpacked > MAX_UNPACKED_BYTES:
        raise DocumentUnreadable(
            f"Het document is te groot: uitgepakt {unpacked / 1e6:.0f} MB, het maximum is "
            f"{MAX_UNPACKED_BYTES / 1e6:.0f} MB."
        )
    from docx import Document

    try:
        # Only paragraphs of the body: tables, headers and footers hold no running text.
        return "\n".join(paragraph.text.replace("\n", " ") for paragraph in
                         Document(io.BytesIO(content)).paragraphs)  # fmt: skip
    except Exception as error:  # the package raises whatever its XML parser meets
        raise DocumentUnreadable(
            "Het Word-document is beschadigd en kan niet worden gelezen. Sla het opnieuw op."
        ) from error


def _pdf(content: bytes) -> str:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentUnreadable(
                "De pdf is met een wachtwoord versleuteld. Lever hem zonder wachtwoord aan."
            )
        pages = [page.extract_text() or "" for page in reader.pages]
    except DocumentUnreadable:
        raise
    except Exception as error:  # the package raises many kinds of errors on broken files
        raise DocumentUnreadable(
            "De pdf is beschadigd of anders versleuteld en kan niet worden gelezen. "
            "Sla hem opnieuw op."
        ) from error
    text = "\n".join(pages)
    if not any(character.isalpha() for character in text):
        raise DocumentUnreadable(
            "De pdf heeft geen tekstlaag: het is een scan. Lever het oorspronkelijke document aan, "
            "of een pdf met herkende tekst."
        )
    return _unwrap(text)


def _unwrap(text: str) -> str:
    """Joins the lines of a paragraph that was wrapped at a fixed width."""
    text = re.sub(r"[ \t\f]+$", "", text, flags=re.MULTILINE)
    text = _SPLIT_WORD.sub(r"\1\2", text)
    text = _WRAPPED_LONG.sub(r"\1 \2", text)
    text = _WRAPPED_LOWER.sub(r"\1 \2", text)
    return _LEADING_MARK.sub("", text)


def _tidy(text: str) -> str:
    """One block per line, single spaces, straight apostrophes, no invisible characters."""
    text = re.sub("[\u00ad\u200b-\u200d\u2060\ufeff]", "", text).replace("’", "'").replace("‘", "'")
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
