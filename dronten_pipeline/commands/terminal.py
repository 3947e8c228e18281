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

from dronten_pipeline.core.words import word

#: Width of what goes into a file or a pipe, which has none of its own.
_WIDTH_OF_A_FILE = 120
_has_width = shutil.get_terminal_size((0, 0)).columns > 0
console = Console(highlight=False, width=None if _has_width else _WIDTH_OF_A_FILE)
problems = Console(stderr=True, highlight=False, soft_wrap=True)

PUBLISHED, OWN_ERROR, HELD_BACK, NOTHING_READ = 0, 1, 3, 4
#: What asks for attention on a terminal, and what does not; another word has no colour.
_COLOURS = {
    "on_target": "green",
    "off_target": "red",
    "uncertain": "yellow",
    "passed": "green",
    "passed_with_warnings": "yellow",
    "approved": "red",
}


def say_problem(message: object, lead: str = "Fout.") -> None:
    """The lead in red; the message as it is, for a [word] in it is no colour."""
    with contextlib.suppress(OSError):  # a terminal that closed
        problems.print(Text.assemble((lead, "red"), " ", str(message)))


def say_warning(message: object) -> None:
    console.print(Text.assemble(("Let op.", "yellow"), " ", str(message)), soft_wrap=True)


def coloured(kind: str, code: str) -> str:
    """The word for a code (`core/words.py`) in the colour that it has on a terminal."""
    said, colour = word(kind, code), _COLOURS.get(code)
    return f"[{colour}]{said}[/{colour}]" if colour else said


def stop(message: str) -> NoReturn:
    say_problem(message)
    raise typer.Exit(OWN_ERROR)
