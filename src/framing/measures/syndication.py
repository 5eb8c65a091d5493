"""Syndication: how much of an outlet's coverage is agency copy or shared text, and what it changed in it."""

from __future__ import annotations

import pandas as pd

from framing.measures._base import Frames, Measure, rows, stack


def is_wire(articles: pd.DataFrame) -> pd.Series:
    """Agency copy or a reprint of another article."""
    return articles["wire"].notna() | articles["duplicate_of"].notna()


def syndication(frames: Frames) -> pd.DataFrame:
    """Share of agency copy, and of words shared with another article, per article."""
    articles = frames["articles"]
    shared = articles["shared_share"].astype("float64")
    parts = [
        rows("wire_share", is_wire(articles).astype("float64"), article_id=articles["article_id"]),
        rows("shared_words", shared, article_id=articles["article_id"], weight=_words(articles)),
    ]
    copies = articles["duplicate_of"].notna() & shared.notna()
    mine = articles[copies]
    parts.append(rows("edited_words", 1 - shared[copies], article_id=mine["article_id"], weight=_words(mine)))
    return stack(parts)


def _words(articles: pd.DataFrame) -> pd.Series:
    return articles["n_words"].astype("float64").clip(lower=1.0)


_NEEDS = ("articles",)

MEASURES = (
    Measure(
        "wire_share",
        "syndication",
        "share of articles, 0..1",
        "Share of the outlet's articles that are agency copy or reprints.",
        "Boumans, Trilling, Vliegenthart & Boomgaarden 2018 (International Journal of Communication) on agency copy in "
        "online news.",
        "Agency copy without a credit is found only where the corpus holds another print of it.",
        _NEEDS,
        syndication,
        (0.0, 1.0),
        "1 if the article is agency copy or a reprint, else 0.",
        by_event=True,
    ),
    Measure(
        "shared_words",
        "syndication",
        "share of words, 0..1",
        "Share of the words shared with the article that shares most.",
        "As wire_share.",
        "Two outlets may share a press release; quotations are shared too.",
        _NEEDS,
        syndication,
        (0.0, 1.0),
        "shared_share of the article, weighted by its words.",
        by_event=True,
    ),
    Measure(
        "edited_words",
        "syndication",
        "share of words, 0..1",
        "In reprints: share of the words that are not in the original. What the outlet itself did to agency copy.",
        "This project.",
        "Cuts are not in it: a reprint cut to half counts as unedited.",
        _NEEDS,
        syndication,
        (0.0, 1.0),
        "1 - shared_share, reprints only, weighted by their words.",
        by_event=True,
    ),
)
