"""`datalab releases`, `rollback`, `withdraw` and `prune`: which there are, which counts, which go.

Not here: how a release comes about (`pipeline/run.py`, `pipeline/approve.py`).
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dronten_pipeline.commands.postgres import forget_release, load_release
from dronten_pipeline.commands.terminal import OWN_ERROR, coloured, console, stop
from dronten_pipeline.core.settings import current_settings


def releases() -> None:
    """Toont de uitgaven, de nieuwste bovenaan."""
    from dronten_pipeline.release.store import list_releases
    from dronten_pipeline.release.withdrawal import unfinished

    settings = current_settings()
    found, broken_off = list_releases(settings), unfinished(settings)
    for sentence in broken_off.values():
        console.print(f"[red]Let op.[/red] {sentence}", soft_wrap=True)
    if not found:
        console.print("Er is nog geen uitgave. Maak er een met `datalab run`.")
        return
    table = Table("", "peildatum", "oordeel", "soort")
    table.add_column("uitgave", no_wrap=True)
    for release in found:
        mark = "→" if release.is_current else ""
        problem = "ingetrokken" if release.release_id in broken_off else release.problem
        if problem:
            table.add_row(mark, "", f"[red]{problem}[/red]", "", release.release_id)
            continue
        about = release.manifest
        warnings = f" ({len(about.warnings)})" if about.warnings else ""
        table.add_row(
            mark,
            about.as_of,
            coloured("release_verdict", about.verdict) + warnings,
            "voorbeeld" if about.is_sample else "leveringen",
            release.release_id,
        )
    console.print(table)


def rollback(
    release_id: Annotated[
        str | None, typer.Argument(help="Uitgave om naar terug te gaan; leeg: de vorige.")
    ] = None,
) -> None:
    """Laat `current` weer naar een eerdere uitgave wijzen."""
    from dronten_pipeline.pipeline.run import RunUnderWay, alone
    from dronten_pipeline.release import withdrawal
    from dronten_pipeline.release.errors import ReleaseError
    from dronten_pipeline.release.rollback import rollback as point_back

    settings = current_settings()
    try:
        with alone(settings, "rollback"):
            withdrawal.finish(settings)
            release = point_back(settings, release_id)
    except (ReleaseError, withdrawal.WithdrawalError, RunUnderWay) as error:
        stop(str(error))
    console.print(f"Uitgave {release.release_id} geldt nu. De volgende run maakt weer een nieuwe.")
    if not load_release(settings):
        raise typer.Exit(OWN_ERROR)


def withdraw(
    release_id: Annotated[str, typer.Argument(help="De uitgave.")],
    reason: Annotated[str, typer.Option(help="Waarom; dit blijft in het logboek staan.")] = "",
) -> None:
    """Trekt een uitgave in: niets van haar blijft staan, het logboek bewijst dat zij er was.

    Geldt zij nog, dan gaat `current` naar de nieuwste uitgave ervoor die nog staat en niet berust
    op een gewist bestand.
    """
    from dronten_pipeline.pipeline.run import RunUnderWay, alone
    from dronten_pipeline.release import withdrawal

    settings = current_settings()
    try:
        with alone(settings, "withdraw"):
            done = withdrawal.withdraw(settings, release_id, reason=reason)
            is_loaded = forget_release(settings, release_id)
    except (withdrawal.WithdrawalError, RunUnderWay) as error:
        stop(str(error))
    holds = (
        f"Uitgave {done.current} geldt."
        if done.current
        else "Er geldt nu geen uitgave: er was geen eerdere om naar terug te gaan. Start een run."
    )
    console.print(
        f"Uitgave {release_id} is ingetrokken; record {done.record} bewaart haar hashes. {holds}",
        soft_wrap=True,
    )
    if not is_loaded:
        raise typer.Exit(OWN_ERROR)


def prune(
    release_ids: Annotated[
        list[str] | None, typer.Argument(help="Uitgaven; leeg: alle behalve de nieuwste.")
    ] = None,
    keep: Annotated[int, typer.Option(min=2, help="Zoveel van de nieuwste blijven staan.")] = 30,
    reason: Annotated[str, typer.Option(help="Waarom; dit wordt vastgelegd.")] = "bewaartermijn",
    execute: Annotated[
        bool,
        typer.Option("--execute", help="Doe het; zonder dit wordt alleen getoond wat weg kan."),
    ] = False,
) -> None:
    """Verwijdert oude uitgaven, en gelezen bestanden waarop daarna niets meer rust.

    De uitgave die geldt en die ervoor blijven altijd staan. Van elk geleverd bestand blijft de
    laatste lezing, en wat een uitgave noemt die blijft staan.
    """
    from dronten_pipeline.contracts.sources import load_sources
    from dronten_pipeline.ingest import retention as raw_files
    from dronten_pipeline.ingest.registry import RegistryError
    from dronten_pipeline.ledger import ledger
    from dronten_pipeline.ledger.bodies import Prune
    from dronten_pipeline.pipeline.run import RunUnderWay, alone
    from dronten_pipeline.release import retention, withdrawal
    from dronten_pipeline.release.errors import ReleaseError

    settings = current_settings()
    try:
        with alone(settings, "prune"):
            withdrawal.finish(settings)
            choice = retention.choose(settings, release_ids or (), keep=keep)
            files = raw_files.superseded(settings, load_sources(settings.sources), choice.named)
            for release in choice.releases:
                console.print(f"  uitgave {release.release_id}, peildatum {release.manifest.as_of}")
            for file in files:
                console.print(f"  gelezen bestand {file.path}", soft_wrap=True)
            size = (choice.size + sum(file.size for file in files)) / 1e6
            about = (
                f"{len(choice.releases)} uitgaven en {len(files)} gelezen bestanden, "
                f"{size:.1f} MB".replace(".", ",")
            )
            if not choice.releases and not files:
                console.print("Er is niets om te verwijderen.")
                return
            if not execute:
                console.print(f"Kan weg: {about}. Er is nog niets verwijderd: gebruik --execute.")
                return
            # Said before it is done: a removal without a record could not be told from a loss.
            ledger.append(
                settings,
                Prune(
                    reason=reason,
                    releases=[release.release_id for release in choice.releases],
                    raw_files=[file.path for file in files],
                ),
            )
            retention.remove(settings, choice.releases)
            raw_files.forget(settings, files)
    except (
        ReleaseError,
        RegistryError,
        RunUnderWay,
        ledger.LedgerError,
        withdrawal.WithdrawalError,
    ) as error:
        stop(str(error))
    console.print(f"Verwijderd: {about}. Het staat in het register van bewijs ({settings.ledger}).")
