"""What lands of a pull, when nothing does, and what a kill leaves."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dronten_pipeline.connect import delivery
from dronten_pipeline.connect.errors import MayPass, Refused, Unchangeable
from dronten_pipeline.connect.state import folder, load
from dronten_pipeline.contracts.sources import load_source
from dronten_pipeline.ingest import recorded
from dronten_pipeline.ingest.outcome import SourceOutcome
from dronten_pipeline.ingest.snapshot import is_fresh
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Pull
from dronten_pipeline.release.previous import raw_files_of_releases
from tests.connect_servers.open_klant import OpenKlant, number
from tests.connect_servers.open_zaak import OpenZaak
from tests.connect_servers.serving import Server, served

from .conftest import NOON, Home

SOURCE = "customer_contact"
DAY = dt.timedelta(days=1)


def ingest(home: Home, run: str) -> SourceOutcome:
    return recorded.read_source(
        home.settings,
        load_source(home.settings.sources / SOURCE / "source.yml"),
        run_id=run,
        as_of=home.now.date(),
        origin="delivery",
        believed=recorded.believed_raw(home.settings, run, raw_files_of_releases),
    )


def counting(outcome: SourceOutcome, table: str) -> tuple[list[str], int]:
    """Names of the files of a table that count, and their records."""
    found = [one for one in outcome.deliveries if one.table_name == table and one.counts]
    return [one.file_name for one in found], sum(one.rows_accepted for one in found)


def test_contacts_and_tasks_become_deliveries(home: Home) -> None:
    with served(OpenKlant(4)) as server:
        home.ask(SOURCE, server.address, teams={"Burgerzaken": "Team Burgerzaken"})
        outcome = home.pull(SOURCE)
    assert outcome.landed == (
        "contacts_20260708T100000Z.csv",
        "callbacks_20260708T100000Z.csv",
    )
    assert outcome.records == {"contacts": 4, "callbacks": 2}
    contacts = {one["contact_id"]: one for one in home.table(SOURCE, "contacts")}
    assert contacts[number("contact", 1)] == {
        "contact_id": number("contact", 1),
        "kanaal": "telefoon",
        "gestart_op": "2026-03-02T09:01:00+00:00",
        "beantwoord": "",
        "doorverbonden": "",
        "doorverbinden_gelukt": "",
        "afgehandeld_door": "KCC",
        "team": "",
    }
    assert contacts[number("contact", 3)]["team"] == "Team Burgerzaken"
    tasks = {one["terugbelverzoek_id"]: one for one in home.table(SOURCE, "callbacks")}
    assert tasks[number("task", 0)]["afgehandeld_op"] == "2026-04-01T10:00:00+00:00"
    assert tasks[number("task", 3)] == {
        "terugbelverzoek_id": number("task", 3),
        "contact_id": number("contact", 3),
        "team": "Team Burgerzaken",
        "aangemaakt_op": "2026-03-04T09:03:00+00:00",
        "afgehandeld_op": "",
        "status": "open",
    }
    (record,) = ledger.records_of(home.settings, Pull)
    assert set(record.subject) == set(outcome.landed)
    assert record.body.records == outcome.records
    assert record.body.asked["/klantinteracties/api/v1/klantcontacten"] == 2


def test_cases_become_a_delivery(home: Home) -> None:
    system = OpenZaak(5)
    with served(system) as server:
        home.ask("case_system", server.address)
        outcome = home.pull("case_system")
        asked = [one.path for one in server.asked]
    assert outcome.records == {"cases": 4}
    cases = {one["zaak_id"]: one for one in home.table("case_system", "cases")}
    assert cases["ZAAK-000000"] == {
        "zaak_id": "ZAAK-000000",
        "zaaktype": "vergunning",
        "team": "Vergunningen",
        "product": "",
        "kanaal": "digitaal",
        "digitaal_mogelijk": "",
        "ontvangen_op": "2026-01-01T08:30:00+00:00",
        "verdeeld_op": "2026-01-01T12:00:00+00:00",
        "eerste_reactie_op": "",
        "afgesloten_op": "2026-07-01T00:30:00+02:00",
        "vergunning_einddatum": "2027-01-01",
        "houder_benaderd_op": "",
        "bedrag_eur": "",
        "warm_contact_op": "",
    }
    assert cases["ZAAK-000001"]["afgesloten_op"] == ""
    assert cases["ZAAK-000001"]["verdeeld_op"] == ""  # no status is named for this type
    # The list of all cases was not asked, nor those of a type that is not mapped.
    assert "/zaken/api/v1/zaken" not in asked
    (record,) = ledger.records_of(home.settings, Pull)
    assert record.body.asked["/zaken/api/v1/zaken/{uuid}/zaakeigenschappen"] == 2


def test_a_case_type_that_the_system_does_not_know_is_named(home: Home) -> None:
    with served(OpenZaak(5)) as server:
        types = {"WMO": {"zaaktype": "aanvraag"}}
        home.ask("case_system", server.address, case_types=types)
        with pytest.raises(Refused, match="kent deze zaaktypen niet: WMO"):
            home.pull("case_system")


def test_what_is_the_same_lands_once_a_day(home: Home) -> None:
    with served(OpenKlant(4)) as server:
        home.ask(SOURCE, server.address)
        first = home.pull(SOURCE)
        again = home.pull(SOURCE)
        assert (again.landed, again.is_same) == ((), True)
        home.now += DAY
        tomorrow = home.pull(SOURCE)
    assert len(tomorrow.landed) == 2 and tomorrow.is_same
    contents = {name: home.content(SOURCE, name) for name in home.landed(SOURCE)}
    assert set(contents) == {*first.landed, *tomorrow.landed}
    assert contents[first.landed[0]] == contents[tomorrow.landed[0]]
    assert [one.body.same_as_before for one in ledger.records_of(home.settings, Pull)] == [
        *(True, True, False)
    ]


@pytest.mark.parametrize(
    ("first", "second", "lands"),
    [
        # Half past two comes twice in the night that winter time begins: it is one day.
        ("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00", False),
        # Two o'clock does not come in the night that summer time begins.
        ("2026-03-29T00:59:00+00:00", "2026-03-29T01:01:00+00:00", False),
        # Midnight is that of this country.
        ("2026-07-08T21:59:59+00:00", "2026-07-08T22:00:01+00:00", True),
        ("2026-01-08T22:59:59+00:00", "2026-01-08T23:00:01+00:00", True),
        ("2026-07-08T23:59:59+00:00", "2026-07-09T00:00:01+00:00", False),
    ],
)
def test_a_day_is_a_day_of_this_country(home: Home, first: str, second: str, lands: bool) -> None:
    with served(OpenKlant(2)) as server:
        home.ask(SOURCE, server.address)
        home.now = dt.datetime.fromisoformat(first)
        home.pull(SOURCE)
        home.now = dt.datetime.fromisoformat(second)
        assert bool(home.pull(SOURCE).landed) is lands


def test_two_moments_of_one_wall_clock_stay_two(home: Home) -> None:
    system = OpenKlant(2)
    for one, moment in zip(
        system.lists["klantcontacten"],
        ("2026-10-25T00:30:00Z", "2026-10-25T02:30:00+01:00"),
        strict=True,
    ):
        one["plaatsgevondenOp"] = moment
    with served(system) as server:
        home.ask(SOURCE, server.address)
        home.pull(SOURCE)
    assert {one["gestart_op"] for one in home.table(SOURCE, "contacts")} == {
        "2026-10-25T00:30:00+00:00",
        "2026-10-25T01:30:00+00:00",
    }


def test_an_empty_pull_is_a_file_with_only_its_header(home: Home) -> None:
    with served(OpenKlant(0)) as server:
        home.ask(SOURCE, server.address)
        outcome = home.pull(SOURCE)
    header = home.content(SOURCE, outcome.landed[1])
    assert header == "terugbelverzoek_id;contact_id;team;aangemaakt_op;afgehandeld_op;status\n"
    assert ingest(home, "1").state == "current"


def test_what_goes_back_to_how_it_was_counts_again(home: Home) -> None:
    system = OpenKlant(6)
    task = system.lists["internetaken"][0]
    with served(system) as server:
        home.ask(SOURCE, server.address)
        for run, (status, done) in enumerate(
            [("te_verwerken", None), ("verwerkt", "2026-05-01T10:00:00Z"), ("te_verwerken", None)]
        ):
            task |= {"status": status, "afgehandeldOp": done}
            home.now = NOON + run * DAY
            home.pull(SOURCE)
            outcome = ingest(home, str(run))
            stamp = home.now.strftime("%Y%m%dT%H%M%SZ")
            assert counting(outcome, "callbacks") == ([f"callbacks_{stamp}.csv"], 2)


@pytest.mark.parametrize(
    ("kept", "changes", "stops"),
    [(95, {}, False), (50, {}, True), (0, {}, True), (50, {"allowed_shrink": 0.5}, False)],
)
def test_a_pull_that_lacks_too_much_is_stopped_where_deliveries_are(
    home: Home, kept: int, changes: dict[str, float], stops: bool
) -> None:
    system = OpenKlant(0)
    for count in range(100):
        system.add(3 * count)  # each with a task
    with served(system) as server:
        home.ask(SOURCE, server.address)
        home.declare(SOURCE, {"kind": "klantinteracties", "address": server.address}, **changes)
        home.pull(SOURCE)
        assert counting(ingest(home, "1"), "contacts")[1] == 100
        for count in range(kept, 100):
            system.remove(3 * count)
        home.now += DAY
        home.pull(SOURCE)
        outcome = ingest(home, "2")
    assert (outcome.state == "stopped") is stops
    if stops:
        assert f"datalab accept {SOURCE}" in (outcome.note or "")
    else:
        assert counting(outcome, "contacts")[1] == kept


def test_a_source_without_changes_stays_fresh_for_thirty_days(home: Home) -> None:
    source = None
    states = set()
    with served(OpenKlant(10)) as server:
        home.ask(SOURCE, server.address)
        source = load_source(home.settings.sources / SOURCE / "source.yml")
        for day in range(30):
            home.now = NOON + day * DAY
            assert len(home.pull(SOURCE).landed) == 2
            if day in (0, 1, 29):
                outcome = ingest(home, f"day-{day}")
                states.add(tuple(sorted(counting(outcome, "contacts")[0])))
                newest = f"contacts_{home.now:%Y%m%dT%H%M%SZ}.csv"
                (last,) = [one for one in outcome.deliveries if one.file_name == newest]
                assert last.state == ("read" if day == 0 else "unchanged"), last.note
                assert is_fresh(last.received_at, source, last.received_at.date())
                read = sorted(one.rows for one in outcome.written)
                assert read == ([4, 10] if day == 0 else [])
    assert len(home.landed(SOURCE)) == 60


def test_a_dry_run_asks_and_leaves_nothing(home: Home) -> None:
    with served(OpenKlant(4)) as server:
        home.ask(SOURCE, server.address)
        outcome = home.pull(SOURCE, dry_run=True)
        assert outcome.records == {"contacts": 4, "callbacks": 2}
    assert home.landed(SOURCE) == []
    assert load(home.settings, SOURCE).pulled_at is None
    assert not ledger.has_records(home.settings)


def test_a_kind_that_cannot_ask_since_a_day_says_so(home: Home) -> None:
    home.ask(SOURCE, "http://127.0.0.1:1")
    with pytest.raises(Unchangeable, match="Laat --since weg"):
        home.pull(SOURCE, since=dt.date(2026, 1, 1))


def test_two_pulls_at_once_are_one_after_the_other(home: Home) -> None:
    is_asked, go_on = threading.Event(), threading.Event()

    def waits(request: object) -> None:
        is_asked.set()
        go_on.wait(10)

    with served(OpenKlant(4), waits) as server:
        home.ask(SOURCE, server.address)
        first = threading.Thread(target=lambda: home.pull(SOURCE))
        first.start()
        assert is_asked.wait(10)
        with pytest.raises(MayPass, match="wordt al opgehaald"):
            home.pull(SOURCE)
        assert delivery.finish(home.settings) == []  # what is under way is left alone
        go_on.set()
        first.join()
    assert len(home.landed(SOURCE)) == 2


# --- kills

#: What changes something on the disk; a kill comes just before one of these.
STEPS = ("fsync", "rename", "replace", "link", "unlink", "mkdir", "utime")


def pull_and_die(home: Home, at: int) -> bool:
    """Pulls in a process that is killed at its step `at`; says whether it got so far."""
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        left = at

        def counted(change: Callable[..., object]) -> Callable[..., object]:
            def then(*arguments: object, **options: object) -> object:
                nonlocal left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return change(*arguments, **options)

            return then

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        try:
            home.pull(SOURCE)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_at_any_step_lands_all_or_nothing(tmp_path: Path, home: Home, stride: int) -> None:
    with served(OpenKlant(3)) as server:
        wholes = set()
        step = 1
        while True:
            here = Home(tmp_path / str(step))
            here.ask(SOURCE, server.address)
            is_killed = pull_and_die(here, step)
            wholes.add(_after(here, server))
            if not is_killed:
                break
            step += stride
    assert step > 15
    assert wholes == {0, 2}


def _after(home: Home, server: Server) -> int:
    """Has the next run finish what was begun; returns how many files stand in landing then."""
    delivery.finish(home.settings)
    landed = home.landed(SOURCE)
    assert len(landed) in (0, 2)
    assert [path for path in folder(home.settings).glob("*") if path.suffix != ".lock"] == (
        [folder(home.settings) / f"{SOURCE}.json"] if landed else []
    )
    records = [*ledger.records_of(home.settings, Pull)]
    assert [sorted(one.subject) for one in records] == ([landed] if landed else [])
    assert ledger.read_all(home.settings).problems == []
    # The next pull knows what landed.
    outcome = home.pull(SOURCE)
    assert outcome.is_same is bool(landed)
    assert len(home.landed(SOURCE)) == 2
    return len(landed)


def test_landing_may_stand_on_another_disk(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.rename

    def across(self: Path, target: Path) -> Path:
        if self.suffix == ".part" and not self.name.startswith("."):
            raise OSError(18, "Invalid cross-device link")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", across)
    with served(OpenKlant(3)) as server:
        home.ask(SOURCE, server.address)
        outcome = home.pull(SOURCE)
    assert sorted(outcome.landed) == home.landed(SOURCE)
    assert len(home.table(SOURCE, "contacts")) == 3


def test_a_state_that_is_damaged_is_an_empty_one(home: Home) -> None:
    with served(OpenKlant(3)) as server:
        home.ask(SOURCE, server.address)
        home.pull(SOURCE)
        (folder(home.settings) / f"{SOURCE}.json").write_text("{")
        outcome = home.pull(SOURCE)
    # Its names are new, though the moment is the same.
    assert len(home.landed(SOURCE)) == 4
    assert all(re.search(r"20260708T100001Z", name) for name in outcome.landed)


def test_the_answer_of_a_system_is_not_believed_blindly(home: Home) -> None:
    system = OpenKlant(3)
    task = system.lists["internetaken"][0]
    system.lists["internetaken"].append(task | {"status": "verwerkt"})
    with served(system) as server:
        home.ask(SOURCE, server.address)
        with pytest.raises(Refused, match="veranderde tijdens"):
            home.pull(SOURCE)
