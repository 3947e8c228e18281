"""Which account of this machine holds the other end of a connection.

Linux tells it for connections within the machine. Not here: what follows from it (`guard.py`).
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
ESTABLISHED = "01"

Address = tuple[str, int]


def account_of(client: Address, server: Address) -> int | None:
    """The number of the account behind `client`, None where nobody holds that end any more.

    An end that was closed belongs to nobody; the system then gives it the number of root, so
    only a connection that is open both ways counts.

    Raises:
        OSError: this system does not tell.
    """
    wanted = (_plain(client), _plain(server))
    for table in TABLES:
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            local, remote, state, account, inode = (fields[at] for at in (1, 2, 3, 7, 9))
            if state == ESTABLISHED and inode != "0" and (_read(local), _read(remote)) == wanted:
                return int(account)
    return None


def _plain(address: Address) -> Address:
    """127.0.0.1 is also written ::ffff:127.0.0.1."""
    found = ipaddress.ip_address(address[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found), address[1]


def _read(text: str) -> Address:
    """`0100007F:0BB8`: words of 32 bits in the order of this machine, and the port."""
    digits, port = text.split(":")
    words = [int(digits[at : at + 8], 16) for at in range(0, len(digits), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return _plain((socket.inet_ntop(family, packed), int(port, 16)))
