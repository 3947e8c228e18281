"""A release that by this machine's clock is still to come is said to be so."""

from __future__ import annotations

import datetime as dt

import pytest

from dronten_pipeline.commands.status import of_the_future
from dronten_pipeline.core.settings import LOCAL_TIME
from tests.documents import a_manifest

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=LOCAL_TIME)


@pytest.mark.parametrize(
    ("published", "as_of", "is_sample", "says"),
    [
        ("2026-07-01 11:00:00", "2026-06-30", False, None),
        ("2026-07-01 12:30:00", "2026-07-01", False, None),
        ("2026-07-02 12:00:00", "2026-06-30", False, "gepubliceerd op 02-07-2026 12:00"),
        ("2026-07-01 11:00:00", "2026-07-02", False, "peildatum 02-07-2026"),
        ("2026-07-01 11:00:00", "2026-07-02", True, None),
        ("2026-07-02 12:00:00", "2026-06-30", True, "gepubliceerd op"),
    ],
    ids=["now", "the hour of autumn", "a clock behind", "a day ahead", "sample", "sample ahead"],
)
def test_a_release_of_the_future(
    published: str, as_of: str, is_sample: bool, says: str | None
) -> None:
    manifest = a_manifest("r1", published_at=published, as_of=as_of, is_sample=is_sample)
    said = of_the_future(manifest, NOW)
    assert (said is None) == (says is None)
    assert says is None or (says in (said or "") and "01-07-2026 12:00" in (said or ""))
