"""The unit tests that dbt holds itself (`dbt_project/models/unit_tests.yml`), run by dbt.

Not here: what they try. A run leaves them out of its build.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import yaml

from dronten_pipeline.contracts.dbt_project import DBT
from tests.unit.dbt.conftest import DBT_PROJECT


def test_the_unit_tests_of_dbt_pass_with_nothing_built(tmp_path: Path) -> None:
    where = ["--target-path", str(tmp_path), "--log-path", str(tmp_path)]
    done = subprocess.run(
        [str(DBT), "--no-use-colors", "test", "--select", "test_type:unit", *where],
        cwd=DBT_PROJECT,
        env={**os.environ, "DATALAB_WAREHOUSE": str(tmp_path / "warehouse.duckdb")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "run_results.json").read_bytes())["results"]
    written = yaml.safe_load((DBT_PROJECT / "models" / "unit_tests.yml").read_text())["unit_tests"]
    assert [one["status"] for one in results] == ["pass"] * len(written)
