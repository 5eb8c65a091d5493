"""Articles to events and storylines: which texts report the same happening.

Conventions
-----------
An event is a cluster of articles whose mean likeness is at least a threshold (:mod:`framing.events.grouping` says how alike two
articles are). Its id hashes its first member when it was founded and never changes when articles join. A storyline is a run
of events that go on with one another. Nothing depends on the order of rows or on chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing import schema
from framing.events import corrections, evidence
from framing.events.corrections import read_edits
from framing.events.grouping import (
    LOOSER,
    OUTLINE,
    STRICTER,
    THRESHOLD,
    WINDOW,
    Corpus,
    Floats,
    Ints,
    block,
    candidates,
    cluster,
    first_rows,
    outline,
    strings,
)
from framing.events.signals import Chosen, Shelved

__all__ = ["LOOSER", "READ", "STRICTER", "THRESHOLD", "Events", "arrange", "coverage", "group", "read_edits"]


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
        Encoder vector per article. They count only if :data:`framing.events.grouping.WITH_VECTORS` is set (by default they do not:
        they made held-out grouping worse) and every article with a text has one.
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
    found = arrange([articles], vectors, known=known, threshold=threshold, edits=edits, previous=previous)
    where = found.articles.set_index(articles["article_id"])[["event_id"]]
    return replace(found, articles=schema.fill(articles, where))


def arrange(
    pieces: Iterable[pd.DataFrame],
    vectors: Mapping[str, NDArray[np.floating]] | None = None,
    *,
    known: str | None = None,
    threshold: float = THRESHOLD,
    edits: pd.DataFrame | Iterable[Mapping[str, object]] | None = None,
    previous: Events | pd.DataFrame | None = None,
) -> Events:
    """Do what :func:`group` does with articles that are gone through twice and never held.

    Parameters
    ----------
    pieces : iterable of DataFrame
        Pieces of the frame ``articles``, of which :data:`READ` and the column `known` are used.
    vectors, known, threshold, edits, previous
        As for :func:`group`.

    Returns
    -------
    Events
        Of the articles, article_id and event_id.
    """
    read = outline(_checked(pieces, known), known)
    _check_input(read, threshold)
    table = read.sort_values("article_id", kind="stable")
    ids = table["article_id"].astype(str).tolist()
    corpus = Corpus.read(table, pieces, vectors)
    given = _given(table, known, previous)
    levels = (threshold, max(threshold, STRICTER), min(threshold, LOOSER))
    labels, *others = _groupings(corpus, given, levels)
    decided = _decided(corpus, given)
    labels = corrections.apply(labels, ids, edits, decided)
    main, stricter, looser = (_event_ids(label, ids, corpus.order) for label in (labels, *others))
    members = evidence.members(corpus, ids, (main, stricter, looser), decided, threshold)
    events = evidence.events(table, corpus, main)
    named = table[["article_id"]].assign(event_id=pd.Series(main, index=table.index, dtype=schema.DTYPES["str"]))
    notes = _notes(table, corpus) + ([] if known is not None else _alone(main, looser))
    return Events(named.sort_index(), events, members, notes)


# --- input -----------------------------------------------------------------------------------------------------------


READ = (*OUTLINE, "text")
"""Columns of articles that are read."""


def _checked(pieces: Iterable[pd.DataFrame], known: str | None) -> Iterable[pd.DataFrame]:
    for piece in pieces:
        missing = [c for c in ("article_id", "text") if c not in piece.columns]
        if missing:
            raise schema.InputError(f"articles lack {', '.join(missing)}; load them with framing.load")
        if known is not None and known not in piece.columns:
            raise schema.InputError(f"no column {known!r} of known events; columns are {', '.join(piece.columns)}")
        yield piece


def _check_input(articles: pd.DataFrame, threshold: float) -> None:
    if articles["article_id"].duplicated().any():
        twice = articles.loc[articles["article_id"].duplicated(), "article_id"].iloc[0]
        raise schema.InputError(f"article_id {twice!r} occurs twice; give every article its own id")
    if not 0.0 < threshold < 1.0:
        raise schema.InputError(f"threshold is a likeness between 0 and 1, found {threshold}")


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


def _groupings(corpus: Corpus, given: _Given, levels: Sequence[float]) -> list[list[str]]:
    """Label every article at each level: an event id that is settled, else ``n:`` and a number."""
    settled = given.units(corpus.unit)
    free = np.array([k for k, event in enumerate(settled) if event is None], dtype=np.int64)
    days = corpus.unit_days
    alone = corpus.signals if len(free) == len(settled) else Chosen(corpus.signals, free)
    clusters = cluster(alone, days[free], levels, WINDOW)
    out = []
    for level, found in zip(levels, clusters, strict=True):
        label = list(settled)
        for k, part in zip(free, found, strict=True):
            label[k] = f"n:{free[part]}"
        if 0 < len(free) < len(settled):
            label = _join(corpus.signals, days, settled, label, level)
        whole = [given.event[k] or label[unit] for k, unit in enumerate(corpus.unit)]
        out.append([str(v) for v in whole])
    return out


def _join(
    found: Shelved, days: Floats, settled: list[str | None], label: list[str | None], level: float
) -> list[str | None]:
    """Let a new cluster join the settled event it is most like, if alike by `level` on average."""
    pairs = candidates(found, days, WINDOW, level, timed=True).tocoo()
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


def _between(found: Shelved, days: Floats, new: list[int], old: list[int]) -> float:
    """Mean likeness of two groups (of an old event, its latest 200)."""
    recent = sorted(old, key=lambda k: (np.nan_to_num(days[k]), k))[-200:]
    rows = np.array([*new, *recent])
    alike = block(found.take(rows), days[rows], np.arange(len(rows)))
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


def _decided(corpus: Corpus, given: _Given) -> list[str]:
    first = set(first_rows(corpus.unit).tolist())
    out = []
    for k, event in enumerate(given.event):
        out.append(given.by if event is not None else "likeness" if k in first else "duplicate")
    return out


def _notes(table: pd.DataFrame, corpus: Corpus) -> list[str]:
    notes = []
    n = len(table)
    undated = int(np.isnan(corpus.days).sum())
    if undated:
        notes.append(
            f"{undated} of {n} articles are undated: time could not keep them apart from older or later events."
        )
    outlets = {outlet for outlet in strings(table, "outlet") if outlet}
    if n and len(outlets) < 2:
        notes.append("One outlet or none is named: events are grouped, but nothing can be compared within them.")
    stubs = int(table["stub"].sum())
    if stubs:
        notes.append(f"{stubs} of {n} articles have fewer than 40 words: their grouping rests on little.")
    live = int((table["genre"].astype(object) == "live").sum()) if "genre" in table else 0
    if live:
        notes.append(f"{live} live blogs are grouped by their opening alone and may report several events.")
    if n > 1 and len(corpus.signals) == 1:
        notes.append("All articles are one text or versions of it.")
    return notes


ALONE = 0.5
"""Share of articles in an event of their own from which a reader is told how to say what belongs together."""


def _alone(main: list[str], looser: list[str]) -> list[str]:
    """Say that most articles have nothing to be compared with, and the way out."""
    alone = sum(n == 1 for n in Counter(main).values())
    if len(main) < 2 or alone < ALONE * len(main):
        return []
    fewer = len(set(looser))
    told = (
        f" Grouped more loosely they are {fewer} events instead of {len(set(main))}." if fewer < len(set(main)) else ""
    )
    return [
        f"{alone} of {len(main)} articles are alone in their event: there is nothing to compare them with.{told} If you know which "
        "articles report the same event, say so with --event-column, or merge events with --event-edits."
    ]


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
