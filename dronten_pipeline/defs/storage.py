"""How Dagster's own SQLite files are written: fast, because nothing in them is proof.

A run stores some thousands of events, each a transaction. Waiting for the disk after each one
takes longer than the pipeline itself. A process that dies loses nothing by this; a machine that
loses power may lose Dagster's history, never a delivery, a release or the ledger.
"""

from typing import Any

import sqlalchemy


@sqlalchemy.event.listens_for(sqlalchemy.engine.Engine, "connect")
def write_without_waiting(connection: Any, _: Any) -> None:
    if type(connection).__module__ == "sqlite3":
        connection.execute("PRAGMA synchronous = OFF")
