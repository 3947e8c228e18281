"""Under which provenance something was judged: inputs, definitions, code and engine.

Here belongs what a record of the gate says beside the verdict. Not here: the verdict (`gate/`).
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

from dronten_pipeline.core.run_files import INPUTS
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import definitions, rules
from dronten_pipeline.ledger.judgement import InputFile, Provenance

#: What computes and judges; another version of one of these can give another figure.
ENGINE = (
    "dagster",
    "dbt-core",
    "dbt-duckdb",
    "dronten-pipeline",
    "duckdb",
    "great-expectations",
    "polars",
    "pyarrow",
)


def provenance(settings: Settings, run_folder: Path, code_version: str) -> Provenance:
    """What a record of the gate says of how the judged mart came about.

    What cannot be read is null: a gate that fails must be recorded all the same.

    Args:
        run_folder: holds `inputs.json`, written when the warehouse was built.

    Raises:
        LedgerError: a change of a definition could not be recorded.
    """
    try:
        said = json.loads((run_folder / INPUTS).read_text(encoding="utf-8"))
        files = [InputFile.read(one) for one in said["files"]]
    except (OSError, ValueError, KeyError):
        files = None
    try:
        parts = rules.parts(settings)
    except OSError:
        parts = None
    try:
        agreed = definitions.record_definitions(settings)
    except (OSError, ValueError, KeyError):
        agreed = None
    return Provenance(
        code_has_changes=code_version.endswith("+changes"),
        engine=engine(),
        inputs=files,
        definitions=agreed,
        judged_by=parts,
        differs_from_commit=rules.against_commit(parts, code_version) if parts else None,
    )


def engine() -> dict[str, str]:
    """Versions of what computes and judges, by package."""
    return {name: version for name in ENGINE if (version := _version(name)) is not None}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
