"""Keys that change their spelling are never split in silence."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.ingest import spelled_keys
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import source

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


def found(folder: Path, *files: list[str], **changes: object) -> dict[int, int]:
    table = source().table("zaken").model_copy(update=changes)
    paths = {}
    for number, keys in enumerate(files, start=1):
        paths[number] = folder / f"{number}.parquet"
        pl.DataFrame({"zaak_id": keys}).write_parquet(paths[number])
    return spelled_keys.respelled(table, paths, {len(files)})


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("000700", "700"),
        ("TBV-0700", "TBV-700"),
        ("TBV7000", "tbv7000"),
        ("TBV7000", "TBV-7000"),
        ("TBV 7000", "TBV7000"),
        ("2026-1-11", "2026/1/11"),
        ("2026-1-11", "2026/01/11"),
        ("2026-0001", "20260001"),
        ("'700", "700"),
        ("700", "0700"),
    ],
)
def test_a_key_in_another_spelling_is_found(tmp_path: Path, before: str, now: str) -> None:
    assert found(tmp_path, [before, "x"], [now, "y"]) == {2: 1}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("700", "7000"),
        ("2026-1-11", "2026-11-1"),
        ("2026-12", "202-612"),
        ("700", "700"),
        ("10", "1"),
        ("A", "B"),
    ],
)
def test_other_keys_are_other_records(tmp_path: Path, before: str, now: str) -> None:
    assert found(tmp_path, [before], [now]) == {}


def test_what_was_known_in_both_spellings_is_no_news(tmp_path: Path) -> None:
    assert found(tmp_path, ["0700", "700"], ["700"]) == {}
    assert found(tmp_path, ["0700"], ["700"], ["700"]) == {}
    assert found(tmp_path, ["0700"]) == {}


def delivered(*keys: str) -> str:
    return "zaak_id;datum;bedrag\n" + "".join(f"{key};31-12-2025;1,50\n" for key in keys)


def test_a_file_whose_keys_lost_their_zeros_stops_and_says_why(
    deliver: Deliver, ingest: Ingest
) -> None:
    keys = [f"00{number}" for number in range(700, 712)]
    deliver("zaken_1.csv", delivered(*keys))
    assert ingest().state == "current"
    second = deliver("zaken_2.csv", delivered(*(key.lstrip("0") for key in keys)))
    for run in ("run-2", "run-3"):  # and it stays so
        outcome = ingest(run_id=run)
        assert outcome.state == "stopped"
        assert "12 sleutels (zaak_id) zijn gelijk aan eerder geleverde" in outcome.note
    second.unlink()
    assert ingest(run_id="run-4").state == "current"
    deliver("zaken_3.csv", delivered(*keys, "999"))
    assert ingest(run_id="run-5").state == "current"


def test_a_few_are_told(deliver: Deliver, ingest: Ingest) -> None:
    deliver("zaken_1.csv", delivered("007", "008"))
    deliver("zaken_2.csv", delivered("7", "9"))
    outcome = ingest()
    assert outcome.state == "current"
    assert "Let op: 1 sleutels" in outcome.deliveries[1].note


def test_a_contract_may_say_that_they_are_different(tmp_path: Path) -> None:
    table = source().table("zaken")
    assert spelled_keys.can_differ(table)
    assert not spelled_keys.can_differ(table.model_copy(update={"exact_keys": True}))
    assert not spelled_keys.can_differ(table.model_copy(update={"delivers": "everything"}))


def test_millions_of_keys_are_compared_in_seconds(tmp_path: Path) -> None:
    start = time.perf_counter()
    many = [f"TBV{number}" for number in range(1_000_000)]
    assert found(tmp_path, many, many[:10]) == {}
    assert time.perf_counter() - start < 20
