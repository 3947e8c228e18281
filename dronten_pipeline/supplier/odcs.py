"""The contract of a source in the Open Data Contract Standard (Bitol, 3.1), for other tools.

Here belongs: the words of that standard. Not here: what the contract says, or explaining it to
people (`page.py`).
"""

from __future__ import annotations

import hashlib
import io
from typing import Any

from dronten_pipeline.contracts.sources import Cadence, Column, ColumnType, Source, Table
from dronten_pipeline.supplier import examples, words

API_VERSION = "v3.1.0"

LOGICAL_TYPES: dict[ColumnType, str] = {
    "text": "string",
    "integer": "integer",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
FORMATS = {"date": "dd-MM-yyyy", "timestamp": "dd-MM-yyyy HH:mm:ss"}
#: How often a delivery is promised, with units of the standard.
FREQUENCIES: dict[Cadence, tuple[int, str]] = {
    "daily": (1, "d"),
    "weekly": (7, "d"),
    "monthly": (1, "mo"),
    "quarterly": (3, "mo"),
    "yearly": (1, "y"),
}


def document(source: Source) -> dict[str, Any]:
    """The contract as the objects of ODCS 3.1."""
    found: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"datalab-dronten-{source.name}",
        "name": source.name,
        "version": version(source),
        "status": "active",
        "description": {"purpose": source.description, "limitations": words.loss(source)},
        "schema": [_table(table) for table in source.tables],
        "team": {"name": source.owner},
        "customProperties": _custom(
            system=source.system,
            allowedLoss=source.allowed_loss,
            completeWhen=source.complete_when,
            settleSeconds=source.settle_seconds,
        ),
    }
    if source.cadence in FREQUENCIES:
        many, unit = FREQUENCIES[source.cadence]
        found["slaProperties"] = [{"property": "frequency", "value": many, "unit": unit}]
    return found


def as_yaml(source: Source) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 4096  # a description on one line
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = io.StringIO()
    yaml.dump(document(source), written)
    return written.getvalue()


def version(source: Source) -> str:
    """Is another when something else is read of a delivery."""
    versions = "\n".join(table.version for table in source.tables)
    return hashlib.sha256(versions.encode()).hexdigest()[:12]


def _table(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": table.name,
        "logicalType": "object",
        "physicalType": "file",
        "description": table.description,
        "properties": [_column(column, table) for column in table.columns],
    }
    if table.rejects:
        found["quality"] = [
            {"type": "text", "name": "_".join((one.rule, *one.columns)), "description": one.reason}
            for one in table.rejects
        ]
    more: dict[str, object] = {"delivers": table.delivers}
    if table.delivers == "everything":
        more["allowedShrink"] = table.allowed_shrink
    if table.trailer is not None:
        more["trailer"] = table.trailer
    return found | {"customProperties": _custom(**more)}


def _column(column: Column, table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "logicalType": LOGICAL_TYPES[column.type],
        "physicalType": column.type,
        "description": column.description,
        "required": column.required,
        "examples": [examples.value(column, table)],
    }
    if column.name in table.key:
        found |= {"primaryKey": True, "primaryKeyPosition": table.key.index(column.name) + 1}
    if column.type in FORMATS:
        found["logicalTypeOptions"] = {"format": FORMATS[column.type]}
    if column.personal_data != "none":
        found["classification"] = "confidential"
        found["transformDescription"] = words.KEPT[column.personal_data]
    if column.decimal_mark is not None:
        found["customProperties"] = _custom(decimalMark=column.decimal_mark)
    return found


def _custom(**properties: object) -> list[dict[str, object]]:
    return [{"property": name, "value": value} for name, value in properties.items()]
