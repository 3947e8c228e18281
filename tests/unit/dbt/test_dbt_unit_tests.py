"""The unit tests that dbt holds itself (`dbt_project/models/unit_tests.yml`), run by dbt.

Not here: what they try. A run leaves them out of its build.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.unit.dbt.conftest import DBT_PROJECT, dbt


def test_the_unit_tests_of_dbt_pass_with_nothing_built(tmp_path: Path) -> None:
    dbt(tmp_path / "raw", tmp_path, "test", "--select", "test_type:unit")
    outcome = tmp_path.parent / "dbt_target" / "run_results.json"
    results = json.loads(outcome.read_bytes())["results"]
    written = yaml.safe_load((DBT_PROJECT / "models" / "unit_tests.yml").read_text())["unit_tests"]
    assert [one["status"] for one in results] == ["pass"] * len(written)
