"""Nobody else reads what stands under the home, and everybody reads the releases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dronten_pipeline.audit.doctor import examine
from dronten_pipeline.core import permissions
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.pipeline.run import alone


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


@pytest.fixture
def old_home(tmp_path: Path) -> Settings:
    """As a version made it that left the modes to the mask of whoever ran it."""
    settings = Settings(home=tmp_path / "home")
    for name in ("raw/a/b.parquet", "dagster/history/runs.db", "landing/a/b.csv", "signing.key"):
        path = settings.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (settings.releases / "r1" / "csv").mkdir(parents=True)
    for name in ("feed.json", "r1/manifest.json", "r1/csv/a.csv"):
        (settings.releases / name).write_text("x")
    for path in [settings.home, *settings.home.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    (settings.releases / "r1/csv/a.csv").chmod(0o440)
    (settings.releases / "current").symlink_to("r1")
    return settings


def test_an_old_home_is_put_right_by_the_next_command(old_home: Settings) -> None:
    said = [one.text for one in examine(old_home) if not one.is_fine]
    assert any("voor anderen leesbaar" in text for text in said)
    with alone(old_home, "proef"):
        pass
    home, releases = old_home.home, old_home.releases
    assert {mode(path) for path in (home, old_home.raw, old_home.raw / "a")} == {"0o750"}
    assert mode(home / "raw/a/b.parquet") == mode(home / "dagster/history/runs.db") == "0o640"
    assert mode(home / "signing.key") == "0o600"
    assert mode(home / "landing") == "0o777", "belongs to whoever delivers"
    assert {mode(releases / name) for name in (".", "r1", "r1/csv")} == {"0o755"}
    assert mode(releases / "feed.json") == "0o644"
    assert mode(releases / "r1/csv/a.csv") == "0o444"
    assert not permissions.too_open(old_home)


def test_readers_may_be_let_through_the_home(old_home: Settings) -> None:
    old_home.home.chmod(0o751)
    permissions.repair(old_home)
    assert mode(old_home.home) == "0o751"


def test_a_stricter_mask_stays() -> None:
    before = os.umask(0o077)
    try:
        permissions.keep_private()
        assert os.umask(0o022) == 0o077
        permissions.keep_private()
        assert os.umask(0o022) == permissions.MASK
    finally:
        os.umask(before)
