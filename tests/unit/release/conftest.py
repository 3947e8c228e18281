"""A home with two releases, for tests that go on from there. Not here: how one comes about."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dronten_pipeline.core.settings import Settings
from tests.unit.release.marts import judged_mart, publish_it


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two") / "home"
    settings = Settings(home=folder)
    publish_it(settings, judged_mart(settings, 1))
    publish_it(settings, judged_mart(settings, 2, value=2.5, previous=1))
    return folder


@pytest.fixture
def two(made: Path, tmp_path: Path) -> Settings:
    """A home with two releases, one's own; the second is current."""
    shutil.copytree(made, tmp_path / "home", symlinks=True)
    return Settings(home=tmp_path / "home")
