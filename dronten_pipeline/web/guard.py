"""Which requests may reach Dagster: pure functions of what was sent.

Dagster's own server answers everybody. A request passes here when it names this server, comes
from no other page, shows who sends it, and asks in a form that no page can send by accident.
Not here: carrying requests (`app.py`) and making the secret (`secret.py`).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse
from graphql.language import FragmentDefinitionNode

from dronten_pipeline.web.secret import is_session

Headers = Iterable[tuple[bytes, bytes]]

GRAPHQL = "/graphql"
#: What changes Dagster's records without GraphQL.
REPORTS = (
    "/report_asset_materialization/",
    "/report_asset_check/",
    "/report_asset_observation/",
)
MAX_BODY_BYTES = 2_000_000
#: The largest query of Dagster's own pages has some 3,000.
MAX_TOKENS = 20_000
GRAPHQL_KEYS = {"query", "variables", "operationName", "extensions"}
#: The messages of Dagster's protocol, `graphql-ws`, that a browser sends.
SOCKET_MESSAGES = {"connection_init", "connection_terminate", "start", "stop"}


class Refused(Exception):
    """A request that goes no further; the sentence is for who sent it."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What this server was started for."""

    #: As the header Host gives them, in lower case, with the port.
    hosts: frozenset[str]
    token: str
    #: Header in which a proxy sends the token, in lower case.
    proxy_header: str | None = None
    #: Cookie of a browser that used the link; None: cookies are no proof.
    cookie: str | None = None
    read_only: bool = False


def check_sender(
    rules: Rules,
    *,
    method: str,
    path: str,
    headers: Headers,
    is_own_account: Callable[[], bool],
    now: float,
) -> None:
    """Everything that can be judged before there is a body.

    Args:
        method: of HTTP; GET for a request to open a WebSocket.
        is_own_account: whether the connection comes from the account of this server; asked for
            cookies only, which a browser sends to every port of this machine.

    Raises:
        Refused: the request goes no further.
    """
    headers = list(headers)
    check_origin(rules, method=method, path=path, headers=headers)
    if method not in {"GET", "HEAD", "POST"}:
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"{method} kan hier niet.")
    if not is_known(rules, headers, is_own_account, now):
        raise Refused(
            HTTPStatus.UNAUTHORIZED,
            "U bent niet aangemeld. Open de link die `datalab dev` in de terminal toont."
            if rules.cookie
            else "Dit verzoek draagt het token van deze server niet: meld u aan bij de proxy "
            "ervoor, of stuur `Authorization: Bearer ...`.",
        )
    if method == "POST":
        check_post(rules, path, headers)


def check_origin(
    rules: Rules, *, method: str, path: str, headers: list[tuple[bytes, bytes]]
) -> None:
    """That the request is meant for this server, and comes from no page of another.

    Raises:
        Refused: it names another server, or another page sent it.
    """
    host = (_only(headers, "host") or "").lower()
    if host not in rules.hosts:
        raise Refused(
            HTTPStatus.MISDIRECTED_REQUEST,
            "Deze server heet anders. Zet de naam waaronder hij te bereiken is in "
            "DATALAB_WEB_HOSTS.",
        )
    origin = _only(headers, "origin")
    if origin is not None:
        try:
            parts = urlsplit(origin.lower())
        except ValueError:  # no address at all
            parts = urlsplit("")
        if parts.scheme not in {"http", "https"} or parts.netloc != host:
            raise Refused(HTTPStatus.FORBIDDEN, "Dit verzoek komt van een andere pagina.")
    if _only(headers, "sec-fetch-site") in {None, "same-origin", "none"}:
        return
    # Somebody who follows a link from elsewhere sees a page, and nothing is done.
    follows_link = (
        method == "GET"
        and path != GRAPHQL
        and _only(headers, "sec-fetch-mode") == "navigate"
        and _only(headers, "sec-fetch-dest") == "document"
    )
    if not follows_link:
        raise Refused(HTTPStatus.FORBIDDEN, "Dit verzoek komt van een andere pagina.")


def is_known(
    rules: Rules, headers: list[tuple[bytes, bytes]], is_own_account: Callable[[], bool], now: float
) -> bool:
    """Whether the request shows the token, or a cookie that was given for it."""
    kind, _, bearer = (_only(headers, "authorization") or "").partition(" ")
    if kind.lower() == "bearer" and _same(bearer.strip(), rules.token):
        return True
    if rules.proxy_header and _same(_only(headers, rules.proxy_header) or "", rules.token):
        return True
    return (
        rules.cookie is not None
        and any(is_session(rules.token, value, now) for value in _cookies(headers, rules.cookie))
        and is_own_account()
    )


def check_get(path: str, query: bytes) -> None:
    """GraphQL by GET would let an image or a link give an order.

    Raises:
        Refused: it asks for an answer of GraphQL; the page to try queries in is allowed.
    """
    if path.rstrip("/") == GRAPHQL and query:
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "GraphQL gaat hier met POST.")


def check_post(rules: Rules, path: str, headers: list[tuple[bytes, bytes]]) -> None:
    """JSON only: the one type for which a browser asks leave before it sends it elsewhere.

    Raises:
        Refused: another type, a path that takes no POST, or a change where none may be made.
    """
    if path != GRAPHQL and not path.startswith(REPORTS):
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "Hier kan niets naartoe gestuurd worden.")
    media_type, *parameters = (_only(headers, "content-type") or "").lower().split(";")
    if media_type.strip() != "application/json" or any(
        parameter.strip() not in {"", "charset=utf-8"} for parameter in parameters
    ):
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Stuur JSON: `Content-Type: application/json`."
        )
    if path != GRAPHQL and rules.read_only:
        raise _reading_only()


def checked_request(rules: Rules, body: bytes) -> bytes:
    """One query or mutation, written anew, so that Dagster reads what was judged here.

    Raises:
        Refused: it is no request of that form, or a mutation where none may be made.
    """
    request = _json_object(body)
    if strange := request.keys() - GRAPHQL_KEYS:
        raise _unusable(f"onbekende sleutels: {len(strange)}")
    return _written(
        _checked_operation(rules, request, {OperationType.QUERY, OperationType.MUTATION})
    )


def checked_message(rules: Rules, text: str) -> str:
    """One message of a WebSocket, written anew: subscriptions only.

    Raises:
        Refused: it is something else.
    """
    message = _json_object(text.encode())
    if message.get("type") not in SOCKET_MESSAGES or not isinstance(message.get("id", ""), str):
        raise _unusable("dit bericht hoort niet bij graphql-ws")
    if message["type"] == "start":
        payload = message.get("payload")
        if not isinstance(payload, dict):
            raise _unusable("er is geen query")
        message["payload"] = _checked_operation(rules, payload, {OperationType.SUBSCRIPTION})
    return _written(message).decode()


def _checked_operation(
    rules: Rules, request: dict[str, Any], may_be: set[OperationType]
) -> dict[str, Any]:
    """What Dagster reads of a request that asks for one thing of an allowed kind."""
    query, variables = request.get("query"), request.get("variables")
    if not isinstance(query, str) or not isinstance(variables, dict | None):
        raise _unusable("er is geen query, of de variabelen zijn geen object")
    kind, name = _operation(query)
    if kind not in may_be:
        raise _unusable(f"een {kind.value} gaat hier niet")
    if request.get("operationName") not in {None, name}:
        raise _unusable("de query heet anders")
    if kind is OperationType.MUTATION and rules.read_only:
        raise _reading_only()
    return {"query": query, "variables": variables, "operationName": name}


def _operation(query: str) -> tuple[OperationType, str | None]:
    try:
        document = parse(query, no_location=True, max_tokens=MAX_TOKENS)
    except (GraphQLError, RecursionError):
        raise _unusable("de query is geen GraphQL") from None
    operations = [
        part for part in document.definitions if isinstance(part, OperationDefinitionNode)
    ]
    fragments = [part for part in document.definitions if isinstance(part, FragmentDefinitionNode)]
    # Of several, a name beside the document would choose; so there is one, and it is this.
    if len(operations) != 1 or len(operations) + len(fragments) != len(document.definitions):
        raise _unusable("vraag een ding tegelijk")
    return operations[0].operation, operations[0].name.value if operations[0].name else None


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _unusable("dit is geen JSON") from None
    if not isinstance(value, dict):
        raise _unusable("er hoort een object te staan, geen lijst")
    return value


def _written(value: dict[str, Any]) -> bytes:
    try:
        return json.dumps(value).encode()
    except RecursionError:
        raise _unusable("dit is te diep genest") from None


def _unusable(why: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, f"Dit verzoek wordt niet uitgevoerd: {why}.")


def _reading_only() -> Refused:
    return Refused(HTTPStatus.FORBIDDEN, "Deze server laat alleen zien (--read-only).")


def _only(headers: list[tuple[bytes, bytes]], name: str) -> str | None:
    """The value of a header that may stand there once; two readers could each see another."""
    found = [value for key, value in headers if key.lower() == name.encode()]
    if len(found) > 1:
        raise Refused(HTTPStatus.BAD_REQUEST, f"De kop {name} staat er meer dan eens.")
    return found[0].decode("latin-1").strip() if found else None


def _cookies(headers: list[tuple[bytes, bytes]], name: str) -> Iterator[str]:
    """All cookies of that name: a page on another port can put one beside ours."""
    for key, value in headers:
        if key.lower() == b"cookie":
            for one in value.decode("latin-1").split(";"):
                given, _, content = one.strip().partition("=")
                if given == name:
                    yield content


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
