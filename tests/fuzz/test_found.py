"""What the fuzzer found stays mended, and its statement can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import reading


@pytest.mark.parametrize("path", reading.found_before(), ids=lambda path: path.name)
def test_what_was_found_is_read_or_refused(path: Path) -> None:
    reading.hold(path.read_bytes())


def test_every_seed_is_read() -> None:
    for seed in reading.seeds():
        reading.hold(seed)
