"""The tables of an OpenDocument spreadsheet (.ods), each cell as LibreOffice shows it.

Here belongs: the XML of such a document, which holds both a value and how it is shown. Not here:
which sheet is read (`workbooks.py`).
"""

from __future__ import annotations

import re
import zipfile

import polars as pl

from dronten_pipeline.core.limits import MEGABYTE, TooLarge
from dronten_pipeline.ingest import number_formats, sheets, xml_text
from dronten_pipeline.ingest.dialect import Refused

#: The XML stands in memory as a whole, more than once.
MOST_MEGABYTES = 100
DAMAGED = (
    "Dit OpenDocument-bestand (.ods) is beschadigd of beveiligd en niet te lezen. Open het, sla "
    "het op als .xlsx zonder wachtwoord en lever dat."
)
#: What stands in or beside tables and is no content of their cells.
OTHER = re.compile(
    r"(?s)<(office:annotation|draw:frame|table:shapes|table:tracked-changes|table:dde-links)\b"
    r"[^>]*?(?<!/)>.*?</\1>"
)
HIDDEN_STYLE = re.compile(
    r"<style:style\s[^>]*?style:name=\"([^\"]*)\"[^>]*>\s*"
    r"<style:table-properties\s[^>]*table:display=\"false\""
)
STYLES = [number_formats.PLAIN, number_formats.Shown("percent")]
#: Attributes up to the end of a tag; their values may hold its sign.
TAG = r"^((?:[^>\"]|\"[^\"]*\")*)>"


def read(archive: zipfile.ZipFile) -> list[sheets.Sheet]:
    """The tables of a spreadsheet, in its order.

    Raises:
        TooLarge: it has too many cells.
        Refused: it is damaged, or has a password.
        zips.DamagedZip: within `zips.opened`, which must surround the call.
    """
    try:
        part = archive.getinfo("content.xml")
    except KeyError as error:
        raise Refused(DAMAGED) from error
    if part.file_size > MOST_MEGABYTES * MEGABYTE:
        raise TooLarge(
            f"De tabel is uitgepakt te groot: {part.file_size / MEGABYTE:.0f} MB, het maximum is "
            f"{MOST_MEGABYTES} MB voor een .ods. Lever haar als .xlsx of CSV."
        )
    content = archive.read(part)
    if b"<office:spreadsheet" not in content or b"<!DOCTYPE" in content:
        raise Refused(DAMAGED)
    text = OTHER.sub("", xml_text.tidy(content.decode()))
    hidden = set(HIDDEN_STYLE.findall(text))
    tables = re.split(r"<table:table(?=[\s>])", text)[1:]
    return [_sheet(table, hidden) for table in tables]


def _attribute(name: str) -> pl.Expr:
    return pl.col("about").str.extract(rf"(?:^|\s){name}=\"([^\"]*)\"")


def _count(name: str) -> pl.Expr:
    return _attribute(name).cast(pl.Int64, strict=False).fill_null(1)


def _sheet(xml: str, hidden_styles: set[str]) -> sheets.Sheet:
    style = re.match(r"[^>]*?table:style-name=\"([^\"]*)\"", xml)
    xml = xml.partition("</table:table>")[0].replace("<table:table-row>", "<table:table-row >")
    rows = (
        pl.DataFrame({"xml": xml.split("<table:table-row ")[1:]}, schema={"xml": pl.String})
        .with_columns(about=pl.col("xml").str.extract(TAG))
        .select(
            "xml",
            times=_count("table:number-rows-repeated"),
            is_hidden=_attribute("table:visibility").is_in(["filter", "collapse"]),
        )
        .with_columns(row=pl.col("times").cum_sum() - pl.col("times"))
    )
    cells = _cells(rows)
    size = int(cells.select((pl.col("times") * pl.col("across")).sum()).item())
    if size > sheets.MOST_CELLS:
        raise sheets.too_many(size)
    merged = cells.filter((pl.col("high") > 1) | (pl.col("wide") > 1)).select(
        top="row",
        bottom=pl.col("row") + pl.col("high") - 1,
        left="column",
        right=pl.col("column") + pl.col("wide") - 1,
    )
    return sheets.Sheet(
        cells=sheets.ordered(sheets.filled(_repeated(_shown(cells)))),
        is_visible=style is None or style[1] not in hidden_styles,
        hidden=_lines(rows.filter("is_hidden")),
        merged=merged.cast(dict(sheets.MERGED)),  # type: ignore[arg-type]
    )


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    """The filled cells as they are written, each once however often it is repeated."""
    covered = pl.col("xml").str.replace_all("<table:covered-table-cell", "<table:table-cell",
                                            literal=True)  # fmt: skip
    return (
        rows.select("row", "times", cell=covered.str.split("<table:table-cell").list.slice(1))
        .explode("cell", empty_as_null=False)
        .with_columns(about=pl.col("cell").str.extract(TAG))
        .with_columns(across=_count("table:number-columns-repeated"))
        .with_columns(column=pl.col("across").cum_sum().over("row") - pl.col("across"))
        .with_columns(
            type=_attribute("office:value-type"),
            is_error=_attribute("calcext:value-type").fill_null("") == "error",
            is_formula=_attribute("table:formula").is_not_null(),
            value=pl.coalesce(
                _attribute("office:value"),
                _attribute("office:date-value"),
                _attribute("office:boolean-value"),
                _attribute("office:string-value"),
            ),
            high=_count("table:number-rows-spanned"),
            wide=_count("table:number-columns-spanned"),
        )
        .filter(pl.col("type").is_not_null() | pl.col("is_formula") | pl.col("is_error"))
    )


def _shown(cells: pl.DataFrame) -> pl.DataFrame:
    paragraphs = _paragraphs(cells["cell"])
    value = xml_text.unescaped(cells["value"])
    moment = value.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    cells = cells.with_columns(
        shown=paragraphs,
        value=value,
        moment=moment.dt.round("1ms").dt.strftime("%Y-%m-%d %H:%M:%S"),
    )
    kind = pl.col("type").fill_null("")
    is_number = kind.is_in(["float", "currency", "percentage"])
    cells = cells.with_columns(
        kind=pl.when(pl.col("is_error"))
        .then(pl.lit("error"))
        .when(pl.col("is_formula") & pl.col("type").is_null())
        .then(pl.lit("unsolved"))
        .when(kind == "boolean")
        .then(pl.lit("boolean"))
        .when(is_number)
        .then(pl.lit("number"))
        .otherwise(pl.lit("text")),
        number=pl.when(is_number).then(pl.col("value").cast(pl.Float64, strict=False)),
        text=pl.when(kind == "date")
        .then(pl.coalesce("moment", "value"))
        .when(kind == "boolean")
        .then("value")
        .when(kind == "string")
        .then(pl.coalesce(pl.when(pl.col("value") != "").then("value"), "shown"))
        .otherwise("shown"),
        style=(kind == "percentage").cast(pl.UInt32),
    )
    cells = number_formats.applied(cells, STYLES)
    # What is shown stands in the file, so that zeros in front need no format.
    has_zeros = (pl.col("kind") == "number") & pl.col("shown").str.contains(r"^0\d+$")
    return cells.with_columns(
        kind=pl.when(has_zeros).then(pl.lit("digits")).otherwise("kind"),
        text=pl.when(has_zeros).then("shown").otherwise("text"),
    )


def _paragraphs(xml: pl.Series) -> pl.Series:
    text = (
        pl.col("xml")
        .str.replace_all(r"<text:s(?:\s[^>]*)?/>", " ")
        .str.replace_all(r"<text:p(?:\s[^>]*)?/>", "")
        .str.replace_all(r"(?s)<text:line-break/>|</text:p>\s*<text:p(?:\s[^>]*)?>", "\n")
        .str.extract(r"(?s)<text:p(?:\s[^>]*)?>(.*)</text:p>")
        .str.replace_all(r"<[^>]*>", "")
    )
    return xml_text.unescaped(xml.alias("xml").to_frame().select(text).to_series())


def _repeated(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells in all their places."""
    return (
        cells.with_columns(
            row=pl.int_ranges("row", pl.col("row") + pl.col("times")),
        )
        .explode("row")
        .with_columns(column=pl.int_ranges("column", pl.col("column") + pl.col("across")))
        .explode("column")
        .sort("row", "column")
    )


def _lines(rows: pl.DataFrame) -> pl.Series:
    """The numbers of rows, without the endless empty ones at the end."""
    few = rows.filter(pl.col("times") <= sheets.MOST_CELLS // 10)
    numbers = few.select(pl.int_ranges("row", pl.col("row") + pl.col("times"), dtype=pl.UInt32))
    return numbers.explode("row").to_series().drop_nulls()
