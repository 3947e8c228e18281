"""Adding a source, a KPI or a published table touches its own files and nothing shared.

Each is added in a temporary copy of the project, by what `datalab new` writes and a person fills
in, and the copy is loaded as Dagster would.
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

from dronten_pipeline.contracts.additions import (
    BLANK,
    AdditionError,
    blanks,
    new_kpi,
    new_source,
)
from dronten_pipeline.contracts.reading import ContractError
from dronten_pipeline.contracts.seeds import check_seeds
from dronten_pipeline.core.settings import Settings
from tests.conftest import PROJECT

#: A document of the register: a KPI names the one that promises it.
DOCUMENT = "000_fd59a6f5572420e4.txt"
SQLFLUFF = str(Path(sys.executable).with_name("sqlfluff"))
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


#: The copy is parsed, linted and loaded, half a minute of it; `make check` does so too.
OF_THE_WHOLE = pytest.mark.slow


def fill_in(waiting: list[str]) -> None:
    """What a person would do, in the places that were named and nowhere else."""
    for place in waiting:
        path, number, *_ = place.split(":")
        lines = Path(path).read_text(encoding="utf-8").splitlines(keepends=True)
        line = lines[int(number) - 1].replace(f",{BLANK},,", f",{DOCUMENT},,")
        lines[int(number) - 1] = line.replace(BLANK, "Ingevuld")
        Path(path).write_text("".join(lines), encoding="utf-8")


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


def copied_to(project: Path) -> Settings:
    """Settings of a copy of the project."""
    for name in COPIED:
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("target"))
    return Settings(
        home=project / "data",
        sources=project / "sources",
        dbt_project=project / "dbt_project",
        expectations=project / "expectations",
    )


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    project = tmp_path_factory.mktemp("graph")
    settings = copied_to(project)
    new_source(settings, "proefbron")
    new_kpi(settings, "proef_share", "proefbron", "records")
    waiting = list(blanks(settings))
    fill_in(waiting)
    assert list(blanks(settings)) == []
    shutil.copy(PROJECT / ".sqlfluff", project)
    written = [path for path in project.rglob("*proef*.sql") if path.is_file()]
    assert len(written) == 3
    linted = subprocess.run(
        [SQLFLUFF, "lint", *map(str, written)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout
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


@OF_THE_WHOLE
def test_a_source_is_its_folder_and_its_staging_folder(graph: dict) -> None:
    assert "raw/proefbron__records" in graph["assets"]
    assert graph["parents"]["staging/stg_proefbron__records"] == ["raw/proefbron__records"]
    assert "raw/proefbron__records" in graph["parents"]["raw/snapshot"]


@OF_THE_WHOLE
def test_a_rule_of_a_kpi_is_a_file_of_its_own(graph: dict) -> None:
    assert "mart/fct_kpi_value:proef_share_reconciles" in graph["checks"]


@OF_THE_WHOLE
def test_a_kpi_is_a_model_and_a_row_of_the_register_and_of_the_definitions(graph: dict) -> None:
    assert "kpi/kpi_proef_share" in graph["assets"]
    assert any(
        "kpi/kpi_proef_share" in parents
        for asset, parents in graph["parents"].items()
        if asset != "kpi/kpi_proef_share"
    )


@OF_THE_WHOLE
def test_a_published_table_is_a_model_and_a_suite(graph: dict) -> None:
    assert "mart/dim_day:has_rows" in graph["checks"]
    assert "mart/dim_day" in graph["parents"]["release"]


# --- what `datalab new` refuses, and what it leaves to fill in


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One for all refusals: they change nothing."""
    return copied_to(tmp_path_factory.mktemp("copied"))


@pytest.mark.parametrize("name", ["fixi", "Fixi", "twee woorden", "../elders", "1e", "a__b", ""])
def test_a_source_that_exists_or_has_no_name_is_refused(copied: Settings, name: str) -> None:
    before = sorted(copied.sources.rglob("*"))
    with pytest.raises(AdditionError, match=r"bestaat al|kan geen naam zijn"):
        new_source(copied, name)
    assert sorted(copied.sources.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "table", "says"),
    [
        ("b1_share", "votes", "b1_share bestaat al"),
        ("B2", "votes", "kan geen naam zijn"),
        ("b2_share", "geen", "geen tabel website_feedback.geen; wel: accessibility_audit.pages, "),
    ],
)
def test_a_kpi_that_exists_or_counts_nothing_is_refused(
    copied: Settings, name: str, table: str, says: str
) -> None:
    register = copied.dbt_project / "seeds" / "kpi_register.csv"
    before = register.read_bytes()
    with pytest.raises(AdditionError, match=re.escape(says)):
        new_kpi(copied, name, "website_feedback", table)
    assert register.read_bytes() == before


def test_what_is_not_filled_in_is_named_with_file_line_and_column(tmp_path: Path) -> None:
    copied = copied_to(tmp_path)
    new_source(copied, "proefbron")
    new_kpi(copied, "proef_share", "proefbron", "records")
    found = [Path(place).relative_to(copied.sources.parent).as_posix() for place in blanks(copied)]
    assert any(re.match(r"sources/proefbron/source\.yml:\d+: .*INVULLEN", one) for one in found)
    (register,) = (one for one in found if "kpi_register.csv:" in one)
    assert register.endswith("kolom name_nl, name_en, document, owner, decided_by")
    with pytest.raises(ContractError, match=r"kpi_register.csv:\d+: kolom document is 'INVULLEN'"):
        check_seeds(copied.dbt_project / "seeds")


def test_nothing_of_the_project_waits_to_be_filled_in() -> None:
    assert list(blanks(Settings())) == []
