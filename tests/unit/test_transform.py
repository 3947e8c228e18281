"""What dbt is told of a run."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline import transform
from dronten_pipeline.settings import PROJECT, Settings


@pytest.mark.parametrize(
    ("records", "becomes"),
    [(None, "view"), ([transform.LARGE], "view"), ([transform.LARGE, 1], "table")],
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
    assert transform.environment(settings)["DATALAB_STAGING"] == becomes
