"""Releases: what BI reads, and how it gets there.

`formats/` writes the tables of a judged mart in every form that somebody needs, `publish` makes a
folder of them with a `manifest`, `store` knows the folders and which is current, `judged` what the
ledger says of them, and `rollback`, `withdrawal` and `retention` take the way back. Not here:
judging (`gate/`).
"""
