"""How alike articles are, and the clusters that follow: the arithmetic under :mod:`framing.events`.

Conventions
-----------
The *likeness* of two articles is the probability, 0..1, that both report one event: a logistic combination of the cosines
of their words, names, numbers and openings (:mod:`framing.events.signals`) and, where given, their encoder vectors, lowered with
the days between them. An event is a cluster by average linkage (Sokal & Michener 1958) whose members are alike by at
least :data:`THRESHOLD` on average; articles that stay alone then join an event that stands out for them. Articles further apart than :data:`WINDOW` days are never compared directly.

Two articles can share a cluster only if a chain of pairs at or above the threshold joins them, because no average exceeds
its largest term. So linkage runs on the connected components of the thresholded pair graph, and gives what linkage on
all pairs would give, at a cost that grows with the number of candidate pairs. Only a component above
:data:`LARGEST` articles is first cut at a higher likeness.

The weights were fitted, and the threshold chosen, on topics 1 to 35 of ECB+ (Cybulska & Vossen 2014), see
``experiments/events``. ECB+ is undated: what the days between two articles tell was fitted on half of BASIL's events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform
from scipy.special import expit

from framing.events.signals import Archive, Chosen, Shelved, Signals

__all__ = ["Corpus", "block", "candidates", "cluster", "gather", "likeness", "together"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

THRESHOLD = 0.475
"""Mean likeness from which articles are one event."""
STRICTER, LOOSER = 0.7, 0.3
"""The two thresholds kept beside it, so that a finding can be shown under all three."""
STRAY = 0.5
"""Share of the threshold at which an article left alone may still join an event that stands out for it."""
STANDS_OUT = 3.0
"""How many times more like its event than any other a stray must be."""
WITH_VECTORS = False
"""Whether encoder vectors count. In cross-validation over topics 1 to 35 of ECB+ they lowered B-cubed F1 from .934 to .918
(``experiments/events/fit.json``): two events of one kind, told alike, look the same to them."""
MARGIN = 0.1
"""A member is borderline if its mean likeness lies this close to the threshold, or to its likeness to another event."""
WINDOW = 14.0
"""Days beyond which two articles are never one event."""
APART = {0.0: 2.5, 1.0: 2.0, 2.0: 1.0, 3.0: 0.0, 4.0: -1.0, 14.0: -4.0}
"""Log-odds of one event by the days between two dated articles, linear in between: alike reports of the same day mostly tell one
event, alike reports a week apart the next episode. Chosen among five curves on half of the events of BASIL (``experiments/events/days.json``)."""
STORY_WINDOW = 60.0
"""Days between events of one storyline."""
STORY_THRESHOLD = 0.6
"""Mean likeness of events, time left out, from which they are one storyline."""
CANDIDATES = 60
"""Nearest articles an article is compared with in full."""
POSTINGS = 400
"""A term in more articles of a block than this finds no candidates."""
LARGEST = 1500
"""Articles clustered in one piece."""

NAMED = 0.1
"""Cosine of names from which one day speaks for one event in full: two floods on one day that share no name are two floods."""

WEIGHTS: dict[bool, dict[str, float]] = {
    False: {"words": 5.34, "names": 6.95, "numbers": 4.31, "lead": 5.76, "both": 6.12, "bias": -6.53},
    True: {"words": 3.73, "names": 5.56, "numbers": 4.27, "lead": 4.88, "vectors": 4.38, "both": 4.51, "bias": -8.26},
}
"""Log-odds per unit of cosine, without and with encoder vectors; ``both`` is the geometric mean of words and names."""


# --- articles --------------------------------------------------------------------------------------------------------


@dataclass
class Corpus:
    """Articles in order of their id, reduced to one representative per set of duplicates, whose signals are put aside."""

    signals: Shelved
    days: Floats
    unit: Ints  # article -> representative
    order: Ints  # rank of each article by time, then id

    @classmethod
    def read(
        cls,
        table: pd.DataFrame,
        pieces: Iterable[pd.DataFrame],
        vectors: Mapping[str, NDArray[np.floating]] | None,
    ) -> Corpus:
        """Read the articles of an :func:`outline` sorted by article_id; their texts are read piece by piece."""
        titles, ids = strings(table, "title"), table["article_id"].astype(str).tolist()
        days = _days(table)
        unit = _units(table, ids, titles)
        first = first_rows(unit)
        place = table.index.to_numpy()[first]
        read = first[np.argsort(place)]
        stacked = _stack([ids[k] for k in read], (table["folded"].to_numpy()[read] > 0).tolist(), vectors)
        found = Archive([titles[k] for k in read], _texts(pieces, set(place.tolist())), stacked)
        order = np.empty(len(ids), dtype=np.int64)
        order[np.lexsort((np.arange(len(ids)), np.where(np.isnan(days), np.inf, days)))] = np.arange(len(ids))
        return cls(Chosen(found, np.argsort(np.argsort(place))), days, unit, order)

    @property
    def unit_days(self) -> Floats:
        """Earliest day of each representative's articles."""
        out = np.full(len(self.signals), np.nan)
        for unit, day in zip(self.unit, self.days, strict=True):
            if not np.isnan(day):
                out[unit] = np.fmin(out[unit], day)
        return out


OUTLINE = ("article_id", "title", "outlet", "published_at", "genre", "wire", "duplicate_of", "version_of")


def outline(pieces: Iterable[pd.DataFrame], known: str | None = None) -> pd.DataFrame:
    """Articles without their texts: the ``opening`` of a text without title, whether it is a ``stub``, and ``folded``, a hash of its words."""
    found = []
    for piece in pieces:
        texts = strings(piece, "text")
        table = piece[[name for name in dict.fromkeys((*OUTLINE, known)) if name in piece]]
        folded = [_folded(text) for text in texts]
        titled = [bool(title.strip()) for title in strings(piece, "title")]
        opening = ["" if told else text[:200] for told, text in zip(titled, texts, strict=True)]
        stub = [len(text.split(maxsplit=40)) < 40 for text in texts]
        found.append(table.assign(opening=opening, stub=stub, folded=np.array(folded, dtype=np.uint64)))
    return pd.concat(found, ignore_index=True)


def _folded(text: str) -> int:
    """Hash of a text's words; 0 if it has none."""
    words = " ".join(text.split())
    return (
        int.from_bytes(hashlib.blake2b(words.encode(errors="surrogatepass"), digest_size=8).digest(), "big")
        if words
        else 0
    )


def _texts(pieces: Iterable[pd.DataFrame], wanted: Set[int]) -> Iterable[str]:
    """Yield the texts of the articles at some places."""
    begin = 0
    for piece in pieces:
        texts = strings(piece, "text")
        yield from (texts[k] for k in range(len(texts)) if begin + k in wanted)
        begin += len(texts)


def strings(table: pd.DataFrame, column: str) -> list[str]:
    if column not in table.columns:
        return [""] * len(table)
    return [value if isinstance(value, str) else "" for value in table[column].astype(object)]


def _days(table: pd.DataFrame) -> Floats:
    if "published_at" not in table.columns:
        return np.full(len(table), np.nan)
    times = pd.to_datetime(table["published_at"], utc=True, errors="coerce")
    return day_numbers(times)


def day_numbers(times: pd.Series) -> Floats:
    since = pd.to_datetime(times, utc=True) - pd.Timestamp("1970-01-01", tz="UTC")
    return np.asarray(since.dt.total_seconds() / 86_400.0, dtype=float)


def _units(table: pd.DataFrame, ids: list[str], titles: list[str]) -> Ints:
    """Return the set each article belongs to: same text, reprint or version."""
    row = {article: k for k, article in enumerate(ids)}
    left, right = [], []
    first_with: dict[int | str, int] = {}
    for k, (title, folded) in enumerate(zip(titles, table["folded"].tolist(), strict=True)):
        key = folded or title or ids[k]
        left.append(first_with.setdefault(key, k))
        right.append(k)
    for column in ("duplicate_of", "version_of"):
        for k, other in enumerate(strings(table, column)):
            if other in row:
                left.append(row[other])
                right.append(k)
    graph = sp.coo_matrix((np.ones(len(left)), (left, right)), shape=(len(ids), len(ids)))
    return _renumber(connected_components(graph, directed=False)[1]) if ids else np.zeros(0, dtype=np.int64)


def _renumber(labels: Sequence[int] | NDArray[np.integer]) -> Ints:
    """Number groups by their first row."""
    return np.asarray(pd.factorize(np.asarray(labels))[0], dtype=np.int64)


def first_rows(labels: Ints) -> Ints:
    return np.asarray(np.unique(labels, return_index=True)[1], dtype=np.int64)


def _stack(ids: list[str], told: list[bool], vectors: Mapping[str, NDArray[np.floating]] | None) -> Floats | None:
    if not WITH_VECTORS or not vectors or not all(i in vectors for i, has in zip(ids, told, strict=True) if has):
        return None
    size = len(next(iter(vectors.values())))
    return np.array([vectors.get(i, np.zeros(size)) for i in ids], dtype=float).reshape(len(ids), size)


# --- likeness --------------------------------------------------------------------------------------------------------


def likeness(cosines: Mapping[str, Floats], gap: Floats) -> Floats:
    """Probability of one event from the cosines and the days between, any common shape."""
    weights = WEIGHTS["vectors" in cosines]
    odds = weights["bias"] + weights["both"] * np.sqrt(np.clip(cosines["words"] * cosines["names"], 0.0, None))
    for kind, values in cosines.items():
        odds = odds + weights[kind] * values
    time = np.interp(np.nan_to_num(gap), list(APART), list(APART.values()))
    time = np.where(time > 0.0, time * np.clip(cosines["names"] / NAMED, 0.0, 1.0), time)
    odds = odds + np.where(np.isnan(gap), 0.0, time)
    return np.asarray(np.where(np.nan_to_num(gap) > WINDOW, 0.0, expit(odds)), dtype=float)


def block(here: Signals, days: Floats, places: Ints) -> Floats:
    """Likeness of every pair among the articles at some places, published on `days`, (n, n); 1 on the diagonal."""
    gap = np.abs(days[:, None] - days[None, :])
    alike = likeness(here.block(places), gap)
    alike = (alike + alike.T) / 2
    np.fill_diagonal(alike, 1.0)
    return alike


TOGETHER = 1000
"""Articles whose signals are taken at once, where groups of articles are gone through."""


def together(found: Shelved, groups: Iterable[Ints], *, named: bool = False) -> Iterable[tuple[Ints, Ints, Signals]]:
    """Yield groups of rows with signals that hold them, and their places there: many small groups are taken at once."""
    for few in _batches(groups):
        rows = np.unique(np.concatenate(few))
        taken = found.take(rows, named=named)
        for group in few:
            yield group, np.searchsorted(rows, group), taken


def _batches(groups: Iterable[Ints]) -> Iterable[list[Ints]]:
    held: list[Ints] = []
    for group in groups:
        held.append(group)
        if sum(map(len, held)) >= TOGETHER:
            yield held
            held = []
    if held:
        yield held


def candidates(found: Shelved, days: Floats, window: float, floor: float, timed: bool) -> sp.csr_matrix:
    """Pairs (i < j) alike by at least `floor`, as a sparse matrix of likeness."""
    n = len(found)
    pairs, values = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for block, around in _blocks(days, window):
        here = found.take(around)
        first, second = _near(_hooks(here), np.searchsorted(around, block))
        left, right = around[first], around[second]
        gap = np.abs(days[left] - days[right]) if timed else np.full(len(left), np.nan)
        alike = likeness(here.pairs(first, second), gap)
        near = (alike >= floor) & ~(np.abs(days[left] - days[right]) > window)
        pairs.append(left[near] * n + right[near])
        values.append(alike[near])
    once, first = np.unique(np.concatenate(pairs), return_index=True)  # two blocks may find one pair
    return sp.csr_matrix((np.minimum(np.concatenate(values)[first], 1.0), np.divmod(once, max(n, 1))), shape=(n, n))


def _hooks(here: Signals) -> sp.csr_matrix:
    """Words and names of some articles side by side: what candidates are looked up by."""
    return sp.csr_matrix(sp.hstack([here.parts[kind] for kind in ("words", "names", "lead")], format="csr"))


def _blocks(days: Floats, window: float) -> Iterable[tuple[Ints, Ints]]:
    """Yield rows in blocks of time with the rows within `window` days of them; undated rows are near everything."""
    undated = np.flatnonzero(np.isnan(days))
    dated = np.argsort(np.where(np.isnan(days), np.inf, days), kind="stable")[: len(days) - len(undated)]
    for at in range(0, len(dated), 1000):
        block = dated[at : at + 1000]
        low = np.searchsorted(days[dated], days[block[0]] - window, side="left")
        high = np.searchsorted(days[dated], days[block[-1]] + window, side="right")
        yield block, np.sort(np.concatenate([dated[low:high], undated]))
    for at in range(0, len(undated), 1000):
        yield undated[at : at + 1000], undated


def _near(hooks: sp.csr_matrix, block: Ints) -> tuple[Ints, Ints]:
    """Pairs sharing weighty terms that are not everywhere: the best :data:`CANDIDATES` of each row of `block`, the smaller first."""
    spread = np.asarray((hooks > 0).sum(axis=0)).ravel()
    limit = max(POSTINGS, int(np.sqrt(hooks.shape[0])))
    kept = sp.diags((spread <= limit).astype(float))
    products = sp.csr_matrix((hooks[block] @ kept) @ hooks.T)
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for k, row in enumerate(block):
        begin, end = products.indptr[k], products.indptr[k + 1]
        scores, columns = products.data[begin:end], products.indices[begin:end]
        best = columns[np.lexsort((columns, -scores))[: CANDIDATES + 1]]
        right.append(best[best != row].astype(np.int64))
        left.append(np.full(len(right[-1]), row))
    first, second = np.concatenate(left), np.concatenate(right)
    pairs = np.unique(np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


# --- clusters --------------------------------------------------------------------------------------------------------


def cluster(found: Shelved, days: Floats, levels: Sequence[float], window: float, *, timed: bool = True) -> list[Ints]:
    """Average linkage inside every connected component, cut at each level."""
    floor = min(levels) * STRAY
    pairs = candidates(found, days, window, floor, timed)
    labels = [np.arange(len(found)) for _ in levels]
    for rows, places, here in together(found, _pieces(pairs, np.arange(len(found)), floor, days)):
        alike = block(here, days[rows] if timed else np.full(len(rows), np.nan), places)
        tree = linkage(squareform(np.clip(1.0 - alike, 0.0, 1.0), checks=False), method="average")
        for label, level in zip(labels, levels, strict=True):
            parts = gather(fcluster(tree, 1.0 - level, criterion="distance"), alike, level * STRAY)
            for part in np.unique(parts):
                label[rows[parts == part]] = rows[parts == part][0]
    return labels


def gather(parts: NDArray[np.integer], alike: Floats, least: float) -> Ints:
    """Let articles that stayed alone or in pairs join a larger cluster that stands out for them.

    Short and unusual reports share few words with any other, so their mean likeness to their event is low; but it is far
    above their likeness to every other event. A stray joins if the three members most like it are alike by `least` on
    average, and :data:`STANDS_OUT` times as much as those of the next larger cluster; a pair goes together or not at all.
    """
    out = np.asarray(parts, dtype=np.int64).copy()
    numbers, sizes = np.unique(out, return_counts=True)
    larger = numbers[sizes > 2]
    small = numbers[sizes <= 2]
    if not len(larger) or not len(small):
        return out
    near = np.stack([np.sort(alike[:, parts == k], axis=1)[:, -3:].mean(axis=1) for k in larger], axis=1)
    for number in small:
        rows = np.flatnonzero(parts == number)
        ranked = np.argsort(-near[rows].mean(axis=0), kind="stable")
        scores = near[rows].mean(axis=0)[ranked]
        if scores[0] >= least and (len(scores) == 1 or scores[0] >= STANDS_OUT * scores[1]):
            out[rows] = larger[ranked[0]]
    return out


def _pieces(pairs: sp.csr_matrix, rows: Ints, floor: float, days: Floats) -> Iterable[Ints]:
    """Yield components of two articles or more; one that is too large is cut at a higher likeness, at last by time."""
    parts = connected_components(pairs, directed=False)[1]
    order = np.argsort(parts, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(parts[order])) + 1):
        if len(part) < 2:
            continue
        if len(part) <= LARGEST:
            yield rows[part]
        elif floor < 0.95:
            inner = sp.csr_matrix(pairs[part][:, part])
            inner.data[inner.data < floor + 0.05] = 0.0
            inner.eliminate_zeros()
            yield from _pieces(inner, rows[part], floor + 0.05, days)
        else:
            timed = rows[part][np.argsort(np.nan_to_num(days[rows[part]]), kind="stable")]
            yield from (np.sort(timed[at : at + LARGEST]) for at in range(0, len(timed), LARGEST))
