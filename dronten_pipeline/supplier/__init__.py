"""What a municipality gives the supplier of a system, so that the first delivery is right.

Here belongs: the contract of one source as people read it (`page.py`), as machines read it
(`odcs.py`) and as files to fill (`examples.py`). Not here: what the contract says
(`sources/<source>/source.yml`), or judging a delivery (`ingest/inspection.py`).
"""
