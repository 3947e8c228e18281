"""`datalab`: what a data engineer types. Each command calls one function and prints its answer.

Not here: the steps of a run, or what is in a release. Heavy packages are imported by the command
that needs them, so that `datalab --help` answers at once.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dronten_pipeline.settings import PROJECT, Settings, current_settings

if TYPE_CHECKING:
    from dronten_pipeline.run import Run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Datalab Dronten: van geleverde bestanden naar gepubliceerde cijfers.",
)
console = Console(highlight=False)
problems = Console(stderr=True, highlight=False)

PUBLISHED, OWN_ERROR, HELD_BACK, NOTHING_READ = 0, 1, 3, 4


def main() -> None:
    app()


@app.command()
def run(
    as_of: Annotated[
        str | None,
        typer.Option(help="Peildag (jjjj-mm-dd): de dag waarop openstaand werk beoordeeld wordt."),
    ] = None,
) -> None:
    """Leest de leveringen, bouwt de cijfers, beoordeelt ze en publiceert.

    Eindigt met 0 als er gepubliceerd is of de vorige uitgave nog klopt, met 3 als de beoordeling
    de uitgave tegenhield, met 4 als geen enkele levering te lezen was, met 1 bij een fout.
    """
    settings = current_settings()
    if as_of is not None:
        try:
            dt.date.fromisoformat(as_of)
        except ValueError:
            _stop(f"--as-of {as_of} is geen datum: schrijf jjjj-mm-dd, bijvoorbeeld 2026-06-30.")
    raise typer.Exit(_run(settings, as_of))


def _run(settings: Settings, as_of: str | None) -> int:
    _prepare_dagster_home(settings)
    console.print(f"Datalab Dronten: een run begint in {settings.home}.")

    import dagster as dg

    from dronten_pipeline.definitions import defs
    from dronten_pipeline.ingest.snapshot import NothingRead
    from dronten_pipeline.run import RunUnderWay

    config = {"resources": {"run": {"config": {"as_of": as_of}}}} if as_of else {}
    with dg.DagsterInstance.get() as instance:
        try:
            defs().resolve_job_def("datalab").execute_in_process(
                run_config=config, instance=instance
            )
        except NothingRead as error:
            problems.print(f"[red]Niets gelezen.[/red] {error}")
            return NOTHING_READ
        except (dg.DagsterAssetCheckFailedError, dg.Failure) as error:
            problems.print(f"[red]Tegengehouden.[/red] {error}")
            return HELD_BACK
        except RunUnderWay as error:
            problems.print(f"[red]Niet gestart.[/red] {error}")
            return OWN_ERROR
        except Exception as error:
            problems.print(f"[red]Mislukt.[/red] {type(error).__name__}: {error}")
            return OWN_ERROR
    return PUBLISHED


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="Poort van de webserver.")] = 3000,
) -> None:
    """Start de webserver en de planner van Dagster; de stand blijft bewaard onder DATALAB_HOME."""
    settings = current_settings()
    _prepare_dagster_home(settings)
    console.print(f"Dagster: http://127.0.0.1:{port} (stoppen met Ctrl-C)")
    dagster = str(Path(sys.executable).with_name("dagster"))
    os.chdir(PROJECT)
    os.execv(dagster, [dagster, "dev", "-w", str(PROJECT / "workspace.yaml"), "-p", str(port)])


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def dbt(context: typer.Context) -> None:
    """Voert een dbt-opdracht uit zoals de keten het zou doen, bijvoorbeeld `datalab dbt parse`."""
    from dronten_pipeline.transform import run_dbt

    raise typer.Exit(run_dbt(current_settings(), context.args))


def _prepare_dagster_home(settings: Settings) -> None:
    """A persistent DAGSTER_HOME with our settings in it: without one Dagster forgets its runs."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", settings.dagster_home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ.setdefault("DO_NOT_TRACK", "1")


def _stop(message: str) -> None:
    problems.print(f"[red]Fout.[/red] {message}")
    raise typer.Exit(OWN_ERROR)
