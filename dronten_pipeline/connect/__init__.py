"""What fetches deliveries from systems and puts them in landing, as a person could have done.

Here belongs: asking a system (`http`, `kinds/`), writing what it gave as an ordinary delivery
(`writer`, `delivery`), and remembering when and what (`state`, `pull`). Not here: reading,
judging or counting a delivery, which is done with it as with any other (`ingest/`), and when a
pull is due (`defs/`). Nothing here knows Dagster, and nothing is loaded when no connector is
declared.
"""

import sys

# httpx loads a command line of its own where it can, which takes longer than all else of it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
