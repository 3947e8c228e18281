"""Open Klant: klantcontacten, internetaken, actoren and who took part, with the rules of 2.18."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.connect_servers.serving import Answer, Request, page

TOKEN = "0123456789abcdef0123456789abcdef01234567"
API = "/klantinteracties/api/v1/"
#: What no connector may bring along, in whatever it writes.
NAME, NUMBER = "Jannetje Kanariesma", "999990019"


def number(kind: str, count: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{count}"))


@dataclass
class OpenKlant:
    """An Open Klant; every third contact led to a task, and every second of those is done."""

    contacts: int = 0
    address: str = ""
    token: str = TOKEN
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lists = {
            "actoren": [
                {"uuid": number("actor", 0), "naam": "KCC", "soortActor": "medewerker"},
                {
                    "uuid": number("actor", 1),
                    "naam": "Burgerzaken",
                    "soortActor": "organisatorische_eenheid",
                },
            ],
            "klantcontacten": [],
            "actorklantcontacten": [],
            "internetaken": [],
        }
        for count in range(self.contacts):
            self.add(count)

    def add(self, count: int, at: int | None = None) -> None:
        """One contact more, in the place `at` of its list; the newest stand in front."""
        contact = {
            "uuid": number("contact", count),
            "nummer": f"{count:010d}",
            "kanaal": "Telefoon" if count % 2 else "telefoon",
            "onderwerp": f"Vraag van {NAME}",
            "inhoud": f"{NAME} ({NUMBER}) belde over een uitkering",
            "plaatsgevondenOp": f"2026-03-{1 + count % 28:02d}T09:{count % 60:02d}:00Z",
        }
        place = 0 if at is None else at
        self.lists["klantcontacten"].insert(place, contact)
        self.lists["actorklantcontacten"].insert(
            0,
            {
                "uuid": number("involved", count),
                "klantcontact": {"uuid": contact["uuid"]},
                "actor": {"uuid": number("actor", 0)},
            },
        )
        if count % 3:
            return
        is_done = count % 2 == 0
        self.lists["internetaken"].insert(
            0,
            {
                "uuid": number("task", count),
                "gevraagdeHandeling": f"{NAME} terugbellen op 0612345678",
                "toelichting": NUMBER,
                "aanleidinggevendKlantcontact": {"uuid": contact["uuid"]},
                "toegewezenAanActoren": [{"uuid": number("actor", 1)}],
                "toegewezenOp": contact["plaatsgevondenOp"],
                "afgehandeldOp": f"2026-04-{1 + count % 28:02d}T10:00:00Z" if is_done else None,
                "status": "verwerkt" if is_done else "te_verwerken",
            },
        )

    def remove(self, count: int) -> None:
        """A contact goes, and its task with it."""
        gone = number("contact", count)
        self.lists["klantcontacten"] = [
            one for one in self.lists["klantcontacten"] if one["uuid"] != gone
        ]
        for name, reference in (
            ("actorklantcontacten", "klantcontact"),
            ("internetaken", "aanleidinggevendKlantcontact"),
        ):
            self.lists[name] = [one for one in self.lists[name] if one[reference]["uuid"] != gone]

    def answer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Token {self.token}":
            return Answer(
                status=401,
                body={"code": "not_authenticated", "detail": f"Geen toegang voor {NAME}."},
                headers={"WWW-Authenticate": "Token"},
            )
        records = self.lists.get(request.path.removeprefix(API))
        if records is None:
            return Answer(status=404, body={"code": "not_found"})
        return page(self, request, records, known=frozenset({"status", "kanaal"}))
