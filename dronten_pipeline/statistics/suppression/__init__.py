"""Which figures about people must be hidden so that nobody can find a small group.

Here belongs the reasoning about cells and the sums between them, as pure functions: what a reader
can find out (`audit.py`) and what is therefore hidden, in which order (`choice.py`). Not here:
which KPIs are about people (the register), which cells add up to which (`int_kpi_equation`) and
what hiding means (`fct_kpi_value`). The dbt model `int_kpi_shown` calls this.
"""

from dronten_pipeline.statistics.suppression.choice import shown_cells

__all__ = ["shown_cells"]
