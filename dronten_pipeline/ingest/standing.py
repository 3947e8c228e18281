"""Which of the deliveries of a table count, and in which place.

Here belongs: what a later delivery does to an earlier one. Not here: which deliveries there are
(`registry.py`), whether one can be read (`reading.py`), and the records in them (dbt takes the
latest version of each key).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from dronten_pipeline.ingest.registry import Delivery

#: Of the files that came together, one replaces an earlier one when it holds at least this share
#: of its records: then both are everything. With fewer in common they are parts of one whole.
SAME_WHOLE = 0.5


class Shrink(BaseModel):
    """A delivery of everything that lacks records (keys) of the one it would replace."""

    model_config = ConfigDict(frozen=True)

    keys_before: int
    keys_after: int
    keys_gone: int | None = Field(
        default=None,
        description="Of those before, how many it lacks; None where only the two totals were kept.",
    )
    replaces: int = Field(description="Number of the delivery that stays in force.")


class Keys(Protocol):
    """Counts the records of deliveries."""

    def count(self, deliveries: Sequence[Delivery]) -> int: ...

    def gone(self, before: Sequence[Delivery], after: Sequence[Delivery]) -> int:
        """How many records of the first are not in the second."""
        ...

    def share(self, of: Delivery, within: Delivery) -> float:
        """Of the records of one delivery the share that another holds too, 0 to 1."""
        ...


@dataclass(frozen=True)
class Standing:
    """counting: the deliveries that count, in order.
    shrunk: by number, those after them that lack too many records to take their place.
    keys, keys_before, keys_gone: of a table that delivers everything, records in the counting ones,
        in what they replaced, and how many of the latter are no more; None where there is none.
    """

    counting: list[Delivery]
    shrunk: dict[int, Shrink] = field(default_factory=dict)
    keys: int | None = None
    keys_before: int | None = None
    keys_gone: int | None = None


def latest_of_each_content(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Of every content the delivery that put it in force last, in the order of their numbers.

    A content that is delivered again right after itself was in force already. After another one it
    comes in force again: what it says is the latest that is known.

    Args:
        deliveries: of one table, readable, in the order of their numbers.
    """
    changes = [next(same) for _, same in itertools.groupby(deliveries, key=lambda one: one.sha256)]
    return sorted({one.sha256: one for one in changes}.values(), key=lambda one: one.number)


def latest_whole(
    deliveries: Sequence[Delivery],
    keys: Keys,
    *,
    allowed_shrink: float,
    is_accepted: Callable[[Delivery], bool],
) -> Standing:
    """What counts of a table of which every delivery is everything: the latest, alone.

    What came in one run is one delivery: of its files the last counts, with those before it that
    are parts of the same whole (`SAME_WHOLE`). One that lacks too many of the records before it
    counts only when it was accepted, however many others it brings: keys that were all written
    anew are as many. Once a later one counts it is merely replaced.

    Args:
        deliveries: of one table, readable, in the order of their numbers.
        allowed_shrink: share of the records that may be gone.
        is_accepted: whether somebody let in a delivery that lacks more.
    """
    counting: list[Delivery] = []
    shrunk: dict[int, Shrink] = {}
    count: int | None = None
    before: int | None = None
    gone: int | None = None
    for _, came in itertools.groupby(deliveries, key=lambda one: one.first_run):
        together = list(came)
        parts = _parts(together, keys)
        if {one.sha256 for one in parts} == {one.sha256 for one in counting}:
            continue  # it was in force already
        after = keys.count(parts)
        lacks = keys.gone(counting, parts) if count else 0
        is_short = count is not None and lacks > allowed_shrink * count + 1e-9
        if is_short and not any(is_accepted(one) for one in together):
            shrink = Shrink(
                keys_before=count or 0,
                keys_after=after,
                keys_gone=lacks,
                replaces=counting[-1].number,
            )
            shrunk |= {one.number: shrink for one in together}
            continue
        gone = None if count is None else lacks
        counting, before, count, shrunk = parts, count, after, {}
    return Standing(
        counting=counting, shrunk=shrunk, keys=count, keys_before=before, keys_gone=gone
    )


def _parts(together: Sequence[Delivery], keys: Keys) -> list[Delivery]:
    parts: list[Delivery] = []
    for one in latest_of_each_content(together):
        parts = [part for part in parts if keys.share(part, one) < SAME_WHOLE]
        parts.append(one)
    return parts
