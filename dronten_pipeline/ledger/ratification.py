"""Which definitions their owner signed: a KPI is ratified as it was then, and no other way.

Here belongs what exactly is signed and which signatures count. Not here: what was agreed
(`definitions.py`), whom to believe (`trust.py`), keys and envelopes (`signing.py`).

What is signed is the hash of all that decides a figure and its verdict: the row of the register,
the parts of the definition, the SQL of the KPI's own model and its targets. Any change in these
makes the KPI unratified again, for the hash no longer fits; a change in shared code is covered by
the rule that it raises `definition_version`. Who may sign are those of `approvers/` that a record
introduced before. A signature stays when its key is taken away later: it was right when it was put.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dronten_pipeline.core.durable import sha256_of_json
from dronten_pipeline.core.settings import LOCAL_TIME, Settings
from dronten_pipeline.ledger import bodies, definitions, ledger, signing, trust
from dronten_pipeline.ledger.record import Record

PREDICATE_TYPE = "tag:dronten.nl,2026:datalab/ratification/v1"


class RatificationError(RuntimeError):
    """The definition was not ratified; the message is a Dutch sentence that says why."""


@dataclass(frozen=True, kw_only=True)
class Ratification:
    """A definition that its owner signed.

    `ratified_by` is the role (the owner in the register), `signed_by` the name under which the key
    was introduced; `definition_sha256` is that of what was signed, `record` the number of the
    record of the ledger.
    """

    kpi_id: str
    definition_sha256: str
    ratified_on: dt.date
    ratified_by: str
    signed_by: str
    record: int


def definition_sha256(agreed: bodies.Agreed, kpi_id: str) -> str:
    """The hash of all that was agreed about one KPI.

    Raises:
        KeyError: there is no such KPI.
    """
    targets = {
        name: about for name, about in agreed.items() if name.startswith(f"target/{kpi_id} ")
    }
    return sha256_of_json({"definition": agreed[f"definition/{kpi_id}"], "targets": targets})


def ratify(settings: Settings, kpi_id: str, *, by: str, key: Path) -> Ratification:
    """Writes down that the owner of a KPI agrees with its definition and targets of now.

    Args:
        by: the role of who signs: the owner of the KPI in the register.
        key: file with the private key of that person.

    Raises:
        RatificationError: there is no such KPI, the role is another's, or the key may not sign.
        OSError, ValueError, KeyError: a file of the project cannot be read.
        LedgerError: it could not be written down.
    """
    agreed = definitions.agreed(settings)
    about = agreed.get(f"definition/{kpi_id}")
    if about is None:
        known = ", ".join(kpis(agreed))
        raise RatificationError(f"Er is geen KPI {kpi_id}; wel: {known}.")
    if by.strip().casefold() != about["owner"].casefold():
        raise RatificationError(
            f"{kpi_id} is van {about['owner']}, niet van {by.strip()}: alleen de eigenaar "
            "bekrachtigt een definitie. Is de eigenaar een ander, verander dat dan eerst in het "
            "register."
        )
    try:
        signer = signing.read_signer(key)
        believed = trust.trust(settings)
        lying = signing.public_keys(settings.approvers_folder)
    except signing.SigningError as error:
        raise RatificationError(str(error)) from error
    if signer.key_id in believed.keys:
        raise RatificationError(
            "Met deze sleutel tekent de keten zelf: een eigenaar tekent met een eigen sleutel."
        )
    person = believed.approvers.get(signer.key_id)
    if person is None or signer.key_id not in lying:
        raise RatificationError(
            "Deze sleutel is niet bekend gemaakt: laat de beheerder de openbare helft in "
            f"{settings.approvers_folder}/<account>.pem zetten en bekend maken met `datalab "
            "approvers --trust <account>`."
        )
    digest = definition_sha256(agreed, kpi_id)
    known_now = in_force(settings, agreed).get(kpi_id)
    if known_now is not None:
        raise RatificationError(
            f"{kpi_id} is al bekrachtigd zoals zij nu is, op {known_now.ratified_on:%d-%m-%Y} "
            f"(record {known_now.record})."
        )
    said = bodies.RatificationStatement(
        kpi_id=kpi_id,
        definition_version=about["definition_version"],
        ratified_by=about["owner"],
        ratified_on=dt.datetime.now(LOCAL_TIME).date().isoformat(),
        signed_by=person.name,
    ).written()
    statement = signing.statement({kpi_id: digest}, PREDICATE_TYPE, said)
    ledger.append(
        settings,
        bodies.Ratification(
            **said, definition_sha256=digest, envelope=signing.sign(statement, [signer])
        ),
        {kpi_id: digest},
    )
    return in_force(settings, agreed)[kpi_id]


def in_force(settings: Settings, agreed: bodies.Agreed | None = None) -> dict[str, Ratification]:
    """The KPIs whose definition of now was signed, by id.

    Raises:
        OSError, ValueError, KeyError: a file of the project cannot be read.
        SigningError: a file among the public keys is none.
    """
    records = list(ledger.records_of(settings, bodies.Ratification))
    if not records:
        return {}
    agreed = definitions.agreed(settings) if agreed is None else agreed
    now = {kpi_id: definition_sha256(agreed, kpi_id) for kpi_id in kpis(agreed)}
    believed = trust.trust(settings)
    found: dict[str, Ratification] = {}
    for record in reversed(records):  # the newest of one KPI is the last that stays
        one = _believable(record, believed)
        if one is not None and now.get(one.kpi_id) == one.definition_sha256:
            found[one.kpi_id] = one
    return dict(sorted(found.items()))


def unbelievable(settings: Settings) -> list[str]:
    """Records of ratification that count for nothing, because who signed may not, in Dutch."""
    believed = trust.trust(settings)
    return [
        f"Bekrachtiging {record.number} telt niet: zij is niet getekend door wie dat mocht. Zoek "
        "uit wie haar maakte."
        for record in ledger.records_of(settings, bodies.Ratification)
        if _believable(record, believed) is None
    ]


def kpis(agreed: Mapping[str, Any]) -> list[str]:
    """The KPIs that something was agreed about."""
    return [name.removeprefix("definition/") for name in agreed if name.startswith("definition/")]


def _believable(record: Record[bodies.Ratification], believed: trust.Trust) -> Ratification | None:
    """What a record says, if somebody signed it who was introduced before, and it says the same."""
    may = {
        key_id: one.key for key_id, one in believed.approvers.items() if one.since < record.number
    }
    try:
        signed = signing.verify(record.body.envelope, may)
        said = signed.statement["predicate"]
        digest = signed.statement["subject"][0]["digest"]["sha256"]
        by = believed.approvers[signed.signed_by[0].key_id]
        if (
            signed.statement.get("predicateType") != PREDICATE_TYPE
            or signed.statement["subject"][0]["name"] != said["kpi_id"]
            or said["signed_by"] != by.name
            or record.body.written() | said != record.body.written()
            or record.body.definition_sha256 != digest
        ):
            return None
        return Ratification(
            kpi_id=said["kpi_id"],
            definition_sha256=digest,
            ratified_on=dt.date.fromisoformat(said["ratified_on"]),
            ratified_by=said["ratified_by"],
            signed_by=by.name,
            record=record.number,
        )
    except (signing.SignatureError, KeyError, IndexError, TypeError, ValueError):
        return None
