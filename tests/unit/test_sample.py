"""The sample deliveries: invented, small, and the same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.ingest.parsing import Parsed, parse
from dronten_pipeline.readability.extract import extract_text
from sources import __main__ as making
from sources import working_days
from sources.__main__ import write_samples, write_truth
from sources.delivery import local_to_utc
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
#: Feeds the keyed hash of what is pseudonymised; any key will do here.
KEY = bytes(32)
SUNDAYS = {"Easter Sunday", "Pentecost"}
KPIS = {
    "appointment_within_5d",
    "area_development_within_norm",
    "b1_training_coverage",
    "business_climate_rating",
    "callbacks_late",
    "callbacks_open_late",
    "digital_self_service_share",
    "enforcement_response",
    "external_hiring_share",
    "invoices_paid_30d",
    "invoices_with_qr",
    "kcc_contact_share",
    "mijndronten_users",
    "onboarding_training_coverage",
    "one_desk_interviews",
    "penalty_warm_contact",
    "permit_expiry_notice",
    "phone_reached",
    "press_answered",
    "procurement_lawfulness",
    "public_space_feedback_lag",
    "search_success",
    "service_award_nominations",
    "service_norm_reports",
    "service_rating",
    "softbot_cases",
    "sport_answered",
    "triage_first_response",
    "triage_satisfaction",
    "unclear_text_reports",
    "unlawful_files",
    "website_accessibility",
    "website_satisfaction",
    "website_text_clarity",
}
#: What the repository can bear.
MOST_BYTES = 15_000_000


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
    """The bytes, or what is packed in them: how well it is packed depends on the machine."""
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        return frame.schema, frame.rows()
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return [
            (entry.filename, entry.date_time, archive.read(entry)) for entry in archive.infolist()
        ]


def test_generating_again_gives_what_is_in_the_repository(again: Path) -> None:
    made = files_of(again)
    by_hand = {path.parent.name for path in SOURCES.glob("*/source.yml")} - {
        path.parent.name for path in SOURCES.glob("*/generate.py")
    }
    kept = {
        name: path for name, path in files_of(SOURCES).items() if Path(name).parts[0] not in by_hand
    }
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


def test_the_sample_has_a_fixed_as_of_date() -> None:
    assert load_town(SOURCES / "sample.yml").as_of == AS_OF


def test_the_sample_is_small_enough_for_the_repository() -> None:
    assert sum(path.stat().st_size for path in files_of(SOURCES).values()) <= MOST_BYTES


@pytest.fixture(scope="module")
def read() -> dict[tuple[str, str], list[tuple[str, Parsed]]]:
    """Every file of the sample as the pipeline reads it, by source and table."""
    found: dict[tuple[str, str], list[tuple[str, Parsed]]] = {}
    for source in load_sources(SOURCES).values():
        for table in source.tables:
            for path in sorted((SOURCES / source.name / "sample").glob(f"{table.name}*")):
                if not path.is_file():
                    continue
                parsed = parse(path.read_bytes(), table, KEY)
                found.setdefault((source.name, table.name), []).append((path.name, parsed))
    return found


def test_no_file_is_refused_and_no_text_holds_a_citizen_service_number(
    read: dict[tuple[str, str], list[tuple[str, Parsed]]],
) -> None:
    every = [file for files in read.values() for file in files]
    assert [(name, parsed.refused) for name, parsed in every if parsed.refused] == []
    assert [(name, parsed.findings) for name, parsed in every if parsed.findings] == []


def test_about_one_row_in_two_hundred_cannot_be_read_and_all_others_can(
    read: dict[tuple[str, str], list[tuple[str, Parsed]]],
) -> None:
    every = [parsed for files in read.values() for _, parsed in files]
    rows, rejected = (
        sum(counts)
        for counts in zip(*((parsed.rows, parsed.rejects.height) for parsed in every), strict=True)
    )
    assert 195_000 <= rows <= 220_000
    assert 0.0045 <= rejected / rows <= 0.0055
    assert all(parsed.rejects.height <= max(1, parsed.rows * 0.05) for parsed in every)
    # What was spoiled has a key of its own, and none of it is accepted.
    for source in load_sources(SOURCES).values():
        for table in source.tables:
            key = table.key[0].lower()
            if table.column(table.key[0]).type != "text" or source.name == "text_corpus":
                continue
            for name, parsed in read.get((source.name, table.name), []):
                assert parsed.stored is not None
                keys = parsed.stored[key].drop_nulls()
                assert not keys.str.contains("fout").any(), name


def test_the_rejected_rows_are_of_many_kinds(
    read: dict[tuple[str, str], list[tuple[str, Parsed]]],
) -> None:
    reasons = [
        reason
        for files in read.values()
        for _, parsed in files
        for reason in parsed.rejects["reason"]
    ]
    for words in ("bestaat niet als datum", "verplicht", "geen bedrag", "geen ja of nee"):
        assert sum(words in reason for reason in reasons) >= 10, words
    early = [
        column
        for _, parsed in read["customer_contact", "callbacks"]
        for column in parsed.rejects["column_name"]
    ]
    assert early.count("afgehandeld_op") >= 10


def test_no_two_sources_write_alike(
    read: dict[tuple[str, str], list[tuple[str, Parsed]]],
) -> None:
    forms = {
        (parsed.format, parsed.encoding, parsed.separator)
        for files in read.values()
        for _, parsed in files
    }
    assert {form for form, *_ in forms} == {"csv", "xlsx", "json", "jsonl", "parquet", "xml"}
    assert len({form for form in forms if form[0] == "csv"}) >= 7


def test_the_size_can_be_chosen_and_the_parts_of_a_large_sample_are_added_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    write_samples(small, 2_000)
    monkeypatch.setattr(making, "PART_ROWS", 2_000)
    truth = write_samples(large, 4_000)
    names = {name.rsplit("/", 1)[-1] for name in files_of(large)}
    assert "callbacks_2024.csv" in names and "callbacks_2024_deel0001.csv" in names
    assert len(names) > len(files_of(small)) * 1.5
    assert len({row[:5] for row in truth}) == len(truth)
    handled = {row[2]: row for row in truth if row[:2] == ("callbacks_late", "year")
               and row[3] == "total"}  # fmt: skip
    assert sum(row[7] or 0 for row in handled.values()) == pytest.approx(180, abs=5)
    for row in truth:
        if row[6] is not None:
            assert row[5] == pytest.approx(100 * row[6] / (row[7] or 0))


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
    assert len({tuple(row.values())[:5] for row in rows}) == len(rows)
    for row in rows:
        if row["numerator"] is not None:
            assert row["value"] == pytest.approx(100 * row["numerator"] / row["denominator"])
    for kpi, breakdown in (
        ("website_text_clarity", "page_section"),
        ("website_satisfaction", "form"),
        ("callbacks_late", "team"),
        ("kcc_contact_share", "channel"),
        ("invoices_paid_30d", "department"),
        ("appointment_within_5d", "product"),
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


def test_every_promised_figure_but_that_of_texts_is_built_in() -> None:
    """A KPI that came later may do without, as a source may do without a generator."""
    registered = pl.read_csv(PROJECT / "dbt_project" / "seeds" / "kpi_register.csv")["kpi_id"]
    built_in = {row[0] for row in true_figures()}
    assert built_in >= KPIS
    assert set(registered) >= KPIS | {"b1_share", "permit_pages_b1"}


@pytest.mark.parametrize(
    ("kpi", "low", "high"),
    [
        ("website_text_clarity", 60, 63),
        ("website_satisfaction", 84, 87),
        ("external_hiring_share", 18, 20),
        ("callbacks_late", 13, 17),
        ("invoices_paid_30d", 92, 94),
        ("procurement_lawfulness", 95.5, 97.5),
        ("service_rating", 7.0, 7.3),
        ("kcc_contact_share", 83, 89),
        ("mijndronten_users", 300, 330),
        ("invoices_with_qr", 97, 100),
    ],
)
def test_the_figures_of_the_last_year_are_believable(kpi: str, low: float, high: float) -> None:
    (value,) = (row[5] for row in true_figures() if row[:4] == [kpi, "year", "2026-01-01", "total"])
    assert low < value < high


def test_some_groups_are_so_small_that_they_must_be_suppressed() -> None:
    small = Counter(row[0] for row in true_figures() if row[7] is not None and 0 < row[7] < 5)
    assert small["website_text_clarity"] >= 20 and small["website_satisfaction"] >= 20
    assert small["service_rating"] >= 5 and small["b1_training_coverage"] >= 5


def yearly(kpi: str, value: str = "total") -> list[float]:
    rows = [row for row in true_figures() if row[:2] == [kpi, "year"] and row[4] == value]
    return [row[5] for row in sorted(rows, key=lambda row: row[2])]


def test_call_backs_get_better_but_those_of_one_team_get_worse() -> None:
    assert yearly("callbacks_late") == sorted(yearly("callbacks_late"), reverse=True)
    worse = yearly("callbacks_late", "Vergunningen & Handhaving")
    assert worse[-1] > worse[0] and worse[-1] > 3 * yearly("callbacks_late")[-1]


def test_people_wait_longer_in_spring_since_the_passports_expire() -> None:
    months = {
        row[2]: row[5]
        for row in true_figures()
        if row[:2] == ["appointment_within_5d", "month"] and row[3] == "total"
    }
    for year in (2024, 2025, 2026):
        assert max(months[f"{year}-0{month}-01"] for month in (3, 4, 5, 6)) < 80
        assert months[f"{year}-01-01"] > 90


def test_what_happened_after_the_as_of_date_is_delivered_and_not_counted() -> None:
    path = SOURCES / "civil_affairs" / "sample" / "appointments_2026-06.parquet"
    assert pl.read_parquet(path)["aangevraagd_op"].dt.date().max() > AS_OF
    assert max(row[2] for row in true_figures()) == "2026-06-01"


def test_a_call_back_comes_again_when_it_was_reopened_or_handled() -> None:
    versions: dict[str, list[str]] = {}
    for path in sorted((SOURCES / "customer_contact" / "sample").glob("callbacks_*")):
        with path.open(encoding="cp1252", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                versions.setdefault(row["Terugbelverzoek_ID"], []).append(row["Afgehandeld_op"])
    changed = [known for key, known in versions.items() if key and len(set(known)) > 1]
    assert sum(known[0] == "" for known in changed) >= 20
    assert sum(known[0] != "" for known in changed) >= 30


def test_the_working_days_are_those_of_an_independent_library() -> None:
    import holidays

    for year in working_days.YEARS:
        # That library has liberation day in lustrum years only, and two Sundays by name.
        known = holidays.country_holidays("NL", years=year, language="en_US")
        expected = {*known, dt.date(year, 5, 5)}
        expected -= {day for day, name in known.items() if name in SUNDAYS}
        assert set(working_days.holidays(year)) == expected, year


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        ("2026-03-06", 2, "2026-03-10"),
        ("2026-03-07", 2, "2026-03-10"),
        ("2026-03-08", 2, "2026-03-10"),
        ("2026-04-02", 2, "2026-04-08"),
        ("2025-12-24", 2, "2025-12-30"),
        ("2026-05-04", 1, "2026-05-06"),
        ("2025-04-25", 1, "2025-04-28"),
    ],
)
def test_a_term_ends_with_the_last_of_its_working_days(start: str, term: int, end: str) -> None:
    ends = working_days.term_end(np.array([start], "datetime64[D]"), term)
    assert ends[0] == np.datetime64(end)


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


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00"),
        ("2025-10-26T02:30:00", "2025-10-26T00:30:00"),
        ("2026-01-08T00:30:00", "2026-01-07T23:30:00"),
    ],
    ids=["skipped", "doubled", "after midnight"],
)
def test_moments_are_delivered_as_instants_also_when_the_clock_changes(
    local: str, instant: str
) -> None:
    moment = pl.DataFrame({"at": [dt.datetime.fromisoformat(local)]})
    found = moment.select(local_to_utc("at").dt.replace_time_zone(None)).item()
    assert found == dt.datetime.fromisoformat(instant)
