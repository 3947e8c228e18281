"""What kind of file this is: format, encoding and separator, decided by its content.

Here belongs: recognising, decoding, and refusing in words what is no table. Not here: reading
records (`structure.py`, `readers.py`). A file's extension is never looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal

from dronten_pipeline.core import zips
from dronten_pipeline.ingest import cleaning, encodings, other_texts

Format = Literal["csv", "xlsx", "xls", "ods", "json", "jsonl", "parquet", "xml"]

#: First bytes of what people drop by mistake, with what it is in words.
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "een afbeelding (PNG)"),
    (b"\xff\xd8\xff", "een afbeelding (JPEG)"),
    (b"GIF87a", "een afbeelding (GIF)"),
    (b"GIF89a", "een afbeelding (GIF)"),
    (b"BM", "een afbeelding (BMP)"),
    (b"II*\x00", "een afbeelding (TIFF)"),
    (b"MM\x00*", "een afbeelding (TIFF)"),
    (b"%PDF", "een PDF-document"),
    (b"{\\rtf", "een tekstdocument (RTF)"),
    (b"\x1f\x8b", "een ingepakt bestand (gzip)"),
    (b"7z\xbc\xaf", "een ingepakt bestand (7z)"),
    (b"Rar!", "een ingepakt bestand (RAR)"),
    (b"BZh", "een ingepakt bestand (bzip2)"),
    (b"SQLite format 3", "een database (SQLite)"),
    (b"\x00\x01\x00\x00Standard ", "een database (Access)"),
    (b"ARROW1\0\0", "een Arrow-bestand (Feather)"),
    (b"FEA1", "een Arrow-bestand (Feather)"),
    (b"ORC", "een ORC-bestand"),
    (b"Obj\x01", "een Avro-bestand"),
    (b"\x89HDF\r\n", "een HDF5-bestand"),
    (b"$FL2@(#)", "een SPSS-bestand"),
    (b"\x80\x04\x95", "een bestand van Python (pickle)"),
    (b"\xfd7zXZ\0", "een ingepakt bestand (xz)"),
    (b"\x28\xb5\x2f\xfd", "een ingepakt bestand (zstd)"),
    (b"\x04\x22\x4d\x18", "een ingepakt bestand (lz4)"),
    (b"\x7fELF", "een programma"),
    (b"MZ\x90", "een programma"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What else stands in such a container, by the name of a stream in it.
OLE_STREAMS = (
    ("WordDocument", "een oud Word-document (.doc)"),
    ("PowerPoint Document", "een oude presentatie (.ppt)"),
    ("__properties_version1.0", "een bericht van Outlook (.msg)"),
)

#: XML by its declaration, or by the namespace of its root; a web page is none.
XML = re.compile(
    r"\A(?:\s*+<\?xml\s|(?>(?>\s*+(?:<!--.*?-->|<\?.*?\?>))*)\s*+"
    r"<(?:!doctype\s+(?!html)|(?!html)[a-z_][^<>]*\sxmlns[:=]))",
    re.DOTALL | re.IGNORECASE,
)
#: A web page, also one that begins halfway, as reports do that call themselves .xls.
WEB_PAGE = re.compile(
    rb"(?is)\A(?>(?:<!--.*?-->\s*+)*)<(?:!doctype\s+html|(?:html|head|meta|body|div|table|style|center|"
    rb"font|form|p|br|span|title|script)[\s>/])"
)
#: A web page as a mail program or browser saves it in one file.
MAIL_PAGE = re.compile(rb"(?i)(?:mime-version|content-type)\s*:[^;,\t]*(?:1\.0|multipart/)")
#: JSON knows no comments, and people write them above it.
LEADING_COMMENTS = re.compile(rb"(?:(?://[^\n]*\n|/\*.*?\*/)\s*)+", re.DOTALL)
BOM = b"\xef\xbb\xbf"
LOST = b"\xef\xbf\xbd"
#: Signs of Chinese whose two bytes are both letters, digits or separators, many in a row.
_ONE_BYTE = re.compile(
    "(?:["
    + "".join(f"{chr(high << 8 | 0x20)}-{chr(high << 8 | 0x7E)}" for high in range(0x20, 0x7F))
    + "]){8}"
)

WHAT_TO_DO = "Lever een CSV-, XLSX-, JSON- of Parquet-bestand."
RESAVE = "Open het in Excel of LibreOffice, sla het op als .xlsx en lever dat."
UNPACK = "Pak het uit, en lever wat erin zit."
AS_WORKBOOK = (
    "ook al heeft dit bestand misschien de naam van een Excel-bestand (.xls). Open het in Excel, "
    "sla het op als .xlsx (een andere naam geven is niet genoeg) en lever dat."
)


class Refused(ValueError):
    """A file that cannot be read at all; the message is a Dutch sentence for who delivers."""


@dataclass(frozen=True)
class Decoded:
    """Text of a file as UTF-8 without a mark.

    `damaged` says that bytes that are no UTF-8 were replaced by U+FFFD, so that the records
    which hold one must be rejected.
    """

    text: bytes
    encoding: str
    damaged: bool = False
    notes: tuple[str, ...] = ()
    cleaned: cleaning.Counts = field(default_factory=dict)


def format_of(content: bytes) -> Format | Literal["text"]:
    """Format by content; 'text' when it must be decoded first (`text_format`).

    Raises:
        Refused: the content is something else, or empty.
    """
    if not content:
        raise Refused("Dit bestand is leeg (0 bytes). Lever het opnieuw, met inhoud.")
    if content.startswith((b"PAR1", b"PARE")):
        return "parquet"
    if content.startswith(b"PK"):
        return _zip_format(content)
    if content.startswith(OLE):
        return _ole_format(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        raise Refused(f"Dit is een afbeelding (WEBP), geen tabel. {WHAT_TO_DO}")
    for magic, words in MAGIC:
        # Letters alone also begin a header; what is no text holds control characters soon after.
        if content.startswith(magic) and (not magic.isalpha() or min(content[:256]) < 9):
            advice = UNPACK if "ingepakt" in words else WHAT_TO_DO
            raise Refused(f"Dit is {words}, geen tabel. {advice}")
    if content[257:262] == b"ustar":
        raise Refused(f"Dit is een ingepakt bestand (tar), geen tabel. {UNPACK}")
    if _is_dbase(content):
        raise Refused(f"Dit is een tabel van dBase (.dbf), en die wordt niet gelezen. {RESAVE}")
    return "xml" if is_xml(content) else "text"


def _is_dbase(content: bytes) -> bool:
    """By its version, the name and type of its first column, and the mark behind the last one;
    dBase 7 has longer descriptions of columns, and Visual FoxPro writes more behind the mark."""
    if len(content) < 66 or (content[0] & 0b111 not in (2, 3, 4, 5) and content[0] & 0xF0 != 0x30):
        return False
    first, size, name = (68, 48, 32) if content[0] & 0b111 == 4 else (32, 32, 11)
    end = int.from_bytes(content[8:10], "little")
    column = content[first : first + name + 1]
    return (
        b"\0" in column[:-1]
        and column[:1].isalpha()
        and column[-1:] in b"CNDLMFBGPYTIVQX@O+"
        and any(content[place : place + 1] == b"\r" for place in range(first + size, end, size))
    )


def is_xml(content: bytes) -> bool:
    """Whether a file begins as XML does, in any encoding that tells itself."""
    head = content[:4096]
    codec = "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16"
    elif head[:2] in (b"<\0", b"\0<"):
        codec = "utf-16-le" if head[1] == 0 else "utf-16-be"
    return XML.match(head.decode(codec, errors="ignore")) is not None


def text_format(text: bytes) -> Format:
    """Which of the text formats decoded text is.

    Raises:
        Refused: a web page, XML, or a file with nothing but white space.
    """
    head = text[:4096].lstrip()
    if not head and not text.strip():
        raise Refused("Dit bestand bevat alleen witruimte. Lever het opnieuw, met inhoud.")
    head = head or text.lstrip()[:4096]
    lowered = head[:200].lower()
    if WEB_PAGE.match(head):
        if b"<table" in text[:1_000_000].lower():
            raise Refused(f"Dit is een webpagina (HTML) met een tabel, {AS_WORKBOOK}")
        raise Refused(
            "Dit is een webpagina (HTML), geen tabel: vaak is dat een inlog- of foutpagina die "
            f"in plaats van het bestand is opgeslagen. {WHAT_TO_DO}"
        )
    if MAIL_PAGE.match(head):
        raise Refused(f"Dit is een opgeslagen webpagina (MHTML), {AS_WORKBOOK}")
    # Without a declaration and a namespace; a header between such brackets has rows below it.
    if re.match(rb"<[a-z_!?]", lowered) and text[-64:].rstrip(b"\0 \r\n\t").endswith(b">"):
        raise Refused(f"Dit is XML of HTML, geen tabel. {WHAT_TO_DO}")
    if (said := other_texts.said_of(head)) is not None:
        raise Refused(said)
    comments = LEADING_COMMENTS.match(head)
    if comments and head[comments.end() :].startswith((b"[", b"{")):
        head = head[comments.end() :]
    if head.startswith(b"["):
        return "json"
    if head.startswith(b"{"):
        return "jsonl"
    return "csv"


def decode(content: bytes) -> Decoded:
    """Text as UTF-8: by its mark, by its NUL bytes, as strict UTF-8, else in the old encoding in
    which its words are whole (`encodings.py`).

    Raises:
        Refused: binary content, or bytes that make words in no encoding.
    """
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return _wide(content, "utf-32")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _wide(content, "utf-16")
    sample = content[:4096]
    if sample.count(0) > len(sample) // 4:
        return _wide(content, _order(sample))
    label, body = ("utf-8-sig", content[3:]) if content.startswith(BOM) else ("utf-8", content)
    _refuse_binary(sample)
    whole = utf8(body, label)
    if whole is not None:
        return _mended(whole)
    if _is_mostly_utf8(body):
        return damaged(body, label)
    found: Counter[bytes] = Counter()
    encodings.words(body, found)
    first = encodings.BEYOND_ASCII.search(body)
    line = body.count(b"\n", 0, first.start() if first else 0) + 1
    guess = legacy(found, line)
    # In what was put together of two encodings, words of UTF-8 come out as encoded twice.
    return _mended(Decoded(body.decode(guess.codec).encode(), guess.label, notes=(guess.note,)))


def legacy(found: Counter[bytes], line: int) -> encodings.Guess:
    """The old encoding of a text with these words, of which the first stands on `line`.

    Raises:
        Refused: they are words in none.
    """
    guess = encodings.guess(found)
    if guess is None or not guess.fits:
        raise Refused(
            f"De tekens in dit bestand zijn geen UTF-8 (voor het eerst op regel {line}), en geven "
            "ook als Windows-1252, CP850, CP437 of Mac Roman geen leesbare woorden. Sla het "
            "bestand op als UTF-8 en lever het opnieuw."
        )
    return guess


def _mended(decoded: Decoded) -> Decoded:
    """The same without words that were encoded twice, and with a note of characters that were
    lost before."""
    if decoded.text.isascii():
        return decoded
    found: Counter[bytes] = Counter()
    if encodings.TWICE.search(decoded.text):
        encodings.words(decoded.text, found)
    text, count = encodings.mend(decoded.text, encodings.mended(found))
    cleaned = {encodings.DOUBLY_ENCODED: count} if count else {}
    return replace(
        decoded, text=text, cleaned=cleaned, notes=(*decoded.notes, *lost_notes(text.count(LOST)))
    )


def lost_notes(lost: int) -> list[str]:
    """What is said of characters that the system of the deliverer replaced by U+FFFD."""
    if not lost:
        return []
    return [
        f"{lost} keer ging een teken al verloren voordat het bestand geleverd werd (er staat een "
        "vervangteken); namen daarmee kloppen niet. Lever het bestand opnieuw als UTF-8."
    ]


def _order(sample: bytes) -> str:
    """The codec of a text without a mark that has NUL bytes in it, by where they stand."""
    nuls = [sample[place::4].count(0) for place in range(4)]
    size = max(1, len(sample) // 4)
    if sum(nuls) > 2.5 * size:
        return "utf-32-be" if nuls[0] > nuls[3] else "utf-32-le"
    return "utf-16-le" if nuls[1] + nuls[3] > nuls[0] + nuls[2] else "utf-16-be"


def _zip_format(content: bytes) -> Format:
    try:
        with zips.opened(content) as archive:
            names = set(archive.namelist())
            mimetype = b""
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    mimetype = file.read(100)
    except zips.DamagedZip as error:
        raise Refused(
            "Dit Excel-bestand (of ingepakte bestand) is beschadigd of afgebroken. Lever het "
            "opnieuw."
        ) from error
    names = {name.replace("\\", "/").lower().lstrip("/") for name in names}
    if "xl/workbook.xml" in names or (
        "[content_types].xml" in names and any(name.endswith("workbook.xml") for name in names)
    ):
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise Refused(
            "Dit is een binair Excel-bestand (.xlsb). Open het in Excel, sla het op als .xlsx en "
            "lever dat."
        )
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    words = "een ingepakt bestand (zip)"
    if "word/document.xml" in names:
        words = "een Word-document"
    elif "ppt/presentation.xml" in names:
        words = "een presentatie"
    elif "index/document.iwa" in names or "index.zip" in names:
        words = "een bestand van Apple (Numbers, Pages of Keynote)"
    elif "content.xml" in names:
        words = "een OpenDocument-bestand"
    advice = UNPACK if "ingepakt" in words else WHAT_TO_DO
    raise Refused(f"Dit is {words}, geen tabel. {advice}")


def _ole_format(content: bytes) -> Format:
    """What stands in the container of old office programs, by the names of its streams."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise Refused(
            "Dit bestand is beveiligd met een wachtwoord (of een gevoeligheidslabel) en niet te "
            "lezen. Sla het op zonder wachtwoord en lever het opnieuw."
        )
    if holds("Workbook") or holds("Book"):
        return "xls"
    for stream, words in OLE_STREAMS:
        if holds(stream):
            raise Refused(f"Dit is {words}, geen tabel. {WHAT_TO_DO}")
    raise Refused(
        "Dit is een bestand van een oud kantoorprogramma (misschien .xls) dat niet te lezen is. "
        "Open het in Excel, sla het op als .xlsx en lever dat."
    )


def _refuse_binary(sample: bytes) -> None:
    # Some exports leave a NUL here and there in a text; those are taken out of the values.
    control = sum(sample.count(code) for code in (*range(1, 9), *range(14, 27), *range(28, 32)))
    if control > max(1, len(sample) // 100) or sample.count(0) > len(sample) // 10:
        raise Refused(f"Dit is een binair bestand, geen tabel. {WHAT_TO_DO}")


def utf8(content: bytes, label: str) -> Decoded | None:
    """The text when it is UTF-8, also when it breaks off within its last character."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        # Cut off within a character: the text is UTF-8 and only its last character is lost.
        cut_off = error.reason == "unexpected end of data" and error.start >= len(content) - 3
        before = content[: error.start]
        if cut_off and not before.isascii():
            return Decoded(before, label, notes=("Het bestand breekt af midden in een teken.",))
        return None
    return Decoded(content, label)


def _is_mostly_utf8(content: bytes) -> bool:
    """Whether whole UTF-8 characters outnumber stray bytes: nobody types such pairs as text."""
    stray, whole = stray_and_whole(content.decode(errors="surrogateescape"))
    return whole > stray


def stray_and_whole(text: str) -> tuple[int, int]:
    """How many bytes are no UTF-8, and how many characters beyond ASCII are, in a text that was
    decoded with `surrogateescape`."""
    stray = len(re.findall("[\udc80-\udcff]", text))
    return stray, len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))


def damaged(content: bytes, label: str) -> Decoded:
    """The text with U+FFFD for what is no UTF-8."""
    text = content.decode(errors="replace")
    notes = ("Een deel van de tekens is geen UTF-8; de regels waarin zij staan, zijn afgekeurd.",)
    return Decoded(text.encode(), label, damaged=True, notes=notes)


def _wide(content: bytes, codec: str) -> Decoded:
    """Text in two or four bytes a character."""
    name, unit = codec[:6].upper(), 4 if codec.startswith("utf-32") else 2
    label = codec[:6]
    unreadable = Refused(
        f"De tekens in dit bestand lijken {name}, maar zijn niet te lezen. Sla het bestand op als "
        "UTF-8 en lever het opnieuw."
    )
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        text = content[: len(content) // unit * unit].decode(codec, errors="replace")
        if text.count("\ufffd") > 1:
            raise unreadable from None
        notes = ("Het bestand breekt af midden in een teken.",)
        return Decoded(text.rstrip("\ufffd").encode(), label, notes=notes)
    # What was added to it in one byte a character comes out as signs of two letters each.
    if unit == 2 and _ONE_BYTE.search(text):
        raise unreadable
    return _mended(Decoded(text.removeprefix("\ufeff").encode(errors="replace"), label))
