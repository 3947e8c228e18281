"""A disk that fills while a run reads, writes down or publishes: whole runs on a real full disk.

The home stands on a file system of its own, in memory, that is filled at the first rename of its
kind (`renames.take_held`) and emptied again. Not here: a disk that is full before a run begins
(`tests/unit`, `/dev/full`).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chain.deliveries import clarity
from tests.chain.processes import all_gone, is_whole, start
from tests.chain.renames import take_held
from tests.chain.small_town import AS_OF, MONTH, VOTES, deliver_fact

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("filled_at", ["raw", "ledger", "releases"])
def test_a_disk_that_fills_during_a_run_hurts_nothing(large_disk: Path, filled_at: str) -> None:
    home = large_disk / "home"
    deliver_fact(home, 0)
    first = start(home, "run", "--as-of", AS_OF)
    said = "".join(first.communicate(timeout=900))
    assert first.returncode == 0, said
    before = (home / "releases/current").readlink()
    deliver_fact(home, 1)
    filler = large_disk / "filler"
    filled_in: list[str] = []

    def fill(about: dict[str, str]) -> None:
        if not filled_in and about["path"].partition("/")[0] == filled_at:
            filled_in.append(about["path"])
            _fill(filler)

    code, said = take_held(home, fill)
    assert filled_in
    assert code == 1, said
    told = [line for line in said.splitlines() if not line.startswith(("  ", "Datalab Dronten: "))]
    assert len(told) == 1, said
    assert "De schijf is vol" in told[0]
    assert "Traceback" not in said
    assert is_whole(home)
    assert all_gone(home, within=20)
    assert (home / "releases/current").readlink() == before

    filler.unlink()
    after = start(home, "run", "--as-of", AS_OF)
    said = "".join(after.communicate(timeout=900))
    assert after.returncode == 0, said
    assert is_whole(home)
    assert clarity(home, MONTH) == (2 * VOTES, 2 * VOTES)
    checked = start(home, "verify")
    said = "".join(checked.communicate(timeout=900))
    assert checked.returncode == 0, said
    assert not [*home.glob("releases/.building-*"), *home.glob("raw/**/*.tmp")]


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    os.write(file.fileno(), b"\0" * size)
            except OSError:
                continue
