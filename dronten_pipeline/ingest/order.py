"""In which order files that came together were delivered.

Here belongs: what the names of files and the times at which they were last changed say of that. Not
here: files of different runs (the run that saw a file decides, `numbering.py`), or which of them
count (`standing.py`).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Literal

#: What decided: the dates in the names, when the files were last changed, or only the names.
OrderedBy = Literal["date", "time", "name"]

IN_WORDS: dict[OrderedBy, str] = {
    "date": "de datum in hun naam",
    "time": "het moment waarop zij het laatst veranderden",
    "name": "hun naam, want een datum of moment dat hen onderscheidt is er niet",
}

#: Files that were changed this close together (nanoseconds) were put there in one go: the moments
#: then say how they were copied, not which is the newer.
ONE_GO = 1_000_000_000

#: A second download of the same file: `naam (1).csv`.
_COPY = re.compile(r"^(?P<before>.*?)\s?\((?P<number>\d{1,3})\)(?P<after>(?:\.[A-Za-z0-9]{1,8})*)$")


@lru_cache(maxsize=50_000)  # a folder is listed several times in a run
def natural_key(name: str) -> tuple[object, ...]:
    """Sorting key under which `votes_2.csv` comes before `votes_10.csv`, and `votes.csv` before
    `votes (1).csv`: what stands before the extension goes first."""
    path = PurePath(name.casefold())
    return _parts(path.stem), _parts(path.suffix), name


def _parts(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d+)", text)
        if part
    )


def in_order(changed: Mapping[str, int | None]) -> tuple[list[str], OrderedBy]:
    """Names of files of one table that one run saw first, the oldest first, and what decided.

    Args:
        changed: by name, when the file was last changed, in nanoseconds since 1970; None where
            that says nothing.
    """
    names = sorted(changed, key=natural_key)
    dates = {name: date_in(_original(name)[0]) for name in names}
    moments = _moments(changed)
    by: OrderedBy = "name"
    if len(set(moments.values())) > 1:
        by = "time"
    if None in dates.values():
        dates = dict.fromkeys(names)
    elif len(set(dates.values())) > 1:
        by = "date"

    def key(name: str) -> tuple[object, ...]:
        original, number = _original(name)
        return dates[name] or (), moments[name], natural_key(original), number, natural_key(name)

    return sorted(names, key=key), by


def _original(name: str) -> tuple[str, int]:
    """The name of a file before a browser numbered it as one more download, and that number."""
    found = _COPY.match(name)
    return (found["before"] + found["after"], int(found["number"])) if found else (name, 0)


def _moments(changed: Mapping[str, int | None]) -> dict[str, int]:
    """The moments at which files were changed, as ranks; 0 for all where that is not known.

    Of several downloads of one file each is at least as late as the one before it.
    """
    if None in changed.values():
        return dict.fromkeys(changed, 0)
    times = {name: time for name, time in changed.items() if time is not None}
    ranks: dict[int, int] = {}
    before = rank = 0
    for time in sorted(times.values()):
        rank += time - before >= ONE_GO
        ranks[time], before = rank, time
    found: dict[str, int] = {}
    latest: dict[str, int] = {}
    for name in sorted(times, key=lambda one: _original(one)[1]):
        original = _original(name)[0]
        latest[original] = found[name] = max(ranks[times[name]], latest.get(original, 0))
    return found


# --- dates in names

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maart march mrt mar maa",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for word in words.split()
}
_Y = r"(?<!\d)(?P<y>(?:19|20)\d\d)"
_Y_END = r"(?P<y>(?:19|20)\d\d)(?!\d)"
_S = r"[-_. ]?"
_WORD = rf"(?<![a-z])(?P<word>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?![a-z])"
_MONTH, _DAY = r"(?P<m>0[1-9]|1[0-2])", r"(?P<d>0[1-9]|[12]\d|3[01])"
_LOOSE_MONTH, _LOOSE_DAY = r"(?P<m>0?[1-9]|1[0-2])", r"(?P<d>0?[1-9]|[12]\d|3[01])"
#: A time of day may follow: `20260331_1530`, `2026-03-31T15.30.00`.
_TIME = (
    r"(?:[t_ -]{0,2}(?!20\d\d[-_. ])"  # `2026-03-01_2026-03-31` goes on with a year
    r"(?P<hh>[01]\d|2[0-3])[.:_h-]?(?P<mm>[0-5]\d)(?:[.:_m-]?(?P<ss>[0-5]\d))?)?"
)
_QUARTER = r"(?:kwartaal|kw|k|q)"
_HALF = r"(?:halfjaar|hj|h)"
_WEEK = r"(?:week|wk|w)"
_NTH = r"(?:ste|de|e)?"

Reader = Callable[[re.Match[str]], dt.datetime]


def _day(found: re.Match[str]) -> dt.datetime:
    month = _month_in(found)
    parts = found.groupdict()
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hh", "mm", "ss"))
    return dt.datetime(int(found["y"]), month, int(found["d"]), hour, minute, second)


def _last_day_of_month(found: re.Match[str]) -> dt.datetime:
    return _end(int(found["y"]), _month_in(found))


def _month_in(found: re.Match[str]) -> int:
    word = found.groupdict().get("word")
    return _MONTHS[word] if word else int(found["m"])


def _end(year: int, month: int) -> dt.datetime:
    return dt.datetime(year, month, calendar.monthrange(year, month)[1])


#: Of each precision, finest first, the ways to write it; what was recognised is not read again.
_WAYS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (
        (
            rf"{_Y}(?P<s>[-_. ]){_MONTH}(?P=s){_DAY}{_TIME}(?!\d)",
            rf"{_Y}{_MONTH}{_DAY}{_TIME}(?!\d)",
            rf"(?<!\d){_LOOSE_DAY}(?P<s>[-_. ]){_LOOSE_MONTH}(?P=s){_Y_END}{_TIME}(?!\d)",
            rf"(?<!\d){_DAY}{_MONTH}{_Y_END}{_TIME}(?!\d)",
            rf"(?<!\d){_LOOSE_DAY}{_S}{_WORD}{_S}{_Y_END}",
            rf"{_Y}{_S}{_WORD}{_S}{_DAY}(?!\d)",
        ),
        _day,
    ),
    (
        (
            rf"{_Y}{_S}{_WEEK}{_S}(?P<n>\d\d?)(?!\d)",
            rf"(?<![a-z]){_WEEK}{_S}(?P<n>\d\d?){_S}{_Y_END}",
        ),
        lambda found: dt.datetime.fromisocalendar(int(found["y"]), int(found["n"]), 7),
    ),
    (
        (
            rf"{_WORD}{_S}{_Y_END}",
            rf"{_Y}{_S}{_WORD}",
            rf"{_Y}{_S}{_MONTH}(?!\d)",
            rf"(?<!\d){_MONTH}[-_. ]{_Y_END}",
        ),
        _last_day_of_month,
    ),
    (
        (
            rf"{_Y}{_S}{_QUARTER}{_S}(?P<n>[1-4])(?!\d)",
            rf"(?<![a-z]){_QUARTER}{_S}(?P<n>[1-4]){_S}{_Y_END}",
            rf"(?<!\d)(?P<n>[1-4]){_NTH}{_S}{_QUARTER}{_S}{_Y_END}",
            rf"{_Y}[-_. ](?P<n>[1-4]){_NTH}{_S}{_QUARTER}(?![a-z])",
        ),
        lambda found: _end(int(found["y"]), 3 * int(found["n"])),
    ),
    (
        (
            rf"{_Y}{_S}{_HALF}{_S}(?P<n>[12])(?!\d)",
            rf"(?<![a-z]){_HALF}{_S}(?P<n>[12]){_S}{_Y_END}",
        ),
        lambda found: _end(int(found["y"]), 6 * int(found["n"])),
    ),
    ((rf"{_Y}(?!\d)",), lambda found: _end(int(found["y"]), 12)),
)
_COMPILED = tuple((tuple(map(re.compile, ways)), read) for ways, read in _WAYS)


def date_in(name: str) -> tuple[dt.datetime, ...] | None:
    """The dates in the name of a file, to compare names by; None where it has none.

    The finest come first, of those that are equally fine the latest; a period stands for its last
    day, so that `2026-03` and `2026-03-31` are equal.
    """
    text = unicodedata.normalize("NFC", name).casefold()
    dates: list[dt.datetime] = []
    for ways, read in _COMPILED:
        found: list[dt.datetime] = []
        for way in ways:
            for match in list(way.finditer(text)):
                try:
                    found.append(read(match))
                except ValueError:  # the 31st of April, week 60
                    continue
                start, end = match.span()
                text = text[:start] + " " * (end - start) + text[end:]
        dates += sorted(found, reverse=True)
    return tuple(dates) or None
