"""Two days of a landing folder: what is ugly is read, what is wrong stays out, nothing is lost.

They follow on the release of `by_hand/` and build on each other, as deliveries do: each is a run on
the same home. Whole runs are dear: whatever one of them can show is delivered on one day.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import bodies, ledger
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
GRADES = ("respons_id", "afgenomen_op", "product", "cijfer", "schaal_max")
QUESTIONS = ("vraag_id", "ontvangen_op", "procesantwoord_op", "beantwoord_op")
#: What a kept figure says of the release in which it stands, and of its source.
STATES = ("source_state", "release_id")
#: 111222333 passes the eleven-test and was never given to anybody.
NUMBER = "111222333"


@dataclass(frozen=True)
class Day:
    """One run: how it ended, what it said, and the current release afterwards."""

    home: Path
    code: int
    said: str
    release: str
    delivered: pl.DataFrame
    figures: pl.DataFrame

    def state(self, file_name: str) -> str:
        return self.delivered.filter(pl.col("file_name") == file_name)["state"][0]

    def note(self, file_name: str) -> str:
        return self.delivered.filter(pl.col("file_name") == file_name)["note"][0]

    def source_state(self, kpi_id: str) -> set[str]:
        return set(self.figures.filter(pl.col("kpi_id") == kpi_id)["source_state"])


@pytest.fixture(scope="module")
def home(hand_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deliveries") / "home"
    return Path(shutil.copytree(hand_home, folder, symlinks=True))


@pytest.fixture(scope="module")
def before(home: Path) -> Day:
    """The day of `by_hand/`, whose release stands."""
    return day_of(home)


def day_of(home: Path, code: int = 0, said: str = "") -> Day:
    return Day(
        home=home,
        code=code,
        said=said,
        release=(home / "releases" / "current").resolve().name,
        # What the run knew: of sources about people no number is published.
        delivered=pl.read_parquet(home / "raw/current/run__delivery/1.parquet"),
        figures=current(home, "fct_kpi_value"),
    )


@pytest.fixture(scope="module")
def run(home: Path, before: Day, datalab: Datalab) -> Callable[[], Day]:
    def one_day() -> Day:
        ran = datalab("run", home=home, as_of=AS_OF)
        return day_of(home, ran.returncode, ran.stdout + ran.stderr)

    return one_day


# --- the first day: every dialect, each file with its own kind of dirt; two sources get a delivery
# that is no good, and one a citizen service number where none may be


@pytest.fixture(scope="module")
def first(home: Path, run: Callable[[], Day]) -> Day:
    votes = home / "landing" / "website_feedback"
    (votes / "votes.csv").unlink()
    csv(
        votes / "votes_01.csv",
        [vote(n, "05-05-2026 10:00:00", remark='Café\n2e regel; "ja"') for n in range(20)],
    )
    csv(
        votes / "votes_02.csv",
        [vote(n, "2026-05-06T10:00:00Z", "Nee ") for n in range(20, 30)],
        separator=",",
        encoding="utf-8-sig",
        newline="\n",
    )
    jsonl(votes / "votes_03.jsonl", [vote(n, "6 mei 2026 09:00") for n in range(30, 40)])
    (votes / "votes_04.csv").write_bytes((votes / "votes_01.csv").read_bytes())
    csv(votes / "votes_05.csv", [vote(0, "05-05-2026 10:00:00", answer="nee")])
    good = [(*vote(n, "05-05-2026 10:00:00"), "x") for n in range(40, 137)]
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
    cut = csv(votes / "votes_07.csv", [vote(n, "05-05-2026 10:00:00") for n in range(140, 180)])
    cut.write_bytes(cut.read_bytes()[:-60])
    # One that ends within a record waits for its rest; after a day it is read as it is.
    days_ago = time.time() - 2 * 24 * 3600
    os.utime(cut, (days_ago, days_ago))
    csv(
        votes / "votes_09.csv",
        [vote(n, "05-06-2026 10:00", section=f"zaak/{NUMBER}") for n in range(300, 310)],
    )
    csv(
        home / "landing" / "finance_hr" / "staff_costs_2.csv",
        [
            ("B1", "2026", "4", "Realisatie", "Groen", "L1.1", "1.234.567,89"),
            ("B2", "2026", "5", "realisatie", "groen ", "L3.5.1", "1.234"),
            ("B3", "2026", "6", "realisatie", "Groen", "L3.5.1", "-34,00"),
            ("B4", "2026", "6", "begroting", "Groen", "L3.5.1", "99.999,00"),
            ("B5", "2025", "13", "realisatie", "Groen", "L1.1", "€ 100,00"),
        ],
        header=STAFF,
        separator="\t",
    )
    csv(
        home / "landing" / "service_survey" / "grades_2.csv",
        [
            (f"Q{n}", "05-05-2026", "paspoort", "8" if n % 5 < 2 else "acht", "10")
            for n in range(50)
        ],
        header=GRADES,
    )
    csv(
        home / "landing" / "press_mailbox" / "questions_2.csv",
        [("P20", "", "05-05-2026 12:00")],
        header=(QUESTIONS[0], *QUESTIONS[2:]),
    )
    picture = home / "landing" / "iv3" / "region_membership.csv"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(PNG)
    return run()


def test_every_dialect_is_read_and_written_down(first: Day) -> None:
    found = {
        row["file_name"]: (row["format"], row["encoding"], row["separator"])
        for row in first.delivered.iter_rows(named=True)
    }
    assert found["votes_01.csv"] == ("csv", "windows-1252", ";")
    assert found["votes_02.csv"][0] == "csv"
    assert "utf-8" in found["votes_02.csv"][1]
    assert found["votes_02.csv"][2] == ","
    assert found["votes_03.jsonl"][0] == "jsonl"
    assert found["staff_costs_2.csv"][2] in {"\t", "tab"}


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
    votes = read.filter(pl.col("file_name").str.starts_with("votes_"))
    assert votes["rows_delivered"].sum() == 20 + 10 + 10 + (1 + 100 + 40) + 10


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


@pytest.mark.parametrize(
    ("file_name", "says"),
    [
        ("grades_2.csv", "30 van de 50"),
        ("questions_2.csv", "ontvangen_op"),
        ("region_membership.csv", "afbeelding"),
    ],
    ids=["60 % of the rows broken", "required column missing", "picture"],
)
def test_a_bad_delivery_stops_its_source_in_words(first: Day, file_name: str, says: str) -> None:
    assert first.state(file_name) == "stopped"
    assert says in first.note(file_name)
    assert file_name in first.said


def test_a_citizen_service_number_holds_the_release_back(before: Day, first: Day) -> None:
    assert first.code == 3, first.said
    assert first.release == before.release
    assert NUMBER not in first.said
    for path in (first.home / "dagster").rglob("*.db"):
        assert NUMBER.encode() not in path.read_bytes(), path
    last = next(ledger.records_of(Settings(home=first.home), bodies.Gate))
    assert last.body.verdict == "failed"
    assert NUMBER not in str(last.body)


def test_the_release_step_alone_does_not_get_round_the_gate(first: Day) -> None:
    alone = (
        "import dagster as dg\n"
        "from dronten_pipeline.definitions import defs\n"
        "defs().resolve_implicit_global_asset_job_def().execute_in_process(\n"
        "    asset_selection=[dg.AssetKey('release')], instance=dg.DagsterInstance.ephemeral())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", alone],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "DATALAB_HOME": str(first.home), "DATALAB_AS_OF": AS_OF},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    assert "NotJudged" in ran.stderr
    assert (first.home / "releases" / "current").resolve().name == first.release


# --- the second day: the number is erased on purpose, and one of the sources repaired


@pytest.fixture(scope="module")
def second(home: Path, first: Day, run: Callable[[], Day], datalab: Datalab) -> Day:
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
                not frame.select(pl.any_horizontal(pl.all().str.contains(NUMBER))).to_series().any()
            )
    csv(
        home / "landing" / "press_mailbox" / "questions_2.csv",
        [("P20", "05-05-2026 10:00", "", "05-05-2026 12:00")],
        header=QUESTIONS,
    )
    return run()


def test_what_should_never_have_come_is_erased_and_the_chain_goes_on(second: Day) -> None:
    assert second.code == 0, second.said
    assert "votes_09.csv" not in second.delivered["file_name"]
    erased = second.delivered.filter(pl.col("note").str.contains("nummer in het adres"))
    assert erased["state"].to_list() == ["missing"]
    assert clarity(second.home, "2026-06-01") == (None, None)


def test_the_same_records_twice_count_once_and_a_correction_wins(second: Day) -> None:
    assert second.state("votes_04.csv") == "unchanged"
    # 20 of the first file less the corrected one, 10 of JSON lines, 97 and 39 more
    assert clarity(second.home, "2026-05-01") == (19 + 10 + 97 + 39, 20 + 10 + 10 + 97 + 39)


def test_a_removed_file_stays_counted(before: Day, second: Day) -> None:
    assert second.state("votes.csv") == "missing"
    assert clarity(second.home, "2026-03-01") == (9, 13)
    march = pl.col("period_start") == pl.date(2026, 3, 1)
    then, now = (
        day.figures.filter(march, kpi_id="website_text_clarity", dimension="total")["numerator"]
        for day in (before, second)
    )
    assert then.equals(now)


def test_amounts_in_thousands_dots_and_corrections_add_up(second: Day) -> None:
    quarter = second.figures.filter(
        (pl.col("kpi_id") == "external_hiring_share")
        & (pl.col("period_start") == pl.date(2026, 4, 1))
        & (pl.col("period_grain") == "quarter")
    )
    green = quarter.filter(pl.col("dimension_value") == "Groen")
    assert green["numerator"][0] == 1200.0
    assert green["denominator"][0] == pytest.approx(1_235_767.89, abs=1e-9)


def test_a_picture_stops_its_own_source_only(second: Day) -> None:
    assert second.source_state("website_text_clarity") == {"current"}
    assert current(second.home, "external_hiring_benchmark").is_empty()


def test_a_stopped_source_keeps_its_figures(before: Day, second: Day) -> None:
    assert second.source_state("service_rating") == {"stale"}
    then, now = (
        day.figures.filter(pl.col("kpi_id") == "service_rating").drop(STATES)
        for day in (before, second)
    )
    assert then.height > 0
    assert then.equals(now)


def test_a_repaired_source_is_current_again(second: Day) -> None:
    assert second.source_state("press_answered") == {"current"}
    may = second.figures.filter(
        kpi_id="press_answered",
        period_start=pl.date(2026, 5, 1),
        period_grain="month",
        dimension="total",
    )
    assert may.select("numerator", "denominator").rows() == [(1, 1)]


def test_a_release_can_be_pointed_back(
    before: Day, second: Day, home: Path, datalab: Datalab
) -> None:
    back = datalab("rollback", before.release, home=home)
    assert back.returncode == 0, back.stdout + back.stderr
    assert (home / "releases" / "current").resolve().name == before.release
    assert current(home, "fct_kpi_value").equals(before.figures)
    said = datalab("releases", home=home).stdout
    assert before.release in said
    assert second.release in said
