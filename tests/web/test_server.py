"""Every way in that Dagster's own server leaves open, tried on the real one of this project."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.conftest import PROJECT
from tests.web.serving import (
    DELETE,
    JSON,
    LAUNCH,
    QUICK,
    STOP_SENSOR,
    Answer,
    Served,
    environment,
    free_port,
    launching,
    serving,
    started,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PLAIN = {"Content-Type": "text/plain"}
EVIL_PAGE = {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"}
MARK = "a-program-of-somebody-else"

EVENTS = """subscription Events($runId: ID!) {
  pipelineRunLogs(runId: $runId) {
    __typename
    ... on PipelineRunLogsSubscriptionSuccess { messages { __typename } hasMorePastEvents }
  }
}"""


def deletes(served: Served) -> str:
    """A mutation without variables that works on the server as it is."""
    return f'mutation {{ deletePipelineRun(runId: "{served.runs[0]}") {{ __typename }} }}'


@pytest.fixture(scope="module")
def cookie(dev: Served) -> dict[str, str]:
    """What a browser sends after the link was opened."""
    answer = dev.send("GET", dev.links[-1].removeprefix(f"http://{dev.host}"))
    assert answer.status == 303
    given = answer.headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=Strict" in given
    return {"Cookie": given.split(";")[0]}


# --- the way in that is meant


def test_a_person_starts_a_run_for_a_day_and_follows_it(
    dev: Served, cookie: dict[str, str]
) -> None:
    page = dev.send("GET", "/", {**cookie, "Accept": "text/html"})
    assert page.status == 200
    assert "dagster" in page.text.lower()
    config = {"resources": {"run": {"config": {"as_of": "2026-05-31"}}}}
    body = json.dumps({"query": LAUNCH, "variables": {"params": launching(config, QUICK)}})
    headers = {**cookie, **JSON, "Origin": f"http://{dev.host}", "Sec-Fetch-Site": "same-origin"}
    answer = dev.send("POST", "/graphql", headers, body)
    launched = answer.data["launchPipelineExecution"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]
    with socket_to(dev, cookie) as opened:  # while the run goes on
        assert "RunSuccessEvent" in subscribed(opened, run_id)
    assert dev.wait_for(run_id) == "SUCCESS"
    # What the run prints does not push the link out of the terminal.
    assert "external_survey: " in (dev.home / "last-server.log").read_text()
    assert "DEBUG" not in (dev.home / "last-server.log").read_text()
    assert "external_survey" not in dev.output.read_text()


@contextlib.contextmanager
def socket_to(
    served: Served, headers: dict[str, str], host: str | None = None, origin: str | None = None
) -> Iterator[ClientConnection]:
    with (
        socket.create_connection(("127.0.0.1", served.port)) as raw,
        connect(
            f"ws://{host or served.host}/graphql",
            sock=raw,
            additional_headers=headers,
            origin=origin,  # type: ignore[arg-type]
            subprotocols=["graphql-ws"],  # type: ignore[list-item]
            open_timeout=60,
        ) as opened,
    ):
        yield opened


def subscribed(opened: ClientConnection, run_id: str) -> set[str]:
    """The kinds of events that come, until the run ends."""
    opened.send(json.dumps({"type": "connection_init", "payload": {}}))
    assert json.loads(opened.recv(60))["type"] == "connection_ack"
    start = {"query": EVENTS, "variables": {"runId": run_id}}
    opened.send(json.dumps({"type": "start", "id": "1", "payload": start}))
    seen: set[str] = set()
    while not seen & {"RunSuccessEvent", "RunFailureEvent"}:
        said = json.loads(opened.recv(120))
        messages = said["payload"]["data"]["pipelineRunLogs"]["messages"]
        seen |= {one["__typename"] for one in messages}
    return seen


def test_the_link_works_once_and_the_terminal_shows_another(dev: Served) -> None:
    used = dev.links[-1]
    path = used.removeprefix(f"http://{dev.host}")
    assert dev.send("HEAD", path).status == 401  # as programs do that show what a link holds
    assert dev.send("GET", path, {"Host": "evil.test"}).status == 421
    assert dev.send("GET", path).status == 303
    assert dev.send("GET", path).status == 401
    assert dev.links[-1] != used


# --- a page in a browser, with and without the cookie of whoever looks at it


def attacks(served: Served) -> dict[str, tuple[str, str, dict[str, str], str | None, set[int]]]:
    """By name: method, path, headers, body, and the statuses that are a refusal."""
    mutation = deletes(served)
    body = json.dumps({"query": mutation})
    by_get = f"/graphql?query={quote(mutation)}"
    hidden = f"query A {{ version }} {mutation.replace('mutation', 'mutation B')}"
    multipart = (
        '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n'
        f'{body}\r\n--x\r\nContent-Disposition: form-data; name="map"\r\n\r\n{{}}\r\n--x--\r\n'
    )
    known = served.known
    report = f"/report_asset_materialization/{'/'.join(QUICK)}"
    site = {"Origin": f"http://{served.host}"}
    return {
        "GET, as in wall 9": (
            "GET", by_get, {"Host": "evil.test", "Origin": "http://evil.test"}, None, {421},
        ),
        "GET of an image": ("GET", by_get, {"Sec-Fetch-Site": "cross-site"}, None, {403}),
        "GET without heads": ("GET", by_get, {}, None, {401, 405}),
        "GET by somebody known": ("GET", by_get, known, None, {405}),
        "GET of a page with a query": (
            "GET", by_get, {**known, "Accept": "text/html"}, None, {405},
        ),
        "HEAD": ("HEAD", by_get, known, None, {405}),
        "form": ("POST", "/graphql", {**FORM, **EVIL_PAGE}, urlencode({"query": mutation}), {403}),
        "form, query in the address": ("POST", by_get, {**FORM, **known}, "", {415}),
        "form of an old browser": ("POST", by_get, FORM, "", {401, 415}),
        "text/plain": ("POST", "/graphql", {**PLAIN, **EVIL_PAGE}, body, {403}),
        "text/plain by somebody known": ("POST", "/graphql", {**PLAIN, **known}, body, {415}),
        "no type": ("POST", by_get, known, "", {415}),
        "application/graphql": (
            "POST", "/graphql", {**known, "Content-Type": "application/graphql"}, mutation, {415},
        ),
        "types that hide another": (
            "POST", "/graphql",
            {**known, "Content-Type": "text/plain; application/json"}, body, {415},
        ),
        "upload": (
            "POST", "/graphql",
            {**known, "Content-Type": "multipart/form-data; boundary=x"}, multipart, {415},
        ),
        "JSON of another page": ("POST", "/graphql", {**JSON, **EVIL_PAGE}, body, {403}),
        "JSON of a page without origin": (
            "POST", "/graphql", {**JSON, "Origin": "null"}, body, {403},
        ),
        "JSON of another port": (
            "POST", "/graphql", {**JSON, "Origin": "http://127.0.0.1:1"}, body, {403},
        ),
        "JSON of another port, as browsers say it": (
            "POST", "/graphql", {**JSON, "Sec-Fetch-Site": "same-site"}, body, {403},
        ),
        "a name that points here": (
            "POST", "/graphql",
            {**JSON, **known, "Host": f"evil.test:{served.port}",
             "Origin": f"http://evil.test:{served.port}"},
            body, {421},
        ),
        "leave to send": (
            "OPTIONS", "/graphql",
            {**EVIL_PAGE, "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "content-type"},
            None, {403},
        ),
        "leave to send, by the page": ("OPTIONS", "/graphql", {**site, **known}, None, {405}),
        "several requests": ("POST", "/graphql", {**JSON, **known}, f"[{body}]", {400}),
        "a name that chooses the mutation": (
            "POST", "/graphql", {**JSON, **known},
            json.dumps({"query": hidden, "operationName": "B"}), {400},
        ),
        "a stored query": (
            "POST", by_get, {**JSON, **known},
            json.dumps({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}}),
            {400},
        ),
        "no GraphQL": (
            "POST", "/graphql", {**JSON, **known}, json.dumps({"query": mutation + "}"}), {400},
        ),
        "too much": ("POST", "/graphql", {**JSON, **known}, " " * 3_000_000, {413}),
        "nested": ("POST", "/graphql", {**JSON, **known}, "[" * 900_000, {400}),
        "PUT": ("PUT", "/graphql", {**JSON, **known}, body, {405}),
        "a report without GraphQL": ("POST", report, {**PLAIN, **EVIL_PAGE}, "", {403}),
        "a report without a type": ("POST", f"{report}?description=x", {}, "", {401, 415}),
        "a report by a form": ("POST", f"{report}?description=x", {**FORM, **known}, "", {415}),
        "a check without GraphQL": (
            "POST", "/report_asset_check/raw/x?check_name=x&passed=true", known, "", {415},
        ),
        "an observation without GraphQL": (
            "POST", "/report_asset_observation/raw/x", {**EVIL_PAGE, **JSON}, "{}", {403},
        ),
        "files of the machine": (
            "GET", "/logs/..%2f..%2f..%2fweb/token", known, None, {404, 500},
        ),
        "a frame": (
            "GET", "/",
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
             "Sec-Fetch-Dest": "iframe"},
            None, {403},
        ),
    }  # fmt: skip


NAMES = list(
    attacks(
        type("Nobody", (), {"runs": [""], "known": {}, "host": "", "port": 0})()  # type: ignore
    )
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("with_cookie", [False, True], ids=["stranger", "browser of a user"])
def test_an_attack_is_refused(
    dev: Served, cookie: dict[str, str], untouched: Path, name: str, with_cookie: bool
) -> None:
    method, path, headers, body, refusals = attacks(dev)[name]
    answer = dev.send(method, path, {**headers, **(cookie if with_cookie else {})}, body)
    assert answer.status in refusals, answer.text
    assert dev.token not in answer.text
    assert_closed(answer)


def assert_closed(answer: Answer) -> None:
    """No page elsewhere may frame or read it."""
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/graphql", "/server_info", "/runs", "/favicon.png"])
def test_what_is_answered_cannot_be_framed_or_read_elsewhere(dev: Served, path: str) -> None:
    headers = {**dev.known, "Accept": "text/html"}
    answer = dev.send("GET", path, headers)
    assert answer.status == 200
    assert_closed(answer)


@pytest.mark.parametrize(
    "path", ["/", "/server_info", "/graphql", "/download_debug/x", "/logs/x/y.err", "/notebook"]
)
def test_a_stranger_reads_nothing(dev: Served, path: str) -> None:
    assert dev.send("GET", path, {"Accept": "text/html"}).status == 401
    query = dev.send("POST", "/graphql", JSON, json.dumps({"query": "{version}"}))
    assert query.status == 401


def test_the_same_mutation_works_for_whom_the_server_knows(dev: Served) -> None:
    """Else the refusals above would prove nothing."""
    launched = dev.launch({}, QUICK)["run"]["runId"]
    assert dev.wait_for(launched) == "SUCCESS"
    dev.ask(DELETE, id=launched)
    assert launched not in dev.runs
    stopped = dev.ask(STOP_SENSOR, id=dev.sensor["sensorState"]["id"])
    assert stopped["stopSensor"]["__typename"] == "StopSensorMutationResult"
    assert dev.sensor["sensorState"]["status"] == "STOPPED"
    start = """mutation($sensor: SensorSelector!) {
      startSensor(sensorSelector: $sensor) { __typename } }"""
    dev.ask(
        start,
        sensor={
            "repositoryLocationName": "datalab_dronten",
            "repositoryName": "__repository__",
            "sensorName": "levering",
        },
    )
    assert dev.sensor["sensorState"]["status"] == "RUNNING"


# --- sockets


@pytest.mark.parametrize(
    ("headers", "host", "origin"),
    [
        ({}, None, None),
        ({}, None, "http://evil.test"),
        ({"cookie": "yes"}, None, "http://evil.test"),
        ({"cookie": "yes"}, None, "null"),
        ({"cookie": "yes"}, None, "http://127.0.0.1:1"),
        ({"cookie": "yes"}, "evil.test", None),
        ({"cookie": "yes"}, "evil.test", "http://evil.test"),
    ],
    ids=str,
)
def test_a_socket_of_another_page_does_not_open(
    dev: Served,
    cookie: dict[str, str],
    untouched: Path,
    headers: dict[str, str],
    host: str | None,
    origin: str | None,
) -> None:
    with (
        pytest.raises(InvalidStatus, match="403"),
        socket_to(dev, cookie if headers else {}, host, origin),
    ):
        pass


def test_a_socket_is_for_subscriptions_only(
    dev: Served, cookie: dict[str, str], untouched: Path
) -> None:
    for query in (deletes(dev), "query { version }", f"{EVENTS} {deletes(dev)}"):
        with socket_to(dev, cookie, origin=f"http://{dev.host}") as opened:
            opened.send(json.dumps({"type": "connection_init", "payload": {}}))
            assert json.loads(opened.recv(60))["type"] == "connection_ack"
            payload = {"query": query, "variables": {"runId": dev.runs[0]}}
            opened.send(json.dumps({"type": "start", "id": "1", "payload": payload}))
            with pytest.raises(ConnectionClosed):
                opened.recv(60)


# --- other accounts of the machine

AS_SOMEBODY = """
import encodings.idna, http.client, os, sys
port, account, path, *headers = sys.argv[1:]
os.setuid(int(account))
connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
connection.request("GET", path, headers=dict(zip(headers[::2], headers[1::2])))
print(connection.getresponse().status)
"""


def status_for(account: int, served: Served, path: str, headers: dict[str, str]) -> int:
    pairs = [part for pair in headers.items() for part in pair]
    ran = subprocess.run(
        [sys.executable, "-I", "-c", AS_SOMEBODY, str(served.port), str(account), path, *pairs],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(ran.stdout)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_account_gets_in_with_nothing_that_it_can_get_at(
    dev: Served, cookie: dict[str, str], somebody_else: int, untouched: Path
) -> None:
    own = os.geteuid()
    assert status_for(own, dev, "/server_info", cookie) == 200
    # A browser sends its cookies to every port of a machine, so another account can collect it.
    assert status_for(somebody_else, dev, "/server_info", cookie) == 401
    link = dev.links[-1].removeprefix(f"http://{dev.host}")
    assert status_for(somebody_else, dev, link, {}) == 401
    assert status_for(somebody_else, dev, "/server_info", {}) == 401
    assert (dev.home / "web.token").stat().st_mode & 0o777 == 0o600


def test_the_server_of_the_definitions_is_reached_by_its_own_account_only(dev: Served) -> None:
    """It executes what comes through its socket, and asks nobody."""
    commands = [
        Path(f"/proc/{process}/cmdline").read_text().split("\0")
        for process in group_of(dev.process.pid)
    ]
    sockets = [
        Path(command[command.index("--socket") + 1])
        for command in commands
        if "--socket" in command
    ]
    assert sockets
    for path in sockets:
        assert path.stat().st_mode & 0o022 == 0
    assert not [command for command in commands if "--port" in command and "grpc" in command]


# --- what a run may be given


@pytest.mark.parametrize("job", ["datalab", "__ASSET_JOB"])
@pytest.mark.parametrize(
    "config",
    [
        {"resources": {"run": {"config": {"as_of": {"env": "DATALAB_POSTGRES_URL"}}}}},
        {"resources": {"io_manager": {"config": {"base_dir": "/tmp"}}}},
        {"execution": {"config": {"multiprocess": {}}}},
        {"loggers": {"console": {"config": {"log_level": "DEBUG"}}}},
        {"ops": {"ingest_external_survey": {"config": {"program": MARK}}}},
    ],
    ids=str,
)
def test_somebody_known_cannot_choose_what_runs(
    dev: Served, untouched: Path, job: str, config: dict[str, Any]
) -> None:
    params = launching(config, QUICK, job=job)
    answer = dev.ask(LAUNCH, params=params)["launchPipelineExecution"]
    assert answer["__typename"] == "RunConfigValidationInvalid", answer


def test_what_dagster_lets_through_ends_the_run_before_its_first_step(dev: Served) -> None:
    """It knows only the resources of the chosen assets, and of others accepts anything."""
    config = {"resources": {"dbt": {"config": {"dbt_executable": MARK}}}}
    answer = dev.ask(LAUNCH, params=launching(config, QUICK, job="__ASSET_JOB"))
    run_id = answer["launchPipelineExecution"]["run"]["runId"]
    assert dev.wait_for(run_id) == "FAILURE"
    query = """query($id: ID!) { runOrError(runId: $id) { ... on Run {
        stepStats { stepKey status } } } }"""
    assert dev.ask(query, id=run_id)["runOrError"]["stepStats"] == []
    dev.ask(DELETE, id=run_id)


def test_the_whole_job_knows_them_all(dev: Served, untouched: Path) -> None:
    config = {"resources": {"dbt": {"config": {"dbt_executable": MARK}}}}
    answer = dev.ask(LAUNCH, params=launching(config))["launchPipelineExecution"]
    assert answer["__typename"] == "RunConfigValidationInvalid", answer


# --- started for others than the person at the terminal


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`datalab web --read-only`, behind a proxy that calls it datalab.example.nl."""
    with serving(
        tmp_path_factory.mktemp("shown") / "home",
        "web",
        "--read-only",
        web_hosts="datalab.example.nl",
        web_proxy_header="X-Datalab-Token",
    ) as served:
        yield served


def test_behind_a_proxy_every_request_shows_the_token(shown: Served) -> None:
    name = {"Host": "datalab.example.nl"}
    assert shown.send("GET", "/server_info", name).status == 401
    assert shown.send("GET", "/server_info", {**name, "X-Datalab-Token": "1"}).status == 401
    assert shown.send("GET", "/server_info", {**name, "X-Remote-User": "beheer"}).status == 401
    assert shown.send("GET", "/server_info", {**name, **shown.known}).status == 200
    header = {"X-Datalab-Token": shown.token}
    assert shown.send("GET", "/server_info", {**name, **header}).status == 200
    assert shown.send("GET", "/server_info", {"Host": "other.nl", **header}).status == 421
    assert shown.send("GET", "/aanmelden?code=", header).status != 303
    page = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    body = json.dumps({"query": "{version}"})
    assert shown.send("POST", "/graphql", {**name, **header, **page, **JSON}, body).status == 403
    own = {"Origin": "https://datalab.example.nl", "Sec-Fetch-Site": "same-origin"}
    assert shown.send("POST", "/graphql", {**name, **header, **own, **JSON}, body).status == 200


def test_one_that_only_shows_changes_nothing(shown: Served) -> None:
    body = json.dumps({"query": LAUNCH, "variables": {"params": launching({}, QUICK)}})
    answer = shown.send("POST", "/graphql", {**shown.known, **JSON}, body)
    assert (answer.status, "--read-only" in answer.text) == (403, True)
    report = "/report_asset_materialization/raw/x"
    assert shown.send("POST", report, {**shown.known, **JSON}, "{}").status == 403
    assert shown.runs == []


# --- started and stopped


def test_a_port_that_is_taken_is_a_sentence(dev: Served, tmp_path: Path) -> None:
    output = tmp_path / "said.txt"
    process = started(tmp_path / "home", dev.port, "dev", output=output)
    assert process.wait(60) == 1
    assert f"Poort {dev.port} is al in gebruik" in output.read_text()
    assert "Traceback" not in output.read_text()


def test_a_token_that_others_can_read_is_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "web.token").write_text("x" * 43)
    output = tmp_path / "said.txt"
    assert started(home, free_port(), "web", output=output).wait(60) == 1
    assert "Anderen kunnen" in output.read_text()
    assert "Traceback" not in output.read_text()


def group_of(leader: int) -> set[int]:
    """Processes of the session that was started with it."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--sid", str(leader)], capture_output=True, text=True, check=False
    )
    return {int(line) for line in found.stdout.split()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_all_that_it_started(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path / "home", "dev") as served:
        leader = served.process.pid
        assert len(group_of(leader)) >= 3  # the planner and the server of the definitions
        os.killpg(leader, number)  # as Ctrl-C does
        assert served.process.wait(60) == 0
        assert "Gestopt." in served.output.read_text()
        assert "Traceback" not in served.output.read_text()
        deadline = time.monotonic() + 20
        while group_of(leader) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert group_of(leader) == set()


def test_it_ends_when_its_planner_does(tmp_path: Path) -> None:
    with serving(tmp_path / "home", "dev") as served:
        planners = subprocess.run(
            ["pgrep", "-f", "dagster-daemon run", "--parent", str(served.process.pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        os.kill(int(planners.stdout.split()[0]), signal.SIGKILL)
        assert served.process.wait(60) == 1
        assert "De planner van Dagster stopte" in served.output.read_text()


@pytest.mark.parametrize(
    "command",
    [
        ["dagster-webserver", "-w", "workspace.yaml"],
        ["dagster", "dev", "-w", "workspace.yaml"],
        ["dagster", "api", "grpc", "-m", "dronten_pipeline.definitions"],
    ],
    ids=" ".join,
)
def test_a_server_without_the_guard_does_not_start(
    dev: Served, tmp_path: Path, command: list[str]
) -> None:
    program = str(Path(sys.executable).with_name(command[0]))
    ran = subprocess.run(
        [program, *command[1:], "-p", str(free_port())],
        cwd=PROJECT,
        env={
            **environment(dev.home),
            # Of a code server the definitions themselves must refuse: it may have another home.
            "DAGSTER_HOME": str(dev.home / "dagster" if "-w" in command else tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode != 0
    assert "datalab dev" in ran.stdout + ran.stderr
