"""JSON as interfaces and programs write it: the same records, wherever they stand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dronten_pipeline.core.limits import Limits
from dronten_pipeline.ingest import json_records, json_structure, pieces
from dronten_pipeline.ingest.dialect import Refused
from dronten_pipeline.ingest.header import Wanted
from dronten_pipeline.ingest.readers import read
from dronten_pipeline.ingest.records import Delivered, boolean_of, check_total, number_of

WANTED = Wanted(frozenset({"code", "naam", "bedrag", "akkoord"}), frozenset({"code", "naam"}))
ONE = {"code": "A1", "naam": "Beheer", "bedrag": 1.5, "akkoord": True}
TWO = {"code": "A2", "naam": None, "bedrag": -3, "akkoord": None}


def rows(content: bytes | str | object, wanted: Wanted = WANTED) -> list[tuple[object, ...]]:
    return cells(delivered(content, wanted), wanted)


def delivered(content: bytes | str | object, wanted: Wanted = WANTED) -> Delivered:
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    return read(content, wanted)


def cells(found: Delivered, wanted: Wanted = WANTED) -> list[tuple[object, ...]]:
    """Per record the one cell of every column."""
    there = set(found.frame.columns)
    columns = [
        pl.coalesce(pl.col(cell).cast(pl.String) for cell in of if cell in there).alias(name)
        for name in sorted(wanted.names & there)
        for of in [(name, number_of(name), boolean_of(name))]
    ]
    return found.frame.select(columns).rows()


def reasons(content: object) -> list[tuple[object, ...]]:
    found = delivered(content)
    assert found.rows == found.frame.height + found.rejects.height
    return found.rejects.select("_line", "column_name", "reason").rows()


# --- where the records stand

ENVELOPES: dict[str, Callable[[list[dict[str, object]]], object]] = {
    "list": lambda records: records,
    "results": lambda records: {"count": len(records), "next": None, "results": records},
    "odata": lambda records: {
        "@odata.context": "x",
        "@odata.count": len(records),
        "value": records,
    },
    "odata 2": lambda records: {"d": {"results": records, "__count": str(len(records))}},
    "d": lambda records: {"d": records},
    "deep": lambda records: {"Envelope": {"Body": {"x": {"y": records}}}},
    "beside others": lambda records: {"items": records, "labels": [{"id": 1}], "errors": []},
    "hal": lambda records: {
        "_links": {"self": {"href": "/x"}, "next": None},
        "_embedded": {"zaken": [{**one, "_links": {"self": {"href": "/z"}}} for one in records]},
    },
    "links": lambda records: {"links": [{"rel": "self", "href": "/x"}], "data": records},
    "geojson": lambda records: {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"coordinates": [5.7, 52.5]}, "properties": one}
            for one in records
        ],
    },
    "json:api": lambda records: {
        "data": [{"type": "x", "code": one["code"], "attributes": one} for one in records]
    },
    "hits": lambda records: {
        "hits": {
            "total": {"value": len(records), "relation": "eq"},
            "hits": [{"_index": "x", "_source": one} for one in records],
        }
    },
    "graphql": lambda records: {
        "data": {
            "zaken": {
                "pageInfo": {"hasNextPage": False, "endCursor": "x"},
                "edges": [{"node": one} for one in records],
            }
        }
    },
    "spring": lambda records: {"content": records, "last": True, "totalPages": 1},
}


def _pretty(document: object) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode()


WRITERS: dict[str, Callable[[list[dict[str, object]]], bytes]] = {
    **{
        name: lambda records, wrap=wrap: json.dumps(wrap(records)).encode()  # type: ignore[misc]
        for name, wrap in ENVELOPES.items()
    },
    **{
        f"pretty {name}": lambda records, wrap=wrap: _pretty(wrap(records))  # type: ignore[misc]
        for name, wrap in ENVELOPES.items()
    },
    "with a mark": lambda records: b"\xef\xbb\xbf" + _pretty(records),
    "utf-16": lambda records: json.dumps(records, ensure_ascii=False).encode("utf-16"),
    "lines": lambda records: b"".join(json.dumps(one).encode() + b"\r\n" for one in records),
    "pretty objects": lambda records: b"\n".join(map(_pretty, records)),
    "one line": lambda records: b"".join(json.dumps(one).encode() for one in records),
    "old line ends": lambda records: b"\r".join(json.dumps(one).encode() for one in records),
    "objects with commas": lambda records: b",\n".join(map(_pretty, records)),
    "commas too many": lambda records: (
        b"[" + b"".join(_pretty(one)[:-2] + b",},\n" for one in records) + b"]"
    ),
    "end of DOS": lambda records: json.dumps(records).encode() + b"\r\n\x1a",
    "comments": lambda records: b"/* {[ */ " + _pretty(records) + b" // einde ]",
}

VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.text(alphabet='ab "\\/{}[],:\n\té€😀\u2028', max_size=6),
    st.integers(-(2**63), 2**63),
)
RECORD = st.fixed_dictionaries(
    {"code": st.integers(0, 99).map(str), "naam": VALUE, "bedrag": VALUE, "x": VALUE}
)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=5, deadline=None)
@given(st.lists(RECORD, min_size=2, max_size=5))
def test_the_same_records_are_the_same_rows_however_they_are_wrapped(
    name: str, records: list[dict[str, object]]
) -> None:
    expected = [
        tuple(
            None if value is None else value if isinstance(value, str) else json.dumps(value)
            for value in (one["bedrag"], one["code"], one["naam"])
        )
        for one in records
    ]
    found = delivered(WRITERS[name](records))
    assert found.rows == len(records)
    assert cells(found) == expected
    assert not found.cleaned


def test_one_object_is_one_record() -> None:
    assert rows(ONE) == [("true", "1.5", "A1", "Beheer")]
    assert rows(_pretty(ONE)) == rows([ONE])
    assert rows({**ONE, "tags": [{"id": 1}]}) == rows([ONE])


def test_an_envelope_without_records_is_an_empty_delivery() -> None:
    assert delivered({"count": 0, "results": []}).rows == 0


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"open": [ONE], "gesloten": [{"code": "B", "naam": "C"}]}, id="two lists"),
        pytest.param({**ONE, "items": [ONE]}, id="an object and a list"),
    ],
)
def test_two_lists_that_fit_are_refused(document: object) -> None:
    with pytest.raises(Refused, match="2 lijsten of objecten"):
        rows(document)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"error": "geheim"}, id="an error"),
        pytest.param({"tags": []}, id="an empty list of something"),
        pytest.param({"code": {"0": "A"}, "x": {"0": "B"}}, id="columns"),
        pytest.param({"columns": ["code", "naam"], "data": [["A", "B"]]}, id="split"),
    ],
)
def test_no_list_that_fits_is_never_read(document: object) -> None:
    try:
        found = delivered(document)
    except Refused as refusal:
        assert "geheim" not in str(refusal)
    else:
        assert not found.headers or "naam" not in found.headers
        assert found.rows > 0


@pytest.mark.parametrize(
    "more",
    [
        {"next": "https://x/?page=2"},
        {"@odata.nextLink": "https://x"},
        {"nextLink": "x"},
        {"links": {"next": "x"}},
        {"links": [{"rel": "next", "href": "x"}]},
        {"_links": {"next": {"href": "x"}}},
        {"meta": {"hasMore": True}},
        {"has_more": True},
        {"nextRecordsUrl": "x"},
        {"done": False},
        {"count": 3},
        {"totalResults": "3"},
        {"page": {"totalElements": 3}},
        {"totalPages": 2},
        {"previous": "x"},
        {"properties": {"exceededTransferLimit": True}},
    ],
    ids=json.dumps,
)
def test_a_page_of_more_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(Refused, match="één bladzijde van een langere lijst"):
        rows({**more, "results": [ONE, TWO]})


@pytest.mark.parametrize(
    "more",
    [
        {"next": None, "count": 2},
        {"next": ""},
        {"_links": {"next": {"href": None}, "self": {"href": "x"}}},
        {"hasMore": False, "last": True, "totalPages": 1},
        {"count": 1},
    ],
    ids=json.dumps,
)
def test_a_whole_answer_is_read(more: dict[str, object]) -> None:
    assert len(rows({**more, "results": [ONE, TWO]})) == 2


# --- what is broken


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"value": [{"code": "A", "naam": "B"}', id="cut off"),
        pytest.param(b'{"value": [{"code": "A", "naam": "B"}]', id="one bracket less"),
        pytest.param(b'[{"code": "A", "naam": "B"}}', id="other bracket"),
        pytest.param(b'[{"code": "A", "naam": "B"} {"code": "C", "naam": "D"}]', id="no comma"),
        pytest.param(b'[{"code": "A", "naam": "B"},, {"code": "C", "naam": "D"}]', id="two commas"),
        pytest.param(b'[{"code": "A", "naam": "B"}] rest', id="something behind"),
        pytest.param(b"[{'code': 'A', 'naam': 'B'}]", id="of Python"),
        pytest.param(b'[{"code": "A", "naam": "5" buis"}, {"code": "C", "naam": "D"}]', id="quote"),
        pytest.param(b'[{"code": "A"}][{"code": "B"}]', id="two lists"),
        pytest.param(b'[{"code": "A", "naam": 01}]', id="no number"),
        pytest.param(b'{"value": [{"code": "A", "naam": "B"}], "x": 01}', id="bad envelope"),
        pytest.param(b'[{"code": "A", "naam": "B"} /* geen einde', id="open comment"),
        pytest.param(b"[" * 200_000, id="deep"),
    ],
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="JSON"):
        rows(content)


def test_elements_that_are_no_objects_are_rejected_by_row() -> None:
    content = b'[{"code": "A", "naam": "B"}, null, 5, "x,y", [1], {"code": "C", "naam": "D"}]'
    assert [line for line, *_ in reasons(content)] == [2, 3, 4, 5]
    assert len(rows(content)) == 2


def test_a_line_end_in_a_text_becomes_a_space_and_is_counted() -> None:
    found = delivered(b'[{"code": "A", "naam": "twee\nregels"}]')
    assert cells(found) == [("A", "twee regels")]
    assert found.cleaned["control_characters"] == 1


def test_a_block_that_ends_anywhere_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{"code": str(n), "naam": '\\"{[\\' * (n % 5)} for n in range(20)]
    expected = rows(records)
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(json_structure, "BLOCK", size)
        assert rows(records) == expected
        assert rows({"value": records}) == expected
        assert rows("\n".join(map(json.dumps, records))) == expected


# --- what a value says


def test_a_number_keeps_its_digits() -> None:
    content = (
        b'[{"code": 12345678901234567, "naam": 1.000001E+6, "bedrag": 1234567890123.456789},'
        b' {"code": 123456789012345678901234567890, "naam": 1000001.0, "bedrag": 0.1},'
        b' {"code": 1, "naam": {"bedrag": 2, "naam": "x"}, "bedrag": 0.30000000000000004}]'
    )
    assert rows(content) == [
        ("1234567890123.456789", "12345678901234567", "1000001.0"),
        ("0.1", "123456789012345678901234567890", "1000001.0"),
        ("0.30000000000000004", "1", "x"),
    ]


@pytest.mark.parametrize("number", ["12345678901234567.0", "1.2345678901234568E16", "1e22"])
def test_a_number_that_a_double_rounded_is_rejected_by_row(number: str) -> None:
    ((line, column, reason),) = reasons(f'[{{"code": {number}, "naam": "x"}}]')
    assert (line, column) == (1, "code")
    assert "meer dan 15 cijfers" in reason


def test_not_a_number_is_empty_and_infinity_is_rejected() -> None:
    content = b'[{"code": "A", "naam": "B", "bedrag": NaN, "x": Infinity}]'
    found = delivered(content)
    assert cells(found) == [(None, "A", "B")]
    assert found.cleaned["not_a_number"] == 1
    ((_, column, reason),) = reasons(content.replace(b"NaN", b"-Infinity"))
    assert column == "bedrag" and "Infinity" in reason


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"id": 1, "naam": "KCC"}, "KCC"),
        ({"Name": "KCC", "href": "/x"}, "KCC"),
        ({"value": 12}, "12"),
        ({"label": "KCC", "tags": [1]}, "KCC"),
        ({"$oid": "5f"}, "5f"),
    ],
)
def test_an_object_with_one_name_is_that_name(value: object, name: str) -> None:
    found = delivered([{"code": "A", "naam": value}, {"code": "B", "naam": "KCC"}])
    assert cells(found) == [("A", name), ("B", "KCC")]
    assert found.cleaned["named_object"] == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"naam": "a", "omschrijving": "b"}, "naam is een object"),
        ({"id": 1}, "naam is een object"),
        ({"naam": {"nl": "a"}}, "naam is een object"),
        (["a"], "naam is een lijst"),
    ],
)
def test_an_object_or_list_without_one_name_is_rejected_by_row(value: object, words: str) -> None:
    ((line, column, reason),) = reasons([{"code": "A", "naam": value}, ONE])
    assert (line, column) == (1, "naam")
    assert reason.startswith(words)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("/Date(1772442000000)/", "2026-03-02T09:00:00.000Z"),
        ("/Date(1772442000000+0100)/", "2026-03-02T09:00:00.000Z"),
        ("/Date(-62135596800000)/", "0001-01-01T00:00:00.000Z"),
        ("/Date(253402300799999)/", "9999-12-31T23:59:59.999Z"),
        ("/Date(x)/", "/Date(x)/"),
    ],
)
def test_milliseconds_of_net_become_a_moment(written: str, moment: str) -> None:
    slashes = json.dumps({"code": "A", "naam": written}).replace("/", "\\/")
    for content in ([{"code": "A", "naam": written}], f"[{slashes}]"):
        assert rows(content) == [("A", moment)]


def test_a_member_that_stands_twice_is_rejected_by_row() -> None:
    content = (
        b'[{"code": "A", "naam": "B", "naam": "C"}, {"code": "A", "naam": "B", "Naam": "C"},'
        b' {"code": "A", "naam": "B", "NAAM": "B"}, {"code": "A", "naam": null, "NAAM": "B"},'
        b' {"code": "A", "naam": "B", "x": 1, "x": 2}]'
    )
    assert [(line, column) for line, column, _ in reasons(content)] == [(1, "naam"), (2, "naam")]
    assert rows(content) == [("A", "B")] * 3


def test_a_record_with_damaged_characters_is_rejected_by_row() -> None:
    content = '[{"code": "é", "naam": "ö"}, '.encode() + b'{"code": "\xe9", "naam": "x"}]'
    assert [line for line, *_ in reasons(content)] == [2]


@pytest.mark.parametrize("page", [{"offset": 20}, {"page": 2}, {"meta": {"currentPage": 3}}])
def test_a_later_page_is_refused(page: dict[str, object]) -> None:
    with pytest.raises(Refused, match="bladzijde"):
        read(json.dumps({**page, "items": [ONE, TWO]}).encode(), WANTED)


@pytest.mark.parametrize("page", [{"offset": 0, "limit": 20}, {"page": 1}])
def test_a_first_page_that_names_no_other_is_read(page: dict[str, object]) -> None:
    assert len(rows({**page, "items": [ONE, TWO]})) == 2


@pytest.mark.parametrize("size", ["limit", "pageSize", "per_page", "$top"])
def test_a_full_page_is_whole_only_when_it_says_so(size: str) -> None:
    with pytest.raises(Refused, match="precies zoveel als op een bladzijde"):
        read(json.dumps({size: 2, "offset": 0, "items": [ONE, TWO]}).encode(), WANTED)
    for says_so in ({"total": 2}, {"next": None}, {"hasMore": False}, {"totalPages": 1}):
        assert len(rows({size: 2, **says_so, "items": [ONE, TWO]})) == 2


# --- in pieces

SMALL = st.dictionaries(
    st.sampled_from(["code", "naam", "Naam", "bedrag", "akkoord", "ander", "properties"]),
    st.one_of(
        st.sampled_from(["A", "é", "\\", '"', "{[", "]}", "//", "NCCÃ©", "", "1,5", "/Date(0)/"]),
        st.integers(),
        st.booleans(),
        st.none(),
        st.sampled_from([{"naam": "x"}, {}, [], [1], 1.5, float("nan"), 12345678901234567.0]),
    ),
    max_size=5,
)
FAULTS = (
    *(b"", b"", b"", b",", b"]", b"}", b'"', b"{", b"[", b"\\", b"\xc3", b"\xe9", b"\n", b"\t"),
    *(b"5,", b"null", b"// x\n", b"/* { */", b"\x1a", b'{"code": 1}', b"NaN"),
)


@settings(max_examples=25, deadline=None)
@given(
    records=st.lists(SMALL, min_size=1, max_size=25),
    name=st.sampled_from(sorted(WRITERS)),
    fault=st.sampled_from(FAULTS),
    place=st.floats(0, 1),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    block=st.sampled_from([3, 64, 1_000, 4_000]),
)
@example([{}] * 4, "pretty geojson", b'{"code": 1}', 0.0, b"", 3)  # a record of several pieces
def test_a_file_in_pieces_is_the_file_as_a_whole(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[dict[str, object]],
    name: str,
    fault: bytes,
    place: float,
    mark: bytes,
    block: int,
) -> None:
    records = [{"code": f"A{n}", "naam": "x", **one} for n, one in enumerate(records)]
    content = WRITERS[name](records)
    at = int(place * len(content))
    content = mark + content[:at] + fault + content[at:]
    path = tmp_path_factory.mktemp("pieces") / "a.json"
    path.write_bytes(content)
    whole = _outcome(lambda: [read(content, WANTED)])
    with pytest.MonkeyPatch.context() as patch, path.open("rb") as file:
        patch.setattr(pieces, "PIECE_BYTES", 400)
        patch.setattr(json_records, "PIECE_BYTES", 400)
        patch.setattr(json_structure, "BLOCK", block)
        if pieces.cut_as(file.fileno(), len(content)) != "json":
            return
        cut = _outcome(
            lambda: list(pieces.reader(file.fileno(), len(content), WANTED, Limits()).read())
        )
    assert cut == whole


def _outcome(reading: Callable[[], list[Delivered]]) -> object:
    """All that is said of a file, or why it is refused."""
    try:
        found = reading()
    except Refused as refusal:
        return str(refusal)
    for one in found:
        check_total(one)
    frame = pl.concat([one.frame for one in found], how="diagonal")
    return (
        frame.select(sorted(frame.columns)).rows(),
        pl.concat([one.rejects for one in found]).rows(),
        sum(one.rows for one in found),
        sum((Counter(one.cleaned) for one in found), Counter()),
        {(one.format, one.encoding, one.headers) for one in found},
        {note for one in found for note in one.notes},
    )
