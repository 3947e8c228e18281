"""Each form of a release is known to dbt, and no other."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from dronten_pipeline.core.run_files import REPORT
from dronten_pipeline.core.settings import PROJECT

WITHOUT_TABLES = {"SHA256SUMS", "manifest.json"}


def test_every_form_of_a_release_is_an_exposure(release: Path) -> None:
    described = YAML(typ="safe").load(PROJECT / "dbt_project" / "models" / "exposures.yml")
    files = {one.get("config", {}).get("meta", {}).get("file") for one in described["exposures"]}
    written = {path.name for path in release.iterdir()} - WITHOUT_TABLES
    assert files - {None} == written | {REPORT}
