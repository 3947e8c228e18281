"""The hostile reader: an attack on what is hidden, apart from the choice of what to hide.

`published.py` reads what a mart says about people, `knowledge.py` what follows from it, `solve.py`
is the arithmetic, `audit.py` judges a candidate. Not here: the choice of what is hidden
(`dronten_pipeline/suppression`), with which this shares no code, so that each checks the other.
"""
