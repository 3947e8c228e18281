"""One KPI of one release, computed again from its raw files.

Here belongs running the kept SQL over the files that the manifest names, in a folder of its own.
Not here: comparing the answer with what was published (`audit/explain/`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from dronten_pipeline.core.database import OFFLINE, identifier, literal
from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.run_files import WAREHOUSE
from dronten_pipeline.release.lineage import PREVIOUS, PROOF, RAW, Lineage, Node, is_about_run
from dronten_pipeline.release.manifest import Input, read_manifest

#: The table that a release publishes its figures in.
FIGURES = "fct_kpi_value"


class RecomputeError(RuntimeError):
    """It cannot be computed again; the message says what is missing, in Dutch."""


def recompute(
    *, release: Path, lineage: Lineage, kpi_id: str, raw: Path, releases: Path
) -> pl.DataFrame:
    """All figures of one KPI, with the columns of fct_kpi_value, computed from raw files.

    Args:
        release: its folder, with manifest and `proof/`.
        raw: the folder to which the raw paths in the manifest are relative.
        releases: where the release before it stands, of which a stopped source keeps figures.

    Raises:
        RecomputeError: a file is gone or is not the one of then, or the SQL cannot be run.
    """
    manifest = read_manifest(release)
    order, others = _plan(lineage, kpi_id)
    with tempfile.TemporaryDirectory(prefix="datalab-") as name:
        folder = Path(name)
        for key in order:
            node = lineage.nodes[key]
            if node.kind == "source":
                _lay_out(node, folder / "raw", release / PROOF, raw, manifest.inputs)
        previous = manifest.previous_release
        places = {
            RAW: str(folder / "raw"),
            PREVIOUS: str(releases / previous / "parquet") if previous else "",
        }
        try:
            # The name of the file is the name by which the SQL knows its tables.
            with duckdb.connect(str(folder / WAREHOUSE), config=OFFLINE) as connection:
                for key in order:
                    _build(connection, lineage, key, others, places, release / PROOF)
                return connection.execute(
                    f"SELECT * FROM {FIGURES} WHERE kpi_id = ?", [kpi_id]
                ).pl()
        except duckdb.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise RecomputeError(
                f"De SQL van uitgave {release.name} loopt niet op deze bestanden ({reason})."
            ) from error


def script(lineage: Lineage, kpi_id: str) -> str:
    """The SQL of one KPI from deliveries to figure, to be read or run by hand."""
    order, others = _plan(lineage, kpi_id)
    parts = [
        "-- Van levering tot cijfer, zoals het voor deze uitgave draaide.",
        f"-- {RAW}: raw/current van die run; {PREVIOUS}: parquet/ van de uitgave ervoor.",
    ]
    for key in order:
        node = lineage.nodes[key]
        if node.is_kept:
            parts.append(
                f"create table {_relation(node)} as\n"
                f"select * from 'proof/kept/{node.name}.parquet';"
            )
        elif node.kind == "model":
            what = "view" if node.is_view else "table"
            parts.append(f"create {what} {_relation(node)} as\n{node.sql};")
    left_out = ", ".join(sorted(lineage.nodes[key].name for key in others))
    parts.append(f"-- Leeg gelaten, want zij gaan over andere KPI's: {left_out}.")
    return "\n\n".join(parts) + "\n"


def _plan(lineage: Lineage, kpi_id: str) -> tuple[list[str], set[str]]:
    """What to build, in order, and the models of other KPIs, which stay empty."""
    own, figures = lineage.id_of(f"kpi_{kpi_id}"), lineage.id_of(FIGURES)
    if own is None or figures is None:
        raise RecomputeError(f"Uitgave kent geen model kpi_{kpi_id}: bekijk dim_kpi.")
    needed = lineage.upstream([own])
    schema = lineage.nodes[own].schema_name
    others = {
        key
        for key, node in lineage.nodes.items()
        if node.kind == "model" and node.schema_name == schema and key not in needed
    }
    rest = [key for key in lineage.upstream([figures], without=others) if key not in needed]
    return [*needed, *rest], others


def _build(
    connection: duckdb.DuckDBPyConnection,
    lineage: Lineage,
    key: str,
    others: set[str],
    places: Mapping[str, str],
    proof: Path,
) -> None:
    node = lineage.nodes[key]
    if node.kind == "source":
        return
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(node.schema_name)}")
    if node.is_kept:
        query = f"SELECT * FROM {literal(proof / 'kept' / f'{node.name}.parquet')}"
    else:
        query = str(node.sql)
        for placeholder, folder in places.items():
            query = query.replace(placeholder, folder.replace("'", "''"))
    what = "VIEW" if node.is_view else "TABLE"
    connection.execute(f"CREATE {what} {_relation(node)} AS\n{query}")
    # The union over all KPIs reads the others too: they have the same columns and no rows here.
    for other in others:
        if lineage.nodes[other].schema_name != node.schema_name:
            break
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {_relation(lineage.nodes[other])} AS "
            f"FROM {_relation(node)} LIMIT 0"
        )


def _lay_out(node: Node, folder: Path, proof: Path, raw: Path, inputs: Sequence[Input]) -> None:
    """Puts the files of one delivered table where the SQL looks for them."""
    name = f"{node.schema_name}__{node.name}"
    target = folder / name
    target.mkdir(parents=True)
    if is_about_run(node):
        (target / "1.parquet").symlink_to(proof / "run" / f"{name}.parquet")
        return
    shape = proof / "shape" / f"{name}.parquet"
    if shape.is_file():
        (target / "00000000.parquet").symlink_to(shape)
    files = [
        one
        for one in inputs
        if one.counts and (one.source, one.table) == (node.schema_name, node.name)
    ]
    if not files and not shape.is_file():
        raise RecomputeError(
            f"Van {name} is niets geleverd en geen vorm bewaard: dit is hier niet na te rekenen."
        )
    for one in files:
        path = raw / (one.raw_path or "")
        if not path.is_file():
            raise RecomputeError(
                f"Wat uit {one.file_name} gelezen is ({path}) is er niet meer: het is gewist, "
                "of moet terug uit een reservekopie."
            )
        if one.raw_sha256 not in (None, sha256_of(path)):
            raise RecomputeError(
                f"Wat uit {one.file_name} gelezen is ({path}) is niet meer wat het was: zet het "
                "terug uit een reservekopie."
            )
        number = one.delivery_number
        place = target / (f"{number:08d}.parquet" if number else "1.parquet")
        _link_or_conform(path, place, shape)


def _link_or_conform(path: Path, place: Path, shape: Path) -> None:
    """A file that was read under an older contract gets the columns of then; `ingest/shape.py`."""
    wanted = pl.read_parquet_schema(shape) if shape.is_file() else None
    has = pl.read_parquet_schema(path)
    if wanted is None or all(has.get(name) == dtype for name, dtype in wanted.items()):
        place.symlink_to(path)
        return
    pl.read_parquet(path).select(
        *(
            pl.col(name).cast(dtype, strict=False)
            if name in has
            else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in wanted.items()
        ),
        *(name for name in has if name == "_line" and name not in wanted),
    ).write_parquet(place)


def _relation(node: Node) -> str:
    return f"{identifier(node.schema_name)}.{identifier(node.name)}"
