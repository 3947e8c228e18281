"""Which records a JSON document delivers: the one list in it, and whether it is whole.

Here belongs: what interfaces and exports write around records (`results`, `value`, GeoJSON), and
that a page of more is no delivery. Not here: where brackets stand (`json_structure.py`), cutting
the list into records (`json_records.py`), or what a record says (`json_files.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dronten_pipeline.ingest import header
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.json_records import INVALID, InList, OneByOne, Records
from dronten_pipeline.ingest.json_structure import (
    MOST_LISTS,
    SAMPLED,
    Elements,
    Outline,
    Pieces,
    Text,
)

#: Members in which an envelope holds its list; one of these that is empty is an empty delivery.
_LISTS = """
    results result value data items records rows features d content entries hits elements
    member values list resultaten gegevens lijst embedded hydramember
"""
LISTS = frozenset(_LISTS.split())
#: Members in which one record keeps its columns: GeoJSON, JSON:API, SharePoint, GraphQL, Elastic.
INNER = ("properties", "attributes", "fields", "node", "_source", "record", "item", "content")

_NEXT = """
    next nextlink odatanextlink nextpage nextpageurl nextpagelink nexturl nexturi nexthref
    nextcursor nextpagetoken nexttoken nextrecordsurl nextpagekey nextoffset continuationtoken
    hydranext volgende previous prev odatapreviouslink previouslink previouspage hydraprevious
    vorige
"""
NEXT = frozenset(_NEXT.split())
_MORE = """
    hasmore hasnext hasnextpage hasmorepages hasmoreresults hasmoreitems morerecords
    moreresults moreavailable istruncated truncated exceededtransferlimit haspreviouspage
"""
MORE = frozenset(_MORE.split())
LAST = frozenset(("last", "islast", "islastpage", "lastpage", "done", "iscomplete"))
_COUNT = """
    count total totalcount totalresults totalrecords totalelements totalitems totalsize
    totalhits totalrows totalnumber numbermatched odatacount recordcount recordstotal
    resultcount rowcount itemcount numfound xtotalcount hydratotalitems aantal totaal
    totaalaantal aantalresultaten aantalrecords
"""
COUNT = frozenset(_COUNT.split())
PAGES = frozenset(("totalpages", "pages", "pagecount", "numpages", "lastpage", "aantalpaginas"))
#: Where a page begins, and which one it is.
OFFSET = frozenset(("offset", "skip", "odataskip", "startat"))
PAGE = frozenset(("page", "currentpage", "pagenumber", "paginanummer", "pagina"))
#: How many records a page holds at most.
_SIZE = "limit pagesize perpage size top odatatop maxresults resultsperpage maxpagesize"
SIZE = frozenset(_SIZE.split())

DEEPEST = 6
#: What stands around the records is small.
MOST_AROUND = 4 << 20
SMALL_LIST = 64 << 10

NO_LIST = (
    "In deze JSON staat geen lijst van objecten met de kolommen van deze tabel. Lever een lijst "
    "van objecten ([{...}, {...}]), of een object per regel."
)


@dataclass(frozen=True)
class Delivery:
    """The records of a document.

    inner: member of every record in which its columns stand; None: they stand in the record.
    is_wrapped: they stood in a list within an object.
    """

    records: Records
    inner: str | None = None
    is_wrapped: bool = False


def inner_of(samples: Sequence[dict[str, Any]], wanted: Wanted) -> str | None:
    """The member that holds all required columns which the records themselves do not have."""
    own = _names(samples, wanted)
    missing = wanted.required - own if wanted.required else wanted.names
    if not missing or (not wanted.required and own & wanted.names):
        return None
    found = []
    for member in INNER:
        names = _names(_held(samples, member), wanted)
        if wanted.required <= own | names and names & missing:
            found.append(member)
    return found[0] if len(found) == 1 else None


def find(text: Text, outline: Outline, wanted: Wanted) -> Delivery:
    """The records of a document that is one object: those of the one list in it that holds the
    required columns, else itself.

    Raises:
        Refused: there are two such lists, or none; or it is a page of more.
    """
    lists = outline.lists
    if len(lists) > MOST_LISTS:
        raise Refused(NO_LIST)
    around = _loaded(text, lists)
    choices = []
    for one in lists:
        if one.level <= DEEPEST + 1:
            samples = _objects(one.first(text))
            inner = inner_of(samples, wanted)
            names = _names([*samples, *_held(samples, inner)], wanted)
            choices.append(_Choice(one, wanted.names & names, inner))
    complete = [one for one in choices if one.names and wanted.required <= one.names]
    own = wanted.names & _names([around], wanted)
    if own and wanted.required <= own:
        if complete:
            raise Refused(_doubtful(len(complete) + 1))
        return Delivery(OneByOne(text, outline.roots))
    if len(complete) > 1:
        raise Refused(_doubtful(len(complete)))
    best = max(complete or choices, key=lambda one: len(one.names), default=None)
    if best is None or not best.names:
        best = _empty_list(around, choices)
    chosen = best.elements
    others = [one for one in lists if one is chosen or one.end - one.start > SMALL_LIST]
    if why := _page_of_more(_loaded(text, others), chosen.count):
        raise Refused(
            f"Dit is één bladzijde van een langere lijst: {why}. Laat het bronsysteem alle "
            "bladzijden ophalen, en lever ze samen als één lijst van objecten."
        )
    return Delivery(InList(text, chosen), best.inner, is_wrapped=True)


@dataclass(frozen=True)
class _Choice:
    """A list, and the names of the contract in it."""

    elements: Elements
    names: frozenset[str]
    inner: str | None


def sampled(pieces: Pieces) -> list[dict[str, Any]]:
    """The first records that are valid objects."""
    return _objects(pieces.one(index) for index in range(min(SAMPLED, len(pieces.start))))


def _objects(texts: Iterable[bytes]) -> list[dict[str, Any]]:
    return [one for one in map(_loads, texts) if isinstance(one, dict)]


def _loads(text: bytes) -> Any:
    """What a JSON text says, also with a comma too many; None when it is none."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    import duckdb

    with duckdb.connect() as connection:
        try:
            said = connection.execute("select json(?)::varchar", [text.decode()]).fetchone()
            return json.loads(said[0]) if said else None
        except (duckdb.Error, ValueError, RecursionError):
            return None


def _loaded(text: Text, lists: Sequence[Elements]) -> dict[str, Any]:
    """What a document says with these lists empty."""
    starts = [0, *(one.end for one in lists)]
    ends = [*(one.start for one in lists), len(text)]
    if sum(ends) - sum(starts) > MOST_AROUND:
        raise Refused(NO_LIST)
    found = _loads(b"".join(text[start:end] for start, end in zip(starts, ends, strict=True)))
    if not isinstance(found, dict):
        raise Refused(INVALID)
    return found


def _held(samples: Sequence[dict[str, Any]], member: str | None) -> list[dict[str, Any]]:
    """The objects that stand in a member of others."""
    held = [one.get(member or "") for one in samples]
    return [one for one in held if isinstance(one, dict)]


def _names(objects: Sequence[dict[str, Any]], wanted: Wanted) -> frozenset[str]:
    keys = list(dict.fromkeys(key for one in objects for key in one))
    return frozenset(header.canonical(keys, wanted)[0])


def _doubtful(many: int) -> str:
    return (
        f"In deze JSON staan {many} lijsten of objecten met de kolommen van deze tabel, zodat niet "
        "vaststaat welke bedoeld is. Lever één lijst van objecten, of elke lijst in een eigen "
        "bestand."
    )


def _empty_list(around: dict[str, Any], choices: list[_Choice]) -> _Choice:
    """The list of an envelope without records."""
    named = any(_plain(key) in LISTS for key, value in _members(around) if value == [])
    if len(choices) == 1 and named:
        return choices[0]
    raise Refused(NO_LIST)


def _page_of_more(around: dict[str, Any], rows: int) -> str | None:
    """Why a list is not all there is, as the end of a sentence."""
    for key, value in _members(around):
        name = _plain(key)
        if (name in NEXT or name == "rel") and _is_link(name, value):
            return "er wordt naar een volgende of vorige bladzijde verwezen"
        if (name in MORE and value is True) or (name in LAST and value is False):
            return "het antwoord zegt zelf dat er meer is"
        if name in COUNT and (count := _number(value)) is not None and count > rows:
            return f"er horen {count} records te zijn, en er staan er {rows} in"
        if name in PAGES and (count := _number(value)) is not None and count > 1:
            return f"er zijn {count} bladzijden"
        if name in OFFSET and (count := _number(value)) is not None and count > 0:
            return "de eerste records staan er niet in"
        if name in PAGE and (count := _number(value)) is not None and count > 1:
            return f"dit is bladzijde {count}"
    members = [(_plain(key), value) for key, value in _members(around)]
    is_full = any(name in SIZE and _number(value) == rows for name, value in members)
    # What says that there is no more: the whole number, or a next page that is empty.
    is_last = any(
        name in NEXT
        or (name in COUNT and _number(value) == rows)
        or (name in MORE and value is False)
        or (name in LAST and value is True)
        or (name in PAGES and _number(value) == 1)
        for name, value in members
    )
    if is_full and not is_last:
        return f"er staan er {rows} in, precies zoveel als op een bladzijde passen"
    return None


def _members(value: dict[str, Any], depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The members of an object and of those in it; of lists of links only where they lead."""
    for key, member in value.items():
        yield key, member
        if isinstance(member, dict) and depth < DEEPEST:
            yield from _members(member, depth + 1)
        if isinstance(member, list) and _plain(key) in ("links", "link"):
            yield from (("rel", one) for one in member if isinstance(one, dict))


def _is_link(name: str, value: Any) -> bool:
    if name == "rel":
        if not isinstance(value, dict):
            return False
        relation = value.get("rel") or value.get("relation")
        return _plain(str(relation)) in NEXT and _is_link("", value)
    if isinstance(value, dict):
        return bool(value["href"]) if "href" in value else any(value.values())
    return bool(value)


def _number(value: Any) -> int | None:
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _plain(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.casefold())
