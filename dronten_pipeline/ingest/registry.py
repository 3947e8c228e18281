"""What a source delivered, when it was first seen, and how it was read.

Here belongs: the lasting memory of a source, one JSON file that is replaced as a whole. Not
here: deciding what counts in a run (`counting.py`).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dronten_pipeline.core.personal import Finding
from dronten_pipeline.ingest import files, names
from dronten_pipeline.ingest.loss import Bias
from dronten_pipeline.ingest.order import OrderedBy
from dronten_pipeline.ingest.values import Horizon

Origin = Literal["delivery", "sample"]


#: A memory holds about two kilobytes per delivery; what is larger was not written by us.
MOST_BYTES = 100_000_000


class RegistryError(RuntimeError):
    """The memory of a source cannot be read; nothing may be guessed instead."""


class Parse(BaseModel):
    """How one content was read under one version of its contract. Paths are relative to raw/."""

    model_config = ConfigDict(frozen=True)

    format: str | None = None
    encoding: str | None = None
    separator: str | None = None
    rows_delivered: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    raw_path: str | None = None
    rejects_path: str | None = None
    #: Of the two files as they were written; None for those from before it was kept.
    raw_sha256: str | None = None
    rejects_sha256: str | None = None
    notes: tuple[str, ...] = ()
    cleaned: dict[str, int] = Field(default_factory=dict, description="By kind: `cleaning.KINDS`.")
    findings: tuple[Finding, ...] = ()
    biases: tuple[Bias, ...] = Field(default=(), description="Groups that lost more than others.")
    refused: str | None = Field(default=None, description="Why the file as a whole is no good.")
    #: Under which limits a file was refused: others may let it in.
    limits: str | None = None
    keys: dict[str, int] = Field(
        default_factory=dict, description="Records, by the columns that were their key."
    )
    gone: dict[str, int] = Field(
        default_factory=dict,
        description="Records of what it came after that it lacks, by the contents of that and the "
        "columns of the key.",
    )
    #: The as-of dates for which this is what stands in the file (`values.Horizon`).
    holds_from: dt.date | None = None
    holds_until: dt.date | None = None
    #: Type and kind of personal data of each stored column, to bring an old parse in a new shape.
    shape: dict[str, tuple[str, str]] = Field(default_factory=dict)

    def holds_on(self, as_of: dt.date) -> bool:
        return Horizon(self.holds_from, self.holds_until).holds_on(as_of)

    @property
    def last_day(self) -> dt.date | None:
        """The last as-of date for which it holds; None: every later one."""
        return self.holds_until - dt.timedelta(days=1) if self.holds_until else None


class Delivery(BaseModel):
    """One content that came under a name, numbered in the order of delivery.

    A content that lies there still is no new delivery. One that comes back under its name after
    another content, or after a run that did not find the name, is; so is one under another name.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    origin: Origin
    file_name: str = Field(description="As `names.Names` keeps it: the name, or a token.")
    sha256: str
    table: str | None
    first_run: str
    received_at: dt.datetime = Field(description="When a run first saw it, with time zone.")
    ordered_by: OrderedBy | None = Field(
        default=None,
        description="What put it in its place among the files of its table that came with it; None "
        "when it came alone.",
    )
    is_gone: bool = Field(
        default=False, description="A later run did not find its name in the folder any more."
    )
    respelled: int = Field(
        default=0, description="Keys that equal earlier ones but for their spelling."
    )
    erased_at: dt.datetime | None = None
    erased_because: str | None = None

    @property
    def said(self) -> str:
        """What people see of its name."""
        return names.said(self.file_name, self.table, self.number)


class Registry(BaseModel):
    """Everything a source ever delivered."""

    source: str
    deliveries: list[Delivery] = Field(default_factory=list)
    #: By `parse_key`, in the order in which they were made.
    parses: dict[str, Parse] = Field(default_factory=dict)

    def lying(self, origin: Origin) -> dict[str, str]:
        """The SHA-256 of what the last run found under each name; an erased delivery counts as
        never made."""
        latest = {
            delivery.file_name: delivery
            for delivery in sorted(self.deliveries, key=lambda one: one.number)
            if delivery.origin == origin and delivery.erased_at is None
        }
        return {name: one.sha256 for name, one in latest.items() if not one.is_gone}

    def next_number(self) -> int:
        return max((delivery.number for delivery in self.deliveries), default=0) + 1

    def parse_for(self, key: str, as_of: dt.date) -> tuple[str, Parse | None]:
        """How a content was read for an as-of date, and the key under which that stands or
        would stand. A reading holds for every day but where dates lie far ahead of it; then the
        others stand beside it as `<key>~2` and so on."""
        place = key
        for number in itertools.count(2):
            found = self.parses.get(place)
            if found is None or found.holds_on(as_of):
                return place, found
            place = f"{key}~{number}"
        raise AssertionError("unreachable")

    def older_parse(self, table: str, sha256: str) -> Parse | None:
        """The last readable parse of a content under another version."""
        prefix = parse_key(table, sha256, "")
        found = [
            parse
            for key, parse in self.parses.items()
            if key.startswith(prefix) and parse.refused is None
        ]
        return found[-1] if found else None

    def paths(self, origin: Origin) -> dict[str, Delivery]:
        """Every raw file that a delivery of this origin was ever read into."""
        found: dict[str, Delivery] = {}
        for delivery in self.deliveries:
            if delivery.origin != origin or delivery.table is None:
                continue
            prefix = parse_key(delivery.table, delivery.sha256, "")
            for key, parse in self.parses.items():
                if key.startswith(prefix) and parse.raw_path:
                    found.setdefault(parse.raw_path, delivery)
        return found


def parse_key(table: str, sha256: str, version: str) -> str:
    return f"{table}/{sha256}/{version}"


def registry_path(raw: Path, source: str) -> Path:
    return raw / source / "deliveries.json"


def load(raw: Path, source: str) -> Registry:
    """The registry of a source; an empty one when nothing was ever delivered.

    Raises:
        RegistryError: the file exists and cannot be read.
    """
    path = registry_path(raw, source)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise RegistryError(
                f"{path} is met {size / 1e6:.0f} MB te groot om te lezen (het maximum is "
                f"{MOST_BYTES / 1e6:.0f} MB): zet het terug uit een reservekopie."
            )
        return Registry.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Registry(source=source)
    except (ValidationError, OSError) as error:
        raise RegistryError(
            f"{path} is niet te lezen: zet het laatste exemplaar terug uit een reservekopie. "
            "Zonder dat is de volgorde van de leveringen niet bekend."
        ) from error


def problems(raw: Path, sources: Iterable[str]) -> list[str]:
    """The memories that cannot be read, in sentences."""
    found: list[str] = []
    for source in sources:
        try:
            load(raw, source)
        except RegistryError as error:
            found.append(str(error))
    return found


def save(raw: Path, registry: Registry) -> None:
    document = registry.model_dump_json(indent=1)
    files.write_bytes(registry_path(raw, registry.source), (document + "\n").encode())
