"""`datalab new`: the files that a new source or KPI begins with.

Not here: what stands in them (`contracts/additions.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dronten_pipeline.commands.terminal import console, stop
from dronten_pipeline.core.settings import current_settings

app = typer.Typer(no_args_is_help=True, help="Schrijft de bestanden van een nieuwe bron of KPI.")


@app.command()
def source(
    name: Annotated[
        str, typer.Argument(metavar="NAAM", help="Naam van de bron, zoals website_feedback.")
    ],
) -> None:
    """Schrijft contract, voorbeeld en staging van een nieuwe bron, om in te vullen."""
    from dronten_pipeline.contracts.additions import AdditionError, new_source

    try:
        written = new_source(current_settings(), name)
    except AdditionError as error:
        stop(str(error))
    _say(written)


@app.command()
def kpi(
    name: Annotated[
        str, typer.Argument(metavar="NAAM", help="Sleutel van de KPI, zoals b1_share.")
    ],
    table: Annotated[
        str,
        typer.Option(
            "--uit",
            metavar="BRON.TABEL",
            help="De geleverde tabel waarvan records tellen, zoals website_feedback.votes.",
        ),
    ],
) -> None:
    """Schrijft model, registratie en aansluiting van een nieuwe KPI, om in te vullen.

    De KPI begint als een aandeel van records per maand; wat anders moet, verandert u erin.
    """
    from dronten_pipeline.contracts.additions import AdditionError, new_kpi

    of, _, delivered = table.partition(".")
    try:
        written = new_kpi(current_settings(), name, of, delivered)
    except AdditionError as error:
        stop(str(error))
    _say(written)


def _say(written: list[Path]) -> None:
    from dronten_pipeline.contracts.additions import BLANK, blanks

    console.print("Geschreven of aangevuld:")
    for path in written:
        console.print(f"  {path}", soft_wrap=True)
    console.print(f"\nIn te vullen (zoek op {BLANK}):")
    for place in blanks(current_settings()):
        console.print(f"  {place}", soft_wrap=True, markup=False)
    console.print("\nDaarna: `make dictionary check test`.")
