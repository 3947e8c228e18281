"""`datalab pull`: fetches deliveries from the systems that are declared.

Not here: how a system is asked (`connect/`), or when that is done by itself (`defs/landing.py`).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dronten_pipeline.commands.terminal import (
    HELD_BACK,
    OWN_ERROR,
    console,
    say_problem,
    say_warning,
    stop,
)
from dronten_pipeline.core.settings import Settings, current_settings
from dronten_pipeline.core.words import number

if TYPE_CHECKING:
    import datetime as dt

    from dronten_pipeline.connect.pull import Outcome


def pull(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[BRON]...", help="De bronnen; leeg: alle die een koppeling hebben."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Vraagt alles op en levert, onthoudt en noteert niets."),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            help="Vraagt alleen wat sinds deze dag (jjjj-mm-dd) veranderde, waar de koppeling dat "
            "kan."
        ),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="Vraagt niets: ook de eerste keer, die het voorbeeld beëindigt."
        ),
    ] = False,
) -> None:
    """Haalt leveringen op bij de systemen waarvoor een koppeling is ingesteld.

    Wat binnenkomt staat daarna in de map van de bron, zoals een levering van een persoon; een run
    leest het. Eindigt met 0 als er geleverd is of niets veranderde, met 1 als een systeem niet
    bereikt of geweigerd werd, en met 3 als wat het gaf geen hele levering kan zijn.
    """
    settings = current_settings()
    day = _day(since)
    names = _named(settings, sources or [])
    if not dry_run:
        _may_end_the_sample(settings, yes)
    raise typer.Exit(_worst([_pull(settings, name, day, dry_run=dry_run) for name in names]))


def _day(since: str | None) -> dt.date | None:
    from dronten_pipeline.pipeline.run import day_of

    if since is None:
        return None
    try:
        return day_of(since)
    except ValueError as error:
        stop(f"--since {error}")


def _named(settings: Settings, wanted: list[str]) -> list[str]:
    from dronten_pipeline.connect.connector import FILE, declared

    names = declared(settings.sources)
    if not names:
        stop(
            f"Geen enkele bron heeft een koppeling. Zet een {FILE} in sources/<bron>/; "
            "docs/connectors.md zegt hoe, en connector.example.yml is een begin."
        )
    for name in wanted:
        if name not in names:
            stop(f"{name} heeft geen koppeling ({FILE}); wel: {', '.join(names)}.")
    return wanted or names


def _may_end_the_sample(settings: Settings, yes: bool) -> None:
    from dronten_pipeline.pipeline.run import delivery_origin

    if delivery_origin(settings) != "sample" or yes:
        return
    say_warning(
        "Tot nu toe rekent deze installatie met verzonnen voorbeeldgegevens. De eerste levering "
        "beëindigt dat voor alle bronnen tegelijk: wat niet geleverd wordt, heeft daarna geen "
        "cijfer."
    )
    if not sys.stdin.isatty():
        stop("Er is niets opgehaald. Is dit de bedoeling, geef dan --yes mee.")
    if not typer.confirm("Doorgaan?", default=False):
        stop("Er is niets opgehaald.")


def _pull(settings: Settings, name: str, since: dt.date | None, *, dry_run: bool) -> int:
    """Pulls one source and tells how it went; returns its exit code."""
    from dronten_pipeline.connect.errors import PullError, Refused
    from dronten_pipeline.connect.pull import pull as fetch

    console.print(f"{name}: ophalen ...", markup=False)

    def tell(said: str) -> None:
        console.print(f"  {said}", markup=False, soft_wrap=True)

    try:
        outcome = fetch(settings, name, since=since, dry_run=dry_run, tell=tell)
    except PullError as error:
        say_problem(error, "Niet opgehaald.")
        return HELD_BACK if isinstance(error, Refused) else OWN_ERROR
    for line in _said(settings, outcome, dry_run=dry_run):
        tell(line)
    return 0


def _said(settings: Settings, outcome: Outcome, *, dry_run: bool) -> list[str]:
    records = ", ".join(f"{number(count)} {table}" for table, count in outcome.records.items())
    lines = [f"{records or 'geen tabellen'}; {outcome.requests} vragen in {outcome.seconds} s."]
    lines += [f"{why}: {number(count)}" for why, count in outcome.counted.items()]
    if dry_run:
        return [*lines, "Proef: er is niets geleverd."]
    if not outcome.landed:
        return [*lines, "Er is niets nieuws: wat er vandaag al geleverd werd is hetzelfde."]
    folder = settings.landing_folder / outcome.source
    return [
        *lines,
        *(f"{folder / name}" for name in outcome.landed),
        *(["Hetzelfde als de vorige keer."] if outcome.is_same else []),
    ]


def _worst(codes: list[int]) -> int:
    return OWN_ERROR if OWN_ERROR in codes else max(codes)
