"""Which deliveries can have changed a figure between two releases.

Here belongs comparing what two releases were made of. Not here: the changed figures themselves
(`kpi_revision`, made by dbt).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dronten_pipeline.core.document import Document
from dronten_pipeline.ledger.judgement import InputFile


class ChangedDelivery(Document):
    """One file that one release read and the other did not; `change` is added or removed."""

    source: str
    table: str
    file_name: str
    sha256: str
    change: str


def changed_deliveries(
    before: Sequence[InputFile] | None,
    after: Sequence[InputFile],
    tables: Collection[tuple[str, str]] | None = None,
) -> list[ChangedDelivery]:
    """Files that one release read and the other did not, in the order in which they came.

    Args:
        before, after: what they read; without a release before nothing can be compared.
        tables: source and table of the deliveries that matter; None for all.
    """
    if before is None:
        return []
    old, new = _read(before, tables), _read(after, tables)
    return [
        ChangedDelivery(source=source, table=table, file_name=name, sha256=sha256, change=change)
        for change, here, there in (("added", new, old), ("removed", old, new))
        for (source, table, sha256), name in here.items()
        if (source, table, sha256) not in there
    ]


def _read(
    inputs: Sequence[InputFile], tables: Collection[tuple[str, str]] | None
) -> dict[tuple[str, str, str], str]:
    return {
        (one.source, one.table, one.sha256): one.file_name
        for one in inputs
        if one.counts and (tables is None or (one.source, one.table) in tables)
    }
