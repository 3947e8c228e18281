"""What all tests share. A test that needs `../shared` asks for the fixture `shared`."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from dronten_pipeline.commands.supervisor import STOPS
from dronten_pipeline.contracts.dbt_project import prepared_manifest
from dronten_pipeline.core.settings import Settings, current_settings

#: Tests deliver and read at once; those of waiting set a time of their own.
os.environ["DATALAB_SETTLE_SECONDS"] = "0"

# Who starts the tests in the background, or with nohup, has them ignore these signals, and so would
# every run that they start: but runs are stopped here by signals.
for number, usual in ((signal.SIGHUP, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

# Few examples, the same each time, without the slow tests; with them more, and drawn anew.
for name, examples, is_fixed in (("few", 10, True), ("drawn", 40, False)):
    settings.register_profile(
        name,
        max_examples=examples,
        derandomize=is_fixed,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("few" if "not slow" in config.option.markexpr else "drawn")


#: Folders whose files share a server or a build of dbt: they stay in one process.
TOGETHER = ("tests/unit/dbt/", "tests/unit/postgres/", "tests/web/")


#: What takes longest, for that begins first and side by side: the two of whole runs do not wait for
#: each other's home, and what needs those comes later.
FIRST = (
    "tests/chain/test_deliveries.py",
    "tests/chain/test_every_rule.py",
    "tests/unit/dbt/",
    "tests/web/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        found = (n for n, place in enumerate(FIRST) if item.nodeid.startswith(place))
        return next(found, len(FIRST))

    items.sort(key=rank)


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Gives a process one file after the other, or one of these folders."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data beside the checkout; without it the test is skipped."""
    if not (SHARED / "interfaces").is_dir():
        pytest.skip("../shared is absent: this test needs the real data that stands there")
    return SHARED


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB, for what happens when it is full."""
    yield from _disk(tmp_path / "disk", "256k")


@pytest.fixture
def large_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk on which a home fits, to be filled at a moment of one's choice."""
    yield from _disk(tmp_path / "disk", "400m")


def _disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("this system has no mount: a disk cannot be filled")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("only root can mount a disk of its own to fill")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


Datalab = Callable[..., subprocess.CompletedProcess[str]]
#: Commands that do their work in a child of their own (`commands/supervisor.py`).
SUPERVISED = {"run", "approve"}


@pytest.fixture(scope="session")
def datalab() -> Datalab:
    """Runs `datalab` as a person would: `datalab("run", home=..., landing=..., as_of=...)`.

    What needs no process of its own has none: starting Python and its libraries takes seconds.
    """

    def run(
        *arguments: str, home: Path, project: Path = PROJECT, **variables: object
    ) -> subprocess.CompletedProcess[str]:
        told = {
            "DATALAB_HOME": str(home),
            "DATALAB_SETTLE_SECONDS": "0",
            **{f"DATALAB_{name.upper()}": str(value) for name, value in variables.items()},
        }
        if arguments[0] not in SUPERVISED and project == PROJECT:
            return _in_this_process(arguments, told)
        inherited = {n: value for n, value in os.environ.items() if not n.startswith("DATALAB_")}
        return subprocess.run(
            [sys.executable, "-m", "dronten_pipeline.cli", *arguments],
            cwd=project,
            env={**inherited, "PYTHONPATH": str(project), **told},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _in_this_process(
    arguments: tuple[str, ...], told: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """What `datalab` says and how it ends; what it changes in its process is put back."""
    from dronten_pipeline.cli import main

    said, complained = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    mask, handlers = os.umask(0o077), {n: signal.getsignal(n) for n in STOPS}
    os.umask(mask)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("DATALAB_")]:
            patch.delenv(name)
        for name, value in told.items():
            patch.setenv(name, value)
        patch.chdir(PROJECT)
        patch.setattr(sys, "argv", ["datalab", *arguments])
        current_settings.cache_clear()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
                main()
            code: object = 0
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            current_settings.cache_clear()
            os.umask(mask)
            for number, handler in handlers.items():
                signal.signal(number, handler)
    texts = []
    for stream in (said, complained):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    assert isinstance(code, int), code
    return subprocess.CompletedProcess(arguments, code, *texts)


Made = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A folder that is made once for all processes of a test run: `made_once("sample", make)`.

    Whoever comes first makes it, the others wait; tests only look at it.
    """
    base = tmp_path_factory.getbasetemp()
    shared_base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def make_once(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = shared_base / f"once-{name}", shared_base / f"once-{name}.done"
        with FileLock(shared_base / f"once-{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return make_once


@pytest.fixture(scope="session")
def parsed_home(made_once: Made) -> Path:
    """A home for which dbt read the project, and in which nothing was done: its manifest."""

    def make(folder: Path) -> None:
        prepared_manifest(Settings(home=folder))

    return made_once("parsed", make)


@pytest.fixture(scope="session")
def sample_home(made_once: Made, datalab: Datalab) -> Path:
    """A home with one release, made of the sample: one run for all tests that look at it.

    `first.txt` holds what the run said.
    """

    def make(folder: Path) -> None:
        first = datalab("run", home=folder)
        assert first.returncode == 0, first.stdout + first.stderr
        (folder / "first.txt").write_text(first.stdout, encoding="utf-8")

    return made_once("sample", make)
