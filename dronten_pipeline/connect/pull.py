"""One pull of one source: asked, written, landed and recorded, or nothing of it.

Here belongs the order of a pull, and what makes it needless. Not here: how a kind of system is
asked (`kinds/`), when a pull is due and what follows it (`defs/`), what an operator sees of it
(`commands/pull.py`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dronten_pipeline.connect.connector import Connector, load_connector
from dronten_pipeline.connect.delivery import Delivery, finish
from dronten_pipeline.connect.errors import MayPass, PullError, Refused
from dronten_pipeline.connect.session import Session
from dronten_pipeline.connect.state import Landed, State, folder, load, save
from dronten_pipeline.contracts.sources import Source, load_source
from dronten_pipeline.core.errors import whereabouts
from dronten_pipeline.core.settings import LOCAL_TIME, Settings
from dronten_pipeline.ledger import ledger
from dronten_pipeline.ledger.bodies import Pull


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a pull brought.

    landed: names of the files that were put in landing; none where the last ones hold the same
        and were landed today.
    records: per table.
    """

    source: str
    landed: tuple[str, ...] = ()
    is_same: bool = False
    records: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    seconds: float = 0


def pull(
    settings: Settings,
    name: str,
    *,
    since: dt.date | None = None,
    dry_run: bool = False,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Outcome:
    """Fetches one source.

    Args:
        since: asks only what changed since this day, where the kind can.
        dry_run: lands, records and remembers nothing.

    Raises:
        PullError: nothing was landed; the message says why.
        ContractError: connector.yml or source.yml is wrong.
        LedgerError: what was landed could not be recorded.
    """
    source = load_source(settings.sources / name / "source.yml")
    connector, kind = load_connector(settings.sources / name)
    with _alone(settings, name):
        finish(settings, [name])
        state, begun, moment = load(settings, name), time.monotonic(), now()
        session = _session(settings, source, connector, state, since, moment)
        session.delivery.begin()
        try:
            _fetch(kind.pull, connector, session)
            outcome = _outcome(session, begun, moment)
            if not dry_run:
                _keep(session, outcome, moment)
            return outcome
        except PullError as error:
            if not dry_run:
                failed = {"tried_at": moment, "failed": str(error)}
                save(settings, name, state.model_copy(update=failed))
            raise
        finally:
            session.delivery.drop()
            for client in session.clients:
                client.__exit__()


def try_login(settings: Settings, name: str) -> str:
    """Asks a system as little as shows that it lets us in; says what it answered.

    Raises:
        PullError, ContractError: as `pull`.
    """
    source = load_source(settings.sources / name / "source.yml")
    connector, kind = load_connector(settings.sources / name)
    moment = dt.datetime.now(dt.UTC)
    session = _session(settings, source, connector, load(settings, name), None, moment)
    session.until = time.monotonic() + 60
    try:
        return str(kind.try_login(connector, session))
    finally:
        for client in session.clients:
            client.__exit__()


def _session(
    settings: Settings,
    source: Source,
    connector: Connector,
    state: State,
    since: dt.date | None,
    moment: dt.datetime,
) -> Session:
    return Session(
        settings=settings,
        source=source,
        connector=connector,
        state=state,
        delivery=Delivery(settings, source.name),
        stamp=moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ"),
        since=since,
        until=time.monotonic() + 60 * connector.minutes,
        cursor=dict(state.cursor),
    )


def _fetch(
    fetch: Callable[[Connector, Session], None], connector: Connector, session: Session
) -> None:
    try:
        fetch(connector, session)
    except (PullError, OSError):
        raise
    except Exception as error:  # what it says may quote what the system gave
        raise Refused(
            f"{session.source.name}: het antwoord was niet wat de vertaling verwacht "
            f"({type(error).__name__} in {whereabouts(error)}). Er is niets geleverd. Vergelijk de "
            "versie van het systeem met docs/connectors.md."
        ) from None


def _outcome(session: Session, begun: float, moment: dt.datetime) -> Outcome:
    today = moment.astimezone(LOCAL_TIME).date()
    before = session.state.landed
    now = _sums(session)
    is_same = bool(now) and all(
        name in before and before[name].sha256 == sha256 for name, (sha256, _) in now.items()
    )
    # Landed again once a day: so the source stays fresh, and ingest says that nothing changed.
    is_needless = not session.delivery.files or (
        is_same and not session.copied and all(before[name].landed_on == today for name in now)
    )
    return Outcome(
        source=session.source.name,
        landed=() if is_needless else tuple(name for _, name in session.delivery.files),
        is_same=is_same,
        records={name: written.records for name, written in session.written.items()},
        counted=dict(session.counted),
        requests=session.asked.requests,
        seconds=round(time.monotonic() - begun, 1),
    )


def _sums(session: Session) -> dict[str, tuple[str, int]]:
    """SHA-256 and records of each table."""
    return {name: (one.sha256, one.records) for name, one in session.written.items()}


def _keep(session: Session, outcome: Outcome, moment: dt.datetime) -> None:
    asked, today = session.asked, moment.astimezone(LOCAL_TIME).date()
    files = {
        name: session.written[table].sha256
        for table in session.written
        if (name := f"{table}_{session.stamp}.csv") in outcome.landed
    } | {name: sha256 for name, (_, sha256) in session.copied.items()}
    if outcome.landed:
        session.delivery.land()
    ledger.append(
        session.settings,
        Pull(
            source=outcome.source,
            connector=session.connector.kind,
            asked=asked.paths,
            versions=session.versions,
            requests=asked.requests,
            retries=asked.retries,
            bytes=asked.bytes,
            seconds=outcome.seconds,
            records=outcome.records,
            counted=outcome.counted,
            same_as_before=outcome.is_same,
            files=files,
        ),
        files,
    )
    landed = {
        table: Landed(
            name=f"{table}_{session.stamp}.csv", sha256=sha256, records=records, landed_on=today
        )
        for table, (sha256, records) in _sums(session).items()
    }
    save(
        session.settings,
        outcome.source,
        State(
            tried_at=moment,
            pulled_at=moment,
            seconds=outcome.seconds,
            landed=session.state.landed | (landed if outcome.landed else {}),
            cursor=session.cursor,
        ),
    )


@contextlib.contextmanager
def _alone(settings: Settings, name: str) -> Iterator[None]:
    """Raises:
    MayPass: this source is being fetched already.
    """
    folder(settings).mkdir(parents=True, exist_ok=True, mode=0o750)
    with (folder(settings) / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MayPass(
                f"{name} wordt al opgehaald, door een ander proces. Wacht tot dat klaar is."
            ) from None
        lock.write(str(os.getpid()))
        yield
