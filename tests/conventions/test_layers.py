"""Who may know whom: the folders keep to the order of the data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "dronten_pipeline"
MODULES = sorted(PACKAGE.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_says_what_it_is_for(module: Path) -> None:
    documentation = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert documentation, f"{name(module)} opens without saying what belongs in it"


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_dagster_stays_in_defs(module: Path) -> None:
    if module.parent.name == "defs" or name(module) in {
        "definitions.py",
        "commands/run.py",
        "web/server.py",
    }:
        return
    known = {found.split(".")[0] for found in imported(module)}
    assert not {found for found in known if found.startswith("dagster")}


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_great_expectations_stays_in_the_process_of_the_judge(module: Path) -> None:
    if name(module) in {"gate/adapter.py", "gate/data_docs.py", "gate/gx_judge.py"}:
        return
    assert "great_expectations" not in {found.split(".")[0] for found in imported(module)}


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_nothing_else_reads_the_environment(module: Path) -> None:
    # settings.py reads it; the others pass it on to programs they start.
    if name(module) in {
        "settings.py",
        "transform.py",
        "gate/gate.py",
        "gate/gx_judge.py",
        "commands/run.py",
        "web/server.py",
    }:
        return
    tree = ast.parse(module.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & {"environ", "getenv"}


@pytest.mark.parametrize(
    ("folder", "may_not_know"),
    [
        ("ingest", {"gate", "evidence", "proof", "report", "publish", "explain", "defs"}),
        ("readability", {"ingest", "gate", "evidence", "publish", "explain", "defs"}),
        ("evidence", {"ingest", "readability", "gate", "proof", "publish", "explain", "defs"}),
        ("gate", {"ingest", "readability", "proof", "report", "publish", "explain", "defs"}),
        ("proof", {"ingest", "readability", "report", "publish", "explain", "defs"}),
        ("report", {"ingest", "readability", "publish", "explain", "defs"}),
        ("publish", {"ingest", "readability", "explain", "defs"}),
        ("explain", {"ingest", "readability", "defs"}),
        ("web", {"ingest", "readability", "gate", "proof", "report", "publish", "explain", "defs"}),
    ],
)
def test_a_layer_does_not_know_what_comes_after_it(folder: str, may_not_know: set[str]) -> None:
    for module in sorted((PACKAGE / folder).rglob("*.py")):
        parts = {
            found.split(".")[1]
            for found in imported(module)
            if found.startswith("dronten_pipeline.")
        }
        assert not parts & may_not_know, f"{name(module)} knows {parts & may_not_know}"
