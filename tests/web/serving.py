"""The real web server of the project, started as a person starts it, and how to speak to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import PROJECT

JSON = {"Content-Type": "application/json"}
PATIENCE_SECONDS = 180


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.text)["data"]


@dataclass(frozen=True, kw_only=True)
class Served:
    """One server; `known` are the headers of somebody whom it knows."""

    process: subprocess.Popen[bytes]
    home: Path
    port: int
    output: Path
    known: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return (self.home / "web.token").read_text()

    @property
    def links(self) -> list[str]:
        return re.findall(r"http://\S+/aanmelden\?code=\S+", self.output.read_text())

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
    ) -> Answer:
        """A request with these headers and no others, but for the length of the body."""
        given = {"Host": self.host, **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name, value)
            content = body.encode() if isinstance(body, str) else body
            if content is not None:
                connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            return Answer(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                text=answer.read().decode("utf-8", "replace"),
            )

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """What GraphQL answers somebody who is known."""
        body = json.dumps({"query": query, "variables": variables})
        answer = self.send("POST", "/graphql", {**self.known, **JSON}, body)
        assert answer.status == 200, answer.text
        return answer.data

    # --- what the attacks are after
    @property
    def runs(self) -> list[str]:
        found = self.ask("{runsOrError{... on Runs{results{runId}}}}")
        return [run["runId"] for run in found["runsOrError"]["results"]]

    def status_of(self, run_id: str) -> str:
        query = "query($id:ID!){runOrError(runId:$id){... on Run{status}}}"
        return str(self.ask(query, id=run_id)["runOrError"]["status"])

    @property
    def sensor(self) -> dict[str, Any]:
        query = """query($sensor:SensorSelector!){sensorOrError(sensorSelector:$sensor){
            ... on Sensor{id sensorState{id status}}}}"""
        found = self.ask(query, sensor={**REPOSITORY, "sensorName": "levering"})
        return dict(found["sensorOrError"])

    def launch(self, config: object, *assets: list[str]) -> dict[str, Any]:
        """Starts a part of the job, or refuses; the run is not waited for."""
        found = self.ask(LAUNCH, params=launching(config, *assets))
        return dict(found["launchPipelineExecution"])

    def wait_for(self, run_id: str) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (status := self.status_of(run_id)) not in {"SUCCESS", "FAILURE", "CANCELED"}:
            assert time.monotonic() < deadline, f"the run is still {status}"
            time.sleep(1)
        return status


REPOSITORY = {
    "repositoryLocationName": "datalab_dronten",
    "repositoryName": "__repository__",
}
LAUNCH = """mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on PythonError { message }
  }
}"""
DELETE = "mutation($id: String!) { deletePipelineRun(runId: $id) { __typename } }"
STOP_SENSOR = "mutation($id: String!) { stopSensor(id: $id) { __typename } }"

#: An asset that takes seconds.
QUICK = ["raw", "external_survey__scores"]


def launching(config: object, *assets: list[str], job: str = "datalab") -> dict[str, Any]:
    selector: dict[str, Any] = {**REPOSITORY, "pipelineName": job}
    if assets:
        selector["assetSelection"] = [{"path": path} for path in assets]
    return {"selector": selector, "runConfigData": config, "mode": "default"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(home: Path, **variables: object) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATALAB_", "DAGSTER_"))
    }
    return {
        **inherited,
        "DATALAB_HOME": str(home),
        **{f"DATALAB_{name.upper()}": str(value) for name, value in variables.items()},
    }


def started(
    home: Path, port: int, *arguments: str, output: Path, **variables: object
) -> subprocess.Popen[bytes]:
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "dronten_pipeline.cli", *arguments, "--port", str(port)],
            cwd=PROJECT,
            env=environment(home, **variables),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@contextlib.contextmanager
def serving(home: Path, *arguments: str, **variables: object) -> Iterator[Served]:
    """`datalab ARGUMENTS` until the block ends; it answers when the block begins."""
    port = free_port()
    output = home.with_name(f"{home.name}.txt")
    process = started(home, port, *arguments, output=output, **variables)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "Stoppen met Ctrl-C" not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.5)
        served = Served(process=process, home=home, port=port, output=output)
        yield Served(**{**vars(served), "known": {"Authorization": f"Bearer {served.token}"}})
    finally:
        process.terminate()
        process.wait(60)
