"""Under which circumstances something was judged: inputs, definitions, code and engine.

Here belongs what a record of the gate says beside the verdict. Not here: the verdict (`gate/`).
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

from dronten_pipeline.evidence import definitions
from dronten_pipeline.settings import Settings

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


def circumstances(settings: Settings, run_folder: Path, code_version: str) -> dict[str, Any]:
    """What a record of the gate says of how the judged mart came about.

    What cannot be read is null: a gate that fails must be recorded all the same.

    Args:
        run_folder: holds `inputs.json`, written when the warehouse was built.

    Returns:
        code_has_changes  whether files differed from the commit
        engine            versions by package
        inputs            the delivered files: source, table, name, SHA-256, rows, whether it counts
        definitions       the record of what was agreed, and its hash

    Raises:
        LedgerError: a change of a definition could not be recorded.
    """
    try:
        files = json.loads((run_folder / "inputs.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        files = None
    try:
        agreed = definitions.record_definitions(settings)
    except (OSError, ValueError, KeyError):
        agreed = None
    return {
        "code_has_changes": code_version.endswith("+changes"),
        "engine": engine(),
        "inputs": files,
        "definitions": agreed,
    }


def engine() -> dict[str, str]:
    """Versions of what computes and judges, by package."""
    return {name: version for name in ENGINE if (version := _version(name)) is not None}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
