"""What a file would change against what the last run knew of its table.

Here belongs: comparing records by fingerprints of their key and of all that is stored of them, so
that a file of any size needs little memory. Not here: reading the file (`parsing.py`), or which
deliveries count (`standing.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from dronten_pipeline.contracts import Source, Table
from dronten_pipeline.ingest import completeness, privacy
from dronten_pipeline.ingest.records import LINE
from dronten_pipeline.settings import Settings

#: More rows are not compared: their fingerprints would take more memory than a check may.
MOST_ROWS = 10_000_000

NO_RUN = "er is hier nog geen run geweest"
UNREADABLE = "wat de laatste run las, is niet te lezen"
OTHER_CONTRACT = "het contract van deze tabel is na de laatste run veranderd"
TOO_MANY = f"de tabel heeft meer dan {MOST_ROWS // 1_000_000} miljoen rijen"
NO_KEY = "de sleutel van de pseudoniemen is er niet"


@dataclass(frozen=True)
class Differences:
    """Numbers of records (keys), of the file unless it says otherwise.

    gone: known records that are not in the file; None where they stay (`delivers: changes`).
    repeated: rows of the file of which a later row has the same key.
    known: records that are known, all together.
    is_sample: the last run read the sample.
    """

    new: int
    changed: int
    unchanged: int
    gone: int | None
    repeated: int
    known: int
    is_sample: bool

    @property
    def records(self) -> int:
        return self.new + self.changed + self.unchanged

    def shrinks_too_far(self, table: Table) -> bool:
        """Whether a run would keep the earlier delivery instead (`standing.latest_whole`)."""
        short = self.known - self.records
        return self.gone is not None and short > table.allowed_shrink * self.known + 1e-9


@dataclass
class Fingerprints:
    """Of the stored rows of a file, in their order, added a piece at a time."""

    table: Table
    pieces: list[pl.DataFrame] = field(default_factory=list)

    def add(self, stored: pl.DataFrame) -> None:
        self.pieces.append(stored.select(_fingerprints(self.table)))

    def against_known(self, settings: Settings, source: Source) -> Differences | str:
        """What would change, or why that cannot be said, as a part of a Dutch sentence."""
        folder = settings.raw_current / f"{source.name}__{self.table.name}"
        try:
            known = _known(folder, self.table)
            context = pl.read_parquet(settings.raw_current / "run__context" / "*.parquet")
            is_sample = bool(context.item(0, "is_sample"))
        except _NotCompared as reason:
            return str(reason)
        except (OSError, pl.exceptions.PolarsError):
            return UNREADABLE
        rows = pl.concat([known.head(0), *self.pieces])
        own = _latest(rows)
        same_key = own.join(known, on="key", how="left", suffix="_known")
        before = pl.col("content_known")
        new, changed, unchanged = same_key.select(
            new=before.is_null().sum(),
            changed=(before != pl.col("content")).sum(),
            unchanged=(before == pl.col("content")).sum(),
        ).row(0)
        is_everything = self.table.delivers == "everything"
        return Differences(
            new=new,
            changed=changed,
            unchanged=unchanged,
            gone=known.height - changed - unchanged if is_everything else None,
            repeated=rows.height - own.height,
            known=known.height,
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


def _known(folder: Path, table: Table) -> pl.DataFrame:
    """Fingerprints of the latest version of every record that the last run read."""
    paths = sorted(folder.glob("*.parquet"), key=lambda path: int(path.stem))
    if not paths:
        raise _NotCompared(NO_RUN)
    rows = pl.scan_parquet(paths)
    if dict(rows.collect_schema()) != privacy.stored_columns(table):
        raise _NotCompared(OTHER_CONTRACT)
    if int(rows.select(pl.len()).collect().item()) > MOST_ROWS:
        raise _NotCompared(TOO_MANY)
    return _latest(rows.select(_fingerprints(table)).collect())


def _fingerprints(table: Table) -> list[pl.Expr]:
    stored = [name for name in privacy.stored_columns(table) if name != LINE]
    return [
        pl.struct(completeness.compared_key(table)).hash().alias("key"),
        pl.struct(stored).hash().alias("content"),
    ]


def _latest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique("key", keep="last")
