"""What the tests of the gate and of what follows on it share."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronten_pipeline.core.run_files import VERDICT
from dronten_pipeline.gate import gate, judge


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judges in this process: importing Great Expectations again for each test takes too long."""

    def run_judge(run_folder: Path, timeout: int, on_progress: object) -> None:
        request = judge.Request.model_validate_json((run_folder / gate.REQUEST).read_text())
        verdict = judge.judge(request)
        (run_folder / VERDICT).write_text(verdict.model_dump_json())

    monkeypatch.setattr(gate, "_run_judge", run_judge)
