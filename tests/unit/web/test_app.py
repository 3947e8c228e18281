"""What the guard answers when the application behind it cannot."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from dronten_pipeline.web.app import Guard
from tests.unit.web.test_guard import BEARER, HOST, RULES


def ask(application: Any) -> list[dict[str, Any]]:
    """The messages that a browser gets."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    headers = {"host": HOST, **BEARER}
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/runs",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(Guard(application, RULES)(scope, receive, send))
    return sent


async def breaks(_scope: Any, _receive: Any, _send: Any) -> None:
    raise RuntimeError("a value that nobody may see")


async def answers_and_breaks(_scope: Any, _receive: Any, send: Any) -> None:
    """As Dagster's own application does it."""
    await send({"type": "http.response.start", "status": 500, "headers": []})
    await send({"type": "http.response.body", "body": b"Internal Server Error"})
    raise RuntimeError("a value that nobody may see")


@pytest.mark.parametrize("application", [breaks, answers_and_breaks])
def test_an_error_is_told_in_a_sentence(application: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        start, body = ask(application)
    assert start["status"] == 500
    assert (b"x-frame-options", b"DENY") in start["headers"]
    assert "fout in het programma" in body["body"].decode()
    (record,) = caplog.records
    assert record.getMessage() == "GET '/runs': RuntimeError"
    assert record.exc_info is None


def test_an_answer_of_the_application_itself_passes() -> None:
    async def answers(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    start, body = ask(answers)
    assert (start["status"], body["body"]) == (500, b"{}")


def test_an_answer_that_had_begun_breaks_off() -> None:
    async def breaks_off(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    (start,) = ask(breaks_off)
    assert start["status"] == 200
