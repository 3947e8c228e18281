"""What was delivered before and is delivered again: the latest delivery of a content counts."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import raw, registry, snapshot
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import AS_OF, source
from .test_snapshot import build, current

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]

#: Three states of the same records, and one of others.
CONTENTS = [
    {"a": 1, "b": 1},
    {"a": 2, "b": 1},
    {"a": 3},
    {"c": 4},
]


def text(content: Mapping[str, int]) -> str:
    lines = [f"{key};31-12-2025;{value}\n" for key, value in content.items()]
    return "zaak_id;datum;aantal\n" + "".join(lines)


def rows(settings: Settings, outcome: SourceOutcome, run_id: str = "run") -> dict[str, int]:
    """The latest version of every record, as dbt takes it: by the number of the file."""
    build(settings, outcome, run_id=run_id)
    files = sorted((settings.raw_current / "loket__zaken").glob("*.parquet"))
    found: dict[str, int] = {}
    for file in files:
        found |= dict(pl.read_parquet(file, columns=["zaak_id", "aantal"]).iter_rows())
    return found


FIRST, SECOND = CONTENTS[0], CONTENTS[1]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param([{"1": 0}, {"1": 1}, {"1": 0}], id="one name, overwritten"),
        pytest.param([{"1": 0}, {"1": 0, "2": 1}, {"1": 0, "2": 1, "3": 0}], id="three names"),
        pytest.param([{"1": 0}, {"1": 0, "2": 1}, {"1": 0, "2": 0}], id="the second overwritten"),
        pytest.param([{"1": 0}, {"2": 1}, {"1": 0}], id="each instead of the other"),
        pytest.param([{"1": 0}, {"2": 1}, {}, {"1": 0}], id="an empty folder between"),
        pytest.param([{"1": 0}, {"2": 1}, {"3": 0}, {"3": 0}], id="and again nothing new"),
    ],
)
def test_what_returns_to_an_earlier_state_is_in_force_again(
    settings: Settings, deliver: Deliver, ingest: Ingest, days: list[dict[str, int]]
) -> None:
    folder = settings.landing_folder / "loket"
    for number, day in enumerate(days):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, content in day.items():
            deliver(f"zaken_{name}.csv", text(CONTENTS[content]))
        outcome = ingest(f"run-{number}")
    assert rows(settings, outcome) == FIRST
    (back,) = (one for one in outcome.counting if "geldt weer" in one.note)
    assert back.sha256 == outcome.counting[-1].sha256
    assert len(registry.load(settings.raw, "loket").deliveries) == 3


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(lambda path: None, id="it lies there still"),
        pytest.param(lambda path: os.utime(path), id="touched"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()), id="written again"),
        pytest.param(
            lambda path: path.with_name("zaken_9.csv").write_text(text(SECOND)), id="the latest"
        ),
        pytest.param(lambda path: shutil.rmtree(path.parent), id="the share is out of reach"),
    ],
)
def test_what_is_no_new_delivery_changes_nothing(
    settings: Settings, deliver: Deliver, ingest: Ingest, then: Callable[[Path], object]
) -> None:
    first = deliver("zaken_1.csv", text(FIRST))
    ingest()
    deliver("zaken_2.csv", text(SECOND))
    before = ingest("run-2")
    lying = {path: path.read_bytes() for path in first.parent.iterdir()}
    then(first)
    ingest("run-3")
    first.parent.mkdir(exist_ok=True)
    for path, content in lying.items():
        path.write_bytes(content)
    outcome = ingest("run-4")
    assert rows(settings, outcome) == SECOND
    assert [one.number for one in outcome.counting] == [one.number for one in before.counting]


def test_a_file_that_is_being_written_is_not_gone(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    first = deliver("zaken_1.csv", text(FIRST))
    ingest()
    deliver("zaken_2.csv", text(SECOND))
    ingest("run-2")
    first.with_name("zaken_1.csv.part").write_text("half")
    assert "deel" in ingest("run-3").note
    first.with_name("zaken_1.csv.part").unlink()
    assert rows(settings, ingest("run-4")) == SECOND


def test_a_home_from_before_keeps_its_order_and_gets_back_what_it_lost(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    """Then a content was numbered once under a name, and what lay there was not remembered."""
    deliver("zaken_1.csv", text(FIRST))
    deliver("zaken_3.csv", text(CONTENTS[3]))
    ingest()
    deliver("zaken_1.csv", text(SECOND))
    ingest("run-2")
    path = registry.registry_path(settings.raw, "loket")
    memory = json.loads(path.read_text())
    for delivery in memory["deliveries"]:
        del delivery["is_gone"], delivery["ordered_by"]
    path.write_text(json.dumps(memory))
    outcome = ingest("run-3")
    assert [one.number for one in outcome.counting] == [1, 2, 3]
    assert rows(settings, outcome) == SECOND | CONTENTS[3]
    path.write_text(json.dumps(memory))
    deliver("zaken_1.csv", text(FIRST))
    assert rows(settings, ingest("run-4")) == FIRST | CONTENTS[3]


def test_a_stopped_source_keeps_the_order_of_the_release_before(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", text(FIRST))
    ingest()
    deliver("zaken_1.csv", text(SECOND))
    previous = build(settings, ingest("run-2")).by_table()
    deliver("zaken_1.csv", text(FIRST))
    deliver("zaken_2.csv", b"")
    build(settings, ingest("run-3"), run_id="run-3", previous_inputs=previous)
    numbered = sorted((settings.raw_current / "loket__zaken").glob("*.parquet"))[1:]
    assert [pl.read_parquet(file)["aantal"].to_list() for file in numbered] == [[1, 1], [2, 1]]
    assert current(settings, "run__source")["state"].to_list() == ["stopped"]


def test_a_return_is_another_delivery_to_what_it_is_compared_with(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", text(FIRST))
    ingest()
    deliver("zaken_1.csv", text(SECOND))
    before = build(settings, ingest("run-2"))
    previous = snapshot.PreviousRelease(
        release_id="20260316-0123456789ab", as_of=AS_OF, code_version="abc", calendar_version=None,
        delivered={"loket": tuple((one.table, one.sha256) for one in before.inputs)},
    )  # fmt: skip
    deliver("zaken_1.csv", text(FIRST))
    build(settings, ingest("run-3"), run_id="run-3", previous=previous)
    assert current(settings, "run__source")["has_same_deliveries"].to_list() == [False]


NAMES = ("zaken_1.csv", "zaken_2.csv", "zaken_10.csv")
DAYS = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, len(CONTENTS) - 1)),
    min_size=1,
    max_size=7,
)


@given(DAYS)
@hypothesis_settings(max_examples=40, deadline=None)
def test_the_latest_delivery_of_every_record_counts(days: list[dict[str, int]]) -> None:
    """Against the words of the rules: what is new under its name is delivered, in order."""
    home = Path(tempfile.mkdtemp())
    settings = Settings(home=home, pseudonym_key="een verzonnen sleutel", settle_seconds=0)
    folder = settings.landing_folder / "loket"
    folder.mkdir(parents=True)
    expected: dict[str, int] = {}
    lying: dict[str, int] = {}
    for number, day in enumerate(days):
        for name in NAMES:  # in natural order, which decides: they came in one go, without dates
            if name in day and lying.get(name) != day[name]:
                expected |= CONTENTS[day[name]]
        lying = day
        for name in NAMES:
            (folder / name).unlink(missing_ok=True)
        for name, content in day.items():
            (folder / name).write_text(text(CONTENTS[content]))
            os.utime(folder / name, (1_700_000_000, 1_700_000_000))
        outcome = raw.ingest_source(
            settings, source(), run_id=f"run-{number}", as_of=AS_OF, origin="delivery"
        )
        assert rows(settings, outcome) == expected
    shutil.rmtree(home)
