"""Which deliveries can have changed a figure between two releases.

Here belongs comparing what two releases were made of. Not here: the changed figures themselves
(`kpi_revision`, made by dbt).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def changed_deliveries(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    tables: Collection[tuple[str, str]] | None = None,
) -> list[dict[str, Any]]:
    """Files that one release read and the other did not, in the order in which they came.

    Args:
        before, after: manifests; without one before nothing can be compared.
        tables: source and table of the deliveries that matter; None for all.
    """
    if before is None:
        return []
    old, new = _read(before, tables), _read(after, tables)
    return [
        {"source": key[0], "table": key[1], "file_name": name, "sha256": key[2], "change": change}
        for change, here, there in (("added", new, old), ("removed", old, new))
        for key, name in here.items()
        if key not in there
    ]


def _read(
    manifest: Mapping[str, Any], tables: Collection[tuple[str, str]] | None
) -> dict[tuple[str, str, str], str]:
    return {
        (one["source"], one["table"], one["sha256"]): one["file_name"]
        for one in manifest["inputs"]
        if one["counts"] and (tables is None or (one["source"], one["table"]) in tables)
    }
