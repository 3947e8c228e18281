"""The warehouse as dbt left it: its hash, so that the gate judges that one and no other.

Not here: building it (`defs/dbt.py`) or judging it (`gate/`).
"""

from __future__ import annotations

from pathlib import Path

from dronten_pipeline.core.durable import sha256_of
from dronten_pipeline.core.run_files import WAREHOUSE
from dronten_pipeline.core.settings import Settings
from dronten_pipeline.ledger import ledger, trust
from dronten_pipeline.ledger.bodies import Warehouse
from dronten_pipeline.ledger.record import Record


def record_built(settings: Settings, run_folder: Path) -> Record[Warehouse]:
    """Writes down what stands in the folder of a run, right after it was built.

    Raises:
        LedgerError: it could not be written down.
    """
    sha256 = sha256_of(run_folder / WAREHOUSE)
    body = Warehouse(run_id=run_folder.name, sha256=sha256)
    return ledger.append(settings, body, {WAREHOUSE: sha256})


def is_as_built(settings: Settings, run_folder: Path) -> bool:
    """Whether the warehouse of a run is the one that was built; true for those of homes that never
    wrote it down."""
    for record in ledger.records_of(settings, Warehouse):
        if record.body.run_id == run_folder.name:
            return record.body.sha256 == sha256_of(run_folder / WAREHOUSE)
    return trust.trust(settings).begins is None
