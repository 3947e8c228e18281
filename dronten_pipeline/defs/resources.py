"""What assets are given: the run that they belong to, and the warehouse.

Run config comes from whoever may start a run in the web server, so it can set the as-of date
and nothing else: no program, folder, executor or variable of the environment. Not here: how the
run's facts are found (`pipeline/run.py`) or how dbt is set up (`contracts/dbt_project.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

import dagster as dg
from dagster_duckdb import DuckDBResource

from dronten_pipeline.connect import delivery
from dronten_pipeline.core.database import OFFLINE
from dronten_pipeline.core.run_files import WAREHOUSE
from dronten_pipeline.core.settings import Settings, current_settings
from dronten_pipeline.pipeline.preflight import begun
from dronten_pipeline.pipeline.run import Run, day_of, describe_run
from dronten_pipeline.release.withdrawal import finish

if TYPE_CHECKING:
    from dronten_pipeline.ledger.bodies import RawEntry


#: All that run config may hold, as the keys that lead there.
DECLARED = ("resources", "run", "config", "as_of")


class UndeclaredConfig(ValueError):
    """Run config held something that is not for a run to choose."""


@dataclass(frozen=True, kw_only=True)
class RunInProgress:
    """The run under way, with one as-of date for all its steps."""

    settings: Settings
    now: Run

    @cached_property
    def believed_raw(self) -> Mapping[str, "RawEntry"]:
        """The raw files that the ledger held when this run began; read once for all sources."""
        from dronten_pipeline.ingest.recorded import believed_raw
        from dronten_pipeline.release.previous import raw_files_of_releases

        return believed_raw(self.settings, self.now.run_id, raw_files_of_releases)


#: As an asset writes it: `run: RunResource`.
RunResource = dg.ResourceParam[RunInProgress]


@dg.resource(
    # A plain string: one of Dagster's own sources would read any variable of the environment.
    config_schema={
        "as_of": dg.Field(
            str,
            is_required=False,
            description="Peildatum (jjjj-mm-dd, bijvoorbeeld 2026-06-30): de dag waarop open werk "
            "beoordeeld wordt. Zonder: DATALAB_AS_OF, anders vandaag; de invoer van het voorbeeld "
            "heeft een vaste dag. Zet hier `resources: {run: {config: {as_of: '2026-06-30'}}}`.",
        )
    },
    description="De run: alleen in zijn map, met één peildatum voor alle stappen.",
)
def run_resource(context: dg.InitResourceContext) -> Iterator[RunInProgress]:
    if context.run:
        refuse_undeclared(context.run.run_config)
    run_id = context.run.run_id if context.run else "no-run"
    given = context.resource_config.get("as_of")
    try:
        day = day_of(given) if given else None
    except ValueError as error:
        raise dg.Failure(f"as_of {error}", allow_retries=False) from None
    settings = current_settings()
    with begun(settings, run_id):
        delivery.finish(settings)
        finish(settings)
        yield RunInProgress(settings=settings, now=describe_run(settings, run_id, day))


def refuse_undeclared(config: Mapping[str, Any]) -> None:
    """Lets the as-of date pass, and what says nothing.

    Dagster's schema of a part of the assets accepts keys that it does not know, and any config for
    a step; so what it lets through is looked at again before the first step.

    Raises:
        UndeclaredConfig: anything else stands in the run config.
    """
    if strange := sorted(set(_leaves(config)) - {DECLARED}):
        names = ", ".join(".".join(keys) for keys in strange)
        raise UndeclaredConfig(
            f"Run config may hold {'.'.join(DECLARED)} and nothing else, not {names}. Remove that "
            "and start again; what a run works with stands in the settings (DATALAB_...)."
        )


def _leaves(value: object, *keys: str) -> Iterator[tuple[str, ...]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, *keys, str(key))
    elif value not in (None, [], ""):
        yield keys


def warehouse_of_run(settings: Settings, context: dg.InitResourceContext) -> DuckDBResource:
    """The warehouse that the run built, for reading only.

    Who asks for a connection closes it too (`contextlib.closing`): after an exception the resource
    itself leaves it open.
    """
    assert context.run is not None
    return DuckDBResource(
        database=str(settings.warehouse / context.run.run_id / WAREHOUSE),
        connection_config={**OFFLINE, "access_mode": "READ_ONLY"},
    )


class NoValues(dg.IOManager):
    """Steps hand each other files; Dagster's own would unpickle values from where config says."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> NoReturn:
        raise NotImplementedError("a step hands on a file, and what it says of it as metadata")

    def load_input(self, context: dg.InputContext) -> NoReturn:
        raise NotImplementedError("a step reads what the step before it wrote")


def build_resources(settings: Settings) -> dict[str, object]:
    """The resources by the names under which assets ask for them."""
    return {
        "run": run_resource,
        "warehouse": dg.ResourceDefinition(
            lambda context: warehouse_of_run(settings, context), config_schema={}
        ),
        "io_manager": dg.IOManagerDefinition(lambda _: NoValues(), config_schema={}),
    }


#: All steps in one process, and no config that says otherwise.
one_process = dg.in_process_executor.configured(
    lambda _: {}, config_schema={}, name=dg.in_process_executor.name
)
