"""Lists that a system gives in pages, while people work in it.

Here belongs reading a list until it is certain that nothing was missed and nothing is there that
is gone. Not here: what the records mean (`kinds/`).

Page numbers shift when a record is removed or added between two pages, and the number of records
that a system tells with each page may come out equal all the same. So a list is read again until
two passes in a row are equal, and the last of them is whole: it holds as many records as the system
told on its first and its last page, and none twice. What one pass missed, or kept although it was
gone, is otherwise in the next: to be missed twice a record must have been shifted twice, by one
that was read before it and is there no more, or by one that shifted others to be read twice.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dronten_pipeline.connect.errors import Refused
from dronten_pipeline.connect.http import Client
from dronten_pipeline.connect.telling import Tell, silent

#: Passes before a list counts as too restless.
MOST_PASSES = 6
#: Seconds between two words on how far a pass is.
SILENCE = 5.0
#: No list has more pages; one that goes on goes round.
MOST_PAGES = 100_000

Keep = Callable[[Mapping[str, Any]], Sequence[str | None] | None]


class Lists:
    """Lists that were read, on the disk: they may be longer than memory should be.

    Of each record only what `keep` gives of it is written down.
    """

    def __init__(self, path: Path, tell: Tell = silent) -> None:
        self.tell = tell
        self.database = sqlite3.connect(path)
        self.database.execute("PRAGMA journal_mode = OFF")
        self.database.execute("PRAGMA synchronous = OFF")

    def close(self) -> None:
        self.database.close()

    def read(
        self,
        name: str,
        columns: Sequence[str],
        client: Client,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        keep: Keep,
    ) -> int:
        """Reads a list into the table `name`; returns how many records it has.

        Args:
            columns: what `keep` gives of a record; the first tells it from all others.
            body: where every page is asked with a POST of the same question.
            keep: what is kept of a record; None of one that does not count.

        Raises:
            Refused: it changed through every pass, or a page is not of this list.
            Unchangeable, MayPass: as `Client.json`.
        """
        for number in range(MOST_PASSES):
            is_whole = self._fill("pass", columns, path, _pages(client, path, params, body), keep)
            if number and is_whole and self._is_same(name, "pass"):
                break
            self.database.execute(f'DROP TABLE IF EXISTS "{name}"')
            self.database.execute(f'ALTER TABLE "pass" RENAME TO "{name}"')
        else:
            raise Refused(
                f"{path}: de lijst veranderde tijdens {MOST_PASSES} keer lezen. Er is niets "
                "geleverd. Haal op een rustiger moment op (schedule in connector.yml)."
            )
        (count,) = self.database.execute(f'SELECT count(*) FROM "{name}"').fetchone()
        return int(count)

    def rows(self, query: str) -> Iterator[dict[str, Any]]:
        """Records of a query over the tables that were read."""
        found = self.database.execute(query)
        names = [column[0] for column in found.description]
        for row in found:
            yield dict(zip(names, row, strict=True))

    def _fill(
        self,
        name: str,
        columns: Sequence[str],
        path: str,
        pages: Iterator[dict[str, Any]],
        keep: Keep,
    ) -> bool:
        """Returns whether the pass is whole."""
        for table in (name, "passed"):
            self.database.execute(f'DROP TABLE IF EXISTS "{table}"')
        typed = ", ".join(f'"{column}" TEXT' for column in columns)
        self.database.execute(f'CREATE TABLE "{name}" ({typed}, PRIMARY KEY ("{columns[0]}"))')
        self.database.execute('CREATE TABLE "passed" (id TEXT PRIMARY KEY) WITHOUT ROWID')
        places = ", ".join("?" for _ in columns)
        told: set[int | None] = set()
        count, said_at = 0, time.monotonic()
        for page in pages:
            told.add(page.get("count"))
            count += len(page["results"])
            if time.monotonic() > said_at + SILENCE:
                said_at = time.monotonic()
                self.tell(f"{path}: {count} van {page.get('count') or 'onbekend'} gelezen")
            kept = [row for record in page["results"] if (row := keep(record)) is not None]
            # One that stands on two pages, because others came before it, is one.
            self.database.executemany(f'INSERT OR REPLACE INTO "{name}" VALUES ({places})', kept)
            self.database.executemany(
                'INSERT OR IGNORE INTO "passed" VALUES (?)',
                ([record.get("uuid") or record["url"]] for record in page["results"]),
            )
        (passed,) = self.database.execute('SELECT count(*) FROM "passed"').fetchone()
        return passed == count and told in ({count}, {None})

    def _is_same(self, one: str, other: str) -> bool:
        return not any(
            self.database.execute(
                f'SELECT 1 FROM (SELECT * FROM "{a}" EXCEPT SELECT * FROM "{b}") LIMIT 1'
            ).fetchone()
            for a, b in ((one, other), (other, one))
        )


def _pages(
    client: Client,
    path: str,
    params: Mapping[str, str] | None,
    body: Mapping[str, Any] | None,
) -> Iterator[dict[str, Any]]:
    """The pages of one pass; fewer than there were where the list grew shorter meanwhile.

    Raises:
        Refused: a page is no page, or links to one that was read before.
    """
    seen: set[str] = set()
    next_path, asked, fine = path, params, frozenset({200})
    for _ in range(MOST_PAGES):
        page = client.json(next_path, asked, body=body, fine=fine)
        is_past_the_end = bool(seen) and isinstance(page, dict) and "results" not in page
        if is_past_the_end:  # records were removed: the pass is not whole
            yield {"count": None, "results": []}
            return
        if not isinstance(page, dict) or not isinstance(page.get("results"), list):
            raise Refused(f"{path}: het antwoord is geen lijst (results ontbreekt).")
        yield page
        following = page.get("next")
        if following is None:
            return
        url = str(client.url(str(following)))
        if url in seen:
            break
        seen.add(url)
        next_path, asked, fine = url, None, frozenset({200, 404})
    raise Refused(f"{path}: de pagina's verwijzen in een kring naar elkaar.")


def text(value: Any) -> str | None:
    """A value as it is compared and kept; what is no value is None."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def moment(value: str | None) -> dt.datetime | None:
    """An instant as the system gives it, in UTC."""
    return None if value is None else dt.datetime.fromisoformat(value).astimezone(dt.UTC)
