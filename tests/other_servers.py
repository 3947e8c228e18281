"""Real MariaDB, Dovecot and OpenSSH servers for tests, on free ports of this machine.

Here belongs starting and stopping them; `tools/install_test_servers.sh` puts the programs there.
PostgreSQL stands in `postgres_server.py`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.postgres_server import PASSWORD, NoServer


@dataclass(frozen=True)
class Server:
    port: int
    folder: Path
    process: subprocess.Popen[bytes]


def program(name: str) -> str:
    """Raises:
    NoServer: it is not there.
    """
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found is None:
        raise NoServer(
            f"there is no {name} here: `sh tools/install_test_servers.sh` as root on Debian or "
            "Ubuntu puts it there"
        )
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


#: Of this machine too, but not a name by which a connector knows that nothing leaves it.
ELSEWHERE = "127.0.0.2"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for ELSEWHERE that signed itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "proef")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ELSEWHERE))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "server.pem", folder / "server.key"
    pem = serialization.Encoding.PEM
    paths[0].write_bytes(signed.public_bytes(pem))
    paths[1].write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    paths[1].chmod(0o600)
    return paths


@contextlib.contextmanager
def mariadb() -> Iterator[Server]:
    """With user `root` and PASSWORD, and an empty database `boekhouding`; it also answers at
    ELSEWHERE, with the certificate `server.pem` in its folder."""
    import pymysql

    installer, daemon = program("mariadb-install-db"), program("mariadbd")
    with _folder() as folder:
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data, (signed, key) = folder / "data", certificate(folder)
        os.chown(key, pwd.getpwnam(user).pw_uid, -1)
        subprocess.run(
            [
                *(installer, "--no-defaults", f"--datadir={data}", f"--user={user}"),
                *("--auth-root-authentication-method=normal", "--skip-test-db"),
            ],
            capture_output=True,
            check=True,
        )
        (folder / "init.sql").write_text(
            f"ALTER USER root@localhost IDENTIFIED BY '{PASSWORD}';\n"
            "CREATE DATABASE boekhouding CHARACTER SET utf8mb4;\n"
        )
        (folder / "init.sql").chmod(0o644)
        port = free_port()
        command = [
            *(daemon, "--no-defaults", f"--datadir={data}", f"--user={user}", f"--port={port}"),
            *(f"--ssl-cert={signed}", f"--ssl-key={key}"),
            *(
                f"--bind-address=127.0.0.1,{ELSEWHERE}",
                f"--socket={folder}/socket",
                "--skip-log-bin",
            ),
            *(f"--init-file={folder}/init.sql", f"--pid-file={folder}/pid"),
            "--innodb-flush-log-at-trx-commit=0",
        ]

        def answers() -> None:
            pymysql.connect(host="127.0.0.1", port=port, user="root", password=PASSWORD).close()

        with _started(command, folder, port, answers) as server:
            yield server


@dataclass(frozen=True)
class MailServer(Server):
    """At ELSEWHERE it answers on `secure_port`, with the certificate `server.pem`."""

    secure_port: int


@contextlib.contextmanager
def dovecot() -> Iterator[MailServer]:
    """Every user may log in with PASSWORD; it runs as `mail`, which takes root to start."""
    import imaplib

    daemon = program("dovecot")
    if os.geteuid() != 0:
        raise NoServer("Dovecot starts here as root only: its processes run as others")
    with _folder() as folder:
        port, mail = free_port(), pwd.getpwnam("mail")
        (folder / "mail").mkdir()
        os.chown(folder / "mail", mail.pw_uid, mail.pw_gid)
        signed, key = certificate(folder)
        secure = free_port()
        (folder / "dovecot.conf").write_text(f"""
protocols = imap
listen = 127.0.0.1, {ELSEWHERE}
base_dir = {folder}/run
log_path = {folder}/log
ssl = yes
ssl_cert = <{signed}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = {mail.pw_uid}
first_valid_gid = {mail.pw_gid}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure}
    ssl = yes
  }}
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={mail.pw_uid} gid={mail.pw_gid} home={folder}/mail/%u
}}
""")
        command = [daemon, "-F", "-c", str(folder / "dovecot.conf")]
        with _started(command, folder, port, lambda: imaplib.IMAP4("127.0.0.1", port)) as server:
            yield MailServer(port, folder, server.process, secure)


@dataclass(frozen=True)
class SftpServer(Server):
    """`user` may log in with the private key `key`; `host_key` is what the server shows."""

    user: str
    key: Path
    host_key: str


@contextlib.contextmanager
def openssh() -> Iterator[SftpServer]:
    """Lets in the user that runs the tests, for SFTP only, below `folder / "drop"`."""
    daemon, maker = program("sshd"), program("ssh-keygen")
    with _folder() as folder:
        for name in ("host", "client"):
            subprocess.run(
                [maker, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)],
                check=True,
            )
        (folder / "drop").mkdir()
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        port = free_port()
        (folder / "sshd_config").write_text(f"""
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile {folder}/pid
AuthorizedKeysFile {folder}/client.pub
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
UsePAM no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
""")
        command = [daemon, "-D", "-e", "-f", str(folder / "sshd_config")]
        with _started(
            command, folder, port, lambda: socket.create_connection(("127.0.0.1", port)).close()
        ) as server:
            yield SftpServer(
                port=port,
                folder=folder,
                process=server.process,
                user=pwd.getpwuid(os.geteuid()).pw_name,
                key=folder / "client",
                host_key=(folder / "host.pub").read_text().strip(),
            )


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    # Not under pytest's folders: those are closed to the users that servers run as.
    folder = Path(tempfile.mkdtemp(prefix="datalab-server-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _started(
    command: list[str], folder: Path, port: int, answers: Callable[[], object]
) -> Iterator[Server]:
    with (folder / "said").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    try:
        _wait_until(answers, process, folder)
        yield Server(port, folder, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=20)


def _wait_until(
    answers: Callable[[], object], process: subprocess.Popen[bytes], folder: Path
) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            answers()
            return
        except Exception as error:  # each client has errors of its own
            if process.poll() is not None or time.monotonic() > deadline:
                said = (folder / "said").read_text(errors="replace")[-2000:]
                raise NoServer(f"{command_of(process)} did not start: {error}; {said}") from error
            time.sleep(0.1)


def command_of(process: subprocess.Popen[bytes]) -> str:
    return str(process.args[0]) if isinstance(process.args, list) else str(process.args)
