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
MISSING = "Het document is niet aangeleverd: het bestand bestaat niet."
_ANY_FORMAT = "Lever .txt, .md, .html, .docx of .pdf aan."

_HTML_START = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|body|main)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_BLOCKS = (
    "p,h1,h2,h3,h4,h5,h6,li,dt,dd,blockquote,figcaption,caption,summary,div,section,article,main,"
    "ul,ol,dl,table,tr,td,th,address,form,label,br,hr"
)
_HTML_NOT_TEXT = (
    "nav,header,footer,script,style,aside,noscript,template,svg,select,textarea,label,button,table,iframe,head,"
    "[role=navigation],[role=banner],[role=contentinfo],[aria-hidden=true],[hidden]"
)
_BREAK = "\ue001"

_LIST_MARK = re.compile(r"[ \t]*(?:(?:[-*•·–▪◦+]|\d{1,2}[.)]|[a-z][.)])[ \t]+)+")
#: A line that ends so goes on in the next, however short it is.
_OPEN_END = re.compile(
    r"(?:^|\s)(?:de|het|een|van|en|of|in|op|te|naar|met|voor|aan|bij|door|over|dat|die|als|om|is|"
    r"zijn|wordt|worden|we|wij|u|ze|onze|uw|deze|dit|er|ook|niet)$",
    re.IGNORECASE,
)
#: Lines of this width, or wider, are no wrapped lines but whole paragraphs.
_WIDEST_WRAP = 130
_NARROWEST_WRAP = 50

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
        raise DocumentUnreadable(MISSING)
    check_size(path, max_bytes=max_bytes)
    return text_of(path.read_bytes(), suffix=path.suffix)


def check_size(path: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Refuses a document that is empty or too large to read.

    Raises:
        DocumentUnreadable: with the size and the maximum.
    """
    size = path.stat().st_size
    if size == 0:
        raise DocumentUnreadable("Het document is leeg (0 bytes).")
    if size > max_bytes:
        raise DocumentUnreadable(
            f"Het document is te groot: {size / 1e6:.1f} MB, het maximum is "
            f"{max_bytes / 1e6:.1f} MB."
        )


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
        strange = sum(
            1 for character in text[:20_000] if character < " " and character not in "\t\n\r\f"
        )
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
        if (
            node.tag == "header"
            and node.parent is not None
            and node.parent.tag in {"article", "main"}
        ):
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
        paragraphs = Document(io.BytesIO(content)).paragraphs
        return "\n".join(paragraph.text.replace("\n", " ") for paragraph in paragraphs)
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
    """Joins the lines of paragraphs that were wrapped at a fixed width; drops list marks."""
    lines = [line.strip() for line in text.split("\n")]
    filled = [line for line in lines if line]
    if len(lines) - len(filled) > 0.8 * len(filled):  # a blank line after every line says nothing
        lines = filled
    full = _wrap_width(filled)
    blocks: list[str] = []
    before = ""
    for line in lines:
        if before and line and _goes_on(before, line, full):
            split_word = blocks[-1].endswith(("-", "\u00ad")) and not re.match(r"(en|of)\b", line)
            blocks[-1] = blocks[-1][:-1] + line if split_word else f"{blocks[-1]} {line}"
        elif line:
            blocks.append(_LIST_MARK.sub("", line, count=1) if _LIST_MARK.match(line) else line)
        # A page break may stand in the middle of a sentence.
        before = line or (before if _OPEN_END.search(before) else "")
    return "\n".join(blocks)


def _wrap_width(lines: list[str]) -> float:
    """From which length on a line was cut off because the paper ended; infinite when never."""
    if not lines:
        return float("inf")
    width = sorted(map(len, lines))[int(len(lines) * 0.9)]
    return 0.8 * width if _NARROWEST_WRAP <= width <= _WIDEST_WRAP else float("inf")


def _goes_on(before: str, line: str, full: float) -> bool:
    if _LIST_MARK.match(line):
        return False
    if before[-1] in ":;!?":
        return False
    if line[0].islower():
        return True
    return before[-1] != "." and (len(before) >= full or bool(_OPEN_END.search(before)))


def _tidy(text: str) -> str:
    """One block per line, single spaces, straight apostrophes, no invisible characters."""
    text = re.sub("[\u00ad\u200b-\u200d\u2060\ufeff]", "", text).replace("’", "'").replace("‘", "'")
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
