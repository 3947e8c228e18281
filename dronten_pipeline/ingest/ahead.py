"""Doing the next step while the last one is still looked at.

Here belongs: one thread beside the caller. Not here: what is done in it. Reading, typing and
writing a piece all leave Python for most of their time, so that two processors work at once; never
more than one piece is made ahead, so that memory knows a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, of which the next is made while one is used; errors come in their place."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(_next, items)
        while found := coming.result():
            coming = pool.submit(_next, items)
            yield found[0]


def _next(items: Iterator[T]) -> tuple[T] | None:
    for item in items:
        return (item,)
    return None


class Behind:
    """Does what it is given one after the other, while the caller goes on."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._last: Future[None] | None = None

    def do(self, step: Callable[[], None]) -> None:
        """Begins a step when the one before is done.

        Raises:
            Exception: what the step before raised.
        """
        self.wait()
        self._last = self._pool.submit(step)

    def wait(self) -> None:
        """Raises:
        Exception: what the last step raised.
        """
        last, self._last = self._last, None
        if last is not None:
            last.result()
