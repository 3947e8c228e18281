"""What is said when dbt could not build something."""

from __future__ import annotations

import json
from pathlib import Path

from dronten_pipeline.defs.dbt import what_broke
from dronten_pipeline.evidence.durable import is_full


def test_the_reason_of_dbt_is_passed_on(tmp_path: Path) -> None:
    outcome = tmp_path / "run_results.json"
    message = "Runtime Error in model a (a.sql)\n  Could not write: No space left on device"
    outcome.write_text(
        json.dumps(
            {
                "results": [
                    {"unique_id": "model.b", "status": "success", "message": "OK"},
                    {"unique_id": "model.a", "status": "error", "message": message},
                    {"unique_id": "model.c", "status": "error", "message": None},
                ]
            }
        ),
        encoding="utf-8",
    )
    said = what_broke(outcome)
    assert said.startswith("dbt could not build model.a, model.c (Runtime Error in model a")
    assert is_full(RuntimeError(said))


def test_a_build_without_an_outcome_is_no_success(tmp_path: Path) -> None:
    assert "did not say" in what_broke(tmp_path / "run_results.json")


def test_a_build_in_which_nothing_broke_says_nothing(tmp_path: Path) -> None:
    outcome = tmp_path / "run_results.json"
    outcome.write_text('{"results": [{"status": "fail", "message": "1 row"}]}', encoding="utf-8")
    assert what_broke(outcome) == ""
