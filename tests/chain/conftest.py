"""The release of the small delivery that was worked out by hand: one run for all its tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Datalab, Made

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def hand_home(made_once: Made, datalab: Datalab) -> Path:
    """A home with one release, made of `by_hand/` on 28 April 2026: twelve of the sources."""

    def make(folder: Path) -> None:
        ran = datalab("run", home=folder, landing=HERE / "by_hand", as_of="2026-04-28")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        # For copies in which a test runs again.
        shutil.copytree(HERE / "by_hand", folder / "landing")
        (folder / "said.txt").write_text(ran.stdout + ran.stderr, encoding="utf-8")

    return made_once("by_hand", make)
