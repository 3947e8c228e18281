"""Work beside the caller keeps its order, its errors and its bound."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dronten_pipeline.ingest.ahead import Behind, ahead


def test_the_same_items_come_in_the_same_order_and_an_error_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2, 3)
        raise ValueError("here")

    taken = []
    with pytest.raises(ValueError, match="here"):
        for item in ahead(items()):
            taken.append(item)
    assert taken == [1, 2, 3]
    assert list(ahead(iter(()))) == []


def test_one_item_is_made_while_another_is_used_and_no_more() -> None:
    made: list[int] = []
    second = threading.Event()

    def items() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    coming = ahead(items())
    assert next(coming) == 0
    assert second.wait(10), "the next is made while the first is used"
    assert next(coming) == 1
    assert len(made) <= 3


def test_steps_are_done_one_after_the_other_and_their_errors_are_told() -> None:
    behind, done = Behind(), list[int]()
    for number in range(20):
        behind.do(lambda number=number: done.append(number))  # type: ignore[misc]
    behind.wait()
    assert done == list(range(20))

    def breaks() -> None:
        raise OSError("full")

    behind.do(breaks)
    with pytest.raises(OSError, match="full"):
        behind.wait()
