"""`datalab ratify`: the owner of a KPI signs its definition and targets as they are now.

Not here: what is signed and when it counts (`ledger/ratification.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dronten_pipeline.commands.terminal import console, stop
from dronten_pipeline.core.settings import current_settings


def ratify(
    kpi: Annotated[str, typer.Argument(help="Sleutel van de KPI, zoals in dim_kpi.")],
    by: Annotated[str, typer.Option(help="Uw rol: de eigenaar van de KPI in het register.")],
    key: Annotated[
        Path, typer.Option(help="Bestand met uw eigen geheime sleutel (Ed25519, PEM, mode 0600).")
    ],
) -> None:
    """Bekrachtigt de definitie en de doelen van een KPI, als haar eigenaar.

    Het komt in het logboek te staan en vanaf de volgende run in de uitgave. Verandert de definitie,
    dan is zij weer niet bekrachtigd.
    """
    from dronten_pipeline.ledger import ratification, signing
    from dronten_pipeline.ledger.ledger import LedgerError

    settings = current_settings()
    try:
        done = ratification.ratify(settings, kpi, by=by, key=key)
        count = len(ratification.in_force(settings))
    except (ratification.RatificationError, LedgerError, signing.SigningError) as error:
        stop(str(error))
    console.print(
        f"{kpi} is bekrachtigd door {done.ratified_by} ({done.signed_by}): vastgelegd in record "
        f"{done.record}. Nu zijn er {count} bekrachtigd; de volgende run zet het in de uitgave.",
        markup=False,
        soft_wrap=True,
    )
