"""A mailbox: a real Dovecot, and that nothing but moments leaves it."""

from __future__ import annotations

import datetime as dt
import email.message
import imaplib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.connect.errors import MayPass, Refused, Unchangeable
from dronten_pipeline.connect.kinds import mailbox
from dronten_pipeline.connect.pull import try_login
from tests import other_servers
from tests.postgres_server import PASSWORD, NoServer
from tests.unit.connect.pulled import CANARIES, Home, given

SOURCE = "press_mailbox"
SINCE = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[other_servers.MailServer]:
    try:
        with other_servers.dovecot() as server:
            yield server
    except NoServer as reason:
        pytest.skip(str(reason))


class Mail:
    """A mailbox of its own on the server, and a home that reads it."""

    def __init__(self, home: Home, server: other_servers.Server) -> None:
        self.home = home
        self.client = imaplib.IMAP4("127.0.0.1", server.port)
        self.client.login(home.connector["user"], PASSWORD)
        self.client.create("Sent")

    def put(
        self,
        folder: str,
        moment: str,
        *,
        name: str | None,
        answers: str | None = None,
        references: str | None = None,
        flags: str = "",
    ) -> None:
        message = email.message.EmailMessage()
        message["Subject"] = f"Vraag over {CANARIES['name']}"
        message["From"] = f"{CANARIES['name']} <{CANARIES['mail']}>"
        message["To"] = "pers@gemeente.example"
        message["Date"] = "Mon, 05 Jan 1970 23:30:00 +0000"  # of the clock of who sent it
        for header, value in (
            ("Message-ID", name),
            ("In-Reply-To", answers),
            ("References", references),
        ):
            if value:
                message[header] = value
        message.set_content(f"Wat vindt {CANARIES['name']}, BSN {CANARIES['citizen']}, hiervan?")
        when = dt.datetime.fromisoformat(moment)
        said, _ = self.client.append(folder, flags, when, message.as_bytes())
        assert said == "OK"

    def pulled(self) -> list[tuple[str, ...]]:
        """Moments of all questions, without what they are called."""
        self.home.pull(since=SINCE)
        found = self.home.rows("questions")
        assert len({row["vraag_id"] for row in found}) == len(found)
        return sorted(tuple(row.values())[1:] for row in found)


@pytest.fixture
def mail(
    dovecot: other_servers.MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mail]:
    given(monkeypatch, SOURCE, password=PASSWORD)
    home = Home(
        tmp_path,
        SOURCE,
        {
            "kind": "mailbox",
            "server": "127.0.0.1",
            "port": dovecot.port,
            "user": f"pers-{secrets.token_hex(4)}",
            "process_keyword": "ontvangstbevestiging",
        },
    )
    mail = Mail(home, dovecot)
    yield mail
    mail.client.logout()


def test_a_thread_is_one_question_with_the_moments_of_its_answers(mail: Mail) -> None:
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name="<q1@krant.example>")
    mail.put("INBOX", "2026-01-07T08:00:00+00:00", name="<q2@krant.example>")
    mail.put(
        "Sent",
        "2026-01-06T09:00:00+01:00",
        name="<a1@g>",
        answers="<q1@krant.example>",
        flags="(ontvangstbevestiging)",
    )
    mail.put(
        "INBOX",
        "2026-01-06T10:00:00+00:00",
        name="<q1b@krant.example>",
        answers="<a1@g>",
        references="<q1@krant.example> <a1@g>",
    )
    mail.put(
        "Sent",
        "2026-01-08T09:00:00+01:00",
        name="<a2@g>",
        answers="<q1b@krant.example>",
        references="<q1@krant.example> <a1@g> <q1b@krant.example>" + 30 * " <een-lange-naam@k>",
    )
    assert mail.pulled() == [
        ("2026-01-06T00:30:00+00:00", "2026-01-06T08:00:00+00:00", "2026-01-08T08:00:00+00:00"),
        ("2026-01-07T08:00:00+00:00", "", ""),
    ]


def test_nothing_but_moments_leaves_the_server(mail: Mail) -> None:
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name="<kanarie-17@krant.example>")
    mail.pulled()
    assert mail.home.ingested() == ("current", 1, 0)
    words = [*CANARIES.values(), "krant.example", "kanarie", "Vraag over"]
    assert mail.home.holding(*words) == []


def test_nothing_on_the_server_is_changed(mail: Mail) -> None:
    for number in range(3):
        mail.put("INBOX", "2026-01-06T00:30:00+00:00", name=f"<q{number}@krant.example>")
    mail.pulled()
    mail.client.select("INBOX", readonly=True)
    assert len(mail.client.search(None, "UNSEEN")[1][0].split()) == 3
    assert len(mail.client.search(None, "RECENT")[1][0].split()) == 3


def test_an_unchanged_mailbox_gives_the_same_bytes(mail: Mail) -> None:
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name="<q1@krant.example>")
    mail.pulled()
    assert mail.home.pull(since=SINCE).is_same


def test_a_message_without_a_name_is_one_question_every_time(mail: Mail) -> None:
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name=None)
    outcome = mail.home.pull(since=SINCE)
    assert outcome.counted["berichten zonder Message-ID"] == 1
    assert mail.home.pull(since=SINCE).is_same


def test_a_reply_to_what_was_thrown_away_is_still_its_thread(mail: Mail) -> None:
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name="<b@k>", references="<gone@k>")
    mail.put("Sent", "2026-01-06T02:30:00+00:00", name="<c@g>", references="<gone@k> <b@k>")
    assert mail.pulled() == [("2026-01-06T00:30:00+00:00", "", "2026-01-06T02:30:00+00:00")]


def test_a_circle_of_replies_ends(mail: Mail) -> None:
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name="<a@k>", answers="<b@k>")
    mail.put("INBOX", "2026-01-06T01:30:00+00:00", name="<b@k>", answers="<a@k>")
    assert mail.pulled() == [("2026-01-06T00:30:00+00:00", "", "")]


def test_what_the_municipality_began_is_no_question(mail: Mail) -> None:
    mail.put("Sent", "2026-01-06T00:30:00+00:00", name="<persbericht@g>")
    outcome = mail.home.pull(since=SINCE)
    assert outcome.records == {"questions": 0}
    assert outcome.counted["berichten die de gemeente zelf begon"] == 1


def test_only_labelled_threads_are_questions_where_that_is_asked(mail: Mail) -> None:
    mail.home.configure(question_keyword="Persvraag")
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name="<a@k>", flags="(persvraag)")
    mail.put("INBOX", "2026-01-07T00:30:00+00:00", name="<reclame@k>")
    assert mail.pulled() == [("2026-01-06T00:30:00+00:00", "", "")]


def test_a_folder_that_is_numbered_anew_is_read_and_told(
    mail: Mail, dovecot: other_servers.MailServer
) -> None:
    mail.client.create("Vragen")
    mail.home.configure(questions=["Vragen"])
    mail.put("Vragen", "2026-01-06T00:30:00+00:00", name="<a@k>")
    before = mail.pulled()
    mail.client.delete("Vragen")
    mail.client.create("Vragen")
    mail.put("Vragen", "2026-01-06T00:30:00+00:00", name="<a@k>")
    outcome = mail.home.pull(since=SINCE)
    assert outcome.is_same
    assert outcome.counted["mappen die opnieuw genummerd zijn"] == 1
    assert before == [("2026-01-06T00:30:00+00:00", "", "")]


def test_messages_that_go_while_they_are_read_are_read_again(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name="<a@k>")
    mail.put("INBOX", "2026-01-07T00:30:00+00:00", name="<b@k>")
    search, passes = mailbox._Mailbox._search, []

    def with_one_that_went(self: Any, since: dt.date) -> list[str]:
        passes.append(since)
        return [*search(self, since), *(["4000"] if len(passes) in goes else [])]

    monkeypatch.setattr(mailbox._Mailbox, "_search", with_one_that_went)
    goes: Any = {1}
    assert len(mail.pulled()) == 2
    goes = range(1000)
    with pytest.raises(Refused, match="verdwijnen berichten"):
        mail.home.pull(since=SINCE)


def test_a_wrong_password_is_said_without_it(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, SOURCE, password="heel-anders-geheim")
    with pytest.raises(Unchangeable, match="DATALAB_PRESS_MAILBOX_PASSWORD") as refused:
        mail.home.pull()
    assert "anders" not in str(refused.value)


def test_elsewhere_the_certificate_of_the_server_must_be_right(
    mail: Mail, dovecot: other_servers.MailServer
) -> None:
    mail.put("INBOX", "2026-01-06T00:30:00+00:00", name="<q1@krant.example>")
    mail.home.configure(server=other_servers.ELSEWHERE, port=dovecot.secure_port)
    with pytest.raises(Unchangeable, match="certificaat"):
        mail.home.pull(since=SINCE)
    mail.home.configure(ca_file=str(dovecot.folder / "server.pem"))
    assert mail.home.pull(since=SINCE).records == {"questions": 1}


def test_a_folder_that_is_not_there_is_named(mail: Mail) -> None:
    mail.home.configure(answers=["Verzonden items"])
    with pytest.raises(Unchangeable, match="Verzonden items"):
        try_login(mail.home.settings, SOURCE)


def test_a_server_that_is_away_may_come_back(mail: Mail) -> None:
    mail.home.configure(port=other_servers.free_port())
    with pytest.raises(MayPass, match="probeert het opnieuw"):
        mail.home.pull()


def test_a_thousand_messages_come_in_batches(mail: Mail) -> None:
    for number in range(mailbox.BATCH + 1):
        mail.put("INBOX", "2026-01-06T00:30:00+00:00", name=f"<q{number}@k>")
    assert mail.home.pull(since=SINCE).records == {"questions": mailbox.BATCH + 1}
