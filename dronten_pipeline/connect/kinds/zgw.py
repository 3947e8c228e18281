"""ZGW (Open Zaak): cases of the promised types, from zaken, statussen, rollen and eigenschappen.

Here belongs how these lists become `cases`. Only the mapped case types are asked (`_zoek`), and of
roles only the department that handles a case: no citizen is named. Lists are read whole and joined
here: asking the system to join costs it twenty times as much.

A token is made for each request: the system lets none in that is older than an hour, or whose
clock is wrong.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from dronten_pipeline.connect.connector import Address
from dronten_pipeline.connect.connector import Connector as Common
from dronten_pipeline.connect.crawl import Lists, moment, text
from dronten_pipeline.connect.errors import Refused
from dronten_pipeline.connect.http import Client
from dronten_pipeline.connect.session import Session
from dronten_pipeline.contracts.reading import Strict
from dronten_pipeline.core.settings import LOCAL_TIME

CASES, CATALOGUE = "zaken/api/v1", "catalogi/api/v1"


class CaseType(Strict):
    """How cases of one type become records."""

    zaaktype: str = Field(description="What the contract calls this type.")
    verdeeld: str | None = Field(
        default=None, description="The status (omschrijving) that says so."
    )
    reactie: str | None = Field(
        default=None, description="The status of the first reaction; without one it stays unknown."
    )
    eigenschappen: dict[str, str] = Field(
        default_factory=dict, description="Columns of the contract and the eigenschap of each."
    )
    digitaal_mogelijk: bool | None = Field(
        default=None, description="Whether it can be asked digitally; the standard does not know."
    )


class Connector(Common):
    """An Open Zaak; its client secret is the secret SECRET."""

    address: Address = Field(description="The server, up to /zaken.")
    client_id: str = Field(description="The application that was registered for the datalab.")
    also_called: frozenset[str] = Field(default=frozenset())
    page_size: int = Field(default=500, ge=1, le=500)
    case_types: dict[str, CaseType] = Field(
        min_length=1, description="By the identificatie of the zaaktype; no other is asked."
    )
    kanalen: dict[str, str] = Field(default_factory=dict)
    teams: dict[str, str] = Field(default_factory=dict)


QUERY = """
WITH dated AS (
    SELECT status.zaak, statustype.omschrijving, statustype.is_end, status.moment
    FROM status JOIN statustype ON statustype.id = status.type
), of_case AS (
    SELECT zaak.id, min(dated.moment) AS first_status,
        max(CASE WHEN dated.is_end = 'true' THEN dated.moment END) AS end_status,
        min(CASE WHEN dated.omschrijving = mapped.verdeeld THEN dated.moment END) AS verdeeld,
        min(CASE WHEN dated.omschrijving = mapped.reactie THEN dated.moment END) AS reactie
    FROM zaak JOIN type ON type.id = zaak.type
    JOIN mapped ON mapped.type = type.identificatie
    LEFT JOIN dated ON dated.zaak = zaak.id
    GROUP BY zaak.id
)
SELECT zaak.*, type.identificatie AS type_name, rol.naam AS team, of_case.first_status,
    of_case.end_status, of_case.verdeeld, of_case.reactie
FROM zaak JOIN type ON type.id = zaak.type JOIN of_case ON of_case.id = zaak.id
LEFT JOIN (SELECT zaak, min(naam) AS naam FROM rol GROUP BY zaak) AS rol ON rol.zaak = zaak.id
ORDER BY zaak.identificatie
"""


def pull(connector: Connector, session: Session) -> None:
    """Lands all cases of the mapped types."""
    client = _client(connector, session)
    lists = Lists(session.delivery.scratch / "lists.sqlite", session.tell)
    try:
        _read(connector, session, client, lists)
        _one_organisation(lists)
        properties = _properties(lists)
        rows = lists.rows(QUERY)
        session.table("cases", (_case(connector, row, properties) for row in rows), is_whole=True)
    finally:
        lists.close()


def try_login(connector: Connector, session: Session) -> str:
    answer = _client(connector, session).json(f"{CATALOGUE}/zaaktypen", {"status": "alles"})
    return f"laat ons binnen; {answer['count']} zaaktypen"


def _client(connector: Connector, session: Session) -> Client:
    import jwt

    secret = session.secret("SECRET")

    def headers() -> dict[str, str]:
        claims = {
            "iss": connector.client_id,
            "client_id": connector.client_id,
            "iat": int(time.time()),
            "user_id": "datalab",
            "user_representation": "datalab",
        }
        token = jwt.encode(claims, secret.get_secret_value(), algorithm="HS256")
        return {
            "Authorization": f"Bearer {token}",
            "Accept-Crs": "EPSG:4326",
            "Content-Crs": "EPSG:4326",
        }

    return session.client(
        connector.address, headers=headers, secret="SECRET", also_called=connector.also_called
    )


def _read(connector: Connector, session: Session, client: Client, lists: Lists) -> None:
    size = {"pageSize": str(connector.page_size)}

    def type_(record: Mapping[str, Any]) -> list[str | None] | None:
        if record["identificatie"] not in connector.case_types:
            return None
        return [client.path_of(record["url"]), record["identificatie"], record["url"]]

    def zaak(record: Mapping[str, Any]) -> list[str | None] | None:
        if record.get("hoofdzaak"):
            session.counted["deelzaken"] += 1
            return None
        return [
            client.path_of(record["url"]),
            record["identificatie"],
            record["bronorganisatie"],
            client.path_of(record["zaaktype"]),
            record["startdatum"],
            text(record.get("einddatum")),
            text(record.get("communicatiekanaalNaam")),
        ]

    def statustype(record: Mapping[str, Any]) -> list[str | None]:
        is_end = "true" if record.get("isEindstatus") else "false"
        return [client.path_of(record["url"]), record["omschrijving"], is_end]

    def status(record: Mapping[str, Any]) -> list[str | None]:
        place = [client.path_of(record[name]) for name in ("url", "zaak", "statustype")]
        return [*place, record["datumStatusGezet"]]

    def rol(record: Mapping[str, Any]) -> list[str | None] | None:
        about = record.get("betrokkeneIdentificatie") or {}
        if record.get("betrokkeneType") != "organisatorische_eenheid":
            return None
        return [client.path_of(record["url"]), client.path_of(record["zaak"]), about.get("naam")]

    lists.read(
        "type",
        ["id", "identificatie", "url"],
        client,
        f"{CATALOGUE}/zaaktypen",
        {"status": "alles"},
        keep=type_,
    )
    asked = [row["url"] for row in lists.rows('SELECT url FROM "type" ORDER BY url')]
    unknown = set(connector.case_types) - {
        row["identificatie"] for row in lists.rows('SELECT identificatie FROM "type"')
    }
    if unknown:
        raise Refused(
            f"Het systeem kent deze zaaktypen niet: {', '.join(sorted(unknown))}. Kijk in "
            "connector.yml (case_types) en of de applicatie ze mag zien."
        )
    session.counted["zaken"] = lists.read(
        "zaak",
        ["id", "identificatie", "bron", "type", "start", "einde", "kanaal"],
        client,
        f"{CASES}/zaken/_zoek",
        size,
        body={"zaaktype__in": asked},
        keep=zaak,
    )
    lists.read(
        "statustype",
        ["id", "omschrijving", "is_end"],
        client,
        f"{CATALOGUE}/statustypen",
        {"status": "alles"},
        keep=statustype,
    )
    lists.read(
        "status", ["id", "zaak", "type", "moment"], client, f"{CASES}/statussen", size, keep=status
    )
    lists.read(
        "rol",
        ["id", "zaak", "naam"],
        client,
        f"{CASES}/rollen",
        size | {"omschrijvingGeneriek": "behandelaar"},
        keep=rol,
    )
    lists.database.execute('CREATE TABLE "mapped" (type TEXT, verdeeld TEXT, reactie TEXT)')
    lists.database.executemany(
        'INSERT INTO "mapped" VALUES (?, ?, ?)',
        [(name, one.verdeeld, one.reactie) for name, one in connector.case_types.items()],
    )
    _read_properties(connector, client, lists)


def _read_properties(connector: Connector, client: Client, lists: Lists) -> None:
    """Of the cases whose type has mapped eigenschappen; the standard has no list of all."""
    lists.database.execute('CREATE TABLE "eigenschap" (zaak TEXT, naam TEXT, waarde TEXT)')
    mapped = {key for key, one in connector.case_types.items() if one.eigenschappen}
    if not mapped:
        return
    types = ", ".join(f"'{key}'" for key in sorted(mapped))
    cases = [
        row["id"]
        for row in lists.rows(
            "SELECT zaak.id FROM zaak JOIN type ON type.id = zaak.type "
            f"WHERE type.identificatie IN ({types})"
        )
    ]
    for case in cases:
        lists.database.executemany(
            'INSERT INTO "eigenschap" VALUES (?, ?, ?)',
            [
                (case, one["naam"], text(one.get("waarde")))
                for one in client.json(f"{case}/zaakeigenschappen")
            ],
        )


def _one_organisation(lists: Lists) -> None:
    """An identificatie is of one case only together with its bronorganisatie."""
    twice = list(
        lists.rows("SELECT identificatie FROM zaak GROUP BY identificatie HAVING count(*) > 1")
    )
    if twice:
        raise Refused(
            f"{len(twice)} zaaknummers komen bij meer dan één organisatie voor. Haal per "
            "organisatie op, met een applicatie die er één mag zien."
        )


def _properties(lists: Lists) -> dict[tuple[str, str], str]:
    rows = lists.rows('SELECT zaak, naam, waarde FROM "eigenschap"')
    return {(row["zaak"], row["naam"]): row["waarde"] for row in rows}


def _case(
    connector: Connector,
    row: dict[str, Any],
    properties: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    about = connector.case_types[row["type_name"]]
    closed = None
    if row["einde"] is not None:
        # The end status tells the moment; without one only the day is known.
        ended = moment(row["end_status"])
        closed = ended.astimezone(LOCAL_TIME) if ended else row["einde"]
    return {
        "zaak_id": row["identificatie"],
        "zaaktype": about.zaaktype,
        "team": connector.teams.get(row["team"] or "", row["team"]),
        "kanaal": connector.kanalen.get(row["kanaal"] or "", row["kanaal"]),
        "digitaal_mogelijk": about.digitaal_mogelijk,
        "ontvangen_op": moment(row["first_status"]) or row["start"],
        "verdeeld_op": moment(row["verdeeld"]),
        "eerste_reactie_op": moment(row["reactie"]),
        "afgesloten_op": closed,
        **{
            column: properties.get((row["id"], name))
            for column, name in about.eigenschappen.items()
        },
    }
