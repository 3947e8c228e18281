"""Measuring and fitting the readability instrument; no part of the pipeline.

Reads real texts through `../shared` only. What is measured and how: `docs/readability.md`.
"""
