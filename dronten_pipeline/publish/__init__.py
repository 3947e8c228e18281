"""Releases: what BI reads, and how it gets there.

`export` writes the tables of a judged mart as files, `releases` makes a folder of them and points
`current` at it, `postgres` shows it in a database. Not here: judging (`gate/`).
"""
