"""Evidence of a grouping: why each article is in its event, and what the event is about."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from framing import schema
from framing.events.grouping import (
    MARGIN,
    STORY_THRESHOLD,
    STORY_WINDOW,
    TOGETHER,
    Corpus,
    Floats,
    Ints,
    block,
    cluster,
    day_numbers,
    strings,
    together,
)
from framing.events.signals import Pooled, Signals, words

__all__ = ["MEMBERS", "events", "members"]

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


def members(
    corpus: Corpus, ids: list[str], named: Sequence[list[str]], decided: list[str], threshold: float
) -> pd.DataFrame:
    """Build the table of members; `named` holds the event ids at the threshold, the stricter and the looser one."""
    main, stricter, looser = named
    nearest: list[str | None] = [None] * len(ids)
    similarity = np.full(len(ids), np.nan)
    shared: list[str | None] = [None] * len(ids)
    borderline = np.zeros(len(ids), dtype=bool)
    days = corpus.unit_days
    groups = list(_groups(main, looser))
    found = together(corpus.signals, (np.unique(corpus.unit[rows]) for rows in groups), named=True)
    for rows, (units, places, here) in zip(groups, found, strict=True):
        alike = block(here, days[units], places)
        inverse = np.searchsorted(units, corpus.unit[rows])
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
            shared[k] = "|".join(_shared(here, places[inverse[at]], places[inverse[best]])) or None
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


def _shared(here: Signals, left: int, right: int, most: int = 4) -> list[str]:
    """Names, then numbers, that two articles share, weightiest first; parts of a name already listed are left out."""
    out: list[str] = []
    for kind in ("names", "numbers"):
        matrix = here.parts[kind]
        both = matrix[[left]].multiply(matrix[[right]]).tocoo()
        terms = [here.terms[kind][column] for column in both.col]
        ranked = [term for _, term in sorted(zip((-both.data).tolist(), terms, strict=True))[:20]]
        for term in sorted(ranked, key=lambda term: " " not in term):  # pairs first
            if len(out) < most and not any(term in kept for kept in out):
                out.append(term)
    return out


# --- the frame -------------------------------------------------------------------------------------------------------


def events(table: pd.DataFrame, corpus: Corpus, named: list[str]) -> pd.DataFrame:
    """Build frame ``events``, earliest first."""
    if not named:
        return schema.empty("events")
    groups, events = pd.factorize(np.array(named, dtype=object))
    pooled = Pooled(corpus.signals, groups, corpus.unit)
    central, telling, keywords = _told(corpus, strings(table, "title"), groups, pooled)
    members = pd.DataFrame(
        {
            "group": groups,
            "title": strings(table, "title"),
            "text": strings(table, "opening"),
            "time": pd.to_datetime(table["published_at"], utc=True).to_numpy() if "published_at" in table else pd.NaT,
            "outlet": strings(table, "outlet"),
            "central": central,
            "telling": telling,
            "order": corpus.order,
        }
    )
    members["outlet"] = members["outlet"].replace("", np.nan)
    size = members.groupby("group")
    members["report"] = [genre in ("", "news") for genre in strings(table, "genre")]
    members["agency"] = [
        bool(w) and not d for w, d in zip(strings(table, "wire"), strings(table, "duplicate_of"), strict=True)
    ]
    members["calm"] = [not _shouted(title) for title in members["title"]]
    order = {
        "group": True,
        "calm": False,
        "report": False,
        "agency": False,
        "telling": False,
        "central": False,
        "order": True,
    }
    ranked = members.sort_values(list(order), ascending=list(order.values()))
    start = pd.to_datetime(size["time"].min(), utc=True)
    out = pd.DataFrame(
        {
            "event_id": events,
            "title": _titles(ranked),
            "start": start,
            "end": pd.to_datetime(size["time"].max(), utc=True),
            "n_articles": size.size(),
            "n_outlets": size["outlet"].nunique(),
            "keywords": keywords,
        }
    )
    out["storyline_id"] = _storylines(pooled, start, size["order"].min().to_numpy(), list(events))
    ordered = out.iloc[np.argsort(size["order"].min().to_numpy())].reset_index(drop=True)
    return schema.check(schema.conform(ordered, "events"), "events")


def _told(corpus: Corpus, titles: list[str], groups: Ints, pooled: Pooled) -> tuple[Floats, Floats, list[str | None]]:
    """How central each article is to its event and how telling its headline, and each event's keywords, a few events at a time."""
    central, telling = np.zeros(len(titles)), np.zeros(len(titles))
    keywords: list[str | None] = []
    order = np.argsort(groups, kind="stable")
    bounds = np.searchsorted(groups[order], np.arange(len(pooled) + 1))
    for few in np.array_split(np.arange(len(pooled)), min(math.ceil(len(titles) / TOGETHER), len(pooled))):
        rows = order[bounds[few[0]] : bounds[few[-1] + 1]]
        here = corpus.signals.take(corpus.unit[rows], named=True)
        mean = here.pooled(groups[rows] - few[0])
        central[rows] = _centrality(here, mean, groups[rows] - few[0])
        telling[rows] = _telling([titles[k] for k in rows], groups[rows] - few[0], mean)
        keywords += _keywords(mean)
    return central, telling, keywords


def _centrality(here: Signals, mean: Signals, groups: Ints) -> Floats:
    """Cosine of each article's words with its event's mean."""
    product = here.parts["words"].multiply(mean.parts["words"][groups])
    return np.round(np.asarray(product.sum(axis=1), dtype=float).ravel(), 9)


def _telling(titles: list[str], groups: Ints, mean: Signals) -> Floats:
    """How much of what its event is about each headline names: summed weight of its words, by the root of their number."""
    column = {term: k for k, term in enumerate(mean.terms["words"])}
    matrix = mean.parts["words"]
    out = np.zeros(len(titles))
    for k, title in enumerate(titles):
        span = slice(matrix.indptr[groups[k]], matrix.indptr[groups[k] + 1])
        terms = [column[w] for w in sorted(set(words(title))) if w in column]
        named = np.isin(matrix.indices[span], terms)
        out[k] = matrix.data[span][named].sum() / np.sqrt(max(len(words(title)), 4))
    return np.round(out, 9)


def _shouted(title: str) -> bool:
    """Whether a headline is in capitals: the name of an event should not shout."""
    letters = [c for c in title if c.isalpha()]
    return len(letters) > 12 and sum(map(str.isupper, letters)) > 0.8 * len(letters)


def _titles(ranked: pd.DataFrame) -> list[str | None]:
    """Headline of the report (an agency's first: it is the plainest) that says most of the event, else the opening words of the most central text."""
    out = []
    for _, rows in ranked.groupby("group"):
        titles = [t.strip() for t in rows["title"] if t.strip()]
        opening = " ".join(str(rows["text"].iloc[0]).split()[:12])
        out.append(titles[0] if titles else opening or None)
    return out


def _keywords(mean: Signals, most: int = 8) -> list[str | None]:
    """Weightiest names and words of each event, a name before its parts."""
    out: list[str | None] = []
    for k in range(len(mean)):
        found: list[str] = []
        for kind, share in (("names", 4), ("words", most)):
            matrix = mean.parts[kind]
            span = slice(matrix.indptr[k], matrix.indptr[k + 1])
            terms = [mean.terms[kind][column] for column in matrix.indices[span]]
            for _, term in heapq.nsmallest(3 * most, zip((-matrix.data[span]).tolist(), terms, strict=True)):
                if len(found) < share and not any(term in kept or kept in term for kept in found):
                    found.append(term)
        out.append("|".join(found) or None)
    return out


def _storylines(pooled: Pooled, start: pd.Series, order: Ints, events: list[str]) -> list[str]:
    """Join events that go on with one another: same people, places and words, at most :data:`STORY_WINDOW` days apart."""
    days = day_numbers(start)
    (labels,) = cluster(pooled, days, [STORY_THRESHOLD], STORY_WINDOW, timed=False)
    first: dict[int, int] = {}
    for k, label in enumerate(labels):
        if label not in first or order[k] < order[first[label]]:
            first[label] = k
    return [schema.make_id(events[first[label]], prefix="s-") for label in labels]
