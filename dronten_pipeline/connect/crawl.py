"""Lists that a system gives in pages, while people work in it.

Here belongs reading a list until it is certain that nothing was missed and nothing is there that
is gone. Not here: what the records mean (`kinds/`).

Page numbers shift when a record is removed or added between two pages, and the number of records
that a system tells with each page may come out equal all the same. So a list is read again until
two passes in a row are equal: what was missed or gone in one would be otherwise in the next.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dronten_pipeline.connect.errors import Refused
from dronten_pipeline.connect.http import Client

#: Passes before a list counts as too restless.
MOST_PASSES = 6
#: No list has more pages; one that goes on goes round.
MOST_PAGES = 100_000

Keep = Callable[[Mapping[str, Any]], Sequence[str | None] | None]


class Lists:
    """Lists that were read, on the disk: they may be longer than memory should be.

    Of each record only what `keep` gives of it is written down.
    """

    def __init__(self, path: Path) -> None:
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
            self._fill("pass", columns, _pages(client, path, params, body), keep)
            if number and self._is_same(name, "pass"):
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
        self, name: str, columns: Sequence[str], pages: Iterator[list[dict[str, Any]]], keep: Keep
    ) -> None:
        self.database.execute(f'DROP TABLE IF EXISTS "{name}"')
        typed = ", ".join(f'"{column}" TEXT' for column in columns)
        self.database.execute(f'CREATE TABLE "{name}" ({typed}, PRIMARY KEY ("{columns[0]}"))')
        places = ", ".join("?" for _ in columns)
        for page in pages:
            kept = [row for record in page if (row := keep(record)) is not None]
            # One that stands on two pages, because others came before it, is one.
            self.database.executemany(f'INSERT OR REPLACE INTO "{name}" VALUES ({places})', kept)

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
) -> Iterator[list[dict[str, Any]]]:
    """Raises:
    Refused: a page is no page, or links to one that was read before.
    """
    seen: set[str] = set()
    next_path, asked = path, params
    for _ in range(MOST_PAGES):
        page = client.json(next_path, asked, body=body)
        if not isinstance(page, dict) or not isinstance(page.get("results"), list):
            raise Refused(f"{path}: het antwoord is geen lijst (results ontbreekt).")
        yield page["results"]
        following = page.get("next")
        if following is None:
            return
        url = str(client.url(str(following)))
        if url in seen:
            break
        seen.add(url)
        next_path, asked = url, None
    raise Refused(f"{path}: de pagina's verwijzen in een kring naar elkaar.")


def text(value: Any) -> str | None:
    """A value as it is compared and kept; what is no value is None."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
