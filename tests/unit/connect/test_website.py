"""A website: one of some twenty pages on a server of its own, which can misbehave."""

from __future__ import annotations

import datetime as dt
import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dronten_pipeline.connect import http, robots
from dronten_pipeline.connect.errors import MayPass, Refused
from dronten_pipeline.connect.pull import try_login
from dronten_pipeline.readability.extract import text_of
from tests.unit.connect.pulled import CANARIES, Home

SOURCE = "text_corpus"
WORDS = "U kunt bij de gemeente een paspoort aanvragen. Maak daarvoor eerst een afspraak. " * 8
HIDDEN = (
    f"<script nonce='%s'>var csrf = '{CANARIES['secret']}';</script>"
    f"<!-- gemaakt door {CANARIES['name']} -->"
    f"<form><input type=hidden value='{CANARIES['citizen']}'></form>"
)
TODAY = dt.date.today().isoformat()


class Site:
    """Pages by path: content, headers, status. Each answer holds something that is new."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.agents: set[str] = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers)))
                status, headers, content = site.pages.get(self.path, site.missing)
                known = self.headers.get("If-None-Match")
                if known is not None and known == headers.get("ETag"):
                    status, content = 304, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                content = content.replace(b"%s", str(len(site.asked)).encode())
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None: ...

        self.missing = (404, {"Content-Type": "text/html"}, b"weg")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(
        self,
        path: str,
        text: str = WORDS,
        *,
        head: str = "",
        lang: str = "nl",
        status: int = 200,
        charset: str = "utf-8",
        **headers: str,
    ) -> None:
        html = (
            f"<!doctype html><html lang='{lang}'><head><title>Gemeente</title>{head}</head><body>"
            f"<nav>Menu</nav><main><h1>{path}</h1><p>{text}</p></main>{HIDDEN}</body></html>"
        )
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        about = {"Content-Type": f"text/html; charset={charset}"} | given
        self.pages[path] = (status, about, html.encode(charset))

    def sitemap(self, paths: dict[str, str | None], at: str = "/sitemap.xml") -> None:
        urls = "".join(
            f"<url><loc>{path if '//' in path else self.address + path}</loc>"
            + (f"<lastmod>{day}</lastmod></url>" if day else "</url>")
            for path, day in paths.items()
        )
        self.put(at, f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>")

    def put(self, path: str, content: str | bytes, kind: str = "application/xml") -> None:
        raw = content if isinstance(content, bytes) else content.encode()
        self.pages[path] = (200, {"Content-Type": kind}, raw)

    def times(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    for number in range(20):
        site.page(f"/pagina-{number}", f"Nummer {number}. {WORDS}")
    site.sitemap({f"/pagina-{number}": "2026-01-02" for number in range(20)})
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def home(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    between = http.Client.__init__

    def at_once(self: http.Client, *given: Any, **named: Any) -> None:
        between(self, *given, **named | {"sleep": lambda _: None})

    monkeypatch.setattr(http.Client, "__init__", at_once)
    return Home(
        tmp_path,
        SOURCE,
        {
            "kind": "website",
            "address": site.address,
            "requests_per_second": 5,
            "kinds": {"/": "bericht", "/pagina-1": "productpagina"},
        },
    )


def urls(home: Home, site: Site) -> list[str]:
    return sorted(row["canonieke_url"].removeprefix(site.address) for row in home.rows("texts"))


def test_twenty_pages_become_twenty_documents_and_a_list(site: Site, home: Home) -> None:
    outcome = home.pull()
    assert outcome.records == {"texts": 20}
    rows = {row["canonieke_url"].removeprefix(site.address): row for row in home.rows("texts")}
    first = rows["/pagina-3"]
    assert (first["kanaal"], first["soort"], first["gepubliceerd_op"], first["weergaven"]) == (
        *("website", "bericht", "2026-01-02", ""),
    )
    assert rows["/pagina-12"]["soort"] == "productpagina"
    document = (home.landing / first["bestand"]).read_bytes()
    _, _, given = site.pages["/pagina-3"]
    assert text_of(document, suffix=".html") == text_of(given, suffix=".html")
    # A run that sees the list sees its documents.
    assert outcome.landed[-1].startswith("texts_")
    assert all(name.startswith("documents/") for name in outcome.landed[:-1])


def test_what_no_reader_sees_is_not_kept(site: Site, home: Home) -> None:
    home.pull()
    assert home.ingested() == ("current", 20, 0)
    assert home.holding(*CANARIES.values(), "csrf", "gemaakt door") == []


def test_an_unchanged_site_lands_nothing_though_its_scripts_differ(site: Site, home: Home) -> None:
    home.pull()
    outcome = home.pull()
    assert outcome.is_same and outcome.landed == ()


def test_only_what_changed_is_sent_again(site: Site, home: Home) -> None:
    site.page("/pagina-1", ETag='"a"')
    home.pull()
    outcome = home.pull()
    assert outcome.counted["pagina's die niet veranderd zijn"] == 1
    assert outcome.records == {"texts": 20}
    document = next(
        row["bestand"] for row in home.rows("texts") if row["canonieke_url"].endswith("/pagina-1")
    )
    (home.landing / document).unlink()
    home.pull()
    assert (home.landing / document).is_file(), "without its document it is asked whole"


def test_a_page_that_changed_is_a_new_document(site: Site, home: Home) -> None:
    site.page("/pagina-1", ETag='"a"')
    home.pull()
    site.page("/pagina-1", "Nieuw. " + WORDS, ETag='"b"')
    outcome = home.pull()
    assert [name.partition("/")[0] for name in outcome.landed[:-1]] == ["documents"]


def test_sitemaps_of_sitemaps_packed_and_in_a_circle(site: Site, home: Home) -> None:
    _, _, plain = site.pages["/sitemap.xml"]
    site.put("/robots.txt", f"Sitemap: {site.address}/index.xml", "text/plain")
    site.put("/deel.xml.gz", gzip.compress(plain), "application/gzip")
    site.put(
        "/index.xml",
        f"<sitemapindex><sitemap><loc>{site.address}/deel.xml.gz</loc></sitemap><sitemap>"
        f"<loc>{site.address}/index.xml</loc></sitemap><sitemap>"
        "<loc>https://elders.example/sitemap.xml</loc></sitemap></sitemapindex>",
    )
    outcome = home.pull()
    assert outcome.records == {"texts": 20}
    assert outcome.counted["sitemaps van een andere host"] == 1


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>Inloggen</body></html",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><urlset/>",
        b"\x1f\x8bgeen gzip",
        b"<urlset></urlset>",
    ],
)
def test_what_is_no_sitemap_lands_nothing(content: bytes, site: Site, home: Home) -> None:
    home.pull()
    before = home.landed
    site.put("/sitemap.xml", content)
    with pytest.raises(Refused, match="sitemap"):
        home.pull()
    assert home.landed == before


def test_robots_are_kept_to(site: Site, home: Home) -> None:
    site.put(
        "/robots.txt",
        "User-agent: *\nDisallow: /\n\nUser-agent: Datalab\nCrawl-delay: 0.3\n"
        "Disallow: /pagina-1*\nAllow: /pagina-19$\nDisallow: /*-5$\n",
        "text/plain",
    )
    outcome = home.pull()
    assert outcome.counted["pagina's die robots.txt niet toelaat"] == 11
    assert {"/pagina-1", "/pagina-5", "/pagina-10"} & {path for path, _ in site.asked} == set()
    assert site.times("/pagina-19") == 1


def test_pages_elsewhere_with_a_query_or_of_a_search_are_not_asked(site: Site, home: Home) -> None:
    site.sitemap(
        {
            "/pagina-1": None,
            "/pagina-2?print=1": None,
            "/zoeken/paspoort": None,
            "https://elders.example/pagina-3": None,
        }
    )
    home.pull()
    assert urls(home, site) == ["/pagina-1"]
    assert {path for path, _ in site.asked} >= {"/pagina-1"}
    assert not any("print" in path or "zoeken" in path for path, _ in site.asked)


def test_redirects_are_followed_to_the_own_host_only(site: Site, home: Home) -> None:
    site.page("/pagina-1", status=301, Location="/nieuw/")
    site.page("/pagina-2", status=302, Location="https://elders.example/geheim")
    site.page("/pagina-3", status=302, Location="/pagina-3")
    site.page("/nieuw")
    site.page("/nieuw/")
    outcome = home.pull()
    assert "/nieuw" in urls(home, site)
    assert outcome.records == {"texts": 18}
    assert outcome.counted["pagina's die naar een andere host verwijzen"] == 1
    assert outcome.counted["pagina's die in een kring verwijzen"] == 1


def test_a_page_that_names_another_as_the_real_one_does_not_count(site: Site, home: Home) -> None:
    site.page("/pagina-1", head="<link rel=canonical href='/pagina-2'>")
    site.page("/pagina-2", head=f"<link rel=canonical href='{site.address}/pagina-2/?utm_x=1'>")
    home.pull()
    assert "/pagina-1" not in urls(home, site)
    assert "/pagina-2" in urls(home, site)


@pytest.mark.parametrize(
    ("text", "lang", "why"),
    [
        (WORDS, "en-GB", "pagina's in een andere taal"),
        ("Te kort.", "nl", "pagina's met minder dan 50 woorden"),
    ],
)
def test_what_is_no_dutch_text_does_not_count(
    text: str, lang: str, why: str, site: Site, home: Home
) -> None:
    site.page("/pagina-1", text, lang=lang)
    outcome = home.pull()
    assert outcome.counted[why] == 1
    assert outcome.records == {"texts": 19}


def test_a_site_that_says_200_for_what_is_not_there(site: Site, home: Home) -> None:
    page = f"<html lang=nl><body><main><p>Niet gevonden. {WORDS}</p></main></body></html>"
    site.missing = (200, {"Content-Type": "text/html"}, page.encode())
    del site.pages["/pagina-7"]
    outcome = home.pull()
    assert outcome.counted["pagina's die zeggen dat er niets is"] == 1
    assert outcome.records == {"texts": 19}


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_is_gone_when_it_is_away_twice(status: int, site: Site, home: Home) -> None:
    home.pull()
    site.page("/pagina-4", status=status)
    assert home.pull().records == {"texts": 20}
    assert home.pull().records == {"texts": 19}
    site.page("/pagina-4")
    assert home.pull().records == {"texts": 20}


def test_one_page_that_fails_is_kept_as_it_was(
    site: Site, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TRIES", 1)
    site.page("/pagina-9", status=403)
    assert home.pull().records == {"texts": 19}
    site.page("/pagina-9")
    assert home.pull().records == {"texts": 20}
    site.page("/pagina-4", status=500)
    assert home.pull().records == {"texts": 20}
    for number in (5, 6, 7):
        site.page(f"/pagina-{number}", status=503)
    with pytest.raises(MayPass):
        home.pull()


def test_days_come_from_the_page_then_the_sitemap_then_the_first_time(
    site: Site, home: Home
) -> None:
    late, early = "2026-02-03T23:30:00+00:00", "2026-02-01"
    terms = f"<meta name='DCTERMS.modified' content='{late}'>"
    article = f"<meta property='article:modified_time' content='{early}'>"
    site.page("/pagina-1", head=article + terms)
    site.page("/pagina-2", head=article)
    site.page("/pagina-3", head="<meta name='DCTERMS.modified' content='2999-01-01'>")
    site.sitemap({f"/pagina-{n}": day for n, day in ((1, early), (2, None), (3, early), (4, None))})
    outcome = home.pull()
    days = {row["canonieke_url"][-1]: row["gepubliceerd_op"] for row in home.rows("texts")}
    assert days == {"1": "2026-02-04", "2": "2026-02-01", "3": "2026-02-01", "4": TODAY}
    assert outcome.counted["datum uit DCTERMS.modified"] == 1
    assert outcome.counted["datum uit sitemap"] == 1


def test_a_page_in_latin_1_is_kept_as_it_reads(site: Site, home: Home) -> None:
    site.sitemap({"/cafe": None})
    site.page("/cafe", "Café en één. " + WORDS, charset="iso-8859-1")
    home.pull()
    (row,) = home.rows("texts")
    assert "Café en één." in text_of((home.landing / row["bestand"]).read_bytes(), suffix=".html")


def test_what_is_no_page_does_not_count(site: Site, home: Home) -> None:
    site.put("/pagina-1", b"%PDF-1.7", "application/pdf")
    assert home.pull().counted["bestanden die geen pagina zijn"] == 1


def test_a_site_larger_than_agreed_is_refused(site: Site, home: Home) -> None:
    home.configure(pages=19)
    with pytest.raises(Refused, match="20 pagina's"):
        home.pull()


def test_a_login_is_a_look_at_the_sitemap(site: Site, home: Home) -> None:
    assert "20 pagina's" in try_login(home.settings, SOURCE)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/a", "/ab", True),
        ("/a$", "/ab", False),
        ("/*/b$", "/a/c/b", True),
        ("/*b*$", "/abc", True),
        ("/a*a$", "/a", False),
        ("*", "/", True),
    ],
)
def test_patterns_of_robots(pattern: str, path: str, fits: bool) -> None:
    found = robots.read(f"User-agent: *\nDisallow: {pattern}", "datalab")
    assert found.allows(path) != fits


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    found = robots.read("User-agent: *\nDisallow: /" + "a*" * 50_000 + "b$", "datalab")
    begun = time.perf_counter()
    assert found.allows("/" + "a" * 50_000)
    assert time.perf_counter() - begun < 2
