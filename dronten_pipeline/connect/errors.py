"""Why a pull brought nothing, in Dutch sentences for who runs the datalab.

Here belongs the kinds that ask for something different: trying again, mending something, or
looking at what the system gave. No sentence holds a secret, a query or anything that was answered.
"""

from __future__ import annotations


class PullError(RuntimeError):
    """Nothing was landed; the message says where, why and what to do."""


class MayPass(PullError):
    """The system could not be reached or was too busy; a later try may succeed."""


class Refused(PullError):
    """The system answered, and what it gave cannot be a whole delivery."""


class Unchangeable(PullError):
    """A login, right or setting is wrong: trying again gives the same."""
