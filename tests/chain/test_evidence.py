"""Every published figure of the sample can be followed, computed again and proven."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.audit.explain.answer import Answer
from dronten_pipeline.audit.explain.figure import ExplainError, explain, period_of
from dronten_pipeline.audit.explain.words import lines
from dronten_pipeline.audit.recompute import recompute
from dronten_pipeline.audit.verify import verify
from dronten_pipeline.contracts.derived_rules import load_all_suites
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.release.lineage import read_lineage
from tests.chain.deliveries import current
from tests.conftest import Datalab

KEY = ["period_grain", "period_start", "dimension", "dimension_value"]


@pytest.fixture
def settings(sample_home: Path) -> Settings:
    return Settings(home=sample_home)


def again(settings: Settings, kpi_id: str) -> pl.DataFrame:
    release = (settings.releases / "current").resolve()
    lineage = read_lineage(release)
    assert lineage is not None
    return recompute(
        release=release,
        lineage=lineage,
        kpi_id=kpi_id,
        raw=settings.raw,
        releases=settings.releases,
    )


def published(settings: Settings, kpi_id: str) -> pl.DataFrame:
    figures = current(settings.home, "fct_kpi_value").filter(pl.col("kpi_id") == kpi_id)
    return figures.drop("release_id")  # which the gate adds when all figures are there


# --- the ledger of a real run


def test_a_run_leaves_a_sound_ledger(settings: Settings) -> None:
    found = verify(settings)
    assert found.problems == []
    kinds = [path.name.split("-")[1] for path in sorted(settings.ledger.glob("0*.json"))]
    assert {*kinds[:-4]} == {"ingest.json"}
    assert sorted(kinds[-4:]) == ["definitions.json", "gate.json", "release.json", "warehouse.json"]


def test_one_byte_in_the_release_is_found(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.home, tmp_path / "home", symlinks=True)
    copy = Settings(home=tmp_path / "home")
    path = (copy.releases / "current").resolve() / "proof" / "lineage.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"late", b"Late", 1))
    assert any("proof/lineage.json is veranderd" in problem for problem in verify(copy).problems)


# --- computing again


@pytest.mark.parametrize("kpi_id", ["callbacks_late", "website_text_clarity", "b1_share"])
def test_a_kpi_computed_again_is_the_same_to_the_last_digit(
    settings: Settings, kpi_id: str
) -> None:
    assert again(settings, kpi_id).sort(KEY).equals(published(settings, kpi_id).sort(KEY))


@pytest.mark.slow
def test_every_kpi_computed_again_is_the_same_to_the_last_digit(settings: Settings) -> None:
    for kpi_id in current(settings.home, "dim_kpi")["kpi_id"]:
        computed, known = again(settings, kpi_id), published(settings, kpi_id)
        assert computed.sort(KEY).equals(known.sort(KEY)), kpi_id


def test_another_raw_file_is_not_computed_with(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.home, tmp_path / "home", symlinks=True)
    copy = Settings(home=tmp_path / "home")
    for path in (copy.raw / "files" / "customer_contact" / "callbacks").glob("*.parquet"):
        path.chmod(0o644)
        path.write_bytes(path.read_bytes() + b"x")
    recomputed = explain(copy, "callbacks_late", again=True).recomputed
    assert "niet meer wat het was" in recomputed.error
    assert recomputed.is_equal is None
    shutil.rmtree(copy.raw / "files" / "customer_contact")
    gone = explain(copy, "callbacks_late", again=True).recomputed
    assert "is er niet meer" in gone.error


def test_a_published_figure_that_is_not_what_the_files_say_is_found(
    settings: Settings, tmp_path: Path
) -> None:
    shutil.copytree(settings.home, tmp_path / "home", symlinks=True)
    copy = Settings(home=tmp_path / "home")
    path = (copy.releases / "current").resolve() / "parquet" / "fct_kpi_value.parquet"
    figures = pl.read_parquet(path)
    path.chmod(0o644)
    figures.with_columns(pl.col("value") + 1).write_parquet(path)
    answer = explain(copy, "callbacks_late", again=True)
    assert answer.recomputed.is_equal is False
    assert answer.release.changed_files == ["parquet/fct_kpi_value.parquet"]
    assert any("NIET GELIJK" in line for line in lines(answer))


# --- explaining


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026", "year 2026-01-01"),
        ("2026-K2", "quarter 2026-04-01"),
        ("2026-03", "month 2026-03-01"),
    ],
)
def test_a_period_is_a_year_a_quarter_or_a_month(text: str, period: str) -> None:
    grain, start = period_of(text)
    assert f"{grain} {start}" == period


def test_the_answer_holds_everything_that_an_auditor_asks(settings: Settings) -> None:
    answer = explain(settings, "callbacks_late", period="2026-05")
    figure = answer.figure
    assert figure.value == pytest.approx(100 * figure.numerator / figure.denominator)
    assert answer.kpi.definition_nl
    assert "int_callback" in answer.sql.model
    assert "${RAW}/customer_contact__callbacks" in answer.sql.script
    assert str(settings.home) not in answer.sql.script
    delivered = current(settings.home, "source_delivery").filter(
        pl.col("table_name") == "callbacks"
    )
    assert {one.sha256 for one in answer.deliveries} == set(delivered["sha256"])
    assert sum(one.rows_quarantined for one in answer.deliveries) == (
        delivered["rows_quarantined"].sum()
    )
    own = answer.checks.of_this_kpi
    assert any("Aansluiting" in check.description for check in own)
    assert answer.checks.while_building.passed > 0
    assert [one.release_id for one in answer.history] == [answer.release.release_id]
    assert answer.release.judgement.sha256
    assert Answer.read(json.loads(json.dumps(answer.written()))) == answer


def test_a_part_of_a_figure_is_explained_too(settings: Settings) -> None:
    parts = published(settings, "callbacks_late").filter(pl.col("dimension") == "team")
    one = parts.filter(pl.col("period_grain") == "year").row(0, named=True)
    answer = explain(
        settings,
        "callbacks_late",
        period=str(one["period_start"].year),
        dimension="team",
        value=one["dimension_value"],
    )
    assert answer.figure.value == one["value"]


def test_what_is_hidden_stays_hidden(settings: Settings) -> None:
    figures = current(settings.home, "fct_kpi_value").filter(pl.col("is_suppressed"))
    hidden = figures.filter(pl.col("period_grain") == "year").row(0, named=True)
    answer = explain(
        settings,
        hidden["kpi_id"],
        period=str(hidden["period_start"].year),
        dimension=hidden["dimension"],
        value=hidden["dimension_value"],
        again=True,
    )
    assert answer.recomputed.is_equal
    assert answer.recomputed.figure.value is None
    assert answer.figure.sample_size is None
    assert any("Verborgen" in line for line in lines(answer))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"kpi_id": "geen"}, "kent geen KPI geen; wel: "),
        ({"period": "maart"}, "geen periode"),
        ({"period": "1999"}, "wel van 20"),
        ({"dimension": "team"}, "Noem met --value"),
        ({"dimension": "maan"}, "niet per maan; wel per "),
        ({"dimension": "team", "value": "geen"}, "geen team geen; wel: "),
        ({"release_id": "20200101-000000000000"}, "geen uitgave"),
    ],
    ids=["kpi", "period", "no figures then", "which team", "dimension", "value", "release"],
)
def test_a_figure_that_is_not_there_is_a_sentence_with_what_is(
    settings: Settings, arguments: dict[str, str], says: str
) -> None:
    with pytest.raises(ExplainError, match=says):
        explain(settings, **({"kpi_id": "callbacks_late"} | arguments))


def test_the_command_explains_in_dutch_and_as_json(settings: Settings, datalab: Datalab) -> None:
    words = datalab("explain", "callbacks_late", "--recompute", home=settings.home)
    assert words.returncode == 0, words.stderr
    for heading in ("Wat het betekent", "Waar het uit komt", "Gelijk: ", "select"):
        assert heading in words.stdout
    answer = datalab("explain", "callbacks_late", "--json", home=settings.home)
    assert json.loads(answer.stdout)["kpi"]["kpi_id"] == "callbacks_late"
    assert datalab("explain", "geen", home=settings.home).returncode == 1


# --- the report


class Page(HTMLParser):
    """What a browser would fetch, and what a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [
            str(value)
            for name, value in attrs
            if name in ("src", "href") and not str(value).startswith("#")
        ]


@pytest.fixture
def report(settings: Settings) -> str:
    path = settings.releases / "current" / "controleverslag.html"
    return path.read_text(encoding="utf-8")


def test_the_report_is_complete_in_itself(report: str) -> None:
    page = Page(report)
    assert page.fetched == []
    assert not {"script", "img", "iframe", "link"} & set(page.tags)
    assert "@import" not in report
    assert "url(" not in report
    assert '<html lang="nl">' in report


def test_the_report_says_every_rule_every_kpi_and_every_delivery(
    report: str, settings: Settings
) -> None:
    text = re.sub(r"&#39;|&#34;", "'", report).replace('"', "'")
    for suite in load_all_suites(settings.expectations, settings.dbt_project).values():
        for rule in suite.expectations:
            assert f".{rule.rule}<" in text
            wanted = rule.description.replace('"', "'").replace("&", "&amp;")
            assert wanted.replace("<", "&lt;").replace(">", "&gt;") in text
    for name in current(settings.home, "dim_kpi")["kpi_id"]:
        assert f">{name}</span>" in report
    for sha256 in current(settings.home, "source_delivery")["sha256"]:
        assert sha256 in report
    release = (settings.releases / "current").resolve()
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    for name, about in manifest["files"].items():
        # The list of checksums comes after the report and names it.
        assert about["sha256"] in report or name in ("controleverslag.html", "SHA256SUMS")


def test_the_report_shows_no_value_that_was_wrong(report: str, settings: Settings) -> None:
    paths = settings.quarantine.rglob("*.parquet")
    reasons = pl.concat([pl.read_parquet(path, columns=["reason"]) for path in paths])["reason"]
    quoted = {found[0] for reason in reasons if (found := re.search(r"'.+'", reason))}
    assert len(quoted) > 5
    part = report.split('id="afgekeurd"')[1].split("</section>")[0]
    assert "de waarde" in part
    assert "&#39;" not in part


def test_the_report_adds_up(report: str) -> None:
    part = report.split('id="aansluiting"')[1].split("</section>")[0]
    assert part.count(">ja</span>") > 20
    assert ">nee</span>" not in part
