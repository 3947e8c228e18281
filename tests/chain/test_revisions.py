"""A later release says what it changed, and the same steps elsewhere give the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from dronten_pipeline.audit.explain.figure import explain
from dronten_pipeline.audit.verify import verify
from dronten_pipeline.core.settings import Settings
from tests.chain.deliveries import csv, current, vote
from tests.conftest import Datalab

pytestmark = pytest.mark.slow  # five runs

AS_OF = "2026-03-31"
ABOUT_THE_RUN = {"data_quality", "publication", "source_delivery"}


def deliver_and_run(datalab: Datalab, home: Path, name: str, positive: int) -> None:
    votes = [vote(n, answer="ja" if n < positive else "nee") for n in range(20)]
    csv(home / "landing" / "website_feedback" / name, votes)
    ran = datalab("run", home=home, as_of=AS_OF)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def figures(home: Path) -> dict[str, str]:
    """SHA-256 of every table that says nothing of the run itself."""
    folder = home / "releases" / "current" / "parquet"
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("*.parquet")
        if path.stem not in ABOUT_THE_RUN
    }


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory, datalab: Datalab) -> tuple[Path, Path]:
    """Two homes with the same first release, to which the same correction is delivered."""
    here, there = (tmp_path_factory.mktemp(name) / "home" for name in ("here", "there"))
    deliver_and_run(datalab, here, "votes_1.csv", positive=10)
    shutil.copytree(here, there, symlinks=True)
    for home in (here, there):
        deliver_and_run(datalab, home, "votes_2.csv", positive=12)
    return here, there


def test_a_corrected_delivery_is_shown_as_a_revision(homes: tuple[Path, Path]) -> None:
    revision = current(homes[0], "kpi_revision")
    publication = current(homes[0], "publication").row(0, named=True)
    months = revision.filter(revision["period_grain"] == "month").sort("dimension")
    assert months.select("kpi_id", "dimension", "old_value", "new_value", "cause").rows() == [
        ("website_text_clarity", "page_section", 50.0, 60.0, "delivery"),
        ("website_text_clarity", "total", 50.0, 60.0, "delivery"),
    ]
    assert revision["old_release"].unique().to_list() == [publication["previous_release"]]
    assert revision["new_release"].unique().to_list() == [publication["release_id"]]


def test_a_revision_names_the_delivery_that_caused_it(homes: tuple[Path, Path]) -> None:
    answer = explain(Settings(home=homes[0]), "website_text_clarity", period="2026-03", again=True)
    new, old = answer.history
    assert (old.value, new.value) == (50.0, 60.0)
    assert new.revision.cause == "delivery"
    (delivery,) = new.revision.deliveries
    assert (delivery.file_name, delivery.change) == ("votes_2.csv", "added")
    assert answer.recomputed.all_equal
    report = homes[0] / "releases" / "current" / "controleverslag.html"
    part = report.read_text(encoding="utf-8").split('id="herzien"')[1].split("</section>")[0]
    assert "erbij: website_feedback/votes_2.csv" in part


def test_a_figure_of_an_older_release_is_explained_and_computed_again(
    homes: tuple[Path, Path],
) -> None:
    settings = Settings(home=homes[0])
    new = explain(settings, "website_text_clarity", period="2026-03")
    older = new.history[-1].release_id
    answer = explain(
        settings, "website_text_clarity", period="2026-03", release_id=older, again=True
    )
    assert answer.figure.value == 50.0
    assert [one.file_name for one in answer.deliveries] == ["votes_1.csv"]
    assert answer.recomputed.is_equal
    assert verify(settings).problems == []


def test_the_same_deliveries_after_the_same_release_give_the_same_bytes(
    homes: tuple[Path, Path],
) -> None:
    here, there = (figures(home) for home in homes)
    assert here == there
    assert "kpi_revision" in here


def test_a_run_without_anything_new_leaves_the_revisions_as_they_are(
    homes: tuple[Path, Path], datalab: Datalab
) -> None:
    before = current(homes[0], "kpi_revision")
    again = datalab("run", "--whole", home=homes[0], as_of=AS_OF)
    assert "nothing new" in again.stderr, again.stdout + again.stderr
    assert current(homes[0], "kpi_revision").equals(before)


def test_the_release_says_which_calendar_it_used(homes: tuple[Path, Path]) -> None:
    manifest = homes[0] / "releases" / "current" / "manifest.json"
    assert json.loads(manifest.read_text(encoding="utf-8"))["calendar_version"]
