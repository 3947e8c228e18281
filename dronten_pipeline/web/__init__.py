"""Dagster's web server behind a guard: it executes what it is asked, so it matters who asks.

Here belongs what a request must show before Dagster sees it, and starting the server. Not here:
what can be asked for (`defs/`).
"""
