"""What is known of one figure, in Dutch sentences for a terminal.

Here belongs wording. Not here: finding out (`figure.py`). Every answer is one list of lines, so
that it can be tested, printed and sent.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dronten_pipeline.audit.explain.answer import (
    AboutKpi,
    AboutRelease,
    Answer,
    Check,
    Checks,
    Delivery,
    Earlier,
    Figure,
    Recomputed,
    Target,
)
from dronten_pipeline.core.words import (
    day,
    judged,
    number,
    period,
    period_end,
    target,
    verdict,
    word,
    words,
)

_DAYS = ("period_start", "judged_period_start", "judged_until", "target_from")


def lines(answer: Answer) -> Iterator[str]:
    """The answer of `explain` as lines; a heading is a line without indent."""
    kpi, figure, release = answer.kpi, answer.figure, answer.release
    unit = _unit(figure, kpi.unit)
    yield f"{kpi.name_nl} ({kpi.kpi_id}), {_cell(figure)}"
    yield f"  {_value(figure, unit)}"
    yield from (f"  {line}" for line in _parts(figure, unit))
    for one in answer.targets:
        yield f"  {_target(one, figure, unit)}"
    yield ""
    yield "Het oordeel over deze KPI in deze uitgave"
    yield from (f"  {line}" for line in _verdict(answer.status, kpi.unit))
    yield ""
    yield "Wat het betekent"
    yield from (f"  {line}" for line in _meaning(kpi))
    yield (
        f"  Definitie {figure.definition_version}, eigenaar {kpi.owner}, document "
        f"{kpi.document_nl}" + (f", vastgesteld: {_by(kpi)}" if kpi.decided_by else "") + "."
    )
    yield f"  {_ratified(kpi)}"
    yield ""
    yield f"Waar het uit komt: {_files(answer.deliveries)}"
    yield from (f"  {line}" for line in _deliveries(answer.deliveries))
    yield ""
    yield "Wie het controleerde"
    yield from (f"  {line}" for line in _checks(answer.checks, release))
    yield ""
    yield "Wat er eerder stond"
    yield from (f"  {line}" for line in _history(answer.history, unit))
    yield ""
    yield "Of het veranderd kan zijn"
    yield from (f"  {line}" for line in _proof(release))
    if answer.recomputed is not None:
        yield ""
        yield "Opnieuw berekend uit de bestanden van toen"
        yield from (f"  {line}" for line in _recomputed(answer.recomputed, figure, unit))
    yield ""
    yield "Hoe het berekend is (SQL zoals het draaide; --script: alles van levering tot cijfer)"
    if answer.sql is None:
        yield "  Deze uitgave bewaarde haar SQL nog niet."
    else:
        yield from (f"  {line}" for line in answer.sql.model.splitlines())


def _meaning(kpi: AboutKpi) -> Iterator[str]:
    if not kpi.short_nl:  # a release of before, with the definition in one text
        yield str(kpi.definition_nl)
        return
    yield str(kpi.short_nl)
    for name, title in words("definition").items():
        if name != "short_nl" and (said := getattr(kpi, name)):
            yield f"{title}: {said}"


def _ratified(kpi: AboutKpi) -> str:
    if kpi.ratified_on is None:
        return "Niet bekrachtigd: de eigenaar tekende deze definitie en haar doelen niet."
    return f"Bekrachtigd door {kpi.ratified_by} op {day(kpi.ratified_on)}."


def _cell(figure: Figure) -> str:
    start = dt.date.fromisoformat(figure.period_start)
    name = period(figure.period_grain, start)
    if figure.dimension == "total":
        return name
    kind, part = word("dimension", figure.dimension), figure.dimension_value
    if figure.dimension in ("measure", "transfer", "channel"):  # codes, not names
        part = word("part", part).lower()
    return f"{name}, {kind.lower()}: {part}"


def _unit(figure: Figure, unit: str) -> str | None:
    """The unit of a figure: one beside the headline has its own, which is a percentage where it is
    a share, and else stands in its name or in the definition."""
    if figure.dimension != "measure":
        return unit
    above, below, value = figure.numerator, figure.denominator, figure.value
    if value is None or above is None or not below:
        return None
    return "percent" if math.isclose(value, 100 * above / below) else None


def _value(figure: Figure, unit: str | None) -> str:
    if figure.is_suppressed:
        return "Verborgen: er staan zo weinig mensen achter dat het over personen zou gaan."
    if figure.value is None:
        return "Geen cijfer: er viel in deze periode niets te meten."
    provisional = f" (voorlopig: {_runs(figure)})" if figure.is_provisional else ""
    return f"{number(figure.value, unit)}{provisional}, peildatum {day(figure.as_of)}"


def _runs(figure: Figure) -> str:
    """Why a figure is provisional: its period runs, or something in it does."""
    last = period_end(figure.period_grain, dt.date.fromisoformat(figure.period_start))
    if last > dt.date.fromisoformat(figure.as_of):
        return "de periode is nog niet voorbij"
    return "de periode is voorbij, maar nog niet alles erin is afgerond"


def _records(count: int | None) -> str:
    return "1 record" if count == 1 else f"{number(count)} records"


def _parts(figure: Figure, unit: str | None) -> Iterator[str]:
    if figure.is_suppressed:
        return
    if figure.denominator is not None:
        above = (
            f"Teller {number(figure.numerator)}, noemer"
            if figure.numerator is not None
            else "Noemer"
        )
        below = number(figure.denominator)
        yield f"{above} {below}, {_records(figure.sample_size)}."
    elif figure.sample_size is not None:
        yield f"Berekend over {_records(figure.sample_size)}."
    if figure.ci_low is not None:
        yield (
            f"Met 95 % zekerheid tussen {number(figure.ci_low, unit)} en "
            f"{number(figure.ci_high, unit)}."
        )
    if figure.source_state == "stale":
        yield (
            "De bron staat stil: dit is het cijfer van de uitgave ervoor, met de peildatum en de "
            "definitie van toen. Vraag die uitgave op met --release."
        )


def _target(target: Target, figure: Figure, unit: str | None) -> str:
    what = "Doel" if target.kind == "target" else "Andere lezing van het doel"
    if figure.dimension != "total":
        what += " van het geheel"
    by = f"; {target.decided}" if target.decided else ""
    note = f" ({target.note})" if target.note else ""
    page = f", bladzijde {target.document_page}" if target.document_page else ""
    return (
        f"{what} vanaf {day(target.period_start)}: {target.comparator} "
        f"{number(target.target_value, unit)}, document {target.document_nl}{page}{by}{note}"
    )


def _verdict(status: Mapping[str, Any] | None, unit: str) -> Iterator[str]:
    """Never a verdict without the period that was judged and the target that it was judged by."""
    if status is None:
        yield "Deze uitgave zegt er niets over."
        return
    # the answer holds days as JSON does
    days = {name: dt.date.fromisoformat(status[name]) for name in _DAYS if status.get(name)}
    status = {**status, **days}
    beside = status["target_value"]
    yield f"{verdict(status).capitalize()}."
    yield f"Beoordeeld: {judged(status, unit)}. Doel: {target(status, unit)}."
    if status.get("judged_ci_low") is not None:
        yield (
            f"Met 95 % zekerheid tussen {number(status['judged_ci_low'], unit, beside=beside)} en "
            f"{number(status['judged_ci_high'], unit, beside=beside)}."
        )
    if status.get("previous_year_value") is not None:
        yield (
            "Het laatste hele jaar: "
            f"{number(status['previous_year_value'], unit, beside=beside)}, "
            f"{word('status', status['previous_year_status'])}."
        )


def _by(kpi: AboutKpi) -> str:
    return f"{kpi.decided_by} ({day(kpi.decided_on)})" if kpi.decided_on else str(kpi.decided_by)


def _files(deliveries: Sequence[Delivery]) -> str:
    counted = [one for one in deliveries if one.counts and not _is_computed(one)]
    if any(one.rows_counted is None for one in counted):
        return f"{len(counted)} bestanden; hoeveel rijen is van deze bron niet openbaar"
    rejected = sum(one.rows_quarantined or 0 for one in counted)
    rows = sum(one.rows_counted or 0 for one in counted)
    return f"{len(counted)} bestanden, {number(rows)} rijen gelezen, {number(rejected)} afgekeurd"


def _is_computed(one: Delivery) -> bool:
    """Scores of documents stand among the deliveries and have no number (`ingest/snapshot.py`)."""
    return bool(one.delivery_number == 0)


def _deliveries(deliveries: Sequence[Delivery]) -> Iterator[str]:
    for one in deliveries:
        if _is_computed(one):
            yield f"{one.source}: het leesniveau van {number(one.rows_counted)} teksten"
            continue
        if not one.counts:
            rows = f"telt niet mee: {one.note or one.state}"
        elif one.rows_counted is None:
            rows = "telt mee"
        else:
            rejected = number(one.rows_quarantined)
            rows = f"{number(one.rows_delivered)} rijen, {rejected} afgekeurd"
        received = f", ontvangen {day(one.received_at)}" if one.received_at else ""
        yield f"{one.source}/{one.file_name}: {rows}{received}"
        yield f"  sha256 van de levering {one.sha256}"
        if one.pulled:
            asked = ", ".join(f"{path} ({times}x)" for path, times in one.pulled.asked.items())
            yield (
                f"  opgehaald op {day(one.pulled.recorded_at)} (record {one.pulled.record}, "
                f"{one.pulled.connector}): {asked or 'bestanden'}"
            )
        if one.raw_sha256:
            yield f"  sha256 van wat eruit gelezen is {one.raw_sha256}"


def _checks(checks: Checks, release: AboutRelease) -> Iterator[str]:
    yield f"Keuring van de uitgave: {word('release_verdict', release.verdict)}."
    for one in checks.of_this_kpi:
        yield f"{_mark(one)}  {one.description} ({one.observed})"
        if one.source:
            yield f"        grens: {one.source}"
    general = checks.of_all_figures
    failed = [one for one in general if not one.passed]
    yield (
        f"En {len(general)} regels over alle cijfers en leveringen, "
        f"waarvan {len(failed)} niet gehaald."
    )
    for one in failed:
        yield f"{_mark(one)}  {one.description} ({one.observed})"
    building = checks.while_building
    yield (
        f"En {building.passed} toetsen tijdens het rekenen gehaald, "
        f"{len(building.not_passed)} niet."
    )
    for test in building.not_passed:
        yield f"  {test.name}: {test.status}, {number(test.failures)} rijen"


def _mark(check: Check) -> str:
    if check.passed:
        return "goed  "
    return "fout  " if check.severity == "critical" or check.error else "let op"


def _history(history: Sequence[Earlier], unit: str | None) -> Iterator[str]:
    for one in history:
        value = "verborgen" if one.is_suppressed else number(one.value, unit)
        value = value if one.is_there else "bestond nog niet"
        here = " (deze)" if one.is_this else ""
        yield f"{one.release_id}, peildatum {day(one.as_of)}{here}: {value}"
        revision = one.revision
        if revision is not None:
            yield (
                f"  {word('revision', 'revised' if revision.is_revision else 'runs_on')}: "
                f"was {number(revision.old_value, unit)} in "
                f"{revision.old_release}; {word('cause', revision.cause)}"
            )
            words = {"added": "erbij", "removed": "eruit"}
            for delivery in revision.deliveries:
                yield (
                    f"    {words[delivery.change]}: {delivery.source}/"
                    f"{delivery.file_name} ({delivery.sha256[:16]})"
                )


def _proof(release: AboutRelease) -> Iterator[str]:
    if release.changed_files:
        yield (
            "JA: deze bestanden van de uitgave zijn niet meer zoals zij gepubliceerd werden: "
            f"{', '.join(release.changed_files)}."
        )
    else:
        yield f"Elk bestand van {release.release_id} is zoals het gepubliceerd werd."
    for one, what in ((release.judgement, "Het oordeel"), (release.publication, "De publicatie")):
        if one is None:
            yield f"{what} heeft geen geldig ondertekend record: draai `datalab verify`."
            continue
        yield (
            f"{what} is record {one.record} van het logboek, {one.recorded_at}, ondertekend "
            f"met sleutel {one.key_id[:16]}, sha256 {one.sha256}."
        )
    yield "`datalab verify` controleert de hele ketting."


def _recomputed(recomputed: Recomputed, figure: Figure, unit: str | None) -> Iterator[str]:
    if recomputed.error:
        yield f"Niet gelukt: {recomputed.error}"
        return
    again = recomputed.figure
    shown = (
        "geen cijfer"
        if again is None
        else "verborgen"
        if again.is_suppressed
        else number(again.value, unit)
    )
    if recomputed.is_equal:
        yield f"Gelijk: {shown}."
    else:
        yield f"NIET GELIJK: {shown} in plaats van {_value(figure, unit)}"
    count = number(recomputed.figures_of_this_kpi)
    yield (
        f"Ook alle {count} andere cijfers van deze KPI zijn gelijk, tot op de laatste decimaal."
        if recomputed.all_equal
        else f"Van de {count} cijfers van deze KPI zijn er die verschillen."
    )
