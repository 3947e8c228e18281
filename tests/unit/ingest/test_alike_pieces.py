"""A piece of which every line is a record is read without looking for where they stand: with the
same outcome."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.limits import Limits
from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.ingest import pieces, readers, records, structure, values
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted

NAMES = ["zaak_id", "team", "ontvangen_op"]
WANTED = Wanted(frozenset(NAMES), frozenset(NAMES[:2]))
HEADER = "zaak_id;team;anders;ontvangen_op"
#: What stands among the records of a piece.
AMONG = {
    "nothing": [],
    "one short and one long": ["TB1;Griffie;x", "TB2;Griffie;x;01-03-2026;y"],
    "one long and one short": ["TB1;Griffie;x;01-03-2026;y", "TB2;Griffie;x"],
    "separators": [";;;"],
    "separators but for a column that nobody asked for": [";;x;"],
    "an empty line": [""],
    "an empty line and one twice as long": ["", "TB1;a;b;c;d;e;f"],
    "spaces": ["   "],
    "quotes": ['TB1;"Griffie; Zorg";x;01-03-2026', 'TB2;Team "Noord";x;01-03-2026'],
    "a quote that does not close": ['TB1;"Griffie;x;01-03-2026'],
    "a return": ["TB1;Griffie\rx;x;01-03-2026"],
    "the header": [HEADER],
    "a total": ["Totaal;;;"],
    "a record without its key": [";Griffie;x;01-03-2026"],
    "a comment": ["# gemaakt op 1 april"],
    "beyond ASCII": ["TB1;Financiën;x;01-03-2026"],
    "a line that is too long": [f"TB1;{'x' * 1_200_000};x;01-03-2026"],
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("among", AMONG)
def test_a_file_is_read_in_pieces_as_it_is_whole(
    among: str, line_end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"TB{n};Team {n % 7};x;{1 + n % 28:02d}-03-2026" for n in range(400)]
    content = line_end.join([HEADER, *lines[:200], *AMONG[among], *lines[200:], ""]).encode()
    path = tmp_path / "zaken.csv"
    path.write_bytes(content)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 1_500_000 if "too long" in among else 2_000)
    limits = Limits(line_megabytes=1)
    with path.open("rb") as file:
        reader = pieces.reader(file.fileno(), len(content), WANTED, limits)
        read = reader.read()
        try:
            whole = readers.read(content, WANTED, limits)
        except Refused as refused:
            with pytest.raises(Exception, match=str(refused)[:20]):
                list(read)
            return
        parts = list(read)
    assert reader.sha256 == hashlib.sha256(content).hexdigest()
    assert pl.concat([part.frame for part in parts]).equals(whole.frame)
    rejects = pl.concat([part.rejects for part in parts])
    assert rejects.equals(whole.rejects)
    assert sum(part.rows for part in parts) == whole.rows
    assert sum(part.blank_lines for part in parts) == whole.blank_lines
    counted: dict[str, int] = {}
    for part in parts:
        counted = {kind: counted.get(kind, 0) + part.cleaned.get(kind, 0)
                   for kind in (*counted, *part.cleaned)}  # fmt: skip
    assert counted == whole.cleaned


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"a;b;c\nd;e;f\n", 2),
        (b"a;b;c\r\nd;e;f\r\n", 2),
        (b";;\n", 1),
        (b"a;b;c\nd;e;f", None),
        (b"a;b\nd;e;f;g\n", None),
        (b"a;b;c;d\ne;f\n", None),
        (b"a;b;c\n\nd;e;f\n", None),
        (b'a;"b";c\n', None),
        (b"a;b;" + b"c" * 100 + b"\n", None),
        (b"", None),
    ],
)
def test_lines_are_alike_when_each_has_as_many_fields(text: bytes, lines: int | None) -> None:
    assert structure.lines_alike(text, ";", 3, longest=50) == lines


def test_rejected_records_of_the_second_half_are_told() -> None:
    """What is read of a file comes in parts, and of some a filter leaves nothing."""
    table = load_sources(PROJECT / "sources")["website_feedback"].table("votes")
    names = [column.name for column in table.columns]
    rows = [(f"V{n}", "2024-03-01T10:00:00", "/a", "a", "b", "ja", None) for n in range(80)]
    rows[-3:] = [(row[0], "1931-03-01T10:00:00", *row[2:]) for row in rows[-3:]]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    frame = frame.with_row_index(records.LINE).with_columns(pl.col(records.LINE).cast(pl.Int64))
    halves = pl.concat([frame[:40], frame[40:]], rechunk=False)
    typed = values.type_records(halves, table)
    assert (typed.frame.height, typed.rejects.height) == (77, 3)
