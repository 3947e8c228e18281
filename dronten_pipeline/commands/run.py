"""`datalab run`: the whole chain, once.

Not here: its steps (`defs/`), what stands in the release that comes out (`status.py`), or Dagster's
planner (`web.py`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from dronten_pipeline.commands import endings
from dronten_pipeline.commands.postgres import load_release, say_lag
from dronten_pipeline.commands.status import show_release
from dronten_pipeline.commands.supervisor import supervised
from dronten_pipeline.commands.terminal import (
    HELD_BACK,
    OWN_ERROR,
    PUBLISHED,
    console,
    problems,
    say_problem,
    say_warning,
    stop,
)
from dronten_pipeline.core.run_files import REPORT
from dronten_pipeline.core.settings import Settings, current_settings
from dronten_pipeline.pipeline import dagster_home

if TYPE_CHECKING:
    import dagster as dg

    from dronten_pipeline.pipeline.up_to_date import Given


def run(
    as_of: Annotated[
        str | None,
        typer.Option(help="Peildatum (jjjj-mm-dd): de dag waarop open werk beoordeeld wordt."),
    ] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Doet alle stappen, ook als er niets nieuws is."),
    ] = False,
) -> None:
    """Leest de leveringen, bouwt de cijfers, beoordeelt ze en publiceert.

    Eindigt met 0 als er gepubliceerd is of de vorige uitgave nog klopt, met 3 als de beoordeling
    of een toets van dbt de uitgave tegenhield, met 4 als geen enkele levering te lezen was, met 1
    bij een fout, ook als de uitgave er is maar niet in PostgreSQL kwam, en met 130 na Ctrl-C (128
    en het nummer van het sein).
    """
    settings = current_settings()
    if as_of is not None:
        from dronten_pipeline.pipeline.run import day_of

        try:
            day_of(as_of)
        except ValueError as error:
            stop(f"--as-of {error}")
    raise typer.Exit(supervised(settings, lambda: execute(settings, as_of, whole=whole)))


def execute(settings: Settings, as_of: str | None, *, whole: bool) -> int:
    """The whole chain, in this process; returns the exit code, having told what happened."""
    from dronten_pipeline.pipeline.preflight import begun

    console.print(f"Datalab Dronten: een run begint in {settings.home}.")
    try:
        with begun(settings, "datalab run"):
            return _execute(settings, dt.date.fromisoformat(as_of) if as_of else None, whole=whole)
    except Exception as error:
        return endings.end(settings, error)


def _execute(settings: Settings, day: dt.date | None, *, whole: bool) -> int:
    from dronten_pipeline.connect import delivery
    from dronten_pipeline.contracts.dbt_project import start_dbt
    from dronten_pipeline.core import collecting
    from dronten_pipeline.ingest import reading_process
    from dronten_pipeline.ingest.arriving import wait_until_settled
    from dronten_pipeline.pipeline import up_to_date
    from dronten_pipeline.pipeline.run import day_after, describe_run
    from dronten_pipeline.release import withdrawal

    delivery.finish(settings)
    for waits in wait_until_settled(settings, console.print):
        say_warning(f"{waits} Deze run leest het niet.")
    withdrawal.finish(settings)
    now = describe_run(settings, "looking", day)
    given = up_to_date.fingerprint_inputs(settings, now)
    if later := day_after(now):
        say_warning(
            f"De peildatum {now.as_of:%d-%m-%Y} ligt vóór die van de uitgave die geldt "
            f"({later:%d-%m-%Y}): wat daarna gebeurde telt in deze uitgave niet mee. Ga na "
            "afloop terug met `datalab rollback`."
        )
    if not whole and up_to_date.is_up_to_date(settings, given):
        console.print("Er is niets nieuws: de uitgave van de vorige run geldt nog.")
        is_loaded = load_release(settings)
        show_release(settings)
        return PUBLISHED if is_loaded else OWN_ERROR
    prepare_dagster_home(settings)
    collecting.seldom()
    start_dbt(settings, now.comparable_release)
    reading_process.start(settings.limits)
    from dronten_pipeline.gate.gate import start_judge

    start_judge()

    from dronten_pipeline.definitions import defs
    from dronten_pipeline.gate.verdict import HeldBack
    from dronten_pipeline.postgres.connection import PostgresError

    config: dict[str, object] = {"loggers": {"console": {"config": {}}}}
    if day is not None:
        config["resources"] = {"run": {"config": {"as_of": day.isoformat()}}}
    with _output_kept(settings), _instance(settings) as instance:
        try:
            job = defs().resolve_job_def("datalab")
            # Dagster prints there, in its own words, what becomes one sentence at the end.
            with contextlib.redirect_stderr(sys.stdout):
                result = job.execute_in_process(run_config=config, instance=instance)
        except HeldBack:
            _show_failed_checks(settings)
            return HELD_BACK
        except PostgresError as error:
            # The files are published: the next run need not make them again to try PostgreSQL.
            _remember(settings, given)
            say_lag(error)
            return OWN_ERROR
        if not result.asset_materializations_for_node("release"):
            raise RuntimeError("the run ended without its last step")
    _remember(settings, given)
    show_release(settings)
    return PUBLISHED


@contextlib.contextmanager
def _instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Dagster's own administration; made anew when Dagster cannot use what stands there."""
    import dagster as dg

    try:
        opened = dg.DagsterInstance.get()
        opened.get_runs(limit=1)
    except Exception as error:
        if endings.is_about_the_disk(settings, error):
            raise
        home = settings.dagster_home
        for said in dagster_home.move_aside(home, dagster_home.all_databases(home)):
            say_warning(said)
        opened = dg.DagsterInstance.get()
    with opened as instance:
        yield instance


def prepare_dagster_home(settings: Settings) -> None:
    """A persistent DAGSTER_HOME with our settings in it: without one Dagster forgets its runs."""
    for said in dagster_home.prepare(settings):
        say_warning(said)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ.setdefault("DO_NOT_TRACK", "1")


@contextlib.contextmanager
def _output_kept(settings: Settings) -> Iterator[None]:
    """dbt's own output is long; it stays readable for whoever repairs a model."""
    output = (settings.home / endings.LOG).open("w", encoding="utf-8")
    try:
        with contextlib.redirect_stdout(output):
            yield
    finally:
        with contextlib.suppress(OSError):  # its last lines are not worth an outcome
            output.close()


def _remember(settings: Settings, given: Given) -> None:
    """A published release stays published when this cannot be written."""
    from dronten_pipeline.pipeline import up_to_date

    try:
        up_to_date.remember(settings, given)
    except OSError as error:
        problems.print(
            "[yellow]Let op.[/yellow] "
            + escape(f"{error}: de volgende run doet daarom alle stappen, ook zonder iets nieuws.")
        )


def _show_failed_checks(settings: Settings) -> None:
    """Why the gate held the release back, one rule per line."""
    from dronten_pipeline.gate.attack.audit import to_withdraw_in_words
    from dronten_pipeline.gate.gate import read_verdict
    from dronten_pipeline.gate.verdict import what_to_do
    from dronten_pipeline.ledger import rules
    from dronten_pipeline.pipeline.run import latest_run_folder

    held = f"De beoordeling hield deze cijfers tegen. {endings.in_force(settings)}"
    say_problem(held, "Tegengehouden.")
    verdict = read_verdict(latest_run_folder(settings))
    if verdict.weakened:
        problems.print(
            "Sinds de vorige uitgave zijn kritische regels weg, verzwakt of anders; zonder "
            "goedkeuring van een tweede persoon wordt er dan niets gepubliceerd."
        )
    for change in verdict.weakened:
        problems.print(f"  [red]regel[/red]  {escape(rules.in_words(change))}")
    if verdict.weakened:
        problems.print(rules.how_to_compare(settings, verdict.previous_release), markup=False)
    for result in verdict.failures:
        mark = "[red]fout[/red]" if result.severity == "critical" else "[yellow]let op[/yellow]"
        problems.print(f"  {mark}  {result.table}.{result.rule}: {escape(result.description)}")
        problems.print(f"        gezien: {result.error or result.observed}", markup=False)
        for line in what_to_do(result):
            problems.print(f"        {line}", markup=False)
    report = latest_run_folder(settings) / REPORT
    if report.is_file():
        problems.print(f"Het controleverslag: {report}")
    causes = to_withdraw_in_words(latest_run_folder(settings))
    for cause in causes:
        problems.print(cause, markup=False)
    problems.print(
        ("Wat er daarna nog fout is: herstel" if causes else "Herstel")
        + " de levering of het model en start opnieuw, of laat een tweede persoon goedkeuren "
        "wat hier fout is (`datalab approve`)."
    )
