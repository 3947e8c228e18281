"""PostgreSQL as a door: the current release, loaded beside the one that people read, and swapped.

`load.py` is the way in. In the order of the work: `connection.py`, `mart_tables.py` (one table,
with `hashing.py`), `lanes.py` (all tables), `swap.py`. Not here: the release itself, which stands
as files whatever happens here (`releases.py`). Why it is done so:
docs/decisions/0009-postgres-swap.md.
"""
