"""Pages in a real browser: those that attack the web server, and Dagster's own behind the guard.

The browser is that of somebody who is logged in, which is what such a page is after.
"""

from __future__ import annotations

import http.server
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.web.serving import QUICK, Served

CHROMIUM = shutil.which("chromium")

#: Everything that a page can send without leave, and what its browser says of it.
ATTACK = """
async ([server, host, mutation]) => {
  const told = {};
  const body = JSON.stringify({query: mutation});
  const byGet = `${server}/graphql?query=${encodeURIComponent(mutation)}`;
  const later = milliseconds => new Promise(done => setTimeout(done, milliseconds));
  const image = new Image();
  image.src = byGet;
  const element = (kind, properties) =>
    document.body.appendChild(Object.assign(document.createElement(kind), properties));
  element('script', {src: byGet});
  element('link', {rel: 'stylesheet', href: byGet});
  element('link', {rel: 'prefetch', href: byGet});
  element('iframe', {src: byGet});
  element('iframe', {src: server + '/', name: 'framed'});
  for (const enctype of ['text/plain', 'application/x-www-form-urlencoded',
                         'multipart/form-data']) {
    const target = 'answer' + enctype.length;
    element('iframe', {name: target});
    const form = element('form', {method: 'POST', enctype, target, action: `${server}/graphql`});
    const [name, value] = enctype === 'text/plain'
      ? [body.slice(0, -1) + ',"extensions":"', '"}'] : ['query', mutation];
    form.appendChild(Object.assign(document.createElement('input'), {name, value}));
    form.submit();
    const other = element('form', {method: 'POST', enctype, target, action: byGet});
    other.submit();
  }
  navigator.sendBeacon(`${server}/graphql`, new Blob([body], {type: 'text/plain'}));
  navigator.sendBeacon(byGet);
  const fetched = async (name, address, options) => {
    try {
      const answer = await fetch(address, {credentials: 'include', ...options});
      told[name] = answer.type === 'opaque' ? 'opaque' : `${answer.status}`;
    } catch (error) {
      told[name] = 'failed';
    }
  };
  const json = {'Content-Type': 'application/json'};
  const plain = {'Content-Type': 'text/plain'};
  await fetched('GET', byGet, {});
  await fetched('GET no-cors', byGet, {mode: 'no-cors'});
  await fetched('text', `${server}/graphql`, {method: 'POST', headers: plain, body});
  await fetched('text no-cors', `${server}/graphql`, {method: 'POST', mode: 'no-cors', body});
  await fetched('JSON', `${server}/graphql`, {method: 'POST', headers: json, body});
  await fetched('keepalive', `${server}/graphql`,
                {method: 'POST', headers: plain, body, keepalive: true, mode: 'no-cors'});
  await fetched('report', `${server}/report_asset_materialization/raw/x`,
                {method: 'POST', mode: 'no-cors'});
  told.socket = await new Promise(done => {
    const socket = new WebSocket(`ws://${host}/graphql`, 'graphql-ws');
    socket.onopen = () => {
      socket.send(JSON.stringify({type: 'start', id: '1', payload: {query: mutation}}));
      done('open');
    };
    socket.onerror = () => done('refused');
  });
  const popup = window.open(byGet);
  await later(1500);
  try { told.popup = popup && popup.document ? 'readable' : 'closed'; }
  catch (error) { told.popup = 'closed'; }
  try { told.frame = frames.framed.document.body.innerText ? 'readable' : 'empty'; }
  catch (error) { told.frame = 'closed'; }
  return told;
}
"""


@dataclass
class Attacker:
    """A server of somebody else on this machine: what it was told, and where it stands."""

    port: int
    cookies: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def attacker() -> Iterator[Attacker]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.cookies.append(self.headers.get("Cookie", ""))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>evil</title><body>evil</body>")

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Attacker(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()


@pytest.fixture(scope="module")
def browser(dev: Served) -> Iterator[BrowserContext]:
    """A browser that used the link; for it, evil.test is this machine."""
    if CHROMIUM is None:
        pytest.skip("chromium is absent: sh tools/install_browser.sh installs it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--host-resolver-rules=MAP evil.test 127.0.0.1",
                # Else the browser itself would ask before a page looks at this machine.
                "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
            ],
        )
        context = opened.new_context(viewport={"width": 1400, "height": 900}, locale="nl-NL")
        page = context.new_page()
        page.goto(dev.links[-1])
        assert page.url.startswith(f"http://{dev.host}/")
        page.close()
        yield context
        opened.close()


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    opened = browser.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    for one in browser.pages:
        one.close()


def attack(page: Page, dev: Served, server: str) -> dict[str, str]:
    mutation = f'mutation {{ deletePipelineRun(runId: "{dev.runs[0]}") {{ __typename }} }}'
    told: dict[str, str] = page.evaluate(ATTACK, [f"http://{server}", server, mutation])
    return told


@pytest.mark.parametrize("name", ["evil.test", "127.0.0.1"])
def test_a_page_of_somebody_else_does_nothing(
    dev: Served, page: Page, attacker: Attacker, untouched: Path, name: str
) -> None:
    """`evil.test` is another site; another port of 127.0.0.1 is given our cookie as well."""
    page.goto(f"http://{name}:{attacker.port}/")
    told = attack(page, dev, dev.host)
    assert told["socket"] == "refused"
    assert told["JSON"] == "failed"
    assert told["GET"] == told["text"] == "failed"
    assert (told["frame"], told["popup"]) == ("closed", "closed")
    if name == "127.0.0.1":
        collected = attacker.cookies[-1]
        assert f"datalab_{dev.port}=" in collected  # what tests/web/test_server.py holds against it


def test_a_name_that_is_pointed_here_does_nothing(dev: Served, page: Page, untouched: Path) -> None:
    """DNS rebinding: for the browser the page and the server are one origin."""
    server = f"evil.test:{dev.port}"
    answer = page.goto(f"http://{server}/")
    assert answer is not None
    assert answer.status == 421
    told = attack(page, dev, server)
    assert told["socket"] == "refused"
    assert {told[name] for name in ("GET", "text", "JSON", "text no-cors", "report")} == {"421"}


def test_somebody_who_follows_a_link_from_elsewhere_stays_logged_in(
    dev: Served, page: Page, attacker: Attacker
) -> None:
    page.goto(f"http://evil.test:{attacker.port}/")
    page.evaluate("address => { location.href = address; }", f"http://{dev.host}/runs")
    page.get_by_text("Ga verder").click()
    page.get_by_text("Runs").first.wait_for()


def test_a_run_is_started_from_dagsters_own_page(dev: Served, page: Page, tmp_path: Path) -> None:
    troubles: list[str] = []
    sockets: list[str] = []
    page.on(
        "response",
        lambda answer: (
            troubles.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    page.on("websocket", lambda opened: sockets.append(opened.url))
    before = set(dev.runs)
    page.goto(f"http://{dev.host}/assets/{'/'.join(QUICK)}")
    page.get_by_role("button", name="Materialize").first.click()
    deadline = time.monotonic() + 60
    while not (new := set(dev.runs) - before) and time.monotonic() < deadline:
        page.wait_for_timeout(500)
    (run_id,) = new
    page.goto(f"http://{dev.host}/runs/{run_id}")
    assert dev.wait_for(run_id) == "SUCCESS"
    page.get_by_text("Success").first.wait_for()
    page.screenshot(path=tmp_path / "run.png")
    page.goto(f"http://{dev.host}/locations/datalab_dronten/jobs/datalab/playground")
    page.get_by_role("button", name="Launch Run").wait_for()
    page.get_by_text("No errors").wait_for()
    page.screenshot(path=tmp_path / "launchpad.png")
    assert f"ws://{dev.host}/graphql" in sockets
    assert troubles == []
