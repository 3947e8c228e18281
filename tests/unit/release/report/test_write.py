"""The report of a judgement, whatever it was: none, one or forty warnings, or held back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.core.run_files import REPORT
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger.record import Record
from dronten_pipeline.release.report.facts import Judged
from dronten_pipeline.release.report.write import write_report, write_report_of_failure
from tests.documents import append


def result(number: int, *, passed: bool, severity: str = "warning", **about: Any) -> dict[str, Any]:
    return {
        "table": "figure",
        "rule": f"rule_{number}",
        "type": "unexpected_rows_expectation",
        "severity": severity,
        "description": f'Verzonnen regel {number} <over> "cijfers".',
        "passed": passed,
        "observed": "0 afwijkingen" if passed else f"{number} afwijkingen",
        "error": None,
        **about,
    }


def judged(settings: Settings, verdict: str, *results: dict[str, Any], **about: Any) -> Record:
    return append(
        settings,
        "gate",
        {
            "release_id": "20260301-000000000001",
            "as_of": "2026-03-01",
            "code_version": "abc",
            "previous_release": None,
            "verdict": verdict,
            "error": None,
            "mart_sha256": "ab" * 32,
            "suites_sha256": "cd" * 32,
            "row_counts": {"figure": 3},
            "results": list(results),
            **about,
        },
    )


def page(settings: Settings, record: Record, *, published: bool = True) -> str:
    folder = settings.home / "release"
    folder.mkdir(parents=True, exist_ok=True)
    files = {"mart.duckdb": {"sha256": "ab" * 32, "bytes": 10}} if published else {}
    path = write_report(
        settings,
        Judged(record=record, folder=folder, run_folder=folder, is_sample=True, files=files),
    )
    assert path == folder / REPORT
    return path.read_text(encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("verdict", "warnings", "says"),
    [
        ("passed", 0, "alle regels zijn gehaald"),
        ("passed_with_warnings", 1, "met 1 waarschuwing"),
        ("passed_with_warnings", 40, "met 40 waarschuwingen"),
    ],
)
def test_the_verdict_stands_at_the_top(
    settings: Settings, verdict: str, warnings: int, says: str
) -> None:
    results = [result(n, passed=n >= warnings) for n in range(50)]
    text = page(settings, judged(settings, verdict, *results))
    assert says in text.split("<nav")[0]
    assert text.count('<tr class="warning">') == 2 * warnings  # what needs attention, and all rules


def test_a_text_of_a_rule_is_escaped(settings: Settings) -> None:
    text = page(settings, judged(settings, "passed", result(1, passed=True)))
    assert "&lt;over&gt;" in text
    assert "<over>" not in text


def test_a_rule_that_could_not_be_judged_shows_no_error_of_the_database(settings: Settings) -> None:
    broken = result(1, passed=False, error="Could not convert string 'J. de Vries' to INT32")
    text = page(settings, judged(settings, "failed", broken), published=False)
    assert "kon niet beoordeeld worden" in text
    assert "Vries" not in text


def test_what_was_held_back_has_a_report_beside_its_verdict(settings: Settings) -> None:
    folder = settings.warehouse / "run"
    folder.mkdir(parents=True)
    judged(settings, "failed", result(1, passed=False, severity="critical"))
    path = write_report_of_failure(settings, folder, is_sample=True)
    assert path == folder / REPORT
    assert path is not None
    assert "niets is gepubliceerd" in path.read_text(encoding="utf-8")


def test_a_gate_that_came_to_no_verdict_has_a_report_too(settings: Settings) -> None:
    folder = settings.warehouse / "run"
    folder.mkdir(parents=True)
    judged(settings, "failed", error="The judge ended with code 1.", mart_sha256=None)
    path = write_report_of_failure(settings, folder, is_sample=False)
    assert path is not None
    assert "kwam niet tot een oordeel" in path.read_text(encoding="utf-8")


def test_a_gate_that_passed_has_its_report_in_the_release(settings: Settings) -> None:
    judged(settings, "passed", result(1, passed=True))
    assert write_report_of_failure(settings, settings.home, is_sample=True) is None


def test_an_approval_stands_in_red_with_who_and_why(settings: Settings) -> None:
    record = judged(
        settings,
        "approved",
        result(1, passed=False, severity="critical"),
        approval={
            "approved_by": "verzonnen.controller",
            "approved_at": "2026-03-02T10:00:00+01:00",
            "reason": "De levering van maart komt later, zo is afgesproken.",
            "rules": [
                {
                    "table": "figure",
                    "rule": "rule_1",
                    "failing_rows": 1,
                    "observed": "1 afwijking",
                }
            ],
            "mart_sha256": "ab" * 32,
            "gate_record": 6,
            "record": 7,
            "record_sha256": "cd" * 32,
            "key_id": "ef" * 32,
        },
    )
    text = page(settings, record)
    part = text.split('class="approval"')[1].split("</section>")[0]
    for words in ("verzonnen.controller", "De levering van maart", "figure.rule_1", "Record 7"):
        assert words in part
    assert "Gepubliceerd ondanks fouten" in text


def test_the_head_of_the_ledger_can_be_compared_with_the_page(settings: Settings) -> None:
    record = judged(settings, "passed", result(1, passed=True))
    assert f"datalab verify --head 1:{record.sha256}" in page(settings, record)
