"""In which type of polars a value of each type of the contract is kept.

Here belongs only that. Not here: how a delivered cell becomes such a value (`values.py`), or
which columns are kept at all (`privacy.py`).
"""

from __future__ import annotations

import polars as pl

from dronten_pipeline.contracts.sources import ColumnType

#: Exact, with six decimals: no amount or share in a delivery has more.
DECIMAL = pl.Decimal(28, 6)

DTYPES: dict[ColumnType, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "decimal": DECIMAL,
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us", "UTC"),
}
