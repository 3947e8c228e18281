"""How Dagster's own SQLite files are written: fast, because nothing in them is proof.

A run stores some thousands of events. Dagster opens the file anew for each of them, prepares
every statement again and waits for the disk; that takes longer than the pipeline itself. Here files
stay open, and what checks and outputs say is written together, at most a moment later than it was
said. A process that is killed loses that moment; a machine that loses power may lose the last
events of a run; the files stay whole.

Not here: which folder that is (`dagster.yaml`), and files that are damaged all the same
(`pipeline/dagster_home.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import dagster as dg
import sqlalchemy
from dagster._core.events import ASSET_CHECK_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorageWatchdog,
)
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from dronten_pipeline.web.guarded import refuse_unguarded

#: Files that stay open: a run writes to two, the web server looks into those of many runs.
OPEN_FILES = 8
#: Seconds that a statement waits for another process, as Dagster itself has it.
BUSY_SECONDS = 30
#: What comes by hundreds: of each the row is all there is to store, but for the state of a check.
MANY = frozenset(
    (
        dg.DagsterEventType.ASSET_CHECK_EVALUATION,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
        dg.DagsterEventType.STEP_OUTPUT,
    )
)
#: So many of those are written together, or as many as came in so many seconds.
TOGETHER, LATER_SECONDS = 200, 0.5


class EventLog(SqliteEventLogStorage):
    """Dagster's event log that keeps its files open."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, sqlalchemy.Engine] = {}
        self._tables: set[str] = set()
        self._waiting: list[EventLogEntry] = []
        #: The connections of a batch that is being written, by file.
        self._shared: dict[str, sqlalchemy.Connection] = {}
        # Dagster's own cannot be taken again by who has it, which a batch does.
        self._lock = threading.RLock()
        super().__init__(base_dir)

    def store_event(self, event: EventLogEntry) -> None:
        with self._lock:
            if event.dagster_event_type not in MANY:
                self._write_waiting()
                super().store_event(event)
                return
            self._waiting.append(event)
            if len(self._waiting) >= TOGETHER:
                self._write_waiting()
            elif len(self._waiting) == 1:
                later = threading.Timer(LATER_SECONDS, self._write_later)
                later.daemon = True
                later.start()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        for event in events:
            self.store_event(event)

    def _write_later(self) -> None:
        with suppress(Exception):  # it still waits; whoever stores or reads next hears of it
            self._write_waiting()

    def _write_waiting(self) -> None:
        with self._lock:
            if not self._waiting or self._shared:  # in which case it is being written just now
                return
            try:
                self._write_together(self._waiting)
            finally:
                self._shared.clear()
            self._waiting = []

    def _write_together(self, events: Sequence[EventLogEntry]) -> None:
        """Writes them in one transaction for each file."""
        runs = dict.fromkeys(event.run_id for event in events)
        with ExitStack() as transactions:
            for shard in (*runs, INDEX_SHARD_NAME):
                self._shared[shard] = transactions.enter_context(self._begun(shard))
            rows = [self._event_to_row(event) for event in events]
            for run_id in runs:
                self._shared[run_id].execute(
                    SqlEventLogStorageTable.insert(),
                    [row for row in rows if row["run_id"] == run_id],
                )
            # What checks say stands in the file of all runs as well.
            checks = [
                (event, row)
                for event, row in zip(events, rows, strict=True)
                if event.dagster_event_type in ASSET_CHECK_EVENTS
            ]
            if checks:
                numbers = self._shared[INDEX_SHARD_NAME].scalars(
                    SqlEventLogStorageTable.insert().returning(
                        SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
                    ),
                    [row for _, row in checks],
                )
                for (event, _), number in zip(checks, numbers.all(), strict=True):
                    self.store_asset_check_event(event, number)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._lock:
            if shard in self._shared:
                yield self._shared[shard]
                return
            self._write_waiting()  # who reads sees what was said before
            with self._begun(shard) as connection:
                yield connection

    @contextmanager
    def _begun(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._lock:
            engine = self._engines.pop(shard, None) or _engine(self.conn_string_for_shard(shard))
            self._engines[shard] = engine  # the last one used stands last
            while len(self._engines) > OPEN_FILES:
                self._engines.pop(next(iter(self._engines))).dispose()
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def watch(self, run_id: str, cursor: str | None, callback: Callable[..., Any]) -> None:
        super().watch(run_id, cursor, callback)
        watchdog, watched = self._watchers[run_id][callback]
        # Of a file that stays open, what is new stands in the journal beside it: a page that
        # follows a run would see nothing of it.
        follower = _Follower(self, run_id, callback, cursor)
        observer: Any = self._obs
        observer.add_handler_for_watch(follower, watched)
        observer.remove_handler_for_watch(watchdog, watched)
        self._watchers[run_id][callback] = (follower, watched)

    def has_table(self, table_name: str) -> bool:
        """Asked for every check; a table that exists is never removed."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        self._write_waiting()
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


class _Follower(SqliteEventLogStorageWatchdog):
    """Passes on the events of one run as they are written."""

    def __init__(self, storage: EventLog, run_id: str, callback: Any, cursor: str | None) -> None:
        super().__init__(storage, run_id, callback, cursor)
        self._patterns = [self._log_path, f"{self._log_path}-wal"]

    def on_modified(self, event: Any) -> None:  # noqa: ARG002 - whichever of the two files it was
        self._process_log()


def _engine(address: str) -> sqlalchemy.Engine:
    engine = sqlalchemy.create_engine(address, connect_args={"timeout": BUSY_SECONDS})
    sqlalchemy.event.listen(engine, "connect", _write_ahead)
    return engine


def _write_ahead(connection: Any, _: Any) -> None:
    # Dagster writes ahead to a log; synced at its checkpoints, the file stays whole.
    connection.execute("PRAGMA synchronous = NORMAL")


class Storage(DagsterSqliteStorage):
    """All of Dagster's storage in one folder, with the event log above."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        refuse_unguarded()
        super().__init__(base_dir, inst_data)
        self._event_log_storage = EventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Storage:
        return cls.from_local(inst_data=inst_data, **config_value)
