"""Who may know whom: the rooms stand in one order, and nothing points up or in a circle."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "dronten_pipeline"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: A room knows those before it and no other; docs/architecture.md says what each is for.
ROOMS = (
    "core",
    "contracts",
    "ledger",
    "statistics",
    "readability",
    "ingest",
    "supplier",
    "gate",
    "release",
    "postgres",
    "audit",
    "pipeline",
    "web",
    "defs",
    "commands",
    "leesniveau",
)
#: The two ways in: what Dagster loads, and what the terminal starts.
WAYS_IN = ("definitions", "cli")


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {dotted(module) for module in MODULES}


def imported(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever in the file it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= below & NAMES
            if below - NAMES:
                found.add(node.module)
    return found


def room(module: str) -> str:
    return [*module.split("."), ""][1]


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_says_what_it_is_for(module: Path) -> None:
    documentation = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert documentation, f"{name(module)} opens without saying what belongs in it"


def test_every_module_has_a_room() -> None:
    homeless = {dotted(module) for module in MODULES} - {PACKAGE.name}
    assert {room(module) for module in homeless} == {*ROOMS, *WAYS_IN}


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_room_knows_only_the_rooms_before_it(module: Path) -> None:
    here = room(dotted(module))
    if here not in ROOMS:
        return
    known = {room(other) for other in imported(module) & NAMES} - {here, ""}
    if name(module) == "commands/run.py":
        known -= set(WAYS_IN)  # it has Dagster do what definitions.py holds
    above = {other for other in known if ROOMS.index(other) > ROOMS.index(here)}
    assert not above, f"{name(module)} knows {', '.join(sorted(above))}"


def test_no_modules_know_each_other_in_a_circle() -> None:
    graph = {dotted(module): imported(module) & NAMES - {dotted(module)} for module in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


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
    # The settings read it; the others pass it on to programs they start.
    if name(module) in {
        "core/settings.py",
        "contracts/dbt_project.py",
        "gate/gate.py",
        "gate/gx_judge.py",
        "commands/run.py",
        "web/server.py",
    }:
        return
    tree = ast.parse(module.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & {"environ", "getenv"}
