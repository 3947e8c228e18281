"""Releases: what BI reads, and how it gets there.

`formats/` writes the tables of a judged mart in every form that somebody needs, `releases` makes a
folder of them and points `current` at it, `postgres` shows it in a database. Not here: judging
(`gate/`).
"""
