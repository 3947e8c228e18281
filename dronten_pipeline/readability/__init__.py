"""The reading level of outgoing texts: documents in, columns of `text_readability` out.

`extract` makes plain text of a document, `condition` refuses what is no Dutch running text, `clean`
leaves out what stands around it, `score` judges it, `calibration` cuts levels as a municipality's
own raters did, `judge` puts these in order and `documents` does this for a whole list of texts,
once per text and method. `advice` tells a writer what helps. Not here: which texts count in a KPI
(`dbt_project/`), reading the list itself (`ingest/`), and what a writer types (`leesniveau/`).
"""
