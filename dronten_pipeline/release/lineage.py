"""What a release keeps of how its figures were computed: `proof/`.

Here belongs the SQL as it ran, what reads what, and the few small tables beside the deliveries.
Not here: running it again (`recompute.py`). `proof/` holds

    lineage.json    every model: its SQL with all parameters filled in, what it reads, its tests
    kept/           the reviewed tables (register of KPIs, targets, calendar), and what a model in
                    Python made: which figures about people are published, as fct_kpi_value says
    run/            what the run knew of itself, its sources and the release before
    shape/          the columns of each delivered table, without rows

so that a later version of the code, or none at all, can compute the figures of this release from
the raw files that its manifest names. No delivered record stands in it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import BaseModel, ConfigDict

from dronten_pipeline.core.database import OFFLINE, identifier, literal
from dronten_pipeline.core.durable import canonical_json, write_durably
from dronten_pipeline.core.run_files import WAREHOUSE
from dronten_pipeline.ingest.snapshot import WITHOUT_ROWS

PROOF = "proof"
LINEAGE = "lineage.json"

#: What stands for a folder in the kept SQL; the rest of a path says nothing about a figure.
RAW, PREVIOUS = "${RAW}", "${PREVIOUS}"
_TABLE_OF_A_RUN = "run__"
#: What figures are made of; the others count delivered rows, which are not published of people.
_OF_FIGURES = ("run__context", "run__previous", "run__source")
#: The file in a folder of raw/current that holds the columns and no rows (`ingest/snapshot.py`).


class Node(BaseModel):
    """One table or view between the deliveries and the figures.

    `reads` holds ids of other nodes; of a delivery `schema_name` is the source. What `is_kept`
    stands with the release as a table: a seed, and what a model in Python made, which has no SQL.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["model", "seed", "source"]
    name: str
    schema_name: str
    is_view: bool = False
    is_kept: bool = False
    sql: str | None = None
    reads: tuple[str, ...] = ()


class Test(BaseModel):
    """The outcome of one test that dbt did while it built."""

    model_config = ConfigDict(frozen=True)

    name: str
    on: tuple[str, ...]
    status: str
    failures: int | None = None


class Lineage(BaseModel):
    """All nodes of one release by the id that dbt gave them."""

    model_config = ConfigDict(frozen=True)

    nodes: dict[str, Node]
    tests: tuple[Test, ...] = ()

    def id_of(self, name: str) -> str | None:
        """The id of the model or seed with this name."""
        found = (key for key, node in self.nodes.items() if node.name == name)
        return next((key for key in found if self.nodes[key].kind != "source"), None)

    def upstream(self, ids: Iterable[str], without: Iterable[str] = ()) -> list[str]:
        """Everything that these nodes are made of and they themselves, what is read first first.

        Args:
            without: nodes that are neither taken along nor followed.
        """
        left_out, order, seen = set(without), [], set()

        def visit(key: str) -> None:
            if key in seen or key in left_out or key not in self.nodes:
                return
            seen.add(key)
            # What is kept as a table is not made again, so what it was made of is not needed.
            for parent in () if self.nodes[key].is_kept else self.nodes[key].reads:
                visit(parent)
            order.append(key)

        for one in ids:
            visit(one)
        return order

    def tables_behind(self, name: str) -> list[tuple[str, str]]:
        """Source and table of every delivered table that a model is made of."""
        key = self.id_of(name)
        nodes = [self.nodes[one] for one in self.upstream([key])] if key else []
        return sorted(
            {
                (node.schema_name, node.name)
                for node in nodes
                if node.kind == "source" and not is_about_run(node)
            }
        )


def is_about_run(node: Node) -> bool:
    """Whether a source is what the run knows of itself, and no delivery."""
    return node.kind == "source" and node.schema_name == "run"


def read_lineage(release: Path) -> Lineage | None:
    """What a release keeps, None for one from before it was kept."""
    path = release / PROOF / LINEAGE
    return Lineage.model_validate_json(path.read_bytes()) if path.is_file() else None


def keep_proof(
    *,
    run_folder: Path,
    target: Path,
    known: Path,
    raw_current: Path,
    previous_parquet: str,
) -> None:
    """Writes `proof/` beside the warehouse of a run, right after dbt built it.

    Args:
        target: where dbt wrote `manifest.json` and `run_results.json` of this build.
        known: file with the lineage of the build before; of a part that was built alone the rest
            comes from it.
        previous_parquet: the path that the models read the release before from; empty for none.
    """
    proof = run_folder / PROOF
    shutil.rmtree(proof, ignore_errors=True)
    (proof / "run").mkdir(parents=True)
    before = Lineage.model_validate_json(known.read_bytes()).nodes if known.is_file() else {}
    lineage = _lineage(
        json.loads((target / "manifest.json").read_bytes()),
        json.loads((target / "run_results.json").read_bytes()),
        before,
        {str(raw_current): RAW, **({previous_parquet: PREVIOUS} if previous_parquet else {})},
    )
    content = canonical_json(lineage.model_dump())
    write_durably(known, content)
    write_durably(proof / LINEAGE, content)
    for folder in sorted(raw_current.iterdir()):
        if folder.name in _OF_FIGURES:
            shutil.copyfile(folder / "1.parquet", proof / "run" / f"{folder.name}.parquet")
        elif not folder.name.startswith(_TABLE_OF_A_RUN) and (folder / WITHOUT_ROWS).is_file():
            (proof / "shape").mkdir(exist_ok=True)
            shutil.copyfile(folder / WITHOUT_ROWS, proof / "shape" / f"{folder.name}.parquet")
    _keep_tables(run_folder / WAREHOUSE, lineage, proof / "kept")


def _lineage(
    of_dbt: Mapping[str, Any],
    results: Mapping[str, Any],
    before: Mapping[str, Node],
    folders: Mapping[str, str],
) -> Lineage:
    nodes: dict[str, Node] = {}
    for key, one in of_dbt["nodes"].items():
        if one["resource_type"] not in ("model", "seed"):
            continue
        if one["config"]["materialized"] == "ephemeral":  # its SQL stands in that of its readers
            continue
        sql = one.get("compiled_code")
        is_sql = one.get("language") == "sql" and sql is not None
        if sql is None and one["resource_type"] == "model":
            if key in before:
                nodes[key] = before[key]
            continue
        nodes[key] = Node(
            kind=one["resource_type"],
            name=one["alias"],
            schema_name=one["schema"],
            is_view=one["config"]["materialized"] == "view",
            is_kept=not is_sql,
            sql=_without(sql, folders) if is_sql else None,
            reads=tuple(sorted(set(one["depends_on"].get("nodes", [])))),
        )
    for key, one in of_dbt["sources"].items():
        # The release before is no delivery: the SQL names its place by ${PREVIOUS}.
        if one["source_name"] == "previous_release":
            continue
        nodes[key] = Node(kind="source", name=one["name"], schema_name=one["source_name"])
    tests = {key: one for key, one in of_dbt["nodes"].items() if one["resource_type"] == "test"}
    outcomes = [
        Test(
            name=tests[result["unique_id"]]["name"],
            on=tuple(sorted(set(tests[result["unique_id"]]["depends_on"]["nodes"]))),
            status=str(result["status"]),
            failures=result.get("failures"),
        )
        for result in results["results"]
        if result["unique_id"] in tests
    ]
    return Lineage(nodes=nodes, tests=tuple(sorted(outcomes, key=lambda test: test.name)))


def _without(sql: str, folders: Mapping[str, str]) -> str:
    for folder, placeholder in folders.items():
        sql = sql.replace(folder, placeholder)
    return sql.strip()


def _keep_tables(warehouse: Path, lineage: Lineage, folder: Path) -> None:
    folder.mkdir()
    with duckdb.connect(str(warehouse), read_only=True, config=OFFLINE) as connection:
        for node in lineage.nodes.values():
            if not node.is_kept:
                continue
            name = f"{identifier(node.schema_name)}.{identifier(node.name)}"
            connection.execute(
                f"COPY (SELECT * FROM {name} ORDER BY ALL) "
                f"TO {literal(folder / f'{node.name}.parquet')} (FORMAT parquet)"
            )
