"""A home of which one source is pulled from a server of the test."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dronten_pipeline.connect.pull import Outcome, pull
from dronten_pipeline.core.settings import PROJECT, Settings
from tests.connect_servers import open_klant, open_zaak

NOON = dt.datetime(2026, 7, 8, 10, 0, tzinfo=dt.UTC)

SECRETS = {
    "DATALAB_CUSTOMER_CONTACT_TOKEN": open_klant.TOKEN,
    "DATALAB_CASE_SYSTEM_SECRET": open_zaak.SECRET,
}
#: What each source asks of the server of a test, beside its address.
DECLARED: Mapping[str, Mapping[str, Any]] = {
    "customer_contact": {"kind": "klantinteracties"},
    "case_system": {
        "kind": "zgw",
        "client_id": open_zaak.CLIENT_ID,
        "case_types": {
            "VERG": {
                "zaaktype": "vergunning",
                "verdeeld": "Verdeeld",
                "eigenschappen": {"vergunning_einddatum": "Geldig tot"},
            },
            "MELD": {"zaaktype": "toezichtmelding"},
        },
        "kanalen": {"Website": "digitaal"},
        "teams": {"VTH": "Vergunningen"},
    },
}


class Home:
    """A home, and the contracts of sources that are pulled."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder / "home", sources=folder / "sources")
        self.now = NOON

    def declare(self, source: str, document: Mapping[str, Any], **tables: Any) -> None:
        """Writes connector.yml, and a contract of which every table delivers everything."""
        folder = self.settings.sources / source
        folder.mkdir(parents=True, exist_ok=True)
        contract = (PROJECT / "sources" / source / "source.yml").read_text(encoding="utf-8")
        # YAML is read slowly, and JSON is YAML too.
        said = "".join(
            f"\n    {name}: {json.dumps(value)}"
            for name, value in {"delivers": "everything", **tables}.items()
        )
        (folder / "source.yml").write_text(re.sub(r"(?m)^(  - name: .*)$", rf"\1{said}", contract))
        (folder / "connector.yml").write_text(json.dumps({"requests_per_second": 1000, **document}))

    def ask(self, source: str, address: str, **more: Any) -> None:
        """Declares a source of DECLARED, asked at this address."""
        self.declare(source, {"address": address, **DECLARED[source], **more})

    def pull(self, source: str, **options: Any) -> Outcome:
        return pull(self.settings, source, now=lambda: self.now, **options)

    def landed(self, source: str) -> list[str]:
        return sorted(path.name for path in (self.settings.landing_folder / source).glob("*"))

    def content(self, source: str, name: str) -> str:
        return (self.settings.landing_folder / source / name).read_text(encoding="utf-8")

    def table(self, source: str, table: str) -> list[dict[str, str]]:
        """The records of the last file of a table, as text."""
        import csv

        folder = self.settings.landing_folder / source
        path = max(folder.glob(f"{table}_*.csv"), key=lambda path: path.name)
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def bytes(self) -> bytes:
        """All that stands under the home, with the names of files."""
        files = list(self.settings.home.rglob("*"))
        return b"\n".join(
            str(path).encode() + b"\n" + (path.read_bytes() if path.is_file() else b"")
            for path in files
        )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Home(tmp_path)


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which take no time."""
    pauses: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=pauses.append))
    return pauses
