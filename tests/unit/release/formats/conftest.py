"""A release folder with every format, made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from dronten_pipeline.release.formats import write_exports
from dronten_pipeline.release.formats.checksums import export_checksums
from dronten_pipeline.release.formats.parquet import export_parquet
from tests.unit.release.formats import hostile

Rows = list[tuple[Any, ...]]


def open_exports(folder: Path, **changes: Any) -> Path:
    export_parquet(folder / "mart.duckdb", folder / "parquet")
    arguments: dict[str, Any] = {"address": None, "is_sample": True}
    files = write_exports(folder, hostile.CONTRACTS, **(arguments | changes))
    export_checksums(folder, files)
    return folder


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The formats of a mart with hostile values."""
    made = tmp_path_factory.mktemp("made")
    folder = tmp_path_factory.mktemp("release")
    hostile.build(made).rename(folder / "mart.duckdb")
    return open_exports(folder)


@pytest.fixture(scope="session")
def truth(release: Path) -> Rows:
    """The rows of the hostile table as the mart has them."""
    with duckdb.connect(str(release / "mart.duckdb"), read_only=True) as mart:
        return mart.execute("FROM moeilijk").fetchall()
