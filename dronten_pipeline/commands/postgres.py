"""`datalab postgres`: the current release, for the readers of PostgreSQL.

Not here: loading it (`postgres/`).
"""

from __future__ import annotations

import typer

from dronten_pipeline.commands.terminal import (
    OWN_ERROR,
    PUBLISHED,
    console,
    say_problem,
    say_warning,
    stop,
)
from dronten_pipeline.core.settings import Settings, current_settings

app = typer.Typer(no_args_is_help=True, help="De uitgave in PostgreSQL.")


@app.command()
def load() -> None:
    """Laadt de uitgave die geldt in PostgreSQL, als die daar nog niet getoond wordt."""
    from dronten_pipeline.pipeline.run import RunUnderWay, alone

    settings = current_settings()
    if settings.postgres_url is None:
        stop("Er is geen PostgreSQL ingesteld: zet het adres in DATALAB_POSTGRES_URL.")
    try:
        with alone(settings, "postgres load"):
            is_loaded = load_release(settings)
    except RunUnderWay as error:
        stop(str(error))
    raise typer.Exit(PUBLISHED if is_loaded else OWN_ERROR)


def load_release(settings: Settings) -> bool:
    """Makes PostgreSQL show the current release, where one is named; False when it failed."""
    if settings.postgres_url is None:
        return True
    from dronten_pipeline.postgres.connection import PostgresError
    from dronten_pipeline.postgres.load import load_current

    try:
        outcome = load_current(settings)
    except PostgresError as error:
        say_lag(error)
        return False
    if outcome is None:
        console.print("Er is nog geen uitgave om in PostgreSQL te laden.")
        return True
    since = "al" if outcome.kind == "held" else "nu"
    console.print(f"PostgreSQL toont {since} uitgave {outcome.release_id}.", soft_wrap=True)
    for warning in outcome.warnings:
        say_warning(warning)
    return True


def forget_release(settings: Settings, release_id: str) -> bool:
    """Takes a withdrawn release out of PostgreSQL, where one is named; False when it failed."""
    if settings.postgres_url is None:
        return True
    from dronten_pipeline.postgres.connection import PostgresError
    from dronten_pipeline.postgres.load import forget

    # The one that holds now takes its place first, so that readers always see one.
    is_loaded = load_release(settings)
    try:
        forget(settings, release_id)
    except PostgresError as error:
        say_problem(error, f"Uitgave {release_id} staat nog in PostgreSQL.")
        return False
    return is_loaded


def say_lag(error: Exception) -> None:
    say_problem(error, "PostgreSQL loopt achter.")
