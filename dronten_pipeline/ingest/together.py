"""Many small files of one table, read and typed as one.

Here belongs: which files may be read together, and telling what came of each. Not here: reading and
typing (`csv_files.py`, `values.py`), and files that are read alone (`parsing.py`).

A query costs the same for ten records as for a thousand, and a file takes thirty of them. Only
plain files go together: CSV with one header, in which every line is a record, every value is
written plainly and nothing had to be put right, rejected or judged over the file as a whole. What
is not plain is left to be read alone, so that the outcome of a file never depends on the others.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.core import personal
from dronten_pipeline.core.limits import Limits, TooLarge
from dronten_pipeline.ingest import (
    cleaning,
    csv_files,
    csv_head,
    dialect,
    header,
    line_ends,
    parsing,
    privacy,
    records,
    totals,
    values,
)
from dronten_pipeline.ingest.header import Wanted

#: A file up to this size (bytes) is small.
SMALL = 64_000
#: Fewer files are as soon read alone.
FEWEST = 8
#: Lines that are read together: all of them may be looked at one by one (`csv_files.FEW`).
MOST_LINES = csv_files.FEW

#: Number of the file that a record stands in.
FILE = "\x1ffile"


@dataclass(frozen=True)
class _File:
    """A plain CSV. lines: of its body, which is all that stands below the header."""

    number: int
    head: csv_head.Head
    encoding: str
    body: bytes
    lines: int

    @property
    def kind(self) -> tuple[object, ...]:
        """What files have in common that go together."""
        head = self.head
        counts = tuple(sorted(head.cleaned.items()))
        return self.encoding, head.separator, head.names, head.header, head.lines, counts


@dataclass(frozen=True)
class Together:
    """Files that were read as one.

    stored: their records one below the other, of every file as many as it has `accepted`.
    parsed: by the place of a file what `parsing.parse` gives of it, but for `stored`.
    """

    stored: pl.DataFrame
    parsed: dict[int, parsing.Parsed]


def parse(
    contents: Sequence[bytes], table: Table, key: bytes, as_of: dt.date | None, limits: Limits
) -> Iterator[Together]:
    """What is plain of the files with these contents; of what is not in it, each must be read
    alone."""
    wanted = Wanted.by(table)
    kinds: dict[tuple[object, ...], list[_File]] = {}
    heads: dict[bytes, csv_head.Head | None] = {}
    for number, content in enumerate(contents):
        if (file := _plain(number, content, wanted, limits, heads)) is not None:
            kinds.setdefault(file.kind, []).append(file)
    left = [group for alike in kinds.values() for group in _groups(alike)]
    while left:
        group = left.pop()
        if len(group) < FEWEST:
            continue
        together = _parsed(group, wanted, table, key, as_of, limits)
        if isinstance(together, Together):
            yield together
        elif len(together) == len(group):
            continue
        elif together:
            places = range(len(group))
            left.append([group[place] for place in places if place not in together])
            # What is odd among others may be usual among itself.
            left.append([group[place] for place in places if place in together])
        else:
            half = len(group) // 2
            left += [group[:half], group[half:]]


def _groups(files: list[_File]) -> Iterator[list[_File]]:
    group: list[_File] = []
    lines = 0
    for file in files:
        if group and lines + file.lines > MOST_LINES:
            yield group
            group, lines = [], 0
        group.append(file)
        lines += file.lines
    yield group


def _plain(
    number: int,
    content: bytes,
    wanted: Wanted,
    limits: Limits,
    heads: dict[bytes, csv_head.Head | None],
) -> _File | None:
    """The file, where its text as a whole asks for nothing."""
    try:
        if len(content) > SMALL or dialect.format_of(content) != "text":
            return None
        decoded = dialect.decode(content)
        text = decoded.text
        if decoded.damaged or decoded.notes or decoded.cleaned or not text.endswith(b"\n"):
            return None
        if b"\\" in text or line_ends.has_lone_returns(text) or line_ends.without_marks(text)[1]:
            return None
        if dialect.text_format(text) != "csv":
            return None
        head = _head(text, wanted, limits, heads)
    except (dialect.Refused, TooLarge):
        return None
    body = text[head.start :]
    if not body or csv_files.is_ruler(body.partition(b"\n")[0]) or _is_thin(body, head.separator):
        return None
    return _File(number, head, decoded.encoding, body, body.count(b"\n"))


def _head(
    text: bytes, wanted: Wanted, limits: Limits, known: dict[bytes, csv_head.Head | None]
) -> csv_head.Head:
    """As `csv_head.find`, which is asked once for many files with the same first line.

    That line is the header whatever stands below it when it names all that is required, a required
    name stands nowhere below it, and no separator that is tried first stands in the text.
    """
    first, _, body = text.partition(b"\n")
    if first not in known:
        known[first] = _header_alone(first, wanted, limits)
    head = known[first]
    if head is not None:
        tried = csv_head.SEPARATORS[: csv_head.SEPARATORS.index(head.separator)]
        below = header.spelling(body.decode())
        if not any(separator.encode() in text for separator in tried) and any(
            header.spelling(name) not in below for name in wanted.required
        ):
            return head
    return csv_head.find(text, wanted, limits)


def _header_alone(line: bytes, wanted: Wanted, limits: Limits) -> csv_head.Head | None:
    """The header that one line is by itself; None where it names less than all that is required."""
    if b'"' in line or csv_head.HINT.match(line + b"\n"):
        return None
    try:
        head = csv_head.find(line + b"\n", wanted, limits)
    except (dialect.Refused, TooLarge):
        return None
    names = wanted.names.intersection(head.names)
    is_whole = bool(wanted.required) and wanted.required <= names and len(names) > 1
    return head if is_whole else None


def _is_thin(body: bytes, separator: str) -> bool:
    """Whether the last line has one value, so that it may stand below the table."""
    last = body[body.rfind(b"\n", 0, -1) + 1 :].decode()
    try:
        cells = next(csv.reader([last], delimiter=separator), [])
    except csv.Error:
        return True
    return sum(bool(cell.strip()) for cell in cells) < 2


def _parsed(
    group: list[_File],
    wanted: Wanted,
    table: Table,
    key: bytes,
    as_of: dt.date | None,
    limits: Limits,
) -> Together | set[int]:
    """What came of them; where some file is not plain, the places of such files, or none where it
    is not known which."""
    try:
        delivered = _delivered(group, wanted, limits)
    except (dialect.Refused, TooLarge):
        return set()
    if delivered is None:
        return set()
    columns = parsing.columns_of(delivered, table)
    if columns.refused:
        return set(range(len(group)))
    typed = values.type_together(delivered.frame, table, as_of, FILE)
    if not isinstance(typed, values.TypedTogether):
        return typed
    accepted, impossible = parsing.without_impossible(typed.frame, table)
    if impossible.height:
        return set()
    if odd := totals.ending_in_one(accepted, [file.lines for file in group], table):
        return odd
    stored = privacy.protect(accepted, table, key)
    has_findings = bool(privacy.findings(accepted, table))
    has_key_notes = bool(parsing.key_notes(table, accepted))
    found: dict[int, parsing.Parsed] = {}
    start = 0
    for place, file in enumerate(group):
        own = accepted.slice(start, file.lines) if has_findings or has_key_notes else accepted
        findings: list[personal.Finding] = privacy.findings(own, table) if has_findings else []
        key_notes = parsing.key_notes(table, own) if has_key_notes else []
        cleaned = cleaning.together(file.head.cleaned)
        found[file.number] = parsing.Parsed(
            format="csv",
            encoding=file.encoding,
            separator=file.head.separator,
            rows=file.lines,
            notes=(
                *columns.notes,
                *typed.notes[place],
                *cleaning.notes(cleaned),
                *key_notes,
            ),
            findings=tuple(findings),
            missing=columns.missing,
            headers=delivered.headers,
            horizon=typed.horizons[place],
            cleaned=cleaned,
            accepted=file.lines,
        )
        start += file.lines
    return Together(stored, found)


def _delivered(group: list[_File], wanted: Wanted, limits: Limits) -> records.Delivered | None:
    """The records of all, with the number of their file among them and their own lines; None where
    some line is no record."""
    head = group[0].head
    reader = csv_files.Reader(wanted, limits, head=head)
    text = b"".join(file.body for file in group)
    plain = dialect.Decoded(text, group[0].encoding)
    delivered, _ = reader.take(plain, text, is_last=True)
    records.check_total(delivered)
    lines = sum(file.lines for file in group)
    is_plain = delivered.frame.height == lines and not (
        delivered.notes or delivered.cleaned or delivered.blank_lines or reader.surplus
    )
    if not is_plain or reader.head is not head:
        return None
    counts = pl.DataFrame({"lines": [file.lines for file in group]})
    numbers = counts.with_row_index(FILE).select(
        pl.col(FILE).repeat_by("lines").explode(),
        pl.int_ranges(head.lines + 1, pl.col("lines") + head.lines + 1)
        .explode()
        .alias(records.LINE),
    )
    return records.Delivered(
        **(delivered.__dict__ | {"frame": delivered.frame.with_columns(numbers)})
    )
