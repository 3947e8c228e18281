"""The page that tells a supplier what to deliver: one HTML file that needs nothing else.

Here belongs: what stands on it. Not here: its layout (`page.html.j2`), or how things are said
(`core/words.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dronten_pipeline.contracts.sources import Source, Table
from dronten_pipeline.supplier import examples, odcs, words

TEMPLATE = "page.html.j2"


def render(source: Source) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(TEMPLATE).render(
        source=source,
        version=odcs.version(source),
        cadence=words.CADENCES[source.cadence],
        formats=words.formats(source),
        nothing=words.NOTHING,
        counts=words.when_it_counts(source),
        loss=words.loss(source),
        tables=[_table(table) for table in source.tables],
        has_end=any(column.is_end for table in source.tables for column in table.columns),
        has_documents=any(table.document_column for table in source.tables),
    )


def _table(table: Table) -> dict[str, Any]:
    return {
        "about": table,
        "columns": [
            {
                "about": column,
                "type": words.TYPES[column.type],
                "how": words.how(column),
                "example": examples.value(column, table),
                "kept": words.KEPT[column.personal_data],
            }
            for column in table.columns
        ],
        "versions": words.versions(table),
        "trailer": examples.trailer(table, examples.RECORDS),
        "rules": [reject.reason for reject in table.rejects],
    }
