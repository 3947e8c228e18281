"""`datalab verify` and `datalab keys`: what can be proven, and with which keys.

Not here: comparing (`audit/verify.py`) and signing (`ledger/signing.py`).
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from dronten_pipeline.commands.terminal import say_problem, say_warning
from dronten_pipeline.core.settings import current_settings

console = Console(highlight=False, soft_wrap=True)

SOUND, UNUSABLE, CHANGED = 0, 1, 5


def verify(
    head: Annotated[
        str | None,
        typer.Option(help="NUMMER:SHA256 van een record, zoals een controleverslag het noemt."),
    ] = None,
    reread: Annotated[
        bool,
        typer.Option(
            "--reread", help="Lees de leveringen die er nog zijn opnieuw en vergelijk de uitkomst."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Antwoord als JSON.")] = False,
) -> None:
    """Controleert logboek, handtekeningen, anker, elke byte van elke uitgave en van wat gelezen is.

    Eindigt met 0 als alles klopt, met 5 als er iets veranderd of verdwenen is, met 1 als er niet
    gecontroleerd kon worden.
    """
    from dronten_pipeline.audit.verify import verify as compare
    from dronten_pipeline.ledger.signing import SigningError

    started = time.monotonic()
    try:
        found = compare(current_settings(), head, reread=reread)
    except (SigningError, ValueError) as error:
        say_problem(error, "Niet gecontroleerd.")
        raise typer.Exit(UNUSABLE) from None
    code = CHANGED if found.problems else SOUND
    if as_json:
        answer = {
            "sound": not found.problems,
            "checked": found.checked,
            "problems": found.problems,
            "notices": found.notices,
            "head": f"{found.head.number}:{found.head.sha256}" if found.head else None,
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))  # noqa: T201
        raise typer.Exit(code)
    console.print("Gecontroleerd:")
    for line in found.checked:
        console.print(f"  {line}", markup=False)
    for line in found.notices:
        say_warning(line)
    for line in found.problems:
        console.print(Text.assemble(("Fout.", "red"), " ", line))
    if found.head is not None:
        console.print(
            f"Kop van het logboek: {found.head.number}:{found.head.sha256} "
            f"({found.head.recorded_at})"
        )
    verdict = (
        f"[red]Er klopt iets niet: {len(found.problems)} bevindingen.[/red] Publiceer niets meer "
        "voordat duidelijk is wat er gebeurd is; docs/auditor.md zegt hoe."
        if found.problems
        else "[green]Alles klopt.[/green]"
    )
    console.print(f"{verdict} ({time.monotonic() - started:.1f} s)")
    raise typer.Exit(code)


def keys(
    trust: Annotated[
        bool,
        typer.Option(
            "--trust",
            help="Maak de sleutel bekend die DATALAB_SIGNING_KEY noemt, of sta in voor de eerste.",
        ),
    ] = False,
    by: Annotated[
        Path | None,
        typer.Option(help="Bestand met de oudere sleutel die haar bekend maakt; leeg: de eigen."),
    ] = None,
    make: Annotated[
        Path | None, typer.Option(help="Maak een nieuwe sleutel in dit bestand (rechten 0600).")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Schrijf de openbare sleutels naar deze map.")
    ] = None,
) -> None:
    """Toont de openbare sleutels: wat zij ondertekenden wordt geloofd.

    De eerste sleutel is die van record 1; een andere telt pas als een oudere haar bekend maakte.
    """
    from dronten_pipeline.ledger import introduce, ledger, signing
    from dronten_pipeline.ledger import trust as believing

    settings = current_settings()
    try:
        if make is not None:
            made = signing.make_key(make)
            console.print(f"Sleutel {made.key_id} is gemaakt in {make}.")
        if trust:
            record = introduce.introduce_key(settings, by)
            console.print(
                f"Sleutel {record.body.key_id} is bekend gemaakt en vastgelegd."
                if record
                else "Deze sleutel was al bekend."
            )
        believed = believing.trust(settings)
        known = {key_id: one.key for key_id, one in believed.keys.items()}
        if export is not None:
            for key in known.values():
                signing.add_public_key(export, key)
            console.print(f"{len(known)} openbare sleutels staan in {export}.")
    except (signing.SigningError, ledger.LedgerError) as error:
        say_problem(error)
        raise typer.Exit(UNUSABLE) from None
    for line in believing.sentences(believed):
        console.print(line, markup=False)
    for line in believing.doubts(believed):
        say_warning(line)
    for key in known.values():
        console.print(key.key_id, markup=False)
        console.print(key.pem().decode().strip(), markup=False)
    if not known:
        console.print("Er is nog geen sleutel: de eerste run maakt er een.")
