"""What is said when dbt could not build something, or one of its tests failed."""

from __future__ import annotations

import json
from pathlib import Path

from dronten_pipeline.contracts.dbt_project import TestsFailed, TransformError, what_failed
from dronten_pipeline.core.durable import is_full


def outcome(folder: Path, *results: tuple[str, str, str | None]) -> Path:
    path = folder / "run_results.json"
    named = [dict(zip(("unique_id", "status", "message"), one, strict=True)) for one in results]
    path.write_text(json.dumps({"results": named}), encoding="utf-8")
    return path


def test_models_that_broke_are_named_and_the_words_of_duckdb_are_not(tmp_path: Path) -> None:
    message = "Runtime Error\n  Conversion Error: Could not convert string 'Jan de Vries' to INT32"
    failure = what_failed(
        outcome(
            tmp_path,
            ("model.datalab.b", "success", "OK"),
            ("model.datalab.a", "error", message),
            ("model.datalab.c", "error", None),
            ("test.datalab.unique_a", "fail", "3"),
        ),
        tmp_path / "dbt.log",
    )
    assert type(failure) is TransformError
    assert "dbt kon a, c niet bouwen" in str(failure)
    assert str(tmp_path / "dbt.log") in str(failure)
    assert "Vries" not in str(failure)
    assert not is_full(failure)


def test_a_full_disk_behind_a_model_is_known(tmp_path: Path) -> None:
    message = "Runtime Error in model a (a.sql)\n  Could not write: No space left on device"
    assert is_full(
        what_failed(outcome(tmp_path, ("model.datalab.a", "error", message)), tmp_path / "dbt.log")
    )


def test_a_test_that_failed_holds_back(tmp_path: Path) -> None:
    failure = what_failed(
        outcome(tmp_path, ("test.datalab.unique_a.0a1b", "fail", "Got 2 results")),
        tmp_path / "dbt.log",
    )
    assert isinstance(failure, TestsFailed)
    assert "toets unique_a van dbt is niet gehaald" in str(failure)


def test_a_build_without_an_outcome_is_no_success(tmp_path: Path) -> None:
    log = tmp_path / "dbt.log"
    assert "zonder te zeggen" in str(what_failed(tmp_path / "run_results.json", log))
    (tmp_path / "run_results.json").write_bytes(b'{"results": [')
    log.write_text("IO Error: No space left on device", encoding="utf-8")
    assert is_full(what_failed(tmp_path / "run_results.json", log))


def test_a_build_in_which_nothing_broke_says_nothing(tmp_path: Path) -> None:
    path = outcome(tmp_path, ("model.datalab.a", "success", None), ("test.datalab.b", "warn", "1"))
    assert what_failed(path, tmp_path / "dbt.log") is None
