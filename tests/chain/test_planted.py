"""A whole run over deliveries with planted, invented personal data, and every byte it left.

What may be stored is there, so that it is known that the search finds; after the file was erased
and the release withdrawn, nothing of it is.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.chain.deliveries import VOTES, csv, vote
from tests.conftest import Datalab
from tests.planted import found_below

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
AS_OF = "2026-04-28"

UNKEPT = [
    *("Quellinusbestand", "Quellinuskop", "Quellinusextra", "Quellinustekst", "Quellinusdatum"),
    *("Quellinusgeheim", "06-87654321"),
]
#: Stored, and published as the name of a section; the key is stored only.
SECTION, KEY = "quellinussectie", "Vquellinus"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, datalab: Datalab) -> Path:
    home = tmp_path_factory.mktemp("planted") / "home"
    landing = home / "landing"
    shutil.copytree(HERE / "by_hand", landing, ignore=shutil.ignore_patterns("*answers*"))
    rows = [
        (*vote(f"quellinus{n}", section=SECTION, remark="Quellinustekst"), "Quellinusextra")
        for n in range(40)
    ]
    rows.append((*vote("x1", sent="Quellinusdatum"), "06-87654321"))
    csv(
        landing / "website_feedback" / "votes_Quellinusbestand.csv",
        rows,
        header=[*VOTES, "Quellinuskop"],
    )
    secret = home.parent / "geheim.csv"
    secret.write_text("Quellinusgeheim\n")
    (landing / "external_survey").mkdir(exist_ok=True)
    (landing / "external_survey" / "scores_2026.csv").symlink_to(secret)
    ran = datalab("run", home=home, as_of=AS_OF)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = (ran.stdout + ran.stderr).casefold()
    assert not [text for text in UNKEPT if text.casefold() in said]
    return home


def test_nothing_that_may_not_be_kept_is_anywhere(home: Path) -> None:
    assert found_below(home, UNKEPT, but=[home / "landing"]) == []
    found = found_below(home, [SECTION, KEY], but=[home / "landing"])
    assert any(place.startswith("releases/") for place in found)


def test_dagster_holds_no_raw_value(home: Path) -> None:
    assert found_below(home / "dagster", [KEY]) == []


def test_nobody_else_can_read_what_a_run_leaves(home: Path) -> None:
    shared = home / "releases"
    for path in home.rglob("*"):
        if path.is_symlink() or home / "landing" in path.parents or path == home / "landing":
            continue
        mode = path.stat().st_mode & 0o777
        if path == shared or shared in path.parents:
            assert mode in ((0o755,) if path.is_dir() else (0o644, 0o444)), path
        else:
            assert mode & ~(0o750 if path.is_dir() else 0o640) == 0, (path, oct(mode))


def test_nothing_is_left_after_erasing_and_withdrawing(home: Path, datalab: Datalab) -> None:
    release = (home / "releases" / "current").readlink().name
    (home / "landing" / "website_feedback" / "votes_Quellinusbestand.csv").unlink()
    which = ("website_feedback", "votes_Quellinusbestand.csv")
    erased = datalab("erase", *which, "--reason", "er stond te veel in", home=home)
    assert erased.returncode == 0, erased.stdout + erased.stderr
    assert release in erased.stdout
    left = found_below(home, [SECTION, KEY], but=[home / "landing"])
    assert {place.split("/")[0] for place in left} == {"releases"}
    gone = datalab("withdraw", release, "--reason", "er stond te veel in", home=home)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert found_below(home, [*UNKEPT, SECTION, KEY], but=[home / "landing"]) == []
    checked = datalab("verify", home=home)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "ingetrokken op" in checked.stdout
