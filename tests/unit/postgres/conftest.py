"""One PostgreSQL server for all tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres_server import NoServer, Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    try:
        with running() as started:
            yield started
    except NoServer as reason:
        pytest.skip(str(reason))
