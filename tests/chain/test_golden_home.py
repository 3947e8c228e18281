"""What an earlier version signed is verified, explained and computed again by this one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, Datalab

GOLDEN = PROJECT / "tests" / "golden"
SAID: dict[str, Any] = json.loads((GOLDEN / "said.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def golden_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("golden")
    shutil.unpack_archive(GOLDEN / "home.tar.xz", home)
    return home


def test_it_verifies(golden_home: Path, datalab: Datalab) -> None:
    ran = datalab("verify", home=golden_home)
    said = ran.stdout
    assert ran.returncode == 0, said
    assert "Alles klopt." in said
    assert "6 records" in said
    assert "2 uitgaven" in said


def test_it_verifies_without_this_project(golden_home: Path) -> None:
    script = PROJECT / "tools" / "verify.py"
    keys = ["--keys", str(golden_home / "keys")]
    found = subprocess.run(
        [sys.executable, str(script), str(golden_home), *keys], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_one_changed_byte_is_seen(tmp_path: Path, datalab: Datalab) -> None:
    shutil.unpack_archive(GOLDEN / "home.tar.xz", tmp_path)
    record = tmp_path / "ledger" / "000005-release.json"
    record.chmod(0o644)
    written = bytearray(record.read_bytes())
    written[len(written) // 2] ^= 1
    record.write_bytes(written)
    assert datalab("verify", home=tmp_path).returncode != 0


@pytest.mark.parametrize("asked", SAID)
def test_every_figure_is_explained_and_computed_as_it_was(
    golden_home: Path, datalab: Datalab, asked: str
) -> None:
    release, kpi = asked.split(" ")
    arguments = ("explain", kpi, "--release", release, "--json", "--recompute")
    ran = datalab(*arguments, home=golden_home)
    assert ran.returncode == 0, ran.stdout
    answer = json.loads(ran.stdout)
    assert answer["recomputed"]["is_equal"] is True
    # Later versions may say more of a figure and a target, and nothing else.
    assert answer["figure"].items() >= SAID[asked]["figure"].items()
    assert len(answer["targets"]) == len(SAID[asked]["targets"])
    for now, then in zip(answer["targets"], SAID[asked]["targets"], strict=True):
        assert now.items() >= then.items()
    assert answer["kpi"]["definition_nl"] == SAID[asked]["definition"]
    assert [
        {key: delivery[key] for key in ("source", "table", "file_name", "sha256", "counts")}
        for delivery in answer["deliveries"]
    ] == SAID[asked]["deliveries"]
    assert [
        [check[key] for key in ("table", "rule", "severity", "passed")]
        for check in answer["checks"]["of_this_kpi"]
    ] == SAID[asked]["rules"]
    assert [[one["release_id"], one["value"]] for one in answer["history"]] == SAID[asked][
        "history"
    ]
