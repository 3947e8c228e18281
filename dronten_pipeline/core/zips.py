"""Opening a zip that somebody delivered: a workbook or a document of an office program.

Here belongs one thing: all the ways in which Python says that a zip is damaged. Not here: what
stands in it (`ingest/dialect.py`, `ingest/sheets.py`, `readability/extract.py`).
"""

from __future__ import annotations

import contextlib
import errno
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO


class DamagedZip(Exception):
    """It cannot be opened, or what stands in it cannot be unpacked."""


#: A damaged list of contents asks for whatever its bytes happen to say: a version, a method or a
#: password that is not known, a place before the file's own begin.
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,  # a version, method or password of which zipfile knows nothing
    UnicodeError,
)


@contextlib.contextmanager
def opened(content: bytes | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The zip, for as long as it is read.

    Raises:
        DamagedZip: in opening it or in what is done with it; other errors pass.
    """
    try:
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        with zipfile.ZipFile(file) as archive:
            yield archive
    except _ERRORS as error:
        # A place before the begin is an invalid argument; other errors of the system are its own.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise DamagedZip from error
    except ValueError as error:
        if type(error) is not ValueError:  # one of our own, which says more
            raise
        raise DamagedZip from error
