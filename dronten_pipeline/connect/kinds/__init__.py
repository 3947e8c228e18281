"""Kinds of system, one module each, named as `kind` in connector.yml.

A module has `Connector` (its fields in connector.yml), `pull(connector, session)` and
`try_login(connector, session)`, which says in half a sentence what the system answered; and
`KNOWS_SINCE = True` where it can ask what changed since a day (`session.since`). Here belongs
how such a system is asked and how its answer becomes records of the contract; what it cannot fill
stays empty (`docs/connectors.md`).
"""
