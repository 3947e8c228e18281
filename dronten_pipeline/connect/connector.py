"""How a source is fetched: `sources/<source>/connector.yml`.

Here belongs what all kinds have in common, and reading the file so that a mistake is told with
file and line. Not here: what one kind asks besides (the module of that kind).
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from dronten_pipeline.connect import kinds
from dronten_pipeline.contracts.reading import ContractError, Strict, validated

FILE = "connector.yml"
#: A kind of one source alone, beside its connector.yml.
OWN_KIND, OWN_MODULE = "own", "connector.py"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _is_safe(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("begint met https:// (http:// kan alleen naar deze machine zelf)")
    if not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("is een adres zonder naam, wachtwoord, vraagteken of #")
    return address.rstrip("/")


Address = Annotated[str, AfterValidator(_is_safe)]


def _is_there(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("is geen bestand dat er is")
    return path


#: Certificates of who signed that of a server.
CaFile = Annotated[Path, AfterValidator(_is_there)]


class Connector(Strict):
    """What stands in every connector.yml; each kind adds fields of its own."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="What sort of system it is.")
    schedule: str = Field(
        default="30 4 * * *", description="When it is fetched, as cron says it, in local time."
    )
    pool: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Sources of one system name one pool: they are fetched one after another.",
    )
    minutes: float = Field(default=60, gt=0, description="A pull that takes longer is given up.")
    requests_per_second: float = Field(
        default=5, gt=0, le=1000, description="No more is asked of the system at a time."
    )
    contact: str | None = Field(
        default=None, max_length=200, description="Whom the owner of the system can call."
    )


class _AnyKind(Connector):
    model_config = Connector.model_config | {"extra": "ignore"}


def known_kinds() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(kinds.__path__)]


def load_connector(folder: Path) -> tuple[Connector, ModuleType]:
    """The connector of a source and the module of its kind.

    The module has a class `Connector` with the fields of the kind, and a function
    `pull(connector, session)`, which gives `(table, records)` pairs; `session.Session` says what
    it has to work with.

    Raises:
        ContractError: with file, line and what is wrong.
    """
    path = folder / FILE
    kind = validated(_AnyKind, path).kind
    if kind == OWN_KIND:
        module = _own_module(path.with_name(OWN_MODULE))
    elif kind in known_kinds():
        module = importlib.import_module(f"{kinds.__name__}.{kind}")
    else:
        known = ", ".join([*known_kinds(), OWN_KIND])
        raise ContractError(path, 1, f"kind {kind} bestaat niet; wel: {known}")
    return validated(module.Connector, path), module


def declared(sources: Path) -> list[str]:
    """Names of the sources that are fetched, in the order of their names."""
    return sorted(path.parent.name for path in sources.glob(f"*/{FILE}"))


def _own_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"connector_of_{path.parent.name}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise ContractError(path, 1, "ontbreekt: kind own vraagt een eigen module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
