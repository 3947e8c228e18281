"""What a file would change against what the last run knew of its table.

Here belongs: comparing records by fingerprints of their key and of all that is stored of them, so
that a file of any size needs little memory. Not here: reading the file (`parsing.py`), or which
deliveries count (`release/standing.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from dronten_pipeline.contracts.sources import Source, Table
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ingest import completeness, privacy, spelled_keys
from dronten_pipeline.ingest.records import LINE

#: More rows are not compared: their fingerprints would take more memory than a check may.
MOST_ROWS = 10_000_000
#: In a file of more rows no other spellings of known keys are looked for.
MOST_KEYS = 3_000_000

NO_RUN = "er is hier nog geen run geweest"
UNREADABLE = "wat de laatste run las, is niet te lezen"
OTHER_CONTRACT = "het contract van deze tabel is na de laatste run veranderd"
TOO_MANY = f"het zijn meer dan {MOST_ROWS // 1_000_000} miljoen rijen"
NO_KEY = "de sleutel van de pseudoniemen is er niet"


@dataclass(frozen=True)
class Differences:
    """Numbers of records (keys), of the file unless it says otherwise.

    gone: known records that are not in the file; None where they stay (`delivers: changes`).
    repeated: rows of the file of which a later row has the same key.
    known: records that are known, all together.
    respelled: keys that are new but for their spelling (`spelled_keys.py`).
    is_sample: the last run read the sample.
    """

    new: int
    changed: int
    unchanged: int
    gone: int | None
    repeated: int
    known: int
    respelled: int
    is_sample: bool

    @property
    def records(self) -> int:
        return self.new + self.changed + self.unchanged

    def problem(self, table: Table) -> str | None:
        """Why a run would not take the file because of what it knows, in Dutch; else None."""
        if self.is_sample:  # a run of real deliveries never counts them
            return None
        if self.gone is not None and self.gone > table.allowed_shrink * self.known + 1e-9:
            return (
                f"van tabel {table.name} is elke levering alles, en van de {self.known} bekende "
                f"records staan er {self.gone} niet in deze; zij heeft er {self.records}. Lever "
                f"opnieuw, met alles erin en met dezelfde {', '.join(table.key)}. Zijn die records "
                "echt vervallen of hernummerd, dan kan de gemeente haar toelaten (`datalab "
                "accept`)."
            )
        if self.respelled > spelled_keys.FEW:
            return (
                f"{self.respelled} sleutels ({', '.join(table.key)}) zijn al bekend, op de "
                "schrijfwijze na (nullen vooraan, hoofdletters, spaties, streepjes). Hetzelfde "
                "record zou dan twee keer tellen. Lever de sleutels zoals ze eerder geleverd zijn."
            )
        return None


class Fingerprints:
    """Of the stored rows of a file, in their order, added a piece at a time.

    Args:
        key: of the pseudonyms in what is added; None where it is not the one of what is known.
    """

    def __init__(self, table: Table, key: bytes | None) -> None:
        self.table = table
        self.has_key = key is not None or not privacy.has_pseudonyms(table)
        self.pieces: list[pl.DataFrame] = []
        self.keys: list[pl.DataFrame] = []
        self.rows = 0

    def add(self, stored: pl.DataFrame) -> None:
        self.rows += stored.height
        if not self.has_key or self.rows > MOST_ROWS:
            self.pieces, self.keys = [], []
            return
        self.pieces.append(stored.select(_fingerprints(self.table)))
        if self.rows > MOST_KEYS or not spelled_keys.can_differ(self.table):
            self.keys = []
        else:
            self.keys.append(stored.select(spelled_keys.compared(self.table)))

    def against_known(self, settings: Settings, source: Source) -> Differences | str:
        """What would change, or why that cannot be said, as a part of a Dutch sentence."""
        folder = settings.raw_current / f"{source.name}__{self.table.name}"
        paths = sorted(folder.glob("*.parquet"), key=lambda path: int(path.stem))
        if not paths:
            return NO_RUN
        if not self.has_key:
            return NO_KEY
        try:
            known = _known(paths, self.table)
            context = pl.read_parquet(settings.raw_current / "run__context" / "*.parquet")
            is_sample = bool(context.item(0, "is_sample"))
            respelled = spelled_keys.unknown_spellings(self.table, self.keys, paths)
        except _NotCompared as reason:
            return str(reason)
        except (OSError, pl.exceptions.PolarsError):
            return UNREADABLE
        if self.rows > MOST_ROWS:
            return TOO_MANY
        own = _latest(self.pieces)
        place = np.minimum(np.searchsorted(known.key, own.key), max(0, len(known.key) - 1))
        is_known = known.key[place] == own.key if len(known.key) else np.zeros(len(own.key), bool)
        found = int(is_known.sum())
        unchanged = int((known.content[place[is_known]] == own.content[is_known]).sum())
        is_everything = self.table.delivers == "everything"
        return Differences(
            new=len(own.key) - found,
            changed=found - unchanged,
            unchanged=unchanged,
            gone=len(known.key) - found if is_everything else None,
            repeated=self.rows - len(own.key),
            known=len(known.key),
            respelled=respelled,
            is_sample=is_sample,
        )


def key_of_pseudonyms(settings: Settings, table: Table) -> bytes | None:
    """The key under which what is known was stored; None when there is none, or none is needed.

    A check makes no key and must do without one.
    """
    if not privacy.has_pseudonyms(table):
        return None
    if settings.pseudonym_key is None and not settings.own_pseudonym_key.is_file():
        return None
    try:
        return settings.read_pseudonym_key()
    except (OSError, ValueError):
        return None


class _NotCompared(Exception):
    """Why nothing can be compared, as a part of a Dutch sentence."""


@dataclass(frozen=True)
class _Latest:
    """Fingerprints of the latest version of each record: sorted keys, and their contents."""

    key: npt.NDArray[np.uint64]
    content: npt.NDArray[np.uint64]


def _known(paths: list[Path], table: Table) -> _Latest:
    """What the last run read of a table."""
    stored = privacy.stored_columns(table)
    if any(dict(pl.read_parquet_schema(path)) != stored for path in paths):
        raise _NotCompared(OTHER_CONTRACT)
    if int(pl.scan_parquet(paths).select(pl.len()).collect().item()) > MOST_ROWS:
        raise _NotCompared(TOO_MANY)
    return _latest([pl.read_parquet(path).select(_fingerprints(table)) for path in paths])


def _fingerprints(table: Table) -> list[pl.Expr]:
    stored = [name for name in privacy.stored_columns(table) if name != LINE]
    return [
        pl.struct(completeness.compared_key(table)).hash().alias("key"),
        pl.struct(stored).hash().alias("content"),
    ]


def _latest(pieces: list[pl.DataFrame]) -> _Latest:
    """Sorted rather than hashed, which takes a third of the memory."""
    empty = pl.DataFrame(schema={"key": pl.UInt64, "content": pl.UInt64})
    rows = pl.concat([empty, *pieces])
    key, content = rows["key"].to_numpy(), rows["content"].to_numpy()
    order = np.argsort(key, kind="stable")
    key = key[order]
    is_last = np.append(key[1:] != key[:-1], True)[: len(key)]
    return _Latest(key[is_last], content[order[is_last]])
