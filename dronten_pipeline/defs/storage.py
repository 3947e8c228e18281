"""How Dagster's own SQLite files are written: fast, because nothing in them is proof.

A run stores some thousands of events. Dagster opens the file anew for each of them, prepares
every statement again and waits for the disk; that takes longer than the pipeline itself. A
process that dies loses nothing by what is done here; a machine that loses power may lose the last
events of a run, but leaves files that are whole.

Not here: which folder that is (`dagster.yaml`), and files that are damaged all the same
(`pipeline/dagster_home.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorageWatchdog
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from dronten_pipeline.web.guarded import refuse_unguarded

#: Files that stay open: a run writes to two, the web server looks into those of many runs.
OPEN_FILES = 8
#: Seconds that a statement waits for another process, as Dagster itself has it.
BUSY_SECONDS = 30


class EventLog(SqliteEventLogStorage):
    """Dagster's event log that keeps its files open."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, sqlalchemy.Engine] = {}
        self._tables: set[str] = set()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._db_lock:
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
