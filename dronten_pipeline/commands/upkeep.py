"""Commands for whoever keeps or extends an installation: its health, its documents, dbt.

Not here: what belongs to a delivery or a release.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dronten_pipeline.commands.terminal import console, stop
from dronten_pipeline.core.settings import PROJECT, current_settings


def doctor() -> None:
    """Zegt wat er aan deze installatie ontbreekt of onveilig is."""
    from dronten_pipeline.audit.doctor import examine

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
    """Schrijft opnieuw wat uit contracten en register volgt: docs/data-dictionary.md en de KPI's
    zoals MetricFlow ze leest."""
    from dronten_pipeline.contracts import semantic_model
    from dronten_pipeline.contracts.dictionary import dictionary as written

    settings = current_settings()
    for page, text in (
        (PROJECT / "docs" / "data-dictionary.md", written(settings)),
        (semantic_model.path(settings), semantic_model.semantic_model(settings)),
    ):
        page.write_text(text, encoding="utf-8")
        console.print(f"{page} is geschreven.", soft_wrap=True)


def contract(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[BRON]",
            help="Schrijf voor de leverancier van deze bron wat hij levert: een pagina, een leeg "
            "bestand en een voorbeeld per tabel, en het contract in ODCS. Zonder bron gaat het om "
            "de tabellen die wij zelf publiceren.",
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(help="Map voor die bestanden; leeg: contract_BRON in deze map."),
    ] = None,
    other_meaning: Annotated[
        bool,
        typer.Option(
            "--andere-betekenis",
            help="Zonder bron: kolommen zeggen iets anders dan eerst, dus een hoofdversie.",
        ),
    ] = False,
) -> None:
    """Schrijft het contract van een bron voor haar leverancier, of dat van wat gepubliceerd wordt.

    Met een bron: wat een leverancier nodig heeft. Zonder: een nieuwe versie van het contract van
    de gepubliceerde tabellen, als dat nodig is.
    """
    if source is not None and other_meaning:
        stop("--andere-betekenis gaat over de gepubliceerde tabellen: laat de bron weg.")
    if source is not None:
        _contract_of(source, into)
    elif into is not None:
        stop("--into hoort bij een bron: noem die erbij, zoals `datalab contract fixi`.")
    else:
        _release_contract(other_meaning)


def _contract_of(name: str, into: Path | None) -> None:
    from dronten_pipeline.contracts.sources import load_sources
    from dronten_pipeline.ingest.files import Unwritable
    from dronten_pipeline.supplier.write import write

    sources = load_sources(current_settings().sources)
    if name not in sources:
        stop(f"Er is geen bron {name}; wel: {', '.join(sources)}.")
    try:
        written = write(sources[name], into or Path(f"contract_{name}"))
    except Unwritable as error:
        stop(str(error))
    for path in written:
        console.print(f"  {path}", markup=False, soft_wrap=True)
    console.print(
        f"Geef deze bestanden aan de leverancier van {name}, en controleer zijn eerste bestand met "
        "`datalab check`.",
        markup=False,
        soft_wrap=True,
    )


def _release_contract(other_meaning: bool) -> None:
    from dronten_pipeline.contracts.mart_versions import ReleasedContractError, release

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
    from dronten_pipeline.contracts.dbt_project import run_dbt

    raise typer.Exit(run_dbt(current_settings(), context.args))
