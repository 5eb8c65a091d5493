"""Wire copy, reprints and versions: which texts are not an outlet's own, and what an outlet changed in them.

Two questions, kept apart. *Whose copy is it?* is read from credits: datelines, bylines, closing credits,
an agency's description of itself, and "told <agency>". *Which texts share their words?* is measured: word
three-grams, MinHash with locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman & Ullman 2014, ch. 3)
for candidates, then an alignment of the words of each candidate pair. A page that an outlet published
twice is a version; a text that two outlets published is a reprint of the more original one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from framing import outlets, schema
from framing.wire import edits
from framing.wire.credits import Credit, credit
from framing.wire.edits import EDIT_KINDS, EDITS, edits_of
from framing.wire.originals import RELATIONS, Head, Link, head, linked, same_pages
from framing.wire.rows import READ, chosen, rows
from framing.wire.sharing import Pair, Sketches, Words, aligned, candidates, similar

__all__ = [
    "EDITS",
    "EDIT_KINDS",
    "READ",
    "RELATIONS",
    "Credit",
    "Pair",
    "Wire",
    "credit",
    "current",
    "edits_of",
    "find",
    "similar",
    "trace",
]


@dataclass(frozen=True)
class Wire:
    """Articles with their provenance, and what outlets changed in copy that is not theirs.

    Parameters
    ----------
    articles
        ``wire``, ``duplicate_of``, ``version_of``, ``shared_with`` and ``shared_share`` filled, and beside them
        ``wire_reason``, ``relation`` (of :data:`RELATIONS`) and ``original_reason``.
    edits
        One row per change (:data:`EDIT_KINDS`): span in the article (null for a cut), and the original's text.
    """

    articles: pd.DataFrame
    edits: pd.DataFrame


def find(articles: pd.DataFrame) -> Wire:
    """Mark agency copy, reprints and versions.

    Parameters
    ----------
    articles
        The frame ``articles``; a column ``credits`` (lines cleaning took out that name an agency) is used if
        there is one.

    Returns
    -------
    Wire
        The same rows in the same order.

    Examples
    --------
    >>> body = "ORVANE (Reuters) - The bridge at Orvane was closed on Monday, the harbour office said."
    >>> rows = [{"article_id": "a", "text": body, "outlet": "Orvane Post"}]
    >>> find(pd.DataFrame(rows)).articles.wire.tolist()
    ['Reuters']
    """
    table = schema.conform(articles, "articles")
    found = trace([table])
    filled = schema.fill(table, found.articles.set_index("article_id"))
    return Wire(schema.conform(filled, "articles"), found.edits)


def trace(pieces: Iterable[pd.DataFrame]) -> Wire:
    """Find what :func:`find` marks, in articles that are gone through several times and never held.

    Parameters
    ----------
    pieces
        Pieces of the frame ``articles``, of which the columns :data:`READ` are used.

    Returns
    -------
    Wire
        Of the articles, article_id and the columns that are found.
    """
    heads: list[Head] = []
    sketches = Sketches()
    for piece in pieces:
        heads += [head(row) for row in rows(piece)]
        sketches.add(piece["text"])
    near = candidates(sketches, np.array([h.day for h in heads]), same_pages(heads))
    alike = Words(np.unique(near), (row["text"] for _, row in chosen(pieces, set(near.ravel().tolist()))))
    links = linked(heads, aligned(near, alike))
    agency, reason = [h.agency for h in heads], [h.reason for h in heads]
    for i, link in links.items():
        origin = link.duplicate_of
        if agency[i] is None and origin is not None:
            own = outlets.find(heads[origin].outlet)
            source = outlets.agencies()[own.agency].name if own and own.agency in outlets.agencies() else agency[origin]
            if source:
                agency[i], reason[i] = source, f"reprint of {heads[origin].article_id}"
    ids = [h.article_id for h in heads]
    return Wire(_found(ids, agency, reason, links), edits.frame(edits.all_edits(pieces, links)))


def current(articles: pd.DataFrame, keep: Literal["newest", "oldest", "all"] = "newest") -> pd.DataFrame:
    """One version of every page.

    Parameters
    ----------
    articles
        What :func:`find` gave.
    keep
        Which version measures use.

    Examples
    --------
    >>> pages = pd.DataFrame({"article_id": ["old", "new"], "version_of": [None, "old"]})
    >>> current(pages).article_id.tolist(), current(pages, "oldest").article_id.tolist()
    (['new'], ['old'])
    """
    if keep == "all":
        return articles.copy()
    if keep == "oldest":
        return articles[articles["version_of"].isna()].copy()
    return articles[~articles["article_id"].isin(articles["version_of"].dropna())].copy()


def _found(
    ids: Sequence[str], agency: list[str | None], reason: list[str | None], links: Mapping[int, Link]
) -> pd.DataFrame:
    def name(index: int | None) -> str | None:
        return None if index is None else ids[index]

    each = [links.get(i, Link()) for i in range(len(ids))]
    columns: dict[str, list[Any]] = {
        "article_id": list(ids),
        "wire": agency,
        "duplicate_of": [name(k.duplicate_of) for k in each],
        "version_of": [name(k.version_of) for k in each],
        "shared_with": [name(k.shared_with) for k in each],
        "shared_share": [k.share for k in each],
        "wire_reason": reason,
        "relation": [k.relation for k in each],
        "original_reason": [k.reason for k in each],
    }
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=schema.DTYPES["float" if name == "shared_share" else "str"])
            for name, values in columns.items()
        }
    )
