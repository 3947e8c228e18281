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
    deliveries,
    explain,
    postgres,
    releases,
    run,
    status,
    upkeep,
    verify,
)
from dronten_pipeline.commands.terminal import (
    OWN_ERROR,
    about_full_disk,
    disk_is_full,
    say_problem,
)
from dronten_pipeline.contracts import ContractError
from dronten_pipeline.leesniveau.command import app as leesniveau
from dronten_pipeline.settings import Settings, current_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Datalab Dronten: van geleverde bestanden naar gepubliceerde cijfers.",
)
for command in (
    run.run,
    status.status,
    deliveries.check,
    releases.releases,
    releases.rollback,
    releases.prune,
    approve.approve,
    explain.explain,
    verify.verify,
    verify.keys,
    deliveries.erase,
    run.dev,
    upkeep.doctor,
    upkeep.data_docs,
    upkeep.dictionary,
    upkeep.contract,
):
    app.command()(command)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(upkeep.dbt)
app.add_typer(postgres.app, name="postgres")
app.add_typer(leesniveau, name="leesniveau")


def main() -> None:
    """Runs a command; a mistake of the operator is a sentence, not a stack of calls."""
    try:
        app()
    except ContractError as error:
        say_problem(error)
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        for wrong in error.errors():
            name = f"DATALAB_{'_'.join(map(str, wrong['loc']))}".upper()
            say_problem(f"{name} is {wrong['input']!r}: {wrong['msg']}. Verbeter de instelling.")
    except Exception as error:
        settings = current_settings()
        if not disk_is_full(settings, error):
            raise
        say_problem(about_full_disk(settings, error))
    else:
        return
    sys.exit(OWN_ERROR)


if __name__ == "__main__":
    main()
