"""A website: its pages become documents of a list of texts.

Here belongs: which pages count (those of the sitemap that robots.txt allows), asking only for what
changed, and when a page is the same as another, gone, or no text. Not here: what a text says or how
hard it is to read (`readability/`).

Of a page is kept what a reader can see: no script, form field, comment or description, which also
differ each time. A page that is away once is kept as it was; away a second time, it is gone.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import httpx
from pydantic import Field

from dronten_pipeline.connect import robots
from dronten_pipeline.connect.connector import Address
from dronten_pipeline.connect.connector import Connector as Common
from dronten_pipeline.connect.errors import MayPass, Refused, Unchangeable
from dronten_pipeline.connect.http import Client
from dronten_pipeline.connect.session import Session
from dronten_pipeline.core.settings import LOCAL_TIME

AGENT = "datalab"
ACCEPTED = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9"}
#: Of the standard for sitemaps.
LONGEST_SITEMAP, MOST_SITEMAPS = 50 * 2**20, 1_000
MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
#: Such a page cannot be: a site that answers with a page all the same has soft 404s.
NO_PAGE = "/deze-pagina-bestaat-niet-4b1c9f27"
FEWEST_WORDS = 50
#: What no reader sees, and no text is taken from.
UNSEEN = "script,style,noscript,template,svg,iframe,input,select,textarea,link,meta,object,embed"
#: More pages than this that fail mean that the site does.
MOST_FAILED = 0.05


class Connector(Common):
    """A website, read politely; it has no secret."""

    address: Address = Field(description="Its home page.")
    also_called: frozenset[str] = Field(
        default=frozenset(), description="Other names of the same host, such as without www."
    )
    requests_per_second: float = Field(default=1, gt=0, le=5)
    minutes: float = Field(default=180, gt=0)
    sitemap: str | None = Field(
        default=None, description="Its path; default: those of robots.txt, else /sitemap.xml."
    )
    excluded: list[str] = Field(
        default=["/zoeken"], description="Pages below these paths do not count."
    )
    kinds: dict[str, str] = Field(
        default_factory=dict, description="soort of pages by the beginning of their path."
    )
    teams: dict[str, str] = Field(
        default_factory=dict, description="team of pages by the beginning of their path."
    )
    pages: int = Field(default=5_000, ge=1, le=50_000, description="A larger site is refused.")


def pull(connector: Connector, session: Session) -> None:
    """Lands new documents, and then the list of all pages that count."""
    client = _client(connector, session)
    rules = _robots(client)
    listed = _listed(connector, session, client, rules)
    nothing = _text_of_no_page(client)
    before: dict[str, Any] = session.state.cursor.get("pages", {})
    now: dict[str, Any] = {}
    failed = 0
    for url, changed_on in listed.items():
        known = before.get(url)
        try:
            page = _page(connector, session, client, url, changed_on, known, nothing)
        except (MayPass, Unchangeable):
            failed += 1
            if failed > 1 + MOST_FAILED * len(listed):
                raise
            session.counted["pagina's die nu niet kwamen: zoals zij waren, of nog niet"] += 1
            page = known
        if page is not None:
            now[url] = page
    session.cursor["pages"] = now
    texts = {one["text"]["tekst_id"]: one["text"] for one in now.values() if one.get("text")}
    session.counted["pagina's in de sitemap"] = len(listed)
    for page in now.values():
        if page.get("text"):
            session.counted[f"datum uit {page['gevonden_in']}"] += 1
    session.table("texts", (_typed(texts[name]) for name in sorted(texts)))


def try_login(connector: Connector, session: Session) -> str:
    """No login is needed; the sitemap must answer."""
    client = _client(connector, session)
    listed = _listed(connector, session, client, _robots(client))
    return f"laat ons binnen; {len(listed)} pagina's in de sitemap"


def _client(connector: Connector, session: Session) -> Client:
    return session.client(
        connector.address, headers=lambda: ACCEPTED, also_called=connector.also_called
    )


def _robots(client: Client) -> robots.Robots:
    answer = client.ask("/robots.txt", fine=frozenset({200, 401, 403}) | GONE | REDIRECTS)
    text = answer.content.decode("utf-8", "replace") if answer.status_code == 200 else ""
    rules = robots.read(text, AGENT)
    client.between = max(client.between, rules.delay)
    return rules


def _listed(
    connector: Connector, session: Session, client: Client, rules: robots.Robots
) -> dict[str, str | None]:
    """Addresses of the pages that count, in order, with the day that the sitemap gives."""
    found: dict[str, str | None] = {}
    wanted = [connector.sitemap] if connector.sitemap else rules.sitemaps or ["/sitemap.xml"]
    seen: set[str] = set()
    while wanted:
        url = _own(client, wanted.pop())
        if url is None:
            session.counted["sitemaps van een andere host"] += 1
            continue
        if str(url) in seen:
            continue
        seen.add(str(url))
        if len(seen) > MOST_SITEMAPS:
            raise Refused(f"{url.host}: meer dan {MOST_SITEMAPS} sitemaps.")
        for kind, place, day in _entries(client.ask(str(url)).content, url):
            if kind == "sitemap":
                wanted.append(place)
                continue
            page = _own(client, place)
            why = _why_not(connector, rules, page)
            if page is None or why:
                session.counted[why] += 1
            else:
                found[_plain(page)] = day
    if not found:
        raise Refused(
            f"{client.address.host}: in de sitemap staat geen pagina die telt. Kijk of zij er nog "
            "is, en of robots.txt ons toelaat (sitemap in connector.yml)."
        )
    if len(found) > connector.pages:
        raise Refused(
            f"{client.address.host}: {len(found)} pagina's in de sitemap, meer dan pages in "
            "connector.yml. Hoort dat zo, verhoog het dan."
        )
    return dict(sorted(found.items()))


def _entries(content: bytes, url: httpx.URL) -> Iterator[tuple[str, str, str | None]]:
    """`sitemap` or `url`, its address, and the day of its last change."""
    try:
        if content[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                content = file.read(LONGEST_SITEMAP + 1)
        if len(content) > LONGEST_SITEMAP or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise ValueError
        for element in ElementTree.fromstring(content):
            inside = {_name(one): (one.text or "").strip() for one in element}
            if inside.get("loc"):
                yield _name(element), inside["loc"], inside.get("lastmod")
    except (ValueError, EOFError, OSError, ElementTree.ParseError):
        raise Refused(
            f"{url.host}{url.path} is geen sitemap die gelezen kan worden (XML van hoogstens 50 "
            "MB, zonder DOCTYPE)."
        ) from None


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _own(client: Client, place: str) -> httpx.URL | None:
    """An address on this host; None of one elsewhere."""
    try:
        return client.url(place)
    except (Refused, httpx.InvalidURL):
        return None


def _why_not(connector: Connector, rules: robots.Robots, url: httpx.URL | None) -> str:
    if url is None:
        return "pagina's op een andere host"
    if url.query:
        return "pagina's met een vraagteken in hun adres"
    path = url.raw_path.decode("ascii")
    if any(path.startswith(one) for one in connector.excluded):
        return "pagina's die niet tellen (excluded)"
    return "" if rules.allows(path) else "pagina's die robots.txt niet toelaat"


def _plain(url: httpx.URL) -> str:
    """The one address of a page: no fragment, query or slash at its end."""
    path = url.raw_path.decode("ascii").partition("?")[0].partition("#")[0]
    return str(url.copy_with(raw_path=(path.rstrip("/") or "/").encode()))


def _text_of_no_page(client: Client) -> str | None:
    """What the site shows for a page that is not there, when it says that all is well."""
    answer = client.ask(NO_PAGE, fine=frozenset({200}) | GONE | REDIRECTS)
    if answer.status_code != 200:
        return None
    return hashlib.sha256(_text(_seen(answer)[0]).encode()).hexdigest()


def _page(
    connector: Connector,
    session: Session,
    client: Client,
    url: str,
    changed_on: str | None,
    known: Mapping[str, Any] | None,
    nothing: str | None,
) -> dict[str, Any] | None:
    """What is remembered of a page: its `text` when it counts. None of one that is gone."""
    asked = {}
    if known is not None and _is_here(session, known):
        pairs = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("modified")}
        asked = {name: value for name, value in pairs.items() if value}
    answer = _followed(session, client, url, asked)
    if answer is None:
        return {"missed": 0}
    if answer.status_code == 304 and known is not None:
        session.counted["pagina's die niet veranderd zijn"] += 1
        return {**known, "missed": 0}
    if answer.status_code in GONE:
        if known is None or known.get("missed", 0):
            session.counted["pagina's die weg zijn"] += 1
            return None
        session.counted["pagina's die voor het eerst weg zijn, bewaard zoals zij waren"] += 1
        return {**known, "missed": 1, "etag": None, "modified": None}
    first = (known or {}).get("first") or dt.datetime.now(LOCAL_TIME).date().isoformat()
    page: dict[str, Any] = {
        "missed": 0,
        "first": first,
        "etag": answer.headers.get("etag"),
        "modified": answer.headers.get("last-modified"),
    }
    text, why = _counted(connector, client, answer, changed_on, first, nothing)
    if why:
        session.counted[why] += 1
        return page
    content, page["gevonden_in"] = text.pop("content"), text.pop("gevonden_in")
    name = f"documents/{hashlib.sha256(content).hexdigest()[:16]}.html"
    page["text"] = {**text, "bestand": name}
    if not _is_here(session, page) and name not in session.copied:
        session.file(name, [content])
    return page


def _is_here(session: Session, page: Mapping[str, Any]) -> bool:
    """Whether the document of a page stands in landing; a page without one needs none."""
    text = page.get("text")
    folder = session.settings.landing_folder / session.source.name
    return text is None or (folder / text["bestand"]).is_file()


def _followed(
    session: Session, client: Client, url: str, asked: Mapping[str, str]
) -> httpx.Response | None:
    """The answer after what it refers to; None where that leads elsewhere or in a circle."""
    for _ in range(MOST_REDIRECTS):
        answer: httpx.Response = client.ask(
            url, headers=asked, fine=frozenset({200, 304}) | GONE | REDIRECTS
        )
        if answer.status_code not in REDIRECTS:
            return answer
        try:
            place = answer.url.join(answer.headers.get("location", ""))
        except httpx.InvalidURL:
            break
        own = _own(client, str(place))
        if own is None:
            session.counted["pagina's die naar een andere host verwijzen"] += 1
            return None
        session.counted["verwijzingen op de eigen host"] += 1
        url = str(own)
    session.counted["pagina's die in een kring verwijzen"] += 1
    return None


def _counted(
    connector: Connector,
    client: Client,
    answer: httpx.Response,
    changed_on: str | None,
    first: str,
    nothing: str | None,
) -> tuple[dict[str, Any], str]:
    """The text that a page is, or why it is none."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml"):
        return {}, "bestanden die geen pagina zijn"
    here = _plain(answer.url)
    content, about = _seen(answer)
    if about["canonical"]:
        there = _own(client, str(answer.url.join(about["canonical"])))
        if there is not None and _plain(there) != here:
            return {}, "pagina's die zeggen dat een andere pagina de echte is (canonical)"
    if about["lang"] and about["lang"].lower().partition("-")[0] != "nl":
        return {}, "pagina's in een andere taal"
    text = _text(content)
    if hashlib.sha256(text.encode()).hexdigest() == nothing:
        return {}, "pagina's die zeggen dat er niets is"
    if len(text.split()) < FEWEST_WORDS:
        return {}, f"pagina's met minder dan {FEWEST_WORDS} woorden"
    path = answer.url.path
    days = {
        "DCTERMS.modified": _day(about["dcterms.modified"]),
        "article:modified_time": _day(about["article:modified_time"]),
        "sitemap": _day(changed_on),
        "de dag waarop zij hier voor het eerst was": dt.date.fromisoformat(first),
    }
    where, day = next((where, day) for where, day in days.items() if day is not None)
    return {
        "tekst_id": hashlib.sha256(here.encode()).hexdigest()[:16],
        "kanaal": "website",
        "team": _by_path(connector.teams, path),
        "soort": _by_path(connector.kinds, path),
        "gepubliceerd_op": day.isoformat(),
        "canonieke_url": here,
        "content": content,
        "gevonden_in": where,
    }, ""


def _by_path(named: Mapping[str, str], path: str) -> str | None:
    """What the longest beginning of a path that fits is called."""
    fitting = [beginning for beginning in named if path.startswith(beginning)]
    return named[max(fitting, key=len)] if fitting else None


def _seen(answer: httpx.Response) -> tuple[bytes, dict[str, str]]:
    """The page with only what a reader sees, in UTF-8, and what it says of itself."""
    from selectolax.lexbor import LexborHTMLParser

    charset = answer.charset_encoding
    try:
        tree = LexborHTMLParser(answer.content.decode(charset) if charset else answer.content)
    except (LookupError, UnicodeDecodeError):
        tree = LexborHTMLParser(answer.content.decode("utf-8", "replace"))
    about = {"canonical": "", "lang": "", "dcterms.modified": "", "article:modified_time": ""}
    for element in tree.css("link[rel=canonical], html[lang], meta[content]"):
        given = element.attributes
        if element.tag == "link":
            about["canonical"] = about["canonical"] or (given.get("href") or "")
        elif element.tag == "html":
            about["lang"] = given.get("lang") or ""
        else:
            name = (given.get("name") or given.get("property") or "").lower()
            if name in about and not about[name]:
                about[name] = given.get("content") or ""
    for element in tree.css(UNSEEN):
        element.decompose()
    nodes = tree.root.traverse(include_text=True) if tree.root else ()
    for node in [one for one in nodes if one.tag == "-comment"]:
        node.decompose()
    return (tree.html or "").encode(), about


def _text(content: bytes) -> str:
    from dronten_pipeline.readability.extract import DocumentUnreadable, text_of

    try:
        return text_of(content, suffix=".html")
    except DocumentUnreadable:
        return ""


def _day(given: str | None) -> dt.date | None:
    """The day of a moment as a page or sitemap writes it; None of none, and of one to come."""
    try:
        moment = dt.datetime.fromisoformat((given or "").strip())
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(LOCAL_TIME)
    return moment.date() if moment.date() <= dt.datetime.now(LOCAL_TIME).date() else None


def _typed(text: Mapping[str, Any]) -> dict[str, Any]:
    return {**text, "gepubliceerd_op": dt.date.fromisoformat(text["gepubliceerd_op"])}
