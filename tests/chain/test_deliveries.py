"""A landing folder over five days: what is ugly is read, what is wrong stays out, nothing is lost.

The days build on each other, as deliveries do: each is a run on the same home.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger
from tests.chain.deliveries import clarity, csv, current, jsonl, quarantine, vote
from tests.conftest import PROJECT, Datalab

AS_OF = "2026-06-30"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
STAFF = (
    "boekstuk_id",
    "boekjaar",
    "periode",
    "verslagsoort",
    "afdeling",
    "categorie",
    "bedrag_eur",
)
#: What a kept figure says of the release in which it stands, and of its source.
STATES = ("source_state", "release_id")
RESPONSES = ("reactie_id", "ingezonden_op", "formulier", "score", "schaal_max")


@dataclass(frozen=True)
class Day:
    """One run: how it ended, what it said, and the current release afterwards."""

    home: Path
    code: int
    said: str
    release: str
    status: pl.DataFrame
    delivered: pl.DataFrame
    figures: pl.DataFrame

    def state(self, file_name: str) -> str:
        return self.delivered.filter(pl.col("file_name") == file_name)["state"][0]

    def note(self, file_name: str) -> str:
        return self.delivered.filter(pl.col("file_name") == file_name)["note"][0]

    def source_state(self, kpi_id: str) -> set[str]:
        return set(self.figures.filter(pl.col("kpi_id") == kpi_id)["source_state"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(home: Path, datalab: Datalab):  # type: ignore[no-untyped-def]
    def one_day() -> Day:
        ran = datalab("run", home=home, as_of=AS_OF)
        return Day(
            home=home,
            code=ran.returncode,
            said=ran.stdout + ran.stderr,
            release=(home / "releases" / "current").resolve().name,
            status=current(home, "kpi_status"),
            # What the run knew: of sources about people no number is published.
            delivered=pl.read_parquet(home / "raw/current/run__delivery/1.parquet"),
            figures=current(home, "fct_kpi_value"),
        )

    return one_day


# --- the first day: every dialect, each file with its own kind of dirt


@pytest.fixture(scope="module")
def first(home: Path, run) -> Day:  # type: ignore[no-untyped-def]
    votes = home / "landing" / "website_feedback"
    csv(votes / "votes_01.csv", [vote(n, remark='Café\n2e regel; "ja"') for n in range(20)])
    csv(
        votes / "votes_02.csv",
        [vote(n, "2026-03-06T10:00:00Z", "Nee ") for n in range(20, 30)],
        separator=",",
        encoding="utf-8-sig",
        newline="\n",
    )
    jsonl(votes / "votes_03.jsonl", [vote(n, "6 mrt 2026 09:00") for n in range(30, 40)])
    (votes / "votes_04.csv").write_bytes((votes / "votes_01.csv").read_bytes())
    csv(votes / "votes_05.csv", [vote(0, answer="nee")])
    good = [(*vote(n), "x") for n in range(40, 137)]
    broken = [
        (*vote(n, sent), "x")
        for n, sent in enumerate(
            ["29-02-2025 10:00:00", "31-04-2026 10:00:00", "gisteren"], start=137
        )
    ]
    header = (
        "REACTIE_ID",
        "Ingezonden_op",
        "pagina_url",
        "paginasectie",
        "vraag",
        "antwoord",
        "toelichting",
        "telefoonnummer",
    )
    csv(votes / "votes_06.csv", [*good, *broken], header=header)
    whole = csv(votes / "votes_07.csv", [vote(n) for n in range(140, 180)]).read_bytes()
    cut = votes / "votes_07.csv"
    cut.write_bytes(whole[:-60])
    # One that ends within a record waits for its rest; after a day it is read as it is.
    days_ago = time.time() - 2 * 24 * 3600
    os.utime(cut, (days_ago, days_ago))
    csv(
        home / "landing" / "finance_hr" / "staff_costs.csv",
        [
            ("B1", "2026", "1", "Realisatie", "Ruimte", "L1.1", "1.234.567,89"),
            ("B2", "2026", "2", "realisatie", "ruimte ", "L3.5.1", "1.234"),
            ("B3", "2026", "3", "realisatie", "Ruimte", "L3.5.1", "-34,00"),
            ("B4", "2026", "3", "begroting", "Ruimte", "L3.5.1", "99.999,00"),
            ("B5", "2025", "13", "realisatie", "Ruimte", "L1.1", "€ 100,00"),
        ],
        header=STAFF,
        separator="\t",
    )
    csv(
        home / "landing" / "klant_in_focus" / "responses_01.csv",
        [(f"R{n}", "05-03-2026 10:00", "Melding", str(n % 5 + 1), "5") for n in range(50)],
        header=RESPONSES,
    )
    picture = home / "landing" / "iv3" / "region_membership.csv"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(PNG)
    return run()


def test_every_dialect_is_read_and_written_down(first: Day) -> None:
    assert first.code == 0, first.said
    found = {
        row["file_name"]: (row["format"], row["encoding"], row["separator"])
        for row in first.delivered.iter_rows(named=True)
    }
    assert found["votes_01.csv"] == ("csv", "windows-1252", ";")
    assert found["votes_02.csv"][0] == "csv"
    assert "utf-8" in found["votes_02.csv"][1]
    assert found["votes_02.csv"][2] == ","
    assert found["votes_03.jsonl"][0] == "jsonl"
    assert found["staff_costs.csv"][2] in {"\t", "tab"}


def test_the_same_records_twice_count_once_and_a_correction_wins(first: Day) -> None:
    assert first.state("votes_04.csv") == "unchanged"
    # 20 of the first file less the corrected one, 10 of JSON lines, 97 and 39 more
    assert clarity(first.home, "2026-03-01") == (19 + 10 + 97 + 39, 20 + 10 + 10 + 97 + 39)


def test_rejected_rows_are_found_with_line_column_and_reason(first: Day) -> None:
    rejected = quarantine(first.home, "website_feedback").sort("file_name", "line")
    assert rejected.columns == [
        "source",
        "table_name",
        "file_name",
        "line",
        "column_name",
        "reason",
        "run_id",
    ]
    dates = rejected.filter(pl.col("file_name") == "votes_06.csv")
    assert dates["line"].to_list() == [99, 100, 101]
    assert set(dates["column_name"]) == {"ingezonden_op"}
    assert "29-02-2025" in dates["reason"][0]
    cut = rejected.filter(pl.col("file_name") == "votes_07.csv")
    assert cut["line"].to_list() == [41]
    assert rejected.height == 4


def test_rows_in_are_rows_out_and_rows_rejected(first: Day) -> None:
    read = first.delivered.filter(pl.col("state") == "read")
    assert (read["rows_delivered"] == read["rows_accepted"] + read["rows_quarantined"]).all()
    assert read.filter(pl.col("table_name") == "votes")["rows_delivered"].sum() == 20 + 10 + 10 + (
        1 + 100 + 40
    )


def test_a_column_nobody_asked_for_is_counted_and_not_stored(first: Day) -> None:
    assert "1 andere kolom." in first.note("votes_06.csv")
    assert "telefoonnummer" not in first.note("votes_06.csv")
    for path in (first.home / "raw").rglob("*.parquet"):
        assert "telefoonnummer" not in pl.read_parquet_schema(path)


def test_free_text_does_not_get_past_ingest(first: Day) -> None:
    for folder in ("raw", "quarantine", "warehouse", "releases", "ledger"):
        for path in (first.home / folder).rglob("*"):
            if path.is_file():
                assert b"2e regel" not in path.read_bytes(), path


def test_amounts_in_thousands_dots_and_corrections_add_up(first: Day) -> None:
    quarter = first.figures.filter(
        (pl.col("kpi_id") == "external_hiring_share")
        & (pl.col("period_start") == pl.date(2026, 1, 1))
        & (pl.col("period_grain") == "quarter")
    )
    total = quarter.filter(pl.col("dimension") == "total")
    assert total["numerator"][0] == 1200.0
    assert total["denominator"][0] == pytest.approx(1_235_767.89, abs=1e-9)
    assert quarter.filter(pl.col("dimension") == "department")["dimension_value"][0] == "Ruimte"


def test_a_picture_stops_its_own_source_only(first: Day) -> None:
    assert first.state("region_membership.csv") == "stopped"
    assert "afbeelding" in first.note("region_membership.csv")
    assert first.source_state("website_text_clarity") == {"current"}
    assert current(first.home, "external_hiring_benchmark").is_empty()


# --- the second day: two sources get a delivery that is no good


@pytest.fixture(scope="module")
def second(home: Path, first: Day, run) -> Day:  # type: ignore[no-untyped-def]
    (home / "landing" / "iv3" / "region_membership.csv").unlink()
    csv(
        home / "landing" / "klant_in_focus" / "responses_02.csv",
        [(f"Q{n}", "05-04-2026", "Melding", "5" if n % 5 < 2 else "vijf", "5") for n in range(50)],
        header=RESPONSES,
    )
    csv(
        home / "landing" / "finance_hr" / "staff_costs_2.csv",
        [("B9", "2026", "4", "realisatie", "Ruimte", "L3.5.1")],
        header=STAFF[:-1],
    )
    csv(
        home / "landing" / "website_feedback" / "votes_08.csv",
        [vote(n, "05-04-2026 10:00") for n in range(200, 210)],
    )
    (home / "landing" / "website_feedback" / "votes_01.csv").unlink()
    return run()


@pytest.mark.parametrize(
    ("file_name", "says"),
    [("responses_02.csv", "30 van de 50"), ("staff_costs_2.csv", "bedrag_eur")],
    ids=["60 % of the rows broken", "required column missing"],
)
def test_a_bad_delivery_stops_its_source_in_words(second: Day, file_name: str, says: str) -> None:
    assert second.code == 0, second.said
    assert second.state(file_name) == "stopped"
    assert says in second.note(file_name)
    assert file_name in second.said


@pytest.mark.parametrize("kpi_id", ["website_satisfaction", "external_hiring_share"])
def test_the_kpis_of_a_stopped_source_keep_their_figures(
    first: Day, second: Day, kpi_id: str
) -> None:
    assert second.source_state(kpi_id) == {"stale"}
    before = first.figures.filter(pl.col("kpi_id") == kpi_id).drop(STATES)
    after = second.figures.filter(pl.col("kpi_id") == kpi_id).drop(STATES)
    assert before.equals(after)


def test_the_other_sources_go_on_and_a_removed_file_stays_counted(second: Day) -> None:
    assert clarity(second.home, "2026-04-01") == (10, 10)
    assert clarity(second.home, "2026-03-01") == (165, 176)
    # the same content still lies there under another name
    assert second.state("votes_01.csv") == "missing"


# --- the third day: what was wrong is taken away


@pytest.fixture(scope="module")
def third(home: Path, second: Day, run) -> Day:  # type: ignore[no-untyped-def]
    (home / "landing" / "finance_hr" / "staff_costs_2.csv").unlink()
    csv(
        home / "landing" / "klant_in_focus" / "responses_02.csv",
        [(f"Q{n}", "05-04-2026", "Melding", "5", "5") for n in range(50)],
        header=RESPONSES,
    )
    return run()


def test_a_repaired_source_is_current_again(third: Day) -> None:
    assert third.code == 0, third.said
    assert third.source_state("website_satisfaction") == {"current"}
    assert third.source_state("external_hiring_share") == {"current"}
    april = third.figures.filter(
        (pl.col("kpi_id") == "website_satisfaction")
        & (pl.col("period_start") == pl.date(2026, 4, 1))
        & (pl.col("period_grain") == "month")
        & (pl.col("dimension") == "total")
    )
    assert april["numerator"][0] == 50


# --- the fourth day: a citizen service number where none may be


@pytest.fixture(scope="module")
def fourth(home: Path, third: Day, run) -> Day:  # type: ignore[no-untyped-def]
    # 111222333 passes the eleven-test and was never given to anybody
    csv(
        home / "landing" / "website_feedback" / "votes_09.csv",
        [vote(n, "05-05-2026 10:00", section="zaak/111222333") for n in range(300, 310)],
    )
    return run()


def test_a_citizen_service_number_holds_the_release_back(third: Day, fourth: Day) -> None:
    assert fourth.code == 3, fourth.said
    assert fourth.release == third.release
    assert "111222333" not in fourth.said
    for path in (fourth.home / "dagster").rglob("*.db"):
        assert b"111222333" not in path.read_bytes(), path
    last = next(ledger.records_of(Settings(home=fourth.home), "gate"))
    assert last.body["verdict"] == "failed"
    assert "111222333" not in str(last.body)


def test_the_release_step_alone_does_not_get_round_the_gate(fourth: Day) -> None:
    alone = (
        "import dagster as dg\n"
        "from dronten_pipeline.definitions import defs\n"
        "defs().resolve_implicit_global_asset_job_def().execute_in_process(\n"
        "    asset_selection=[dg.AssetKey('release')], instance=dg.DagsterInstance.ephemeral())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", alone],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "DATALAB_HOME": str(fourth.home), "DATALAB_AS_OF": AS_OF},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    assert "NotJudged" in ran.stderr
    assert (fourth.home / "releases" / "current").resolve().name == fourth.release


# --- the fifth day: erased on purpose, and back


def test_what_should_never_have_come_is_erased_and_the_chain_goes_on(
    third: Day,
    fourth: Day,
    home: Path,
    run,
    datalab: Datalab,  # type: ignore[no-untyped-def]
) -> None:
    erase = ("erase", "website_feedback", "votes_09.csv", "--reason", "nummer in het adres")
    refused = datalab(*erase, home=home)
    assert refused.returncode == 1
    assert "staat nog in" in refused.stderr
    (home / "landing" / "website_feedback" / "votes_09.csv").unlink()
    assert datalab(*erase, home=home).returncode == 0
    for folder in ("raw", "warehouse", "quarantine"):
        for path in (home / folder).rglob("*.parquet"):
            frame = pl.read_parquet(path).select(pl.col(pl.String))
            assert (
                not frame.select(pl.any_horizontal(pl.all().str.contains("111222333")))
                .to_series()
                .any()
            )
    repaired = run()
    assert repaired.code == 0, repaired.said
    assert "votes_09.csv" not in repaired.delivered["file_name"]
    erased = repaired.delivered.filter(pl.col("note").str.contains("nummer in het adres"))
    assert erased["state"].to_list() == ["missing"]
    assert repaired.figures.drop("release_id").equals(third.figures.drop("release_id"))


def test_a_release_can_be_pointed_back(
    first: Day, second: Day, fourth: Day, home: Path, datalab: Datalab
) -> None:
    before = (home / "releases" / "current").resolve().name
    back = datalab("rollback", first.release, home=home)
    assert back.returncode == 0, back.stdout + back.stderr
    assert (home / "releases" / "current").resolve().name == first.release
    assert current(home, "fct_kpi_value").equals(first.figures)
    said = datalab("releases", home=home).stdout
    assert first.release in said
    assert before in said
    assert datalab("status", home=home).returncode == 0
