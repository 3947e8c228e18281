"""Open Zaak: zaken, statussen, rollen and eigenschappen, with the rules seen on 1.30."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt

from tests.connect_servers.serving import Answer, Request, page

CLIENT_ID, SECRET = "datalab", "een-geheim-van-meer-dan-32-tekens-lang!"
CASES, CATALOGUE = "/zaken/api/v1/", "/catalogi/api/v1/"
NAME, NUMBER = "Gerrit Kanarieman", "999990020"
EXPIRES = 3600
TYPES = {"VERG": "Vergunning", "MELD": "Melding", "GEHEIM": "Ander zaaktype"}


def number(kind: str, count: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{count}"))


@dataclass
class OpenZaak:
    """An Open Zaak: of every five cases four are of a type that is asked, one of another.

    clock: seconds since 1970, as its machine has it.
    """

    cases: int = 0
    address: str = ""
    secret: str = SECRET
    may: bool = True
    clock: Callable[[], float] = time.time
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    properties: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lists = {"zaken": [], "statussen": [], "rollen": []}
        for count in range(self.cases):
            self.add(count)

    # --- what stands in it: links begin with @, where its address comes

    def add(self, count: int) -> None:
        """One case more, in front of the others."""
        case = f"@{CASES}zaken/{number('zaak', count)}"
        kind = list(TYPES)[2 if count % 5 == 4 else count % 2]
        day = f"2026-0{1 + count % 6}-{1 + count % 28:02d}"
        is_closed = count % 3 == 0
        self.lists["zaken"].insert(
            0,
            {
                "url": case,
                "uuid": number("zaak", count),
                "identificatie": f"ZAAK-{count:06d}",
                "bronorganisatie": "001234567",
                "omschrijving": f"Aanvraag van {NAME}",
                "toelichting": NUMBER,
                "zaaktype": f"@{CATALOGUE}zaaktypen/{number('type', list(TYPES).index(kind))}",
                "startdatum": day,
                "einddatum": "2026-07-01" if is_closed else None,
                "communicatiekanaalNaam": "Website",
                "zaakgeometrie": {"type": "Point", "coordinates": [5.72, 52.52]},
                "hoofdzaak": None,
            },
        )
        for step, moment in enumerate(
            [f"{day}T08:30:00Z", f"{day}T12:00:00Z", *(["2026-06-30T22:30:00Z"] * is_closed)]
        ):
            self.lists["statussen"].insert(
                0,
                {
                    "url": f"@{CASES}statussen/{number(f'status{step}', count)}",
                    "uuid": number(f"status{step}", count),
                    "zaak": case,
                    "statustype": f"@{CATALOGUE}statustypen/{number('statustype', step)}",
                    "datumStatusGezet": moment,
                    "statustoelichting": f"gesproken met {NAME}",
                },
            )
        for sort, about in (
            ("natuurlijk_persoon", {"inpBsn": NUMBER, "geslachtsnaam": NAME}),
            ("organisatorische_eenheid", {"naam": "VTH"}),
        ):
            self.lists["rollen"].insert(
                0,
                {
                    "url": f"@{CASES}rollen/{number(sort, count)}",
                    "uuid": number(sort, count),
                    "zaak": case,
                    "betrokkeneType": sort,
                    "omschrijvingGeneriek": "behandelaar" if "naam" in about else "initiator",
                    "betrokkeneIdentificatie": about,
                },
            )
        self.properties[number("zaak", count)] = [
            {"naam": "Geldig tot", "waarde": "2027-01-01"},
            {"naam": "Aanvrager", "waarde": NAME},
        ]

    def remove(self, count: int) -> None:
        case = f"@{CASES}zaken/{number('zaak', count)}"
        self.lists = {
            name: [one for one in records if case not in (one["url"], one.get("zaak"))]
            for name, records in self.lists.items()
        }

    def _catalogue(self, name: str) -> list[dict[str, Any]]:
        if name == "zaaktypen":
            return [
                {
                    "url": f"@{CATALOGUE}zaaktypen/{number('type', place)}",
                    "identificatie": kind,
                    "omschrijving": said,
                }
                for place, (kind, said) in enumerate(TYPES.items())
            ]
        return [
            {
                "url": f"@{CATALOGUE}statustypen/{number('statustype', step)}",
                "omschrijving": said,
                "isEindstatus": step == 2,
            }
            for step, said in enumerate(("Ontvangen", "Verdeeld", "Afgehandeld"))
        ]

    # --- what it says

    def answer(self, request: Request) -> Answer:
        if (refused := self._refused(request)) is not None:
            return refused
        answer = self._asked(request)
        if isinstance(answer.body, dict) and "results" in answer.body:
            return Answer(body={**answer.body, "results": self._linked(answer.body["results"])})
        return answer

    def _asked(self, request: Request) -> Answer:
        path = request.path
        if path in (f"{CATALOGUE}zaaktypen", f"{CATALOGUE}statustypen"):
            records = self._catalogue(path.rpartition("/")[2])
            return page(self, request, records, known=frozenset({"status"}))
        if not path.startswith(CASES):
            return Answer(status=404, body={"code": "not_found"})
        name = path.removeprefix(CASES)
        if name.startswith("zaken") and "accept-crs" not in request.headers:
            return Answer(status=412, body={"code": "precondition_failed"})
        if name == "zaken/_zoek" and request.method == "POST":
            wanted = {self._plain(one) for one in request.body["zaaktype__in"]}
            found = [one for one in self.lists["zaken"] if one["zaaktype"] in wanted]
            return page(self, request, found)
        if name.endswith("/zaakeigenschappen"):
            return Answer(body=self.properties[name.split("/")[1]])
        if name == "rollen":
            kind = request.query.get("omschrijvingGeneriek")
            found = [one for one in self.lists[name] if kind in (None, one["omschrijvingGeneriek"])]
            known = frozenset({"omschrijvingGeneriek"})
            return page(self, request, found, known=known)
        if name in self.lists:
            return page(self, request, self.lists[name])
        return Answer(status=404, body={"code": "not_found"})

    def _refused(self, request: Request) -> Answer | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        code = None
        if not token:
            code = "permission_denied"
        else:
            try:
                claims = jwt.decode(
                    token,
                    self.secret,
                    algorithms=["HS256"],
                    options={"verify_iat": False},
                )
            except jwt.InvalidSignatureError:
                code = "invalid-jwt-signature"
            else:
                if claims["client_id"] != CLIENT_ID:
                    code = "invalid-client-identifier"
                elif self.clock() - claims["iat"] > EXPIRES:
                    code = "jwt-expired"
                elif not self.may:
                    code = "permission_denied"
        if code is None:
            return None
        return Answer(status=403, body={"code": code, "detail": f"Geweigerd voor {NAME}."})

    def _linked(self, records: list[Any]) -> list[Any]:
        return [
            {
                name: f"{self.address}{value[1:]}" if str(value).startswith("@") else value
                for name, value in one.items()
            }
            for one in records
        ]

    def _plain(self, url: str) -> str:
        return "@" + url.removeprefix(self.address)
