"""Programmes of whole numbers, solved by HiGHS: the only place that speaks to it.

Here belongs handing a model over and taking a table back. Not here: what a table means, and
whether it is one: who asks (`suppression`, `gate/attack`) checks each table in its own numbers,
so that nothing is possible because a solver says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Answer:
    """What HiGHS says: a table (or None), and whether it proved that there is none."""

    table: Numbers | None
    is_impossible: bool


class Programme:
    """Rows that stay, asked again and again with another wish and other bounds.

    HiGHS goes on from where its last answer ended, which takes a fraction of starting anew.
    """

    def __init__(
        self, starts: Numbers, places: Numbers, factors: Numbers, least: Numbers, most: Numbers
    ) -> None:
        """The rows: `least <= sum of factors times columns <= most`.

        Args:
            starts: where each row begins in `places` (the columns) and `factors`.
        """
        self._rows = starts, places, factors
        self._ends = least, most
        self._highs: Any = None
        self._is_whole: Numbers | None = None

    def solve(
        self,
        cost: Numbers,
        low: Numbers,
        high: Numbers,
        *,
        whole: Numbers,
        nodes: int,
        gap: float = 0,
        seconds: float = math.inf,
        extra: Sequence[tuple[dict[int, float], float, float]] = (),
    ) -> Answer:
        """The table with the least cost, between the bounds.

        Args:
            whole: by column, 1 where only whole numbers will do.
            nodes: branches that may be tried.
            gap: how far (as a share) from the least cost a table of whole numbers may be.
            extra: rows for this question only: factors by column, least and most.
        """
        import numpy as np

        if self._highs is None:
            self._highs = self._load(len(cost))
        highs, columns = self._highs, np.arange(len(cost), dtype=np.int32)
        highs.setOptionValue("mip_max_nodes", nodes)
        highs.setOptionValue("mip_rel_gap", gap)
        # HiGHS counts the time of all its answers together.
        highs.setOptionValue("time_limit", highs.getRunTime() + seconds)
        highs.changeColsCost(len(cost), columns, cost.astype(float))
        highs.changeColsBounds(len(cost), columns, low.astype(float), high.astype(float))
        if self._is_whole is None or (whole != self._is_whole).any():
            highs.changeColsIntegrality(len(cost), columns, whole.astype(np.uint8))
            self._is_whole = whole
        own = len(self._rows[0])
        for factors, least, most in extra:
            places = np.fromiter(factors, dtype=np.int32)
            highs.addRow(least, most, len(factors), places, np.array([*factors.values()]))
        try:
            return self._run()
        finally:
            if extra:
                numbers = np.arange(own, own + len(extra), dtype=np.int32)
                highs.deleteRows(len(extra), numbers)

    def _run(self) -> Answer:
        import highspy
        import numpy as np

        self._highs.run()
        solution = self._highs.getSolution()
        status = self._highs.getModelStatus()
        return Answer(
            np.array(solution.col_value) if solution.value_valid else None,
            status == highspy.HighsModelStatus.kInfeasible,
        )

    def _load(self, columns: int) -> Any:
        import highspy
        import numpy as np

        starts, places, factors = self._rows
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = columns, len(starts)
        model.col_cost_ = model.col_lower_ = model.col_upper_ = np.zeros(columns)
        model.row_lower_, model.row_upper_ = (end.astype(float) for end in self._ends)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.num_col_, model.a_matrix_.num_row_ = columns, len(starts)
        model.a_matrix_.start_ = np.append(starts, len(places)).astype(np.int32)
        model.a_matrix_.index_ = places.astype(np.int32)
        model.a_matrix_.value_ = factors.astype(float)
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.passModel(model)
        return highs
