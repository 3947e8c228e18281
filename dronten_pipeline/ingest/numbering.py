"""The number of a delivery: what came since the last run, in the order in which it holds.

Here belongs: what is new, what is gone, and the numbers. Not here: by what files that came together
are ordered (`order.py`), or which deliveries count (`counting.py`).
"""

from __future__ import annotations

from dronten_pipeline.ingest import order, parts
from dronten_pipeline.ingest.look import Look, Seen
from dronten_pipeline.ingest.registry import Delivery
from dronten_pipeline.ingest.source_run import SourceRun


def number(run: SourceRun, look: Look) -> None:
    """Numbers what was delivered since the last run, before anything else is decided."""
    if look.is_listed:
        _note_what_is_gone(run, look.names)
    lying = run.registry.lying(run.origin)
    delivered: dict[str | None, list[Seen]] = {}
    for one in look.seen:
        if one.sha256 is not None and lying.get(one.name) != one.sha256:
            table = one.table.name if one.table else None
            delivered.setdefault(table, []).append(one)
    next_number = run.registry.next_number()
    for table in sorted(delivered, key=lambda name: order.natural_key(name or "")):
        together, by = _in_order(run, delivered[table])
        for one in together:
            run.registry.deliveries.append(
                Delivery(
                    number=next_number,
                    origin=run.origin,
                    file_name=one.name,
                    sha256=str(one.sha256),
                    table=table,
                    first_run=run.run_id,
                    received_at=run.now,
                    ordered_by=by,
                )
            )
            next_number += 1


def note(run: SourceRun) -> None:
    """Tells with every raw file that this run wrote of which delivery it is."""
    numbers = {
        (delivery.table, delivery.sha256): delivery.number
        for delivery in reversed(run.registry.deliveries)
    }
    run.written = {
        path: entry.model_copy(
            update={"number": numbers.get((entry.table, str(entry.delivered_sha256)))}
        )
        for path, entry in run.written.items()
    }


def _note_what_is_gone(run: SourceRun, there: set[str]) -> None:
    """Not for a folder that is not there: that is a share out of reach, and its files will be the
    same ones when it is back."""
    gone = {name for name in run.registry.lying(run.origin) if name not in there}
    run.registry.deliveries = [
        delivery.model_copy(update={"is_gone": True})
        if delivery.origin == run.origin and delivery.file_name in gone
        else delivery
        for delivery in run.registry.deliveries
    ]


def _in_order(run: SourceRun, together: list[Seen]) -> tuple[list[Seen], order.OrderedBy | None]:
    """Files of one table that came together, the oldest first, and what that was decided by."""
    by_name = {one.path.name: one for one in together}
    names, by = order.in_order({name: _changed(run, by_name[name]) for name in by_name})
    found = [by_name[name] for name in names]
    # Copies that come together are one delivery, in the place of the last of them.
    places = {one.sha256: place for place, one in enumerate(found)}
    return sorted(found, key=lambda one: places[one.sha256]), by if len(places) > 1 else None


def _changed(run: SourceRun, seen: Seen) -> int | None:
    """When a file was last changed; of a sample that is when it was installed."""
    if run.origin == "sample":
        return None
    try:
        return parts.state(seen.path).changed_ns
    except OSError:
        return None
