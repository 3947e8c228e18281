"""Rejected rows that are others than the accepted ones are told, and stop from a limit on."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.ingest import loss, parsing, pieces, worker
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import source

AS_OF = dt.date(2026, 6, 30)
COLUMNS: list[dict[str, object]] = [
    {"name": "zaak_id", "type": "text", "required": True},
    {"name": "team", "type": "text", "required": True},
    {"name": "begonnen_op", "type": "date", "required": True},
    {"name": "klaar_op", "type": "date", "is_end": True},
    {"name": "bedrag", "type": "decimal"},
    {"name": "akkoord", "type": "boolean"},
]


def town(**changes: object) -> Source:
    table = {
        "name": "zaken", "description": "Verzonnen.", "key": ["zaak_id"],
        "event_date": "begonnen_op", "columns": COLUMNS,
    }  # fmt: skip
    return source(tables=[table], **changes)


def rows(count: int, **changes: Callable[[int], str]) -> str:
    """Rows of which the columns in `changes` are written by a function of their number."""
    ways: dict[str, Callable[[int], str]] = {
        "zaak_id": lambda n: f"Z{n}",
        "team": lambda n: f"Team {n % 7}",
        "begonnen_op": lambda n: f"{1 + n % 28:02}-{1 + n % 5:02}-2026",
        "klaar_op": lambda n: "" if n % 3 == 0 else "30-05-2026",
        "bedrag": lambda n: f"{n},50",
        "akkoord": lambda n: "ja" if n % 2 else "nee",
        **changes,
    }
    lines = [";".join(ways)]
    lines += [";".join(way(n) for way in ways.values()) for n in range(count)]
    return "\n".join(lines) + "\n"


def biases(content: str) -> Sequence[loss.Bias]:
    return parsing.parse(content.encode(), town().tables[0], b"k", AS_OF).biases


@pytest.mark.parametrize(
    ("content", "column", "what"),
    [
        pytest.param(
            rows(200, bedrag=lambda n: f"{n},50 CR" if n % 30 == 0 else f"{n},50"),
            "bedrag", "negative", id="all negative amounts",
        ),
        pytest.param(
            rows(200, begonnen_op=lambda n: "31/12/2025" if n % 20 == 3 else "03-02-2026",
                 team=lambda n: "Beheer" if n % 20 == 3 else f"Team {n % 7}"),
            "team", "value", id="one team",
        ),
        pytest.param(
            rows(200, klaar_op=lambda n: "30/05/2026" if n % 20 == 3 else ""),
            "klaar_op", "filled", id="all that is done",
        ),
        pytest.param(
            rows(200, bedrag=lambda n: f"{n}½" if n % 20 == 3 else f"{n}"),
            "bedrag", "broken", id="all halves",
        ),
        pytest.param(
            rows(200, bedrag=lambda n: "x½" if n % 25 == 3 else f"{n}",
                 begonnen_op=lambda n: "03-06-2026" if n % 25 == 3 else "03-02-2026"),
            "begonnen_op", "month", id="one month",
        ),
        pytest.param(
            rows(200, bedrag=lambda n: "?!" if n % 20 == 3 else f"{n}",
                 akkoord=lambda n: "ja" if n % 20 == 3 else "nee"),
            "akkoord", "value", id="one answer",
        ),
    ],
)  # fmt: skip
def test_a_group_that_is_lost_is_found(content: str, column: str, what: str) -> None:
    found = biases(content)
    assert (column, what) in {(bias.column, bias.what) for bias in found}
    assert all(bias.exceeds(0.25) for bias in found if bias.column == column)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(rows(200), id="nothing is rejected"),
        pytest.param(
            rows(200, akkoord=lambda n: "misschien" if n % 23 == 0 else "ja"), id="here and there"
        ),
        pytest.param(
            rows(30, akkoord=lambda n: "misschien" if n == 4 else "ja"), id="a single one"
        ),
        pytest.param(rows(50, bedrag=lambda n: "veel"), id="all rows"),
    ],
)
def test_a_loss_that_takes_no_side_is_no_bias(content: str) -> None:
    assert not any(bias.exceeds(0.25) for bias in biases(content))


def test_a_biased_file_stops_and_a_few_lost_rows_are_told(
    deliver: Callable[..., Path], ingest: Callable[..., SourceOutcome]
) -> None:
    deliver("zaken_1.csv", rows(200, bedrag=lambda n: f"{n},50 CR" if n < 6 else f"{n},50"))
    outcome = ingest(of=town())
    assert outcome.state == "stopped"
    assert "waarin bedrag negatief is zijn er 6 van de 6 afgekeurd" in outcome.note
    assert ingest(of=town(allowed_loss_of_a_group=1)).state == "current"


def test_one_lost_negative_is_told(
    deliver: Callable[..., Path], ingest: Callable[..., SourceOutcome]
) -> None:
    deliver("zaken_1.csv", rows(24, bedrag=lambda n: "5,50 CR" if n == 7 else f"{n},50"))
    outcome = ingest(of=town())
    assert outcome.state == "current"
    assert "Let op: Van de rijen waarin bedrag negatief is" in outcome.deliveries[0].note


def test_a_file_in_pieces_is_judged_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 4000)
    path = tmp_path / "zaken.csv"
    content = rows(400, bedrag=lambda n: f"{n},50 CR" if n % 40 == 0 else f"{n},50")
    path.write_text(content)
    answer = worker.parse_here(
        path=str(path), table=town().tables[0].model_dump_json(), key=b"k".hex(),
        as_of=AS_OF.isoformat(), limits="{}", into=str(tmp_path / "a"),
        rejects_into=str(tmp_path / "b"),
        about={"source": "s", "table": "t", "file_name": "f", "run_id": "r"},
    )  # fmt: skip
    assert [loss.Bias.model_validate(one) for one in answer["biases"]] == list(biases(content))
    assert answer["biases"]


def test_impossible_records_are_told_and_do_not_stop(
    deliver: Callable[..., Path], ingest: Callable[..., SourceOutcome]
) -> None:
    contract = town()
    rule = {
        "rule": "not_before", "columns": ["begonnen_op", "klaar_op"],
        "reason": "Niet klaar voordat het begon.",
    }  # fmt: skip
    table = contract.tables[0].model_dump() | {"rejects": [rule]}
    deliver(
        "zaken_1.csv",
        rows(
            100,
            klaar_op=lambda n: "01-01-2020" if n % 20 == 3 else "",
            team=lambda n: "Beheer" if n % 20 == 3 else f"Team {n % 7}",
        ),
    )
    outcome = ingest(of=source(tables=[table]))
    assert outcome.state == "current"
    assert "Let op: Van de rijen" in outcome.deliveries[0].note
    assert outcome.deliveries[0].rows_quarantined == 5


def test_nothing_of_the_file_is_repeated() -> None:
    content = rows(
        200,
        begonnen_op=lambda n: "31/12/2025" if n % 20 == 3 else "03-02-2026",
        team=lambda n: "Jan de Vries" if n % 20 == 3 else "Beheer",
    )
    for bias in biases(content):
        assert "jan" not in bias.model_dump_json().lower()
        assert "jan" not in bias.sentence.lower()


def as_workbook(content: str, *, errors: Callable[[int], bool], long: bool = False) -> bytes:
    """The same rows, with an error of Excel for the amount, or a key of 17 digits, in some."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for place, line in enumerate(content.splitlines()):
            sheet.write_row(place, 0, line.split(";"))
            if place and errors(place - 1) and long:
                sheet.write_number(place, 0, 20260000000000000 + 1000 * place)
            elif place and errors(place - 1):
                sheet.write_formula(place, 4, "=NA()", None, "#N/A")
    return made.getvalue()


def as_json(content: str, *, errors: Callable[[int], bool]) -> bytes:
    header, *lines = (line.split(";") for line in content.splitlines())
    records: list[dict[str, object]] = [dict(zip(header, line, strict=True)) for line in lines]
    for number, record in enumerate(records):
        if errors(number):
            record["bedrag"] = [1, 2]
    return json.dumps(records).encode()


def of_one_team(number: int) -> bool:
    return number % 20 == 3


@pytest.mark.parametrize("form", ["error", "long key", "json", "bytes"])
def test_what_a_reader_rejects_is_part_of_what_is_lost(form: str) -> None:
    """The rest of such a row is read: it is of one team."""
    content = rows(200, team=lambda n: "Beheer" if of_one_team(n) else f"Team {n % 7}")
    written = {
        "error": lambda: as_workbook(content, errors=of_one_team),
        "long key": lambda: as_workbook(content, errors=of_one_team, long=True),
        "json": lambda: as_json(content, errors=of_one_team),
        "bytes": lambda: rows(
            200,
            team=lambda n: "Beheer" if of_one_team(n) else "Financi\u00ebn",
            zaak_id=lambda n: f"Z\udcff{n}" if of_one_team(n) else f"Z{n}",
        ).encode(errors="surrogateescape"),
    }[form]()
    parsed = parsing.parse(written, town().tables[0], b"k", AS_OF)
    assert (parsed.rows, parsed.rejects.height) == (200, 10)
    found = {(bias.column, bias.what): bias for bias in parsed.biases}
    assert (found["team", "value"].lost, found["team", "value"].rows) == (10, 10)
    assert found["team", "value"].exceeds(0.25)


def test_an_error_in_a_cell_is_neither_empty_nor_of_a_sign() -> None:
    content = rows(
        200,
        bedrag=lambda n: "" if n % 10 else f"-{n},50",
        begonnen_op=lambda n: "03-02-2026",
        akkoord=lambda n: "ja",
    )
    written = as_workbook(content, errors=lambda n: n % 10 == 1)
    parsed = parsing.parse(written, town().tables[0], b"k", AS_OF)
    of_amount = [(one.what, one.lost, one.rows) for one in parsed.biases if one.column == "bedrag"]
    assert of_amount == [("filled", 20, 40)]
