"""`datalab status`: the figures of the current release, and what asks for attention.

Not here: how a figure came about (`explain.py`), or which releases there are (`releases.py`).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Column, Table

from dronten_pipeline.commands.postgres import say_lag
from dronten_pipeline.commands.terminal import coloured, console, say_warning
from dronten_pipeline.core.file_names import shown
from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import LOCAL_TIME, Settings, current_settings
from dronten_pipeline.core.words import judged, number, period, target, verdict
from dronten_pipeline.release.standing import STANDING

if TYPE_CHECKING:
    import polars as pl

    from dronten_pipeline.ledger.judgement import Approval
    from dronten_pipeline.release.manifest import Manifest

#: So many findings are shown; `datalab verify` names all.
SHOWN = 10


def status() -> None:
    """Toont de cijfers van de uitgave die nu geldt, en wat aandacht vraagt."""
    settings = current_settings()
    _show_attention(settings)
    show_release(settings)
    _show_pulls(settings)


def show_release(settings: Settings) -> None:
    """The KPIs of the current release, its place, and the next thing to do."""
    import duckdb

    from dronten_pipeline.contracts.sources import load_sources
    from dronten_pipeline.ingest import registry
    from dronten_pipeline.ingest.arriving import arriving
    from dronten_pipeline.ingest.unread import unread
    from dronten_pipeline.release.store import current_id, current_release
    from dronten_pipeline.release.withdrawal import unfinished

    broken_off = unfinished(settings)
    for sentence in broken_off.values():
        console.print(f"[red]Let op.[/red] {escape(sentence)}", soft_wrap=True)
    if current_id(settings) in broken_off:  # its figures are shown to nobody any more
        return
    release = current_release(settings)
    if release is None:
        console.print("Er is nog geen uitgave. Maak er een met `datalab run`.")
        return
    with duckdb.connect(str(release.folder / MART), read_only=True) as mart:
        kpis = mart.execute(STANDING).pl()
        delivered = {
            row[0] for row in mart.execute("select source from source_delivery").fetchall()
        }
        stopped = mart.execute(
            "select source, file_name, note from source_delivery where state = 'stopped' "
            "and note not like 'Dit bestand wacht%'  -- it only waits for the one at fault"
        ).fetchall()
    table = _narrow(kpis["name_nl"], "KPI", "laatste periode", "beoordeeld", "doel", "oordeel")
    for row in kpis.iter_rows(named=True):
        unit = row["unit"]
        marks = (" (voorlopig)" if row["is_provisional"] else "") + (
            " (vorige uitgave)" if row["is_stale"] else ""
        )
        table.add_row(
            row["name_nl"],
            f"{period(row['period_grain'], row['period_start'])}: "
            f"{number(row['value'], unit, beside=row['target_value'])}{marks}",
            judged(row, unit),
            target(row, unit),
            f"[yellow]{verdict(row)}[/yellow]" if row["why"] else coloured("status", row["status"]),
        )
    console.print(table)
    about = release.manifest
    if about.is_sample:
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
    notes = _own_notes(settings)
    for source, file_name, published in stopped:
        note = notes.get((source, file_name), published)
        console.print(f"[red]{source} staat stil[/red] door {escape(f'{file_name}: {note}')}")
    for problem in registry.problems(settings.raw, load_sources(settings.sources)):
        console.print(f"[red]Staat stil:[/red] {escape(problem)}", soft_wrap=True)
    for waits in arriving(settings):
        console.print(f"[yellow]Nog niet gelezen:[/yellow] {escape(str(waits))}", soft_wrap=True)
    for source in load_sources(settings.sources).values():
        for left in unread(settings.landing_folder / source.name, source, shown):
            console.print(f"[yellow]{source.name}:[/yellow] {escape(left)}", soft_wrap=True)
    console.print(
        f"Uitgave {about.release_id}, peildatum {about.as_of}: "
        f"{coloured('release_verdict', about.verdict)}"
        + (f" ({len(about.warnings)})" if about.warnings else "")
    )
    _show_ratified(settings)
    if said := of_the_future(about, dt.datetime.now(LOCAL_TIME)):
        say_warning(said)
    _show_approval(about.approval)
    _show_rules(settings, about.gate_record.number)
    console.print(f"Bekijk haar: {release.folder / 'mart.duckdb'}", soft_wrap=True)
    _show_postgres(settings)
    console.print(_next_step(settings, is_sample=about.is_sample), soft_wrap=True)


def _narrow(names: pl.Series, *headers: str) -> Table:
    """A table that fits where it is shown, of which no word of the first column is broken."""
    longest = int(str(names.str.split(" ").explode().str.len_chars().max() or 0))
    most = max(8, (console.width - longest - 3 * len(headers)) // (len(headers) - 1))
    first, *others = headers
    return Table(
        Column(first, overflow="fold", min_width=longest),
        *(Column(header, overflow="fold", max_width=most) for header in others),
        box=SIMPLE_HEAD,
        pad_edge=False,
    )


def _own_notes(settings: Settings) -> dict[tuple[str, str], str]:
    """What the last run noted of the files that stop a source, also what is not published: notes
    of sources about people count."""
    import duckdb

    deliveries = settings.raw / "current" / "run__delivery" / "1.parquet"
    if not deliveries.is_file():
        return {}
    rows = duckdb.execute(
        "SELECT source, file_name, note FROM read_parquet(?) WHERE state = 'stopped'",
        [str(deliveries)],
    ).fetchall()
    return {(source, file_name): note for source, file_name, note in rows}


def _show_pulls(settings: Settings) -> None:
    """The last pull of each source that is pulled."""
    from dronten_pipeline.connect.connector import declared
    from dronten_pipeline.connect.state import load

    for name in declared(settings.sources):
        state = load(settings, name)
        last = (
            f"het laatst opgehaald op {state.pulled_at.astimezone(LOCAL_TIME):%d-%m-%Y %H:%M}, "
            + ", ".join(f"{one.records} {table}" for table, one in state.landed.items())
            if state.pulled_at
            else "nog nooit opgehaald (`datalab pull`)"
        )
        console.print(f"{name}: {last}".rstrip(", ") + ".", markup=False, soft_wrap=True)
        if state.failed and state.tried_at:
            when = f"{state.tried_at.astimezone(LOCAL_TIME):%d-%m-%Y %H:%M}"
            console.print(
                f"[red]Ophalen mislukt[/red] op {when}: {escape(state.failed)}", soft_wrap=True
            )


def _show_attention(settings: Settings) -> None:
    """What was changed, lost or held back; before the figures, for those may not open then."""
    from dronten_pipeline.audit import verify

    found = verify.attention(settings)
    for problem in found.problems[:SHOWN]:
        console.print(f"[red]Fout.[/red] {escape(problem)}", soft_wrap=True)
    if found.problems:
        more = len(found.problems) - SHOWN
        console.print(
            (f"En nog {more} andere. " if more > 0 else "")
            + "Zet terug wat veranderd of weg is uit een reservekopie, en publiceer niets voordat "
            "duidelijk is wat er gebeurde: `datalab verify` noemt alles.",
            soft_wrap=True,
        )
    for notice in found.notices:
        console.print(f"[yellow]Let op.[/yellow] {escape(notice)}", soft_wrap=True)


def _show_postgres(settings: Settings) -> None:
    if settings.postgres_url is None:
        return
    from dronten_pipeline.postgres.connection import PostgresError
    from dronten_pipeline.postgres.load import describe_lag

    try:
        lag = describe_lag(settings)
    except PostgresError as error:
        say_lag(error)
        return
    if lag:
        console.print(lag, style="red", markup=False, soft_wrap=True)
    else:
        console.print(f"Ook in PostgreSQL, schema {settings.postgres_schema}.")


def of_the_future(manifest: Manifest, now: dt.datetime) -> str | None:
    """What to say of a release that by this machine's clock is still to come; None otherwise.

    An hour is no sign of a wrong clock: the wall clock goes back each autumn.
    """
    published = dt.datetime.fromisoformat(manifest.published_at).replace(tzinfo=LOCAL_TIME)
    day = dt.date.fromisoformat(manifest.as_of)
    if published - now > dt.timedelta(hours=1):
        what = f"is gepubliceerd op {published:%d-%m-%Y %H:%M}"
    elif day > now.date() and not manifest.is_sample:
        what = f"heeft peildatum {day:%d-%m-%Y}"
    else:
        return None
    return (
        f"Deze uitgave {what}, en de klok van deze machine zegt {now:%d-%m-%Y %H:%M}: kijk of de "
        "klok goed staat."
    )


def _show_rules(settings: Settings, number: int) -> None:
    """By which rules it was judged, where that is not as usual."""
    from dronten_pipeline.ledger import ledger, rules
    from dronten_pipeline.ledger.bodies import Gate

    record = ledger.read_record(settings, number, Gate)
    if record is None or not record.body.names_its_rules:
        return
    for line in rules.sentences(record.body, record.body.differs_from_commit):
        console.print(f"[yellow]Let op.[/yellow] {escape(line)}", soft_wrap=True)
    for change in rules.needing_approval(record.body.rule_changes):
        console.print(f"  [red]regel[/red]  {escape(rules.in_words(change))}", soft_wrap=True)


def _show_ratified(settings: Settings) -> None:
    """How many owners signed the definition and the targets of their KPI as they are now."""
    from dronten_pipeline.ledger import definitions, ratification
    from dronten_pipeline.ledger.signing import SigningError

    agreed = definitions.agreed(settings)
    try:
        signed = ratification.in_force(settings, agreed)
    except SigningError:  # said above, with what to do
        return
    console.print(
        f"Bekrachtigd door hun eigenaar: {len(signed)} van {len(ratification.kpis(agreed))} "
        "definities (`datalab ratify`)."
    )


def _show_approval(approval: Approval | None) -> None:
    """A release that did not pass says who allowed it, why, and in spite of what."""
    if approval is None:
        return
    console.print(
        f"[red]Goedgekeurd door {escape(approval.approved_by)}, ondanks fouten:[/red] "
        f"{escape(approval.reason)}"
    )
    for rule in approval.rules:
        console.print(f"  [red]fout[/red]  {rule.table}.{rule.rule}: {rule.observed}")


def _next_step(settings: Settings, *, is_sample: bool) -> str:
    if is_sample:
        return (
            f"Hierna: zet een eigen levering in {settings.landing_folder}/<bron>/ en start "
            "`make run` opnieuw, of bekijk de keten met `make dev`."
        )
    return "Hierna: `datalab check BESTAND` voor een nieuwe levering, `make dev` voor de keten."
