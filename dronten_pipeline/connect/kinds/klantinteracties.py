"""Klantinteracties (Open Klant 2): contacts and call-back requests.

Here belongs how klantcontacten and internetaken become `contacts` and `callbacks`. What the
standard does not know stays empty: whether a call was answered or put through (docs/connectors.md).

Lists are read whole and joined here: asking the system to join costs it ten times as much.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from dronten_pipeline.connect.connector import Address
from dronten_pipeline.connect.connector import Connector as Common
from dronten_pipeline.connect.crawl import Lists, moment, text
from dronten_pipeline.connect.http import Client
from dronten_pipeline.connect.session import Session

API = "klantinteracties/api/v1"
#: How the system calls a task that is done, and how the contract does.
STATUS = {"te_verwerken": "open", "verwerkt": "afgehandeld"}

CONTACTS = """
SELECT contact.id AS contact_id, lower(contact.kanaal) AS kanaal, contact.moment AS gestart_op,
    coalesce(actor.naam, team.naam) AS afgehandeld_door, team.naam AS team
FROM contact
LEFT JOIN (
    SELECT contact, min(naam) AS naam FROM involved JOIN actor ON actor.id = involved.actor
    GROUP BY contact
) AS actor ON actor.contact = contact.id
LEFT JOIN (
    SELECT contact, min(naam) AS naam FROM task JOIN actor ON actor.id = task.actor
    GROUP BY contact
) AS team ON team.contact = contact.id
ORDER BY contact.id
"""
CALLBACKS = """
SELECT task.id AS terugbelverzoek_id, task.contact AS contact_id, actor.naam AS team,
    coalesce(contact.moment, task.assigned) AS aangemaakt_op, task.done AS afgehandeld_op,
    task.status AS status
FROM task LEFT JOIN actor ON actor.id = task.actor LEFT JOIN contact ON contact.id = task.contact
ORDER BY task.id
"""


class Connector(Common):
    """An Open Klant; its token is the secret TOKEN."""

    address: Address = Field(description="The server, up to /klantinteracties.")
    also_called: frozenset[str] = Field(
        default=frozenset(), description="Hosts that the server takes itself for in its links."
    )
    page_size: int = Field(default=500, ge=1, le=500)
    teams: dict[str, str] = Field(
        default_factory=dict, description="Names of actors and what the contract calls them."
    )


def pull(connector: Connector, session: Session) -> None:
    """Lands all contacts and all call-back requests."""
    client, size = _client(connector, session), {"pageSize": str(connector.page_size)}
    lists = Lists(session.delivery.scratch / "lists.sqlite", session.tell)

    def actor(record: Mapping[str, Any]) -> list[str | None]:
        name = text(record.get("naam"))
        return [record["uuid"], connector.teams.get(name or "", name)]

    def contact(record: Mapping[str, Any]) -> list[str | None]:
        moment = text(record.get("plaatsgevondenOp"))
        return [record["uuid"], text(record.get("kanaal")), moment]

    def involved(record: Mapping[str, Any]) -> list[str | None]:
        return [record["uuid"], _uuid(record.get("klantcontact")), _uuid(record.get("actor"))]

    def task(record: Mapping[str, Any]) -> list[str | None]:
        actors = record.get("toegewezenAanActoren") or [record.get("toegewezenAanActor")]
        if len(actors) > 1:
            session.counted["verzoeken met meer dan één team: het eerste telt"] += 1
        return [
            record["uuid"],
            _uuid(record.get("aanleidinggevendKlantcontact")),
            _uuid(actors[0]),
            text(record.get("toegewezenOp")),
            text(record.get("afgehandeldOp")),
            STATUS.get(record["status"], record["status"]),
        ]

    try:
        for name, columns, path, keep in (
            ("actor", ["id", "naam"], "actoren", actor),
            ("contact", ["id", "kanaal", "moment"], "klantcontacten", contact),
            ("involved", ["id", "contact", "actor"], "actorklantcontacten", involved),
            (
                "task",
                ["id", "contact", "actor", "assigned", "done", "status"],
                "internetaken",
                task,
            ),
        ):
            session.counted[path] = lists.read(
                name, columns, client, f"{API}/{path}", size, keep=keep
            )
        session.table("contacts", map(_with_moments, lists.rows(CONTACTS)), is_whole=True)
        session.table("callbacks", map(_with_moments, lists.rows(CALLBACKS)), is_whole=True)
    finally:
        lists.close()


def try_login(connector: Connector, session: Session) -> str:
    answer = _client(connector, session).json(f"{API}/actoren", {"pageSize": "1"})
    return f"laat ons binnen; {answer['count']} actoren"


def _client(connector: Connector, session: Session) -> Client:
    token = session.secret("TOKEN")
    return session.client(
        connector.address,
        headers=lambda: {"Authorization": f"Token {token.get_secret_value()}"},
        secret="TOKEN",
        also_called=connector.also_called,
    )


def _uuid(reference: Any) -> str | None:
    return text(reference.get("uuid")) if isinstance(reference, dict) else None


def _with_moments(row: dict[str, Any]) -> dict[str, Any]:
    return {name: moment(value) if name.endswith("_op") else value for name, value in row.items()}
