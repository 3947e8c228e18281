"""Where one published figure comes from: finding it out and saying it.

Not here: what a release keeps for it (`proof/`) and the proof that nothing was changed
(`ledger/`).
"""
