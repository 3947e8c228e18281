"""Cases of the field in JSON, Parquet and packed files: read as their user expects, or told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dronten_pipeline.ingest import inspection
from tests.shared import field

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=AMSTERDAM)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("55-json-envelope-results", "De records stonden in een lijst binnen een object"),
        ("56-json-envelope-value-pretty", "De records stonden in een lijst binnen een object"),
        ("58-json-pretty-objects", ""),
        ("59-json-ms-date", "20 keer stond een tijdstip als milliseconden"),
        ("62-json-nan", "20 keer stond er NaN"),
        ("82-seven-decimals", ""),
    ],
)
def test_reports_are_read_however_json_writes_them(
    shared: Path, tmp_path: Path, name: str, words: str
) -> None:
    case = field.read(shared, name, tmp_path)
    assert case.outcome.state == "current"
    assert words in case.notes
    rows = case.rows("reports").sort("afgehandeld_op")
    assert rows.get_column("melding_id").to_list() == [f"M{n}" for n in range(20)]
    assert rows.get_column("afgehandeld_op")[0] == moment(2026, 3, 2, 10)
    day = 2 if name.startswith("59") else 1
    assert rows.get_column("aangemaakt_op")[0] == moment(2026, 3, day, 10)


def test_the_first_page_of_more_is_refused(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "57-json-paged", tmp_path)
    assert case.outcome.state == "stopped"
    assert "er horen 250 records te zijn, en er staan er 20 in" in case.notes
    assert "alle bladzijden" in case.notes


def test_milliseconds_as_a_number_are_rejected_by_row(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "60-json-epoch-ms", tmp_path)
    assert case.outcome.state == "stopped"
    assert case.rejects.height == 20
    assert case.rejects.get_column("reason").str.contains("aantal .*seconden en geen datum").all()


def test_a_number_in_another_notation_is_the_same_key(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "64-json-float-id", tmp_path)
    rows = case.rows("cases")
    assert rows.get_column("zaak_id").sort().to_list() == [str(1_000_000 + n) for n in range(12)]
    assert rows.get_column("afgesloten_op").null_count() == 0


def test_an_object_with_a_name_is_that_name(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "84-nested-team", tmp_path)
    assert case.rows("callbacks").get_column("team").to_list() == ["Burgerzaken"] * 20
    assert "20 keer was een waarde een object met een naam erin" in case.notes


# --- Parquet


def test_an_open_end_of_int96_never_becomes_another_day(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "65-int96-open-end", tmp_path)
    ends = case.rows("staff_training").get_column("uit_dienst_per").drop_nulls()
    assert "18 keer stond er een datum die 'nog geen einde' betekent" in case.notes
    assert ends.len() == 2
    assert ends.max() < dt.date(2027, 1, 1)  # type: ignore[operator]


@pytest.mark.parametrize("name", ["66-int96-spark", "67-binary-strings"])
def test_call_backs_of_other_writers_are_read(shared: Path, tmp_path: Path, name: str) -> None:
    rows = field.read(shared, name, tmp_path).rows("callbacks").sort("aangemaakt_op")
    assert rows.height == 20
    assert rows.row(0, named=True)["aangemaakt_op"] == moment(2026, 3, 2, 9)
    assert rows.row(0, named=True)["afgehandeld_op"] == moment(2026, 3, 3, 11)
    assert rows.get_column("team").unique().to_list() == ["Burgerzaken"]


def test_decimals_and_small_numbers_are_exact(shared: Path, tmp_path: Path) -> None:
    rows = field.read(shared, "68-decimal-and-time-types", tmp_path).rows("staff_costs")
    assert rows.height == 24
    assert rows.get_column("bedrag_eur").unique().to_list() == [Decimal("1234.56")]
    assert rows.get_column("boekjaar").unique().to_list() == [2026]


def test_a_folder_of_spark_is_one_delivery(shared: Path, tmp_path: Path) -> None:
    case = field.read(shared, "69-spark-folder", tmp_path)
    (report,) = case.outcome.counting
    assert report.rows_accepted == 20
    assert "Gelezen uit een map met 1 deel" in case.notes
    path = case.settings.landing_folder / "customer_contact" / "callbacks_2026-03.parquet"
    assert inspection.inspect_file(case.settings, path).is_accepted
