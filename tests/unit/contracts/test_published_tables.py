"""What the dbt contract of a published table says, read without dbt."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronten_pipeline.contracts.published_tables import load_table_contracts
from dronten_pipeline.core.settings import PROJECT

YML = """
models:
  - name: figure
    description: "Eén rij per figuur."
    config:
      contract: {enforced: true}
      meta: {open_data: true}
    data_tests:
      - unique_combination:
          name: figure_is_unique
          arguments: {columns: [kpi_id, year]}
    columns:
      - name: kpi_id
        description: "Sleutel."
        data_tests:
          - not_null
          - relationships:
              arguments: {to: ref('dim_kpi'), field: kpi_id}
      - name: year
      - name: unit
        data_tests:
          - accepted_values:
              arguments: {values: ["percent", "count"]}
  - name: bare
"""


def test_a_contract_is_read_from_the_tests_of_dbt(tmp_path: Path) -> None:
    folder = tmp_path / "models/marts"
    folder.mkdir(parents=True)
    (folder / "figure.yml").write_text(YML, encoding="utf-8")
    contracts = load_table_contracts(tmp_path)
    figure = contracts["figure"]
    assert figure.key == ("kpi_id", "year")
    assert figure.is_open
    assert figure.columns["kpi_id"].required
    assert figure.columns["kpi_id"].references == ("dim_kpi", "kpi_id")
    assert figure.columns["kpi_id"].description == "Sleutel."
    assert not figure.columns["year"].required
    assert figure.columns["unit"].values == ("percent", "count")
    assert figure.references_to("dim_kpi") == (("kpi_id", "kpi_id"),)
    assert list(figure.columns) == ["kpi_id", "year", "unit", "release_id"]
    assert contracts["bare"].key == ()
    assert not contracts["bare"].is_open


@pytest.mark.parametrize("mark", ["{open_data: 'ja'}", "{open_data: 1}", "{open: true}", "{}"])
def test_a_table_is_open_by_the_mark_itself_and_by_nothing_like_it(
    tmp_path: Path, mark: str
) -> None:
    folder = tmp_path / "models/marts"
    folder.mkdir(parents=True)
    text = YML.replace("{open_data: true}", mark)
    (folder / "figure.yml").write_text(text, encoding="utf-8")
    assert not load_table_contracts(tmp_path)["figure"].is_open


def test_the_words_of_an_open_table_name_none_for_the_house() -> None:
    """They stand in `open/`, which knows nothing of the rest."""
    contracts = load_table_contracts(PROJECT / "dbt_project")
    closed = [name for name, contract in contracts.items() if not contract.is_open]
    opened = [contract for contract in contracts.values() if contract.is_open]
    assert len(opened) > 5
    assert len(closed) > 5
    for contract in opened:
        columns = contract.columns.values()
        words = " ".join([contract.description, *(column.description for column in columns)])
        assert [name for name in closed if name in words] == [], contract.name
