"""Ways to break the process that reads; nothing else is imported here."""

from __future__ import annotations

import time


def wait() -> None:
    time.sleep(60)


def grow() -> None:
    held = []
    while True:
        held.append(bytearray(b"x" * 10_000_000))
        time.sleep(0.005)
