"""Files that are not whole yet are told, counted later, and waited for a little."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import arriving, inputs, raw
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.pipeline import up_to_date

from .conftest import source

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]

WHOLE = "zaak_id;datum\na;31-12-2025\n"
CONTRACT = """
name: loket
description: Verzonnen bron.
owner: Team
system: Systeem
cadence: monthly
tables:
  - name: zaken
    description: Verzonnen zaken.
    key: [zaak_id]
    columns:
      - {name: zaak_id, type: text, required: true, description: Verzonnen kolom.}
      - {name: datum, type: date, required: true, description: Verzonnen kolom.}
"""


@pytest.fixture
def contract(settings: Settings) -> None:
    path = settings.sources / "loket" / "source.yml"
    path.parent.mkdir(parents=True)
    path.write_text(CONTRACT)


def test_half_a_file_neither_counts_nor_stops_and_is_read_once_whole(
    deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", WHOLE)
    half = deliver("zaken_2.csv", WHOLE + "b;31-12-2")
    half.write_text(WHOLE + "b")
    outcome = ingest()
    assert outcome.state == "current"
    assert outcome.rows_accepted == 1
    assert [report.file_name for report in outcome.deliveries] == ["zaken_1.csv"]
    assert "zaken_2.csv wacht: het eindigt midden in een regel" in outcome.note
    half.write_text(WHOLE.replace("a;", "c;") + "b;31-12-2025\n")
    outcome = ingest("run-2")
    assert (outcome.rows_accepted, outcome.waiting) == (3, ())


def test_half_a_file_that_stays_so_is_read_after_a_day_and_told(
    deliver: Deliver, ingest: Ingest
) -> None:
    half = deliver("zaken_1.csv", WHOLE + "".join(f"b{n};1-1-2026\n" for n in range(20)) + "x")
    assert ingest().waiting
    os.utime(half, (time.time() - 90_000, time.time() - 90_000))
    outcome = ingest("run-2")
    assert (outcome.rows_accepted, outcome.rows_quarantined, outcome.waiting) == (21, 1, ())
    assert "mogelijk afgebroken" in outcome.deliveries[0].note


def test_a_file_that_still_changes_is_left_for_the_next_run(
    settings: Settings, deliver: Deliver
) -> None:
    slow = settings.model_copy(update={"settle_seconds": None})
    deliver("zaken_1.csv", WHOLE)
    arguments = {"run_id": "r", "as_of": settings.today(), "origin": "delivery"}
    outcome = raw.ingest_source(slow, source(), **arguments)  # type: ignore[arg-type]
    assert outcome.deliveries == ()
    assert "zaken_1.csv wacht nog 30 s" in outcome.note


@pytest.mark.usefixtures("contract")
def test_a_run_waits_for_what_was_just_delivered(settings: Settings, deliver: Deliver) -> None:
    deliver("zaken_1.csv", WHOLE)
    deliver("zaken_2.csv", WHOLE + "b")
    said: list[str] = []
    quick = settings.model_copy(update={"settle_seconds": 1.0})
    left = arriving.wait_until_settled(quick, said.append)
    assert said == ["2 bestanden zijn net geleverd: wacht nog 1 s tot dat niet meer verandert."]
    assert [str(one) for one in left] == [
        "loket/zaken_2.csv wacht: het eindigt midden in een regel of mist zijn slot. Komt de rest "
        "niet, dan wordt het na een dag gelezen zoals het is."
    ]
    assert arriving.wait_until_settled(settings, said.append) == left
    assert len(said) == 1


@pytest.mark.usefixtures("contract")
def test_what_waits_is_looked_at_again_though_nothing_changed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = SourceOutcome(
        source="loket", origin="delivery", state="current", note="", waiting=("zaken_2.csv wacht.",)
    )
    inputs.save_outcome(settings, outcome)
    monkeypatch.setattr(up_to_date, "current_release", lambda _: pytest.fail("it was remembered"))
    up_to_date.remember(settings, up_to_date.Given(sha256="x"))


def test_a_file_that_is_shorter_than_its_trailer_says_waits_and_is_refused_after_a_day(
    deliver: Deliver, ingest: Ingest
) -> None:
    tables = [
        {**table.model_dump(mode="json"), "trailer": r"EINDE;(\d+);*"} for table in source().tables
    ]
    counted = source(tables=tables)
    lines = [f"b{n};1-1-2026\n" for n in range(3)]
    path = deliver("zaken_1.csv", "zaak_id;datum\n" + "".join(lines[:2]))
    assert "korter dan zijn sluitregel" in ingest(of=counted).note
    path.write_text("zaak_id;datum\n" + "".join(lines[:2]) + "EINDE;3\n")
    outcome = ingest("run-2", of=counted)
    assert (outcome.state, len(outcome.waiting)) == ("current", 1)
    os.utime(path, (time.time() - 90_000, time.time() - 90_000))
    outcome = ingest("run-3", of=counted)
    assert outcome.state == "stopped"
    assert "De sluitregel zegt 3 records en het bestand heeft er 2." in outcome.note
    path.write_text("zaak_id;datum\n" + "".join(lines) + "EINDE;3;;\n\n")
    outcome = ingest("run-4", of=counted)
    assert (outcome.state, outcome.rows_accepted, outcome.rows_quarantined) == ("current", 3, 0)
