"""What Dagster asks of dbt is built by the one that was started ahead, and told back to it."""

import json
from pathlib import Path

import dagster as dg
import duckdb
from dagster_dbt import dbt_assets

from dronten_pipeline.contracts.dbt_project import (
    PRODUCTION,
    prepared_manifest,
    start_dbt,
)
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.defs.dbt import Translator, _build

FILES = {
    "dbt_project.yml": "name: small\nprofile: small\n",
    "profiles.yml": """
small:
  target: it
  outputs:
    it: {type: duckdb, path: "{{ env_var('DATALAB_WAREHOUSE') }}"}
""",
    "selectors.yml": """
selectors:
  - name: production
    definition:
      union:
        - {method: fqn, value: "*"}
        - exclude: [{method: fqn, value: not_null_one_number}]
""",
    "models/marts/one.sql": "select 1 as number",
    "models/marts/two.sql": "select number + 1 as number from {{ ref('one') }}",
    "models/marts/marts.yml": """
models:
  - {name: one, columns: [{name: number, data_tests: [not_null, unique]}]}
  - {name: two, columns: [{name: number, data_tests: [not_null]}]}
exposures:
  - {name: readers, type: analysis, owner: {name: Somebody}, depends_on: [ref('two')]}
""",
}


def test_models_and_tests_of_a_run_are_built_by_the_dbt_that_waited(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "dbt" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dbt" / name).write_text(text)
    (tmp_path / "dbt" / "seeds").mkdir()
    settings = Settings(home=tmp_path / "home", dbt_project=tmp_path / "dbt")
    warehouse = settings.warehouse / "latest" / "warehouse.duckdb"
    warehouse.parent.mkdir(parents=True)
    start_dbt(settings)
    manifest = prepared_manifest(settings)

    @dbt_assets(manifest=manifest, selector=PRODUCTION, dagster_dbt_translator=Translator({}, {}))
    def small(context: dg.AssetExecutionContext):
        yield from _build(context, settings, None).stream()

    result = dg.materialize([small])
    made = {event.asset_key.path[-1] for event in result.get_asset_materialization_events()}
    assert made == {"one", "two"}
    checked = {(one.check_name, one.passed) for one in result.get_asset_check_evaluations()}
    assert checked == {("unique_one_number", True), ("not_null_two_number", True)}
    with duckdb.connect(str(warehouse), read_only=True) as built:
        assert built.execute("from two").fetchall() == [(2,)]
    # What a release keeps of how it was computed.
    nodes = json.loads((settings.dbt_build / "manifest.json").read_bytes())["nodes"]
    assert nodes["model.small.one"]["compiled_code"] == "select 1 as number"
    # A part: a new dbt, for that one.
    part = dg.materialize([small], selection=[dg.AssetKey(["mart", "two"])])
    made = {event.asset_key.path[-1] for event in part.get_asset_materialization_events()}
    assert made == {"two"}
