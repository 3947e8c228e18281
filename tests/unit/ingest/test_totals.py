"""A total under an ordinary number is known by its figures, or by the word in its number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.core.limits import Limits
from dronten_pipeline.ingest import parsing, pieces

from .conftest import source

HEADER = "afdeling;factuur_id;bedrag;aantal;jaar\n"
Row = tuple[str, object, object, object]


def table() -> Table:
    columns = [
        {"name": "factuur_id", "type": "text", "required": True},
        {"name": "afdeling", "type": "text", "required": True},
        {"name": "bedrag", "type": "decimal", "decimal_mark": ","},
        {"name": "aantal", "type": "integer"},
        {"name": "jaar", "type": "integer"},
    ]
    about = {
        "name": "facturen", "description": "Verzonnen.", "key": ["factuur_id"], "columns": columns,
    }  # fmt: skip
    return source(tables=[about]).tables[0]


def text(rows: Sequence[Row]) -> str:
    lines = (f"Beheer;{key};{amount};{many};{year}\n" for key, amount, many, year in rows)
    return HEADER + "".join(lines)


def parse(rows: Sequence[Row]) -> parsing.Parsed:
    return parsing.parse(text(rows).encode(), table(), b"k")


ABOVE: list[Row] = [(f"F{n}", f"{100 * n},25", n, 2026) for n in range(1, 6)]


@pytest.mark.parametrize(
    ("last", "columns"),
    [
        pytest.param(("F6", "1501,25", 15, 2026), "bedrag, aantal zijn", id="two columns"),
        pytest.param(("F6", "1501,25", "", 2026), "bedrag is", id="one of some size"),
        pytest.param(("zz", "1501,25", 3, 2026), "bedrag is", id="and a mean"),
        pytest.param(("F6", "1.501,25", "", ""), "bedrag is", id="written otherwise"),
    ],
)
def test_a_last_record_that_is_the_sum_is_a_total(last: Row, columns: str) -> None:
    parsed = parse([*ABOVE, last])
    assert parsed.stored is not None and parsed.stored.height == 5
    assert (parsed.rows, parsed.rejects.height) == (6, 1)
    line, _, reason = parsed.rejects.row(0)
    assert line == 7 and f"een totaal: {columns} precies de som" in reason
    assert not parsed.biases


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([*ABOVE, ("F6", "1501,26", 15, 2026)], id="a cent more"),
        pytest.param([*ABOVE, ("F6", "1501,25", 16, 2026)], id="another column says no"),
        pytest.param([*ABOVE[:2], ("F3", "300,50", 3, 2026)], id="two records"),
        pytest.param([("F0", "1501,25", 15, 2026), *ABOVE], id="not the last"),
        pytest.param([(f"F{n}", "-5,00", "", "") for n in range(4)], id="all alike"),
        pytest.param([(f"F{n}", "", "", "") for n in range(4)], id="nothing to add"),
        pytest.param([(f"F{n}", 0, 0, 0) for n in range(4)], id="zeros"),
    ],
)
def test_other_last_records_stay(rows: list[Row]) -> None:
    parsed = parse(rows)
    assert parsed.stored is not None and parsed.stored.height == len(rows)
    assert not any("de som van" in note for note in parsed.notes)


def test_a_small_sum_may_be_chance_and_is_told() -> None:
    parsed = parse([(f"F{n}", "", n, 2026) for n in (1, 2, 3, 6)])
    assert parsed.stored is not None and parsed.stored.height == 4
    assert any("Let op: in het laatste record aantal is precies" in one for one in parsed.notes)


def test_a_file_in_pieces_is_judged_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 2000)
    path = tmp_path / "facturen.csv"
    rows: list[Row] = [(f"F{n}", f"{n},50", n, 2026) for n in range(1, 301)]
    path.write_text(text([*rows, ("F0", "45300,00", 45150, 2026)]))
    stored: list[pl.DataFrame] = []
    rejected: list[pl.DataFrame] = []

    def take(records: pl.DataFrame, rejects: pl.DataFrame) -> None:
        stored.append(records)
        rejected.append(rejects)

    parsed = parsing.parse_file(path, table(), b"k", None, Limits(), take)
    assert len(stored) > 2 and (parsed.accepted, parsed.rejected) == (300, 1)
    assert pl.concat(stored).height == 300
    assert "een totaal" in pl.concat(rejected).item(0, "reason")


# --- by its number


@pytest.mark.parametrize("key", ["F-TOTAAL", "totaal_2026", "2026 Subtotaal", "F-TOTAL", "TOTAAL1"])
def test_a_number_that_says_total_is_none(key: str) -> None:
    parsed = parse([*ABOVE, (key, "7,00", 1, 2026)])
    assert parsed.stored is not None and parsed.stored.height == 5
    assert parsed.cleaned == {"total": 1}


@pytest.mark.parametrize("keys", [["TOTAAL-1", "TOTAAL-2", "TOTAAL-3"], ["F1", "F2", "TOTAALZORG"]])
def test_a_system_may_number_so(keys: list[str]) -> None:
    parsed = parse([(key, f"{n},00", n, 2026) for n, key in enumerate(keys)])
    assert parsed.stored is not None and parsed.stored.height == 3
