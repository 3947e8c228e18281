"""A verdict as Dagster sees it: a check per rule, and a step that fails when it holds back."""

from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from dronten_pipeline.contracts.suites import load_suites
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.defs.gate import build_gate
from dronten_pipeline.gate import gate
from dronten_pipeline.gate.verdict import HeldBack
from dronten_pipeline.ingest import inputs
from dronten_pipeline.ledger.judgement import Result, VerdictName

TABLE = "dim_channel"


@pytest.mark.parametrize("verdict", ["passed", "failed"])
def test_what_holds_back_is_told_by_an_error_of_ours_after_all_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: VerdictName
) -> None:
    settings = Settings(home=tmp_path)
    suite = load_suites(settings.expectations)[TABLE]
    results = [
        Result(
            table=TABLE,
            rule=rule.rule,
            type=rule.type,
            severity=rule.severity,
            description=rule.description,
            passed=verdict == "passed",
            observed="",
        )
        for rule in suite.expectations
    ]
    judged: list[Path] = []

    def run_gate(_: Settings, *, run_folder: Path, **__: object) -> object:
        judged.append(run_folder)
        return SimpleNamespace(verdict=verdict, weakened=[], results=results)

    monkeypatch.setattr(gate, "run_gate", run_gate)
    monkeypatch.setattr(inputs, "read_inputs", lambda _: SimpleNamespace(
        release_id="r", as_of=None, code_version="c", follows=None, is_sample=True
    ))  # fmt: skip
    (settings.warehouse / "another").mkdir(parents=True)
    (settings.warehouse / "latest").symlink_to("another")

    @dg.asset(key=["mart", TABLE])
    def table(context: dg.AssetExecutionContext) -> None:
        folder = settings.warehouse / context.run.run_id
        folder.mkdir()
        (folder / "warehouse.duckdb").touch()

    def execute(*, raise_on_error: bool) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            [table, build_gate({TABLE: suite})],
            resources={"run": SimpleNamespace(settings=settings)},
            raise_on_error=raise_on_error,
        )

    ran = execute(raise_on_error=False)
    assert judged == [settings.warehouse / ran.run_id]
    assert len(ran.get_asset_check_evaluations()) == len(results)
    assert ran.success == (verdict == "passed")
    if verdict == "failed":
        with pytest.raises(HeldBack, match="hield deze cijfers tegen"):
            execute(raise_on_error=True)
