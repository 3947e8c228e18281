"""Releases: what BI reads, and how it gets there.

`doors` writes the tables of a judged mart in every form that somebody needs, `releases` makes a
folder of them and points `current` at it. Not here: judging (`gate/`).
"""
