"""A mailbox over IMAP: when a question came in and when it was answered, from headers alone.

Here belongs: which headers are asked, and how messages become one question per thread. No name,
subject, address or body is asked, so none leaves the server; nothing there is marked as read. What
a message is called (its Message-ID) is kept as a keyed hash only.

A question begins at a message in one of `questions`; what is in one of `answers` and belongs to
the same thread answers it. The moment of a message is when the server took it in: the one that it
names itself is of the clock of who sent it. A reply changes a question of before, so the headers
of all messages of `days` are read every time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.parser
import hmac
import imaplib
import itertools
import re
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from dronten_pipeline.connect.connector import LOOPBACK, CaFile
from dronten_pipeline.connect.connector import Connector as Common
from dronten_pipeline.connect.errors import MayPass, Refused, Unchangeable
from dronten_pipeline.connect.session import Session

ASKED = (
    "(UID INTERNALDATE FLAGS RFC822.SIZE "
    "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO REFERENCES)])"
)
KNOWS_SINCE = True
#: So many messages are asked at a time.
BATCH = 500
#: A folder from which messages go while it is read is read again, so many times.
MOST_PASSES = 3
SECONDS = 120.0
#: What a Message-ID may look like: between angle brackets, without a space.
MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")
INTERNAL_DATE = re.compile(rb'INTERNALDATE "([^"]{1,40})"')
#: As IMAP knows them, whatever language this machine speaks.
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FLAGS = re.compile(rb"FLAGS \(([^()]*)\)")
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Connector(Common):
    """A mailbox; the password of `user` is the secret PASSWORD."""

    server: str = Field(pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int = Field(default=993, ge=1, le=65535)
    user: str = Field(min_length=1)
    ca_file: CaFile | None = Field(
        default=None, description="Authority that signed its certificate, when not a known one."
    )
    questions: list[str] = Field(default=["INBOX"], min_length=1, description="Folders.")
    answers: list[str] = Field(default=["Sent"], min_length=1, description="Folders.")
    question_keyword: str | None = Field(
        default=None, description="Only threads with a message that has this label are questions."
    )
    process_keyword: str | None = Field(
        default=None, description="Label of an answer that says that the answer comes later."
    )
    days: int = Field(default=400, ge=1, le=4000, description="Messages of so many days are read.")


@dataclass(frozen=True)
class Message:
    """What is known of a message: never from whom, about what, or what it says."""

    name: str
    before: tuple[str, ...]
    moment: dt.datetime
    keywords: frozenset[str]
    is_answer: bool


def pull(connector: Connector, session: Session) -> None:
    """Lands one question per thread."""
    key = session.settings.read_pseudonym_key()
    since = session.since or dt.date.today() - dt.timedelta(days=connector.days)
    with _Mailbox(connector, session) as mailbox:
        messages = [
            message
            for folder in dict.fromkeys([*connector.questions, *connector.answers])
            for message in mailbox.messages(folder, since, folder in connector.answers)
        ]
    records = sorted(_questions(connector, session, messages, key), key=lambda one: one["vraag_id"])
    session.table("questions", records)


def try_login(connector: Connector, session: Session) -> str:
    with _Mailbox(connector, session) as mailbox:
        for folder in dict.fromkeys([*connector.questions, *connector.answers]):
            mailbox.examine(folder)
    return f"laat ons binnen; de mappen {', '.join([*connector.questions, *connector.answers])}"


def _questions(
    connector: Connector, session: Session, messages: list[Message], key: bytes
) -> Iterator[dict[str, Any]]:
    before: dict[str, str] = {}
    for message in messages:
        # The nearest stands last; each answers the one before it.
        for earlier, later in itertools.pairwise([*message.before, message.name]):
            if earlier != later:
                before.setdefault(later, earlier)
    threads: dict[str, list[Message]] = {}
    for message in messages:
        threads.setdefault(_root(message.name, before), []).append(message)
    for root, thread in threads.items():
        received = min((one.moment for one in thread if not one.is_answer), default=None)
        if received is None:
            session.counted["berichten die de gemeente zelf begon"] += 1
            continue
        keywords = frozenset[str]().union(*(one.keywords for one in thread))
        if connector.question_keyword and connector.question_keyword.lower() not in keywords:
            session.counted["berichten zonder het label van een vraag"] += 1
            continue
        answers = [one for one in thread if one.is_answer and one.moment >= received]
        if len(answers) < sum(one.is_answer for one in thread):
            session.counted["vragen in een gesprek dat de gemeente begon"] += 1
        process = (connector.process_keyword or "").lower()
        yield {
            "vraag_id": hmac.digest(key, root.encode(), "sha256").hex(),
            "ontvangen_op": received,
            "procesantwoord_op": _first(one for one in answers if process in one.keywords),
            "beantwoord_op": _first(one for one in answers if process not in one.keywords),
        }


def _first(messages: Iterator[Message]) -> dt.datetime | None:
    return min((one.moment for one in messages), default=None)


def _root(name: str, before: dict[str, str]) -> str:
    """The first message of a thread; of messages that answer each other in a circle the one whose
    name comes first."""
    seen = [name]
    while (earlier := before.get(seen[-1])) is not None:
        if earlier in seen:
            return min(seen[seen.index(earlier) :])
        seen.append(earlier)
    return seen[-1]


class _Mailbox:
    """A connection that reads headers; folders are opened so that nothing can be changed."""

    def __init__(self, connector: Connector, session: Session) -> None:
        self.connector, self.session = connector, session
        self.password = session.secret("PASSWORD").get_secret_value()

    def __enter__(self) -> _Mailbox:
        import imap_tools

        connector = self.connector
        try:
            if connector.server in LOOPBACK:
                box: Any = imap_tools.MailBoxUnencrypted(
                    connector.server, connector.port, timeout=SECONDS
                )
            else:
                trusted = str(connector.ca_file) if connector.ca_file else None
                context = ssl.create_default_context(cafile=trusted)
                box = imap_tools.MailBox(
                    connector.server, connector.port, timeout=SECONDS, ssl_context=context
                )
        except ssl.SSLCertVerificationError:
            raise Unchangeable(
                f"{connector.server}: het certificaat klopt niet. Noem met ca_file (connector.yml) "
                "wie het tekende, als dat iemand is die deze machine niet kent."
            ) from None
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._away(error) from None
        self.box = box
        try:
            box.login(connector.user, self.password, initial_folder=None)
        except imap_tools.MailboxLoginError:
            raise self._refused() from None
        except imaplib.IMAP4.error as error:
            raise (self._away(error) if _is_broken(error) else self._refused()) from None
        except OSError as error:
            raise self._away(error) from None
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):  # what was read is whole without a goodbye
            self.box.logout()

    def examine(self, folder: str) -> str:
        """Opens a folder for reading; returns the validity of its numbers."""
        import imap_tools

        try:
            self.box.folder.set(folder, readonly=True)
            found = self.box.client.response("UIDVALIDITY")[1]
        except imap_tools.errors.UnexpectedCommandStatusError:
            raise Unchangeable(
                f"{self.connector.server}: de map {folder} is er niet, of het account mag haar "
                "niet lezen. Kijk hoe zij heet (questions en answers in connector.yml)."
            ) from None
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._away(error) from None
        return found[0].decode() if found and found[0] else ""

    def messages(self, folder: str, since: dt.date, is_answer: bool) -> list[Message]:
        """Raises:
        Refused: messages go from the folder while it is read, again and again.
        """
        valid = self.examine(folder)
        if self.session.cursor.get(folder, valid) != valid:
            self.session.counted["mappen die opnieuw genummerd zijn"] += 1
        self.session.cursor[folder] = valid
        for _ in range(MOST_PASSES):
            numbers = self._search(since)
            found = [one for part in _batches(numbers) for one in self._fetch(part, is_answer)]
            if len(found) == len(numbers):
                self.session.counted[f"berichten in {folder}"] = len(found)
                return found
        raise Refused(
            f"{self.connector.server}: uit de map {folder} verdwijnen berichten terwijl zij wordt "
            "gelezen. Er is niets geleverd. Haal op een rustiger moment op (schedule)."
        )

    def _search(self, since: dt.date) -> list[str]:
        day = f"{since.day}-{MONTHS[since.month - 1].title()}-{since.year}"
        answer = self._asked("SEARCH", f"SINCE {day}")
        return [number.decode() for line in answer if line for number in line.split()]

    def _fetch(self, numbers: list[str], is_answer: bool) -> list[Message]:
        found = []
        for part in self._asked("FETCH", ",".join(numbers), ASKED):
            if isinstance(part, tuple):
                found.append(self._message(*part, is_answer=is_answer))
        return found

    def _asked(self, command: str, *arguments: str) -> list[Any]:
        if time.monotonic() > self.session.until:
            raise MayPass(
                f"{self.connector.server}: de tijd voor deze ophaalbeurt is om (minutes in "
                "connector.yml). Er is niets geleverd."
            )
        try:
            said, answer = self.box.client.uid(command, *arguments)
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._away(error) from None
        if said != "OK":
            raise Refused(f"{self.connector.server}: {command} werd niet beantwoord ({said}).")
        return list(answer)

    def _message(self, about: bytes, headers: bytes, *, is_answer: bool) -> Message:
        moment = _moment(about)
        read = email.parser.BytesHeaderParser().parsebytes(headers)
        names = MESSAGE_ID.findall(str(read.get("Message-ID", "")))
        before = MESSAGE_ID.findall(str(read.get("References", "")))
        answered = MESSAGE_ID.findall(str(read.get("In-Reply-To", "")))
        if not names:
            self.session.counted["berichten zonder Message-ID"] += 1
            size = SIZE.search(about)
            names = [f"{moment:%Y%m%dT%H%M%SZ} {size[1].decode() if size else ''}"]
        flags = FLAGS.search(about)
        return Message(
            name=names[0],
            before=tuple(before or answered[:1]),
            moment=moment,
            keywords=frozenset(str(flags[1], "ascii", "replace").lower().split() if flags else ()),
            is_answer=is_answer,
        )

    def _refused(self) -> Unchangeable:
        called = f"DATALAB_{self.session.source.name}_PASSWORD".upper()
        return Unchangeable(
            f"{self.connector.server}: het account {self.connector.user} wordt geweigerd. Kijk of "
            f"{called} nog geldt; opnieuw proberen helpt niet."
        )

    def _away(self, error: Exception) -> MayPass:
        return MayPass(
            f"{self.connector.server}: de verbinding lukte niet of brak af "
            f"({type(error).__name__}). Er is niets geleverd; de volgende ophaalbeurt probeert het "
            "opnieuw."
        )


def _is_broken(error: imaplib.IMAP4.error) -> bool:
    return isinstance(error, imaplib.IMAP4.abort)


def _date(about: bytes) -> bytes:
    found = INTERNAL_DATE.search(about)
    if found is None:
        raise Refused("De server gaf van een bericht geen moment van ontvangst (INTERNALDATE).")
    return found[1]


def _moment(about: bytes) -> dt.datetime:
    day, month, rest = _date(about).decode("ascii", "replace").strip().split("-", 2)
    number = MONTHS.index(month.lower()) + 1
    moment = dt.datetime.strptime(f"{int(day)}-{number}-{rest}", "%d-%m-%Y %H:%M:%S %z")
    return moment.astimezone(dt.UTC)


def _batches(numbers: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]
