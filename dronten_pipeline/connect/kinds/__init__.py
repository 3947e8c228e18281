"""Kinds of system, one module each, named as `kind` in connector.yml.

A module has `Connector` (its fields in connector.yml) and `pull(connector, session)`. Here belongs
how such a system is asked and how its answer becomes records of the contract; what it cannot fill
stays empty (`docs/connectors.md`).
"""
