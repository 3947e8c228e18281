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

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.postgres.mart_tables import Unloadable
from dronten_pipeline.postgres.swap import InTheWay, TooOpen
from dronten_pipeline.release.store import Release

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
    "22021": "een tekst bevat een teken dat de database niet kan bevatten: maak de database met "
    "codering UTF8, of herstel de tekst",
    "25006": "deze server leest alleen: noem in DATALAB_POSTGRES_URL die waar geschreven wordt",
    "22P05": "een tekst bevat een teken dat de database niet kan bevatten: maak de database met "
    "codering UTF8",
    "23502": "rijen houden zich niet aan het contract: meld dit als fout van het programma",
    "23505": "rijen houden zich niet aan een sleutel: verbeter het model van de tabel",
    "28000": "de rol mag niet aanmelden: kijk in pg_hba.conf van de server",
    "28P01": "het wachtwoord is fout: verbeter DATALAB_POSTGRES_URL",
    "3D000": "die database is er niet: maak haar, of verbeter DATALAB_POSTGRES_URL",
    "42501": "de rol mist een recht: geef wat docs/data-engineer.md noemt",
    "42P07": "een tabel van een ander heeft die naam: haal haar weg, of noem een ander schema met "
    "DATALAB_POSTGRES_SCHEMA",
    "53100": "de schijf van de server is vol: maak ruimte",
    "53300": "de server heeft geen verbinding meer over: probeer het later opnieuw",
    "55P03": "iemand houdt de tabellen van de uitgave vast: laat die transactie beëindigen",
    "57P01": "de server sloot de verbinding: probeer het opnieuw",
    "57P02": "de server viel uit: kijk in zijn log (ook een volle schijf doet dat) en probeer het "
    "opnieuw",
    "57P03": "de server start, stopt of herstelt: probeer het over een minuut opnieuw",
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
                f"PostgreSQL was na {seconds:.0f} seconden niet klaar en de verbinding is "
                "verbroken: kijk of de server hangt, of verhoog DATALAB_POSTGRES_TIMEOUT_SECONDS."
            ) from error
        raise
    finally:
        timer.cancel()


def _parameters(settings: Settings) -> dict[str, Any]:
    if settings.postgres_url is None:
        raise PostgresError("Er is geen PostgreSQL genoemd: zet DATALAB_POSTGRES_URL.")
    with contextlib.suppress(psycopg.ProgrammingError):
        parameters = conninfo_to_dict(settings.postgres_url.get_secret_value())
        if all(
            re.fullmatch(pattern, str(parameters.get(name, "")))
            for name, pattern in SHOWN_PARTS.items()
        ):
            return parameters
    # Its parts are not quoted: a password with an @ or a / in it ends up in any of them.
    raise PostgresError(
        "DATALAB_POSTGRES_URL is geen adres van PostgreSQL: schrijf "
        "postgresql://rol:wachtwoord@server:5432/database, met %40 voor een @ en %2F voor een / "
        "in het wachtwoord."
    )


@contextlib.contextmanager
def explained(settings: Settings, release: Release | None) -> Iterator[None]:
    """Turns whatever goes wrong into one sentence without secrets."""
    stands = (
        f" Uitgave {release.release_id} staat er als bestanden; PostgreSQL toont wat het toonde. "
        "De volgende run probeert het opnieuw, of `datalab postgres load`."
        if release
        else ""
    )
    try:
        yield
    except PostgresError as error:
        raise PostgresError(f"{error}{stands}") from None
    except InTheWay as error:
        raise PostgresError(
            f"De uitgave is geladen, maar kon niet getoond worden: {error}. Laat die transactie "
            f"beëindigen.{stands}"
        ) from None
    except TooOpen as error:
        raise PostgresError(
            f"De uitgave is niet getoond: {error}. Neem weg wat haar dat geeft, zoals het "
            f"lidmaatschap van een rol die meer leest.{stands}"
        ) from None
    except Unloadable as error:
        raise PostgresError(f"{error}{stands}") from None
    except (psycopg.Error, duckdb.Error, OSError) as error:
        code = getattr(error, "sqlstate", None) or next(
            (code for words, code in REFUSALS.items() if re.search(words, str(error))), None
        )
        said = masked(settings, str(error)).strip().splitlines() or [type(error).__name__]
        advice = ADVICE.get(code or "", "kijk of de server er is en probeer het opnieuw")
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
