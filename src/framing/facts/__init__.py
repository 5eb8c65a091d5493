"""Omission: which facts and sources several texts of an event report, and which are not found in a text.

Exploratory. Sentences of different articles of one event are aligned: how alike the encoder's vectors are, how much of their
words, names and numbers they share, and whether their numbers differ (a logistic model of these; ``knowledge/facts.toml`` holds its
coefficients, thresholds, calibration and measured quality). Never matched, whatever else they share, are sentences that give different values
for one quantity ("four dead", "six dead"), of which one denies, leaves open or says the opposite of what the other says ("would resign",
"declined to say whether she would resign"; "open", "closed"), a judgement and what is judged, and statements that share hardly more than
who speaks. Sentences that give one telling number for one quantity ("£9m", "£9 million"), and have another word in common, are.
Aligned sentences are clustered to *reported facts* by average linkage, in which a pair that cannot be one fact counts against. A fact that at
least k independent articles had already published and that no sentence of a text comes near is *not found in this text*: never "omitted
on purpose", and never found with certainty, so the matcher's recall stands beside it.

Conventions
-----------
Probabilities are of a pair of sentences telling the same fact, 0..1. What the tables show as confidence is calibrated to all pairs of
sentences of an event, of which few tell the same; the thresholds are on the model's own scale. Articles are independent if they are of different outlets and not
reprints, versions or copy of the same agency. An article had been published before another only if its time says so: equal times and
missing times do not, and a date without a time counts as the end of that day.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from framing import schema
from framing.facts.matching import FEATURES, Floats, Ints, Matcher, Units, linkable, matcher, pairs, read_units
from framing.loading.dates import known_by
from framing.schema import InputError

if TYPE_CHECKING:
    from framing.encode import Encoding

__all__ = [
    "FEATURES",
    "OMISSIONS",
    "STATES",
    "Facts",
    "Matcher",
    "Units",
    "find",
    "link",
    "linkable",
    "matcher",
    "pairs",
    "read_units",
]

STATES = {
    "told": "a sentence of the text tells it",
    "unsure": "a sentence of the text comes near; neither told nor missing",
    "near": "facts only: the same where fewer than k had told it before, so that it could not be missing; in no share",
    "mentioned": "sources only: named in the text, but nothing is attributed to it",
    "not_found": "not found in this text",
}
OMISSIONS = {
    "event_id": "str", "kind": "str", "id": "str", "article_id": "str", "outlet": "str", "state": "str",
    "n_before": "int", "n_told": "int", "told_by": "str", "first_told": "time", "published_at": "time", "n_words": "int",
    "n_no_longer": "int", "nearest": "float", "part": "str", "start": "int", "end": "int",
}  # fmt: skip
"""Columns of the table ``omissions``: one row per article and fact or source that it could have told."""
MOST_FACTS = 2000
"""Facts and sources per event that are followed up, those in most texts first."""
INDEPENDENT = 2
"""Independent articles that must have told a fact before."""


# --- clusters ---------------------------------------------------------------------------------------------


def link(article: Ints, left: Ints, right: Ints, probability: Floats, least: float) -> Ints:
    """Cluster sentences by average linkage on their pairs; a pair that is not listed counts 0.

    Parameters
    ----------
    article
        Article of each sentence, (n,); pairs within an article are not counted.
    left, right, probability
        Pairs, each once.
    least
        Mean probability between two clusters from which they are joined.

    Returns
    -------
    ndarray of int64, shape (n,)
        Number of each sentence's cluster: the row of its first sentence.

    Examples
    --------
    >>> link(np.array([0, 1, 2]), np.array([0, 1]), np.array([1, 2]), np.array([0.9, 0.2]), 0.5).tolist()
    [0, 0, 2]
    """
    label = np.arange(len(article), dtype=np.int64)
    sums: dict[int, dict[int, float]] = defaultdict(dict)
    for i, j, p in zip(left.tolist(), right.tolist(), probability.tolist(), strict=True):
        sums[i][j] = sums[j][i] = p
    members = {i: [i] for i in sums}
    where = {i: Counter([int(article[i])]) for i in sums}

    def mean(a: int, b: int) -> float:
        same = sum(n * where[b][k] for k, n in where[a].items())
        return (
            sums[a][b] / (len(members[a]) * len(members[b]) - same) if len(members[a]) * len(members[b]) > same else 0.0
        )

    heap = [(-p, i, j) for i, near in sums.items() for j, p in near.items() if i < j and p >= least]
    heapq.heapify(heap)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in members or b not in members or b not in sums[a] or abs(mean(a, b) + negative) > 1e-12:
            continue
        members[a] += members.pop(b)
        where[a] += where.pop(b)
        for other, total in sums.pop(b).items():
            del sums[other][b]
            if other != a:
                sums[a][other] = sums[other][a] = sums[a].get(other, 0.0) + total
        for other in sums[a]:
            if mean(a, other) >= least:
                heapq.heappush(heap, (-mean(a, other), min(a, other), max(a, other)))
    for first, rows in members.items():
        label[rows] = min(first, *rows)
    return label


# --- the step --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """What the step gives.

    Parameters
    ----------
    facts
        Frame ``facts``: the sentences of every fact that at least two articles tell.
    omissions
        Columns of :data:`OMISSIONS`: per article, each fact and each named source that at least k independent articles had
        published before it, and whether it is found (:data:`STATES`). ``kind`` fact or source, ``id`` its fact_id or source_id; ``n_before``
        independent articles that told it before this one; ``n_told`` articles that tell it; ``told_by`` their ids, the evidence,
        separated by ``|``; ``n_no_longer`` of those that are no longer than this text (if none, length may be why);
        ``nearest`` confidence, and the span, of the sentence that tells it or comes nearest (null where none comes near).
    """

    facts: pd.DataFrame
    omissions: pd.DataFrame


def find(
    articles: pd.DataFrame,
    encodings: Mapping[str, Encoding] | Iterable[Encoding],
    sources: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    *,
    k: int = INDEPENDENT,
    judge: Matcher | None = None,
) -> Facts:
    """Align the texts of each event into reported facts, and list what is not found in which text.

    Parameters
    ----------
    articles
        The articles frame; an article without an event is left out.
    encodings
        Encodings of the articles.
    sources, mentions
        As `framing.sources.resolve` leaves them, for sources not found; null: facts only.
    k
        Independent articles that must have published a fact before.
    judge
        The matcher, by default the shipped one.

    Returns
    -------
    Facts
        The same for any order of the rows.

    Raises
    ------
    InputError
        If k is below 1.
    """
    if k < 1:
        raise InputError(f"k should be at least 1 independent article; found {k}")
    encoded = encodings if isinstance(encodings, Mapping) else {one.article_id: one for one in encodings}
    judge = judge or matcher()
    facts, omissions = [schema.empty("facts")], [_omissions([])]
    placed = articles[articles["event_id"].notna()]
    for event, members in placed.groupby("event_id", sort=True):
        if members["article_id"].nunique() > 1:
            rows = members.sort_values(["published_at", "article_id"], kind="stable", na_position="last")
            one = _Event(str(event), rows.reset_index(drop=True), k)
            facts.append(one.align(encoded, judge))
            omissions.append(one.missing(judge, sources, mentions))
    kept = [table for table in omissions if len(table)] or omissions[:1]
    found = [table for table in facts if len(table)] or facts[:1]
    return Facts(pd.concat(found, ignore_index=True), pd.concat(kept, ignore_index=True))


class _Event:
    """One event: its articles in order of publication, its facts, what each article lacks."""

    def __init__(self, event: str, articles: pd.DataFrame, k: int) -> None:
        self.event, self.articles, self.k = event, articles, k
        self.ids = articles["article_id"].astype(str).tolist()
        self.voice = _independent(articles)
        self.words = articles["n_words"].astype("float64").to_numpy()
        self.published = articles["published_at"].to_numpy(dtype="datetime64[us]")
        self.known = known_by(articles).to_numpy(dtype="datetime64[us]")
        self.told: dict[str, dict[int, tuple[float, int]]] = {}

    def align(self, encoded: Mapping[str, Encoding], judge: Matcher) -> pd.DataFrame:
        """Find the facts, and per fact the best probability and sentence of every article."""
        self.units = read_units(self.articles, encoded)
        left, right, probability, counts = linkable(self.units, judge)
        article = self.units.table["article"].to_numpy(dtype=np.int64)
        label = link(article, left, right, counts, judge.same)
        spread = pd.Series(article).groupby(label).nunique()
        wide = spread[spread > 1].sort_index().sort_values(ascending=False, kind="stable").index[:MOST_FACTS]
        names_ = {int(first): self._name(int(first)) for first in wide}
        sure = judge.confidence(_mean_link(label, left, right, probability))
        self.sure = sure
        rows = [
            {"fact_id": names_[int(c)], "event_id": self.event, "article_id": self.ids[int(article[r])],
             **{name: self.units.table[name].iat[r] for name in ("part", "start", "end")}, "confidence": sure[r]}
            for c in sorted(names_) for r in np.flatnonzero(label == c).tolist()
        ]  # fmt: skip
        self._nearest(label, names_, left, right, probability)
        return schema.conform(rows, "facts") if rows else schema.empty("facts")

    def _name(self, row: int) -> str:
        place = self.units.table.iloc[row]
        return schema.make_id(
            self.event, self.ids[int(place["article"])], place["part"], int(place["start"]), prefix="f-"
        )

    def _nearest(self, label: Ints, named: dict[int, str], left: Ints, right: Ints, probability: Floats) -> None:
        """Per fact and article: probability of its best sentence (1 for a member), and that sentence."""
        article = self.units.table["article"].to_numpy(dtype=np.int64)
        best: dict[str, dict[int, tuple[float, int]]] = {name: {} for name in named.values()}
        for i, j, p in zip(
            np.concatenate([left, right]).tolist(),
            np.concatenate([right, left]).tolist(),
            np.concatenate([probability, probability]).tolist(),
            strict=True,
        ):
            name = named.get(int(label[i]))
            if name is not None:
                at = best[name]
                number = int(article[j])
                value = (1.0 if label[j] == label[i] else p, -j)
                if number not in at or value > (at[number][0], -at[number][1]):
                    at[number] = (value[0], j)
        for row, first in enumerate(label.tolist()):
            if first in named and best[named[first]].get(int(article[row]), (0.0, 0))[0] < 1.0:
                best[named[first]][int(article[row])] = (1.0, row)
        self.told = best

    def missing(self, judge: Matcher, sources: pd.DataFrame | None, mentions: pd.DataFrame | None) -> pd.DataFrame:
        """Rows of the table omissions: facts, then sources."""
        rows: list[dict[str, Any]] = []
        for fact, near in self.told.items():
            tellers = {number for number, (p, _) in near.items() if p >= 1.0}
            could = set(self._could(tellers))
            for number in range(len(self.ids)):
                p, row = near.get(number, (math.nan, -1))
                if number not in could and not judge.near <= p < 1.0:
                    continue
                state = (
                    "told"
                    if p >= 1.0
                    else "not_found"
                    if not p >= judge.near
                    else "unsure"
                    if number in could
                    else "near"
                )
                place = {n: self.units.table[n].iat[row] for n in ("part", "start", "end")} if row >= 0 else {}
                sure = self.sure[row] if state == "told" else judge.confidence(np.array(p))
                rows.append(self._row("fact", fact, number, tellers, state) | place | {"nearest": float(sure)})
        rows += self._sources(sources, mentions)
        return _omissions(rows)

    def _sources(self, sources: pd.DataFrame | None, mentions: pd.DataFrame | None) -> Iterator[dict[str, Any]]:
        if sources is None or sources.empty:
            return
        number = {article: i for i, article in enumerate(self.ids)}
        mine = sources[sources["article_id"].isin(number) & (sources["identification"] == "named")]
        spoken = mentions[mentions["article_id"].isin(number)] if mentions is not None else None
        named = set(zip(spoken["entity_id"], spoken["article_id"], strict=True)) if spoken is not None else set()
        for source, rows in mine.groupby("source_id", sort=True):
            tellers = {number[article] for article in rows["article_id"]}
            for i in self._could(tellers):
                state = "told" if i in tellers else "mentioned" if (source, self.ids[i]) in named else "not_found"
                yield self._row("source", str(source), i, tellers, state)

    def _could(self, tellers: set[int]) -> list[int]:
        """Articles before which at least k independent others had told it."""
        if len({self.voice[t] for t in tellers}) < self.k:
            return []
        return [number for number in range(len(self.ids)) if self._before(tellers, number) >= self.k]

    def _before(self, tellers: set[int], number: int) -> int:
        earlier = {self.voice[t] for t in tellers if self.known[t] < self.published[number]}  # NaT is never earlier
        return len(earlier - {self.voice[number]})

    def _row(self, kind: str, key: str, number: int, tellers: set[int], state: str) -> dict[str, Any]:
        others = sorted(tellers - {number})
        return {
            "event_id": self.event, "kind": kind, "id": key, "article_id": self.ids[number],
            "outlet": self.articles["outlet"].iat[number], "state": state, "n_before": self._before(tellers, number),
            "n_told": len(tellers), "told_by": "|".join(self.ids[t] for t in others),
            "first_told": self.articles["published_at"].iloc[others].min(),
            "published_at": self.articles["published_at"].iat[number],
            "n_words": int(self.words[number]), "n_no_longer": int((self.words[others] <= self.words[number]).sum()),
        }  # fmt: skip


def _mean_link(label: Ints, left: Ints, right: Ints, probability: Floats) -> Floats:
    """Mean probability of each sentence's listed pairs within its cluster, (n,)."""
    inside = label[left] == label[right]
    both = np.concatenate([left[inside], right[inside]])
    total = np.bincount(both, np.tile(probability[inside], 2), len(label))
    return np.asarray(total / np.maximum(np.bincount(both, minlength=len(label)), 1))


def _independent(articles: pd.DataFrame) -> list[int]:
    """Number the voices: articles of one outlet, one text or one agency's copy have the same."""
    parent = list(range(len(articles)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    first: dict[tuple[str, str], int] = {}
    for number, row in enumerate(articles.to_dict("records")):
        keys = [("text", str(row["article_id"]))]
        keys += [("text", str(row[c])) for c in ("duplicate_of", "version_of") if isinstance(row.get(c), str)]
        keys += [(c, str(row[c])) for c in ("outlet", "wire") if isinstance(row.get(c), str)]
        for key in keys:
            one, two = root(first.setdefault(key, number)), root(number)
            parent[max(one, two)] = min(one, two)
    return [root(i) for i in range(len(articles))]


def _omissions(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=list(OMISSIONS))
    return table.astype({name: schema.DTYPES[kind] for name, kind in OMISSIONS.items()})
