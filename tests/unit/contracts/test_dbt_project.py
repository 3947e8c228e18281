"""What dbt is told of a run."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.contracts import dbt_project
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
