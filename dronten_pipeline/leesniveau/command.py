"""What is typed: `datalab leesniveau FILE...`, `... calibrate` and `... compare`.

Here belongs: options, exit codes and messages. Not here: what is done (`assess.py`,
`calibrate.py`, `compare.py`). The packages that score are imported by the command that needs
them.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from dronten_pipeline.commands.terminal import problems, say_problem
from dronten_pipeline.core.settings import current_settings

if TYPE_CHECKING:
    from dronten_pipeline.leesniveau.assess import Judgement
    from dronten_pipeline.readability.calibration import Calibration

DONE, MISTAKE, NOT_JUDGED, TOO_HARD = 0, 1, 3, 4
JUDGE = "teksten"

console = Console(highlight=False, soft_wrap=False)


class _FilesOrCommand(TyperGroup):
    """A group whose first word may also be a file: then it is judged."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [JUDGE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_FilesOrCommand,
    add_completion=False,
    help="Schat het leesniveau van teksten en zegt wat ze makkelijker maakt.",
)


@app.command(
    JUDGE,
    epilog="Ook: `datalab leesniveau calibrate --help` (ijken op eigen teksten) en "
    "`datalab leesniveau compare --help` (twee uitgaven naast elkaar).",
)
def judge(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="BESTAND...",
            help="Bestanden, mappen of patronen (.txt, .md, .html, .docx, .pdf); - leest de "
            "standaardinvoer.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="UIT", help="Schrijf de teksten met markeringen naar dit bestand."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Geef JSON, voor programma's.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Toon van elke tekst alles, ook als het er veel zijn.")
    ] = False,
    require_b1: Annotated[
        bool, typer.Option("--require-b1", help="Eindig met 4 als een tekst moeilijker is dan B1.")
    ] = False,
) -> None:
    """Schat het leesniveau van teksten en zegt wat ze makkelijker maakt.

    Eindigt met 0 als alles beoordeeld is (of te kort is), met 3 als een tekst niet te lezen of
    geen Nederlands is, met 4 bij --require-b1 en een te moeilijke tekst, met 1 bij een fout.
    """
    from dronten_pipeline.leesniveau import assess, terminal
    from dronten_pipeline.readability import judge as instrument

    names = assess.find_files(files or [])
    if not names:
        _stop(
            "Er zijn geen teksten gegeven of gevonden. Geef bestanden of een map met .txt, .md, "
            ".html, .docx of .pdf."
        )
    calibration = _calibration()
    content = sys.stdin.buffer.read() if assess.STANDARD_INPUT in names else b""
    judgements = _with_progress(names, calibration, content)
    pooled = assess.together(judgements, calibration)
    shown = [*judgements, *([pooled] if pooled else [])]
    version = instrument.method_version(calibration)
    if html is not None:
        _write_page(html, shown, version)
    if as_json:
        sys.stdout.write(json.dumps([_plain(one) for one in shown], ensure_ascii=False, indent=1))
        sys.stdout.write("\n")
    else:
        if full or len(shown) <= terminal.MAX_FULL:
            for one in shown:
                terminal.show_full(console, one)
            console.print()
        else:
            terminal.show_table(console, shown)
        terminal.show_summary(console, judgements)
        terminal.show_method(console, version, calibration, is_used=instrument.applies(calibration))
        if html is not None:
            console.print(f"Met markeringen: {html}", soft_wrap=True)
    raise typer.Exit(_exit_code(judgements, require_b1=require_b1))


@app.command()
def calibrate(
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS.csv",
            help="Per regel een bestand, een niveau (A, B1, B2 of C) en een beoordelaar.",
        ),
    ],
    texts: Annotated[
        Path | None,
        typer.Option(help="Map waar de bestanden staan; leeg: naast het bestand met labels."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Toon de ijking, maar schrijf haar niet.")
    ] = False,
) -> None:
    """IJkt de grenzen tussen niveaus op eigen teksten die mensen beoordeeld hebben.

    Schrijft een genummerd parameterbestand in calibration/ onder DATALAB_HOME. De cijfers volgen
    het vanaf de volgende run. Zet het bestand ergens anders om de ijking ongedaan te maken.
    """
    from dronten_pipeline.leesniveau import calibrate as calibrating
    from dronten_pipeline.readability.calibration import CalibrationError

    settings = current_settings()
    try:
        result = calibrating.calibrate(
            labels, texts or labels.parent, settings.calibrations, made_on=settings.today()
        )
        calibrating.show(console, result)
        if dry_run:
            console.print("Er is niets geschreven (--dry-run).")
            return
        path = calibrating.write(result, settings.calibrations)
    except CalibrationError as error:
        _stop(str(error))
    console.print(f"Geschreven: {path}", soft_wrap=True)
    if settings.calibration is not None and settings.calibration != path:
        console.print(
            f"DATALAB_CALIBRATION wijst naar {settings.calibration}: zolang dat zo is, telt deze "
            "ijking niet.",
            soft_wrap=True,
        )
    console.print("Hierna: `datalab run`. Alle teksten krijgen dan het niveau van deze ijking.")


@app.command()
def compare(
    old: Annotated[
        str | None, typer.Argument(help="Uitgave van voor de nieuwe methode; leeg: zoek haar.")
    ] = None,
    new: Annotated[str | None, typer.Argument(help="Uitgave erna; leeg: die nu geldt.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Schrijf het verschil per tekst naar dit bestand.")
    ] = None,
) -> None:
    """Zet de scores van twee uitgaven naast elkaar, per tekst en als aandeel."""
    from dronten_pipeline.leesniveau import compare as comparing
    from dronten_pipeline.release.errors import ReleaseError

    try:
        found = comparing.compare(current_settings(), old, new)
    except (comparing.NothingToCompare, ReleaseError) as error:
        _stop(str(error))
    comparing.show(console, found)
    if csv is not None:
        found.texts.write_csv(csv)
        console.print(f"Per tekst: {csv}", soft_wrap=True)


def _calibration() -> Calibration | None:
    from dronten_pipeline.readability import calibration

    settings = current_settings()
    try:
        return calibration.in_force(settings.calibration, settings.calibrations)
    except calibration.CalibrationError as error:
        _stop(str(error))


def _with_progress(
    names: list[str], calibration: Calibration | None, content: bytes
) -> list[Judgement]:
    from rich.progress import track

    from dronten_pipeline.leesniveau import assess

    found = assess.judge_files(names, calibration, standard_input=content)
    return list(
        track(
            found,
            description="Teksten beoordelen",
            total=len(names),
            console=problems,
            transient=True,
            disable=len(names) < 2 or not problems.is_terminal,
        )
    )


def _write_page(path: Path, shown: list[Judgement], version: str) -> None:
    from dronten_pipeline.leesniveau import page

    today = current_settings().today()
    try:
        path.write_text(
            page.render(shown, method=version, made_on=f"{today:%d-%m-%Y}"), encoding="utf-8"
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        _stop(f"{path} kan niet worden geschreven ({reason}). Kies een andere plek.")


def _plain(judgement: Judgement) -> dict[str, Any]:
    """The judgement as JSON: everything but the text itself."""
    plain = dataclasses.asdict(judgement)
    del plain["text"]
    return plain


def _exit_code(judgements: list[Judgement], *, require_b1: bool) -> int:
    if any(one.problem for one in judgements):
        return NOT_JUDGED
    if require_b1 and any(one.is_b1_or_easier is False for one in judgements):
        return TOO_HARD
    return DONE


def _stop(message: str) -> NoReturn:
    say_problem(message)
    raise typer.Exit(MISTAKE)
