"""Runs that cannot end well, as real processes: a sentence, an exit code, and what stands, stands.

Each starts from a copy of a home with one release, that of `by_hand/`: how a run ends has nothing
to do with how much it reads. Faults that are met at once are tried here one by one, one of them as
a process and the others by what that process calls; those that take a whole run are marked slow.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dronten_pipeline.commands.run import execute
from dronten_pipeline.commands.terminal import OWN_ERROR
from dronten_pipeline.core.settings import Settings
from tests.chain.processes import is_whole, left_running, start
from tests.conftest import PROJECT, Datalab

#: Within so many seconds after what went wrong the process is gone, on a busy machine too.
PATIENCE = 20


@pytest.fixture
def home(hand_home: Path, tmp_path: Path) -> Iterator[Path]:
    folder = Path(shutil.copytree(hand_home, tmp_path / "home", symlinks=True))
    yield folder
    shutil.rmtree(folder)


def ends(run: subprocess.Popen[str], home: Path, code: int, says: str, timeout: int = 400) -> None:
    """What every ending has in common."""
    _, said = run.communicate(timeout=timeout)
    assert run.returncode == code, said
    tells(said, home, says)
    assert not left_running(home)


def tells(said: str, home: Path, says: str) -> None:
    told = [line for line in said.splitlines() if not line.startswith("  ")]  # but for progress
    assert len(told) == 1, said
    assert says in told[0]
    assert f"Uitgave {(home / 'releases/current').readlink()} geldt." in told[0]
    assert "Traceback" not in said
    assert is_whole(home)
    if (home / "run.lock").is_file():
        with (home / "run.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


Begins = Callable[..., str]


@pytest.fixture
def begins(home: Path, capsys: pytest.CaptureFixture[str]) -> Begins:
    """A run that does not get as far as its first step, in this process: what it says."""

    def begin(**given: object) -> str:
        settings = Settings(home=home, settle_seconds=0, **given)
        assert execute(settings, None, whole=False) == OWN_ERROR
        return capsys.readouterr().err

    return begin


def emptied(name: str) -> Callable[[Path], None]:
    return lambda home: (home / name).write_bytes(b"")


def gone(name: str) -> Callable[[Path], None]:
    return lambda home: shutil.rmtree(home / name)


def removed(name: str) -> Callable[[Path], None]:
    return lambda home: (home / name).unlink()


def a_file(name: str) -> Callable[[Path], None]:
    def replace(home: Path) -> None:
        shutil.rmtree(home / name)
        (home / name).write_text("in the way")

    return replace


def a_folder(name: str) -> Callable[[Path], None]:
    def replace(home: Path) -> None:
        (home / name).unlink(missing_ok=True)
        (home / name).mkdir()

    return replace


def garbage(name: str) -> Callable[[Path], None]:
    return lambda home: (home / name).write_bytes(os.urandom(200))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (emptied("signing.key"), "signing.key"),
        (garbage("signing.key"), "signing.key"),
        (gone("keys"), "Er staat geen openbare sleutel"),
        (garbage("keys/other.pem"), "other.pem"),
        (a_folder("keys/other.pem"), "other.pem"),
        (emptied("pseudonym.key"), "pseudonym.key staat geen hele sleutel"),
        (garbage("pseudonym.key"), "pseudonym.key"),
        (a_folder("ledger/000009-gate.json"), "000009-gate.json in het logboek is niet te lezen"),
        (garbage("ledger/000004-ingest.json"), "000004-ingest.json is beschadigd of veranderd"),
        (removed("ledger/000005-ingest.json"), "Record 5 ontbreekt"),
        (removed("pseudonym.key"), "De sleutel van de pseudoniemen"),
        (a_file("warehouse"), "warehouse moet een map zijn"),
        (a_file("raw"), "raw moet een map zijn"),
        (a_file("quarantine"), "quarantine moet een map zijn"),
        (a_file("dagster"), "dagster moet een map zijn"),
        (a_folder("last-run.log"), "last-run.log is een map"),
        (a_folder("run.lock"), "run.lock is een map"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_home_that_is_not_in_order_is_told_before_anything_is_done(
    home: Path, begins: Begins, damage: Callable[[Path], None], says: str
) -> None:
    damage(home)
    before = sorted(home.glob("ledger/*"))
    tells(begins(), home, says)
    assert sorted(home.glob("ledger/*")) == before


def test_a_home_that_is_not_in_order_ends_the_process_at_once(home: Path) -> None:
    emptied("signing.key")(home)
    begun = time.monotonic()
    ends(start(home, "run"), home, 1, "signing.key")
    assert time.monotonic() - begun < PATIENCE


def test_a_current_that_is_a_file_is_told_beside_the_releases_that_stand(
    home: Path, begins: Begins
) -> None:
    (home / "releases/current").unlink()
    (home / "releases/current").touch()
    said = begins()
    assert said.startswith("Niet gestart.")
    assert "moet een koppeling zijn" in said
    assert "nog geen uitgave" not in said


def test_status_shows_the_figures_and_what_was_changed(home: Path, datalab: Datalab) -> None:
    sound = datalab("status", home=home).stdout
    assert "Fout." not in sound

    def changed(says: str) -> None:
        ran = datalab("status", home=home)
        said = ran.stdout
        assert ran.returncode == 0
        assert says in said
        assert "`datalab verify` noemt alles" in said
        assert sound.strip() in said

    raw = next((home / "raw/files").rglob("*.parquet"))
    raw.chmod(0o600)
    raw.write_bytes(raw.read_bytes() + b"x")
    changed("het is beschadigd of veranderd")
    (home / "ledger/000005-ingest.json").unlink()
    changed("Record 5 ontbreekt")


@pytest.mark.parametrize("setting", ["dbt_project", "sources", "expectations"])
def test_a_project_that_is_not_there_is_named(home: Path, begins: Begins, setting: str) -> None:
    missing = home / "nowhere"
    tells(begins(**{setting: missing}), home, f"{missing}")


@pytest.fixture
def read_only(home: Path) -> Iterator[Callable[[str], None]]:
    mounted: list[Path] = []

    def mount(name: str) -> None:
        folder = home / name
        for command in (
            ["--bind", str(folder), str(folder)],
            ["-o", "remount,bind,ro", str(folder)],
        ):
            done = subprocess.run(["mount", *command], capture_output=True, check=False)
            if done.returncode != 0:
                pytest.skip("only root can mount a folder read-only")
            mounted.append(folder)

    yield mount
    for folder in set(mounted):
        subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.mark.parametrize("name", ["", "raw", "ledger", "releases", "dagster", "warehouse"])
def test_a_home_that_may_not_be_written_is_told(
    home: Path, begins: Begins, read_only: Callable[[str], None], name: str
) -> None:
    read_only(name)
    tells(begins(), home, "schrijf")


def reaches(run: subprocess.Popen[str], step: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not step():
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.1)


STEPS: dict[str, Callable[[Path], bool]] = {
    "the start": lambda home: "sinds" in (home / "run.lock").read_text(),
    "ingest": lambda home: (home / "last-run.log").stat().st_size == 0,
    "dbt": lambda home: len(list((home / "warehouse").glob("[0-9a-f]*"))) > 1,
}


@pytest.mark.parametrize(
    ("number", "code", "says", "step"),
    [
        (signal.SIGINT, 130, "met Ctrl-C gestopt", "the start"),
        # As tests/unit/commands/test_supervisor.py says of any work, in the midst of this.
        pytest.param(signal.SIGHUP, 129, "SIGHUP", "ingest", marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 143, "SIGTERM", "dbt", marks=pytest.mark.slow),
    ],
    ids=["Ctrl-C", "SIGHUP", "SIGTERM"],
)
def test_a_run_that_is_stopped_ends_in_seconds(
    home: Path, number: int, code: int, says: str, step: str
) -> None:
    (home / "run.lock").write_text("")
    run = start(home, "run", "--whole")
    reaches(run, lambda: STEPS[step](home))
    begun = time.monotonic()
    run.send_signal(number)
    ends(run, home, code, says, timeout=PATIENCE)
    assert time.monotonic() - begun < PATIENCE


@pytest.mark.slow
def test_nothing_that_can_be_read_ends_with_4_also_beside_a_corrupt_database(
    sample_home: Path, tmp_path: Path
) -> None:
    # The sample counts no more beside a real delivery, so that nothing is left.
    home = Path(shutil.copytree(sample_home, tmp_path / "home", symlinks=True))
    (home / "dagster/history/runs.db").write_bytes(os.urandom(5000))
    landing = home / "landing" / "website_feedback"
    landing.mkdir(parents=True)
    (landing / "votes.csv").write_text("<html><body>Log in</body></html>", encoding="utf-8")
    run = start(home, "run", as_of="2026-07-31")
    out, said = run.communicate(timeout=300)
    assert run.returncode == 4, said
    assert "Niets gelezen." in said
    assert "Traceback" not in said
    assert "was beschadigd (history/runs.db)" in " ".join(out.split())
    assert is_whole(home)
    assert not left_running(home)
    shutil.rmtree(home)


def test_two_runs_close_together_name_each_other(home: Path) -> None:
    (home / "run.lock").write_text("proces 1 (van vroeger), sinds 01:00:00")
    first, second = start(home, "run", "--whole"), start(home, "run", "--whole")
    deadline = time.monotonic() + 60
    while first.poll() is None and second.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    refused, other = (first, second) if first.poll() is not None else (second, first)
    _, said = refused.communicate()
    assert refused.returncode == 1
    assert said.startswith("Niet gestart. ")
    (holder,) = re.findall(r"bezig: proces (\d+) \(datalab run\), sinds [\d:]+", said)
    assert int(holder) in left_running(home)
    other.send_signal(signal.SIGTERM)
    ends(other, home, 143, "SIGTERM", timeout=PATIENCE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dbt project to break."""
    return Path(shutil.copytree(PROJECT / "dbt_project", tmp_path / "dbt_project"))


@pytest.mark.slow
def test_a_test_of_dbt_that_fails_ends_with_3(home: Path, project: Path) -> None:
    # On a seed: dbt skips whatever is built on it.
    (project / "tests" / "kpis_are_few.sql").write_text(
        "{{ config(severity='error') }}\nselect 1 from {{ ref('kpi_register') }}\n",
        encoding="utf-8",
    )
    ends(start(home, "run", dbt_project=project), home, 3, "De toets kpis_are_few van dbt")


@pytest.mark.slow
def test_a_project_that_dbt_cannot_read_ends_with_1(home: Path, project: Path) -> None:
    (project / "models" / "marts" / "broken.sql").write_text("select {{ ref(", encoding="utf-8")
    ends(start(home, "run", dbt_project=project), home, 1, "niet lezen")


@pytest.mark.slow
def test_a_model_that_dbt_cannot_build_ends_with_1(home: Path, project: Path) -> None:
    (project / "models" / "intermediate" / "broken.sql").write_text(
        "select nothing_like_it from {{ ref('kpi_register') }}\n", encoding="utf-8"
    )
    ends(start(home, "run", dbt_project=project), home, 1, "dbt kon broken niet bouwen")
