"""One server for all tests of a module: it takes some fifteen seconds to start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.serving import QUICK, Served, serving


@pytest.fixture(scope="package")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`datalab dev` in a home of its own, after one run of one asset."""
    with serving(tmp_path_factory.mktemp("web") / "home", "dev") as served:
        launched = served.launch({}, QUICK)
        assert launched["__typename"] == "LaunchRunSuccess", launched
        assert served.wait_for(launched["run"]["runId"]) == "SUCCESS"
        yield served


@pytest.fixture(scope="session")
def somebody_else() -> int:
    """The number of an account that is not that of the server."""
    return 65534


@pytest.fixture
def untouched(dev: Served) -> Iterator[Path]:
    """Afterwards nothing was started, stopped or removed."""
    before = dev.runs
    assert before
    yield dev.home
    assert dev.runs == before
    assert dev.sensor["sensorState"]["status"] == "RUNNING"
