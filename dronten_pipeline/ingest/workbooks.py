"""A workbook read into records: of Excel in its forms, or of OpenDocument.

Here belongs: which sheets are read, where the table of each stands, and which of its rows are
records. Not here: the cells of a sheet (`ooxml.py`, `old_workbooks.py`, `open_documents.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from dronten_pipeline.core import zips
from dronten_pipeline.core.limits import Limits, TooLarge
from dronten_pipeline.ingest import (
    cleaning,
    furniture,
    header,
    old_workbooks,
    ooxml,
    open_documents,
    sheets,
)
from dronten_pipeline.ingest.dialect import Format, Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.records import (
    LINE,
    REJECTS,
    Delivered,
    boolean_of,
    headers_of,
    number_of,
)
from dronten_pipeline.ingest.understood import Understood

cleaning.KINDS |= {
    "hidden_rows": cleaning.Kind(
        "keer was een rij verborgen, bijvoorbeeld door een filter; die is gewoon gelezen", "filter"
    ),
    "merged_cells": cleaning.Kind(
        "keer hoorde een lege cel bij een samengevoegde cel; zij heeft haar waarde", "A2:A10"
    ),
    "percent_cells": cleaning.Kind(
        "keer had een cel procentopmaak; gelezen is wat Excel toont", "0,426 als 42,6 %"
    ),
    "shown_digits": cleaning.Kind(
        "keer toont Excel een getal met voorloopnullen of tekens; zo is het gelezen",
        "700 als 00700",
    ),
    "cells_beside": cleaning.Kind(
        "keer stond er een cel naast de tabel; die is niet gelezen", "een opmerking"
    ),
}

#: Why a row with such a cell cannot be read.
PROBLEMS = {
    "error": "De cel bevat een fout van Excel (zoals #N/B).",
    "unsolved": "De cel bevat een formule waarvan het bestand de uitkomst niet kent. Open het in "
    "Excel, sla het op en lever het opnieuw.",
    "long": "De cel bevat een getal van meer dan 15 cijfers, en Excel bewaart er 15: de laatste "
    "cijfers zijn verloren. Lever deze kolom als tekst.",
}


def read(content: bytes, form: Format, wanted: Wanted, limits: Limits) -> Delivered:
    """The tables on the sheets that hold what is wanted, one below the other.

    Lines count on from one sheet to the next.

    Raises:
        TooLarge: as `limits` says.
        Refused: it is damaged, empty, or only a hidden sheet fits.
    """
    tabs = _tabs(content, form, limits)
    chosen, notes = _chosen(tabs, wanted)
    parts: list[_Records] = []
    offset = 0
    for table in chosen:
        limits.check_columns(len(table.header.names))
        parts.append(table.records(wanted, offset))
        offset += table.last_row + 1
    cleaned = cleaning.together(*(part.cleaned for part in parts))
    return Delivered(
        format=form,
        encoding=None,
        separator=None,
        frame=pl.concat([part.frame for part in parts], how="diagonal"),
        rejects=pl.concat([part.rejects for part in parts]),
        unread=pl.concat([part.unread for part in parts], how="diagonal"),
        headers=tuple(dict.fromkeys(name for part in parts for name in part.headers))
        if len(parts) > 1
        else parts[0].headers,
        rows=sum(part.rows for part in parts),
        notes=(*notes, *(part.note for part in parts if part.note)),
        cleaned={kind: many for kind, many in cleaned.items() if many},
        understood=Understood(
            sheets=tuple(table.number for table in chosen), header=chosen[0].header_lines
        ),
    )


def _tabs(content: bytes, form: Format, limits: Limits) -> Sequence[sheets.Sheet]:
    """The sheets of a workbook in its order."""
    if form == "xls":
        return old_workbooks.read(content)
    try:
        with zips.opened(content) as archive:
            sheets.check_parts(archive, limits)
            return open_documents.read(archive) if form == "ods" else ooxml.read(archive)
    except zips.DamagedZip as error:
        raise Refused(sheets.DAMAGED) from error


def _chosen(tabs: Sequence[sheets.Sheet], wanted: Wanted) -> tuple[list[_Table], list[str]]:
    """The tables that are read, at least one, and what is said of that choice."""
    tables = [
        _Table(number, sheet, wanted) for number, sheet in enumerate(tabs, 1) if sheet.cells.height
    ]
    if not tables:
        raise Refused("Dit werkboek heeft geen gevulde werkbladen.")
    visible = [table for table in tables if table.sheet.is_visible]
    hidden = [table for table in tables if not table.sheet.is_visible]
    best = max((table.fit for table in visible), default=(False, 0))
    fitting = [table for table in hidden if table.header.is_complete and table.header.found]
    if fitting and not best[0]:
        raise Refused(
            f"De gevraagde kolommen staan alleen op een verborgen werkblad ({fitting[0].number} "
            f"van {len(tabs)}), en dat wordt nooit gelezen. Maak het zichtbaar, of zet de gegevens "
            "op een zichtbaar werkblad, en lever het bestand opnieuw."
        )
    if not visible:
        raise Refused(
            "Alle gevulde werkbladen van dit werkboek zijn verborgen, en die worden nooit gelezen. "
            "Maak het werkblad met de gegevens zichtbaar en lever het bestand opnieuw."
        )
    first = next(table for table in visible if table.fit == best)
    chosen = [table for table in visible if table is first or table.goes_with(first, wanted)]
    notes = []
    if len(chosen) > 1:
        numbers = ", ".join(str(table.number) for table in chosen[:-1])
        notes.append(
            f"Gelezen zijn {len(chosen)} werkbladen met dezelfde kop: {numbers} en "
            f"{chosen[-1].number} van {len(tabs)}. De regelnummers tellen door over de werkbladen."
        )
        notes += _lacking(chosen, wanted)
    elif len(tabs) > 1:
        notes.append(f"Gelezen is werkblad {first.number} van {len(tabs)}.")
    if headless := [table for table in visible if table.continues(first)]:
        notes.append(
            f"Let op: niet gelezen {_sheets_of(len(headless))} met evenveel kolommen en zonder "
            "kop. Horen die rijen erbij, zet dan op elk werkblad de kop en lever het opnieuw."
        )
    if fitting:
        notes.append(
            f"Let op: niet gelezen {_sheets_of(len(fitting))} met dezelfde kop, want verborgen."
        )
    return chosen, notes


def _lacking(chosen: Sequence[_Table], wanted: Wanted) -> Iterator[str]:
    """What is said of sheets without a column of the contract that others of them have: it is
    empty there, which may make another figure.

    Raises:
        Refused: the name of such a column seems to have a typing error.
    """
    every = frozenset[str]().union(*(table.known(wanted) for table in chosen))
    for table in chosen:
        if lacking := sorted(every - table.known(wanted)):
            others = [name for name in table.header.names if name and name not in wanted]
            if nearly := [name for name in lacking if header.is_mistyped(name, others)]:
                raise Refused(
                    f"Werkblad {table.number} heeft geen kolom {nearly[0]}, en andere werkbladen "
                    "wel; een kolom met bijna die naam staat er wel. Noem die kolom hetzelfde en "
                    "lever het bestand opnieuw."
                )
            columns = ("kolom " if len(lacking) == 1 else "kolommen ") + ", ".join(lacking)
            yield (
                f"Let op: werkblad {table.number} heeft geen {columns}, en andere wel; dat is daar "
                "leeg gelezen."
            )


def _sheets_of(count: int) -> str:
    return "is 1 werkblad" if count == 1 else f"zijn {count} werkbladen"


@dataclass(frozen=True)
class _Records:
    """What one sheet adds to a delivery, as in `Delivered`."""

    frame: pl.DataFrame
    rejects: pl.DataFrame
    unread: pl.DataFrame
    headers: tuple[str, ...]
    rows: int
    cleaned: cleaning.Counts
    note: str | None


@dataclass(frozen=True)
class _Table:
    """A sheet and where its table stands.

    number: of the sheet in its workbook, from 1.
    """

    number: int
    sheet: sheets.Sheet
    wanted: Wanted

    @cached_property
    def top(self) -> pl.Series:
        """The first filled rows, by their number."""
        row = self.sheet.cells.get_column("row")
        # Rows stand in order, so that these are found without a look at all of them.
        few = row.head(header.MOST_ROWS * 20_000)
        return few.unique().sort().head(header.MOST_ROWS)

    @cached_property
    def header(self) -> header.Header:
        cells = self.sheet.cells.filter(pl.col("row") <= self.top[-1])
        width = int(cells["column"].max()) + 1  # type: ignore[arg-type]
        rows: dict[int, list[str | None]] = {row: [None] * width for row in self.top.to_list()}
        for row, column, value in cells.select("row", "column", "value").iter_rows():
            rows[row][column] = value
        return header.find(list(rows.values()), self.wanted)

    @property
    def fit(self) -> tuple[bool, int]:
        found = self.header.found
        return self.header.is_complete and found > 0, found

    @property
    def header_lines(self) -> tuple[int, int]:
        return int(self.top[self.header.first]) + 1, int(self.top[self.header.last]) + 1

    @property
    def last_row(self) -> int:
        return int(self.sheet.cells["row"].max())  # type: ignore[arg-type]

    def goes_with(self, other: _Table, wanted: Wanted) -> bool:
        """Whether both hold records of one delivery: all required columns, or else the same."""
        if wanted.required:
            return self.fit[0] and other.fit[0]
        return self.fit[0] and self.known(wanted) == other.known(wanted)

    def continues(self, other: _Table) -> bool:
        """Whether it may hold more records of the other, whose header does not stand here."""
        names = other.header.names
        width = len(names) - sum(not name for name in names)
        filled = self.sheet.cells.group_by("row").len().get_column("len")
        return not self.header.found and width > 1 and filled.median() == width

    def known(self, wanted: Wanted) -> frozenset[str]:
        return wanted.names.intersection(self.header.names)

    def records(self, wanted: Wanted, offset: int) -> _Records:
        """The records below the header; `offset` is added to their lines.

        Raises:
            Refused: two columns have the same name.
            TooLarge: the sheet has more cells than can be read.
        """
        names = list(self.header.names)
        while names and not names[-1].strip():
            names.pop()
        headers = headers_of(names, wanted)
        keep = {index: name for index, name in enumerate(headers) if name in wanted}
        cells, note = sheets.bounded(self.sheet.cells)
        cells = cells.filter(pl.col("row") > self.top[self.header.last])
        named = [index for index, name in enumerate(headers) if name]
        is_inside = pl.col("column").is_between(min(named, default=0), max(named, default=0))
        body = cells.filter(is_inside)
        beside = cells.height - body.height
        rows = body.get_column("row").unique().sort()
        body, merged = self._with_merged(body, rows, keep)
        found, problems, counts = _pivoted(body, rows, keep)
        kinds = furniture.kinds(_texts(found, keep), wanted, _said(body, rows))
        is_record = kinds.is_null()
        is_good = is_record & problems["reason"].is_null()
        lines = rows.cast(pl.Int64).alias(LINE) + (1 + offset)
        rejected = is_record & ~is_good
        return _Records(
            frame=found.with_columns(lines).filter(is_good),
            rejects=problems.with_columns(lines).filter(rejected).select(REJECTS.names()),
            unread=found.with_columns(lines).filter(rejected),
            headers=headers,
            rows=int(is_record.sum()),
            cleaned={
                **self.header.cleaned,
                **counts,
                "merged_cells": merged,
                "cells_beside": beside,
                "hidden_rows": int(rows.filter(is_record).is_in(self.sheet.hidden.implode()).sum()),
                **dict(kinds.drop_nulls().value_counts().iter_rows()),
            },
            note=note,
        )

    def _with_merged(
        self, body: pl.DataFrame, rows: pl.Series, keep: dict[int, str]
    ) -> tuple[pl.DataFrame, int]:
        """The cells with those of merged ones filled, and how many those are."""
        if not (self.sheet.merged.height and rows.len() and keep):
            return body, 0
        kept = pl.DataFrame({"column": list(keep)}, schema={"column": pl.UInt32})
        ranges = self.sheet.merged.filter(pl.col("top") <= rows[-1]).with_columns(
            bottom=pl.min_horizontal("bottom", pl.lit(rows[-1]))
        )
        ranges = ranges.filter(pl.col("bottom") >= rows[0]).join_where(
            kept, pl.col("column") >= pl.col("left"), pl.col("column") <= pl.col("right")
        )
        area = ranges.select((pl.col("bottom").cast(pl.Int64) - pl.col("top") + 1).sum()).item()
        if area > sheets.MOST_CELLS:
            raise TooLarge(
                f"Samengevoegde cellen beslaan {area} cellen, en er past {sheets.MOST_CELLS} in. "
                "Maak de samenvoegingen ongedaan, of lever het als CSV."
            )
        filled = (
            ranges.with_columns(row=pl.int_ranges("top", pl.col("bottom") + 1, dtype=pl.UInt32))
            .explode("row")
            .join(rows.to_frame("row"), on="row", how="semi")
            .join(
                body.rename({"row": "top", "column": "left"}), on=["top", "left"], how="inner"
            )
            .filter((pl.col("row") != pl.col("top")) | (pl.col("column") != pl.col("left")))
            .select(body.columns)
            .unique(["row", "column"], keep="first", maintain_order=True)
        )  # fmt: skip
        rest = body.join(filled, on=["row", "column"], how="anti", maintain_order="left")
        return pl.concat([rest, filled]), filled.height


def _pivoted(
    body: pl.DataFrame, rows: pl.Series, keep: dict[int, str]
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """One row for each of `rows`.

    Returns:
        The columns of `keep` as `Delivered.frame` has them; `column_name` and `reason` of the
        first cell of each row that cannot be read; and how many cells are shown otherwise.
    """
    columns: list[pl.Series] = []
    problems = [pl.lit(None, dtype=pl.String).alias("column_name")]
    reasons = [pl.lit(None, dtype=pl.String).alias("reason")]
    counts = {"percent_cells": 0, "shown_digits": 0}
    wide = rows.alias("row").to_frame()
    for index, name in keep.items():
        cells = body.filter(pl.col("column") == index).select(
            "row", pl.col("kind").alias("kind"), "value"
        )
        cells = wide.select("row").join(cells, on="row", how="left", maintain_order="left")
        kind, value = cells["kind"], cells["value"]
        is_number = kind.is_in(["number", "percent"]).fill_null(False)
        is_truth = (kind == "boolean").fill_null(False)
        is_text = kind.is_in(["text", "digits"]).fill_null(False)
        columns += [
            value.set(~is_text, None).alias(name),
            value.set(~is_number, None).alias(number_of(name)),
            (value.set(~is_truth, None) == "true").alias(boolean_of(name)),
        ]
        counts["percent_cells"] += int((kind == "percent").sum())
        counts["shown_digits"] += int((kind == "digits").sum())
        problem = kind.cast(pl.String).replace_strict(
            PROBLEMS, default=None, return_dtype=pl.String
        )
        if problem.null_count() < problem.len():
            wide = wide.with_columns(problem.alias(f"\x1f{index}"))
            has = pl.col(f"\x1f{index}").is_not_null()
            problems.append(pl.when(has).then(pl.lit(name)))
            reasons.append(pl.col(f"\x1f{index}"))
    found = pl.DataFrame(columns or None, height=rows.len())
    return (
        found,
        wide.with_columns(column_name=pl.coalesce(problems), reason=pl.coalesce(reasons)),
        counts,
    )


def _texts(found: pl.DataFrame, keep: dict[int, str]) -> pl.DataFrame:
    """What stands in each column, number or text."""
    texts = [
        pl.coalesce(name, number_of(name), pl.col(boolean_of(name)).cast(pl.String)).alias(name)
        for name in keep.values()
    ]
    return found.select(texts) if texts else found


def _said(body: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """The first text of each row."""
    first = (
        body.lazy()
        .filter(pl.col("kind") == "text")
        .sort("row", "column")
        .unique("row", keep="first")
        .select("row", "value")
    )
    frame = rows.alias("row").to_frame().lazy()
    return frame.join(first, on="row", how="left", maintain_order="left").collect()["value"]
