"""The release of the sample, which several chain tests look at: one run for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Datalab


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory, datalab: Datalab) -> Path:
    """A home with one release, made of the sample; `first.txt` holds what the run said."""
    folder = tmp_path_factory.mktemp("sample")
    first = datalab("run", home=folder)
    assert first.returncode == 0, first.stdout + first.stderr
    (folder / "first.txt").write_text(first.stdout, encoding="utf-8")
    return folder
