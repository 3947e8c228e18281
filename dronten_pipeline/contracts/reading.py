"""Reading a file that a person wrote, so that a mistake in it is told with file and line.

Here belongs what contracts of sources and suites share. Not here: what they may say.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from dronten_pipeline.contracts.mistakes import in_words

Model = TypeVar("Model", bound=BaseModel)


NAME = r"^[A-Za-z][A-Za-z0-9_]*$"


class ContractError(ValueError):
    """A contract that cannot be used; the message is Dutch and names file, line and what to do."""

    def __init__(self, path: Path, line: int, wrong: str) -> None:
        super().__init__(
            f"{path}:{line}: {wrong}. Verbeter het bestand, of zet de laatste goede versie terug."
        )


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt rule must not be silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _json(path: Path) -> Any:
    """The content of a JSON file; a name that stands in one object twice is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        for name in names:
            if names.count(name) > 1:
                raise ContractError(
                    path, 1, f"{name} staat twee keer in één object: haal er een weg"
                )
        return dict(pairs)

    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise ContractError(path, error.lineno, f"kan niet gelezen worden ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise ContractError(path, 1, "is geen UTF-8: bewaar het als UTF-8") from error


def _document(path: Path) -> Any:
    """The content of a YAML file (of which JSON is a part), with the lines of its parts."""
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContractError(path, line, f"kan niet gelezen worden ({error.problem})") from error
    except UnicodeDecodeError as error:
        raise ContractError(path, 1, "is geen UTF-8: bewaar het als UTF-8") from error


def validated(model: type[Model], path: Path) -> Model:
    """Reads a file as `model` and reports the first mistake where it stands."""
    # Only a mistake needs the lines of the file, and reading those takes fifty times as long.
    document = _json(path) if path.suffix == ".json" else _document(path)
    try:
        return model.model_validate(_plain(document))
    except ValidationError as error:
        document = _document(path)
        # A misspelt key is also a missing one; its line is where the mistake can be seen.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        where = ".".join(str(part) for part in first["loc"])
        raise ContractError(path, _line(document, first["loc"]), in_words(first, where)) from error


def _plain(node: Any) -> Any:
    """The document without the line marks that the YAML library hangs on it."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, float):
        return float(node)
    return node


def _line(document: Any, location: tuple[int | str, ...]) -> int:
    """Line, counted from 1, of the deepest part of `location` that stands in the document."""
    node, line = document, 1
    for part in location:
        marks = getattr(node, "lc", None)
        if marks is None:
            break
        try:
            line = (marks.item(part) if isinstance(part, int) else marks.key(part))[0] + 1
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return line
