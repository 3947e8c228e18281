"""Invented texts at two levels, and the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dronten_pipeline.core import settings as settings_module
from dronten_pipeline.leesniveau import command
from dronten_pipeline.leesniveau.command import app

EASY = (
    "U kunt een nieuwe pas halen. Kom naar de balie. Neem uw oude pas mee. Wij helpen u graag. "
    "Kunt u niet komen? Bel ons dan. Wij maken een afspraak met u. De pas kost geld. U betaalt aan "
    "de balie. Daarna krijgt u de pas. "
)
HARD = (
    "Naar aanleiding van uw aanvraag inzake de ontheffing van de verplichting tot het verstrekken "
    "van bescheiden wordt u medegedeeld dat de besluitvorming, gelet op de vigerende verordening "
    "en "
    "de daaruit voortvloeiende beperkingen, is opgeschort. "
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two letters, a message that is too short, and a folder that only holds other files."""
    texts = tmp_path / "teksten"
    (texts / "brieven").mkdir(parents=True)
    (texts / "brieven" / "makkelijk.txt").write_text(EASY * 3, encoding="utf-8")
    (texts / "brieven" / "moeilijk.md").write_text(f"# Besluit\n\n{HARD * 9}", encoding="utf-8")
    (texts / "bericht.txt").write_text("Morgen zijn wij dicht. Tot vrijdag!", encoding="utf-8")
    (texts / "plaatje.png").write_bytes(b"\x89PNG")
    return texts


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Types `datalab leesniveau ...` in a home of its own."""
    monkeypatch.setenv("DATALAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATALAB_CALIBRATION", raising=False)
    monkeypatch.setattr(command.console, "width", 200)  # however narrow, and whoever made it first
    settings_module.current_settings.cache_clear()

    def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments], input=stdin)

    yield run
    settings_module.current_settings.cache_clear()
