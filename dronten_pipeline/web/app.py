"""The guard around Dagster's application: carries requests in and answers out (ASGI).

Not here: which requests may pass (`guard.py`).
"""

from __future__ import annotations

import html
import logging
import os
import time
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs

from dronten_pipeline.web import guard
from dronten_pipeline.web.guard import Refused, Rules
from dronten_pipeline.web.peer import account_of
from dronten_pipeline.web.secret import SESSION_SECONDS, Entrance, new_session

log = logging.getLogger(__name__)

LOGIN = "/aanmelden"
POLICY_VIOLATION = 1008

#: No page of another site may show this one, read its answers or share its window.
CLOSED = [
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'; form-action 'self'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]

Message = MutableMapping[str, Any]


class Receive(Protocol):
    async def __call__(self) -> Message: ...


class Send(Protocol):
    async def __call__(self, message: Message, /) -> None: ...


class Application(Protocol):
    async def __call__(self, scope: Message, receive: Receive, send: Send, /) -> None: ...


class Guard:
    """An application that hands on to Dagster's what the rules let pass.

    Args:
        entrance: gives a browser its cookie, when it brings the code; without it there is no
            such door.
        on_entered: called after that, when another code holds.
    """

    def __init__(
        self,
        application: Application,
        rules: Rules,
        *,
        entrance: Entrance | None = None,
        on_entered: Callable[[], None] = lambda: None,
    ) -> None:
        self._application = application
        self._rules = rules
        self._entrance = entrance
        self._on_entered = on_entered

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _answered(self._http, scope, receive, _closed(send))
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:  # the start and the end of the server itself
            await self._application(scope, receive, send)

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            if self._entrance is not None and scope["path"] == LOGIN:
                await self._enter(self._entrance, scope, send)
                return
            self._check(scope)
            if scope["method"] == "POST":
                body = await _body(receive)
                if scope["path"] == guard.GRAPHQL:
                    body = guard.checked_request(self._rules, body)
                    scope = {**scope, "query_string": b""}
                receive = _replayed(body, receive)
            else:
                guard.check_get(scope["path"], scope["query_string"])
        except Refused as refused:
            await _say(refused, scope, send)
            return
        await self._application(scope, receive, send)

    async def _socket(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            self._check(scope)
        except Refused:
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return

        async def checked() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            try:
                text = guard.checked_message(self._rules, message.get("text") or "")
            except Refused as refused:
                await send(
                    {
                        "type": "websocket.close",
                        "code": POLICY_VIOLATION,
                        "reason": refused.sentence,
                    }
                )
                return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
            return {"type": "websocket.receive", "text": text}

        await self._application(scope, checked, send)

    def _check(self, scope: Message) -> None:
        if scope["type"] == "websocket" and scope["path"] != guard.GRAPHQL:
            raise Refused(HTTPStatus.NOT_FOUND, "Hier is geen WebSocket.")
        guard.check_sender(
            self._rules,
            method=scope.get("method", "GET"),
            path=scope["path"],
            headers=scope["headers"],
            is_own_account=lambda: is_own_account(scope),
            now=time.time(),
        )

    async def _enter(self, entrance: Entrance, scope: Message, send: Send) -> None:
        """Exchanges the code of the link for a cookie."""
        headers = list(scope["headers"])
        guard.check_origin(self._rules, method=scope["method"], path=LOGIN, headers=headers)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("code", [""])[0]
        if (
            scope["method"] != "GET"  # another would use the code up before the browser has it
            or not is_own_account(scope)
            or not entrance.opens(given)
        ):
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "Deze link is al gebruikt of hoort bij een andere server. De terminal van "
                "`datalab dev` toont een nieuwe.",
            )
        self._on_entered()
        cookie = (
            f"{self._rules.cookie}={new_session(self._rules.token, time.time())}; Path=/; "
            f"Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Strict"
        )
        answer = [
            (b"location", b"/"),
            (b"set-cookie", cookie.encode()),
            (b"cache-control", b"no-store"),
        ]
        await send(
            {"type": "http.response.start", "status": HTTPStatus.SEE_OTHER, "headers": answer}
        )
        await send({"type": "http.response.body", "body": b""})


def is_own_account(scope: Message) -> bool:
    """Whether the connection comes from the account of this server, or from root.

    Where the system does not tell, the cookie has to do.
    """
    if not scope.get("client") or not scope.get("server"):
        return False
    try:
        account = account_of(tuple(scope["client"]), tuple(scope["server"]))
    except (OSError, ValueError):
        return True
    return account in {0, os.geteuid()}


async def _answered(application: Application, scope: Message, receive: Receive, send: Send) -> None:
    """Answers what the application cannot: an error is told in one line, and shown to nobody.

    Dagster's own answer to an error goes before the error itself, so it waits to see which it is.
    """
    has_begun = False
    waiting: list[Message] = []

    async def sent(message: Message) -> None:
        nonlocal has_begun
        if waiting or (
            message["type"] == "http.response.start"
            and message["status"] == HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            waiting.append(message)
        else:
            has_begun = True
            await send(message)

    try:
        await application(scope, receive, sent)
    except Exception as error:
        log.error("%s %r: %s", scope["method"], scope["path"], type(error).__name__)
        if not has_begun:
            sentence = "Deze server kon het verzoek niet uitvoeren door een fout in het programma."
            await _say(Refused(HTTPStatus.INTERNAL_SERVER_ERROR, sentence), scope, send)
        return
    for message in waiting:
        await send(message)


def _closed(send: Send) -> Send:
    async def closed(message: Message) -> None:
        if message["type"] == "http.response.start":
            # Of two policies for content the browser keeps to both; of the rest, ours holds.
            ours = {name for name, _ in CLOSED} - {b"content-security-policy"}
            theirs = [one for one in message.get("headers", []) if one[0].lower() not in ours]
            message = {**message, "headers": [*theirs, *CLOSED]}
        await send(message)

    return closed


async def _body(receive: Receive) -> bytes:
    """The whole body.

    Raises:
        Refused: it is larger than anything that Dagster's pages send.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(HTTPStatus.BAD_REQUEST, "Het verzoek brak af.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > guard.MAX_BODY_BYTES:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Dit verzoek is te groot.")
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body in one piece; after it whatever else comes of the connection."""
    waiting = [body]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed


async def _say(refused: Refused, scope: Message, send: Send) -> None:
    accepts = b",".join(value for key, value in scope["headers"] if key.lower() == b"accept")
    if b"text/html" in accepts:
        # A link from elsewhere comes without the cookie; one from this page brings it.
        kind, body = (
            "text/html",
            f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>Datalab Dronten</title>'
            f"<p>{html.escape(refused.sentence)}</p>"
            '<p><a href="/">Bent u al aangemeld? Ga verder.</a></p>',
        )
    else:
        kind, body = "text/plain", refused.sentence + "\n"
    await send(
        {
            "type": "http.response.start",
            "status": int(refused.status),
            "headers": [
                (b"content-type", f"{kind}; charset=utf-8".encode()),
                (b"cache-control", b"no-store"),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body.encode()})
