"""Data Docs are complete without a network, show severity, and hold no value of the data."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from dronten_pipeline.gate.data_docs import NothingJudged, build_data_docs, complete_in_itself
from dronten_pipeline.gate.gate import run_gate
from tests.unit.gate.marts import make_settings, make_warehouse

#: Whatever a browser could fetch, or run.
FETCHED = re.compile(
    r"""<script|<link|<img|<iframe|<object|\bsrc\s*=|@import|url\s*\(|https?:|\bon\w+\s*=|href="//""",
    re.I,
)
SPOILED = (
    "UPDATE figure SET team = 'a secret team' WHERE kpi_id = 'k1';"
    "ALTER TABLE figure ALTER value TYPE VARCHAR"
)


@pytest.fixture
def pages(tmp_path: Path, in_process: None) -> dict[str, str]:
    """The pages about two runs; in the second a rule fails and another cannot be judged."""
    settings = make_settings(tmp_path)
    for number, change in enumerate(("", SPOILED)):
        run_gate(
            settings,
            run_folder=make_warehouse(settings, change, run=f"run{number}"),
            run_id=f"run{number}",
            release_id="20260317-1a2b3c4d5e6f",
            as_of=dt.date(2026, 3, 17),
            code_version="abc",
            previous_release=None,
        )
    index = build_data_docs(settings)
    return {
        path.relative_to(index.parent).as_posix(): path.read_text(encoding="utf-8")
        for path in index.parent.rglob("*.*")
    }


def test_nothing_is_fetched_from_anywhere(pages: dict[str, str]) -> None:
    assert len(pages) == 1 + 2 * 3
    for name, page in pages.items():
        assert not FETCHED.findall(page), name
        assert "default-src 'none'" in page
        for link in re.findall('href="([^"#]+)"', page):
            there = (Path("/") / name).parent / link
            assert str(there.resolve()).lstrip("/") in pages, f"{name} leads to {link}"


def test_the_pages_say_how_bad_a_failure_is_and_what_the_second_judge_saw(
    pages: dict[str, str],
) -> None:
    page = pages["run1/figure.html"]
    assert '<span class="critical">critical</span>' in page
    assert '<span class="warning">warning</span>' in pages["run0/figure.html"]
    assert "De regel team_known van de proef." in page
    assert "1 van 40 rijen" in page
    assert "een bereik past niet op een kolom van type VARCHAR" in page
    # What could not be judged is critical, whatever the suite says.
    assert '<td class="critical">2</td>' in pages["index.html"]


def test_no_value_of_the_data_stands_in_the_pages(pages: dict[str, str]) -> None:
    assert not any("a secret team" in page for page in pages.values())


def test_without_a_judgement_there_is_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(NothingJudged, match="start met `datalab run`"):
        build_data_docs(make_settings(tmp_path))


def test_whatever_a_page_would_fetch_is_taken_out() -> None:
    page = complete_in_itself(
        """<html><head><link rel="stylesheet" href="https://x.example/a.css"><style>@import
        url(//x.example/b.css)</style></head><body onload="f()"><script src="//x.example"></script>
        <img src="https://x.example/logo.png"><a href="https://x.example">away</a>
        <p style="background: url(https://x.example/c.png)">what stays</p>
        <a href="#here">here</a></body></html>"""
    )
    assert not FETCHED.findall(page)
    assert "what stays" in page
    assert 'href="#here"' in page
