"""What a run read, or that there was nothing to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest.inputs import Inputs, NothingRead, inputs_of
from dronten_pipeline.ingest.outcome import SourceOutcome

from .conftest import AS_OF
from .test_raw import zaken
from .test_snapshot import build

Deliver = Callable[..., Path]
Ingest = Callable[..., SourceOutcome]


def read(settings: Settings, outcome: SourceOutcome) -> Inputs:
    return inputs_of(
        build(settings, outcome),
        [outcome],
        run_id="run-1",
        release_id="20260317-0123456789ab",
        follows=None,
        as_of=AS_OF,
        code_version="abc",
        calendar_version="2026.1",
        origin="delivery",
    )


def test_the_file_that_counts_is_among_them(
    settings: Settings, deliver: Deliver, ingest: Ingest
) -> None:
    deliver("zaken.csv", zaken("z1", "z2"))
    files = read(settings, ingest()).files
    assert [(one.file_name, one.counts, one.rows) for one in files] == [("zaken.csv", True, 2)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<html><body>Log in</body></html>", "Geen enkele levering kon gelezen worden. loket: "),
        (None, "Er staat geen bestand in de mappen van de bronnen."),
    ],
    ids=["nothing that is a table", "nothing at all"],
)
def test_a_run_that_can_read_nothing_says_so(
    settings: Settings, deliver: Deliver, ingest: Ingest, content: str | None, says: str
) -> None:
    if content is not None:
        deliver("zaken.csv", content)
    outcome = ingest()
    with pytest.raises(NothingRead) as raised:
        read(settings, outcome)
    assert says in str(raised.value)
