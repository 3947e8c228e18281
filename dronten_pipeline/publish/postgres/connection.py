"""Connecting to PostgreSQL, and one sentence for whatever goes wrong there.

Here belongs what every connection gets, how long it may take, and what a person is told. Not here:
what goes over it. The address holds a password and stands in no message, log or record.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import duckdb
import psycopg
from psycopg.conninfo import conninfo_to_dict

from dronten_pipeline.publish.postgres.mart_tables import Unloadable
from dronten_pipeline.publish.postgres.swap import InTheWay, TooOpen
from dronten_pipeline.publish.releases import Release
from dronten_pipeline.settings import Settings

#: What a connection gets when its address does not say otherwise: no wait without an end.
CONNECTION = {
    "application_name": "datalab",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "tcp_user_timeout": "60000",
}

#: The parts of an address that messages show, and what they look like when nothing went wrong.
SHOWN_PARTS = {
    "user": r"[\w.@-]*",
    "host": r"[\w.,:/-]*",
    "port": r"[\d,]*",
    "dbname": r"[\w.-]*",
}

#: What to do, by the code that PostgreSQL gives to an error.
ADVICE = {
    "22021": "a text holds a character that the database cannot hold: make the database with "
    "encoding UTF8, or repair the text",
    "25006": "this server only reads: name the one that writes in DATALAB_POSTGRES_URL",
    "22P05": "a text holds a character that the database cannot hold: make the database with "
    "encoding UTF8",
    "23502": "rows do not keep to the contract: report this as an error of the program",
    "23505": "rows do not keep to a key: correct the model of the table",
    "28000": "the role may not log in: look at the server's pg_hba.conf",
    "28P01": "the password is wrong: correct DATALAB_POSTGRES_URL",
    "3D000": "there is no such database: make it, or correct DATALAB_POSTGRES_URL",
    "42501": "the role lacks a right: give it what docs/data-engineer.md lists",
    "42P07": "a table of somebody else has that name: remove it, or name another schema with "
    "DATALAB_POSTGRES_SCHEMA",
    "53100": "the disk of the server is full: free space",
    "53300": "the server has no connection left: try again later",
    "55P03": "somebody keeps the tables of the release locked: have that transaction ended",
    "57P01": "the server closed the connection: try again",
    "57P02": "the server broke down: see its log (a full disk ends it too), and try again",
    "57P03": "the server is starting, stopping or recovering: try again in a minute",
}

#: A server that refuses a connection says why in words only.
REFUSALS = {
    "password authentication failed": "28P01",
    "permission denied for database": "42501",
    "no pg_hba.conf entry": "28000",
    "not permitted to log in": "28000",
    "database .* does not exist": "3D000",
    "too many (clients|connections)": "53300",
    "connection slots": "53300",
    "the database system is": "57P03",
    "server closed the connection unexpectedly": "57P02",
}


class PostgresError(RuntimeError):
    """PostgreSQL shows what it showed before; the message says why and what to do."""


@contextlib.contextmanager
def connected(settings: Settings) -> Iterator[psycopg.Connection]:
    # It warns of what it could not end on a broken connection, which is told in our words.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    parameters = {**CONNECTION, **_parameters(settings), "client_encoding": "UTF8"}
    connection = psycopg.connect(**parameters, autocommit=True)  # type: ignore[arg-type]
    # A load may wait for its turn, and then for readers.
    limit = settings.postgres_timeout_seconds + 2 * settings.postgres_patience_seconds
    patience = f"{max(1.0, settings.postgres_patience_seconds):.0f}s"
    try:
        with _cut_after(connection, limit):
            connection.execute("SELECT set_config('lock_timeout', %s, false)", [patience])
            yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _cut_after(connection: psycopg.Connection, seconds: float) -> Iterator[None]:
    """Ends the wait for a server that hangs: its system keeps the connection up in its place.

    Raises:
        PostgresError: the work on the connection was not done in time.
    """
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.fileno())) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.Error as error:
        if is_over.is_set():
            raise PostgresError(
                f"PostgreSQL was not done after {seconds:.0f} seconds and the connection was cut: "
                "see whether the server hangs, or raise DATALAB_POSTGRES_TIMEOUT_SECONDS."
            ) from error
        raise
    finally:
        timer.cancel()


def _parameters(settings: Settings) -> dict[str, Any]:
    if settings.postgres_url is None:
        raise PostgresError("No PostgreSQL was named: set DATALAB_POSTGRES_URL.")
    with contextlib.suppress(psycopg.ProgrammingError):
        parameters = conninfo_to_dict(settings.postgres_url.get_secret_value())
        if all(
            re.fullmatch(pattern, str(parameters.get(name, "")))
            for name, pattern in SHOWN_PARTS.items()
        ):
            return parameters
    # Its parts are not quoted: a password with an @ or a / in it ends up in any of them.
    raise PostgresError(
        "DATALAB_POSTGRES_URL is no address of PostgreSQL: write "
        "postgresql://role:password@server:5432/database, with %40 for an @ and %2F for a / in "
        "the password."
    )


@contextlib.contextmanager
def explained(settings: Settings, release: Release | None) -> Iterator[None]:
    """Turns whatever goes wrong into one sentence without secrets."""
    stands = (
        f" Release {release.release_id} stands as files; PostgreSQL shows what it showed before. "
        "The next run tries again, or `datalab postgres load`."
        if release
        else ""
    )
    try:
        yield
    except PostgresError as error:
        raise PostgresError(f"{error}{stands}") from None
    except InTheWay as error:
        raise PostgresError(
            f"The release is loaded, but could not be shown: {error}. Ask them to end their "
            f"transaction.{stands}"
        ) from None
    except TooOpen as error:
        raise PostgresError(
            f"The release was not shown: {error}. Take away what gives it that, such as "
            f"membership of a role that reads more.{stands}"
        ) from None
    except Unloadable as error:
        raise PostgresError(f"{error}{stands}") from None
    except (psycopg.Error, duckdb.Error, OSError) as error:
        code = getattr(error, "sqlstate", None) or next(
            (code for words, code in REFUSALS.items() if re.search(words, str(error))), None
        )
        said = masked(settings, str(error)).strip().splitlines() or [type(error).__name__]
        advice = ADVICE.get(code or "", "see that the server is there and try again")
        raise PostgresError(
            f"PostgreSQL {place(settings)}: {said[0].rstrip('.')}; {advice}.{stands}"
        ) from None


def place(settings: Settings) -> str:
    """Where the server is, as can be shown to anybody."""
    given = _parameters(settings)
    return (
        f"{given.get('user', '')}@{given.get('host', 'localhost')}:{given.get('port', 5432)}"
        f"/{given.get('dbname', '')}"
    )


def masked(settings: Settings, text: str) -> str:
    if settings.postgres_url is None:
        return text
    url = settings.postgres_url.get_secret_value()
    password = str(_parameters(settings).get("password") or "")
    for secret in (url, password, quote(password), quote(password, safe="")):
        if secret:
            text = text.replace(secret, "***")
    return text
