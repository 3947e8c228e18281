"""Asking a system over HTTP: patient with what may pass, short with what will not.

Here belongs: one connection to one host, pages, retries, pauses, the time that a pull may take,
and answers that are no answer. Not here: what is asked and what it means (`kinds/`).

No message holds more of an address than its path: a query may hold a secret, and what was answered
may hold personal data.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import stamina

from dronten_pipeline.connect.errors import MayPass, PullError, Refused, Unchangeable
from dronten_pipeline.connect.telling import Tell, silent
from dronten_pipeline.core.errors import behind

TRIES = 5
CONNECT_SECONDS, READ_SECONDS = 30.0, 120.0
#: Longer is no pause but an absence: the next pull tries again.
LONGEST_PAUSE = 900.0
LONGEST_ANSWER = 200 * 2**20
#: What a later try may change.
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})

#: Why a system refuses, as it says in a code; of another code nothing is repeated.
REFUSALS = {
    "permission_denied": "de applicatie heeft hier geen recht op",
    "not_authenticated": "er is niet ingelogd",
    "authentication_failed": "de inlog klopt niet",
    "invalid-jwt-signature": "het geheim klopt niet",
    "invalid-client-identifier": "de client_id in connector.yml is daar niet bekend",
    "jwt-expired": "het bewijs was al verlopen: de klok van deze machine loopt achter",
}

#: In a path they tell one record from another, and a receipt says what sort of thing was asked.
_RECORD = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: Of so many sorts of things a receipt says how often they were asked, of the others together.
MOST_PATHS = 100
OTHERS = "andere paden"

# They write whole addresses and headers, and there may stand a secret.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass
class Asked:
    """What was asked of a system in one pull, for its receipt."""

    requests: int = 0
    bytes: int = 0
    retries: int = 0
    paths: dict[str, int] = field(default_factory=dict)

    def count(self, path: str, times: int = 1) -> None:
        place = _RECORD.sub("{uuid}", path)
        if place not in self.paths and len(self.paths) >= MOST_PATHS:
            place = OTHERS
        self.paths[place] = self.paths.get(place, 0) + times


class _Again(Exception):
    """A try that failed with something that may pass."""

    def __init__(self, why: str, pause: float | None = None) -> None:
        super().__init__(why)
        self.pause = pause


class Client:
    """One host, asked for one pull.

    Args:
        address: scheme, host and path that every request begins with.
        headers: made anew for each request, so that a token is never too old.
        login: what to look at when the system refuses, such as a variable; never a secret.
        also_called: other hosts that the system takes itself for, in the links that it gives.
        until: moment (of `time.monotonic`) at which the pull is given up.
        tell: is told of every try that failed and is followed by another.
    """

    def __init__(
        self,
        address: str,
        *,
        headers: Callable[[], Mapping[str, str]] = dict,
        login: str = "connector.yml",
        also_called: frozenset[str] = frozenset(),
        until: float,
        requests_per_second: float = 5,
        contact: str | None = None,
        tell: Tell = silent,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address = httpx.URL(address)
        self.headers, self.login, self.also_called = headers, login, also_called
        self.until, self.between, self.sleep = until, 1 / requests_per_second, sleep
        self.asked, self.tell = Asked(), tell
        self._next = 0.0
        self._own: set[str] = set()
        agent = "datalab" + (f" ({contact})" if contact else "")
        self._client = httpx.Client(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            headers={"User-Agent": agent, "Accept": "application/json"},
            limits=httpx.Limits(max_connections=1),
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def json(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        body: Any = None,
        fine: frozenset[int] = frozenset({200}),
    ) -> Any:
        """What the system answers, as JSON; with `body` it is a POST.

        Args:
            path: below the address, or a whole address on the same host, as a system links to it.
            fine: status codes that are an answer.

        Raises:
            Unchangeable: it refuses the login or does not know what is asked.
            MayPass: it could not be reached, or was too busy for too long.
            Refused: the answer is no JSON, or another host is linked to.
        """

        def read(response: httpx.Response) -> Any:
            kind = response.headers.get("content-type", "")
            if "json" not in kind:
                raise Refused(
                    f"{self._said(response.request.url)} antwoordt met "
                    f"{'een webpagina' if 'html' in kind else 'iets anders'} in plaats van JSON: "
                    "vaak is dat een inlogpagina of een storingspagina. Open het adres met "
                    "dezelfde rechten en kijk wat er staat."
                )
            try:
                return json.loads(response.content)
            except ValueError:
                raise _Again("het antwoord was afgebroken") from None

        return self.ask(path, params, body=body, fine=fine, read=read)

    def ask(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        fine: frozenset[int] = frozenset({200}),
        read: Callable[[httpx.Response], Any] = lambda response: response,
    ) -> Any:
        """One request, tried again where that may help.

        Args:
            fine: status codes that are an answer.
            read: what becomes of the answer.
        """
        url = self.url(path)
        asking = "GET" if body is None else "POST"
        for attempt in stamina.retry_context(
            on=self._pause, attempts=TRIES, timeout=None, wait_initial=1, wait_max=60, wait_jitter=1
        ):
            with attempt:
                if attempt.num > 1:
                    self.asked.retries += 1
                try:
                    return read(self._once(asking, url, params, body, headers, fine))
                except _Again as again:
                    if attempt.num == TRIES or self._is_late(again.pause or 0):
                        raise MayPass(
                            f"{self._said(url)}: {again}, ook na {attempt.num} keer vragen. Er is "
                            "niets geleverd; de volgende ophaalbeurt probeert het opnieuw."
                        ) from None
                    self.tell(f"{self._said(url)}: {again}; straks opnieuw")
                    raise
        raise AssertionError("unreachable")

    def url(self, path: str) -> httpx.URL:
        """The address of something on this host.

        Raises:
            Refused: it is elsewhere; a login is never shown to another host.
        """
        if not urlsplit(path).netloc:
            base = self.address.path.rstrip("/")
            given = httpx.URL(path)
            if not given.path.startswith(base + "/"):
                given = httpx.URL(f"{base}/{path.lstrip('/')}")
            return self.address.copy_with(raw_path=given.raw_path)
        given = httpx.URL(path)
        called = given.host + (f":{given.port}" if given.port else "")
        is_same = (given.host, given.port) == (self.address.host, self.address.port)
        if not is_same and called not in self.also_called:
            raise Refused(
                f"{self.address.host} verwijst naar {called}. Daar wordt niets gevraagd. Heet het "
                "systeem zelf zo, noem dat dan in connector.yml (also_called)."
            )
        return self.address.copy_with(raw_path=given.raw_path)

    def path_of(self, url: str) -> str:
        """What a link means to the system, however it calls its own host.

        Raises:
            Refused: it is elsewhere.
        """
        # Of a hundred thousand links nearly all begin alike.
        start = url.find("/", url.find("://") + 3)
        origin = url[:start]
        if origin not in self._own:
            self.url(url)
            self._own.add(origin)
        return url[start:]

    def _once(
        self,
        method: str,
        url: httpx.URL,
        params: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str] | None,
        fine: frozenset[int],
    ) -> httpx.Response:
        self._wait_in_turn()
        self.asked.requests += 1
        self.asked.count(url.path)
        content = None if body is None else json.dumps(body).encode()
        sent = {**self.headers(), **(headers or {})}
        if content is not None:
            sent["Content-Type"] = "application/json"
        try:
            with self._client.stream(
                method, url, params=params or None, content=content, headers=sent
            ) as response:
                self._read_whole(response)
        except httpx.TimeoutException:
            raise _Again("er kwam op tijd geen antwoord") from None
        except httpx.LocalProtocolError:  # its message holds the secret
            raise Unchangeable(
                f"{self._said(url)}: in {self.login} staan tekens die niet verstuurd kunnen "
                "worden. Zet het geheim er opnieuw in, zonder regeleinde of spatie."
            ) from None
        except httpx.RequestError as error:
            if any(isinstance(one, ssl.SSLCertVerificationError) for one in behind(error)):
                raise Unchangeable(
                    f"{self._said(url)}: het certificaat van het systeem wordt niet vertrouwd. "
                    "Laat het herstellen, of laat de beheerder van deze machine de uitgever ervan "
                    "toevoegen (SSL_CERT_FILE)."
                ) from None
            raise _Again(f"de verbinding lukte niet ({type(error).__name__})") from None
        if response.status_code in fine:
            return response
        raise self._problem(response)

    def _read_whole(self, response: httpx.Response) -> None:
        """Of an answer that never ends nothing is kept."""
        content = bytearray()
        for block in response.iter_bytes():
            content += block
            self.asked.bytes += len(block)
            if len(content) > LONGEST_ANSWER:
                raise Refused(
                    f"{self._said(response.request.url)} geeft een antwoord van meer dan "
                    f"{LONGEST_ANSWER // 2**20} MB. Vraag minder per pagina (connector.yml)."
                )
            if time.monotonic() > self.until:
                raise self._too_late()
        response._content = bytes(content)

    def _problem(self, response: httpx.Response) -> Exception:
        code, said = response.status_code, self._said(response.request.url)
        if code in BUSY:
            return _Again(f"antwoord {code}", _retry_after(response.headers))
        if code in (401, 403):
            why = REFUSALS.get(_code_of(response))
            return Unchangeable(
                f"{said} weigert de toegang ({code}{f', {why}' if why else ''}). Kijk of "
                f"{self.login} nog geldt en of de rechten genoeg zijn; opnieuw proberen helpt niet."
            )
        if code in (301, 302, 303, 307, 308):
            return Unchangeable(
                f"{said} verwijst door ({code}). Zet het nieuwe adres in connector.yml, als dat "
                "klopt."
            )
        return Unchangeable(
            f"{said} antwoordt {code}: het systeem kent dit niet (meer) of niet zo. Vergelijk de "
            "versie van het systeem met docs/connectors.md."
        )

    def _pause(self, error: Exception) -> bool | float:
        """What stamina does with an error: nothing, its own pause, or this many seconds."""
        if not isinstance(error, _Again):
            return False
        return True if error.pause is None else error.pause

    def _wait_in_turn(self) -> None:
        now = time.monotonic()
        if now > self.until:
            raise self._too_late()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self.between

    def _is_late(self, pause: float) -> bool:
        return pause > LONGEST_PAUSE or time.monotonic() + pause > self.until

    def _too_late(self) -> PullError:
        return MayPass(
            f"{self.address.host}: de tijd voor deze ophaalbeurt is om (minutes in connector.yml). "
            "Er is niets geleverd."
        )

    def _said(self, url: httpx.URL) -> str:
        return f"{url.host}{url.path}"


def _code_of(response: httpx.Response) -> str:
    try:
        said = json.loads(response.content)
    except ValueError:
        return ""
    return str(said.get("code", "")) if isinstance(said, dict) else ""


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds until a system wants to be asked again: a number, or a moment by its own clock."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    until, now = _moment(value), _moment(headers.get("date", "")) or dt.datetime.now(dt.UTC)
    return max(0.0, (until - now).total_seconds()) if until else None


def _moment(value: str) -> dt.datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
