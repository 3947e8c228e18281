"""A run starts when something was delivered, and only then."""

from __future__ import annotations

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from dronten_pipeline.core import settings as all_settings
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.defs import sensors


def test_nothing_delivered_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Settings(home=tmp_path, sources=all_settings.PROJECT / "sources")
    monkeypatch.setattr(sensors, "current_settings", lambda: own)

    def seen() -> object:
        return sensors.delivery_sensor(dg.build_sensor_context())

    assert isinstance(seen(), dg.SkipReason)
    folder = own.landing_folder / "case_system"
    folder.mkdir(parents=True)
    assert isinstance(seen(), dg.SkipReason)
    delivered = folder / "cases.csv"
    delivered.write_text("a\n")
    os.utime(delivered, (time.time() - 86_400,) * 2)
    found = seen()
    assert isinstance(found, dg.SensorResult)
    assert len(found.run_requests or []) == 1
