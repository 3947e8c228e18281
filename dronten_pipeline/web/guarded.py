"""That nobody serves this project without the guard by accident.

`dagster dev` and `dagster-webserver` answer everybody who reaches them. Both open Dagster's
storage, and start a code server that loads the definitions; each asks here first. Whoever sets
the variable by hand can still do it: that account could read everything anyway.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from dronten_pipeline.core.settings import Settings

#: How Dagster starts what answers a web server.
CODE_SERVERS = (["api", "grpc"], ["code-server", "start"])


class Unguarded(RuntimeError):
    """A web server of Dagster's own would have served this project."""


def refuse_unguarded(arguments: Sequence[str] | None = None) -> None:
    """Stops a web server, or a code server, that `datalab` did not start.

    Args:
        arguments: of the program; default: those of this process.

    Raises:
        Unguarded: it serves without the guard.
    """
    program, *rest = sys.argv if arguments is None else arguments
    serves = "dagster_webserver" in sys.modules or (
        "dagster" in program and rest[:2] in CODE_SERVERS
    )
    # Read anew: the settings of a process that starts these were read before it set this.
    if serves and not Settings().web_guarded:
        raise Unguarded(
            "De webserver van Dagster voert opdrachten uit van iedereen die hem kan bereiken, ook "
            "van een willekeurige webpagina. Start hem met `datalab dev` of `datalab web`: die "
            "laten alleen door wie zich bekend maakt."
        )
