"""Great Expectations is asked once for what it can answer, and loads no more than rules use."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dronten_pipeline.contracts.suites import Suite
from dronten_pipeline.core.settings import PROJECT
from dronten_pipeline.gate import gx_judge
from tests.unit.gate.marts import expectation

OWN = "WITH own AS (SELECT * FROM {batch}) SELECT id FROM own WHERE id"


def test_a_rule_that_breaks_has_no_other_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mart, warehouse = tmp_path / "mart.duckdb", tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(mart)) as connection:
        connection.execute("CREATE TABLE t AS SELECT range AS id FROM range(9)")
    duckdb.connect(str(warehouse)).close()
    queries = {f"above_{number}": f"{OWN} > {number}" for number in range(5)}
    queries |= {"broken": f"{OWN} > nothing_there", "broken_too": f"{OWN} > nor_this"}
    suite = Suite.model_validate(
        {
            "table": "t",
            "description": "De proef.....",
            "may_be_empty": "Ook tabellen zonder rijen.",
            "expectations": [
                expectation("row_count", "expect_table_row_count_to_be_between", min_value=0),
                *(
                    expectation(name, "unexpected_rows_expectation", unexpected_rows_query=query)
                    for name, query in queries.items()
                ),
            ],
        }
    )
    from dronten_pipeline.gate.adapter import DuckDBExecutionEngine

    asked: Counter[str] = Counter()
    ask = DuckDBExecutionEngine.execute_query

    def count(engine: DuckDBExecutionEngine, query: Any) -> Any:
        asked.update(re.findall(r"WHERE id > (\w+)", str(query)))
        return ask(engine, query)

    monkeypatch.setattr(DuckDBExecutionEngine, "execute_query", count)
    answers = gx_judge.judge_by_great_expectations(mart, warehouse, [suite])
    assert {rule for (_, rule), one in answers.items() if one.error} == {"broken", "broken_too"}
    assert [answers["t", f"above_{number}"].failing_rows for number in range(5)] == [8, 7, 6, 5, 4]
    assert {key: times for key, times in asked.items() if key.isdigit()} == {
        str(number): 1 for number in range(5)
    }


def test_a_stand_in_gives_way_when_something_of_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in = gx_judge._WhenUsed("colorsys")
    monkeypatch.setitem(sys.modules, "colorsys", stand_in)
    import colorsys

    assert colorsys is stand_in
    assert colorsys.rgb_to_hls(0, 0, 0) == (0, 0, 0)
    assert sys.modules["colorsys"] is not stand_in


def test_the_judge_loads_nothing_that_no_rule_uses() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from dronten_pipeline.gate import gx_judge; gx_judge.load(); "
            "print([n for n in gx_judge.UNUSED if type(sys.modules[n]) is not gx_judge._WhenUsed])",
        ],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == "[]"
