"""`make run` on a fresh clone: the sample goes through, and a second run says the same."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import dagster as dg
import duckdb
import fastexcel
import frictionless
import polars as pl
import pytest

from dronten_pipeline.release.formats.workbook import sheet_name
from sources.finance_invoices.generate import LOST
from tests.chain.deliveries import current
from tests.conftest import PROJECT, Datalab
from tests.unit.release.formats.test_dcat import conforms, described

ABOUT_THE_RUN = {"data_quality", "publication", "source_delivery"}


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "parquet").glob("*.parquet"))
    }


@pytest.fixture
def home(sample_home: Path) -> Path:
    return sample_home


def test_the_run_ends_with_the_kpis_the_place_and_the_next_step(home: Path) -> None:
    said = (home / "first.txt").read_text(encoding="utf-8")
    for name in current(home, "dim_kpi")["name_nl"]:
        assert name.split()[0] in said
    assert str(home / "releases") in said
    assert "verzonnen" in said
    assert "Hierna" in said


def test_the_release_is_complete_and_readable_by_others(home: Path) -> None:
    release = home / "releases" / "current"
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(release / "mart.duckdb"), read_only=True) as mart:
        for table, about in manifest["tables"].items():
            rows = mart.sql(f"select count(*) from {table}").fetchone()[0]
            assert rows == about["rows"] == pl.read_parquet(release / about["parquet"]).height
            assert rows == pl.read_csv(release / about["csv"], infer_schema=False).height
    for name, about in manifest["files"].items():
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == about["sha256"]


def test_every_kpi_of_the_sample_has_a_figure_and_a_status(home: Path) -> None:
    status = current(home, "kpi_status")
    assert status["value"].null_count() == 0
    # nothing is said of a year so far of which a part is hidden
    silent = status.filter(pl.col("judged_value").is_null())
    assert set(silent["status"]) <= {"no_data"}
    hidden = current(home, "fct_kpi_value").filter("is_suppressed", dimension="total")
    parts = silent.join(hidden, on=["kpi_id", "period_grain"], how="left", suffix="_hidden").filter(
        pl.col("period_start_hidden").is_between("judged_period_start", "judged_until")
    )
    assert set(parts["kpi_id"]) == set(silent["kpi_id"])
    assert set(status.filter(status="no_data")["kpi_id"]) == set(silent["kpi_id"])


def test_the_figures_are_those_that_the_generator_built_in(home: Path) -> None:
    truth = pl.DataFrame(
        json.loads((PROJECT / "tests" / "data" / "sample_truth.json").read_text(encoding="utf-8")),
        schema=[
            ("kpi_id", pl.String),
            ("period_grain", pl.String),
            ("period_start", pl.String),
            ("dimension", pl.String),
            ("dimension_value", pl.String),
            ("true_value", pl.Float64),
            ("true_numerator", pl.Float64),
            ("true_denominator", pl.Float64),
        ],
        orient="row",
        strict=False,
    ).with_columns(pl.col("period_start").str.to_date())
    keys = ["kpi_id", "period_grain", "period_start", "dimension", "dimension_value"]
    figures = current(home, "fct_kpi_value")
    found = truth.join(figures, on=keys, how="left")
    # Of people the running period has no parts, and a breakdown of too small groups is left out.
    absent = found.filter(pl.col("is_suppressed").is_null())
    assert set(absent["kpi_id"]) <= set(figures.filter("is_suppressed")["kpi_id"]), absent
    assert absent.join(figures, on=keys[:4], how="semi").is_empty(), absent
    found = found.drop_nulls("is_suppressed")
    shown = found.filter(~pl.col("is_suppressed"))
    assert shown.height > 100
    for name in ("value", "numerator", "denominator"):
        wrong = shown.filter((pl.col(name) - pl.col(f"true_{name}")).abs() > 1e-6)
        assert wrong.is_empty(), wrong
    hidden = found.filter(pl.col("is_suppressed"))
    assert hidden.height > 0
    assert hidden["value"].null_count() == hidden.height


def test_the_numbers_that_the_generator_left_out_are_found(home: Path) -> None:
    notes = current(home, "source_delivery").filter(
        pl.col("source") == "finance_invoices", pl.col("table_name") == "outgoing"
    )["note"]
    expected = f"ontbreken nummers (niet geleverd of afgekeurd): U{LOST[0]} t/m U{LOST[-1]} (12)"
    assert [expected in (note or "") for note in notes.sort()].count(True) == 1
    found = current(home, "data_quality").filter(pl.col("rule") == "no_missing_numbers")
    assert found["failing_rows"].to_list() == [1]
    assert found["severity"].to_list() == ["warning"]


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    """Others look at the home of the sample: what runs again does so in a copy."""
    return Path(shutil.copytree(home, tmp_path / "home", symlinks=True))


@pytest.mark.slow
def test_a_second_run_through_every_step_publishes_nothing_new(
    copy: Path, datalab: Datalab
) -> None:
    before = (copy / "releases" / "current").readlink()
    second = datalab("run", "--whole", home=copy)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "nothing new" in second.stderr
    assert (copy / "releases" / "current").readlink() == before
    # A home that was moved is run through once; from then on a look is enough.
    looked = datalab("run", home=copy)
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert "niets nieuws" in looked.stdout
    assert looked.stderr == ""
    assert (copy / "releases" / "current").readlink() == before


def test_every_asset_says_how_much_it_made_and_how_long_it_took(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"dagster/row_count", "bytes", "seconds"}

    def said(instance: dg.DagsterInstance, key: dg.AssetKey) -> set[str]:
        """Of what dbt builds, how much that is stands in an observation after it."""
        made = instance.get_latest_materialization_event(key)
        assert made is not None
        assert made.asset_materialization is not None
        seen = instance.fetch_observations(key, limit=1).records
        observed = [one.asset_observation.metadata for one in seen if one.asset_observation]
        return {*made.asset_materialization.metadata, *(name for one in observed for name in one)}

    monkeypatch.setenv("DAGSTER_HOME", str(home / "dagster"))
    with dg.DagsterInstance.get() as instance:
        found = {key.to_user_string(): said(instance, key) for key in instance.all_asset_keys()}
    assert len(found) > 100
    assert {name: wanted - names for name, names in found.items() if not wanted <= names} == {}


@pytest.mark.slow
def test_another_home_says_the_same_byte_for_byte(
    home: Path, datalab: Datalab, tmp_path: Path
) -> None:
    other = datalab("run", home=tmp_path)
    assert other.returncode == 0, other.stdout + other.stderr
    ours, theirs = (hashes(folder / "releases" / "current") for folder in (home, tmp_path))
    assert {t: h for t, h in ours.items() if t not in ABOUT_THE_RUN} == {
        t: h for t, h in theirs.items() if t not in ABOUT_THE_RUN
    }


def test_the_doors_of_the_sample_are_valid_by_their_own_description(home: Path) -> None:
    release = home / "releases" / "current"
    report = frictionless.validate(release / "datapackage.json")
    assert report.valid, report.flatten(["type", "message"])
    valid, text = conforms(described(release))
    assert valid, text


def test_the_page_in_the_release_names_everything_beside_it(home: Path) -> None:
    release = (home / "releases" / "current").resolve()
    page = (release / "LEESMIJ.txt").read_text(encoding="utf-8")
    beside = {path.name for path in release.iterdir()} - {"LEESMIJ.txt"}
    assert {name for name in beside if f"\n{name}" not in page} == set()


def test_every_table_of_the_sample_is_a_sheet_of_the_workbook(home: Path) -> None:
    release = home / "releases" / "current"
    book = fastexcel.read_excel(release / "dronten_kpi.xlsx")
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    for table, about in manifest["tables"].items():
        # A table without rows is one empty row in Excel, which is no row for its reader.
        assert book.load_sheet(sheet_name(table)).to_polars().height == about["rows"], table
    explained = book.load_sheet("Uitleg per KPI").to_polars()
    kpis = current(home, "dim_kpi").select("name_nl", "short_nl", "counts_nl", "owner")
    kpis = kpis.sort("name_nl")
    columns = ["KPI", "In het kort", "Wat telt", "Eigenaar"]
    assert explained.select(columns).sort("KPI").rows() == kpis.rows()
    targets = dict(explained.select("Sleutel KPI", "Doelwaarde").rows())
    status = current(home, "kpi_status").filter(pl.col("target_value").is_not_null())
    for kpi_id, target in status.select("kpi_id", "target_value").rows():
        assert targets[kpi_id] == target, kpi_id
