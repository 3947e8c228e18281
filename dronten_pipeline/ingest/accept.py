"""Letting in a delivery that lacks records of the one it replaces.

Here belongs the order of the steps. Not here: when that is needed (`ingest/standing.py`), and the
record of it (`ledger/acceptance.py`).
"""

from __future__ import annotations

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core import personal
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import names, registry
from dronten_pipeline.ingest.inputs import load_outcomes
from dronten_pipeline.ingest.outcome import DeliveryReport
from dronten_pipeline.ingest.standing import Shrink
from dronten_pipeline.ledger import acceptance
from dronten_pipeline.ledger.acceptance import Accepted
from dronten_pipeline.ledger.bodies import Acceptance

SHORTEST_REASON = 10


class AcceptError(RuntimeError):
    """Nothing was let in; the message says why and what to do."""


def accept(settings: Settings, source: Source, file_name: str, *, reason: str) -> Accepted:
    """Writes down that a delivery which the last run stopped may count; the next run reads it.

    Args:
        file_name: the name of the file, or the number of the delivery.

    Raises:
        AcceptError: no such delivery waits for it, or the reason may not be kept.
        LedgerError: it could not be written down.
    """
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise AcceptError(
            f"De reden moet minstens {SHORTEST_REASON} tekens zijn: zij blijft in het logboek."
        )
    if kinds := personal.found_in(reason):
        raise AcceptError(
            f"De reden bevat {personal.in_words(kinds)}, en zij blijft in het logboek staan: "
            "schrijf haar zonder persoonsgegevens."
        )
    report, shrink = _waiting(settings, source, file_name)
    said = acceptance.record(
        settings,
        Acceptance(
            source=source.name,
            table=str(report.table_name),
            number=int(report.number or 0),
            sha256=str(report.sha256),
            **shrink.model_dump(),
            reason=reason,
        ),
    )
    return next(one for one in acceptance.accepted(settings) if one.record == said.number)


def _waiting(settings: Settings, source: Source, file_name: str) -> tuple[DeliveryReport, Shrink]:
    outcome = load_outcomes(settings, [source.name]).get(source.name)
    waiting = [
        (report, report.shrink)
        for report in (outcome.deliveries if outcome else ())
        if report.state == "stopped" and report.shrink is not None
    ]
    if not waiting:
        raise AcceptError(
            f"Van {source.name} wacht er geen levering waarin te veel records ontbreken: start "
            "eerst een run, of bekijk met `datalab status` wat er wel aan de hand is."
        )
    kept = names.Names(source, settings.read_pseudonym_key()).kept(file_name)
    meant = {
        one.number
        for one in registry.load(settings.raw, source.name).deliveries
        if one.file_name == kept or str(one.number) == file_name
    }
    found = [(report, shrink) for report, shrink in waiting if report.number in meant]
    if len(found) != 1:
        numbers = ", ".join(str(report.number) for report, _ in waiting)
        raise AcceptError(
            f"Noem een van de leveringen van {source.name} die wachten, met haar nummer: {numbers}."
        )
    return found[0]
