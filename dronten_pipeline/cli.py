"""`datalab`: what a data engineer types.

Here belongs which commands there are, and what becomes of a mistake. Not here: what a command does
(`commands/`, `leesniveau/`): each calls one function and prints its answer. Heavy packages are
imported by the command that needs them, so that `datalab --help` answers at once.
"""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from dronten_pipeline.commands import (
    approve,
    approvers,
    deliveries,
    endings,
    explain,
    new,
    postgres,
    pull,
    ratify,
    releases,
    run,
    status,
    upkeep,
    verify,
    web,
)
from dronten_pipeline.commands.supervisor import Stopped, stops_are_raised
from dronten_pipeline.commands.terminal import OWN_ERROR, say_problem
from dronten_pipeline.core.permissions import keep_private
from dronten_pipeline.core.settings import Settings, current_settings
from dronten_pipeline.leesniveau.command import app as leesniveau

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Datalab Dronten: van geleverde bestanden naar gepubliceerde cijfers.",
)
for command in (
    run.run,
    pull.pull,
    status.status,
    deliveries.check,
    releases.releases,
    releases.rollback,
    releases.withdraw,
    releases.prune,
    approve.approve,
    approvers.approvers,
    ratify.ratify,
    explain.explain,
    verify.verify,
    verify.keys,
    deliveries.accept,
    deliveries.erase,
    web.dev,
    web.web,
    upkeep.doctor,
    upkeep.data_docs,
    upkeep.dictionary,
    upkeep.contract,
):
    app.command()(command)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(upkeep.dbt)
app.add_typer(new.app, name="new")
app.add_typer(postgres.app, name="postgres")
app.add_typer(leesniveau, name="leesniveau")


def main() -> None:
    """Runs a command; whatever ends it is a sentence, not a stack of calls."""
    keep_private()
    stops_are_raised()
    try:
        app()
    except ValidationError as error:
        if error.title != Settings.__name__:
            sys.exit(endings.end(current_settings(), error))
        for wrong in error.errors():
            name = f"DATALAB_{'_'.join(map(str, wrong['loc']))}".upper()
            why = wrong["msg"].removeprefix("Value error, ")
            say_problem(f"{name} is {wrong['input']!r}: {why}. Verbeter de instelling.")
        sys.exit(OWN_ERROR)
    except Exception as error:
        sys.exit(endings.end(current_settings(), error))
    except Stopped as stopped:
        ending = endings.of_a_signal(current_settings(), stopped.number)
        say_problem(ending.sentence, ending.lead)
        sys.exit(ending.code)


if __name__ == "__main__":
    main()
