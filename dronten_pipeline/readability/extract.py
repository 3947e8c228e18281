"""From a document to clean plain text with one block per line.

Here belongs: telling formats apart by their content, and reading each so that headings,
paragraphs and list items become lines of their own, without tables, menus, and heads and feet of
pages. Not here: address, salutation and closing (`clean.py`), splitting lines into sentences
(`sentences.py`) or remembering what was read (`documents.py`).

Patterns with a repetition inside are given to polars, whose expressions take time in proportion
to the text whatever stands in it.
"""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dronten_pipeline.core import zips

#: Raised when the same document can give another text; scores of before are then not reused.
VERSION = 2

MAX_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000
#: The longest text that is judged: some four thick books.
MAX_CHARACTERS = 2_000_000

_TEXT_SUFFIXES = {".txt", ".md", ".html", ".htm", ".docx", ".pdf", ""}
MISSING = "Het document is niet aangeleverd: het bestand bestaat niet."
_ANY_FORMAT = "Lever .txt, .md, .html, .docx of .pdf aan."

_HTML_DECLARATION = re.compile(r"<\?xml[^<>]*>", re.IGNORECASE)
_HTML_START = re.compile(r"<(!doctype\s+html|html|body|main)\b", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_HTML_BLOCKS = (
    "p,h1,h2,h3,h4,h5,h6,li,dt,dd,blockquote,figcaption,caption,summary,div,section,article,main,"
    "ul,ol,dl,table,tr,td,th,address,form,label,br,hr"
)
_HTML_NOT_TEXT = (
    "nav,header,footer,script,style,aside,noscript,template,svg,select,textarea,label,button,table,iframe,head,"
    "[role=navigation],[role=banner],[role=contentinfo],[aria-hidden=true],[hidden]"
)
_BREAK = "\ue001"

_LIST_MARK = re.compile(r"\A[ \t]*(?:(?:[-*•·–▪◦+]|\d{1,2}[.)]|[a-z][.)])[ \t]+)+")
#: A line that ends so goes on in the next, however short it is.
_OPEN_END = re.compile(
    r"(?:^|\s)(?:de|het|een|van|en|of|in|op|te|naar|met|voor|aan|bij|door|over|dat|die|als|om|is|"
    r"zijn|wordt|worden|we|wij|u|ze|onze|uw|deze|dit|er|ook|niet)$",
    re.IGNORECASE,
)
#: Lines of this width, or wider, are no wrapped lines but whole paragraphs.
_WIDEST_WRAP = 130
_NARROWEST_WRAP = 50
_LONGEST_ROW = 300

_MD_FENCE = ("```", "~~~")
_MD_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
#: In this order: an image holds what looks like a link.
_MD_MARKS = (
    (r"(?m)^[ \t]*\|.*$", ""),  # a row of a table
    (r"!\[[^\]\n]*\]\([^)\n]*\)", ""),
    (r"\[([^\]\n]*)\]\([^)\n]*\)", "$1"),
    (r"(?m)^[ \t]*>[ \t]?", ""),
    (r"(?m)^[ \t]*#{1,6}[ \t]+(.*?)[ \t]*#*$", "\n$1\n"),
    (r"(?m)^[ \t]*(?:=+|-{2,}|\*{3,}|_{3,})[ \t]*$", "\n"),
    (r"<[^<>\n]{1,200}>", ""),
)
_MD_EMPHASIS = (
    (r"\*\*([^\s*](?:[^*\n]*[^\s*])?)\*\*", "$1"),
    (r"\b__([^\s_](?:[^_\n]*[^\s_])?)__\b", "$1"),
    (r"\*([^\s*](?:[^*\n]*[^\s*])?)\*", "$1"),
    (r"`([^`\n]+)`", "$1"),
)
#: Two gaps of tabs or several spaces in one line: columns, not a sentence.
_COLUMNS = re.compile(r"\S(?:[ ]*\t[ \t]*| {3,})(?=\S)")
#: Lines at the top and foot of a page of a pdf that may come back on every page.
_PAGE_EDGE = 2
_TIMES_OF_A_RUNNING_HEAD = 3
#: Fewer words in the paragraphs than this: the text may stand in the cells of a layout table.
_FEWEST_WORDS_OUTSIDE_TABLES = 50


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
    if len(text) > MAX_CHARACTERS:
        raise DocumentUnreadable(
            f"De tekst van het document is te lang: {len(text)} tekens, het maximum is "
            f"{MAX_CHARACTERS}. Lever het in delen aan."
        )
    return text


def extract_here(place: str) -> dict[str, str | None]:
    """The text of a document, or why there is none, for the sandbox to answer."""
    try:
        return {"text": extract_text(Path(place)), "problem": ""}
    except (DocumentUnreadable, OSError) as error:
        return {"text": None, "problem": sentence(error)}


def sentence(error: Exception) -> str:
    """Why a document has no text, in a Dutch sentence."""
    if isinstance(error, DocumentUnreadable):
        return str(error)
    return f"Het document kan niet worden geopend ({type(error).__name__}). Controleer de rechten."


def _plain(content: bytes, suffix: str) -> str:
    if suffix not in _TEXT_SUFFIXES or content[:5] == b"{\\rtf":
        raise DocumentUnreadable(
            f"Het formaat van het document ({suffix or 'zonder extensie'}) wordt niet gelezen. "
            f"{_ANY_FORMAT}"
        )
    text = _decode(content).replace("\r\n", "\n").replace("\r", "\n")
    if _starts_as_html(text) or suffix in {".html", ".htm"}:
        return _html(text)
    if suffix == ".md":
        return _markdown(text)
    return _unwrap(text)


def _starts_as_html(text: str) -> bool:
    """Whether the first thing in `text`, past a declaration and comments, is a tag of a page.

    Goes through the text once: a pattern for all of it would try every way to divide the
    comments, of which there are as many as two to their number.
    """
    place = _past_space(text, 0)
    declaration = _HTML_DECLARATION.match(text, place)
    if declaration:
        place = _past_space(text, declaration.end())
    while text.startswith("<!--", place):
        end = text.find("-->", place + len("<!--"))
        if end < 0:
            return False
        place = _past_space(text, end + len("-->"))
    return _HTML_START.match(text, place) is not None


def _past_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    assert match is not None  # it also fits nothing
    return match.end()


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
    text = _without_fences(_MD_FRONT_MATTER.sub("", text))
    return _replaced(_unwrap(_replaced(text, _MD_MARKS)), _MD_EMPHASIS)


def _without_fences(text: str) -> str:
    """Leaves out code; a fence that is never closed is no fence."""
    lines = text.split("\n")
    kept: list[str] = []
    opened: int | None = None
    for line in lines:
        if line.startswith(_MD_FENCE):
            if opened is None:
                opened = len(kept)
            else:
                del kept[opened:]
                opened = None
                continue
        kept.append(line)
    return "\n".join(kept)


def _replaced(text: str, replacements: Iterable[tuple[str, str]]) -> str:
    import polars as pl

    column = pl.Series([text])
    for pattern, replacement in replacements:
        column = column.str.replace_all(pattern, replacement)
    return str(column[0])


def _docx(content: bytes) -> str:
    try:
        with zips.opened(content) as archive:
            names = set(archive.namelist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zips.DamagedZip as error:
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
        document = Document(io.BytesIO(content))
        blocks = [_paragraph(paragraph) for paragraph in document.paragraphs]
        if sum(len(block.split()) for block in blocks) < _FEWEST_WORDS_OUTSIDE_TABLES:
            # A letter can be laid out in a table: cells with a sentence are its text.
            cells = (cell for table in document.tables for cell in table._cells)
            blocks += [
                _paragraph(paragraph)
                for cell in dict.fromkeys(cells)
                if _has_sentence(cell.text)
                for paragraph in cell.paragraphs
            ]
        return "\n".join(blocks)
    except Exception as error:  # the package raises whatever its XML parser meets
        raise DocumentUnreadable(
            "Het Word-document is beschadigd en kan niet worden gelezen. Sla het opnieuw op."
        ) from error


def _paragraph(paragraph: Any) -> str:
    """The text of a paragraph of Word; nothing of an entry in a table of contents."""
    style = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
    if style.startswith(("toc", "inhopg", "header", "footer", "koptekst", "voettekst")):
        return ""
    return str(paragraph.text).replace("\n", " ")


def _has_sentence(text: str) -> bool:
    return any(
        len(line.split()) >= 5 and line.rstrip().endswith((".", "!", "?", ":"))
        for line in text.split("\n")
    )


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
    text = "\n".join(_without_running_heads(pages))
    if not any(character.isalpha() for character in text):
        raise DocumentUnreadable(
            "De pdf heeft geen tekstlaag: het is een scan. Lever het oorspronkelijke document aan, "
            "of een pdf met herkende tekst."
        )
    return _unwrap(text)


def _without_running_heads(pages: list[str]) -> list[str]:
    """The pages without the lines that stand at the top or foot of three or more of them."""
    every = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    times = Counter(
        _without_numbers(line)
        for lines in every
        for line in {*lines[:_PAGE_EDGE], *lines[-_PAGE_EDGE:]}
    )
    running = {line for line, count in times.items() if count >= _TIMES_OF_A_RUNNING_HEAD}
    if not running:
        return pages
    return [
        "\n".join(
            line
            for place, line in enumerate(lines)
            if not (
                (place < _PAGE_EDGE or place >= len(lines) - _PAGE_EDGE)
                and _without_numbers(line) in running
            )
        )
        for lines in every
    ]


def _without_numbers(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _unwrap(text: str) -> str:
    """Joins the lines of paragraphs that were wrapped at a fixed width; drops list marks and
    rows of tables."""
    lines = [
        line.strip()
        for line in text.split("\n")
        if len(line) > _LONGEST_ROW or len(_COLUMNS.findall(line.strip())) < 2
    ]
    filled = [line for line in lines if line]
    if len(lines) - len(filled) > 0.8 * len(filled):  # a blank line after every line says nothing
        lines = filled
    full = _wrap_width(filled)
    blocks: list[list[str]] = []
    before = ""
    for line in lines:
        if before and line and _goes_on(before, line, full):
            split_word = before.endswith(("-", "\u00ad")) and not re.match(r"(en|of)\b", line)
            if split_word:
                blocks[-1][-1] = blocks[-1][-1][:-1]
                blocks[-1].append(line)
            else:
                blocks[-1] += [" ", line]
        elif line:
            blocks.append([_LIST_MARK.sub("", line, count=1)])
        # A page break may stand in the middle of a sentence.
        before = line or (before if _OPEN_END.search(before) else "")
    return "\n".join("".join(parts) for parts in blocks)


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
