"""`datalab approvers`: who may approve what the gate held back, and making somebody known.

Not here: approving (`pipeline/approve.py`), and when an approver counts (`ledger/trust.py`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from dronten_pipeline.commands.terminal import console, say_warning, stop
from dronten_pipeline.core.settings import current_settings


def approvers(
    trust: Annotated[
        str | None,
        typer.Option("--trust", help="Maak bekend wiens sleutel in NAAM.pem staat: eenmalig."),
    ] = None,
) -> None:
    """Toont wie mag goedkeuren wat de beoordeling tegenhield.

    Een sleutel in DATALAB_APPROVERS telt pas als zij hier bekend is gemaakt; dat komt in het
    logboek te staan.
    """
    from dronten_pipeline.ledger import introduce, ledger, signing
    from dronten_pipeline.ledger import trust as believing

    settings = current_settings()
    try:
        if trust is not None:
            record = introduce.introduce_approver(settings, trust)
            console.print(f"{trust} mag goedkeuren: vastgelegd in record {record.number}.")
        believed = believing.trust(settings)
        lying = signing.public_keys(settings.approvers_folder)
    except (signing.SigningError, ledger.LedgerError) as error:
        stop(str(error))
    for approver in believed.approvers.values():
        there = (
            ""
            if approver.key.key_id in lying
            else " (haar bestand staat niet in de map: telt niet)"
        )
        console.print(
            f"{approver.name}: sleutel {approver.key.key_id}, record {approver.since}{there}",
            markup=False,
        )
    for key_id, key in lying.items():
        if key_id not in believed.approvers:
            say_warning(
                f"{key.name}.pem telt niet: niemand maakte die sleutel bekend "
                f"(`datalab approvers --trust {key.name}`)."
            )
    if not lying:
        console.print(f"Er staat geen sleutel in {settings.approvers_folder}.")
