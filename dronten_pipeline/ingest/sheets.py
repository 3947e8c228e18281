"""The extent of the worksheets of a workbook, known before anything of them is loaded.

Here belongs: how large the parts of a workbook are, where its cells stand, and leaving out a stray
cell far away, for which the library below would lay out all the empty ones between. Not here:
reading cells (`readers.py`).

Goes through the packed XML in pieces, so that it takes no more memory than one of them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dronten_pipeline import zips
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.limits import Limits, TooLarge

SHEET = re.compile(r"(?i)^/?xl/worksheets/[^/]*\.xml$")
MOST_PARTS = 10_000
BLOCK = 1 << 20
#: The start tag of a cell with its place; longer ones do not occur.
CELL = re.compile(rb"<(?:\w{1,20}:)?c\b([^<>]{0,2000})>")
CELL_PLACE = re.compile(rb"\sr=[\"']([A-Za-z]{1,3})(\d{1,10})[\"']")
OVERLAP = 4096
#: So many cells, filled or not, are laid out without further thought.
FEW_CELLS = 2_000_000
#: Most cells that fit in the memory of the process that reads them.
MOST_CELLS = 12_000_000
#: Empty rows or columns after which what follows is no part of the table.
GAP_ROWS, GAP_COLUMNS = 1_000, 50


@dataclass(frozen=True)
class _Extent:
    """Cells per row and per column of a sheet, by number from 1; only cells with something."""

    rows: Counter[int]
    columns: Counter[int]

    @property
    def area(self) -> int:
        return _span(self.rows) * _span(self.columns)


def bounded(content: bytes, limits: Limits) -> tuple[bytes, tuple[str, ...]]:
    """The workbook without stray cells far from its tables, and a note for each that was left out.

    The same bytes where nothing had to be left out.

    Raises:
        TooLarge: it unpacks to too much, or a sheet has too many cells.
        Refused: it is damaged.
    """
    notes: list[str] = []
    changed: dict[str, bytes] = {}
    try:
        with zips.opened(content) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise TooLarge(
                    f"Het werkboek heeft {len(parts)} onderdelen, het maximum is {MOST_PARTS}. "
                    "Sla het opnieuw op, of lever het als CSV."
                )
            limits.check_unpacked(sum(part.file_size for part in parts))
            for part in parts:
                if SHEET.match(part.filename):
                    extent = _extent(archive, part)
                    if extent.area > FEW_CELLS:
                        last_row, last_column, note = _end_of_table(extent)
                        if note:
                            changed[part.filename] = _cropped(
                                archive.read(part), last_row, last_column
                            )
                            notes.append(note)
                else:
                    for _ in _blocks(archive, part):  # what it says of its size must be true
                        pass
            if not changed:
                return content, ()
            return _rewritten(archive, changed), tuple(notes)
    except zips.DamagedZip as error:
        raise Refused(
            "Dit Excel-bestand is beschadigd en niet te lezen. Open het in Excel, sla het "
            "opnieuw op als .xlsx en lever het opnieuw."
        ) from error


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as file:
        while block := file.read(BLOCK):
            yield block


def _extent(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> _Extent:
    rows: Counter[int] = Counter()
    columns: Counter[int] = Counter()
    kept = b""
    for block in _blocks(archive, part):
        kept += block
        # The last tag may go on in the next block.
        end = kept.rfind(b"<")
        _count(kept[: max(end, 0)], rows, columns)
        kept = kept[end:] if end >= 0 and len(kept) - end <= OVERLAP else b""
    _count(kept, rows, columns)
    return _Extent(rows, columns)


def _count(xml: bytes, rows: Counter[int], columns: Counter[int]) -> None:
    """Counts the cells that hold something; one with a style alone ends in its own tag."""
    for match in CELL.finditer(xml):
        about = match[1]
        if about.endswith(b"/"):
            continue
        place = CELL_PLACE.search(about)
        if place:
            rows[int(place[2])] += 1
            columns[_number(place[1])] += 1


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _span(places: Counter[int]) -> int:
    return max(places) - min(places) + 1 if places else 0


def _end_of_table(extent: _Extent) -> tuple[int, int, str | None]:
    """The last row and column of the table, and what is left out beyond them.

    Raises:
        TooLarge: what is left is still more than can be read.
    """
    last_row = _before_gap(extent.rows, GAP_ROWS)
    last_column = _before_gap(extent.columns, GAP_COLUMNS)
    area = (last_row - min(extent.rows) + 1) * (last_column - min(extent.columns) + 1)
    outside = max(
        sum(count for row, count in extent.rows.items() if row > last_row),
        sum(count for column, count in extent.columns.items() if column > last_column),
    )
    inside = sum(extent.rows.values())
    if area > MOST_CELLS or outside > max(10, inside // 100):
        raise TooLarge(
            f"Een werkblad beslaat {extent.area} cellen (tot en met "
            f"{_letters(max(extent.columns))}{max(extent.rows)}), en er past {MOST_CELLS} in. Haal "
            "weg wat ver buiten de tabel staat, lever het in delen, of als CSV."
        )
    if not outside:
        return last_row, last_column, None
    return (
        last_row,
        last_column,
        (
            f"Losse cellen ver buiten de tabel zijn niet gelezen: minstens {outside}, tot en met "
            f"{_letters(max(extent.columns))}{max(extent.rows)}; de tabel eindigt bij "
            f"{_letters(last_column)}{last_row}."
        ),
    )


def _before_gap(places: Counter[int], gap: int) -> int:
    """The last place before the first gap."""
    ordered = sorted(places)
    for here, following in pairwise(ordered):
        if following - here > gap:
            return here
    return ordered[-1]


def _cropped(xml: bytes, last_row: int, last_column: int) -> bytes:
    """The sheet without the cells beyond; the rows that held them stay, empty."""
    cell = re.compile(
        rb"<((?:\w{1,20}:)?)c\b([^<>]{0,2000}?)(?:/>|>(?:(?!<(?:\w{1,20}:)?c\b).)*?</\1c>)",
        re.DOTALL,
    )

    def kept(match: re.Match[bytes]) -> bytes:
        place = CELL_PLACE.search(match[2] + b" ")
        if place is None:
            return match[0]
        is_inside = int(place[2]) <= last_row and _number(place[1]) <= last_column
        return match[0] if is_inside else b""

    return cell.sub(kept, xml)


def _rewritten(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as copy:
        for part in archive.infolist():
            copy.writestr(part.filename, changed.get(part.filename) or archive.read(part))
    return made.getvalue()
