"""How a file was taken, for whoever made it to confirm.

Here belongs: what a reader decided that decides what its records are. Not here: what was put right
(`cleaning.py`) or said of a file (its notes). Nothing that stood in the file is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Understood:
    """What a reader, and then `values.py`, made of a file.

    packed: how it was packed, as `gzip` or `zip`; None when it was not.
    sheets: numbers of the worksheets that were read, from 1; empty where the format has none.
    header: first and last line of the header, from 1; None where the format has none.
    columns: how dates and amounts are written, in Dutch words, by column of the contract.
    """

    packed: str | None = None
    sheets: tuple[int, ...] = ()
    header: tuple[int, int] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
