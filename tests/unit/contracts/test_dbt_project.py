"""What dbt is told of a run."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from dronten_pipeline.contracts import dbt_project
from dronten_pipeline.core.run_files import WAREHOUSE
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.pipeline import run


@pytest.mark.parametrize(
    ("records", "becomes"),
    [(None, "view"), ([dbt_project.LARGE], "view"), ([dbt_project.LARGE, 1], "table")],
    ids=["nothing read yet", "few", "many"],
)
def test_staging_is_kept_where_there_is_much_to_read(
    records: list[int] | None, becomes: str, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, sources=PROJECT / "sources")
    if records is not None:
        folder = settings.raw_current / "run__table"
        folder.mkdir(parents=True)
        pl.DataFrame({"records": records}).write_parquet(folder / "1.parquet")
    assert dbt_project.environment(settings)["DATALAB_STAGING"] == becomes


def test_what_dbt_writes_in_its_folder_is_no_part_of_the_project(tmp_path: Path) -> None:
    """Else who looks at the docs of dbt would have made another version of the code."""
    settings = Settings(home=tmp_path / "home", dbt_project=tmp_path / "dbt")
    (model := tmp_path / "dbt/models/a.sql").parent.mkdir(parents=True)
    model.write_text("select 1")
    before = run.code_fingerprint(settings), dbt_project._fingerprint(settings)
    (written := tmp_path / "dbt/target/compiled/a.sql").parent.mkdir(parents=True)
    written.write_text("select 1")
    assert (run.code_fingerprint(settings), dbt_project._fingerprint(settings)) == before
    model.write_text("select 2")
    after = run.code_fingerprint(settings), dbt_project._fingerprint(settings)
    assert all(new != old for new, old in zip(after, before, strict=True))


def test_other_selectors_make_dbt_read_everything_anew(tmp_path: Path) -> None:
    """A partial parse keeps the selectors that it was made with, whatever the file says since."""
    settings = Settings(home=tmp_path / "home", dbt_project=tmp_path / "dbt")
    settings.dbt_build.mkdir(parents=True)
    (selectors := tmp_path / "dbt/selectors.yml").parent.mkdir(parents=True)
    known = settings.dbt_build / "partial_parse.msgpack"
    for text, stays in (("one", False), ("one", True), ("two", False)):
        selectors.write_text(text)
        known.touch()
        dbt_project._forget_other_selectors(settings)
        assert known.exists() == stays


SMALL = {
    "dbt_project.yml": "name: small\nprofile: small\n",
    "profiles.yml": "small: {target: it, outputs: {it: {type: duckdb, path: "
    "\"{{ env_var('DATALAB_WAREHOUSE') }}\"}}}\n",
    "models/sources.yml": "sources: [{name: given, tables: [{name: rows, config: {meta: "
    "{external_location: \"read_csv('{{ env_var('DATALAB_RAW_CURRENT') }}/rows.csv')\"}}}]}]\n",
    "models/read.sql": "select * from {{ source('given', 'rows') }}",
}


def test_what_one_home_read_another_builds_with_its_own_deliveries(tmp_path: Path) -> None:
    for name, text in SMALL.items():
        (tmp_path / "dbt" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dbt" / name).write_text(text)
    (tmp_path / "dbt/seeds").mkdir()
    project = tmp_path / "dbt"
    dbt_project.prepared_manifest(Settings(home=tmp_path / "ahead", dbt_project=project))

    def built(home: str) -> list[object]:
        """What dbt built from a row with the name of the home, and whether all was known before."""
        settings = Settings(home=tmp_path / home, dbt_project=project)
        settings.dbt_build.mkdir(parents=True)
        dbt_project._take_over(settings, ahead=tmp_path / "ahead")
        settings.raw_current.mkdir(parents=True)
        (settings.raw_current / "rows.csv").write_text(f"said\n{home}\n")
        warehouse = settings.warehouse / "latest" / WAREHOUSE
        warehouse.parent.mkdir(parents=True)
        was_known = (settings.dbt_target / "manifest.json").exists()
        dbt = dbt_project.waiting_dbt(settings)
        process = dbt.do(["build"], dbt_project.environment(settings))
        said = process.communicate()[0]
        assert process.returncode == 0, said
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            rows = connection.sql("from read").fetchall()
        return [*rows, was_known]

    assert built("first") == [("first",), True]
    # A project that changed since is not as it was read: dbt reads what changed.
    (project / "models/read.sql").write_text(SMALL["models/read.sql"].replace("*", "said || 2"))
    assert built("second") == [("second2",), False]


def test_another_version_of_dbt_reads_the_project_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", dbt_project=tmp_path / "dbt")
    before = dbt_project._fingerprint(settings)
    monkeypatch.setattr(dbt_project.metadata, "version", lambda package: f"{package} 99")
    assert dbt_project._fingerprint(settings) != before
