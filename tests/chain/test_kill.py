"""A run killed at any moment leaves the last release whole, and the next run goes through."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.chain.deliveries import clarity
from tests.chain.processes import all_gone, is_whole, left_running, start
from tests.chain.small_town import AS_OF, MONTH, VOTES, deliver_fact
from tests.conftest import Datalab


@pytest.mark.parametrize("kills", [2, 10], ids=["two kills", "ten kills"])
@pytest.mark.slow
def test_a_killed_run_leaves_the_last_release_standing(
    tmp_path: Path, datalab: Datalab, kills: int
) -> None:
    deliver_fact(tmp_path, 0)
    begun = time.monotonic()
    assert datalab("run", home=tmp_path, as_of=AS_OF).returncode == 0
    lasts = time.monotonic() - begun
    # The moments are drawn anew each time; the seed is told, to draw them again.
    seed = random.randrange(10**6)
    draw = random.Random(seed)
    for number in range(1, kills + 1):
        deliver_fact(tmp_path, number)
        run = start(tmp_path, "run", "--as-of", AS_OF, said=subprocess.DEVNULL)
        # Later kills fall after the start-up, where the writing is done.
        time.sleep(draw.uniform(0.1, 1.0) * lasts)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert is_whole(tmp_path), f"after kill {number}, seed {seed}"
    after = datalab("run", home=tmp_path, as_of=AS_OF)
    assert after.returncode == 0, after.stdout + after.stderr
    assert is_whole(tmp_path)
    assert clarity(tmp_path, MONTH) == (VOTES * (kills + 1),) * 2
    leftovers = [*(tmp_path / "releases").glob(".building-*"), *(tmp_path / "raw").rglob("*.tmp")]
    assert not leftovers


def is_dbt(process: int) -> bool:
    """Whether it is the dbt that a run starts ahead, and that builds its tables later."""
    try:
        return b"waiting_dbt" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it ended
        return False


def test_dbt_ends_with_the_run_that_started_it(tmp_path: Path) -> None:
    deliver_fact(tmp_path, 0)
    run = start(tmp_path, "run", "--as-of", AS_OF, said=subprocess.DEVNULL)
    deadline = time.monotonic() + 600
    while not any(is_dbt(process) for process in left_running(tmp_path)):
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert all_gone(tmp_path, within=30)
