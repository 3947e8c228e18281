"""Which requests reach Dagster, as pure functions of what was sent."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronten_pipeline.web import guard
from dronten_pipeline.web.guard import Refused, Rules
from dronten_pipeline.web.secret import new_session

TOKEN = "t" * 43
NOW = 1_800_000_000.0
HOST = "127.0.0.1:3000"
RULES = Rules(
    hosts=frozenset({HOST, "localhost:3000", "datalab.example.nl"}),
    token=TOKEN,
    cookie="datalab_3000",
    proxy_header="x-datalab",
)
BEARER = {"authorization": f"Bearer {TOKEN}"}
COOKIE = {"cookie": f"datalab_3000={new_session(TOKEN, NOW)}"}
JSON = {"content-type": "application/json"}
MUTATION = "mutation { reloadWorkspace { __typename } }"


def judge(
    headers: dict[str, str] | list[tuple[str, str]],
    *,
    method: str = "GET",
    path: str = "/",
    rules: Rules = RULES,
    own: bool = True,
    now: float = NOW,
) -> HTTPStatus | None:
    """None when it may pass, else the status with which it is refused."""
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    try:
        guard.check_sender(
            rules,
            method=method,
            path=path,
            headers=[(key.encode(), value.encode("latin-1")) for key, value in pairs],
            is_own_account=lambda: own,
            now=now,
        )
    except Refused as refused:
        return refused.status
    return None


@pytest.mark.parametrize(
    "headers",
    [
        {"host": HOST, **BEARER},
        {"host": "LOCALHOST:3000", **BEARER},
        {"host": "datalab.example.nl", "x-datalab": TOKEN},
        {"host": HOST, **COOKIE},
        {"host": HOST, "cookie": f"other=1; datalab_3000=x; {COOKIE['cookie']}"},
        {"host": HOST, "origin": f"http://{HOST}", "sec-fetch-site": "same-origin", **COOKIE},
        {"host": "datalab.example.nl", "origin": "https://datalab.example.nl", **BEARER},
        {
            "host": HOST,
            "sec-fetch-site": "cross-site",
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "document",
            **BEARER,
        },
    ],
    ids=str,
)
def test_who_is_known_may_pass(headers: dict[str, str]) -> None:
    assert judge(headers) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.test",
        "evil.test:3000",
        "127.0.0.1",
        "127.0.0.1:3001",
        "127.0.0.1:3000.evil.test",
        "evil.test@127.0.0.1:3000",
        "127.0.0.1:3000, evil.test",
        "127.1:3000",
        "localhost.:3000",
        "0.0.0.0:3000",
        "datalab.example.nl.evil.test",
    ],
)
def test_another_name_is_refused_whatever_it_shows(host: str) -> None:
    assert judge({"host": host, **BEARER}) is HTTPStatus.MISDIRECTED_REQUEST


def test_no_name_or_two_names_are_refused() -> None:
    assert judge(BEARER) is HTTPStatus.MISDIRECTED_REQUEST
    twice = [("host", HOST), ("host", "evil.test"), *BEARER.items()]
    assert judge(twice) is HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    "page",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://localhost:3000"},
        {"origin": f"http://{HOST}.evil.test"},
        {"origin": f"http://evil.test@{HOST}"},
        {"origin": f"file://{HOST}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "Cross-Site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("proof", [BEARER, COOKIE], ids=["token", "cookie"])
def test_another_page_is_refused_whatever_it_shows(
    page: dict[str, str], method: str, proof: dict[str, str]
) -> None:
    asked = judge({"host": HOST, **page, **proof, **JSON}, method=method, path="/graphql")
    assert asked is HTTPStatus.FORBIDDEN


def test_a_form_that_navigates_here_is_refused() -> None:
    navigation = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    refused = judge({"host": HOST, **navigation, **BEARER, **JSON}, method="POST", path="/graphql")
    assert refused is HTTPStatus.FORBIDDEN
    assert judge({"host": HOST, **navigation, **BEARER}, path="/graphql") is HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"authorization": TOKEN},
        {"authorization": "Bearer"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": f"Basic {TOKEN}"},
        {"x-datalab": "1"},
        {"x-datalab": ""},
        {"x-remote-user": "beheerder"},
        {"x-forwarded-for": "127.0.0.1"},
        {"cookie": f"datalab_3000={TOKEN}"},
        {"cookie": f"datalab_3000={int(NOW) + 9999}.abc"},
        {"cookie": f"datalab_3001={new_session(TOKEN, NOW)}"},
        {"cookie": f"datalab_3000={new_session('another token', NOW)}"},
        {"cookie": "datalab_3000=\xe9.\xe9"},
    ],
    ids=str,
)
def test_who_shows_nothing_of_worth_is_refused(proof: dict[str, str]) -> None:
    assert judge({"host": HOST, **proof}) is HTTPStatus.UNAUTHORIZED


def test_a_cookie_ends_and_its_day_cannot_be_moved() -> None:
    later = NOW + 8 * 24 * 3600
    assert judge({"host": HOST, **COOKIE}, now=later) is HTTPStatus.UNAUTHORIZED
    _, proof = new_session(TOKEN, NOW).split(".")
    moved = {"cookie": f"datalab_3000={int(later) + 9}.{proof}"}
    assert judge({"host": HOST, **moved}, now=later) is HTTPStatus.UNAUTHORIZED


def test_a_cookie_that_another_account_collected_is_worth_nothing() -> None:
    assert judge({"host": HOST, **COOKIE}, own=False) is HTTPStatus.UNAUTHORIZED
    assert judge({"host": HOST, **BEARER}, own=False) is None


def test_behind_a_proxy_no_cookie_counts() -> None:
    rules = Rules(hosts=RULES.hosts, token=TOKEN)
    assert judge({"host": HOST, **COOKIE}, rules=rules) is HTTPStatus.UNAUTHORIZED
    header = {"host": HOST, "x-datalab": TOKEN}  # no header was named
    assert judge(header, rules=rules) is HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "QUERY"]
)
def test_other_methods_are_refused(method: str) -> None:
    assert judge({"host": HOST, **BEARER}, method=method) is HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "text/plain; application/json",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/jsonp",
        "text/plain;x=application/json",
    ],
)
@pytest.mark.parametrize("path", ["/graphql", "/report_asset_check/a/b"])
def test_a_post_that_is_not_json_is_refused(content_type: str | None, path: str) -> None:
    headers = {"host": HOST, **BEARER}
    if content_type is not None:
        headers["content-type"] = content_type
    assert judge(headers, method="POST", path=path) is HTTPStatus.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON;charset=UTF-8"])
def test_json_may_pass(content_type: str) -> None:
    headers = {"host": HOST, **BEARER, "content-type": content_type}
    assert judge(headers, method="POST", path="/graphql") is None


@pytest.mark.parametrize("path", ["/", "/graphql/", "//graphql", "/GRAPHQL", "/logs/x", "/runs"])
def test_other_paths_take_no_post(path: str) -> None:
    headers = {"host": HOST, **BEARER, **JSON}
    assert judge(headers, method="POST", path=path) is HTTPStatus.METHOD_NOT_ALLOWED


def test_one_that_only_shows_takes_no_report() -> None:
    rules = Rules(hosts=RULES.hosts, token=TOKEN, read_only=True)
    headers = {"host": HOST, **BEARER, **JSON}
    for path in guard.REPORTS:
        refused = judge(headers, method="POST", path=f"{path}a", rules=rules)
        assert refused is HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
def test_graphql_by_get_is_refused(path: str) -> None:
    with pytest.raises(Refused):
        guard.check_get(path, b"query=mutation%7Ba%7D")
    guard.check_get(path, b"")  # the page on which queries can be tried
    guard.check_get("/runs", b"q=query")


def test_one_query_or_mutation_is_written_anew() -> None:
    body = {"query": MUTATION, "variables": {"a": [1]}, "operationName": None, "extensions": {}}
    passed = json.loads(guard.checked_request(RULES, json.dumps(body).encode()))
    assert passed == {"query": MUTATION, "variables": {"a": [1]}, "operationName": None}


def test_the_last_of_two_equal_keys_is_judged_and_passed_on() -> None:
    body = f'{{"query": "{{a}}", "query": "{MUTATION}"}}'.encode()
    assert json.loads(guard.checked_request(RULES, body))["query"] == MUTATION
    with pytest.raises(Refused, match="--read-only"):
        guard.checked_request(Rules(hosts=RULES.hosts, token=TOKEN, read_only=True), body)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "query {a}",
        f"[{json.dumps({'query': MUTATION})}]",
        {},
        {"query": None},
        {"query": ["{a}"]},
        {"query": "{a}", "variables": "{}"},
        {"query": "{a}", "variables": []},
        {"query": "{a}", "map": {"0": ["variables.file"]}},
        {"id": "1", "extensions": {"persistedQuery": {"sha256Hash": "x"}}},
        {"query": ""},
        {"query": "#"},
        {"query": "mutation {"},
        {"query": "fragment F on Mutation { reloadWorkspace { __typename } }"},
        {"query": f"query A {{a}} {MUTATION}"},
        {"query": "query A {a} mutation B {b}", "operationName": "B"},
        {"query": "query A {a} query B {b}", "operationName": "A"},
        {"query": "query A {a}", "operationName": "B"},
        {"query": "subscription {a}"},
        {"query": "{a} type Query { a: Int }"},
        {"query": "{a" + " b" * 20_001 + "}"},
        {"query": "{a" * 5_000 + "}" * 5_000},
        '{"query": ' + "[" * 100_000,
        '{"variables": {"a": ' + "[" * 90_000 + "]" * 90_000 + '}, "query": "{a}"}',
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_single_request_is_refused(body: object) -> None:
    sent = body if isinstance(body, str) else json.dumps(body)
    with pytest.raises(Refused) as refused:
        guard.checked_request(RULES, sent.encode())
    assert refused.value.status is HTTPStatus.BAD_REQUEST


def test_other_encodings_of_json_are_refused() -> None:
    for encoding in ("utf-16", "utf-32", "utf-8-sig", "utf-7"):
        body = json.dumps({"query": "{a}"}).encode(encoding)
        if encoding == "utf-7":
            body = b'{"query+ACI-: 1}'
        with pytest.raises(Refused):
            guard.checked_request(RULES, body)


@pytest.mark.parametrize(
    "query",
    [
        MUTATION,
        "mutation M { x: reloadWorkspace { __typename } y: reloadWorkspace { __typename } }",
        "mutation M { ...F } fragment F on Mutation { reloadWorkspace { __typename } }",
        "fragment F on Mutation { a { b } } mutation { ...F }",
        "mutation M @include(if: true) { ... on Mutation { a { b } } }",
        "#query\nmutation{a{b}}",
        "\ufeffmutation{a{b}}",
        ",,,mutation,M,{a{b}}",
    ],
)
def test_one_that_only_shows_finds_every_mutation(query: str) -> None:
    rules = Rules(hosts=RULES.hosts, token=TOKEN, read_only=True)
    body = json.dumps({"query": query}).encode()
    guard.checked_request(RULES, body)
    with pytest.raises(Refused, match="--read-only"):
        guard.checked_request(rules, body)


def message(**parts: Any) -> str:
    return json.dumps(parts)


@pytest.mark.parametrize(
    "text",
    [
        message(type="connection_init", payload={}),
        message(type="stop", id="1"),
        message(type="start", id="1", payload={"query": "subscription S { a }"}),
    ],
)
def test_a_subscription_may_pass(text: str) -> None:
    assert json.loads(guard.checked_message(RULES, text))["type"] == json.loads(text)["type"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        message(type="subscribe", id="1", payload={"query": "subscription {a}"}),
        message(type="start", id="1"),
        message(type="start", id="1", payload=[{"query": "subscription {a}"}]),
        message(type="start", id="1", payload={"query": MUTATION}),
        message(type="start", id="1", payload={"query": "{a}"}),
        message(
            type="start",
            id="1",
            payload={"query": f"subscription S {{a}} {MUTATION}", "operation_name": "S"},
        ),
        message(type="start", id={"a": 1}, payload={"query": "subscription {a}"}),
    ],
    ids=lambda text: text[:60],
)
def test_anything_else_through_a_socket_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        guard.checked_message(RULES, text)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_body_breaks_the_guard(body: bytes) -> None:
    for check in (
        lambda: guard.checked_request(RULES, body),
        lambda: guard.checked_message(RULES, body.decode("latin-1")),
    ):
        try:
            check()
        except Refused as refused:
            assert refused.status is HTTPStatus.BAD_REQUEST


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["host", "origin", "cookie", "authorization", "content-type", "x"]),
            st.text(alphabet=st.characters(max_codepoint=255), max_size=60),
        ),
        max_size=6,
    )
)
def test_no_heads_without_the_token_pass(headers: list[tuple[str, str]]) -> None:
    assert judge([("host", HOST), *headers]) is not None
    assert judge(headers) is not None


@pytest.mark.parametrize("origin", ["http://[evil", "http://]", "http://[::1", "\x00"])
def test_an_origin_that_is_no_address_is_refused(origin: str) -> None:
    assert judge({"host": HOST, "origin": origin, **BEARER}) is HTTPStatus.FORBIDDEN
