"""Articles to events and storylines: which texts report the same happening.

Conventions
-----------
The *likeness* of two articles is the probability, 0..1, that both report one event: a logistic combination of the cosines
of their words, names, numbers and openings (:mod:`framing.signals`) and, where given, their encoder vectors, lowered with
the days between them. An event is a cluster by average linkage (Sokal & Michener 1958) whose members are alike by at
least :data:`THRESHOLD` on average; articles that stay alone then join an event that stands out for them. Articles further apart than :data:`WINDOW` days are never compared directly.

Two articles can share a cluster only if a chain of pairs at or above the threshold joins them, because no average exceeds
its largest term. So linkage runs on the connected components of the thresholded pair graph, and gives what linkage on
all pairs would give, at a cost that grows with the number of candidate pairs. Only a component above
:data:`LARGEST` articles is first cut at a higher likeness.

The weights were fitted, and the threshold chosen, on topics 1 to 35 of ECB+ (Cybulska & Vossen 2014), see
``experiments/events``. ECB+ is undated: time decay was set by judgement.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform
from scipy.special import expit

from framing import schema
from framing.signals import Signals, signals

__all__ = ["STRICTER", "THRESHOLD", "Events", "coverage", "group", "read_edits"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

THRESHOLD = 0.5
"""Mean likeness from which articles are one event."""
STRICTER, LOOSER = 0.7, 0.3
"""The two thresholds kept beside it, so that a finding can be shown under all three."""
STRAY = 0.5
"""Share of the threshold at which an article left alone may still join an event that stands out for it."""
STANDS_OUT = 3.0
"""How many times more like its event than any other a stray must be."""
MARGIN = 0.1
"""A member is borderline if its mean likeness lies this close to the threshold, or to its likeness to another event."""
WINDOW = 14.0
"""Days beyond which two articles are never one event."""
GRACE, DECAY = 2.0, 0.25
"""Days without penalty, and log-odds lost per day after them."""
SAME_TIME = 0.7
"""Log-odds gained by two articles dated within :data:`GRACE` days: alike reports of other events are mostly of other days."""
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

WEIGHTS: dict[bool, dict[str, float]] = {
    False: {"words": 6.6, "names": 7.4, "numbers": 6.5, "lead": 8.8, "both": 6.3, "bias": -7.5},
    True: {"words": 3.9, "names": 6.3, "numbers": 5.3, "lead": 5.2, "vectors": 5.5, "both": 4.9, "bias": -9.2},
}
"""Log-odds per unit of cosine, without and with encoder vectors; ``both`` is the geometric mean of words and names."""

EDITS = ("merge", "split", "move")
MEMBERS = {
    "article_id": "str",
    "event_id": "str",
    "nearest": "str",
    "similarity": "float",
    "shared": "str",
    "borderline": "bool",
    "event_stricter": "str",
    "event_looser": "str",
    "decided_by": "str",
}


@dataclass
class Events:
    """Articles grouped into events.

    Attributes
    ----------
    articles : DataFrame
        The caller's articles with ``event_id`` filled.
    events : DataFrame
        Frame ``events``, one row per event.
    members : DataFrame
        One row per article: ``event_id``; ``nearest``, the article of the event most like it, and their ``similarity``
        (likeness, 0..1); ``shared``, names and numbers it shares with the event, separated by ``|``; ``borderline``;
        ``event_stricter`` and ``event_looser``, its event at the other two thresholds; ``decided_by``: likeness, known,
        duplicate, previous or edit.
    notes : list of str
        What a reader should know: undated articles, a single outlet, stubs.
    """

    articles: pd.DataFrame
    events: pd.DataFrame
    members: pd.DataFrame
    notes: list[str] = field(default_factory=list)


def group(
    articles: pd.DataFrame,
    vectors: Mapping[str, NDArray[np.floating]] | None = None,
    *,
    known: str | None = None,
    threshold: float = THRESHOLD,
    edits: pd.DataFrame | Iterable[Mapping[str, object]] | None = None,
    previous: Events | pd.DataFrame | None = None,
) -> Events:
    """Group articles into events, and events into storylines.

    The result does not depend on the order of the rows, nor on chance.

    Parameters
    ----------
    articles : DataFrame
        Frame ``articles``. Duplicates and versions (``duplicate_of``, ``version_of``) and identical texts always share an
        event.
    vectors : mapping of article_id to ndarray, shape (d,), optional
        Encoder vector per article. Used only if every non-empty article has one.
    known : str, optional
        Column that already says which event an article belongs to; articles without a value are grouped.
    threshold : float
        Mean likeness from which articles are one event, 0..1.
    edits : DataFrame or iterable of mappings, optional
        A person's corrections (see :func:`read_edits`), applied last.
    previous : Events or DataFrame, optional
        An earlier grouping (its ``members``): its articles keep their events and ids, only new ones are placed.

    Returns
    -------
    Events

    Raises
    ------
    InputError
        If a column, threshold or edit cannot be used.

    Examples
    --------
    >>> texts = ["The Orrin dam burst on Monday, flooding Veldt.", "Veldt was flooded on Monday when the Orrin dam burst."]
    >>> rows = [{"article_id": f"a{k}", "title": "Orrin dam bursts", "text": t} for k, t in enumerate(texts)]
    >>> group(schema.conform(rows, "articles")).events[["title", "n_articles"]].values.tolist()
    [['Orrin dam bursts', 2]]
    """
    _check_input(articles, known, threshold)
    table = articles.sort_values("article_id", kind="stable")
    ids = table["article_id"].astype(str).tolist()
    corpus = _Corpus.read(table, vectors)
    given = _given(table, known, previous)
    levels = (threshold, max(threshold, STRICTER), min(threshold, LOOSER))
    labels, *others = _groupings(corpus, given, levels)
    decided = _decided(corpus, given)
    labels = _apply_edits(labels, ids, edits, decided)
    main, stricter, looser = (_event_ids(label, ids, corpus.order) for label in (labels, *others))
    members = _members(corpus, ids, (main, stricter, looser), decided, threshold)
    events = _events(table, corpus, main)
    filled = articles.copy()
    where = dict(zip(ids, main, strict=True))
    filled["event_id"] = articles["article_id"].astype(str).map(where).astype(schema.DTYPES["str"])
    return Events(filled, events, members, _notes(table, corpus))


# --- input -----------------------------------------------------------------------------------------------------------


def _check_input(articles: pd.DataFrame, known: str | None, threshold: float) -> None:
    missing = [c for c in ("article_id", "text") if c not in articles.columns]
    if missing:
        raise schema.InputError(f"articles lack {', '.join(missing)}; load them with framing.load")
    if articles["article_id"].duplicated().any():
        twice = articles.loc[articles["article_id"].duplicated(), "article_id"].iloc[0]
        raise schema.InputError(f"article_id {twice!r} occurs twice; give every article its own id")
    if known is not None and known not in articles.columns:
        raise schema.InputError(f"no column {known!r} of known events; columns are {', '.join(articles.columns)}")
    if not 0.0 < threshold < 1.0:
        raise schema.InputError(f"threshold is a likeness between 0 and 1, found {threshold}")


@dataclass
class _Corpus:
    """Articles in order of their id, reduced to one representative per set of duplicates."""

    signals: Signals
    days: Floats
    unit: Ints  # article -> representative
    order: Ints  # rank of each article by time, then id

    @classmethod
    def read(cls, table: pd.DataFrame, vectors: Mapping[str, NDArray[np.floating]] | None) -> _Corpus:
        titles = _strings(table, "title")
        texts = _strings(table, "text")
        ids = table["article_id"].astype(str).tolist()
        days = _days(table)
        unit = _units(table, ids, titles, texts)
        first = _first_rows(unit)
        stacked = _stack([ids[k] for k in first], [texts[k] for k in first], vectors)
        order = np.empty(len(ids), dtype=np.int64)
        order[np.lexsort((np.arange(len(ids)), np.where(np.isnan(days), np.inf, days)))] = np.arange(len(ids))
        return cls(signals([titles[k] for k in first], [texts[k] for k in first], stacked), days, unit, order)

    @property
    def unit_days(self) -> Floats:
        """Earliest day of each representative's articles."""
        out = np.full(len(self.signals), np.nan)
        for unit, day in zip(self.unit, self.days, strict=True):
            if not np.isnan(day):
                out[unit] = np.fmin(out[unit], day)
        return out


def _strings(table: pd.DataFrame, column: str) -> list[str]:
    if column not in table.columns:
        return [""] * len(table)
    return [value if isinstance(value, str) else "" for value in table[column].astype(object)]


def _days(table: pd.DataFrame) -> Floats:
    if "published_at" not in table.columns:
        return np.full(len(table), np.nan)
    times = pd.to_datetime(table["published_at"], utc=True, errors="coerce")
    return _day_numbers(times)


def _day_numbers(times: pd.Series) -> Floats:
    since = pd.to_datetime(times, utc=True) - pd.Timestamp("1970-01-01", tz="UTC")
    return np.asarray(since.dt.total_seconds() / 86_400.0, dtype=float)


def _units(table: pd.DataFrame, ids: list[str], titles: list[str], texts: list[str]) -> Ints:
    """Return the set each article belongs to: same text, reprint or version."""
    row = {article: k for k, article in enumerate(ids)}
    left, right = [], []
    first_with: dict[str, int] = {}
    for k, (title, text) in enumerate(zip(titles, texts, strict=True)):
        key = " ".join(text.split()) or f"\x00{title or ids[k]}"
        left.append(first_with.setdefault(key, k))
        right.append(k)
    for column in ("duplicate_of", "version_of"):
        for k, other in enumerate(_strings(table, column)):
            if other in row:
                left.append(row[other])
                right.append(k)
    graph = sp.coo_matrix((np.ones(len(left)), (left, right)), shape=(len(ids), len(ids)))
    return _renumber(connected_components(graph, directed=False)[1]) if ids else np.zeros(0, dtype=np.int64)


def _renumber(labels: Sequence[int] | NDArray[np.integer]) -> Ints:
    """Number groups by their first row."""
    return np.asarray(pd.factorize(np.asarray(labels))[0], dtype=np.int64)


def _first_rows(labels: Ints) -> Ints:
    return np.asarray(np.unique(labels, return_index=True)[1], dtype=np.int64)


def _stack(ids: list[str], texts: list[str], vectors: Mapping[str, NDArray[np.floating]] | None) -> Floats | None:
    if not vectors or not all(i in vectors for i, text in zip(ids, texts, strict=True) if text.strip()):
        return None
    size = len(next(iter(vectors.values())))
    return np.array([vectors.get(i, np.zeros(size)) for i in ids], dtype=float).reshape(len(ids), size)


# --- likeness --------------------------------------------------------------------------------------------------------


def _likeness(cosines: Mapping[str, Floats], gap: Floats) -> Floats:
    """Probability of one event from the cosines and the days between, any common shape."""
    weights = WEIGHTS["vectors" in cosines]
    odds = weights["bias"] + weights["both"] * np.sqrt(np.clip(cosines["words"] * cosines["names"], 0.0, None))
    for kind, values in cosines.items():
        odds = odds + weights[kind] * values
    odds = odds + np.where(gap <= GRACE, SAME_TIME, 0.0) - DECAY * np.clip(np.nan_to_num(gap) - GRACE, 0.0, None)
    return np.asarray(np.where(np.nan_to_num(gap) > WINDOW, 0.0, expit(odds)), dtype=float)


def _block(found: Signals, days: Floats, rows: Ints) -> Floats:
    gap = np.abs(days[rows][:, None] - days[rows][None, :])
    alike = _likeness(found.block(rows), gap)
    alike = (alike + alike.T) / 2
    np.fill_diagonal(alike, 1.0)
    return alike


def _candidates(found: Signals, days: Floats, window: float, floor: float, timed: bool) -> sp.csr_matrix:
    """Pairs (i < j) alike by at least `floor`, as a sparse matrix of likeness."""
    n = len(found)
    hooks = _hooks(found)
    rows, cols, values = [], [], []
    for block, around in _blocks(days, window):
        left, right = _near(hooks, block, around)
        keep = left < right
        left, right = left[keep], right[keep]
        gap = np.abs(days[left] - days[right]) if timed else np.full(len(left), np.nan)
        alike = _likeness(found.pairs(left, right), gap)
        near = (alike >= floor) & ~(np.abs(days[left] - days[right]) > window)
        rows.append(left[near])
        cols.append(right[near])
        values.append(alike[near])
    if not rows:
        return sp.csr_matrix((n, n))
    where = (np.concatenate(rows), np.concatenate(cols))
    pairs = sp.coo_matrix((np.concatenate(values), where), shape=(n, n)).tocsr()
    pairs.data = np.minimum(pairs.data, 1.0)
    return pairs


def _hooks(found: Signals) -> sp.csr_matrix:
    """Words and names side by side: what candidates are looked up by."""
    return sp.csr_matrix(sp.hstack([found.parts["words"], found.parts["names"], found.parts["lead"]], format="csr"))


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


def _near(hooks: sp.csr_matrix, block: Ints, around: Ints) -> tuple[Ints, Ints]:
    """Pairs sharing weighty terms that are not everywhere: each row's best :data:`CANDIDATES`, both ways ordered."""
    other = hooks[around]
    spread = np.asarray((other > 0).sum(axis=0)).ravel()
    limit = max(POSTINGS, int(np.sqrt(len(around))))
    kept = sp.diags((spread <= limit).astype(float))
    products = sp.csr_matrix((hooks[block] @ kept) @ other.T)
    left, right = [], []
    for k, row in enumerate(block):
        begin, end = products.indptr[k], products.indptr[k + 1]
        scores, columns = products.data[begin:end], products.indices[begin:end]
        best = columns[np.lexsort((around[columns], -scores))[: CANDIDATES + 1]]
        right.append(around[best])
        left.append(np.full(len(best), row))
    if not left:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    first, second = np.concatenate(left), np.concatenate(right)
    low, high = np.minimum(first, second), np.maximum(first, second)
    pairs = np.unique(np.stack([low, high], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


# --- clusters --------------------------------------------------------------------------------------------------------


def _cluster(
    found: Signals, days: Floats, levels: Sequence[float], window: float, *, timed: bool = True
) -> tuple[list[Ints], sp.csr_matrix]:
    """Average linkage inside every connected component, cut at each level; and the candidate pairs."""
    floor = min(levels) * STRAY
    pairs = _candidates(found, days, window, floor, timed)
    labels = [np.arange(len(found)) for _ in levels]
    for rows in _pieces(pairs, np.arange(len(found)), floor, days):
        alike = _block(found, days if timed else np.full(len(days), np.nan), rows)
        tree = linkage(squareform(np.clip(1.0 - alike, 0.0, 1.0), checks=False), method="average")
        for label, level in zip(labels, levels, strict=True):
            parts = _gather(fcluster(tree, 1.0 - level, criterion="distance"), alike, level * STRAY)
            for part in np.unique(parts):
                label[rows[parts == part]] = rows[parts == part][0]
    return labels, pairs


def _gather(parts: NDArray[np.integer], alike: Floats, least: float) -> Ints:
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


@dataclass
class _Given:
    """What is settled beforehand: per article an event id or None, and by whom."""

    event: list[str | None]
    by: str

    def units(self, unit: Ints) -> list[str | None]:
        """Return the event of each set of duplicates: that of its first article which has one."""
        out: list[str | None] = [None] * (int(unit.max()) + 1 if len(unit) else 0)
        for k, event in zip(unit, self.event, strict=True):
            out[k] = out[k] or event
        return out


def _given(table: pd.DataFrame, known: str | None, previous: Events | pd.DataFrame | None) -> _Given:
    ids = table["article_id"].astype(str).tolist()
    if known is not None:
        values = [None if pd.isna(v) or not str(v).strip() else str(v).strip() for v in table[known].astype(object)]
        return _Given([None if v is None else schema.make_id("known", v, prefix="e-") for v in values], "known")
    if previous is not None:
        members = previous.members if isinstance(previous, Events) else previous
        missing = [c for c in ("article_id", "event_id") if c not in members.columns]
        if missing:
            raise schema.InputError(f"the earlier grouping lacks {', '.join(missing)}; pass its members frame")
        settled = members.dropna(subset=["event_id"])
        where = dict(zip(settled["article_id"].astype(str), settled["event_id"].astype(str), strict=True))
        return _Given([where.get(article) for article in ids], "previous")
    return _Given([None] * len(ids), "likeness")


def _groupings(corpus: _Corpus, given: _Given, levels: Sequence[float]) -> list[list[str]]:
    """Label every article at each level: an event id that is settled, else ``n:`` and a number."""
    settled = given.units(corpus.unit)
    free = np.array([k for k, event in enumerate(settled) if event is None], dtype=np.int64)
    days = corpus.unit_days
    clusters, _ = _cluster(corpus.signals.take(free), days[free], levels, WINDOW)
    out = []
    for level, cluster in zip(levels, clusters, strict=True):
        label = list(settled)
        for k, part in zip(free, cluster, strict=True):
            label[k] = f"n:{free[part]}"
        if 0 < len(free) < len(settled):
            label = _join(corpus.signals, days, settled, label, level)
        whole = [given.event[k] or label[unit] for k, unit in enumerate(corpus.unit)]
        out.append([str(v) for v in whole])
    return out


def _join(
    found: Signals, days: Floats, settled: list[str | None], label: list[str | None], level: float
) -> list[str | None]:
    """Let a new cluster join the settled event it is most like, if alike by `level` on average."""
    pairs = _candidates(found, days, WINDOW, level, timed=True).tocoo()
    wanted: dict[str, set[str]] = {}
    for i, j in zip(pairs.row, pairs.col, strict=True):
        for new, old in ((i, j), (j, i)):
            event = settled[old]
            if settled[new] is None and event is not None:
                wanted.setdefault(str(label[new]), set()).add(event)
    rows: dict[str, list[int]] = {}
    for k, value in enumerate(label):
        rows.setdefault(str(value), []).append(k)
    moves = {}
    for new, events in wanted.items():
        alike = {event: _between(found, days, rows[new], rows[event]) for event in sorted(events)}
        best = max(sorted(alike), key=lambda event: alike[event])
        if alike[best] >= level:
            moves[new] = best
    return [moves.get(str(value), value) for value in label]


def _between(found: Signals, days: Floats, new: list[int], old: list[int]) -> float:
    """Mean likeness of two groups (of an old event, its latest 200)."""
    recent = sorted(old, key=lambda k: (np.nan_to_num(days[k]), k))[-200:]
    alike = _block(found, days, np.array([*new, *recent]))
    return float(alike[: len(new), len(new) :].mean())


def _event_ids(labels: list[str], ids: list[str], order: Ints) -> list[str]:
    """Name events: a settled id stays; any other hashes the event's first member (earliest, ties by id)."""
    first: dict[str, int] = {}
    for k, label in enumerate(labels):
        if label not in first or order[k] < order[first[label]]:
            first[label] = k
    taken = {label for label in first if label.startswith("e-")}
    named = {label: label for label in taken}
    for label, k in sorted(first.items(), key=lambda item: int(order[item[1]])):
        if label not in named:
            event = schema.make_id(ids[k], prefix="e-")
            while event in taken:  # its first member once founded another event
                event = schema.make_id(event, ids[k], prefix="e-")
            taken.add(event)
            named[label] = event
    return [named[label] for label in labels]


# --- corrections -----------------------------------------------------------------------------------------------------


def read_edits(path: str | Path) -> pd.DataFrame:
    """Read corrections of a grouping from a CSV file.

    Columns ``action``, ``articles`` (article ids separated by ``|``) and ``to`` (an article id). They name articles, not
    events, so that they last when the grouping is rerun.

    * ``merge``: the events of all `articles` become one;
    * ``split``: the `articles` leave their events and form one of their own;
    * ``move``: the `articles` go to the event of the article `to`.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError
        If the file or an action cannot be read.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise schema.InputError(f"cannot read edits from {path}: {error}") from error
    table = pd.DataFrame(rows, columns=["action", "articles", "to"])
    _check_edits(table)
    return table


def _check_edits(edits: pd.DataFrame) -> None:
    missing = [c for c in ("action", "articles") if c not in edits.columns]
    if missing:
        raise schema.InputError(f"edits lack {', '.join(missing)}; columns are action, articles, to")
    for k, action in enumerate(edits["action"]):
        if action not in EDITS:
            raise schema.InputError(f"edit {k + 1} says {action!r}; actions are {', '.join(EDITS)}")


def _apply_edits(
    labels: list[str],
    ids: list[str],
    edits: pd.DataFrame | Iterable[Mapping[str, object]] | None,
    decided: list[str],
) -> list[str]:
    """Return corrected labels; articles that an edit placed are marked in `decided`."""
    if edits is None:
        return labels
    table = edits if isinstance(edits, pd.DataFrame) else pd.DataFrame(list(edits))
    if table.empty:
        return labels
    _check_edits(table)
    row = {article: k for k, article in enumerate(ids)}
    out = list(labels)
    for number, edit in enumerate(table.to_dict("records")):
        chosen = [row[a] for a in str(edit["articles"]).split("|") if a in row]
        if not chosen:
            continue  # the articles are not in this corpus
        if edit["action"] == "merge":
            joined = {out[k] for k in chosen}
            keep = min(joined, key=lambda label: (not label.startswith("e-"), label))
            chosen = [k for k, label in enumerate(out) if label in joined]
        elif edit["action"] == "split":
            keep = f"n:edit{number}"
        else:
            target = str(edit.get("to") or "")
            if target not in row:
                continue
            keep = out[row[target]]
        for k in chosen:
            if out[k] != keep or edit["action"] == "split":
                decided[k] = "edit"
            out[k] = keep
    return out


# --- evidence --------------------------------------------------------------------------------------------------------


def _decided(corpus: _Corpus, given: _Given) -> list[str]:
    first = set(_first_rows(corpus.unit).tolist())
    out = []
    for k, event in enumerate(given.event):
        out.append(given.by if event is not None else "likeness" if k in first else "duplicate")
    return out


def _members(
    corpus: _Corpus, ids: list[str], named: Sequence[list[str]], decided: list[str], threshold: float
) -> pd.DataFrame:
    main, stricter, looser = named
    nearest: list[str | None] = [None] * len(ids)
    similarity = np.full(len(ids), np.nan)
    shared: list[str | None] = [None] * len(ids)
    borderline = np.zeros(len(ids), dtype=bool)
    days = corpus.unit_days
    for rows in _groups(main, looser):
        units, inverse = np.unique(corpus.unit[rows], return_inverse=True)
        alike = _block(corpus.signals, days, units)
        for at, k in enumerate(rows):
            own = np.array([main[r] == main[k] and r != k for r in rows])
            if not own.any():
                continue
            values = alike[inverse[at], inverse]
            best = int(np.argmax(np.where(own, values, -1.0)))
            nearest[k], similarity[k] = ids[rows[best]], values[best]
            other = _other_mean(values, [main[r] for r in rows], main[k])
            mean = float(values[own].mean())
            borderline[k] = mean < threshold + MARGIN or mean - other < MARGIN
            shared[k] = "|".join(_shared(corpus.signals, int(units[inverse[at]]), int(units[inverse[best]]))) or None
    table = pd.DataFrame(
        {
            "article_id": ids,
            "event_id": main,
            "nearest": nearest,
            "similarity": similarity,
            "shared": shared,
            "borderline": borderline,
            "event_stricter": stricter,
            "event_looser": looser,
            "decided_by": decided,
        }
    )
    return table.astype({name: schema.DTYPES[kind] for name, kind in MEMBERS.items()})


def _groups(main: list[str], looser: list[str]) -> Iterable[list[int]]:
    """Yield the articles to compare: events joined at the looser threshold together; very large ones in pieces."""
    left = pd.factorize(np.array(main, dtype=object))[0]
    right = pd.factorize(np.array(looser, dtype=object))[0] + (left.max() + 1 if len(left) else 0)
    size = int(right.max()) + 1 if len(right) else 0
    parts = connected_components(
        sp.coo_matrix((np.ones(len(left)), (left, right)), shape=(size, size)), directed=False
    )[1]
    members = parts[left] if len(left) else left
    order = np.argsort(members, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(members[order])) + 1) if len(order) else []:
        if len(rows) > 1:
            ranked = sorted(rows.tolist(), key=lambda k: main[k])
            yield from (ranked[at : at + 500] for at in range(0, len(ranked), 500))


def _other_mean(values: Floats, events: list[str], own: str) -> float:
    sums: dict[str, list[float]] = {}
    for event, value in zip(events, values, strict=True):
        if event != own:
            sums.setdefault(event, []).append(float(value))
    return max((sum(v) / len(v) for v in sums.values()), default=-1.0)


def _shared(found: Signals, left: int, right: int, most: int = 4) -> list[str]:
    """Names, then numbers, that two articles share, weightiest first; parts of a name already listed are left out."""
    out: list[str] = []
    for kind in ("names", "numbers"):
        matrix = found.parts[kind]
        both = matrix[[left]].multiply(matrix[[right]]).tocoo()
        ranked = sorted(zip(both.data, both.col, strict=True), key=lambda item: (-item[0], item[1]))
        pairs_first = sorted((found.terms[kind][c] for _, c in ranked[:20]), key=lambda term: " " not in term)
        for term in pairs_first:
            if len(out) < most and not any(term in kept for kept in out):
                out.append(term)
    return out


# --- the frame -------------------------------------------------------------------------------------------------------


def _events(table: pd.DataFrame, corpus: _Corpus, named: list[str]) -> pd.DataFrame:
    """Build frame ``events``, earliest first."""
    if not named:
        return schema.empty("events")
    groups, events = pd.factorize(np.array(named, dtype=object))
    members = pd.DataFrame(
        {
            "group": groups,
            "title": _strings(table, "title"),
            "text": [text[:200] for text in _strings(table, "text")],
            "time": pd.to_datetime(table["published_at"], utc=True).to_numpy() if "published_at" in table else pd.NaT,
            "outlet": _strings(table, "outlet"),
            "central": _centrality(corpus, groups),
            "order": corpus.order,
        }
    )
    members["outlet"] = members["outlet"].replace("", np.nan)
    size = members.groupby("group")
    ranked = members.sort_values(["group", "central", "order"], ascending=[True, False, True])
    pooled = corpus.signals.take(corpus.unit).pooled(groups)
    start = pd.to_datetime(size["time"].min(), utc=True)
    out = pd.DataFrame(
        {
            "event_id": events,
            "title": _titles(ranked),
            "start": start,
            "end": pd.to_datetime(size["time"].max(), utc=True),
            "n_articles": size.size(),
            "n_outlets": size["outlet"].nunique(),
            "keywords": _keywords(pooled),
        }
    )
    out["storyline_id"] = _storylines(pooled, start, size["order"].min().to_numpy(), list(events))
    ordered = out.iloc[np.argsort(size["order"].min().to_numpy())].reset_index(drop=True)
    return schema.check(schema.conform(ordered, "events"), "events")


def _centrality(corpus: _Corpus, groups: Ints) -> Floats:
    """Cosine of each article's words with its event's mean."""
    words = corpus.signals.parts["words"][corpus.unit]
    pooled = corpus.signals.take(corpus.unit).pooled(groups).parts["words"]
    return np.round(np.asarray(words.multiply(pooled[groups]).sum(axis=1), dtype=float).ravel(), 9)


def _titles(ranked: pd.DataFrame) -> list[str | None]:
    """Headline of the most central article that has one, else the opening words of the most central text."""
    out = []
    for _, rows in ranked.groupby("group"):
        titles = [t.strip() for t in rows["title"] if t.strip()]
        opening = " ".join(str(rows["text"].iloc[0]).split()[:12])
        out.append(titles[0] if titles else opening or None)
    return out


def _keywords(pooled: Signals, most: int = 8) -> list[str | None]:
    """Weightiest names and words of each event, a name before its parts."""
    out: list[str | None] = []
    for k in range(len(pooled)):
        found: list[str] = []
        for kind, share in (("names", 4), ("words", most)):
            matrix = pooled.parts[kind]
            span = slice(matrix.indptr[k], matrix.indptr[k + 1])
            ranked = sorted(zip(-matrix.data[span], matrix.indices[span], strict=True))[: 3 * most]
            for _, column in ranked:
                term = pooled.terms[kind][column]
                if len(found) < share and not any(term in kept or kept in term for kept in found):
                    found.append(term)
        out.append("|".join(found) or None)
    return out


def _storylines(pooled: Signals, start: pd.Series, order: Ints, events: list[str]) -> list[str]:
    """Join events that go on with one another: same people, places and words, at most :data:`STORY_WINDOW` days apart."""
    days = _day_numbers(start)
    (labels,), _ = _cluster(pooled, days, [STORY_THRESHOLD], STORY_WINDOW, timed=False)
    first: dict[int, int] = {}
    for k, label in enumerate(labels):
        if label not in first or order[k] < order[first[label]]:
            first[label] = k
    return [schema.make_id(events[first[label]], prefix="s-") for label in labels]


def _notes(table: pd.DataFrame, corpus: _Corpus) -> list[str]:
    notes = []
    n = len(table)
    undated = int(np.isnan(corpus.days).sum())
    if undated:
        notes.append(
            f"{undated} of {n} articles are undated: time could not keep them apart from older or later events."
        )
    outlets = {outlet for outlet in _strings(table, "outlet") if outlet}
    if n and len(outlets) < 2:
        notes.append("One outlet or none is named: events are grouped, but nothing can be compared within them.")
    stubs = sum(len(text.split()) < 40 for text in _strings(table, "text"))
    if stubs:
        notes.append(f"{stubs} of {n} articles have fewer than 40 words: their grouping rests on little.")
    live = int((table["genre"].astype(object) == "live").sum()) if "genre" in table else 0
    if live:
        notes.append(f"{live} live blogs are grouped by their opening alone and may report several events.")
    if n > 1 and len(corpus.signals) == 1:
        notes.append("All articles are the same text.")
    return notes


def coverage(articles: pd.DataFrame, *, column: str = "event_id") -> pd.DataFrame:
    """Which outlets carried which events, first when, how many pieces, wire or own, and which did not.

    Parameters
    ----------
    articles : DataFrame
        Grouped articles.
    column : str
        Column of event ids; join ``event_stricter`` or ``event_looser`` from the members to use another grouping.

    Returns
    -------
    DataFrame
        One row per event and outlet of the corpus: event_id, outlet, carried (bool), n_articles, n_own (neither agency
        copy nor reprint), n_wire, first_at (UTC), hours_after_first (hours after the event's first article).

    Examples
    --------
    >>> rows = [{"article_id": "a", "outlet": "Veldt Post", "text": "x", "event_id": "e-1"},
    ...         {"article_id": "b", "outlet": "Orrin Times", "text": "y", "event_id": "e-2"}]
    >>> coverage(schema.conform(rows, "articles")).carried.tolist()
    [False, True, True, False]
    """
    table = articles.dropna(subset=[column, "outlet"])
    wire = table["wire"].notna() | table["duplicate_of"].notna()
    counted = (
        table.assign(n_wire=wire.astype(int), n_own=(~wire).astype(int))
        .groupby([column, "outlet"], observed=True)
        .agg(
            n_articles=("article_id", "size"),
            n_own=("n_own", "sum"),
            n_wire=("n_wire", "sum"),
            first_at=("published_at", "min"),
        )
    )
    every = pd.MultiIndex.from_product(
        [sorted(table[column].unique()), sorted(table["outlet"].unique())], names=["event_id", "outlet"]
    )
    out = counted.reindex(every)
    for name in ("n_articles", "n_own", "n_wire"):
        out[name] = out[name].fillna(0).astype("int64")
    out.insert(0, "carried", out["n_articles"] > 0)
    began = out.groupby(level=0)["first_at"].transform("min")
    out["hours_after_first"] = (out["first_at"] - began).dt.total_seconds() / 3600.0
    return out.reset_index()
