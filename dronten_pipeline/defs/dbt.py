"""The dbt models, seeds and tests as Dagster assets and checks.

Not here: what a model computes (`dbt_project/`) or how dbt is set up (`contracts/dbt_project.py`).
"""

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    dbt_assets,
)
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_duckdb import DuckDBResource
from packaging import version

from dronten_pipeline.contracts.dbt_project import (
    PRODUCTION,
    environment,
    waiting_dbt,
    what_failed,
)
from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.run_files import INPUTS
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.defs.naming import ENGINEERS, team
from dronten_pipeline.defs.resources import RunResource
from dronten_pipeline.ledger.built import record_built
from dronten_pipeline.pipeline.run import new_run_folder
from dronten_pipeline.release.lineage import keep_proof

PREVIEW_ROWS = 10


class Translator(DagsterDbtTranslator):
    """Places a model in the layer of its folder and gives it the owner of its data."""

    def __init__(self, sources: Mapping[str, Source], kpi_owners: Mapping[str, str]) -> None:
        # One snapshot feeds several dbt sources: what was delivered, and for which day it is read.
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))
        self._sources = sources
        self._kpi_owners = kpi_owners

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([_layer(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return _layer(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        name = dbt_resource_props["name"]
        if owner := self._kpi_owners.get(name.removeprefix("kpi_")):
            return [ENGINEERS, team(owner)]
        source = self._sources.get(name.removeprefix("stg_").split("__")[0])
        return [ENGINEERS, team(source.owner)] if source else [ENGINEERS]


def _layer(properties: Mapping[str, Any]) -> str:
    """The folder below models/, or `register` for seeds."""
    if properties["resource_type"] == "seed":
        return "register"
    if properties["resource_type"] == "source":
        return "raw"
    folder: str = properties["fqn"][1]
    return "mart" if folder == "marts" else folder


def build_dbt_assets(manifest: Path, translator: Translator) -> dg.AssetsDefinition:
    """All models as one step: dbt builds the warehouse of the run."""

    @dbt_assets(
        manifest=manifest,
        selector=PRODUCTION,
        dagster_dbt_translator=translator,
        name="warehouse",
    )
    def warehouse_models(
        context: dg.AssetExecutionContext,
        warehouse: dg.ResourceParam[DuckDBResource],
        run: RunResource,
    ) -> Iterator[Any]:
        settings = run.settings
        # Of a part that was asked for, the rest comes from the run before.
        folder = new_run_folder(settings, context.run.run_id, start_from_latest=context.is_subset)
        inputs = settings.raw_current / INPUTS
        (folder / INPUTS).write_bytes(inputs.read_bytes())
        context.log.info("dbt: building the models and running their tests")
        variables = environment(settings, run.now.comparable_release)
        # That of the run before would answer for a dbt that could not write its own.
        outcome = settings.dbt_build / "run_results.json"
        outcome.unlink(missing_ok=True)
        invocation = _build(context, settings, run.now.comparable_release)
        for event in invocation.stream():
            if isinstance(event, dg.Output | dg.MaterializeResult):
                seconds = event.metadata.get("Execution Duration")
                event = event.with_metadata({**event.metadata, "seconds": seconds})
            yield event
        log = settings.dbt_build / "dbt.log"
        failure = what_failed(outcome, log)
        if failure is not None:  # a test that failed stands above as a check that failed
            raise failure
        # While dbt builds, nobody else may look into the warehouse.
        with warehouse.get_connection() as connection, contextlib.closing(connection):
            for model, rule, records in broken_rules(connection, outcome):
                context.log.debug(f"dbt: {model}: {rule} is not so for {records} records")
        published = {path.stem for path in settings.expectations.glob("*.json")}
        built = _described(warehouse, manifest, translator, settings.raw_current, published)
        for key in context.selected_asset_keys & built.keys():
            yield dg.AssetObservation(key, metadata=built[key])
        context.log.info(f"dbt: {len(built)} tables and views built")
        keep_proof(
            run_folder=folder,
            target=settings.dbt_build,
            known=settings.dbt_target / "lineage.json",
            raw_current=settings.raw_current,
            previous_parquet=variables["DATALAB_PREVIOUS_RELEASE"],
        )
        record_built(settings, folder)

    return warehouse_models


def _build(
    context: dg.AssetExecutionContext, settings: Settings, previous_release: Path | None
) -> DbtCliInvocation:
    """dbt building what Dagster asked for: what `selectors.yml` names for a run, or a part.

    `DbtCliResource` would start a dbt of its own; this one has read the project already.
    """
    asked = get_updated_cli_invocation_params_for_context(
        context=context, manifest={}, dagster_dbt_translator=DagsterDbtTranslator()
    )
    process = waiting_dbt(settings, previous_release).do(
        [
            "build",
            # What a model is to give on invented rows is tried in the tests, not in each run.
            *("--exclude-resource-type", "unit_test"),
            # Who reads a table is not built, and dagster-dbt knows no asset for it.
            *("--exclude-resource-type", "exposure"),
            *asked.selection_args,
        ],
        {
            **environment(settings, previous_release),
            "DBT_TARGET_PATH": str(settings.dbt_build),
            "DBT_LOG_PATH": str(settings.dbt_build),
            "DBT_LOG_FORMAT": "json",
            "DBT_INDIRECT_SELECTION": asked.indirect_selection or "eager",
        },
    )
    return DbtCliInvocation(
        process=process,
        manifest=asked.manifest,
        dagster_dbt_translator=asked.dagster_dbt_translator,
        project_dir=settings.dbt_project,
        target_path=settings.dbt_build,
        raise_on_error=False,
        context=context,
        cli_version=version.parse(metadata.version("dbt-core")),
    )


def broken_rules(
    connection: duckdb.DuckDBPyConnection, outcome: Path
) -> Iterator[tuple[str, str, int]]:
    """Model, rule and number of records, of every test `plausible` that warned.

    Args:
        outcome: `run_results.json`; dbt itself says the sum of all rules of a model.
    """
    for one in json.loads(outcome.read_bytes())["results"]:
        name = one["unique_id"].split(".")[2]
        if one["status"] == "warn" and name.endswith("_is_plausible"):
            for rule, records in connection.sql(one["compiled_code"]).fetchall():
                yield name.removesuffix("_is_plausible"), rule, records


def _described(
    warehouse: DuckDBResource,
    manifest: Path,
    translator: Translator,
    raw_current: Path,
    published: Collection[str],
) -> dict[dg.AssetKey, dict[str, Any]]:
    """Rows, bytes in the warehouse (0 for a view) and a preview of what is published, by asset.

    What lies between a delivery and a published table is never shown; nor is anything when ingest
    suspects that a delivery holds personal data.
    """
    suspected = not pl.read_parquet(raw_current / "run__privacy" / "1.parquet").is_empty()
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    described: dict[dg.AssetKey, dict[str, Any]] = {}
    with warehouse.get_connection() as connection, contextlib.closing(connection):
        present = set(
            connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
        )
        # Asked for each table it would cost five times what there is to count.
        block_size = connection.execute("select block_size from pragma_database_size()").fetchall()
        for node in nodes:
            if (node.get("schema"), node.get("alias")) not in present:
                continue
            relation = connection.sql(f'from "{node["schema"]}"."{node["alias"]}"')
            about: dict[str, Any] = {
                "dagster/row_count": relation.count("*").fetchall()[0][0],
                "bytes": _stored_blocks(connection, node) * block_size[0][0],
            }
            if not suspected and node["name"] in published:
                rows = relation.limit(PREVIEW_ROWS).pl()
                about["preview"] = dg.MetadataValue.md(markdown(rows))
            described[translator.get_asset_key(node)] = about
    return described


def _stored_blocks(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> int:
    """How many blocks of the file a table takes; a view takes none."""
    if node["config"].get("materialized") == "view":
        return 0
    blocks = connection.execute(
        "select count(distinct block_id) filter (where block_id >= 0) from pragma_storage_info(?)",
        [f"{node['schema']}.{node['alias']}"],
    ).fetchall()
    return int(blocks[0][0])


def markdown(frame: pl.DataFrame) -> str:
    """A frame of a few rows as a Markdown table; long texts are cut."""
    cells = frame.select(
        pl.all()
        .cast(pl.String, strict=False)
        .fill_null("")
        .str.slice(0, 60)
        .str.replace_all(r"[|\n\r]", " ")
    )
    lines = [frame.columns, ["---"] * len(frame.columns), *cells.rows()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
