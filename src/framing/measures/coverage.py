"""Coverage itself: which outlets carried an event, when, how often, at what length (gatekeeping)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from framing.loading.dates import known_by
from framing.measures._base import Frames, Measure, rows, stack


def coverage(frames: Frames) -> pd.DataFrame:
    """Carried or not, first when, how many pieces and words, per outlet and event."""
    articles = frames["articles"]
    articles = articles[articles["event_id"].notna() & articles["outlet"].notna()]
    if articles.empty:
        return stack([])
    cells = (
        articles.assign(published_at=known_by(articles))
        .groupby(["event_id", "outlet"], sort=True)
        .agg(pieces=("article_id", "size"), words=("n_words", "sum"), first=("published_at", "min"))
        .reset_index()
    )
    at = {"outlet": cells["outlet"], "event_id": cells["event_id"]}
    start = cells.groupby("event_id")["first"].transform("min")
    delay = (cells["first"] - start).dt.total_seconds() / 3600
    return stack(
        [
            _carried(articles, cells),
            rows("pieces", cells["pieces"].astype("float64"), **at),
            rows("words_given", cells["words"].astype("float64"), **at),
            rows("delay", delay, **at),
        ]
    )


def _carried(articles: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """1 or 0 for every event that fell into the time the corpus holds the outlet; unknown times rule nothing out."""
    times = articles.groupby("outlet")["published_at"].agg(["min", "max"])
    events = articles.groupby("event_id")["published_at"].agg(["min", "max"])
    # reached by two outlets at least: an exclusive story says nothing about the others' choice
    shared = cells.groupby("event_id")["outlet"].nunique()
    events = events[shared.reindex(events.index) >= 2]
    first, last = events["min"].to_numpy()[:, None], events["max"].to_numpy()[:, None]
    begin, end = times["min"].to_numpy()[None, :], times["max"].to_numpy()[None, :]
    could = ~((last < begin) | (first > end))
    e, o = np.nonzero(could)
    index = pd.MultiIndex.from_arrays([events.index[e], times.index[o]])
    did = index.isin(pd.MultiIndex.from_frame(cells[["event_id", "outlet"]]))
    return rows(
        "carried",
        did.astype("float64"),
        outlet=index.get_level_values(1),
        event_id=index.get_level_values(0),
    )


_NEEDS = ("articles",)
_SOURCE = "D'Alessio & Allen 2000 (Journal of Communication): gatekeeping and coverage bias, counted here per event."

MEASURES = (
    Measure(
        "carried",
        "coverage",
        "share of events, 0..1",
        "Share of the events reported by at least two outlets that the outlet carried, among those in the time for "
        "which the corpus holds the outlet.",
        _SOURCE,
        "True of this corpus only: what was not collected counts as not carried.",
        _NEEDS,
        coverage,
        (0.0, 1.0),
        "1 if the outlet has an article on the event, else 0; events between the outlet's first and last article in the corpus, carried by at least two outlets.",
    ),
    Measure(
        "pieces",
        "coverage",
        "articles per event",
        "Number of articles on the event, where there is at least one.",
        _SOURCE,
        "Versions of one page count once.",
        _NEEDS,
        coverage,
        (0.0, np.inf),
        "number of the outlet's articles on the event.",
    ),
    Measure(
        "words_given",
        "coverage",
        "words per event",
        "Words given to the event, where there is at least one article.",
        _SOURCE,
        "Length is not prominence.",
        _NEEDS,
        coverage,
        (0.0, np.inf),
        "sum of n_words of the outlet's articles on the event.",
    ),
    Measure(
        "delay",
        "coverage",
        "hours",
        "Hours between the first article on the event in the corpus and the outlet's first.",
        _SOURCE,
        "As good as the publication times; a date without a time counts as the end of that day.",
        _NEEDS,
        coverage,
        (0.0, np.inf),
        "(first published_at of the outlet on the event - first of all outlets) in hours; dates without a time as the end of the day.",
    ),
)
