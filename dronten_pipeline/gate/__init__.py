"""The quality gate: nothing is published that it did not judge.

In order: `candidate` copies the tables with a suite into `mart.duckdb`; `gate` starts `judge` in
a process of its own; there `sql_judge` and `gx_judge` (through `adapter`) answer every rule, and
`own_tables` fills what the mart says of its own judgement; `verdict` is what comes out. `approval`
is what a second person may allow, `data_docs` what engineers look at. Not here: what the rules are
(`expectations/`) and what happens next (`release/`).
"""
