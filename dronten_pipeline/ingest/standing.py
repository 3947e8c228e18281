"""Which of the deliveries of a table count, and in which place.

Here belongs: what a later delivery does to an earlier one. Not here: which deliveries there are
(`registry.py`), whether one can be read (`raw.py`), and the records in them (dbt takes the latest
version of each key).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from dronten_pipeline.ingest.registry import Delivery


def latest_of_each_content(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Of every content the delivery that put it in force last, in the order of their numbers.

    A content that is delivered again right after itself was in force already. After another one it
    comes in force again: what it says is the latest that is known.

    Args:
        deliveries: of one table, readable, in the order of their numbers.
    """
    changes = [next(same) for _, same in itertools.groupby(deliveries, key=lambda one: one.sha256)]
    return sorted(
        {one.sha256: one for one in changes}.values(),
        key=lambda one: one.number,
    )
