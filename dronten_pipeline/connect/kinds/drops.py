"""Files that another party puts ready: over SFTP, in a bucket (S3 and what speaks like it), or in a
mounted share. They are copied as they are; reading them is done as with any delivery.

Here belongs which files are taken, and when. Not here: how each kind of store is spoken to
(`connect/stores.py`), or what stands in a file: CSV, a workbook, an e-invoice (`ingest/`).

A file is taken when two listings, some time apart, show it with the same name, size and mark (the
moment of its last change, or its ETag): then it is whole. It is taken once for each mark. Of a name
from the other side nothing becomes a path. Nothing is removed there.
"""

from __future__ import annotations

import contextlib
import fnmatch
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from dronten_pipeline.connect import stores
from dronten_pipeline.connect.connector import Address
from dronten_pipeline.connect.connector import Connector as Common
from dronten_pipeline.connect.errors import MayPass, Refused
from dronten_pipeline.connect.secrets import variable
from dronten_pipeline.connect.session import Session
from dronten_pipeline.connect.stores import Found, Store
from dronten_pipeline.contracts.reading import Strict
from dronten_pipeline.contracts.sources import Source
from dronten_pipeline.core.file_names import is_sound
from dronten_pipeline.ingest import landing
from dronten_pipeline.ingest.order import natural_key

LONGEST_NAME = 200


class Sftp(Strict):
    """The secret is KEY (a private key) or PASSWORD."""

    kind: Literal["sftp"]
    server: str = Field(pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    host_key: str = Field(
        pattern=r"^[a-z0-9@.-]+ [A-Za-z0-9+/=]+$",
        description="What the server shows, as `ssh-keyscan` writes it: ssh-ed25519 AAAA...",
    )
    folder: str = Field(default=".", min_length=1)
    login: Literal["key", "password"] = "key"


class S3(Strict):
    """The secrets are ACCESS_KEY and SECRET_KEY."""

    kind: Literal["s3"]
    address: Address | None = Field(default=None, description="Default: that of Amazon.")
    region: str | None = None
    bucket: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$")
    prefix: str = Field(default="", pattern=r"^([^/].*/)?$", description="Ends with a slash.")


def _is_absolute(folder: Path) -> Path:
    if not folder.is_absolute():
        raise ValueError("is een heel pad, dat met / begint")
    return folder


class Share(Strict):
    """A folder that the machine has mounted; it has no secret of ours."""

    kind: Literal["share"]
    folder: Annotated[Path, AfterValidator(_is_absolute)]


class Connector(Common):
    """Where files are put ready, and which of them are for us."""

    store: Annotated[Sftp | S3 | Share, Field(discriminator="kind")]
    names: list[str] = Field(
        default=["*"], min_length=1, description="Patterns of names that are taken: *.csv, *.xml."
    )
    megabytes: int = Field(default=1000, ge=1, description="A larger file is not taken.")
    settle_seconds: float = Field(
        default=60, ge=0, description="A file that did not change for so long is whole."
    )


def pull(connector: Connector, session: Session) -> None:
    """Lands each file that is whole and was not taken before."""
    with _opened(connector, session) as store:
        before = session.state.cursor.get("taken", {})
        listed = _listed(connector, session, store)
        new = {one for one in listed if before.get(one.name) != [one.size, one.mark]}
        if new:
            _wait(connector, session)
            again = set(_listed(connector, session, store))
            session.counted["bestanden die nog veranderen"] += len(new - again)
            new &= again
        taken = sorted(new, key=lambda one: natural_key(one.name))
        for one in taken:
            session.file(_name(one, session), _whole(one, store, session))
        # What is gone there is forgotten: under its name something new may come.
        session.cursor["taken"] = {
            one.name: [one.size, one.mark]
            for one in listed
            if one in new or before.get(one.name) == [one.size, one.mark]
        }
        session.counted["bestanden gezien"] = len(listed)


def try_login(connector: Connector, session: Session) -> str:
    with _opened(connector, session) as store:
        return f"laat ons binnen; {len(_listed(connector, session, store))} bestanden"


@contextlib.contextmanager
def _opened(connector: Connector, session: Session) -> Iterator[Store]:
    given = connector.store
    source = session.source.name
    if isinstance(given, Share):
        yield stores.Share(given.folder)
    elif isinstance(given, S3):
        access_key, secret_key = session.secret("ACCESS_KEY"), session.secret("SECRET_KEY")
        yield stores.bucket(
            address=given.address,
            region=given.region,
            name=given.bucket,
            prefix=given.prefix,
            access_key=access_key.get_secret_value(),
            secret_key=secret_key.get_secret_value(),
            login=f"{variable(source, 'ACCESS_KEY')} en {variable(source, 'SECRET_KEY')}",
        )
    else:
        secret = session.secret(given.login.upper()).get_secret_value()
        with stores.sftp(
            server=given.server,
            port=given.port,
            user=given.user,
            host_key=given.host_key,
            folder=given.folder,
            key=secret if given.login == "key" else None,
            password=secret if given.login == "password" else None,
            login=variable(source, given.login),
        ) as store:
            yield store


def _listed(connector: Connector, session: Session, store: Store) -> list[Found]:
    """Files that are for us.

    Raises:
        Refused: one has a name that can be no name of a file here, or is too large.
    """
    listed = store.listing()
    strange = [one for one in listed if not _can_be_a_name(one.name)]
    if strange:
        raise Refused(
            f"{len(strange)} bestanden hebben een naam die niet kan: een pad (/ of \\), tekens die "
            f"niet te drukken zijn, of meer dan {LONGEST_NAME} tekens. Er is niets geleverd. Vraag "
            "wie ze klaarzet om een andere naam."
        )
    ours = [one for one in listed if _is_for_us(one.name, connector.names, session.source)]
    large = [one for one in ours if one.size > connector.megabytes * 1_000_000]
    if large:
        raise Refused(
            f"{len(large)} bestanden zijn groter dan {connector.megabytes} MB. Er is niets "
            "geleverd. Hoort dat zo, verhoog dan megabytes in connector.yml."
        )
    return ours


def _can_be_a_name(name: str) -> bool:
    return (
        0 < len(name) <= LONGEST_NAME
        and is_sound(name)
        and len(name.encode()) <= LONGEST_NAME
        and name.isprintable()
        and not {"/", "\\"} & set(name)
        and name.strip(". ") != ""
    )


def _is_for_us(name: str, patterns: list[str], source: Source) -> bool:
    is_sign = source.complete_when == "ok_file" and name.casefold().endswith(".ok")
    plain = name.removesuffix(".ok") if is_sign else name
    return landing.counts(plain) and any(
        fnmatch.fnmatchcase(plain.casefold(), pattern.casefold()) for pattern in patterns
    )


def _wait(connector: Connector, session: Session) -> None:
    if time.monotonic() + connector.settle_seconds > session.until:
        raise MayPass(
            "De tijd voor deze ophaalbeurt is korter dan de tijd waarin een bestand niet mag "
            "veranderen. Verhoog minutes of verlaag settle_seconds in connector.yml."
        )
    time.sleep(connector.settle_seconds)


def _name(found: Found, session: Session) -> str:
    """How it is called in landing, where nothing is written over: another file with a name that
    stands there has the moment of this pull in it."""
    if not (session.settings.landing_folder / session.source.name / found.name).exists():
        return found.name
    stem, dot, suffixes = found.name.partition(".")
    return f"{stem}_{session.stamp}{dot}{suffixes}"


def _whole(found: Found, store: Store, session: Session) -> Iterator[bytes]:
    """Its bytes, as many as the listing said."""
    size = 0
    for block in store.blocks(found):
        size += len(block)
        if size > found.size or time.monotonic() > session.until:
            break
        yield block
    if time.monotonic() > session.until:
        raise MayPass(
            "De tijd voor deze ophaalbeurt is om (minutes in connector.yml). Er is niets geleverd."
        )
    if size != found.size:
        raise stores.changed()
