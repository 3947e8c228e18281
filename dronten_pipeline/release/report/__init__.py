"""The report of one judgement: `controleverslag.html`, in Dutch, for a controller or an auditor.

Here belongs collecting what it says, wording it and writing it down. Not here: judging, publishing
and proving, of which it only tells. It shows no record of a delivery and no value that was wrong.
"""
