"""Where other parties put files for us: an SFTP server, a bucket (S3), a mounted share.

Here belongs listing one folder and reading a file of it, and what each says when that fails. Not
here: which files are taken, and when (`kinds/drops.py`). Nothing is ever changed or removed there.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dronten_pipeline.connect.errors import MayPass, PullError, Unchangeable

SECONDS = 60
BLOCK = 1 << 20


@dataclass(frozen=True, order=True)
class Found:
    """A file as a listing shows it; `mark` changes when the file does."""

    name: str
    size: int
    mark: str


class Store(Protocol):
    """One folder of files; no folder below it is looked into."""

    def listing(self) -> list[Found]: ...

    def blocks(self, found: Found) -> Iterator[bytes]: ...


def changed(where: str = "Bij de andere partij") -> MayPass:
    return MayPass(
        f"{where}: een bestand veranderde of verdween terwijl het werd gekopieerd. Er is niets "
        "geleverd; de volgende ophaalbeurt probeert het opnieuw."
    )


def _away(where: str, error: Exception) -> MayPass:
    return MayPass(
        f"{where}: de verbinding lukte niet of brak af ({type(error).__name__}). Er is niets "
        "geleverd; de volgende ophaalbeurt probeert het opnieuw."
    )


def _no_folder(where: str, folder: str) -> Unchangeable:
    return Unchangeable(
        f"{where}: de map {folder} is er niet, of mag niet gelezen worden. Kijk hoe zij heet en "
        "welke rechten het account heeft."
    )


@dataclass
class Share:
    """A folder that this machine has mounted."""

    folder: Path

    def listing(self) -> list[Found]:
        try:
            with os.scandir(self.folder) as entries:
                files = [one for one in entries if one.is_file(follow_symlinks=False)]
                about = [(one.name, one.stat(follow_symlinks=False)) for one in files]
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            raise _no_folder("De gedeelde map", str(self.folder)) from None
        return [Found(name, about.st_size, str(about.st_mtime_ns)) for name, about in about]

    def blocks(self, found: Found) -> Iterator[bytes]:
        # Of a name that became a link meanwhile nothing is read.
        try:
            handle = os.open(self.folder / found.name, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            raise changed("De gedeelde map") from None
        with os.fdopen(handle, "rb") as file:
            while block := file.read(BLOCK):
                yield block
            now = os.fstat(handle)
        if (now.st_size, str(now.st_mtime_ns)) != (found.size, found.mark):
            raise changed("De gedeelde map")


@dataclass
class Sftp:
    """A folder on an SFTP server."""

    session: Any
    server: str
    folder: str

    def listing(self) -> list[Found]:
        try:
            listed = self.session.listdir_attr(self.folder)
        except (FileNotFoundError, PermissionError):
            raise _no_folder(self.server, self.folder) from None
        except Exception as error:
            raise self._problem(error) from None
        # Links and folders are no files; a server that does not say what something is, has none.
        return [
            Found(one.filename, one.st_size, str(one.st_mtime))
            for one in listed
            if stat.S_ISREG(one.st_mode or 0)
        ]

    def blocks(self, found: Found) -> Iterator[bytes]:
        try:
            with self.session.open(f"{self.folder.rstrip('/')}/{found.name}", "rb") as file:
                file.prefetch(found.size)
                while block := file.read(BLOCK):
                    yield block
                now = file.stat()
        except (FileNotFoundError, PermissionError):
            raise changed(self.server) from None
        except Exception as error:
            raise self._problem(error) from None
        if (now.st_size, str(now.st_mtime)) != (found.size, found.mark):
            raise changed(self.server)

    def _problem(self, error: Exception) -> Exception:
        import paramiko

        known = isinstance(error, OSError | EOFError | paramiko.SSHException)
        return _away(self.server, error) if known else error


@contextlib.contextmanager
def sftp(
    *,
    server: str,
    port: int,
    user: str,
    host_key: str,
    folder: str,
    key: str | None,
    password: str | None,
    login: str,
) -> Iterator[Sftp]:
    """A session with a server that shows this host key and no other.

    Args:
        key: a private key in PEM; without it the password is used.
        login: what to look at when the server refuses; never a secret.

    Raises:
        Unchangeable: the server is another, or refuses the account.
        MayPass: it could not be reached.
    """
    import paramiko

    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    called = server if port == 22 else f"[{server}]:{port}"
    try:
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"{called} {host_key}")
    except paramiko.SSHException:
        entry = None
    if entry is None or entry.key is None:
        raise Unchangeable(f"{server}: host_key in connector.yml is geen sleutel van een server.")
    client.get_host_keys().add(called, entry.key.get_name(), entry.key)
    try:
        client.connect(
            server,
            port=port,
            username=user,
            pkey=_private_key(key, login) if key is not None else None,
            password=password,
            allow_agent=False,
            look_for_keys=False,
            timeout=SECONDS,
            banner_timeout=SECONDS,
            auth_timeout=SECONDS,
        )
        session = client.open_sftp()
        session.get_channel().settimeout(SECONDS)  # type: ignore[union-attr]
    except paramiko.BadHostKeyException:
        client.close()
        raise Unchangeable(
            f"{server} laat een andere sleutel zien dan host_key in connector.yml: het is een "
            "andere server, of hij is vernieuwd. Vraag de beheerder naar de nieuwe sleutel; neem "
            "haar niet over van de verbinding."
        ) from None
    except paramiko.AuthenticationException:
        client.close()
        raise Unchangeable(
            f"{server}: het account {user} wordt geweigerd. Kijk of {login} nog geldt; opnieuw "
            "proberen helpt niet."
        ) from None
    except (OSError, EOFError, paramiko.SSHException) as error:
        client.close()
        raise _away(server, error) from None
    try:
        yield Sftp(session, server, folder)
    finally:
        client.close()


def _private_key(text: str, login: str) -> Any:
    import paramiko

    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with contextlib.suppress(paramiko.SSHException, ValueError, IndexError):
            return kind.from_private_key(io.StringIO(text + "\n"))
    raise Unchangeable(f"In {login} staat geen sleutel (Ed25519, ECDSA of RSA, zonder wachtwoord).")


@dataclass
class Bucket:
    """Objects directly below a prefix of a bucket."""

    client: Any
    bucket: str
    prefix: str
    login: str

    def listing(self) -> list[Found]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix, Delimiter="/"
        )
        try:
            return [
                Found(name, one["Size"], one["ETag"])
                for page in pages
                for one in page.get("Contents", ())
                if (name := one["Key"].removeprefix(self.prefix))
            ]
        except Exception as error:
            raise self._problem(error) from None

    def blocks(self, found: Found) -> Iterator[bytes]:
        try:
            answer = self.client.get_object(
                Bucket=self.bucket, Key=self.prefix + found.name, IfMatch=found.mark
            )
            yield from answer["Body"].iter_chunks(BLOCK)
        except Exception as error:
            raise self._problem(error) from None

    def _problem(self, error: Exception) -> Exception:
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, PullError):
            return error
        if isinstance(error, ClientError):
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code in ("PreconditionFailed", "NoSuchKey"):
                return changed(self.bucket)
            if status < 500 and status not in (408, 429) and code != "SlowDown":
                return Unchangeable(
                    f"De opslag weigert de bak {self.bucket} ({code}). Kijk of {self.login} nog "
                    "gelden, hoe de bak heet en of het account haar mag lezen."
                )
            return _away(self.bucket, error)
        return _away(self.bucket, error) if isinstance(error, BotoCoreError | OSError) else error


def bucket(
    *,
    address: str | None,
    region: str | None,
    name: str,
    prefix: str,
    access_key: str,
    secret_key: str,
    login: str,
) -> Bucket:
    """Objects of S3, or of what speaks like it at `address`.

    Raises:
        Unchangeable: its library is not installed.
    """
    try:
        import boto3
        from botocore.config import Config
    except ModuleNotFoundError:
        raise Unchangeable(
            "De bibliotheek boto3 is er niet. Installeer haar erbij: pip install "
            "'dronten-pipeline[s3]'."
        ) from None
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name=region or "us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(
            connect_timeout=SECONDS,
            read_timeout=SECONDS,
            retries={"max_attempts": 5, "mode": "standard"},
            s3={"addressing_style": "path"} if address else {},
        ),
    )
    return Bucket(client, name, prefix, login)
