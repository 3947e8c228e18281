"""A dbt that was started ahead builds what it is told, with what it is told then."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from dronten_pipeline.contracts.waiting_dbt import WaitingDbt

PROFILE = """
small:
  target: it
  outputs:
    it: {type: duckdb, path: warehouse.duckdb}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dbt_project.yml").write_text("name: small\nprofile: small\n")
    (tmp_path / "profiles.yml").write_text(PROFILE)
    (model := tmp_path / "models/one.sql").parent.mkdir()
    model.write_text("select '{{ env_var(\"DATALAB_SAID\") }}' as said")
    return tmp_path


def variables(project: Path, said: str) -> Mapping[str, str]:
    return {
        "DATALAB_SAID": said,
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "DBT_TARGET_PATH": str(project / "target"),
        "DBT_LOG_PATH": str(project / "target"),
    }


@pytest.mark.parametrize("later", ["the same", "something else"])
def test_it_builds_with_the_variables_of_the_moment(project: Path, later: str) -> None:
    dbt = WaitingDbt(project, variables(project, "the same"), writes=False)
    assert dbt.has_read()[0], dbt.has_read()[1]
    assert not (project / "target" / "manifest.json").exists()
    process = dbt.do(["build"], variables(project, later))
    said = process.communicate()[0]
    assert process.returncode == 0, said
    assert (project / "target" / "manifest.json").exists()
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as built:
        assert built.execute("from one").fetchall() == [(later,)]


def test_a_project_that_cannot_be_read_is_said_to_be_so(project: Path) -> None:
    (project / "models/one.sql").write_text("select {{ nothing( }}")
    dbt = WaitingDbt(project, variables(project, ""), writes=True)
    could_read, said = dbt.has_read()
    assert not could_read
    assert "one.sql" in said
    dbt.end()
    assert dbt.process.returncode == 0


def test_one_that_was_killed_while_it_waited_ends_as_a_dbt_that_was_killed(project: Path) -> None:
    dbt = WaitingDbt(project, variables(project, ""), writes=False)
    dbt.process.kill()
    process = dbt.do(["build"], variables(project, ""))
    assert process.wait() < 0
    process.stdout.close()
