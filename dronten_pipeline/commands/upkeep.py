"""Commands for whoever keeps or extends an installation: its health, its documents, dbt.

Not here: what belongs to a delivery or a release.
"""

from __future__ import annotations

from typing import Annotated

import typer

from dronten_pipeline.commands.terminal import console, stop
from dronten_pipeline.settings import PROJECT, current_settings


def doctor() -> None:
    """Zegt wat er aan deze installatie ontbreekt of onveilig is."""
    from dronten_pipeline.doctor import examine

    found = examine(current_settings())
    for finding in found:
        mark = "[green]in orde[/green]" if finding.is_fine else "[red]te doen[/red]"
        console.print(f"{mark}  {finding.text}")
    raise typer.Exit(0 if all(finding.is_fine for finding in found) else 1)


def data_docs() -> None:
    """Maakt de pagina's van Great Expectations over de laatste runs, voor ontwikkelaars."""
    from dronten_pipeline.gate.data_docs import NothingJudged, build_data_docs

    try:
        page = build_data_docs(current_settings())
    except NothingJudged as error:
        stop(str(error))
    console.print(f"Bekijk ze: {page}", soft_wrap=True)


def dictionary() -> None:
    """Schrijft docs/data-dictionary.md opnieuw uit de contracten en de beschrijvingen."""
    from dronten_pipeline.dictionary import dictionary as written

    page = PROJECT / "docs" / "data-dictionary.md"
    page.write_text(written(current_settings()), encoding="utf-8")
    console.print(f"{page} is geschreven.", soft_wrap=True)


def contract(
    other_meaning: Annotated[
        bool,
        typer.Option(
            "--andere-betekenis", help="Kolommen zeggen iets anders dan eerst: een hoofdversie."
        ),
    ] = False,
) -> None:
    """Legt het contract van de gepubliceerde tabellen vast als nieuwe versie, als dat nodig is."""
    from dronten_pipeline.mart_contract import ReleasedContractError, release

    try:
        written, differences = release(current_settings(), is_other_meaning=other_meaning)
    except ReleasedContractError as error:
        stop(str(error))
    for difference in differences:
        console.print(f"  {difference}", soft_wrap=True)
    if written is None:
        console.print("De laatst uitgebrachte versie geldt nog: er is niets bijgekomen of weg.")
    else:
        console.print(f"{written} is geschreven; leg hem vast met de wijziging.", soft_wrap=True)


def dbt(context: typer.Context) -> None:
    """Voert een dbt-opdracht uit zoals de keten het zou doen, bijvoorbeeld `datalab dbt parse`."""
    from dronten_pipeline.transform import run_dbt

    raise typer.Exit(run_dbt(current_settings(), context.args))
