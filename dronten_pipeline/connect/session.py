"""What a kind of system has to work with during one pull.

Here belongs: its contract, its secrets, a client within the time that a pull may take, and ways to
hand over what was fetched. Not here: what becomes of that (`pull.py`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from dronten_pipeline.connect import secrets, writer
from dronten_pipeline.connect.connector import Connector
from dronten_pipeline.connect.delivery import Delivery
from dronten_pipeline.connect.errors import Unchangeable
from dronten_pipeline.connect.http import Asked, Client
from dronten_pipeline.connect.state import State
from dronten_pipeline.connect.telling import Tell, silent
from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.settings import Settings, environment


@dataclass
class Session:
    """One pull of one source.

    since: the day from which records are asked, where a kind can ask that and somebody wants it.
    state: what the last pull left; `cursor` of it is kept when this one succeeds.
    counted: numbers for the receipt, such as records that were skipped, by a word for why.
    versions: what the system says of itself.
    tell: is told how far the pull is, in Dutch.
    """

    settings: Settings
    source: Source
    connector: Connector
    state: State
    delivery: Delivery
    stamp: str
    since: dt.date | None = None
    tell: Tell = silent
    until: float = field(default_factory=lambda: time.monotonic() + 3600)
    cursor: dict[str, Any] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    versions: dict[str, str] = field(default_factory=dict)
    written: dict[str, writer.Written] = field(default_factory=dict)
    #: Files that are handed on as they are, by name: bytes and SHA-256.
    copied: dict[str, tuple[int, str]] = field(default_factory=dict)
    clients: list[Client] = field(default_factory=list)

    def secret(self, name: str) -> SecretStr:
        """The secret of this source in DATALAB_<SOURCE>_<NAME>.

        Raises:
            Unchangeable: it is not given, or others can read its file.
        """
        return secrets.read(self.source.name, name, environment())

    def client(
        self,
        address: str,
        *,
        headers: Callable[[], Mapping[str, str]] = dict,
        secret: str | None = None,
        also_called: frozenset[str] = frozenset(),
    ) -> Client:
        """Asks one host. `secret` is the name of the secret with which it lets us in."""
        login = secrets.variable(self.source.name, secret) if secret else "connector.yml"
        client = Client(
            address,
            headers=headers,
            login=login,
            also_called=also_called,
            until=self.until,
            requests_per_second=self.connector.requests_per_second,
            contact=self.connector.contact,
            tell=self.tell,
        )
        self.clients.append(client)
        return client

    def table(self, name: str, records: Iterable[writer.Record], *, is_whole: bool = False) -> int:
        """Hands over all records of one table; returns how many there are.

        Args:
            is_whole: what is not among them is gone at the source, and must be gone here.

        Raises:
            Unchangeable: they are whole, and by its contract the table keeps what is gone.
            Refused, KeyError, OSError: as `writer.write`.
        """
        if is_whole and self.source.table(name).delivers != "everything":
            raise Unchangeable(
                f"Tabel {name} van {self.source.name} wordt altijd in haar geheel opgehaald. Zet "
                "in source.yml bij die tabel: delivers: everything. Zonder dat blijft hier "
                "meetellen wat bij de bron weg is."
            )
        path = self.delivery.place(f"{name}_{self.stamp}.csv")
        self.written[name] = writer.write(path, self.source.table(name), records)
        return self.written[name].records

    def file(self, name: str, blocks: Iterable[bytes]) -> None:
        """Hands over a file as it is; what is handed over first lands first."""
        digest, size = hashlib.sha256(), 0
        with self.delivery.place(name).open("wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
        self.copied[name] = size, digest.hexdigest()

    def close(self) -> None:
        """Ends its connections."""
        for client in self.clients:
            client.close()

    @property
    def asked(self) -> Asked:
        """All that was asked of whichever host."""
        every = Asked()
        for client in self.clients:
            every.requests += client.asked.requests
            every.bytes += client.asked.bytes
            every.retries += client.asked.retries
            for path, times in client.asked.paths.items():
                every.count(path, times)
        return every
