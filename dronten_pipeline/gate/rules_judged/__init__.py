"""The rules themselves, judged: can each fail, can all of a table pass together, is each needed.

`conditions.py` says for which rows a rule fails, `rows.py` has HiGHS look for rows, `questions.py`
asks about a suite, `table.py` makes the rows that were found into a table that the judge of the
gate looks at, `shown.py` reads what mutants of a whole mart showed, `report.py` says it all
(`python -m dronten_pipeline.gate.rules_judged`, in `make check`). Not here: judging a mart.

An answer has three values. *Yes* is a table that the judge saw, *no* is a proof by HiGHS over a
model in which whatever is not understood may be anything, and *unknown* is all else: what the
solver found and the judge did not confirm, and what no linear condition says.
"""
