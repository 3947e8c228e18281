"""The release of the small delivery that was worked out by hand: one run for all its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Datalab

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def hand_home(tmp_path_factory: pytest.TempPathFactory, datalab: Datalab) -> Path:
    """A home with one release, made of `by_hand/` on 28 April 2026: twelve of the sources."""
    folder = tmp_path_factory.mktemp("by_hand")
    ran = datalab("run", home=folder, landing=HERE / "by_hand", as_of="2026-04-28")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (folder / "said.txt").write_text(ran.stdout + ran.stderr, encoding="utf-8")
    return folder
