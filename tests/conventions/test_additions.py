"""Adding a source, a KPI or a published table touches its own files and nothing shared.

Each is added in a temporary copy of the project, and the copy is loaded as Dagster would.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

COPIED = ("dronten_pipeline", "dbt_project", "sources", "expectations")

LOAD = """
import json
from dronten_pipeline.definitions import defs
graph = defs().resolve_asset_graph()
print(json.dumps({
    "assets": sorted(key.to_user_string() for key in graph.get_all_asset_keys()),
    "parents": {
        key.to_user_string(): sorted(p.to_user_string() for p in graph.get(key).parent_keys)
        for key in graph.get_all_asset_keys()
    },
    "checks": sorted(f"{c.asset_key.to_user_string()}:{c.name}" for c in graph.asset_check_keys),
}))
"""


def add_source(project: Path) -> None:
    folder = project / "sources" / "proefbron"
    folder.mkdir()
    (folder / "source.yml").write_text(
        """\
name: proefbron
description: Uitleningen van een bibliotheek, om te zien of een bron erbij kan.
owner: Samenleving
system: Proefsysteem
cadence: monthly
tables:
  - name: loans
    description: Een uitlening per regel.
    key: [uitlening_id]
    columns:
      - {name: uitlening_id, type: text, required: true, description: Uniek nummer.}
      - {name: uitgeleend_op, type: timestamp, required: true, description: Moment.}
""",
        encoding="utf-8",
    )
    _list(project, "int_staged_table", "'proefbron__loans': ['loan_id']")
    staging = project / "dbt_project" / "models" / "staging" / "proefbron"
    shutil.copytree(staging.parent / "website_feedback", staging)
    for path in staging.iterdir():
        text = (
            path.read_text(encoding="utf-8")
            .replace("website_feedback", "proefbron")
            .replace("votes", "loans")
        )
        path.unlink()
        if path.suffix == ".sql":
            text = "select uitlening_id as loan_id from {{ source('proefbron', 'loans') }}\n"
        else:
            text = """\
version: 2
sources:
  - name: proefbron
    description: Uitleningen.
    config:
      meta:
        external_location: >-
          read_parquet('{{ env_var("DATALAB_RAW_CURRENT") }}/proefbron__{name}/*.parquet')
    tables:
      - name: loans
        description: Uitleningen.
        config: {meta: {dagster: {asset_key: ["raw", "proefbron__loans"]}}}
"""
        path.with_name(
            path.name.replace("website_feedback", "proefbron").replace("votes", "loans")
        ).write_text(text, encoding="utf-8")


def _list(project: Path, union: str, line: str) -> None:
    """Adds a line to the model that unites what there is: dbt must know what it reads."""
    model = project / "dbt_project" / "models" / "intermediate" / f"{union}.sql"
    text = model.read_text(encoding="utf-8")
    (start,) = re.findall(r" = [\[{]\n", text)
    model.write_text(text.replace(start, f"{start}    {line},\n"), encoding="utf-8")


def add_kpi(project: Path) -> None:
    for name in ("kpi_register", "kpi_definition"):
        seed = project / "dbt_project" / "seeds" / f"{name}.csv"
        header, first = seed.read_text(encoding="utf-8").splitlines()[:2]
        assert header.startswith("kpi_id,")
        with seed.open("a", encoding="utf-8") as file:
            file.write("website_votes," + first.partition(",")[2] + "\n")
    _list(project, "int_kpi_value", "'website_votes'")
    kpis = project / "dbt_project" / "models" / "kpi"
    (kpis / "kpi_website_votes.sql").write_text(
        "select * from {{ ref('kpi_website_text_clarity') }}\n", encoding="utf-8"
    )
    (project / "expectations" / "fct_kpi_value" / "votes_counted.sql").write_text(
        "-- severity: warning\n-- kpi: website_votes\n"
        "-- description: Een regel van deze KPI alleen.\n"
        "select kpi_id from own where kpi_id is null\n",
        encoding="utf-8",
    )


def add_table(project: Path) -> None:
    marts = project / "dbt_project" / "models" / "marts"
    (marts / "dim_day.sql").write_text("select date '2026-01-01' as day\n", encoding="utf-8")
    (project / "expectations" / "dim_day.json").write_text(
        json.dumps(
            {
                "table": "dim_day",
                "description": "De dagen van de kalender.",
                "expectations": [
                    {
                        "rule": "has_rows",
                        "type": "expect_table_row_count_to_be_between",
                        "kwargs": {"min_value": 1},
                        "severity": "critical",
                        "description": "De kalender heeft minstens een dag.",
                    }
                ],
            }
        ),
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    project = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("target"))
    add_source(project)
    add_kpi(project)
    add_table(project)
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "DATALAB_HOME": str(project / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr[-3000:]
    return json.loads(loaded.stdout.splitlines()[-1])


def test_a_source_is_its_folder_and_its_staging_folder(graph: dict) -> None:
    assert "raw/proefbron__loans" in graph["assets"]
    assert graph["parents"]["staging/stg_proefbron__loans"] == ["raw/proefbron__loans"]
    assert "raw/proefbron__loans" in graph["parents"]["raw/snapshot"]


def test_a_rule_of_a_kpi_is_a_file_of_its_own(graph: dict) -> None:
    assert "mart/fct_kpi_value:votes_counted" in graph["checks"]


def test_a_kpi_is_a_model_and_a_row_of_the_register_and_of_the_definitions(graph: dict) -> None:
    assert "kpi/kpi_website_votes" in graph["assets"]
    assert any(
        "kpi/kpi_website_votes" in parents
        for asset, parents in graph["parents"].items()
        if asset != "kpi/kpi_website_votes"
    )


def test_a_published_table_is_a_model_and_a_suite(graph: dict) -> None:
    assert "mart/dim_day:has_rows" in graph["checks"]
    assert "mart/dim_day" in graph["parents"]["release"]
