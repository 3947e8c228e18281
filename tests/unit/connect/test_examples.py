"""The examples of connector.yml beside the contracts can be used as they stand."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

import pytest

from dronten_pipeline.connect.connector import Connector, load_connector
from dronten_pipeline.connect.kinds import sql
from dronten_pipeline.contracts.sources import load_source
from dronten_pipeline.core.settings import PROJECT

EXAMPLES = sorted((PROJECT / "sources").glob("*/connector.example.yml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_can_be_used(example: Path, tmp_path: Path) -> None:
    shutil.copy(example, tmp_path / "connector.yml")
    connector, kind = load_connector(tmp_path)
    assert isinstance(connector, kind.Connector)


@pytest.mark.parametrize("kind", ["sql", "website", "mailbox", "drops"])
def test_the_page_of_a_kind_names_every_setting(kind: str) -> None:
    module = importlib.import_module(f"dronten_pipeline.connect.kinds.{kind}")
    text = (PROJECT / "docs" / "connectors" / f"{kind}.md").read_text(encoding="utf-8")
    own = module.Connector.model_fields.keys() - Connector.model_fields.keys()
    assert {name for name in own if f"`{name}`" not in text} == set()


def test_the_example_of_pull_sql_is_one_select_per_table() -> None:
    for path in sorted((PROJECT / "sources").glob("*/pull.example.sql")):
        source = load_source(path.with_name("source.yml"))
        ((table, statement),) = sql.read_statements(path, source.tables, "postgresql")
        assert table.name in {one.name for one in source.tables}
        assert statement.startswith("SELECT")
