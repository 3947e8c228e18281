"""A server of one system in a thread of the test, and the ways in which it can go wrong.

Not here: the rules of any one system (`open_zaak.py`, `open_klant.py`, `cbs.py`).
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked; `number` counts from 1."""

    number: int
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered.

    sent: of the bytes that were announced, as many as arrive before the connection is cut.
    stall: seconds in which nothing is said.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    stall: float = 0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class System(Protocol):
    #: The address that it believes to have, in the links that it gives.
    address: str

    def answer(self, request: Request) -> Answer: ...


#: Answers instead of the system, or not.
Fault = Callable[[Request], Answer | None]


class Server:
    """Serves a system at `address` while it is open."""

    def __init__(self, system: System, fault: Fault = lambda request: None) -> None:
        self.system, self.fault = system, fault
        self.asked: list[Request] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Server:
        serving = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                serving._serve(self)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.system.address = self.address
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length", 0))
        content = handler.rfile.read(length)
        with self._lock:
            request = Request(
                number=len(self.asked) + 1,
                method=handler.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in handler.headers.items()},
                body=json.loads(content) if content else None,
            )
            self.asked.append(request)
            answer = self.fault(request) or self.system.answer(request)
        time.sleep(answer.stall)
        with contextlib.suppress(OSError):  # who asked went away
            _send(handler, answer)


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    content = answer.content
    handler.send_response_only(answer.status)
    headers = {
        "Date": formatdate(usegmt=True),
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        **answer.headers,
    }
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content[: answer.sent])
    if answer.sent is not None:
        handler.wfile.flush()
        handler.close_connection = True


def on(numbers: int | Sequence[int], answer: Answer) -> Fault:
    """This answer to the requests with these numbers."""
    wanted = [numbers] if isinstance(numbers, int) else numbers
    return lambda request: answer if request.number in wanted else None


def always(answer: Answer) -> Fault:
    return lambda request: answer


def page(
    system: System,
    request: Request,
    records: Sequence[Any],
    *,
    known: frozenset[str] = frozenset(),
    default: int = 100,
    most: int = 500,
) -> Answer:
    """One page of a list, as systems made with Django REST framework give it."""
    if unknown := sorted(set(request.query) - known - {"page", "pageSize"}):
        return Answer(
            status=400,
            body={"code": "unknown-parameters", "detail": f"Onbekend: {', '.join(unknown)}"},
        )
    size = min(int(request.query.get("pageSize", default)), most)
    number = int(request.query.get("page", 1))
    first = (number - 1) * size
    if number > 1 and first >= len(records):
        return Answer(status=404, body={"code": "not_found", "detail": "Ongeldige pagina."})
    following = None
    if first + size < len(records):
        query = urlencode({**request.query, "page": number + 1})
        following = f"{system.address}{request.path}?{query}"
    return Answer(
        body={
            "count": len(records),
            "next": following,
            "previous": None,
            "results": list(records[first : first + size]),
        }
    )


@contextlib.contextmanager
def served(system: System, fault: Fault = lambda request: None) -> Iterator[Server]:
    with Server(system, fault) as server:
        yield server
