"""Who may have something published that the gate held back, and what exactly they allowed.

Here belongs the approval: a statement about one mart and the rules that failed on it, signed by a
second person. Not here: keys and envelopes (`ledger/signing.py`), and judging the mart again with
its approval (`gate.py`).

Those who may approve are the public keys in `settings.approvers_folder`, one `<account>.pem` per
person, that a record `approver` introduced (`ledger/trust.py`). An approval covers only rules
that were judged and failed: what could not be judged, or what the two judges do not agree on,
nobody knows, so nobody can approve it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from dronten_pipeline.core.run_files import MART
from dronten_pipeline.core.settings import LOCAL_TIME, Settings
from dronten_pipeline.ledger import ledger, signing, trust
from dronten_pipeline.ledger.bodies import Approved, Gate
from dronten_pipeline.ledger.judgement import Approval, ApprovalStatement, FailedRule, Result
from dronten_pipeline.ledger.record import Record

PREDICATE_TYPE = "tag:dronten.nl,2026:datalab/approval/v1"

#: A reason must say something to who reads it in a year.
SHORTEST_REASON = 15

_HOW_TO_BECOME_ONE = (
    "maak een sleutel met `openssl genpkey -algorithm ed25519 -out SLEUTEL` (mode 0600) en laat de "
    "beheerder de openbare helft (`openssl pkey -in SLEUTEL -pubout`) in {folder}/<account>.pem "
    "zetten en bekend maken met `datalab approvers --trust <account>`"
)


_OF_THE_PIPELINE = (
    "Met deze sleutel tekent de keten zelf: een mens moet goedkeuren, met een eigen sleutel."
)


class ApprovalError(RuntimeError):
    """There is no approval that counts; the message is a sentence that says why and what to do."""


def held_back(results: Iterable[Result]) -> list[FailedRule]:
    """The critical failures, each with as many failing rows as were seen."""
    return [
        FailedRule(
            table=result.table,
            rule=result.rule,
            failing_rows=result.failing_rows,
            observed=result.observed,
        )
        for result in results
        if not result.passed and result.severity == "critical"
    ]


def failed_judgement(settings: Settings, mart_sha256: str) -> tuple[Record[Gate], list[Result]]:
    """The record that held these bytes back, and its results.

    Raises:
        ApprovalError: they were not judged, not held back, or a rule was not judged.
    """
    record = ledger.gate_record(settings, mart_sha256)
    if record is None or not record.body.results:
        raise ApprovalError(
            "Deze cijfers zijn niet tot het einde beoordeeld, dus er is niets goed te keuren: "
            "start opnieuw met `datalab run`."
        )
    if record.body.verdict != "failed":
        raise ApprovalError(
            "De beoordeling hield deze cijfers niet tegen: er is niets goed te keuren."
        )
    results = record.body.results
    unjudged = [f"{one.table}.{one.rule}" for one in results if one.error is not None]
    if unjudged:
        raise ApprovalError(
            f"{', '.join(unjudged)} was niet te beoordelen, en wat niemand weet kan niemand "
            "goedkeuren: laat de regel of de tabel herstellen en start opnieuw."
        )
    return record, results


def approve(settings: Settings, mart_sha256: str, *, key: Path, reason: str) -> Approval:
    """Signs that these bytes may be published in spite of the rules that failed on them.

    Args:
        mart_sha256: of the mart that was held back.
        key: file with the private key of the person who approves.

    Raises:
        ApprovalError: there is nothing to approve, or this person may not.
        LedgerError: it could not be written down.
    """
    gate, results = failed_judgement(settings, mart_sha256)
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise ApprovalError(
            f"De reden telt {len(reason)} tekens: zeg in minstens {SHORTEST_REASON} waarom deze "
            "cijfers gepubliceerd mogen worden, voor wie het over een jaar leest."
        )
    try:
        signer = signing.read_signer(key)
    except signing.SigningError as error:
        raise ApprovalError(str(error)) from error
    approver = _approver(settings, signer.key_id)
    _check_is_second(settings, approver, gate)
    said = ApprovalStatement(
        release_id=gate.body.release_id,
        gate_record=gate.number,
        gate_record_sha256=gate.sha256,
        rules=held_back(results),
        weakened=gate.body.weakened,
        reason=reason,
        approved_by=approver.name,
        approved_at=dt.datetime.now(LOCAL_TIME).isoformat(timespec="seconds"),
    )
    statement = signing.statement({MART: mart_sha256}, PREDICATE_TYPE, said.written())
    record = ledger.append(
        settings,
        Approved(**vars(said), mart_sha256=mart_sha256, envelope=signing.sign(statement, [signer])),
        {MART: mart_sha256},
    )
    return read_approval(settings, record.number)


def read_approval(settings: Settings, number: int) -> Approval:
    """The approval in a record of the ledger, if everything about it is right.

    Raises:
        ApprovalError: it is not there, is not signed by who may approve, or says something else
            than the gate's record that it is about.
    """
    record = ledger.read_record(settings, number, Approved)
    if record is None:
        raise ApprovalError(
            f"Het logboek bevat geen goedkeuring {number}: er is niets goedgekeurd."
        )
    try:
        approvers = _approvers(settings, number)
        signed = signing.verify(record.body.envelope, approvers)
    except (signing.SignatureError, signing.SigningError) as error:
        raise ApprovalError(
            f"Goedkeuring {number} telt niet, want {error}; wie mag goedkeuren, staat in "
            f"{settings.approvers_folder}."
        ) from error
    statement, approver = signed.statement, signed.signed_by[0]
    try:
        said = ApprovalStatement.read(statement["predicate"])
    except ValueError as error:
        raise ApprovalError(f"Goedkeuring {number} is geen goedkeuring.") from error
    mart_sha256 = statement["subject"][0]["digest"]["sha256"]
    gate, results = failed_judgement(settings, mart_sha256)
    _check_is_second(settings, approver, gate)
    if (
        statement.get("predicateType") != PREDICATE_TYPE
        or said.approved_by != approver.name
        or said.gate_record != gate.number
        or said.gate_record_sha256 != gate.sha256
        or said.rules != held_back(results)
        or said.weakened != gate.body.weakened
    ):
        raise ApprovalError(
            f"Goedkeuring {number} gaat over iets anders dan wat er tegengehouden is."
        )
    return Approval(
        mart_sha256=mart_sha256,
        gate_record=gate.number,
        rules=said.rules,
        weakened=said.weakened,
        approved_by=approver.name,
        key_id=approver.key_id,
        reason=said.reason,
        approved_at=said.approved_at,
        record=record.number,
        record_sha256=record.sha256,
    )


def check_approved(settings: Settings, gate: Record[Gate]) -> Approval:
    """The approval behind a judgement with the verdict `approved`.

    Raises:
        ApprovalError: there is none that allows exactly what failed here.
    """
    said = gate.body.approval
    if gate.body.verdict != "approved" or said is None:
        raise ApprovalError(
            f"Record {gate.number} noemt geen goedkeuring: er wordt niets gepubliceerd."
        )
    approval = read_approval(settings, said.record)
    results = gate.body.results
    unjudged = any(result.error is not None for result in results)
    if (
        approval != said
        or unjudged
        or held_back(results) != approval.rules
        or gate.body.weakened != approval.weakened
    ):
        raise ApprovalError(
            f"Goedkeuring {approval.record} gaat niet over wat er in record {gate.number} fout is: "
            "er wordt niets gepubliceerd."
        )
    return approval


def _approver(settings: Settings, key_id: str) -> signing.PublicKey:
    try:
        if key_id in trust.trust(settings).keys:
            raise ApprovalError(_OF_THE_PIPELINE)
        known = _approvers(settings, None).get(key_id)
    except signing.SigningError as error:
        raise ApprovalError(str(error)) from error
    if known is None:
        how = _HOW_TO_BECOME_ONE.format(folder=settings.approvers_folder)
        raise ApprovalError(f"Deze sleutel is van niemand die mag goedkeuren: {how}.")
    return known


def _approvers(settings: Settings, number: int | None) -> dict[str, signing.PublicKey]:
    """Who may approve, by the id of their key: their file is there and a record introduced them.

    Args:
        number: of the record with an approval; None for one that is still to be made. What was
            approved before approvers were introduced stays approved.
    """
    lying = signing.public_keys(settings.approvers_folder)
    believed = trust.trust(settings)
    if number is not None and believed.is_before_rule(number):
        return lying
    return {
        key_id: replace(lying[key_id], name=one.name)
        for key_id, one in believed.approvers.items()
        if key_id in lying and (number is None or one.since < number)
    }


def _check_is_second(settings: Settings, approver: signing.PublicKey, gate: Record[Gate]) -> None:
    ran = gate.recorded_by["account"]
    if approver.name.casefold() == ran.casefold():
        raise ApprovalError(
            f"{approver.name} startte de run die tegengehouden is: een tweede persoon moet haar "
            "goedkeuren."
        )
    if approver.key_id in trust.trust(settings).keys:
        raise ApprovalError(_OF_THE_PIPELINE)
