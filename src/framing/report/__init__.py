"""The report: one HTML file that shows, for every event, what each outlet wrote, whom it quoted and in which words.

`write` makes it from the frames and run.json's dict. The file asks nothing of the network, reads without scripts, and holds
the data it shows as CSV. Many articles (over `write.MOST_ARTICLES`) give an index with one file per event.
"""

from framing.report.write import write

__all__ = ["write"]
