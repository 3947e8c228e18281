"""`datalab`: what a data engineer types. Each command calls one function and prints its answer.

Not here: the steps of a run, or what is in a release. Heavy packages are imported by the command
that needs them, so that `datalab --help` answers at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from dronten_pipeline.commands.explain import explain
from dronten_pipeline.commands.verify import keys, verify
from dronten_pipeline.contracts import ContractError
from dronten_pipeline.evidence.durable import is_full
from dronten_pipeline.leesniveau.command import app as leesniveau
from dronten_pipeline.settings import PROJECT, Settings, current_settings

if TYPE_CHECKING:
    from dronten_pipeline.settled import Given

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Datalab Dronten: van geleverde bestanden naar gepubliceerde cijfers.",
)
app.command()(explain)
app.command()(verify)
app.command()(keys)
postgres = typer.Typer(no_args_is_help=True, help="De uitgave in PostgreSQL.")
app.add_typer(postgres, name="postgres")
app.add_typer(leesniveau, name="leesniveau")
console = Console(highlight=False)
problems = Console(stderr=True, highlight=False, soft_wrap=True)

VERDICTS = {
    "passed": "[green]goed[/green]",
    "passed_with_warnings": "[yellow]goed, met waarschuwingen[/yellow]",
    "approved": "[red]goedgekeurd ondanks fouten[/red]",
}
STATUSES = {
    "on_target": "[green]gehaald[/green]",
    "off_target": "[red]niet gehaald[/red]",
    "uncertain": "[yellow]onzeker[/yellow]",
    "no_target": "geen doel",
}
UNITS = {"percent": " %", "grade": "", "stars": " ster", "count": "", "working_days": " werkd."}

PUBLISHED, OWN_ERROR, HELD_BACK, NOTHING_READ = 0, 1, 3, 4

#: With less than this free nothing can be written that matters.
FULL_BYTES = 1_000_000


def main() -> None:
    """Runs a command; a mistake of the operator is a sentence, not a stack of calls."""
    try:
        app()
    except ContractError as error:
        _sentence(str(error))
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        for wrong in error.errors():
            name = f"DATALAB_{'_'.join(map(str, wrong['loc']))}".upper()
            _sentence(f"{name} is {wrong['input']!r}: {wrong['msg']}. Verbeter de instelling.")
    except Exception as error:
        settings = current_settings()
        if not _disk_is_full(settings, error):
            raise
        _sentence(escape(_about_full_disk(settings, error)))
    else:
        return
    sys.exit(OWN_ERROR)


@app.command()
def run(
    as_of: Annotated[
        str | None,
        typer.Option(help="Peildag (jjjj-mm-dd): de dag waarop openstaand werk beoordeeld wordt."),
    ] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Doet alle stappen, ook als er niets nieuws is."),
    ] = False,
) -> None:
    """Leest de leveringen, bouwt de cijfers, beoordeelt ze en publiceert.

    Eindigt met 0 als er gepubliceerd is of de vorige uitgave nog klopt, met 3 als de beoordeling
    de uitgave tegenhield, met 4 als geen enkele levering te lezen was, met 1 bij een fout, ook
    als de uitgave er is maar niet in PostgreSQL kwam.
    """
    settings = current_settings()
    if as_of is not None:
        try:
            dt.date.fromisoformat(as_of)
        except ValueError:
            _stop(f"--as-of {as_of} is geen datum: schrijf jjjj-mm-dd, bijvoorbeeld 2026-06-30.")
    raise typer.Exit(_run(settings, as_of, whole=whole))


def _run(settings: Settings, as_of: str | None, *, whole: bool) -> int:
    from dronten_pipeline import settled
    from dronten_pipeline.evidence.ledger import LedgerError
    from dronten_pipeline.run import RunUnderWay, alone, describe_run

    console.print(f"Datalab Dronten: een run begint in {settings.home}.")
    day = dt.date.fromisoformat(as_of) if as_of else None
    try:
        with alone(settings, "looking for something new"):
            given = settled.what_is_given(settings, describe_run(settings, "looking", day))
            if not whole and settled.still_holds(settings, given):
                console.print("Er is niets nieuws: de uitgave van de vorige run geldt nog.")
                is_loaded = _load_postgres(settings)
                _show_release(settings)
                return PUBLISHED if is_loaded else OWN_ERROR
    except (RunUnderWay, LedgerError, ValueError) as error:
        problems.print(f"[red]Niet gestart.[/red] {error}")
        return OWN_ERROR
    _prepare_dagster_home(settings)

    import dagster as dg

    # Not exported by Dagster, and the only way to tell a failed check from a broken step.
    from dagster._core.errors import DagsterAssetCheckFailedError

    from dronten_pipeline.definitions import defs
    from dronten_pipeline.ingest.inputs import NothingRead
    from dronten_pipeline.publish.postgres import PostgresError

    config: dict[str, object] = {"loggers": {"console": {"config": {}}}}
    if as_of:
        config["resources"] = {"run": {"config": {"as_of": as_of}}}
    with _output_kept(settings), dg.DagsterInstance.get() as instance:
        try:
            result = (
                defs()
                .resolve_job_def("datalab")
                .execute_in_process(run_config=config, instance=instance)
            )
            if not result.asset_materializations_for_node("release"):
                raise RuntimeError("the run ended without its last step; nothing was published")
        except NothingRead as error:
            problems.print(f"[red]Niets gelezen.[/red] {error}")
            return NOTHING_READ
        except DagsterAssetCheckFailedError:
            _show_failed_checks(settings)
            return HELD_BACK
        except RunUnderWay as error:
            problems.print(f"[red]Niet gestart.[/red] {error}")
            return OWN_ERROR
        except PostgresError as error:
            # The files are published: the next run need not make them again to try PostgreSQL.
            _remember(settings, given)
            _lags_behind(error)
            return OWN_ERROR
        except Exception as error:
            said = (
                _about_full_disk(settings, error)
                if _disk_is_full(settings, error)
                else f"{type(error).__name__}: {error}"
            )
            problems.print(f"[red]Mislukt.[/red] {escape(said)}")
            return OWN_ERROR
    _remember(settings, given)
    _show_release(settings)
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


@app.command()
def status() -> None:
    """Toont de cijfers van de uitgave die nu geldt, en wat aandacht vraagt."""
    _show_release(current_settings())


@app.command()
def releases() -> None:
    """Toont de uitgaven, de nieuwste bovenaan."""
    from dronten_pipeline.publish.releases import list_releases

    found = list_releases(current_settings())
    if not found:
        console.print("Er is nog geen uitgave. Maak er een met `datalab run`.")
        return
    table = Table("", "peildag", "oordeel", "soort")
    table.add_column("uitgave", no_wrap=True)
    for release in found:
        mark = "→" if release.is_current else ""
        if release.problem:
            table.add_row(mark, "", f"[red]{release.problem}[/red]", "", release.release_id)
            continue
        about = release.manifest
        warnings = f" ({len(about['warnings'])})" if about["warnings"] else ""
        table.add_row(
            mark,
            about["as_of"],
            VERDICTS[about["verdict"]] + warnings,
            "voorbeeld" if about["is_sample"] else "leveringen",
            release.release_id,
        )
    console.print(table)


@app.command()
def rollback(
    release_id: Annotated[
        str | None, typer.Argument(help="Uitgave om naar terug te gaan; leeg: de vorige.")
    ] = None,
) -> None:
    """Laat `current` weer naar een eerdere uitgave wijzen."""
    from dronten_pipeline.publish.releases import ReleaseError
    from dronten_pipeline.publish.releases import rollback as point_back
    from dronten_pipeline.run import RunUnderWay, alone

    settings = current_settings()
    try:
        with alone(settings, "rollback"):
            release = point_back(settings, release_id)
    except (ReleaseError, RunUnderWay) as error:
        _stop(str(error))
    console.print(f"Uitgave {release.release_id} geldt nu. De volgende run maakt weer een nieuwe.")
    if not _load_postgres(settings):
        raise typer.Exit(OWN_ERROR)


@app.command()
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
    from dronten_pipeline.approve import publish_approved, what_was_held_back
    from dronten_pipeline.evidence.ledger import LedgerError
    from dronten_pipeline.gate.approval import ApprovalError
    from dronten_pipeline.gate.gate import GateError
    from dronten_pipeline.publish.releases import PublishError
    from dronten_pipeline.run import NothingBuilt, RunUnderWay, alone

    settings = current_settings()
    try:
        for result in what_was_held_back(settings):
            console.print(f"[red]fout[/red]  {result.table}.{result.rule}: {result.description}")
            console.print(f"      gezien: {result.observed}", markup=False)
        if key is None:
            console.print(
                "Goedkeuren: `datalab approve --key SLEUTEL --reason WAAROM`. Het komt in het "
                "logboek, in de uitgave en in het verslag te staan, met uw naam."
            )
            return
        with alone(settings, "approve"):
            approval, _ = publish_approved(
                settings, key=key, reason=reason, on_progress=console.print
            )
    except (
        ApprovalError,
        GateError,
        LedgerError,
        NothingBuilt,
        PublishError,
        RunUnderWay,
    ) as error:
        _stop(str(error))
    console.print(f"Goedgekeurd door {approval.approved_by} (record {approval.record}).")
    _show_release(settings)


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(help="Het bestand dat geleverd zou worden.", exists=True, dir_okay=False),
    ],
    source: Annotated[
        str | None, typer.Option(help="Bron; leeg: af te leiden uit de map of de kolommen.")
    ] = None,
    table: Annotated[str | None, typer.Option(help="Tabel; leeg: af te leiden.")] = None,
) -> None:
    """Zegt wat er met een bestand zou gebeuren, zonder het in te lezen.

    Eindigt met 0 als alles gelezen kan worden, anders met 1.
    """
    from dronten_pipeline.ingest.inspection import inspect_file

    report = inspect_file(current_settings(), file, source_name=source, table_name=table)
    for line in report.lines():
        console.print(line, markup=False, soft_wrap=True)
    raise typer.Exit(0 if report.is_accepted else 1)


@app.command()
def erase(
    source: Annotated[str, typer.Argument(help="De bron, bijvoorbeeld website_feedback.")],
    file_name: Annotated[str, typer.Argument(help="De naam van het geleverde bestand.")],
    reason: Annotated[str, typer.Option(help="Waarom; dit wordt vastgelegd.")],
) -> None:
    """Wist alles wat uit een bestand gelezen is, zoals een levering met persoonsgegevens.

    Haal het bestand eerst uit de map met leveringen. De volgende run rekent zonder dit bestand.
    """
    from dronten_pipeline.contracts import load_sources
    from dronten_pipeline.evidence import ledger
    from dronten_pipeline.ingest.erase import EraseError
    from dronten_pipeline.ingest.erase import erase as erase_delivery
    from dronten_pipeline.publish.releases import resting_on
    from dronten_pipeline.run import RunUnderWay, alone

    settings = current_settings()
    sources = load_sources(settings.sources)
    if source not in sources:
        _stop(f"Er is geen bron {source}; wel: {', '.join(sources)}.")
    try:
        with alone(settings, "erase"):
            erased = erase_delivery(settings, sources[source], file_name, reason=reason)
            resting = resting_on(settings, erased.sha256)
            ledger.append(
                settings, "erasure", {**vars(erased), "reason": reason, "releases": resting}
            )
    except (EraseError, RunUnderWay) as error:
        _stop(str(error))
    console.print(
        f"{erased.file_name} is gewist ({erased.rows} rijen). Start een run: de cijfers worden "
        "zonder dit bestand berekend."
    )
    if resting:
        console.print(
            f"Uitgave {', '.join(resting)} blijft staan, maar de cijfers van {source} zijn daaruit "
            "niet meer na te rekenen; het logboek zegt waarom."
        )


@app.command()
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
    from dronten_pipeline.contracts import load_sources
    from dronten_pipeline.evidence import ledger
    from dronten_pipeline.ingest import retention as raw_files
    from dronten_pipeline.ingest.registry import RegistryError
    from dronten_pipeline.publish import retention
    from dronten_pipeline.publish.releases import ReleaseError
    from dronten_pipeline.run import RunUnderWay, alone

    settings = current_settings()
    try:
        with alone(settings, "prune"):
            choice = retention.choose(settings, release_ids or (), keep=keep)
            files = raw_files.superseded(settings, load_sources(settings.sources), choice.named)
            for release in choice.releases:
                console.print(
                    f"  uitgave {release.release_id}, peildag {release.manifest['as_of']}"
                )
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
                "prune",
                {
                    "reason": reason,
                    "releases": [release.release_id for release in choice.releases],
                    "raw_files": [file.path for file in files],
                },
            )
            retention.remove(settings, choice.releases)
            raw_files.forget(settings, files)
    except (ReleaseError, RegistryError, RunUnderWay, ledger.LedgerError) as error:
        _stop(str(error))
    console.print(f"Verwijderd: {about}. Het staat in het register van bewijs ({settings.ledger}).")


@app.command()
def doctor() -> None:
    """Zegt wat er aan deze installatie ontbreekt of onveilig is."""
    from dronten_pipeline.doctor import examine

    found = examine(current_settings())
    for finding in found:
        mark = "[green]in orde[/green]" if finding.is_fine else "[red]te doen[/red]"
        console.print(f"{mark}  {finding.text}")
    raise typer.Exit(0 if all(finding.is_fine for finding in found) else 1)


@app.command("data-docs")
def data_docs() -> None:
    """Maakt de pagina's van Great Expectations over de laatste runs, voor ontwikkelaars."""
    from dronten_pipeline.gate.data_docs import NothingJudged, build_data_docs

    try:
        page = build_data_docs(current_settings())
    except NothingJudged as error:
        _stop(str(error))
    console.print(f"Bekijk ze: {page}", soft_wrap=True)


@app.command()
def dictionary() -> None:
    """Schrijft docs/data-dictionary.md opnieuw uit de contracten en de beschrijvingen."""
    from dronten_pipeline.dictionary import dictionary as written

    page = PROJECT / "docs" / "data-dictionary.md"
    page.write_text(written(current_settings()), encoding="utf-8")
    console.print(f"{page} is geschreven.", soft_wrap=True)


@postgres.command("load")
def postgres_load() -> None:
    """Laadt de uitgave die geldt in PostgreSQL, als die daar nog niet getoond wordt."""
    from dronten_pipeline.run import RunUnderWay, alone

    settings = current_settings()
    if settings.postgres_url is None:
        _stop("Er is geen PostgreSQL ingesteld: zet het adres in DATALAB_POSTGRES_URL.")
    try:
        with alone(settings, "postgres load"):
            is_loaded = _load_postgres(settings)
    except RunUnderWay as error:
        _stop(str(error))
    raise typer.Exit(PUBLISHED if is_loaded else OWN_ERROR)


@app.command()
def contract() -> None:
    """Legt het contract van de gepubliceerde tabellen vast als nieuwe versie, als dat nodig is."""
    from dronten_pipeline.mart_contract import ReleasedContractError, release

    try:
        written, differences = release(current_settings())
    except ReleasedContractError as error:
        _stop(str(error))
    for difference in differences:
        console.print(f"  {difference}", soft_wrap=True)
    if written is None:
        console.print("De laatst uitgebrachte versie geldt nog: er is niets bijgekomen of weg.")
    else:
        console.print(f"{written} is geschreven; leg hem vast met de wijziging.", soft_wrap=True)


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


@contextlib.contextmanager
def _output_kept(settings: Settings) -> Iterator[None]:
    """dbt's own output is long; it stays readable for whoever repairs a model."""
    output = (settings.home / "last-run.log").open("w", encoding="utf-8")
    try:
        with contextlib.redirect_stdout(output):
            yield
    finally:
        with contextlib.suppress(OSError):  # its last lines are not worth an outcome
            output.close()


def _remember(settings: Settings, given: Given) -> None:
    """A published release stays published when this cannot be written."""
    from dronten_pipeline import settled

    try:
        settled.remember(settings, given)
    except OSError as error:
        problems.print(
            "[yellow]Let op.[/yellow] "
            + escape(f"{error}: de volgende run doet daarom alle stappen, ook zonder iets nieuws.")
        )


def _disk_is_full(settings: Settings, error: Exception) -> bool:
    """By what the error says, or by the disk: SQLite speaks of input and output only."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(settings.home).free < FULL_BYTES:
            return True
    return is_full(error)


def _about_full_disk(settings: Settings, error: Exception) -> str:
    from dronten_pipeline.publish.releases import ReleaseError, current_release

    said = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    free = shutil.disk_usage(settings.home).free / 1e6 if settings.home.is_dir() else 0
    try:
        release = current_release(settings)
    except ReleaseError as problem:
        stands = str(problem)
    else:
        stands = f"Uitgave {release.release_id} geldt." if release else "Er is nog geen uitgave."
    return (
        f"De schijf is vol: {said}. Bij {settings.home} is nu {free:.0f} MB vrij. Maak ruimte, "
        "kijk met `datalab doctor` of het genoeg is, en start opnieuw; wat half geschreven is, "
        f"ruimt de run zelf op. {stands}"
    )


def _sentence(message: str) -> None:
    problems.print("[red]Fout.[/red]", message)


def _stop(message: str) -> NoReturn:
    _sentence(message)
    raise typer.Exit(OWN_ERROR)


def _load_postgres(settings: Settings) -> bool:
    """Makes PostgreSQL show the release in force, where one is named; False when it failed."""
    if settings.postgres_url is None:
        return True
    from dronten_pipeline.publish.postgres import PostgresError, load_current

    try:
        outcome = load_current(settings)
    except PostgresError as error:
        _lags_behind(error)
        return False
    if outcome is None:
        console.print("Er is nog geen uitgave om in PostgreSQL te laden.")
        return True
    since = "al" if outcome.kind == "held" else "nu"
    console.print(f"PostgreSQL toont {since} uitgave {outcome.release_id}.", soft_wrap=True)
    for warning in outcome.warnings:
        console.print(f"[yellow]Let op.[/yellow] {warning}", soft_wrap=True)
    return True


def _lags_behind(error: Exception) -> None:
    problems.print("[red]PostgreSQL loopt achter.[/red]", error, markup=True)


# --- what people look at


def _show_release(settings: Settings) -> None:
    """The KPIs of the release in force, its place, and the next thing to do."""
    import duckdb

    from dronten_pipeline.contracts import load_sources
    from dronten_pipeline.publish.releases import current_release

    release = current_release(settings)
    if release is None:
        console.print("Er is nog geen uitgave. Maak er een met `datalab run`.")
        return
    with duckdb.connect(str(release.folder / "mart.duckdb"), read_only=True) as mart:
        kpis = mart.execute(
            """
            select
                dim_kpi.name_nl, dim_kpi.unit, kpi_status.value, kpi_status.comparator,
                kpi_status.target_value, kpi_status.status, kpi_status.period_grain,
                kpi_status.period_start, kpi_status.is_provisional,
                kpi_status.kpi_id in (
                    select kpi_id from fct_kpi_value where source_state = 'stale'
                ),
                case
                    when kpi_status.status <> 'no_data' then null
                    when dim_kpi.source_system not in (select source from source_delivery)
                        then 'geen levering'
                    when headline.is_suppressed then 'kleine groep'
                    else 'niets geteld'
                end
            from kpi_status
            inner join dim_kpi using (kpi_id)
            left join fct_kpi_value as headline
                on kpi_status.kpi_id = headline.kpi_id
                and kpi_status.period_grain = headline.period_grain
                and kpi_status.period_start = headline.period_start
                and headline.dimension = 'total'
            order by dim_kpi.name_nl
            """
        ).fetchall()
        delivered = {
            row[0] for row in mart.execute("select source from source_delivery").fetchall()
        }
        stopped = mart.execute(
            "select source, file_name, note from source_delivery where state = 'stopped' "
            "and note not like 'Dit bestand wacht%'  -- it only waits for the one at fault"
        ).fetchall()
    name_column = Column("KPI", overflow="fold")  # nothing is cut off in a narrow terminal
    table = Table(name_column, "periode", "waarde", "doel", "stand", title_justify="left")
    for name, unit, value, comparator, target, state, grain, start, provisional, stale, why in kpis:
        marks = (" (voorlopig)" if provisional else "") + (" (vorige uitgave)" if stale else "")
        table.add_row(
            name,
            _period(grain, start) + marks,
            _number(value) + (UNITS[unit] if value is not None else ""),
            f"{comparator} {_number(target)}{UNITS[unit]}" if comparator else "",
            f"[yellow]{why}[/yellow]" if why else STATUSES[state],
        )
    console.print(table)
    about = release.manifest
    if about["is_sample"]:
        console.print(
            "[yellow]Deze cijfers komen uit verzonnen voorbeeldgegevens[/yellow] "
            "(sources/*/sample): er is nog niets geleverd."
        )
    if silent := sorted(set(load_sources(settings.sources)) - delivered):
        console.print(
            f"[yellow]Nog niets geleverd[/yellow] door {', '.join(silent)}: wat daarop "
            "rust heeft geen cijfer. Een eerste levering in landing/<bron>/ is genoeg.",
            soft_wrap=True,
        )
    for source, file_name, note in stopped:
        console.print(f"[red]{source} staat stil[/red] door {file_name}: {note}")
    console.print(
        f"Uitgave {about['release_id']}, peildag {about['as_of']}: {VERDICTS[about['verdict']]}"
        + (f" ({len(about['warnings'])})" if about["warnings"] else "")
    )
    _show_approval(about.get("approval"))
    console.print(f"Bekijk haar: {release.folder / 'mart.duckdb'}", soft_wrap=True)
    _show_postgres(settings)
    console.print(_next_step(settings, is_sample=about["is_sample"]), soft_wrap=True)


def _show_postgres(settings: Settings) -> None:
    if settings.postgres_url is None:
        return
    from dronten_pipeline.publish.postgres import PostgresError, describe_lag

    try:
        lag = describe_lag(settings)
    except PostgresError as error:
        _lags_behind(error)
        return
    if lag:
        console.print(f"[red]{lag}[/red]", soft_wrap=True)
    else:
        console.print(f"Ook in PostgreSQL, schema {settings.postgres_schema}.")


def _show_approval(approval: dict[str, Any] | None) -> None:
    """A release that did not pass says who allowed it, why, and in spite of what."""
    if approval is None:
        return
    console.print(
        f"[red]Goedgekeurd door {escape(approval['approved_by'])}, ondanks fouten:[/red] "
        f"{escape(approval['reason'])}"
    )
    for rule in approval["rules"]:
        console.print(f"  [red]fout[/red]  {rule['table']}.{rule['rule']}: {rule['observed']}")


def _show_failed_checks(settings: Settings) -> None:
    """Why the gate held the release back, one rule per line."""
    from dronten_pipeline.gate.gate import read_verdict
    from dronten_pipeline.run import latest_run_folder

    problems.print("[red]Tegengehouden.[/red] De uitgave die gold, blijft gelden.")
    try:
        failures = read_verdict(latest_run_folder(settings)).failures
    except (OSError, ValueError):
        problems.print("De toetsen van dbt zijn niet gehaald; bekijk ze met `make dev`.")
        return
    for result in failures:
        mark = "[red]fout[/red]" if result.severity == "critical" else "[yellow]let op[/yellow]"
        problems.print(f"  {mark}  {result.table}.{result.rule}: {result.description}")
        problems.print(f"        gezien: {result.error or result.observed}", markup=False)
    report = latest_run_folder(settings) / "controleverslag.html"
    if report.is_file():
        problems.print(f"Het controleverslag: {report}")
    problems.print(
        "Herstel de levering of het model en start opnieuw, of laat een tweede persoon goedkeuren "
        "wat hier fout is (`datalab approve`)."
    )


def _next_step(settings: Settings, *, is_sample: bool) -> str:
    if is_sample:
        return (
            f"Hierna: zet een eigen levering in {settings.landing_folder}/<bron>/ en start "
            "`make run` opnieuw, of bekijk de keten met `make dev`."
        )
    return "Hierna: `datalab check BESTAND` voor een nieuwe levering, `make dev` voor de keten."


def _period(grain: str | None, start: dt.date | None) -> str:
    if start is None:
        return "-"
    return {
        "month": f"{start:%Y-%m}",
        "quarter": f"{start.year} kw {(start.month + 2) // 3}",
        "year": f"{start.year}",
    }[grain or "year"]


def _number(value: float | None) -> str:
    """At most one decimal, with a comma; what is stored keeps its full precision."""
    if value is None:
        return "-"
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


if __name__ == "__main__":
    main()
