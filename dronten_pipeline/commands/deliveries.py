"""`datalab check`, `accept` and `erase`: one delivered file, before it is read and after.

Not here: reading it in a run (`ingest/`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dronten_pipeline.commands.terminal import OWN_ERROR, console, stop
from dronten_pipeline.core.file_names import shown
from dronten_pipeline.core.settings import current_settings

#: What `accept` and `erase` are told.
FileName = Annotated[
    str, typer.Argument(help="De naam van het bestand, of het nummer van de levering.")
]
Reason = Annotated[str, typer.Option(help="Waarom; dit wordt vastgelegd.")]


def check(
    file: Annotated[
        Path,
        typer.Argument(help="Het bestand dat geleverd zou worden."),
    ],
    source: Annotated[
        str | None, typer.Option(help="Bron; leeg: af te leiden uit de map of de kolommen.")
    ] = None,
    table: Annotated[str | None, typer.Option(help="Tabel; leeg: af te leiden.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Geef JSON, voor programma's en meldingen.")
    ] = False,
) -> None:
    """Zegt wat er met een bestand zou gebeuren, zonder iets te bewaren.

    Wat eruit begrepen is, de eerste records zoals ze bewaard zouden worden, wat er mis is, en wat
    er verandert aan wat al bekend is. Eindigt met 0 als het bestand geleverd kan worden, anders
    met 1.
    """
    import json

    from dronten_pipeline.core import sandbox

    if not os.path.lexists(file):
        stop(f"{shown(file)} bestaat niet. Controleer de naam en de map.")
    try:
        answer = sandbox.shared(current_settings().limits).call(
            "dronten_pipeline.ingest.inspection:report_here",
            file.stat().st_size if file.is_file() else 0,
            path=str(file.absolute()),
            source_name=source,
            table_name=table,
        )
    except sandbox.Broken as error:
        if as_json:
            typer.echo(json.dumps({"is_accepted": False, "advice": str(error)}, ensure_ascii=False))
            raise typer.Exit(OWN_ERROR) from error
        stop(f"{shown(file.name)} wordt zo NIET geaccepteerd. {error}")
    except sandbox.Failed as error:
        stop(error.sentence)
    if "mistake" in answer:
        stop(answer["mistake"])
    if as_json:
        typer.echo(json.dumps(answer["document"], ensure_ascii=False, indent=2))
    for line in answer["lines"] if not as_json else ():
        console.print(line, markup=False, soft_wrap=True)
    raise typer.Exit(0 if answer["is_accepted"] else 1)


def accept(
    source: Annotated[str, typer.Argument(help="De bron, bijvoorbeeld iv3.")],
    file_name: FileName,
    reason: Reason,
) -> None:
    """Laat een levering toe waarin veel records ontbreken van de levering die zij vervangt.

    Dat is nodig bij tabellen waarvan elke levering alles is. De volgende run rekent ermee.
    """
    from dronten_pipeline.contracts.sources import load_sources
    from dronten_pipeline.ingest.accept import AcceptError
    from dronten_pipeline.ingest.accept import accept as let_in
    from dronten_pipeline.pipeline.run import RunUnderWay, alone

    settings = current_settings()
    sources = load_sources(settings.sources)
    if source not in sources:
        stop(f"Er is geen bron {source}; wel: {', '.join(sources)}.")
    try:
        with alone(settings, "accept"):
            accepted = let_in(settings, sources[source], file_name, reason=reason)
    except (AcceptError, RunUnderWay) as error:
        stop(str(error))
    console.print(
        f"Toegelaten: levering {accepted.delivery.number} van {accepted.delivery.table}, "
        f"met {accepted.said} (record {accepted.record} van het logboek). Start een run: de "
        "cijfers worden met deze levering berekend.",
        markup=False,
        soft_wrap=True,
    )


def erase(
    source: Annotated[str, typer.Argument(help="De bron, bijvoorbeeld website_feedback.")],
    file_name: FileName,
    reason: Reason,
) -> None:
    """Wist alles wat uit een bestand gelezen is, zoals een levering met persoonsgegevens.

    Haal het bestand eerst uit de map met leveringen. De volgende run rekent zonder dit bestand.
    """
    from dronten_pipeline.contracts.sources import load_sources
    from dronten_pipeline.ledger import ledger
    from dronten_pipeline.ledger.bodies import Erasure
    from dronten_pipeline.pipeline.erase import Erased, EraseError
    from dronten_pipeline.pipeline.erase import erase as erase_delivery
    from dronten_pipeline.pipeline.run import RunUnderWay, alone
    from dronten_pipeline.release.store import resting_on

    settings = current_settings()
    sources = load_sources(settings.sources)
    if source not in sources:
        stop(f"Er is geen bron {source}; wel: {', '.join(sources)}.")

    def write_down(erased: Erased) -> None:
        resting = resting_on(settings, erased.sha256)
        ledger.append(
            settings,
            Erasure(
                source=erased.source,
                file_name=erased.file_name,
                sha256=list(erased.sha256),
                rows=erased.rows,
                reason=reason,
                releases=resting,
            ),
        )

    try:
        with alone(settings, "erase"):
            erased = erase_delivery(
                settings, sources[source], file_name, reason=reason, record=write_down
            )
            resting = resting_on(settings, erased.sha256)
    except (EraseError, RunUnderWay) as error:
        stop(str(error))
    console.print(
        f"Gewist: {erased.file_name} ({erased.rows} rijen), met alles wat runs daarvan "
        "achterlieten, ook de geschiedenis van Dagster (herstart `datalab dev` als dat loopt). "
        "Start een run: de cijfers worden zonder dit bestand berekend.",
        markup=False,
        soft_wrap=True,
    )
    if resting:
        console.print(
            f"Uitgave {', '.join(resting)} is ermee berekend en blijft staan. Trek een uitgave in "
            'die er gegevens uit toont: `datalab withdraw UITGAVE --reason "..."`.',
            markup=False,
            soft_wrap=True,
        )
