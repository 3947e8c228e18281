"""The reading level of outgoing texts: documents in, columns of `text_readability` out.

`extract` makes plain text of a document, `sentences` splits it, `score` judges it and
`documents` does this for a whole list of texts, once per text and method. Not here: which texts
count in a KPI (`dbt_project/`), and reading the list itself (`ingest/`).
"""
