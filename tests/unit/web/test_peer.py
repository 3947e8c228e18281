"""Which account holds the other end of a connection, as Linux tells it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dronten_pipeline.web.peer import TABLES, account_of

pytestmark = pytest.mark.skipif(not TABLES[0].exists(), reason="this system does not tell")

#: Becomes the account when all that it needs is loaded: others may not read this Python.
CONNECT = """
import encodings.idna, os, socket, sys
family, *_, address = socket.getaddrinfo(sys.argv[1], int(sys.argv[2]))[0]
os.setuid(int(sys.argv[3]))
end = socket.socket(family)
end.connect(address)
sys.stdin.read()
"""


@contextmanager
def listening(family: socket.AddressFamily, address: str) -> Iterator[socket.socket]:
    with socket.socket(family) as listener:
        try:
            listener.bind((address, 0))
        except OSError:
            pytest.skip(f"{address} is not on this machine")
        listener.listen()
        listener.settimeout(20)
        yield listener


@pytest.mark.parametrize(
    ("family", "address", "dialled"),
    [
        (socket.AF_INET, "127.0.0.1", "127.0.0.1"),
        (socket.AF_INET, "127.0.0.1", "::ffff:127.0.0.1"),
        (socket.AF_INET6, "::1", "::1"),
    ],
)
@pytest.mark.parametrize("account", [None, 65534])
def test_the_account_of_a_connection(
    family: socket.AddressFamily, address: str, dialled: str, account: int | None
) -> None:
    if account is not None and os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    expected = os.geteuid() if account is None else account
    with listening(family, address) as listener:
        caller = subprocess.Popen(
            [
                *(sys.executable, "-I", "-c", CONNECT),
                *(dialled, str(listener.getsockname()[1]), str(expected)),
            ],
            stdin=subprocess.PIPE,
        )
        end, client = listener.accept()
        with end:
            server = end.getsockname()
            assert account_of(client[:2], server[:2]) == expected
            assert account_of((client[0], client[1] ^ 1), server[:2]) is None
        caller.communicate()


def test_an_end_that_was_closed_is_nobodys_and_not_roots() -> None:
    with listening(socket.AF_INET, "127.0.0.1") as listener:
        caller = socket.create_connection(listener.getsockname())
        end, client = listener.accept()
        with end:
            assert account_of(client, end.getsockname()) == os.geteuid()
            caller.close()
            assert account_of(client, end.getsockname()) is None
