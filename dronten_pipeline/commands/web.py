"""`datalab dev` and `datalab web`: the web server of Dagster, for one person or behind a proxy.

Not here: what may pass (`web/guard.py`), or how the programs are started (`web/server.py`).
"""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import Annotated

import typer

from dronten_pipeline.commands.run import prepare_dagster_home
from dronten_pipeline.commands.terminal import console, say_problem, stop
from dronten_pipeline.core.settings import Settings, current_settings

#: What the programs behind the server print, in the home.
OUTPUT = "last-server.log"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def dev(
    port: Annotated[int, typer.Option(help="Poort van de webserver.", min=1, max=65535)] = 3000,
) -> None:
    """Start de webserver en de planner van Dagster, voor wie deze terminal ziet.

    De link die verschijnt, opent hem in uw browser; daarna weet de browser wie u bent.
    """
    from dronten_pipeline.web.app import LOGIN
    from dronten_pipeline.web.secret import Entrance

    settings = current_settings()
    entrance = Entrance()

    def link() -> str:
        return f"http://127.0.0.1:{port}{LOGIN}?code={entrance.code}"

    def on_ready() -> None:
        console.print(f"Dagster: {link()}", soft_wrap=True, markup=False)
        console.print("De link werkt een keer. Stoppen met Ctrl-C.")

    def on_entered() -> None:
        console.print(f"Aangemeld. Een andere browser: {link()}", soft_wrap=True, markup=False)

    _serve(
        settings,
        host=LOOPBACK[0],
        port=port,
        cookie=f"datalab_{port}",
        entrance=entrance,
        on_ready=on_ready,
        on_entered=on_entered,
    )


def web(
    host: Annotated[str, typer.Option(help="Adres waarop de proxy hem bereikt.")] = LOOPBACK[0],
    port: Annotated[int, typer.Option(help="Poort van de webserver.", min=1, max=65535)] = 3000,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="Alleen kijken: geen planner, geen enkele opdracht."),
    ] = False,
) -> None:
    """Start de webserver en de planner achter een proxy die zijn gebruikers kent.

    Elk verzoek moet het token tonen: in `Authorization: Bearer`, of in de kop die
    DATALAB_WEB_PROXY_HEADER noemt en die de proxy zet.
    """
    settings = current_settings()

    def on_ready() -> None:
        console.print(
            f"Dagster luistert op {host}:{port}, voor wie het token in {settings.web_token_file} "
            "toont. Stoppen met Ctrl-C.",
            soft_wrap=True,
            markup=False,
        )

    _serve(settings, host=host, port=port, read_only=read_only, on_ready=on_ready)


def _serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    read_only: bool = False,
    cookie: str | None = None,
    **others: object,
) -> None:
    from dronten_pipeline.web.guard import Rules
    from dronten_pipeline.web.secret import TokenError, read_token

    try:
        token = read_token(settings.web_token_file)
    except TokenError as error:
        stop(str(error))
    except OSError as error:
        stop(f"Het token van de webserver is niet te lezen of te maken: {error}.")
    rules = Rules(
        hosts=settings.web_hosts | {f"{name}:{port}" for name in LOOPBACK},
        token=token,
        proxy_header=settings.web_proxy_header and settings.web_proxy_header.lower(),
        cookie=cookie,
        read_only=read_only,
    )
    with contextlib.closing(_listener(host, port)) as listener:
        output = settings.home / OUTPUT
        console.print("De keten wordt geladen (enkele seconden).")
        console.print(f"Wat runs en dbt melden staat in {output}.", soft_wrap=True, markup=False)
        prepare_dagster_home(settings)

        from dronten_pipeline.web.server import PlannerStopped, serve

        try:
            serve(
                listener,
                rules,
                with_planner=not read_only,
                output=output,
                **others,  # type: ignore[arg-type]
            )
        except PlannerStopped as error:
            say_problem(error, "Gestopt.")
            raise typer.Exit(1) from None
    console.print("Gestopt.")


def _listener(host: str, port: int) -> socket.socket:
    """Taken before anything is started: Dagster itself would silently choose another port."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            stop(
                f"Poort {port} is al in gebruik, misschien door een `datalab dev` die nog draait. "
                f"Stop die, of kies een andere: --port {port + 1}."
            )
        stop(f"Op {host}:{port} kan niet geluisterd worden: {error.strerror or error}.")
    return listener
