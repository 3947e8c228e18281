"""A home with one source, and pulls of it: what tests of every kind of system need."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dronten_pipeline.connect.pull import Outcome, pull
from dronten_pipeline.connect.state import load
from dronten_pipeline.contracts.sources import load_source
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.ingest.raw import ingest_source

#: Stand in what systems hold, and may stand nowhere below a home.
CANARIES = {
    "secret": "zeer/geheim@woord",
    "name": "Kanarina Zanger-Vogelaar",
    "citizen": "123456782",
    "mail": "kanarina.zanger@krant.example",
}


class Home:
    """`settings` of a home with the contract of one source and a connector of one's own."""

    def __init__(self, folder: Path, source: str, connector: dict[str, Any]) -> None:
        self.source = source
        sources = folder / "sources"
        (sources / source).mkdir(parents=True)
        shutil.copy(PROJECT / "sources" / source / "source.yml", sources / source)
        self.folder = sources / source
        self.settings = Settings(home=folder / "home", sources=sources)
        self.connector = connector
        self.configure()

    def configure(self, **changes: Any) -> None:
        self.connector |= changes
        YAML().dump(self.connector, self.folder / "connector.yml")

    def pull(self, **arguments: Any) -> Outcome:
        return pull(self.settings, self.source, **arguments)

    @property
    def landing(self) -> Path:
        return self.settings.landing_folder / self.source

    @property
    def landed(self) -> list[str]:
        """Names in landing, with the folders they are in."""
        paths = self.landing.rglob("*") if self.landing.exists() else []
        return sorted(str(path.relative_to(self.landing)) for path in paths if path.is_file())

    def rows(self, table: str) -> list[dict[str, str]]:
        """Of the latest file of a table."""
        newest = sorted(self.landing.glob(f"{table}_*.csv"))[-1]
        with newest.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def ingested(self) -> tuple[str, int, int]:
        """How the source stands after reading what landed: state, rows that count, rows refused."""
        source = load_source(self.folder / "source.yml")
        outcome = ingest_source(
            self.settings, source, run_id="r1", as_of=dt.date(2026, 6, 1), origin="delivery"
        )
        return outcome.state, outcome.rows_accepted, outcome.rows_quarantined

    @property
    def cursor(self) -> dict[str, Any]:
        return load(self.settings, self.source).cursor

    def holding(self, *words: str) -> list[str]:
        """Files below the home in which one of these words stands."""
        return [
            f"{path.relative_to(self.settings.home)}: {word}"
            for path in sorted(self.settings.home.rglob("*"))
            if path.is_file()
            for word in words
            if word.encode() in path.read_bytes()
        ]


def given(monkeypatch: pytest.MonkeyPatch, source: str, **secrets: str) -> None:
    """Secrets of a source in the environment."""
    for name, value in secrets.items():
        monkeypatch.setenv(f"DATALAB_{source}_{name}".upper(), value)
