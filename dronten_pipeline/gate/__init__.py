"""The quality gate: nothing is published that it did not judge.

In order: `candidate` copies the tables with a suite into `mart.duckdb`; `gate` starts `judge` in
a process of its own; `judge` lets Great Expectations judge through `adapter`; `verdict` is what
comes out. Not here: what the rules are (`expectations/`) and what happens next (`publish/`).
"""
