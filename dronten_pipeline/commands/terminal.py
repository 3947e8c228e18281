"""How every command speaks: where it prints, its exit codes, and a mistake as one sentence.

Not here: the answer of any one command.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import NoReturn

import typer
from rich.console import Console
from rich.text import Text

from dronten_pipeline.evidence.durable import is_full
from dronten_pipeline.settings import Settings

console = Console(highlight=False)
problems = Console(stderr=True, highlight=False, soft_wrap=True)

PUBLISHED, OWN_ERROR, HELD_BACK, NOTHING_READ = 0, 1, 3, 4

#: With less than this free nothing can be written that matters.
FULL_BYTES = 1_000_000


def say_problem(message: object, lead: str = "Fout.") -> None:
    """The lead in red; the message as it is, for a [word] in it is no colour."""
    problems.print(Text.assemble((lead, "red"), " ", str(message)))


def say_warning(message: object) -> None:
    console.print(Text.assemble(("Let op.", "yellow"), " ", str(message)), soft_wrap=True)


def stop(message: str) -> NoReturn:
    say_problem(message)
    raise typer.Exit(OWN_ERROR)


def disk_is_full(settings: Settings, error: Exception) -> bool:
    """By what the error says, or by the disk: SQLite speaks of input and output only."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(settings.home).free < FULL_BYTES:
            return True
    return is_full(error)


def about_full_disk(settings: Settings, error: Exception) -> str:
    from dronten_pipeline.publish.releases import ReleaseError, current_release

    said = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    free = shutil.disk_usage(settings.home).free / 1e6 if settings.home.is_dir() else 0
    try:
        release = current_release(settings)
    except ReleaseError as problem:
        stands = str(problem)
    else:
        stands = f"Uitgave {release.release_id} geldt." if release else "Er is nog geen uitgave."
    return (
        f"De schijf is vol: {said}. Bij {settings.home} is nu {free:.0f} MB vrij. Maak ruimte, "
        "kijk met `datalab doctor` of het genoeg is, en start opnieuw; wat half geschreven is, "
        f"ruimt de run zelf op. {stands}"
    )
