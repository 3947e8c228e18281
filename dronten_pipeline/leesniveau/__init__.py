"""`datalab leesniveau`: the reading level of texts for who writes them.

`assess` makes a judgement of files, `terminal` and `page` show it, `calibrate` fits the cut-offs
to a municipality's own texts, `compare` puts two methods side by side, and `command` is what is
typed. Not here: how a level is computed (`readability/`) or which texts a KPI counts
(`dbt_project/`).
"""
