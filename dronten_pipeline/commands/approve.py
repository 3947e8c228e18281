"""`datalab approve`: a second person looks at what the gate held back, and may publish it.

Not here: who may, and what is signed (`gate/approval.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from dronten_pipeline.commands.status import show_release
from dronten_pipeline.commands.supervisor import supervised
from dronten_pipeline.commands.terminal import PUBLISHED, console
from dronten_pipeline.core.settings import Settings, current_settings


def approve(
    key: Annotated[
        Path | None,
        typer.Option(help="Bestand met uw eigen geheime sleutel (Ed25519, PEM, mode 0600)."),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Waarom deze cijfers toch gepubliceerd mogen worden.")
    ] = "",
) -> None:
    """Laat een tweede persoon publiceren wat de beoordeling tegenhield.

    Zonder sleutel: toont wat er tegengehouden is. Wie de run startte, kan niet zelf goedkeuren;
    wie het wel mag, staat in DATALAB_APPROVERS.
    """
    settings = current_settings()
    if key is None:
        _show_held_back(settings)
        console.print(
            "Goedkeuren: `datalab approve --key SLEUTEL --reason WAAROM`. Het komt in het "
            "logboek, in de uitgave en in het verslag te staan, met uw naam."
        )
        return
    raise typer.Exit(supervised(settings, lambda: _execute(settings, key, reason)))


def _show_held_back(settings: Settings) -> None:
    from dronten_pipeline.gate.verdict import what_to_do
    from dronten_pipeline.pipeline.approve import (
        how_to_compare,
        what_was_held_back,
        what_was_weakened,
    )

    for result in what_was_held_back(settings):
        console.print(
            f"[red]fout[/red]  {result.table}.{result.rule}: {escape(result.description)}"
        )
        console.print(f"      gezien: {result.observed}", markup=False)
        for line in what_to_do(result):
            console.print(f"      {line}", markup=False)
    weakened = what_was_weakened(settings)
    for line in weakened:
        console.print("[red]regel[/red]", escape(line), soft_wrap=True)
    if weakened:
        console.print(how_to_compare(settings), soft_wrap=True, markup=False)


def _execute(settings: Settings, key: Path, reason: str) -> int:
    """Judges and publishes, in this process; returns the exit code."""
    from dronten_pipeline.pipeline.approve import publish_approved
    from dronten_pipeline.pipeline.preflight import begun

    with begun(settings, "approve"):
        _show_held_back(settings)
        approval, _ = publish_approved(settings, key=key, reason=reason, on_progress=console.print)
    console.print(f"Goedgekeurd door {approval.approved_by} (record {approval.record}).")
    show_release(settings)
    return PUBLISHED
