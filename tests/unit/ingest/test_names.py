"""What may be said of the name of a delivered file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dronten_pipeline.ingest import names
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import source

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


@pytest.mark.parametrize(
    "name",
    [
        "zaken_2026-03.csv",
        "zaken_2025_kw4 (1).csv",
        "ZAKEN_2026Q1.XLSX",
        "zaken_20260331.csv",
        "zaken_202603311530.json",
        "zaken_extra_maart 2026 definitief.xlsx",
        "loket export 2026.csv",
        "zaken_01.parquet",
        "zaken_export_20260331_1200.csv",
        "zaken_2025-01_2025-12.csv",
        "zaken_2024_2025 (1).csv",
        "zaken_31-12-2025 (2).csv",
        "zaken_01022026.csv",
    ],
)
def test_ordinary_names_are_shown(name: str) -> None:
    assert names.is_showable(name, source())


@pytest.mark.parametrize(
    "name",
    [
        "zaken_Jansen.csv",
        "zaken van mevr. de Vries 2026.csv",
        "zaken_123456782.csv",
        "zaken_123-456-782.csv",
        "zaken_10000008.csv",
        "zaken_06-12-34-56-78.csv",
        "zaken_jan@voorbeeld.nl.csv",
        "zaken_NL91ABNA0417164300.csv",
        "zaken_12345_6782.csv",
        "zaken_12_3456_782.csv",
        "zaken_31_6_1234_5678.csv",
        "zaken_12345_6789.csv",
        "zaken_1_2_3_4_5_6_7_8_2.csv",
        "zaken_12&345&6782.csv",
        "zaken_01021990.csv",
        "zaken_01-02-1990.csv",
        "zaken_19900201.csv",
        "zaken_J_a_n_s_e_n.csv",
        "zaken_\u202e2026.csv",
        "zaken_\udce9.csv",
        "zaken_" + "1_" * 60 + ".csv",
    ],
)
def test_names_with_anything_unknown_are_not(name: str) -> None:
    kept = names.Names(source(), b"sleutel").kept(name)
    assert names.is_hidden(kept)
    assert name not in kept
    assert names.said(kept, "zaken", 12) == "levering 12 van zaken (bestandsnaam niet getoond)"


def test_a_contract_may_set_a_pattern_of_its_own_but_no_personal_data() -> None:
    own = source(file_names=r"zaken_wijk [a-z]+( \d{9})?\.csv")
    assert names.is_showable("zaken_wijk greente.csv", own)
    assert not names.is_showable("zaken_2026.csv", own)
    assert not names.is_showable("zaken_wijk greente 123456782.csv", own)


def test_a_token_is_the_same_for_the_same_name_and_key_only() -> None:
    kept = names.Names(source(), b"sleutel").kept("zaken_Jansen.csv")
    assert kept == names.Names(source(), b"sleutel").kept("zaken_Jansen.csv")
    assert kept != names.Names(source(), b"andere sleutel").kept("zaken_Jansen.csv")
    assert names.Names(source(), b"sleutel").kept(kept) == kept


def test_a_file_whose_name_is_hidden_is_known_again(deliver: Deliver, ingest: Ingest) -> None:
    path = deliver("zaken_Jansen.csv", "zaak_id;datum\na;31-12-2025\n")
    first = ingest("run-1").deliveries
    again = ingest("run-2").deliveries
    assert [(one.number, one.state) for one in again] == [(1, "read")]
    assert first[0].file_name == again[0].file_name
    path.write_text("zaak_id;datum\nb;31-12-2025\n")
    older, newer = ingest("run-3").deliveries
    assert "overschreven" in older.note
    assert "levering 2 van zaken" in newer.file_name
