"""One pull of one source: asked, written, landed and recorded, or nothing of it.

Here belongs the order of a pull, and what makes it needless. Not here: how a kind of system is
asked (`kinds/`), when a pull is due and what follows it (`defs/`), what an operator sees of it
(`commands/pull.py`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dronten_pipeline.connect.connector import Connector, load_connector
from dronten_pipeline.connect.delivery import Delivery, alone, resume
from dronten_pipeline.connect.errors import PullError, Refused, Unchangeable
from dronten_pipeline.connect.session import Session
from dronten_pipeline.connect.state import Landed, State, load, save
from dronten_pipeline.connect.telling import Tell, silent
from dronten_pipeline.contracts.sources import Source, load_source
from dronten_pipeline.core.errors import whereabouts
from dronten_pipeline.core.settings import LOCAL_TIME, Settings
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
    tell: Tell = silent,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Outcome:
    """Fetches one source.

    Args:
        since: asks only what changed since this day, where the kind can.
        dry_run: lands, records and remembers nothing.
        tell: is told how far it is, in Dutch.

    Raises:
        PullError: nothing was landed; the message says why.
        ContractError: connector.yml or source.yml is wrong.
        LedgerError: what was landed could not be recorded.
    """
    source = load_source(settings.sources / name / "source.yml")
    connector, kind = load_connector(settings.sources / name)
    with alone(settings, name):
        resume(settings, name)
        state, begun, moment = load(settings, name), time.monotonic(), now()
        if since is not None and not getattr(kind, "KNOWS_SINCE", False):
            raise Unchangeable(
                f"{name}: kind {connector.kind} vraagt altijd alles op. Laat --since weg."
            )
        session = _session(settings, source, connector, state, moment)
        session.since, session.tell = since, tell
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
            session.close()


def try_login(settings: Settings, name: str) -> str:
    """Asks a system as little as shows that it lets us in; says what it answered.

    Raises:
        PullError, ContractError: as `pull`.
    """
    source = load_source(settings.sources / name / "source.yml")
    connector, kind = load_connector(settings.sources / name)
    moment = dt.datetime.now(dt.UTC)
    session = _session(settings, source, connector, load(settings, name), moment)
    session.until = time.monotonic() + 60
    try:
        return str(kind.try_login(connector, session))
    finally:
        session.close()


def _session(
    settings: Settings,
    source: Source,
    connector: Connector,
    state: State,
    moment: dt.datetime,
) -> Session:
    return Session(
        settings=settings,
        source=source,
        connector=connector,
        state=state,
        delivery=Delivery(settings, source.name),
        stamp=_stamp(settings, source.name, moment),
        until=time.monotonic() + 60 * connector.minutes,
        cursor=dict(state.cursor),
    )


def _stamp(settings: Settings, name: str, moment: dt.datetime) -> str:
    """The moment in the names of the files; no file has one that was given before."""
    taken = {path.stem.rpartition("_")[2] for path in (settings.landing_folder / name).glob("*")}
    stamp = ""
    while not stamp or stamp in taken:
        stamp = moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        moment += dt.timedelta(seconds=1)
    return stamp


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
            f"({whereabouts(error)}). Er is niets geleverd. Vergelijk de "
            "versie van het systeem met docs/connectors.md."
        ) from None


def _outcome(session: Session, begun: float, moment: dt.datetime) -> Outcome:
    today = moment.astimezone(LOCAL_TIME).date()
    before = session.state.landed
    is_same = bool(session.written) and all(
        name in before and before[name].sha256 == one.sha256
        for name, one in session.written.items()
    )
    # Landed again once a day: so the source stays fresh, and ingest says that nothing changed.
    is_needless = not session.delivery.files or (
        is_same
        and not session.copied
        and all(before[name].landed_on == today for name in session.written)
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


def _keep(session: Session, outcome: Outcome, moment: dt.datetime) -> None:
    asked, today = session.asked, moment.astimezone(LOCAL_TIME).date()
    names = {table: f"{table}_{session.stamp}.csv" for table in session.written}
    files: dict[str, str] = {}
    if outcome.landed:
        files |= {names[table]: one.sha256 for table, one in session.written.items()}
        files |= {name: sha256 for name, (_, sha256) in session.copied.items()}
    record = Pull(
        source=outcome.source,
        connector=session.connector.kind,
        begun_at=session.stamp,
        since=session.since.isoformat() if session.since else None,
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
    )
    landed = {
        table: Landed(name=names[table], sha256=one.sha256, records=one.records, landed_on=today)
        for table, one in session.written.items()
    }
    state = State(
        tried_at=moment,
        pulled_at=moment,
        seconds=outcome.seconds,
        landed=session.state.landed | (landed if outcome.landed else {}),
        cursor=session.cursor,
    )
    session.delivery.land(record, state, is_new=bool(outcome.landed))
