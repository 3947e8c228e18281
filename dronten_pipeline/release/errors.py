"""Why nothing was published or pointed at. Not here: what the commands make of it."""

from __future__ import annotations


class PublishError(RuntimeError):
    """Nothing was published and `current` is as it was; the message says why and what to do."""


class NotJudged(PublishError):
    """The mart has no passing record of the gate for its exact bytes."""


class ReleaseError(RuntimeError):
    """A release cannot be read or pointed at; the message says why."""
