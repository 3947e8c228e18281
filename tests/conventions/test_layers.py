"""Who may know whom: the rooms stand in one order, and nothing points up or in a circle."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

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
    "connect",
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


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever in the file it stands."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
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


def test_every_module_says_what_it_is_for() -> None:
    silent = {name(module) for module in MODULES if not ast.get_docstring(tree(module))}
    assert silent == set(), "these open without saying what belongs in them"


def test_every_module_has_a_room() -> None:
    homeless = {dotted(module) for module in MODULES} - {PACKAGE.name}
    assert {room(module) for module in homeless} == {*ROOMS, *WAYS_IN}


def test_a_room_knows_only_the_rooms_before_it() -> None:
    above: dict[str, set[str]] = {}
    for module in MODULES:
        here = room(dotted(module))
        if here not in ROOMS:
            continue
        known = {room(other) for other in imported(module) & NAMES} - {here, ""}
        if name(module) == "commands/run.py":
            known -= set(WAYS_IN)  # it has Dagster do what definitions.py holds
        above[name(module)] = known - set(ROOMS[: ROOMS.index(here)])
    assert {module: known for module, known in above.items() if known} == {}


def test_no_modules_know_each_other_in_a_circle() -> None:
    graph = {dotted(module): imported(module) & NAMES - {dotted(module)} for module in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def packages(module: Path) -> set[str]:
    return {found.partition(".")[0] for found in imported(module)}


def test_dagster_stays_in_defs() -> None:
    ways_in = {"definitions.py", "commands/run.py", "web/server.py"}
    users = {
        name(module)
        for module in MODULES
        if any(package.startswith("dagster") for package in packages(module))
    }
    assert {user for user in users if not user.startswith("defs/")} <= ways_in


def test_great_expectations_stays_in_the_process_of_the_judge() -> None:
    users = {name(module) for module in MODULES if "great_expectations" in packages(module)}
    assert users <= {"gate/adapter.py", "gate/data_docs.py", "gate/gx_judge.py"}


def test_nothing_else_reads_the_environment() -> None:
    readers = {
        name(module)
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    # The settings read it; the others pass it on to programs they start.
    assert readers <= {
        "core/settings.py",
        "contracts/dbt_project.py",
        "contracts/waiting_dbt.py",
        "gate/gate.py",
        "gate/gx_judge.py",
        "commands/run.py",
        "web/server.py",
    }


#: Why these two: docs/decisions/0026-dagster.md.
USE_WHAT_IS_PRIVATE = {"defs/storage.py", "web/server.py"}


def test_what_is_private_in_dagster_is_imported_in_two_places_only() -> None:
    found = {
        name(module)
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
        if one.startswith("dagster._")
    }
    assert found == USE_WHAT_IS_PRIVATE
