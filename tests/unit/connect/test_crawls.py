"""Lists that change while their pages are read: never a silent miss, never a ghost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dronten_pipeline.connect.crawl import Lists
from dronten_pipeline.connect.errors import Refused
from tests.connect_servers.serving import Answer, Request, page

CRAWLS = 200


class Changing:
    """A list of numbered records, newest first, of which some come and go between two pages."""

    address = "http://here"

    def __init__(self, seed: int, changes: int) -> None:
        self.random = random.Random(seed)
        self.records = list(range(self.random.randint(0, 60), 0, -1))
        self.next = 1000
        self.left = changes
        #: The list as it was at each moment, in order.
        self.states = [tuple(self.records)]

    def json(self, path: str, params: Any, *, body: Any, fine: frozenset[int]) -> Any:
        """As `Client.json`, of a system that is in use."""
        query = dict(one.split("=") for one in path.partition("?")[2].split("&") if one)
        request = Request(
            number=0,
            method="GET",
            path="/list",
            query=query or dict(params or {}),
            headers={},
        )
        records = [{"uuid": str(one), "value": str(one % 7)} for one in self.records]
        answer: Answer = page(self, request, records)
        assert answer.status in fine
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            self.change()
        return answer.body

    def url(self, path: str) -> str:
        return path.removeprefix(self.address)

    def change(self) -> None:
        if self.left <= 0:
            return
        self.left -= 1
        if self.records and self.random.random() < 0.5:
            self.records.pop(self.random.randrange(len(self.records)))
        else:
            place = self.random.choice([0, 0, self.random.randint(0, len(self.records))])
            self.records.insert(place, self.next)
            self.next += 1
        self.states.append(tuple(self.records))


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[Lists]:
    opened = Lists(tmp_path / "lists.sqlite")
    yield opened
    opened.close()


def read(lists: Lists, system: Changing) -> set[int]:
    lists.read(
        "found",
        ["id", "value"],
        system,  # type: ignore[arg-type]
        "/list",
        {"pageSize": "7"},
        keep=lambda record: [record["uuid"], record["value"]],
    )
    return {int(row["id"]) for row in lists.rows('SELECT id FROM "found"')}


def test_two_hundred_crawls_of_lists_that_change_between_pages(lists: Lists) -> None:
    refused = 0
    for seed in range(CRAWLS):
        system = Changing(seed, changes=random.Random(seed).choice([0, 1, 2, 5, 20, 400]))
        try:
            found = read(lists, system)
        except Refused:
            refused += 1
            continue
        # It is the list as it was at one moment, and not one that was made of two.
        assert found in [set(state) for state in system.states], seed
    # Only what never comes to rest is refused.
    assert 10 < refused < CRAWLS / 2


def test_a_removal_and_an_addition_that_leave_the_count_as_it_was(lists: Lists) -> None:
    system = Changing(0, changes=0)
    system.records = list(range(30, 0, -1))
    moves = iter([lambda: system.records.remove(29), lambda: system.records.append(0)])

    def choice(options: Any) -> int:
        for move in [next(moves, None), next(moves, None)]:
            if move:
                move()
        return 0

    system.random = SimpleNamespace(choice=choice)  # type: ignore[assignment]
    # In the first pass the 23 slid onto the page that was read already, and the 29 was still there.
    assert read(lists, system) == set(range(31)) - {29}


def test_a_last_page_that_is_gone_is_no_end(lists: Lists) -> None:
    system = Changing(0, changes=0)
    system.records = list(range(21, 0, -1))
    gone = iter([*range(21, 9, -1)])

    def choice(options: Any) -> int:
        for _ in range(12):
            if (one := next(gone, None)) is not None:
                system.records.remove(one)
        return 0

    system.random = SimpleNamespace(choice=choice)  # type: ignore[assignment]
    assert read(lists, system) == set(range(1, 10))


def test_a_list_that_always_repeats_a_record_is_refused(lists: Lists) -> None:
    system = Changing(0, changes=0)
    system.records = [5, 4, 3, 3, 2]
    with pytest.raises(Refused, match="veranderde tijdens 6 keer lezen"):
        read(lists, system)
