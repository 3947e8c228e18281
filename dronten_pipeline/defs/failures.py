"""What Dagster keeps of a step that failed: a sentence of ours, or a kind of error and its place.

Here belongs keeping the words of libraries, which quote what was delivered, out of its history.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from dronten_pipeline.core.errors import whereabouts


@contextmanager
def without_values() -> Iterator[None]:
    """For a step that reads deliveries.

    Raises:
        Failure: an error that nobody expected, without its words; what it was stays its context.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:
        if type(error).__module__.startswith(f"{__name__.split('.')[0]}."):
            raise error from None
        raise dg.Failure(whereabouts(error), allow_retries=False) from None
