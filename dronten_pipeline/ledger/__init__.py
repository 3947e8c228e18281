"""What proves a release: the ledger of judgements and publications.

Here belongs what must still be true when everything else failed. Not here: judging (`gate/`) or
publishing (`release/`), which only append records.
"""
