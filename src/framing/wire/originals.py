"""Which of the texts that share their words is the original, and what the others are of it."""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from framing import outlets
from framing.wire.credits import credit
from framing.wire.rows import text_or_none
from framing.wire.sharing import RELATED, Pair

REPRINT = 0.6  # share of an article's words, from which on it is a reprint
DAY = 86_400e9  # nanoseconds
RELATIONS = {
    "exact": "the same words",
    "edited": "lightly edited",
    "trimmed": "cut, with little added",
    "extended": "the shared text with additions of its own",
    "related": "some shared text; independent otherwise",
}


@dataclass(frozen=True)
class Link:
    """What an article is of the one it shares most with: a reprint, a version, or related."""

    duplicate_of: int | None = None
    version_of: int | None = None
    shared_with: int | None = None
    share: float | None = None
    relation: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What is kept of every article: who published it, where and when, how long it is, and whose copy it says to be."""

    article_id: str
    outlet: str | None
    page: str | None
    day: float  # since 1970; not a number where no date is known
    size: int
    agency: str | None
    reason: str | None

    def originality(self) -> tuple[tuple[Any, ...], str]:
        """Sort key, most original first, and the reason in words."""
        own = outlets.find(self.outlet)
        is_agency = own is not None and own.agency is not None
        undated = math.isnan(self.day)
        key = (not is_agency, undated, 0 if undated else self.day, self.agency is not None, -self.size, self.article_id)
        if is_agency:
            return key, "published by the agency itself"
        return key, "longest, no dates to go by" if undated else "no other is dated earlier"


def head(row: Mapping[str, Any]) -> Head:
    """Read what is kept of an article."""
    found, time = credit(row), row.get("published_at")
    return Head(
        str(row["article_id"]),
        sys.intern(text_or_none(row.get("outlet")) or "") or None,
        _page(row.get("url")),
        time.value / DAY if isinstance(time, pd.Timestamp) and not pd.isna(time) else math.nan,
        len(text_or_none(row.get("text")) or ""),
        found.agency if found else None,
        found.reason if found else None,
    )


def linked(heads: Sequence[Head], pairs: Sequence[Pair]) -> dict[int, Link]:
    """Link every article to the most similar article that is more original than it, if there is one."""
    partners: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
    for pair in pairs:
        partners[pair.first].append((pair.second, pair.share_first, pair.share_second))
        partners[pair.second].append((pair.first, pair.share_second, pair.share_first))
    order = {i: heads[i].originality() for i in partners}
    links: dict[int, Link] = {}
    for i in sorted(partners, key=lambda k: order[k][0]):
        best = max(partners[i], key=lambda p: (round(p[1], 6), order[p[0]][0] < order[i][0], -p[0]))
        earlier = [p for p in partners[i] if order[p[0]][0] < order[i][0] and p[1] >= RELATED]
        link = Link(shared_with=best[0], share=best[1], relation=_relation(best[1], best[2]))
        if earlier:
            link = _to_original(
                i, max(earlier, key=lambda p: (round(p[1], 6), -p[0])), link, partners, heads, order, links
            )
        links[i] = link
    return links


def _to_original(
    i: int,
    nearest: tuple[int, float, float],
    link: Link,
    partners: Mapping[int, list[tuple[int, float, float]]],
    heads: Sequence[Head],
    order: Mapping[int, tuple[tuple[Any, ...], str]],
    links: Mapping[int, Link],
) -> Link:
    """Make the link a reprint or a version, of the root of the nearest more original article where that holds too."""
    j, share, other = nearest
    if _same_page(heads[i], heads[j], share):
        return Link(None, j, j, share, _relation(share, other), "the same page, published later")
    root = links[j].duplicate_of if j in links else None
    if root is not None:
        direct = next((p for p in partners[i] if p[0] == root), None)
        if direct is not None and direct[1] >= REPRINT:
            j, share, other = direct
    if share < REPRINT:
        return link
    return Link(j, None, j, share, _relation(share, other), order[j][1])


def _same_page(a: Head, b: Head, share: float) -> bool:
    """Whether two articles are versions of one page: one address, or one outlet, near text, and week."""
    if a.page is not None and a.page == b.page:
        return True
    if a.outlet is None or a.outlet != b.outlet or share < 0.8:
        return False
    return not abs(a.day - b.day) > 7  # undated: taken for it


def _page(url: Any) -> str | None:
    """Address without scheme, www, query and fragment."""
    if not isinstance(url, str) or not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    return f"{(parts.hostname or '').removeprefix('www.')}{path}" if path else None


def _relation(share: float, other: float) -> str:
    """Kind of relation from the shares of the article's and the other's words."""
    if min(share, other) >= 0.98:
        return "exact"
    if share >= 0.8 and other >= 0.8:
        return "edited"
    if share >= 0.8 or (share >= REPRINT and other < share):
        return "trimmed" if other < 0.8 else "edited"
    if share >= REPRINT:
        return "edited"
    return "extended" if other >= REPRINT else "related"


def same_pages(heads: Sequence[Head]) -> set[tuple[int, int]]:
    """Pairs of articles that follow each other at one address, whenever they were published."""
    last: dict[str, int] = {}
    pairs = set()
    for i, head in enumerate(heads):
        if head.page is not None:
            if head.page in last:
                pairs.add((last[head.page], i))
            last[head.page] = i
    return pairs
