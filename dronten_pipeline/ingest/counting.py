"""Which deliveries of a source count, and what holds one back.

Here belongs: the guards that a delivery passes before it counts, in their order. Not here: which
later delivery replaces an earlier one (`standing.py`), or the sentences (`refusals.py`,
`reporting.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest import landing, refusals, shape, spelled_keys, standing
from dronten_pipeline.ingest.record_keys import RecordKeys
from dronten_pipeline.ingest.registry import Delivery, Parse
from dronten_pipeline.ingest.source_run import SourceRun
from dronten_pipeline.ingest.standing import Standing


class Counting:
    """What counts of one source in one run.

    made: its deliveries, by their number.
    """

    def __init__(self, run: SourceRun) -> None:
        self.run = run
        #: Per number of a new delivery its keys that are known but for their spelling.
        self.respelled: dict[int, int] = {}
        #: By table, what counts of it and why.
        self.standings: dict[str, Standing] = {}
        self.made = sorted(
            (one for one in run.registry.deliveries if one.origin == run.origin),
            key=lambda one: one.number,
        )
        #: By table and content, the delivery with which it counts.
        self.counting = self._by_content(self.made)
        #: By table and content, the run that saw it first.
        self.first_runs = {
            (one.table, one.sha256): one.first_run
            for one in reversed(self.made)
            if one.erased_at is None
        }

    def counts_as(self, delivery: Delivery) -> Delivery | None:
        """The delivery with which its content counts; None where it does not."""
        return self.counting.get((str(delivery.table), delivery.sha256))

    def problem(self, delivery: Delivery, found: Parse | None) -> str | None:
        if delivery.table is None:
            return landing.no_table_message(self.run.source)
        if found is None:
            return "Het bestand is niet gelezen; de volgende run probeert het opnieuw."
        if found.refused is not None:
            return found.refused
        if self.respelled.get(delivery.number, 0) > spelled_keys.FEW:
            return self.respelled_sentence(delivery)
        too_much = refusals.loss(self.run.source, found.rows_delivered, found.rows_quarantined)
        return too_much or refusals.biased(self.run.source, found.biases)

    def standing(self, delivery: Delivery) -> Standing:
        return self.standings.get(str(delivery.table), Standing([]))

    def is_replaced(self, delivery: Delivery, counts: Delivery | None) -> bool:
        """Whether a later delivery of everything took its place, also that of a bad one."""
        table = self.run.table(delivery.table)
        if table is None or table.delivers == "changes" or counts is not None:
            return False
        return any(one.number > delivery.number for one in self.standing(delivery).counting)

    def is_back(self, delivery: Delivery) -> bool:
        """Whether the content was delivered before by another run."""
        return self.first_runs.get((delivery.table, delivery.sha256)) != delivery.first_run

    def respelled_sentence(self, delivery: Delivery) -> str:
        table = self.run.source.table(str(delivery.table))
        return refusals.respelled(table, self.respelled[delivery.number])

    def _by_content(self, made: Sequence[Delivery]) -> dict[tuple[str, str], Delivery]:
        """By table and content, the delivery with which it counts."""
        for table in self.run.source.tables:
            good = [one for one in made if one.table == table.name and self._can_count(one)]
            if self._look_for_respelled(table, good):
                good = [one for one in good if self._can_count(one)]
            self.standings[table.name] = (
                Standing(standing.latest_of_each_content(good))
                if table.delivers == "changes"
                else standing.latest_whole(
                    good,
                    RecordKeys(self.run, table),
                    allowed_shrink=table.allowed_shrink,
                    is_accepted=lambda one: (one.number, one.sha256) in self.run.accepted,
                )
            )
        return {
            (table, one.sha256): one
            for table, what in self.standings.items()
            for one in what.counting
        }

    def _look_for_respelled(self, table: Table, good: Sequence[Delivery]) -> bool:
        """Notes in which new deliveries keys are known but for their spelling; whether any is."""
        fresh = {one.number for one in good if one.first_run == self.run.run_id or one.respelled}
        if not fresh or not spelled_keys.can_differ(table):
            return False
        parses = {one.number: self.run.parse_of(table, one.sha256) for one in good}
        now = shape.of(table)
        keys = [name.lower() for name in table.key]
        paths = {
            number: self.run.settings.raw / str(found.raw_path)
            for number, found in parses.items()
            if found and all(found.shape.get(key) == now[key] for key in keys)
        }
        found = spelled_keys.respelled(table, paths, fresh)
        self.run.registry.deliveries = [
            one.model_copy(update={"respelled": found.get(one.number, 0)})
            if one.number in fresh
            else one
            for one in self.run.registry.deliveries
        ]
        self.respelled |= found
        return bool(found)

    def _can_count(self, delivery: Delivery) -> bool:
        table = self.run.table(delivery.table)
        if table is None or delivery.erased_at is not None:
            return False
        if (table.name, delivery.sha256) in self.run.broken:
            return False
        return self.problem(delivery, self.run.parse_of(table, delivery.sha256)) is None
