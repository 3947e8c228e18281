"""What kind of file this is: format, encoding and separator, decided by its content.

Here belongs: recognising, decoding, and refusing in words what is no table. Not here: reading
records (`structure.py`, `readers.py`). A file's extension is never looked at.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dronten_pipeline import zips

Format = Literal["csv", "xlsx", "json", "jsonl", "parquet", "xml"]

SEPARATORS = (";", ",", "\t")
SAMPLE_BYTES = 256 * 1024
SAMPLE_RECORDS = 100

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
    (b"\x7fELF", "een programma"),
    (b"MZ\x90", "een programma"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: XML by its declaration, or by the namespace of its root; a web page is none.
XML = re.compile(
    r"\s*<\?xml\s|(?>(?>\s*(?:<!--.*?-->|<\?.*?\?>))*)\s*"
    r"<(?:!doctype\s+(?!html)|(?!html)[a-z_][^<>]*\sxmlns[:=])",
    re.DOTALL | re.IGNORECASE,
)
SEPARATOR_HINT = re.compile(rb"(?i)sep=(.)\r?\n")
NO_ENCODING = (
    "De tekens in dit bestand zijn geen UTF-8 en geen Windows-1252. Sla het bestand op als UTF-8 "
    "en lever het opnieuw."
)

WHAT_TO_DO = "Lever een CSV-, XLSX-, JSON- of Parquet-bestand."


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


def format_of(content: bytes) -> Format | Literal["text"]:
    """Format by content; 'text' when it must be decoded first (`text_format`).

    Raises:
        Refused: the content is something else, or empty.
    """
    if not content:
        raise Refused("Dit bestand is leeg (0 bytes). Lever het opnieuw, met inhoud.")
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(b"PK"):
        return _zip_format(content)
    if content.startswith(OLE):
        raise Refused(
            "Dit is een oud Excel-bestand (.xls) of een Excel-bestand met een wachtwoord. Sla "
            "het op als .xlsx zonder wachtwoord, of als CSV, en lever het opnieuw."
        )
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        raise Refused(f"Dit is een afbeelding (WEBP), geen tabel. {WHAT_TO_DO}")
    for magic, words in MAGIC:
        # Letters alone also begin a header; what is no text holds NUL bytes soon after.
        if content.startswith(magic) and (
            len(magic) != 2 or not magic.isalpha() or b"\0" in content[:64]
        ):
            raise Refused(f"Dit is {words}, geen tabel. {WHAT_TO_DO}")
    return "xml" if is_xml(content) else "text"


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
    if lowered.startswith((b"<!doctype html", b"<html")):
        raise Refused(
            "Dit is een webpagina (HTML), geen tabel: vaak is dat een inlog- of foutpagina die "
            f"in plaats van het bestand is opgeslagen. {WHAT_TO_DO}"
        )
    # Without a declaration and a namespace; a header between such brackets has rows below it.
    if re.match(rb"<[a-z_!?]", lowered) and text[-64:].rstrip(b"\0 \r\n\t").endswith(b">"):
        raise Refused(f"Dit is XML of HTML, geen tabel. {WHAT_TO_DO}")
    if head.startswith(b"["):
        return "json"
    if head.startswith(b"{"):
        return "jsonl"
    return "csv"


def decode(content: bytes) -> Decoded:
    """Text as UTF-8: by its mark, else strict UTF-8, else Windows-1252.

    Raises:
        Refused: binary content, or bytes that exist in neither.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        return utf8(content[3:], "utf-8-sig") or damaged(content[3:], "utf-8-sig")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf16(content, "utf-16")
    sample = content[:4096]
    if sample.count(0) > len(sample) // 4:
        odd, even = sample[1::2].count(0), sample[0::2].count(0)
        return _utf16(content, "utf-16-le" if odd > even else "utf-16-be")
    _refuse_binary(sample)
    whole = utf8(content, "utf-8")
    if whole is not None:
        return whole
    if _is_mostly_utf8(content):
        return damaged(content, "utf-8")
    try:
        return Decoded(content.decode("cp1252").encode(), "windows-1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused(
            f"De tekens in dit bestand zijn geen UTF-8 en geen Windows-1252: op regel {line} "
            f"staat byte {error.object[error.start]:#04x}. Sla het bestand op als UTF-8 en lever "
            "het opnieuw."
        ) from error


def separator_of(text: bytes, expected: Collection[str] = ()) -> str:
    """Separator under which header and first records agree best.

    Args:
        text: UTF-8 without a mark.
        expected: lower-cased names of the columns of the contract.
    """
    hint = SEPARATOR_HINT.match(text)
    if hint:
        return hint[1].decode("latin-1")
    sample = text[:SAMPLE_BYTES].decode("utf-8", errors="ignore")

    def score(separator: str) -> tuple[int, bool, float, int]:
        records = _sample_records(sample, separator)
        if not records:
            return 0, False, 0.0, 0
        header, body = records[0], records[1:]
        known = sum(name.strip().lower() in expected for name in header)
        agreeing = sum(len(record) == len(header) for record in body)
        share = agreeing / len(body) if body else 1.0
        return known, len(header) > 1, round(share, 1), len(header)

    return max(SEPARATORS, key=score)


def _sample_records(sample: str, separator: str) -> list[list[str]]:
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    try:
        for record in reader:
            if any(field.strip() for field in record):
                records.append(record)
            if len(records) > SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # a field too large for the sample: what was read before it is enough
    return records


def _zip_format(content: bytes) -> Format:
    try:
        with zips.opened(content) as archive:
            names = set(archive.namelist())
    except zips.DamagedZip as error:
        raise Refused(
            "Dit Excel-bestand (of ingepakte bestand) is beschadigd of afgebroken. Lever het "
            "opnieuw."
        ) from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise Refused("Dit is een binair Excel-bestand (.xlsb). Sla het op als .xlsx.")
    words = "een ingepakt bestand (zip)"
    if "word/document.xml" in names:
        words = "een Word-document"
    elif "ppt/presentation.xml" in names:
        words = "een presentatie"
    elif "content.xml" in names:
        words = "een OpenDocument-bestand"
    raise Refused(f"Dit is {words}, geen tabel. {WHAT_TO_DO}")


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


def _utf16(content: bytes, codec: str) -> Decoded:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        text = content[: len(content) // 2 * 2].decode(codec, errors="replace")
        if text.count("\ufffd") > 1:
            raise Refused(
                "De tekens in dit bestand lijken UTF-16, maar zijn niet te lezen. Sla het "
                "bestand op als UTF-8 en lever het opnieuw."
            ) from None
        notes = ("Het bestand breekt af midden in een teken.",)
        return Decoded(text.rstrip("\ufffd").encode(), "utf-16", notes=notes)
    return Decoded(text.removeprefix("\ufeff").encode(), "utf-16")
