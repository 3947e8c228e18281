"""What is signed or hashed is read as typed objects: a key in a text is checked by nobody."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from dronten_pipeline.ledger.bodies import KINDS
from tests.documents import BODIES

PACKAGE = Path(__file__).resolve().parents[2] / "dronten_pipeline"
#: What a body of a record, the manifest of a release and the answer of `explain` are called.
NAMES = {"body", "manifest", "judgement", "approval", "answer"}
#: Rooms that read the ledger; in the others `answer` and `body` are those of a system.
ROOMS = (
    "ledger",
    "gate",
    "release",
    "postgres",
    "audit",
    "pipeline",
    "web",
    "defs",
    "commands",
)
#: Where an answer is that of a process that read a file, which is passed as plain values.
OF_ANOTHER_PROCESS = {"commands/deliveries.py"}


def read_by_key(text: str) -> list[int]:
    """The lines in which one of these is read by a key."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Subscript(value=read, slice=ast.Constant(value=str())):
                pass
            case ast.Call(func=ast.Attribute(value=read, attr="get" | "pop" | "setdefault")):
                pass
            case _:
                continue
        name = read.id if isinstance(read, ast.Name) else getattr(read, "attr", None)
        if name in NAMES:
            found.append(node.lineno)
    return found


def test_no_module_reads_a_document_by_key() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for room in ROOMS
        for path in (PACKAGE / room).rglob("*.py")
        if path.relative_to(PACKAGE).as_posix() not in OF_ANOTHER_PROCESS
        for line in read_by_key(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    "line", ['record.body["x"]', 'body.get("x")', 'release.manifest["x"]["y"]', 'answer["x"]']
)
def test_a_key_is_seen(line: str) -> None:
    assert read_by_key(line) == [1]


@pytest.mark.parametrize("kind", BODIES)
def test_what_is_not_known_is_kept_where_it_is_read_and_refused_where_it_is_written(
    kind: str,
) -> None:
    of_later = BODIES[kind] | {"of_a_later_version": 1}
    assert KINDS[kind].read(of_later).written().items() >= of_later.items()
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        KINDS[kind](**of_later)
