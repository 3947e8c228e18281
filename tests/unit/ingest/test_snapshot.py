"""What a run reads: always the same folders, whatever was delivered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import privacy, snapshot
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import AS_OF, source
from .test_raw import zaken

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


def build(
    settings: Settings, outcome: SourceOutcome, of: Source | None = None, **changes: object
) -> snapshot.Snapshot:
    contract = of or source()
    arguments: dict = {
        "run_id": "run-1",
        "as_of": AS_OF,
        "code_version": "abc",
        "release_id": "20260317-0123456789ab",
        "origin": "delivery",
        "previous": None,
        "previous_inputs": {},
        **changes,
    }
    return snapshot.build_snapshot(
        settings, {contract.name: contract}, {contract.name: outcome}, **arguments
    )


def current(settings: Settings, name: str) -> pl.DataFrame:
    return pl.read_parquet(settings.raw_current / name / "*.parquet")


def test_every_folder_exists_with_a_schema_when_nothing_was_delivered(
    settings: Settings, ingest: Ingest
) -> None:
    build(settings, ingest())
    empty = current(settings, "loket__zaken")
    assert dict(empty.schema) == privacy.stored_columns(source().table("zaken"))
    assert current(settings, "loket__zaken_extra").height == 0
    assert current(settings, "run__delivery").height == 0
    assert dict(current(settings, "run__privacy").schema) == dict(snapshot.PRIVACY_COLUMNS)
    context = current(settings, "run__context").row(0, named=True)
    assert context == {
        "run_id": "run-1", "as_of": AS_OF, "code_version": "abc", "is_sample": False,
        "release_id": "20260317-0123456789ab",
    }  # fmt: skip
    assert current(settings, "run__previous").height == 0
    assert current(settings, "run__source").row(0, named=True)["has_same_deliveries"] is None


def test_deliveries_lie_in_their_order_and_are_named_as_inputs(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_2.csv", zaken("b"))
    deliver("zaken_1.csv", zaken("a", "c"))
    built = build(settings, ingest())
    assert current(settings, "loket__zaken").get_column("zaak_id").to_list() == ["a", "c", "b"]
    assert [(one.number, one.rows) for one in built.inputs] == [(1, 2), (2, 1)]
    assert (built.rows_accepted, built.rows_quarantined, built.stopped) == (3, 0, ())
    names = sorted(path.name for path in (settings.raw_current / "loket__zaken").iterdir())
    assert names == ["00000000.parquet", "00000001.parquet", "00000002.parquet"]


def test_a_stopped_source_keeps_what_the_previous_release_used(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    previous = build(settings, ingest()).by_table()
    deliver("zaken_2.csv", zaken("nieuw"))
    deliver("zaken_3.csv", b"")
    built = build(settings, ingest("run-2"), run_id="run-2", previous_inputs=previous)
    assert current(settings, "loket__zaken").get_column("zaak_id").to_list() == ["a"]
    assert built.stopped == ("loket",)
    assert built.by_table() == previous
    seen = current(settings, "run__delivery").select("file_name", "state").rows()
    assert seen == [("zaken_1.csv", "read"), ("zaken_2.csv", "stopped"), ("zaken_3.csv", "stopped")]
    assert current(settings, "run__source").row(0)[:2] == ("loket", "stopped")


def test_a_stopped_source_never_takes_over_a_sample(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    sample = settings.sources / "loket" / "sample"
    sample.mkdir(parents=True)
    (sample / "zaken_s.csv").write_text(zaken("verzonnen"))
    outcome = ingest(origin="sample")
    previous = build(settings, outcome, origin="sample").by_table()
    deliver("zaken_1.csv", b"")
    build(settings, ingest("run-2"), run_id="run-2", previous_inputs=previous)
    assert current(settings, "loket__zaken").height == 0


@pytest.mark.parametrize(
    ("later", "same"),
    [
        pytest.param({}, True, id="nothing_new"),
        pytest.param({"zaken_2.csv": zaken("b")}, False, id="another_file"),
        pytest.param({"zaken_1.csv": zaken("b")}, False, id="overwritten"),
        pytest.param({"zaken_2.csv": zaken("a")}, True, id="the_same_content"),
        pytest.param({"zaken_2.csv": ""}, True, id="stopped"),
    ],
)
def test_a_source_is_compared_with_the_release_before(
    settings: Settings, deliver: Deliver, ingest: Ingest, later: dict[str, str], same: bool
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    first = build(settings, ingest())
    previous = snapshot.PreviousRelease(
        release_id="20260316-0123456789ab",
        as_of=AS_OF,
        code_version="abc",
        calendar_version=None,
        delivered={"loket": tuple((one.table, one.sha256) for one in first.inputs)},
    )
    for name, text in later.items():
        deliver(name, text)
    build(
        settings,
        ingest("run-2"),
        run_id="run-2",
        previous=previous,
        previous_inputs=first.by_table(),
    )
    assert current(settings, "run__source")["has_same_deliveries"].to_list() == [same]
    assert current(settings, "run__previous")["release_id"].to_list() == [previous.release_id]


def test_gaps_are_laid_out_and_said_at_the_last_file_of_their_table(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    document = source().model_dump()
    document["tables"][0] |= {"event_date": ["Datum"], "number_series": "zaak_id"}
    contract = Source.model_validate(document)
    header = "zaak_id;Datum\n"
    deliver("zaken_1.csv", header + "Z1;05-11-2025\n")
    deliver("zaken_2.csv", header + "Z4;05-01-2026\n")
    built = build(settings, ingest(of=contract), of=contract)
    assert current(settings, "run__gap").rows() == [
        ("loket", "zaken", "period", "2025-12", "2025-12", 1),
        ("loket", "zaken", "number", "Z2", "Z3", 2),
    ]
    assert built.gaps == 2
    first, last = current(settings, "run__delivery").sort("file_name")["note"]
    assert "ontbreken" not in first
    assert "perioden: december 2025." in last and "Z2 t/m Z3 (2)" in last


def test_an_older_parse_gets_the_present_shape(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    gone = deliver("zaken_extra_1.csv", "code;naam\nx;Verzonnen naam\n")
    ingest()
    gone.unlink()
    document = source().model_dump()
    document["tables"][1]["columns"][1]["personal_data"] = "free_text"
    document["tables"][1]["columns"].append(
        {"name": "nieuw", "type": "integer", "description": "Verzonnen kolom."}
    )
    changed = Source.model_validate(document)
    build(settings, ingest("run-2", of=changed), of=changed)
    frame = current(settings, "loket__zaken_extra")
    assert frame.rows() == [("x", 14, None, 2)]
    assert frame.columns == ["code", "naam_length", "nieuw", "_line"]


def test_suspected_citizen_numbers_are_counted_and_judged_per_column(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_extra_1.csv", "code;naam\nx;over 123456782\n123456782;y\n")
    outcome = ingest()
    assert outcome.suspected_citizen_numbers == 2
    build(settings, outcome)
    rows = current(settings, "run__privacy").select(
        "column_name", "is_key", "suspected", "is_error"
    )
    assert rows.rows() == [("code", True, 1, False), ("naam", False, 1, True)]


def test_delivery_rows_have_the_published_columns(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    build(settings, ingest())
    frame = current(settings, "run__delivery")
    assert dict(frame.schema) == dict(snapshot.DELIVERY_COLUMNS)
    assert frame.get_column("is_fresh").to_list() == [True]


@pytest.mark.parametrize(("days", "expected"), [(0, True), (45, True), (46, False), (-9, True)])
def test_freshness_follows_the_cadence(days: int, expected: bool) -> None:
    received = dt.datetime(2026, 3, 17, 12, tzinfo=dt.UTC) - dt.timedelta(days=days)
    assert snapshot.is_fresh(received, source(), AS_OF) is expected
    assert snapshot.is_fresh(received, source(cadence="once"), AS_OF)


def test_a_crash_while_building_leaves_the_snapshot_before_it(
    settings: Settings, deliver: Deliver, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("zaken_1.csv", zaken("a"))
    build(settings, ingest())
    deliver("zaken_2.csv", zaken("b"))
    outcome = ingest("run-2")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(snapshot, "_switch", killed)
        with pytest.raises(KeyboardInterrupt):
            build(settings, outcome, run_id="run-2")
    assert current(settings, "loket__zaken").height == 1
    build(settings, outcome, run_id="run-2")
    assert current(settings, "loket__zaken").height == 2
    assert [path.name for path in (settings.raw / "snapshots").iterdir()] == ["run-2"]
