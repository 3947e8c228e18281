"""`datalab explain`: where one figure comes from, in words or as JSON.

Not here: finding out (`audit/explain/figure.py`) and wording (`audit/explain/words.py`).
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from dronten_pipeline.core.settings import current_settings

ANSWERED, UNKNOWN, DIFFERENT = 0, 1, 5


def explain(
    kpi: Annotated[str, typer.Argument(help="De KPI, bijvoorbeeld callbacks_late.")],
    period: Annotated[
        str | None,
        typer.Option(help="2026, 2026-K1 of 2026-03; leeg: de periode van de stand."),
    ] = None,
    dimension: Annotated[str, typer.Option(help="Uitsplitsing, bijvoorbeeld team.")] = "total",
    value: Annotated[str | None, typer.Option(help="Waarde van de uitsplitsing.")] = None,
    release: Annotated[str | None, typer.Option(help="Uitgave; leeg: die nu geldt.")] = None,
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Bereken het cijfer opnieuw uit de bestanden.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Antwoord als JSON.")] = False,
    script: Annotated[
        bool, typer.Option("--script", help="Alleen de SQL, van levering tot cijfer.")
    ] = False,
) -> None:
    """Zegt waar een cijfer vandaan komt: waarde, definitie, leveringen, SQL, controles, bewijs.

    Eindigt met 0, met 1 als er geen zo'n cijfer is of het niet opnieuw te berekenen is, en met 5
    als de uitgave veranderd is of het cijfer bij herberekening anders uitkomt.
    """
    from dronten_pipeline.audit.explain.figure import ExplainError
    from dronten_pipeline.audit.explain.figure import explain as find_out
    from dronten_pipeline.audit.explain.words import lines
    from dronten_pipeline.ledger.signing import SigningError
    from dronten_pipeline.release.errors import ReleaseError

    try:
        answer = find_out(
            current_settings(),
            kpi,
            period=period,
            dimension=dimension,
            value=value,
            release_id=release,
            again=recompute,
        )
    except (ExplainError, ReleaseError, SigningError) as error:
        typer.secho(f"Fout. {error}", err=True)
        raise typer.Exit(UNKNOWN) from None
    if script:
        typer.echo(answer.sql.script if answer.sql else "-- Deze uitgave bewaarde haar SQL niet.")
    elif as_json:
        typer.echo(json.dumps(answer.written(), ensure_ascii=False, indent=2))
    else:
        for line in lines(answer):
            typer.echo(line)
    is_equal = answer.recomputed.is_equal if answer.recomputed else True
    if is_equal is False or answer.release.changed_files:
        raise typer.Exit(DIFFERENT)
    raise typer.Exit(UNKNOWN if is_equal is None else ANSWERED)
