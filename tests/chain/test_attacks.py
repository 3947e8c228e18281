"""Whoever may write in the home cannot have another figure published: the whole chain says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from dronten_pipeline.audit.verify import verify
from dronten_pipeline.contracts.expectation_types import RowCount, UnexpectedRows
from dronten_pipeline.contracts.suites import load_suites
from dronten_pipeline.core.settings import PROJECT, Settings
from dronten_pipeline.ledger import bodies, ledger
from tests.chain.deliveries import current
from tests.conftest import Datalab

VOTES = "files/website_feedback/votes"


def copy_of(sample_home: Path, folder: Path) -> Path:
    shutil.copytree(sample_home, folder, symlinks=True)
    return folder


@pytest.mark.slow
def test_edited_raw_is_not_published(sample_home: Path, tmp_path: Path, datalab: Datalab) -> None:
    """Each answer is "ja" in one file; the delivery says otherwise, and is read again."""
    home = copy_of(sample_home, tmp_path / "home")
    path = sorted((home / "raw" / VOTES).glob("*[!s].parquet"))[0]
    path.chmod(0o644)
    pl.read_parquet(path).with_columns(antwoord=pl.lit("ja")).write_parquet(path)
    assert any("website_feedback/votes" in one for one in verify(Settings(home=home)).problems)
    assert datalab("verify", home=home).returncode == 5
    ran = datalab("run", home=home)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Er is niets nieuws" not in ran.stdout
    for name in ("fct_kpi_value", "kpi_status"):
        same = current(home, name).drop("release_id", strict=False)
        assert same.equals(current(sample_home, name).drop("release_id", strict=False))
    assert verify(Settings(home=home)).problems == []


@pytest.mark.slow
def test_weaker_rules_publish_nothing(sample_home: Path, tmp_path: Path, datalab: Datalab) -> None:
    """A judge of one's own choice: of each suite the rule that no suite can do without."""
    home = copy_of(sample_home, tmp_path / "home")
    weak = tmp_path / "expectations"
    weak.mkdir()
    for table, suite in load_suites(PROJECT / "expectations").items():
        counts = [rule for rule in suite.expectations if isinstance(rule.arguments, RowCount)]
        reads = [
            rule
            for rule in suite.expectations
            if rule.severity == "critical"
            and isinstance(rule.arguments, UnexpectedRows)
            and rule.arguments.reads_warehouse
        ]
        kept = suite.model_copy(update={"expectations": counts + reads[:1]})
        (weak / f"{table}.json").write_text(kept.model_dump_json(), encoding="utf-8")
    ran = datalab("run", home=home, expectations=weak)
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "zijn kritische regels weg, verzwakt of anders" in ran.stderr
    assert (home / "releases" / "current").resolve().name == (
        sample_home / "releases" / "current"
    ).resolve().name
    record = next(ledger.records_of(Settings(home=home), bodies.Gate))
    assert record.body.verdict == "failed"
    assert len(record.body.weakened) > 100
    assert record.body.differs_from_commit is None or ("suites" in record.body.differs_from_commit)
    report = home / "warehouse" / "latest" / "controleverslag.html"
    assert "Beoordeeld met andere regels" in report.read_text(encoding="utf-8") or (
        record.body.differs_from_commit is None
    )
