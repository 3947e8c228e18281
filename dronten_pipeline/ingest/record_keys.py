"""How many records deliveries hold, told apart by the key of their table.

Here belongs: counting keys of what was read, once, and remembering it. Not here: what the counts
decide (`standing.py`), or what a key is (`completeness.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest import completeness, shape
from dronten_pipeline.ingest.registry import Delivery, Parse
from dronten_pipeline.ingest.source_run import SourceRun


class RecordKeys:
    """Counts the records of deliveries of one table, and remembers it with how they were read."""

    def __init__(self, run: SourceRun, table: Table) -> None:
        self.run = run
        self.table = table

    def count(self, deliveries: Sequence[Delivery]) -> int:
        if len(deliveries) > 1:
            every = pl.concat([self._of(one) for one in deliveries]).unique()
            return int(every.select(pl.len()).collect().item())
        (one,) = deliveries
        key = ", ".join(self.table.key)
        place, found = self._parse_of(one)
        if found is not None and key in found.keys:
            return found.keys[key]
        count = int(self._of(one).select(pl.len()).collect().item())
        if found is not None:
            self._remember(place, found.model_copy(update={"keys": found.keys | {key: count}}))
        return count

    def gone(self, before: Sequence[Delivery], after: Sequence[Delivery]) -> int:
        place, found = self._parse_of(after[-1]) if len(after) == 1 else ("", None)
        key = " ".join([*(one.sha256 for one in before), *self.table.key])
        if found is not None and key in found.gone:
            return found.gone[key]
        keys, others = (pl.concat([self._of(one) for one in all]) for all in (before, after))
        names = keys.collect_schema().names()
        lacks = keys.unique().join(others, on=names, how="anti", nulls_equal=True)
        gone = int(lacks.select(pl.len()).collect().item())
        if found is not None:
            self._remember(place, found.model_copy(update={"gone": found.gone | {key: gone}}))
        return gone

    def share(self, of: Delivery, within: Delivery) -> float:
        keys, others = self._of(of), self._of(within)
        names = keys.collect_schema().names()
        same = keys.join(others, on=names, how="semi", nulls_equal=True)
        return int(same.select(pl.len()).collect().item()) / max(1, self.count([of]))

    def _parse_of(self, delivery: Delivery) -> tuple[str, Parse | None]:
        key = self.run.parse_key(self.table, delivery.sha256)
        return self.run.registry.parse_for(key, self.run.as_of)

    def _remember(self, place: str, parse: Parse) -> None:
        self.run.registry.parses[place] = parse

    def _of(self, delivery: Delivery) -> pl.LazyFrame:
        found = self.run.parse_of(self.table, delivery.sha256)
        assert found is not None
        rows = pl.read_parquet(self.run.settings.raw / str(found.raw_path))
        return completeness.keys_of(
            shape.conformed(rows, self.table, found.shape).lazy(), self.table
        )
