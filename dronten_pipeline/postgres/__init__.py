"""A release in PostgreSQL: the current one, loaded beside what people read, and swapped.

`load.py` is the way in. In the order of the work: `connection.py`, `mart_tables.py` (one table,
with `hashing.py`), `parallel_copy.py` (all tables), `swap.py`. Not here: the release itself, which
stands as files whatever happens here (`release/publish.py`). Why it is done so:
docs/decisions/0009-postgres-swap.md.
"""
