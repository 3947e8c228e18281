"""The sample deliveries: invented, small, and the same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.contracts import load_sources
from dronten_pipeline.readability.extract import extract_text
from sources.__main__ import write_samples, write_truth
from sources.town import load_town
from tests.conftest import PROJECT

SOURCES = PROJECT / "sources"
TRUTH = PROJECT / "tests" / "data" / "sample_truth.json"
AS_OF = dt.date(2026, 6, 30)
COLUMNS = (
    "kpi_id",
    "period_grain",
    "period_start",
    "dimension",
    "dimension_value",
    "value",
    "numerator",
    "denominator",
)
FIRST_VERSION = {"finance_hr", "iv3", "klant_in_focus", "text_corpus", "website_feedback"}


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again")
    truth = write_samples(folder)
    write_truth(folder / "sample_truth.json", truth)
    return folder


def true_figures() -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(TRUTH.read_text(encoding="utf-8"))
    return rows


def files_of(sources: Path) -> dict[str, Path]:
    return {
        path.relative_to(sources).as_posix(): path
        for path in sorted(sources.glob("*/sample/**/*"))
        if path.is_file()
    }


def content(path: Path) -> Any:
    """The bytes, or the bytes of the members: how well a zip is packed depends on the machine."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return [
            (entry.filename, entry.date_time, archive.read(entry)) for entry in archive.infolist()
        ]


def test_generating_again_gives_what_is_in_the_repository(again: Path) -> None:
    made, kept = files_of(again), files_of(SOURCES)
    assert list(made) == list(kept)
    assert [name for name in made if content(made[name]) != content(kept[name])] == []
    assert (again / "sample_truth.json").read_bytes() == TRUTH.read_bytes()


def test_generating_twice_gives_the_same_bytes(again: Path, tmp_path: Path) -> None:
    write_samples(tmp_path)
    first, second = files_of(again), files_of(tmp_path)
    assert [name for name in first if first[name].read_bytes() != second[name].read_bytes()] == []


def test_the_sample_says_that_it_is_invented() -> None:
    assert "All sample data is invented" in (SOURCES / "sample.yml").read_text(encoding="utf-8")
    # Amounts beside names of real municipalities are marked where they are seen.
    costs = list((SOURCES / "iv3" / "sample").glob("staff_costs_by_municipality*"))
    assert costs and all("verzonnen" in path.name for path in costs)


def test_the_sample_has_a_fixed_day_of_judgement() -> None:
    assert load_town(SOURCES / "sample.yml").as_of == AS_OF


def test_the_first_five_sources_stay_under_two_megabytes() -> None:
    sizes = Counter[str]()
    for name, path in files_of(SOURCES).items():
        sizes[name.split("/")[0]] += path.stat().st_size
    assert sum(sizes[source] for source in FIRST_VERSION) <= 2_000_000


def test_every_table_of_the_sources_has_a_delivery() -> None:
    for source in load_sources(SOURCES).values():
        names = [path.name for path in (SOURCES / source.name / "sample").glob("*")]
        for table in source.tables:
            assert any(name.startswith(table.name) for name in names), (source.name, table.name)


def test_the_true_figures_add_up() -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in true_figures()]
    assert {row["kpi_id"] for row in rows} >= {
        "website_text_clarity",
        "website_satisfaction",
        "external_hiring_share",
    }
    for row in rows:
        assert row["value"] == pytest.approx(100 * row["numerator"] / row["denominator"])
    for kpi, breakdown in (
        ("website_text_clarity", "page_section"),
        ("website_satisfaction", "form"),
    ):
        months = {
            dimension: sum(
                row["denominator"]
                for row in rows
                if (row["kpi_id"], row["period_grain"], row["dimension"])
                == (kpi, "month", dimension)
            )
            for dimension in ("total", breakdown)
        }
        assert months["total"] == months[breakdown] > 6000


@pytest.mark.parametrize(
    ("kpi", "low", "high"),
    [
        ("website_text_clarity", 60, 63),
        ("website_satisfaction", 84, 87),
        ("external_hiring_share", 18, 20),
    ],
)
def test_the_figures_of_the_last_year_are_believable(kpi: str, low: float, high: float) -> None:
    (value,) = (row[5] for row in true_figures() if row[:4] == [kpi, "year", "2026-01-01", "total"])
    assert low < value < high


def test_some_groups_are_so_small_that_they_must_be_suppressed() -> None:
    small = Counter(row[0] for row in true_figures() if 0 < row[7] < 5 and row[1] == "month")
    assert small["website_text_clarity"] >= 20 and small["website_satisfaction"] >= 20


def test_the_votes_are_windows_text_with_semicolons_and_hold_overlaps_and_corrections() -> None:
    versions: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((SOURCES / "website_feedback" / "sample").glob("votes_*.csv")):
        with path.open(encoding="cp1252", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                versions.setdefault(row["Reactie_ID"], []).append(
                    (row["Ingezonden_op"], row["Antwoord"].lower())
                )
    repeated = [known for key, known in versions.items() if key and len(known) > 1]
    changed = [known for known in repeated if len(set(known)) > 1]
    assert len(repeated) > 100 and 30 <= len(changed) <= 40
    assert len(versions[""]) >= 5
    with pytest.raises(UnicodeDecodeError):
        (SOURCES / "website_feedback" / "sample" / "votes_2024.csv").read_text(encoding="utf-8")


def test_amounts_have_points_and_commas_and_negative_corrections() -> None:
    text = (SOURCES / "finance_hr" / "sample" / "staff_costs_2024.csv").read_text(encoding="cp1252")
    amounts = [line.split("\t")[6] for line in text.splitlines()[1:]]
    assert any(amount.count(".") == 1 and "," in amount for amount in amounts)
    assert any(amount.startswith("-") for amount in amounts)
    periods = {line.split("\t")[2] for line in text.splitlines()[1:]}
    assert {"1", "12", "13", "14"} <= periods


def test_every_document_of_the_list_can_be_read_but_one() -> None:
    folder = SOURCES / "text_corpus" / "sample"
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("texts_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    missing = {row["bestand"] for row in rows if not (folder / row["bestand"]).is_file()}
    assert len(missing) == 1
    texts = {
        name: extract_text(folder / name) for name in {row["bestand"] for row in rows} - missing
    }
    assert {name.rsplit(".")[-1] for name in texts} == {"txt", "md", "html", "docx", "pdf"}
    assert not any("Verzonnen" in text or "Mijn gemeente" in text for text in texts.values())


def test_one_municipality_did_not_file_and_all_regions_are_covered() -> None:
    folder = SOURCES / "iv3" / "sample"
    (path,) = folder.glob("staff_costs_by_municipality*")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    zero = [row for row in rows if float(row["salarissen_L1_1_keur"]) == 0]
    assert len(zero) == 1
    with (folder / "region_membership.csv").open(encoding="utf-8-sig", newline="") as file:
        members = list(csv.DictReader(file))
    regions = Counter(member["regio"] for member in members)
    assert regions == {"Regio Zwolle": 22, "Flevoland": 6}
    assert {member["gm_code"] for member in members} == {row["gm_code"] for row in rows}
