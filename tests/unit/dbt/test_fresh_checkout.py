"""The dbt project on a fresh checkout: all that dbt does works with nothing but the profile.

Not here: what the models must give of what was delivered.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dronten_pipeline.contracts.dbt_project import DBT, prepared_manifest
from dronten_pipeline.contracts.sources import load_sources
from dronten_pipeline.core.settings import WRITTEN_BY_DBT, Settings
from dronten_pipeline.ingest.snapshot import build_snapshot
from tests.unit.dbt.conftest import AS_OF, DBT_PROJECT

STAGING = DBT_PROJECT / "models" / "staging"


def test_sources_name_the_columns_and_types_that_a_run_lays_out(tmp_path: Path) -> None:
    """By hand, without deliveries, dbt makes its tables of these."""
    settings = Settings(home=tmp_path)
    laid_out = build_snapshot(
        settings,
        load_sources(settings.sources),
        {},
        run_id="run",
        as_of=AS_OF,
        code_version="test",
        release_id="release",
        origin="sample",
        previous=None,
        previous_inputs={},
    ).folder
    there = {
        folder.name: {
            name: kind.lower()
            for name, kind, *_ in duckdb.sql(
                f"describe from read_parquet('{folder}/*.parquet', filename = true)"
            ).fetchall()
        }
        for folder in laid_out.iterdir()
        if folder.is_dir()
    }
    named = {
        f"{source['name']}__{table['name']}": {
            column["name"]: column.get("data_type") for column in table["columns"]
        }
        for path in STAGING.rglob("*.yml")
        for source in yaml.safe_load(path.read_text(encoding="utf-8")).get("sources", ())
        if source["name"] != "previous_release"
        for table in source["tables"]
    }
    assert named == there


def test_models_read_raw_tables_by_the_macro_that_does_without_deliveries() -> None:
    for path in STAGING.rglob("*.sql"):
        assert not re.search(r"\bsource\(", path.read_text(encoding="utf-8")), path.name


@pytest.mark.slow  # the whole project is built: a minute
def test_dbt_does_all_with_nothing_but_the_profile(parsed_home: Path, tmp_path: Path) -> None:
    """And knows the project as a run does."""
    project = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns(*WRITTEN_BY_DBT))
    told = {
        name: text for name, text in os.environ.items() if not name.startswith(("DATALAB_", "DBT_"))
    }

    def dbt(*arguments: str, leaves: str) -> dict[str, Any]:
        command = [DBT, "--no-use-colors", *arguments]
        done = subprocess.run(command, cwd=project, env=told, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        written: dict[str, Any] = json.loads((project / "target" / leaves).read_bytes())
        return written

    read = dbt("parse", leaves="manifest.json")["nodes"]
    known = json.loads(prepared_manifest(Settings(home=parsed_home)).read_bytes())["nodes"]
    assert _dependencies(read) == _dependencies(known)

    built = dbt("build", leaves="run_results.json")["results"]
    assert {one["status"] for one in built} <= {"success", "pass", "warn", "no-op"}
    # An ephemeral model is part of those that read it.
    made = {name for name, node in read.items() if node["config"]["materialized"] != "ephemeral"}
    assert {one["unique_id"] for one in built} >= made
    assert any(one["unique_id"].startswith("unit_test.") for one in built)

    described = dbt("docs", "generate", leaves="catalog.json")
    assert not described["errors"]
    assert set(described["nodes"]) == {
        name for name in made if name.startswith(("model.", "seed."))
    }

    fresh = dbt("source", "freshness", leaves="sources.json")["results"]
    never = "0001-01-01T00:00:00+00:00"
    assert {(one["status"], one["max_loaded_at"]) for one in fresh} == {("warn", never)}
    assert {path.name for path in tmp_path.iterdir()} == {project.name}


def _dependencies(nodes: dict[str, Any]) -> dict[str, list[str] | None]:
    """By node what it reads; a seed reads nothing."""
    return {name: node["depends_on"].get("nodes") for name, node in nodes.items()}
