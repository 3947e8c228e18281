"""Invented sources and ways to deliver to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import raw
from dronten_pipeline.ingest.outcome import SourceOutcome

AS_OF = dt.date(2026, 3, 17)


def source(**changes: object) -> Source:
    """A source with two tables; every type and every kind of personal data occurs."""
    document: dict[str, object] = {
        "name": "loket",
        "description": "Verzonnen bron.",
        "owner": "Team",
        "system": "Systeem",
        "cadence": "monthly",
        "tables": [
            {
                "name": "zaken",
                "description": "Verzonnen zaken.",
                "key": ["zaak_id"],
                "columns": [
                    {"name": "zaak_id", "type": "text", "required": True},
                    {"name": "Datum", "type": "date", "required": True},
                    {"name": "gestart_op", "type": "timestamp"},
                    {"name": "bedrag", "type": "decimal"},
                    {"name": "aantal", "type": "integer"},
                    {"name": "akkoord", "type": "boolean"},
                    {"name": "toelichting", "type": "text", "personal_data": "free_text"},
                    {"name": "klant", "type": "text", "personal_data": "pseudonymise"},
                    {"name": "rd_x", "type": "decimal", "personal_data": "location"},
                ],
            },
            {
                "name": "zaken_extra",
                "description": "Verzonnen tweede tabel.",
                "key": ["code"],
                "columns": [
                    {"name": "code", "type": "text", "required": True},
                    {"name": "naam", "type": "text"},
                ],
            },
        ],
    }
    document |= changes
    for table in document["tables"]:  # type: ignore[attr-defined]
        for column in table["columns"]:
            column.setdefault("description", "Verzonnen kolom.")
    return Source.model_validate(document)


def corpus(**changes: object) -> Source:
    """A source with a list that names documents."""
    columns: list[dict[str, object]] = [
        {"name": "tekst_id", "type": "text", "required": True},
        {"name": "bestand", "type": "text", "required": True, "names_document": True},
    ]
    table = {
        "name": "teksten",
        "description": "Verzonnen lijst.",
        "key": ["tekst_id"],
        "columns": columns,
    }
    return source(name="corpus", tables=[table], **changes)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home",
        landing=tmp_path / "landing",
        pseudonym_key="een verzonnen sleutel",
        sources=tmp_path / "sources",
    )


@pytest.fixture
def deliver(settings: Settings) -> Callable[..., Path]:
    def write(name: str, content: str | bytes, folder: str = "loket") -> Path:
        path = settings.landing_folder / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def ingest(settings: Settings) -> Callable[..., SourceOutcome]:
    def run(run_id: str = "run-1", of: Source | None = None, **more: object) -> SourceOutcome:
        arguments: dict = {"as_of": AS_OF, "origin": "delivery", **more}
        return raw.ingest_source(settings, of or source(), run_id=run_id, **arguments)

    return run
