"""What is said of every delivery of a source, in words.

Here belongs: the state of each file and its notes. Not here: deciding what counts (`counting.py`),
or the sentences about what must be delivered again (`refusals.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dronten_pipeline.contracts.sources import Table
from dronten_pipeline.ingest import order, refusals
from dronten_pipeline.ingest.counting import Counting
from dronten_pipeline.ingest.look import Look
from dronten_pipeline.ingest.outcome import DeliveryReport
from dronten_pipeline.ingest.registry import Delivery, Parse
from dronten_pipeline.ingest.source_run import SourceRun
from dronten_pipeline.ingest.standing import Shrink

REPLACED = "Vervangen door een latere levering: van deze tabel telt alleen de laatste."
NOTHING_READ = {"rows_delivered": 0, "rows_accepted": 0, "rows_quarantined": 0, "cleaned": {}}


class Reporting:
    """Says what became of the deliveries of one source."""

    def __init__(self, run: SourceRun, look: Look, counting: Counting) -> None:
        self.run = run
        self.look = look
        self.counting = counting

    def reports(self) -> list[DeliveryReport]:
        """One report per file and content: of what was delivered again, the delivery that counts;
        and of every file whose content could not even be taken."""
        made, counting = self.counting.made, self.counting.counting
        present = {(one.name, one.sha256) for one in self.look.seen}
        there = self.look.names
        of_file = {(one.file_name, one.sha256): one for one in made}
        of_file |= {(one.file_name, one.sha256): one for one in counting.values()}
        together = self._said_of_order(made, {one.number for one in of_file.values()})
        reports = [
            self._report(
                one,
                (one.file_name, one.sha256) in present,
                one.file_name in there,
                together.get(one.number),
            )
            for one in sorted(of_file.values(), key=lambda one: one.number)
        ]
        return reports + [
            DeliveryReport(
                number=None,
                table_name=one.table.name if one.table else None,
                file_name=one.said,
                sha256=None,
                state="stopped",
                note=one.problem,
                received_at=self.run.now,
            )
            for one in self.look.seen
            if one.problem and one.sha256 is None
        ]

    def _said_of_order(self, made: Sequence[Delivery], reported: set[int]) -> dict[int, str]:
        """By number of the last of files that came together, how their order was decided."""
        groups: dict[tuple[str, str | None], list[Delivery]] = {}
        for one in made:
            if one.ordered_by is not None and one.number in reported:
                groups.setdefault((one.first_run, one.table), []).append(one)
        return {
            group[-1].number: f"Kwam tegelijk met {_others(len(group) - 1)}; de volgorde is die "
            f"van {order.IN_WORDS[group[-1].ordered_by]}, en dit is het laatste."
            for group in groups.values()
            if len(group) > 1 and group[-1].ordered_by
        }

    def _report(
        self,
        delivery: Delivery,
        here: bool,
        is_overwritten: bool,
        order_note: str | None,
    ) -> DeliveryReport:
        table = self.run.table(delivery.table)
        found = self.run.parse_of(table, delivery.sha256) if table else None
        about: dict[str, object] = {
            "number": delivery.number,
            "table_name": delivery.table,
            "file_name": delivery.said,
            "sha256": delivery.sha256,
            "received_at": delivery.received_at,
        }
        if delivery.erased_at is not None:
            note = f"Gewist op {delivery.erased_at:%d-%m-%Y}: {delivery.erased_because}"
            return _report(about, state="missing", note=note)
        if found is not None:
            about |= {
                "format": found.format,
                "encoding": found.encoding,
                "separator": found.separator,
                "rows_delivered": found.rows_delivered,
                "rows_accepted": found.rows_accepted,
                "rows_quarantined": found.rows_quarantined,
                "cleaned": found.cleaned,
            }
        counts = self.counting.counts_as(delivery)
        if self.counting.is_replaced(delivery, counts):
            about |= NOTHING_READ
            return _report(about, state="unchanged", is_replaced=True, note=REPLACED)
        if why := self.run.broken.get((str(delivery.table), delivery.sha256)):
            about |= {"rows_accepted": 0, "rows_quarantined": 0, "cleaned": {}}
            return _report(about, state="stopped", note=refusals.not_what_it_was(delivery, why))
        problem = self.counting.problem(delivery, found)
        shrink = self.counting.standing(delivery).shrunk.get(delivery.number)
        if shrink is not None:
            problem = self._too_small(delivery, shrink)
        gone = (
            "Dit bestand is overschreven door een nieuwere levering."
            if is_overwritten
            else "Dit bestand staat niet meer in de map."
        )
        if problem and here:
            return _report(about, state="stopped", note=problem, shrink=shrink)
        if problem or found is None or counts is None:
            about |= NOTHING_READ
            return _report(about, state="missing", note=f"{gone} Het telde niet mee.")
        if counts is not delivery:
            return _report(about, state="unchanged", note=_of_a_copy(delivery, counts))
        notes = [
            *found.notes,
            *(
                [f"Let op: {self.counting.respelled_sentence(delivery)}"]
                if delivery.number in self.counting.respelled
                else []
            ),
            *(f"Let op: {bias.sentence}" for bias in found.biases),
            *self._version_notes(table, delivery.sha256),
            *self._kept_notes(found, delivery),
        ]
        if order_note:
            notes.append(order_note)
        notes += self._whole_notes(delivery)
        if self.counting.is_back(delivery):
            notes.insert(0, "Deze inhoud was al eerder geleverd en geldt weer, na wat erna kwam.")
        if not here:
            notes.insert(0, f"{gone} De gegevens blijven meetellen.")
        return _report(
            about,
            state="read" if here else "missing",
            note=" ".join(notes),
            counts=True,
            raw_path=found.raw_path,
            raw_sha256=found.raw_sha256,
            shape=found.shape,
            findings=found.findings,
        )

    def _too_small(self, delivery: Delivery, shrink: Shrink) -> str:
        table = self.run.source.table(str(delivery.table))
        return (
            f"Van tabel {table.name} is elke levering alles, en deze heeft {shrink.keys_after} "
            f"records; levering {shrink.replaces}, die zij zou vervangen, heeft er "
            f"{shrink.keys_before}, en {shrink.keys_gone} daarvan staan er niet meer in"
            f"{self._rejected_too(delivery)}. Toegestaan is "
            f"{refusals.percent(table.allowed_shrink)}. Lever opnieuw, met alles erin en met "
            f"dezelfde {', '.join(table.key)}. Zijn die records echt vervallen of hernummerd, geef "
            f'dan `datalab accept {self.run.source.name} {delivery.number} --reason "..."`.'
        )

    def _whole_notes(self, delivery: Delivery) -> Iterator[str]:
        what = self.counting.standing(delivery)
        if what.keys is None or delivery is not what.counting[-1]:
            return
        with_others = f" (met {_others(len(what.counting) - 1)})" * (len(what.counting) > 1)
        before = "" if what.keys_before is None else f"; de vorige had er {what.keys_before}"
        if what.keys_gone:
            are = "staat" if what.keys_gone == 1 else "staan"
            before += f", en {what.keys_gone} daarvan {are} er niet meer in"
            before += "".join(dict.fromkeys(self._rejected_too(one) for one in what.counting))
        yield f"Alleen deze levering{with_others} telt, met {what.keys} records{before}."
        yield from (
            self.run.accepted[one.number, one.sha256]
            for one in what.counting
            if (one.number, one.sha256) in self.run.accepted
        )

    def _rejected_too(self, delivery: Delivery) -> str:
        """That rejected rows are among what a whole delivery lacks: their records had an earlier
        version, which counts no more either."""
        table = self.run.source.table(str(delivery.table))
        found = self.run.parse_of(table, delivery.sha256)
        if found is None or not found.rows_quarantined:
            return ""
        many = found.rows_quarantined
        rows = "1 rij" if many == 1 else f"{many} rijen"
        return (
            f" ({rows} van levering {delivery.number} {'is' if many == 1 else 'zijn'} afgekeurd, "
            "en het record van zo'n rij telt ook in zijn vorige versie niet meer mee)"
        )

    def _version_notes(self, table: Table | None, sha256: str) -> list[str]:
        if table is None or self.run.parse_key(table, sha256) in self.run.registry.parses:
            return []
        return ["Gelezen volgens een eerdere versie van het contract; het bestand is er niet meer."]

    def _kept_notes(self, found: Parse, delivery: Delivery) -> list[str]:
        if why := self.run.restored.get((str(delivery.table), delivery.sha256)):
            return [
                "Opnieuw gelezen uit de levering, want wat er eerder van bewaard was, is niet te "
                f"vertrouwen: {why}."
            ]
        entry = self.run.entry(found.raw_path)
        if entry is not None and entry.is_found and found.raw_path not in self.run.written:
            return [
                "Gelezen voordat de vastlegging van gelezen bestanden begon; de levering is er "
                "niet meer om mee te vergelijken."
            ]
        return []


def _report(about: dict[str, object], **more: object) -> DeliveryReport:
    return DeliveryReport.model_validate({**about, **more})


def _of_a_copy(delivery: Delivery, counts: Delivery) -> str:
    if counts.number < delivery.number:
        return f"Dezelfde inhoud is al geleverd als {counts.said}; er verandert niets."
    return f"Dezelfde inhoud is later nog eens geleverd als {counts.said}, en telt daar mee."


def _others(count: int) -> str:
    return "1 ander bestand" if count == 1 else f"{count} andere bestanden"
