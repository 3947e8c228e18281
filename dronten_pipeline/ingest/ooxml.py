"""The worksheets of an Excel workbook (.xlsx, .xlsm), each cell as Excel shows it.

Here belongs: the XML of such a workbook, also in its strict form. Not here: which sheet is read and
where its table stands (`workbooks.py`), what a cell means (`values.py`).

No library that is fast enough says how a number is shown, whether a formula has an outcome, which
cells are merged and which rows are hidden, and all of these decide what a deliverer sees. So the
XML of a sheet is taken apart here, a piece at a time and by expressions over all cells of it.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree

import polars as pl

from dronten_pipeline.ingest import number_formats, sheets, xml_text
from dronten_pipeline.ingest.dialect import Refused

BLOCK = 1 << 22
UTF8_MARK = b"\xef\xbb\xbf"
DECLARED = re.compile(rb"\A\s*+<\?xml[^>]{0,200}encoding=[\"']([\w.-]{1,40})[\"']")
#: An element at the top of a sheet or of the shared strings, with the prefix of its names.
TOP = re.compile(rb"<(\w{1,40}:)(?:worksheet|sst)[\s>]")
MERGED = re.compile(
    r"<mergeCell\s[^>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
TRUE = ("1", "true", "on")

#: So many days later begins the count of days of workbooks that were made on a Mac.
DAYS_1904 = 1462


def read(archive: zipfile.ZipFile) -> list[sheets.Sheet]:
    """The sheets of a workbook, in its order; those of charts and macros are empty.

    Raises:
        TooLarge: it has too many cells.
        Refused: it is damaged.
        zips.DamagedZip: within `zips.opened`, which must surround the call.
    """
    book = _Book(archive)
    return [
        _sheet(book, part, is_visible) if part else sheets.Sheet(sheets.NO_CELLS)
        for part, is_visible in book.sheets
    ]


@dataclass(frozen=True)
class _Book:
    """What the sheets of a workbook share."""

    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part in self.archive.infolist():
            self.parts[_place(part.filename)] = part

    @cached_property
    def main(self) -> str:
        """The place of the part that lists the sheets."""
        for target, kind in self._relations("").values():
            if kind == "officeDocument":
                return target
        return "xl/workbook.xml"

    @cached_property
    def _main(self) -> ElementTree.Element:
        return self._parsed(self.main)

    @cached_property
    def sheets(self) -> list[tuple[zipfile.ZipInfo | None, bool]]:
        """Every sheet in order: its part, where it has cells, and whether it is visible."""
        relations = self._relations(self.main)
        found = []
        for sheet in _all(self._main, "sheet"):
            relation = next((sheet.attrib[key] for key in sheet.attrib if key.endswith("}id")), "")
            target, kind = relations.get(relation, ("", ""))
            part = self.parts.get(target) if kind == "worksheet" else None
            found.append((part, sheet.get("state", "visible") == "visible"))
        return found

    @cached_property
    def days_before(self) -> int:
        """How many days lie between day 0 of Excel and day 0 of this workbook."""
        about = next(_all(self._main, "workbookPr"), None)
        return DAYS_1904 if about is not None and about.get("date1904") in TRUE else 0

    @cached_property
    def recalculates(self) -> bool:
        """Whether Excel must compute all formulas anew: whoever wrote them did not know."""
        about = next(_all(self._main, "calcPr"), None)
        return about is not None and about.get("fullCalcOnLoad") in TRUE

    @cached_property
    def styles(self) -> list[number_formats.Shown]:
        """How the numbers of each style are shown, by the number of the style."""
        place = self._related("styles")
        if place is None:
            return []
        styles = self._parsed(place)
        codes = {
            int(one.get("numFmtId", "0")): one.get("formatCode", "")
            for one in _all(styles, "numFmt")
        }
        formats = next(_all(styles, "cellXfs"), None)
        return [
            number_formats.shown(int(one.get("numFmtId", "0")), codes)
            for one in ([] if formats is None else _all(formats, "xf"))
        ]

    @cached_property
    def strings(self) -> pl.Series:
        """The texts that cells refer to by their number."""
        place = self._related("sharedStrings")
        if place is None:
            return pl.Series(dtype=pl.String)
        pieces = [
            _plain(pl.Series(piece.split("<si")[1:], dtype=pl.String))
            for piece in _pieces(self.archive, self.parts[place], (b"<si",))
        ]
        return pl.concat(pieces) if pieces else pl.Series(dtype=pl.String)

    def _related(self, kind: str) -> str | None:
        places = (target for target, is_kind in self._relations(self.main).values()
                  if is_kind == kind)  # fmt: skip
        return next((place for place in places if place in self.parts), None)

    def _relations(self, place: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: place and kind of each, by its id."""
        folder, name = posixpath.split(place)
        about = posixpath.join(folder, "_rels", f"{name}.rels")
        if about not in self.parts:
            return {}
        return {
            one.get("Id", ""): (
                _place(posixpath.join("/", folder, one.get("Target", ""))),
                one.get("Type", "").rpartition("/")[2],
            )
            for one in _all(self._parsed(about), "Relationship")
        }

    def _parsed(self, place: str) -> ElementTree.Element:
        content = self.archive.read(self.parts[place]) if place in self.parts else b""
        if b"<!DOCTYPE" in content:
            raise Refused(sheets.DAMAGED)
        try:
            return ElementTree.fromstring(content)
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise Refused(sheets.DAMAGED) from error


def _place(name: str) -> str:
    return posixpath.normpath("/" + name.replace("\\", "/")).lower().lstrip("/")


def _all(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Elements by their name, whatever its namespace: the strict form has others."""
    return (one for one in element.iter() if str(one.tag).rpartition("}")[2] == name)


# --- from XML to text


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in UTF-8, without a mark."""
    with archive.open(part) as file:
        block = file.read(BLOCK).removeprefix(UTF8_MARK)
        declared = DECLARED.match(block)
        encoding = declared[1].decode().lower() if declared else "utf-8"
        if block.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        if encoding not in ("utf-8", "us-ascii", "ascii"):
            try:
                yield (block + file.read()).decode(encoding).encode()
            except LookupError as error:
                raise Refused(sheets.DAMAGED) from error
            return
        while block:
            yield block
            block = file.read(BLOCK)


def _pieces(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, starts: tuple[bytes, ...]
) -> Iterator[str]:
    """The text of a part in pieces that end before one of `starts`; no prefixes of names."""
    prefix, cuts = None, starts
    kept = bytearray()
    for block in _blocks(archive, part):
        searched = max(0, len(kept) - 60)
        kept += block
        if prefix is None:
            found = TOP.search(kept)
            prefix = found[1] if found else b""
            cuts = tuple(start.replace(b"<", b"<" + prefix) for start in starts)
        end = max(kept.rfind(cut, searched) for cut in cuts)
        if end > 0:
            yield _tidy(bytes(kept[:end]), prefix)
            del kept[:end]
    if kept:
        yield _tidy(bytes(kept), prefix or b"")


def _tidy(xml: bytes, prefix: bytes) -> str:
    if prefix:
        xml = xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
    if b"<!DOCTYPE" in xml:
        raise Refused(sheets.DAMAGED)
    return xml_text.tidy(xml.decode())


def _plain(xml: pl.Series) -> pl.Series:
    """The text of elements that hold it in parts (`t`), without how it is pronounced."""
    found = (
        pl.col("xml")
        .str.replace_all(r"(?s)<rPh\b.*?</rPh>", "")
        .str.replace_all(r"<t\b[^>]*/>", "")
        .str.replace_all(r"(?s)</t>.*?<t(?:\s[^>]*)?>", "")
        .str.extract(r"(?s)<t(?:\s[^>]*)?>(.*?)</t>")
        .fill_null("")
    )
    return _unescaped(xml.alias("xml").to_frame().select(found).to_series())


def _unescaped(text: pl.Series) -> pl.Series:
    return xml_text.decoded(xml_text.unescaped(text), "_x", _without_escapes)


def _without_escapes(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return found[0] if 0xD800 <= code < 0xE000 else chr(code) if code else ""

    return ESCAPED.sub(character, text)


# --- from text to cells


def _sheet(book: _Book, part: zipfile.ZipInfo, is_visible: bool) -> sheets.Sheet:
    rows = _Rows(book)
    cells: list[pl.DataFrame] = []
    merged: list[tuple[str, str, str, str]] = []
    count = 0
    is_over = False
    for piece in _pieces(book.archive, part, (b"<row", b"<mergeCell ")):
        before, end, after = ("", "", piece) if is_over else piece.partition("</sheetData>")
        is_over = is_over or bool(end)
        merged += MERGED.findall(after)
        if "<row" in before:
            found = rows.take(before)
            count += found.height
            if count > sheets.MOST_CELLS:
                raise sheets.too_many(count)
            cells.append(found)
    ranges = [
        (int(top) - 1, int(bottom) - 1, sheets.number(left) - 1, sheets.number(right) - 1)
        for left, top, right, bottom in merged
    ]
    return sheets.Sheet(
        cells=sheets.ordered(pl.concat(cells, rechunk=False)) if cells else sheets.NO_CELLS,
        is_visible=is_visible,
        hidden=pl.concat(rows.hidden) if rows.hidden else pl.Series(dtype=pl.UInt32),
        merged=pl.DataFrame(ranges, schema=sheets.MERGED, orient="row"),
    )


def _attribute(name: str, value: str) -> str:
    return rf"(?:^|\s){name}\s*=\s*[\"']{value}[\"']"


@dataclass
class _Rows:
    """Takes rows of a sheet apart; places may be left out of the XML, and then count on."""

    book: _Book
    last: int = -1
    hidden: list[pl.Series] = field(default_factory=list)

    def take(self, xml: str) -> pl.DataFrame:
        """Cells of a piece of XML with whole rows, as `sheets.CELLS`."""
        rows = (
            pl.DataFrame({"xml": xml.split("<row")[1:]}, schema={"xml": pl.String})
            .with_row_index("n")
            .with_columns(about=pl.col("xml").str.extract(r"^([^>]*)>"))
            .with_columns(
                given=pl.col("about").str.extract(_attribute("r", r"(\d{1,7})")).cast(pl.Int64) - 1,
                hidden=pl.col("about").str.contains(_attribute("hidden", "(?:1|true|on)")),
            )
        )
        counted = (pl.col("given") - pl.col("n")).forward_fill().fill_null(self.last + 1)
        rows = rows.with_columns(row=counted + pl.col("n"))
        if not rows["row"].is_between(0, sheets.MOST_ROWS - 1).all():
            raise Refused(sheets.DAMAGED)
        self.last = int(rows["row"][-1])
        self.hidden.append(rows.filter("hidden")["row"].cast(pl.UInt32))
        spaced = pl.col("xml").str.replace_all(r"<c([>\t\r\n])", "<c $1").str.split("<c ")
        cells = (
            rows.lazy()
            .select("row", cell=spaced.list.slice(1))
            .with_columns(index=pl.int_ranges(0, pl.col("cell").list.len(), dtype=pl.Int64))
            .explode("cell", "index", empty_as_null=False)
            .filter(pl.col("cell").str.contains_any(["<v", "<f", "<is"]))
            .with_columns(about=pl.col("cell").str.extract(r"^([^>]*)>"))
            .select(
                "row",
                "index",
                letters=pl.col("about").str.extract(_attribute("r", r"([A-Za-z]{1,3})\d{1,7}")),
                type=pl.col("about").str.extract(_attribute("t", r"(\w+)")).fill_null("n"),
                style=pl.col("about")
                .str.extract(_attribute("s", r"(\d{1,6})"))
                .cast(pl.UInt32)
                .fill_null(0),
                is_formula=pl.col("cell").str.contains(r"<f[\s>/]"),
                value=pl.col("cell").str.extract(r"<v(?:\s[^>]*)?>([^<]*)</v>"),
                inline=pl.when(pl.col("cell").str.contains("<is", literal=True)).then("cell"),
            )
            .collect()
        )
        letters = cells["letters"].unique().drop_nulls()
        numbers = {each: sheets.number(each) - 1 for each in letters.to_list()}
        given = pl.col("letters").replace_strict(numbers, default=None, return_dtype=pl.Int64)
        column = (given - pl.col("index")).forward_fill().over("row").fill_null(0)
        cells = cells.with_columns(column=given if letters.len() and not cells["letters"]
                                   .null_count() else column + pl.col("index"))  # fmt: skip
        return self._shown(cells)

    def _shown(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Cells as Excel shows them."""
        value = pl.col("value")
        kind = pl.col("type")
        is_number = kind == "n"
        number = pl.when(is_number).then(value.cast(pl.Float64, strict=False))
        is_unsolved = pl.col("is_formula") & (
            value.is_null() | ((value.str.strip_chars() == "") & (kind != "str"))
        )
        if self.book.recalculates:
            is_unsolved = is_unsolved | (pl.col("is_formula") & (number == 0)).fill_null(False)
        cells = cells.with_columns(
            number=number, is_unsolved=is_unsolved, text=self._texts(cells)
        ).with_columns(
            kind=pl.when("is_unsolved")
            .then(pl.lit("unsolved"))
            .when(kind == "e")
            .then(pl.lit("error"))
            .when(kind == "b")
            .then(pl.lit("boolean"))
            .when(pl.col("number").is_not_null())
            .then(pl.lit("number"))
            .otherwise(pl.lit("text"))
        )
        shown = number_formats.applied(cells, self.book.styles, self.book.days_before)
        return sheets.filled(shown)

    def _texts(self, cells: pl.DataFrame) -> pl.Series:
        """The text of every cell as it is written, whatever its type."""
        text = _unescaped(cells["value"])
        is_shared = cells["type"] == "s"
        places = cells["value"].set(~is_shared, None).cast(pl.UInt32, strict=False)
        strings = self.book.strings
        places = places.set((places >= strings.len()).fill_null(False), None)
        shared = strings.gather(places) if strings.len() else text.set(is_shared, None)
        text = shared.zip_with(is_shared, text)
        rows = cells["inline"].is_not_null().arg_true()
        if rows.len():
            text = text.scatter(rows, _plain(cells["inline"].gather(rows)))
        is_truth = cells["type"] == "b"
        return text.is_in(TRUE).cast(pl.String).zip_with(is_truth, text) if is_truth.any() else text
