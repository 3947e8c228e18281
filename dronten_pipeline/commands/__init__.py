"""Commands of `datalab` that need more than a few lines: each file registers its own.

Here belongs reading arguments and printing answers. Not here: finding the answers.
"""
