"""What a pull costs: `make bench-connect`.

    python -m bench.connect [--cases 100000]

An Open Zaak that gives its pages at once, with two statuses and one role for each case, is pulled
as every night: all lists twice, because a list counts when two passes are equal. Seconds by the
clock, and how much more memory the process takes than before (the server is another one). Beside it
what loading a connector costs, in seconds of CPU, after what every command and run loads.

Promised: 100,000 cases in 30 seconds and 60 MiB, loading 0.15 seconds. Ends with 1 when a promise
is broken. Only this measures; nothing of it is part of the program.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PROJECT = Path(__file__).resolve().parents[1]
CASES = 100_000
SECONDS, MEBIBYTES, LOADING_SECONDS = 30.0, 60, 0.15
PAGE = 500

MEASURED = """
import json, time
import dronten_pipeline.cli, dronten_pipeline.ledger.ledger
from dronten_pipeline.contracts.sources import load_source
from dronten_pipeline.core.settings import current_settings

def memory():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1])

before = memory()
loading = time.process_time()
from dronten_pipeline.connect.pull import pull
import dronten_pipeline.connect.kinds.zgw
loading = time.process_time() - loading
begun = time.monotonic()
outcome = pull(current_settings(), "case_system")
seconds = time.monotonic() - begun
print(json.dumps([outcome.records["cases"], outcome.requests, seconds, memory() - before,
    before, loading]))
"""


class OpenZaak(BaseHTTPRequestHandler):
    """Pages of lists of as many cases, written without thinking."""

    protocol_version = "HTTP/1.1"
    cases = CASES
    address = ""

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        name = parts.path.removesuffix("/_zoek").rpartition("/")[2]
        count = {"zaaktypen": 1, "statustypen": 2, "statussen": 2 * self.cases}.get(
            name, self.cases
        )
        first, last = (page - 1) * PAGE, min(page * PAGE, count)
        records = ",".join(self.record(name, place) for place in range(first, last))
        link = f'"{self.address}{parts.path}?page={page + 1}&pageSize={PAGE}"'
        following = link if last < count else "null"
        body = f'{{"count":{count},"next":{following},"results":[{records}]}}'.encode()
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def record(self, name: str, place: int) -> str:
        base, catalogue = f"{self.address}/zaken/api/v1", f"{self.address}/catalogi/api/v1"
        number = place // 2 if name == "statussen" else place
        case = f"{base}/zaken/{number:08d}-0000-4000-8000-000000000000"
        own = f"{place:08d}-0000-4000-8000-000000000001"
        if name == "zaaktypen":
            return f'{{"url":"{catalogue}/zaaktypen/1","identificatie":"VERG"}}'
        if name == "statustypen":
            return (
                f'{{"url":"{catalogue}/statustypen/{place}","omschrijving":"Stap {place}",'
                f'"isEindstatus":{"true" if place else "false"}}}'
            )
        if name == "statussen":
            return (
                f'{{"url":"{base}/statussen/{own}","uuid":"{own}","zaak":"{case}",'
                f'"statustype":"{catalogue}/statustypen/{place % 2}","statustoelichting":"",'
                f'"datumStatusGezet":"2026-03-0{1 + place % 9}T10:00:00Z"}}'
            )
        if name == "rollen":
            return (
                f'{{"url":"{base}/rollen/{own}","uuid":"{own}","zaak":"{case}",'
                '"betrokkeneType":"organisatorische_eenheid","omschrijvingGeneriek":"behandelaar",'
                '"betrokkeneIdentificatie":{"naam":"Vergunningen","identificatie":"1"}}'
            )
        return (
            f'{{"url":"{case}","uuid":"{case[-36:]}","identificatie":"ZAAK-2026-{place:010d}",'
            f'"bronorganisatie":"001234567","zaaktype":"{catalogue}/zaaktypen/1",'
            f'"startdatum":"2026-03-0{1 + place % 9}","einddatum":"2026-04-01",'
            f'"omschrijving":"{"x" * 400}","toelichting":"{"x" * 400}","hoofdzaak":null,'
            '"communicatiekanaalNaam":"telefoon","deelzaken":[],"kenmerken":[]}'
        )


def serve(cases: int) -> None:
    server = HTTPServer(("127.0.0.1", 0), OpenZaak)
    OpenZaak.cases, OpenZaak.address = cases, f"http://127.0.0.1:{server.server_port}"
    print(OpenZaak.address, flush=True)
    server.serve_forever()


def declare(folder: Path, address: str) -> None:
    """A home with one source, pulled from there."""
    source = folder / "sources" / "case_system"
    source.mkdir(parents=True)
    contract = (PROJECT / "sources" / "case_system" / "source.yml").read_text(encoding="utf-8")
    (source / "source.yml").write_text(
        contract.replace("    key: [zaak_id]", "    key: [zaak_id]\n    delivers: everything")
    )
    (source / "connector.yml").write_text(
        json.dumps(
            {
                "kind": "zgw",
                "address": address,
                "client_id": "datalab",
                "requests_per_second": 1000,
                "case_types": {"VERG": {"zaaktype": "vergunning"}},
            }
        )
    )


def measure(cases: int) -> list[float]:
    """Records, requests, seconds, KiB more than before, those, and seconds of CPU of loading."""
    with (
        tempfile.TemporaryDirectory() as made,
        subprocess.Popen(
            [sys.executable, "-m", "bench.connect", "--serve", "--cases", str(cases)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        ) as server,
    ):
        assert server.stdout is not None
        try:
            declare(Path(made), server.stdout.readline().strip())
            ran = subprocess.run(
                [sys.executable, "-c", MEASURED],
                env={
                    **os.environ,
                    "DATALAB_HOME": f"{made}/home",
                    "DATALAB_SOURCES": f"{made}/sources",
                    "DATALAB_CASE_SYSTEM_SECRET": "een-geheim-van-meer-dan-32-tekens-lang!",
                },
                stdout=subprocess.PIPE,
                text=True,
                cwd=PROJECT,
                check=True,
            )
        finally:
            server.terminate()
    found: list[float] = json.loads(ran.stdout)
    return found


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=lambda text: int(float(text)), default=CASES)
    asked.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.serve:
        serve(options.cases)
    records, requests, seconds, kibibytes, before, loading = measure(options.cases)
    share = options.cases / CASES
    print(
        f"{records:,.0f} cases in {requests:,.0f} requests: {seconds:.1f} s "
        f"(promised {max(1.0, SECONDS * share):.1f}), {kibibytes / 1024:.0f} MiB "
        f"(promised {MEBIBYTES}) beside the {before / 1024:.0f} of the program; "
        f"loading {loading:.2f} s of CPU (promised {LOADING_SECONDS})"
    )
    kept = (
        records == options.cases
        and seconds <= max(1.0, SECONDS * share)
        and kibibytes <= MEBIBYTES * 1024
        and loading <= LOADING_SECONDS
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
