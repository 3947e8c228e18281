"""How often Python looks for memory that nothing reaches any more.

Here belongs that choice for processes that live as long as one run. Not here: limits on memory
(`core/limits.py`). Nearly all that the large libraries make when they are loaded lives until the
process ends: looking through it again and again costs a fifth of Great Expectations' time.
"""

from __future__ import annotations

import gc

#: New objects between two looks, instead of some hundreds.
OBJECTS = 100_000


def seldom() -> None:
    """From now on looks seldom, and never again at what is there already."""
    gc.freeze()
    gc.set_threshold(OBJECTS)
