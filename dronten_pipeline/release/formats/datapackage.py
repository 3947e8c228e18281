"""The format for programs that read a description: `datapackage.json` after Frictionless.

Here belongs how the types and promises of the mart are said in Table Schema. Not here: the CSV
files that it describes (`machine_csv.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dronten_pipeline.core.settings import LOCAL_TIME
from dronten_pipeline.release.formats.mart import Column, Mart, Table

NAME = "datapackage.json"

#: Types of DuckDB as Table Schema calls them; what is not in here is a text.
TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "DOUBLE": "number",
    "FLOAT": "number",
    "DECIMAL": "number",
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "UTINYINT": "integer",
    "USMALLINT": "integer",
    "UINTEGER": "integer",
    "UBIGINT": "integer",
}


def export_datapackage(mart: Mart, path: Path) -> None:
    """Writes the description of the CSV files, with the Parquet file of the same rows beside each.

    Raises:
        OSError: the file could not be written.
    """
    document = json.dumps(_package(mart), indent=2, ensure_ascii=False)
    path.write_text(document + "\n", encoding="utf-8")


def _package(mart: Mart) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": "datalab-dronten",
        "id": mart.release_id,
        "title": "Datalab Dronten: KPI's van de gemeente Dronten",
        "description": ("Verzonnen voorbeeld. " if mart.is_sample else "")
        + f"De cijfers op peildatum {mart.as_of.isoformat()}, uitgave {mart.release_id}.",
        "version": mart.contract_version,
        "created": mart.published_at.replace(tzinfo=LOCAL_TIME).isoformat(timespec="seconds"),
        "resources": [_resource(table) for table in mart.tables.values()],
    }


def _resource(table: Table) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "description": table.comment,
        "path": f"csv/{table.name}.csv",
        "parquet": f"parquet/{table.name}.parquet",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\r\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "schema": _schema(table),
    }


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.references:
        schema["foreignKeys"] = [
            {
                "fields": [one.column],
                "reference": {"resource": one.table, "fields": [one.to_column]},
            }
            for one in table.references
        ]
    return schema


def _field(column: Column) -> dict[str, Any]:
    kind = TYPES.get(column.type.split("(")[0], "string")
    field: dict[str, Any] = {"name": column.name, "type": kind, "description": column.comment}
    if kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints: Mapping[str, Any] = {
        **({"required": True} if column.required else {}),
        **({"enum": list(column.values)} if column.values else {}),
    }
    if constraints:
        field["constraints"] = constraints
    return field
