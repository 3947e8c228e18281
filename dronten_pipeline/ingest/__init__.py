"""From delivered files to typed, private-by-design raw tables.

The order of the modules is the order of the work: `landing` (which files), `dialect` (what kind
of file), `structure` and `readers` (records), `values` (types), `privacy`, `quarantine`,
`parsing` (one file), `registry` (what was delivered when), `raw` (one source), `snapshot` (what
a run reads), `inspection` (a file against its contract, without storing anything).
"""
