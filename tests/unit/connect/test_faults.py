"""Systems that refuse, stall, lie or break off: what is said, how often is asked, what stays."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from email.utils import format_datetime
from pathlib import Path

import pytest

from dronten_pipeline.connect import http
from dronten_pipeline.connect.errors import MayPass, PullError, Refused, Unchangeable
from dronten_pipeline.connect.kinds import zgw
from dronten_pipeline.connect.state import load
from dronten_pipeline.core.durable import is_full
from dronten_pipeline.core.errors import traced
from dronten_pipeline.ledger import ledger
from tests.connect_servers import open_klant, open_zaak
from tests.connect_servers.open_klant import OpenKlant
from tests.connect_servers.open_zaak import OpenZaak
from tests.connect_servers.serving import Answer, Fault, always, on, served

from .conftest import NOON, Home

CANARIES = (
    *(open_klant.TOKEN, open_klant.NAME, open_klant.NUMBER, "0612345678"),
    *(open_zaak.SECRET, open_zaak.NAME, open_zaak.NUMBER),
    "Kanarie",
)
#: What a misbehaving system says, with names in it.
SAID = {"detail": f"{open_klant.NAME} {open_zaak.NUMBER}", "code": f"{open_zaak.NAME}"}
SYSTEMS: dict[str, type[OpenKlant] | type[OpenZaak]] = {
    "customer_contact": OpenKlant,
    "case_system": OpenZaak,
}


def refusal(status: int, code: str) -> Answer:
    return Answer(status=status, body={**SAID, "code": code})


LOGIN_PAGE = Answer(
    body=f"<html>Welkom {open_klant.NAME}</html>".encode(), headers={"Content-Type": "text/html"}
)
TRUNCATED = Answer(body=b'{"count": 5, "next": null, "results": [{"uuid": "' + b"x" * 40)
BUSY = Answer(status=503, body=SAID)


def paged(fault: Answer) -> Fault:
    """To the second page of whatever list."""
    return lambda request: fault if request.query.get("page") == "2" else None


@pytest.mark.parametrize("source", SYSTEMS)
@pytest.mark.parametrize(
    ("fault", "kind", "says", "requests"),
    [
        (on(1, refusal(401, "not_authenticated")), Unchangeable, "er is niet ingelogd", 1),
        (on(1, refusal(403, "permission_denied")), Unchangeable, "geen recht op", 1),
        (on(1, refusal(403, "invalid-jwt-signature")), Unchangeable, "het geheim klopt niet", 1),
        (on(1, refusal(403, "invalid-client-identifier")), Unchangeable, "client_id", 1),
        (on(1, refusal(403, "jwt-expired")), Unchangeable, "klok van deze machine", 1),
        (on(1, refusal(403, open_zaak.NAME)), Unchangeable, "weigert de toegang (403).", 1),
        (on(2, refusal(401, "")), Unchangeable, "weigert de toegang (401)", 2),
        (on(1, Answer(status=412, body=SAID)), Unchangeable, "antwoordt 412", 1),
        (on(1, Answer(status=400, body=SAID)), Unchangeable, "antwoordt 400", 1),
        (on(1, Answer(status=404, body=SAID)), Unchangeable, "antwoordt 404", 1),
        (
            on(1, Answer(status=302, headers={"Location": "https://elders.example/?x=1"})),
            Unchangeable,
            "verwijst door (302)",
            1,
        ),
        (always(BUSY), MayPass, "antwoord 503, ook na 5 keer", 5),
        (
            on(1, Answer(status=429, headers={"Retry-After": "86400"})),
            MayPass,
            "antwoord 429, ook na 1 keer",
            1,
        ),
        (always(TRUNCATED), MayPass, "het antwoord was afgebroken, ook na 5 keer", 5),
        (always(Answer(body=SAID, sent=9)), MayPass, "de verbinding lukte niet", 5),
        (on(1, LOGIN_PAGE), Refused, "een webpagina in plaats van JSON", 1),
        (on(1, Answer(body=[SAID])), Refused, "geen lijst", 1),
        (on(1, Answer(body={"results": [SAID], "next": None})), Refused, "niet wat de vert", 1),
        (
            on(1, Answer(body={"results": [], "next": "https://elders.example/p?token=1"})),
            Refused,
            "verwijst naar elders.example",
            1,
        ),
    ],
)
def test_what_goes_wrong_is_said_and_nothing_of_it_stays(
    home: Home,
    waited: list[float],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    source: str,
    fault: Fault,
    kind: type[PullError],
    says: str,
    requests: int,
) -> None:
    caplog.set_level("DEBUG")
    with served(SYSTEMS[source](5), fault) as server:
        home.ask(source, server.address)
        with pytest.raises(PullError) as raised:
            home.pull(source)
    assert type(raised.value) is kind
    assert says in str(raised.value)
    assert len(server.asked) == requests
    assert home.landed(source) == []
    assert load(home.settings, source).failed == str(raised.value)
    everything = home.bytes().decode(errors="replace") + "".join(capfd.readouterr()) + caplog.text
    everything += str(raised.value) + traced(raised.value)
    assert [canary for canary in CANARIES if canary in everything] == []
    assert "token=" not in everything and "x=1" not in everything


@pytest.mark.parametrize("source", SYSTEMS)
@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        (on([1, 2], Answer(status=500, body=SAID)), 2),
        (on([1, 2], Answer(status=502, body=b"<html>")), 2),
        (on([1, 2, 3, 4], BUSY), 4),
        (on(1, Answer(body=SAID, sent=9)), 1),
        (on(2, TRUNCATED), 1),
        (paged(BUSY), None),
    ],
)
def test_what_may_pass_is_tried_again(
    home: Home, waited: list[float], source: str, fault: Fault, pauses: int | None
) -> None:
    times = iter(range(3))
    limited: Fault = (
        (lambda request: fault(request) if fault(request) and next(times, None) else None)
        if pauses is None
        else fault
    )
    with served(SYSTEMS[source](30), limited) as server:
        home.ask(source, server.address, page_size=10)
        outcome = home.pull(source)
    assert outcome.landed
    assert pauses is None or len(waited) == pauses
    # Between the first pause and the last try it waits ever longer.
    assert all(pause >= 2**place for place, pause in enumerate(waited[: pauses or 1]))
    found = home.bytes().decode(errors="replace")
    assert [canary for canary in CANARIES if canary in found] == []


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": format_datetime(NOON + dt.timedelta(seconds=40), usegmt=True)}, 40),
        # By its own clock, which is ten minutes ahead or behind.
        ({"Retry-After": format_datetime(NOON + dt.timedelta(seconds=640), usegmt=True)}, 40),
        ({"Retry-After": format_datetime(NOON - dt.timedelta(seconds=560), usegmt=True)}, 40),
        ({"Retry-After": format_datetime(NOON - dt.timedelta(seconds=9), usegmt=True)}, 0),
        ({"Retry-After": "morgen"}, None),
    ],
)
def test_a_busy_system_says_when_to_come_back(
    home: Home, waited: list[float], headers: dict[str, str], pause: float | None
) -> None:
    value = headers["Retry-After"]
    of_its_clock = NOON
    if value[-3:] == "GMT" and "10:10:40" in value:
        of_its_clock += dt.timedelta(minutes=10)
    if value[-3:] == "GMT" and "09:50:40" in value:
        of_its_clock -= dt.timedelta(minutes=10)
    busy = Answer(status=429, headers={**headers, "Date": format_datetime(of_its_clock, True)})
    with served(OpenKlant(3), on(1, busy)) as server:
        home.ask("customer_contact", server.address)
        assert home.pull("customer_contact").landed
    (found,) = waited
    assert found == pause if pause is not None else 1 <= found <= 2


def test_a_system_that_stalls_is_not_waited_for(
    home: Home, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.1)
    with served(OpenKlant(3), always(Answer(body={}, stall=0.3))) as server:
        home.ask("customer_contact", server.address)
        with pytest.raises(MayPass, match="er kwam op tijd geen antwoord, ook na 5 keer"):
            home.pull("customer_contact")


def test_a_pull_ends_when_its_time_is_up(home: Home) -> None:
    with served(OpenKlant(300), lambda request: time.sleep(0.02)) as server:
        home.ask("customer_contact", server.address, page_size=10, minutes=0.005)
        with pytest.raises(MayPass, match="de tijd voor deze ophaalbeurt is om"):
            home.pull("customer_contact")
    assert home.landed("customer_contact") == []


def test_pages_that_go_round_are_not_followed_for_ever(home: Home) -> None:
    system = OpenKlant(30)

    def round_and_round(request: object) -> Answer | None:
        answer = system.answer(request)  # type: ignore[arg-type]
        if isinstance(answer.body, dict) and answer.body.get("next"):
            link = f"{system.address}{open_klant.API}actoren?page=1&pageSize=1"
            return Answer(body={**answer.body, "next": link})
        return None

    with served(system, round_and_round) as server:
        home.ask("customer_contact", server.address, page_size=1)
        with pytest.raises(Refused, match="in een kring"):
            home.pull("customer_contact")


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_ten_minutes_off_hinders_nobody(home: Home, minutes: int) -> None:
    with served(OpenZaak(5, clock=lambda: time.time() + 60 * minutes)) as server:
        home.ask("case_system", server.address)
        assert home.pull("case_system").records == {"cases": 4}


def test_a_token_that_expires_half_way_was_replaced_before(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = iter(range(10_000))
    moment = 1_800_000_000.0
    system = OpenZaak(20, clock=lambda: moment)

    def later(request: object) -> None:
        nonlocal moment
        moment = 1_800_000_000.0 + 1800 * next(hours)

    monkeypatch.setattr(zgw.time, "time", lambda: moment)
    with served(system, later) as server:
        home.ask("case_system", server.address, page_size=5)
        assert home.pull("case_system").records == {"cases": 16}
    assert next(hours) > 10


def test_a_clock_that_is_hours_behind_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(zgw.time, "time", lambda: now - 7200)
    with served(OpenZaak(5)) as server:
        home.ask("case_system", server.address)
        with pytest.raises(Unchangeable, match="de klok van deze machine loopt achter"):
            home.pull("case_system")


def test_a_login_is_shown_to_no_other_host(home: Home) -> None:
    other = OpenKlant(3)
    with served(other) as elsewhere, served(OpenKlant(200)) as server:
        server.system.address = elsewhere.address
        home.ask("customer_contact", server.address, page_size=50)
        with pytest.raises(Refused, match="also_called"):
            home.pull("customer_contact")
        assert elsewhere.asked == []
        called = elsewhere.address.removeprefix("http://")
        home.ask("customer_contact", server.address, page_size=50, also_called=[called])
        assert home.pull("customer_contact").records["contacts"] == 200
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("https://zaken.example/open/zaken/1?x=1", "/open/zaken/1?x=1"),
        ("https://intern:8443/open/zaken/2", "/open/zaken/2"),
        ("http://zaken.example/open/zaken/1", "/open/zaken/1"),
        ("https://zaken.example:444/open/zaken/1", None),
        ("https://zaken.example@elders.example/open/1", None),
        ("https://elders.example/https://zaken.example/", None),
    ],
)
def test_a_link_counts_when_it_is_to_this_system(link: str, path: str | None) -> None:
    with contextlib.closing(
        http.Client("https://zaken.example/open", also_called=frozenset({"intern:8443"}), until=0)
    ) as client:
        for _ in range(2):
            if path is None:
                with pytest.raises(Refused):
                    client.path_of(link)
            else:
                assert client.path_of(link) == path


def test_a_secret_with_a_line_end_is_not_quoted(
    home: Home, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    secret = f"{open_klant.TOKEN}\nX"
    monkeypatch.setenv("DATALAB_CUSTOMER_CONTACT_TOKEN", secret)
    with served(OpenKlant(3)) as server:
        home.ask("customer_contact", server.address)
        with pytest.raises(Unchangeable, match="DATALAB_CUSTOMER_CONTACT_TOKEN") as raised:
            home.pull("customer_contact")
    assert open_klant.TOKEN not in str(raised.value) + traced(raised.value)
    assert open_klant.TOKEN.encode() not in home.bytes()


@pytest.mark.parametrize(("mode", "says"), [(0o600, None), (0o640, "voor anderen leesbaar")])
def test_a_secret_in_a_file_is_for_its_owner_alone(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, says: str | None
) -> None:
    path = tmp_path / "token"
    path.write_text(open_klant.TOKEN + "\n")
    path.chmod(mode)
    monkeypatch.setenv("DATALAB_CUSTOMER_CONTACT_TOKEN", str(path))
    with served(OpenKlant(3)) as server:
        home.ask("customer_contact", server.address)
        if says is None:
            assert home.pull("customer_contact").landed
            return
        with pytest.raises(Unchangeable, match=says):
            home.pull("customer_contact")
        assert server.asked == []


def test_nothing_of_a_person_lands_remains_or_is_recorded(home: Home) -> None:
    for source, system in SYSTEMS.items():
        with served(system(40)) as server:
            home.ask(source, server.address)
            assert home.pull(source).landed
    found = home.bytes().decode(errors="replace")
    assert [canary for canary in CANARIES if canary in found] == []
    assert not [path for path in (home.settings.home / "connect").iterdir() if path.is_dir()]
    kinds = [record.kind for record in ledger.read_all(home.settings).records]
    assert kinds == ["pull", "pull"]


def test_a_full_disk_lands_nothing(small_disk: Path, home: Home) -> None:
    home.settings = home.settings.model_copy(update={"home": small_disk})
    with served(OpenKlant(4000)) as server:
        home.ask("customer_contact", server.address)
        with pytest.raises(Exception) as raised:
            home.pull("customer_contact")
    assert is_full(raised.value) or isinstance(raised.value, PullError)
    assert home.landed("customer_contact") == []
    assert not list((small_disk / "connect").glob("*/"))


def test_a_receipt_names_sorts_of_things_and_not_each_of_them() -> None:
    asked = http.Asked()
    for place in range(1000):
        asked.count(f"/zaken/{open_klant.number('zaak', place)}/zaakeigenschappen")
    assert asked.paths == {"/zaken/{uuid}/zaakeigenschappen": 1000}
    for place in range(150):
        asked.count(f"/pagina-{place}")
    assert len(asked.paths) == http.MOST_PATHS + 1
    assert sum(asked.paths.values()) == 1150
