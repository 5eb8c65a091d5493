"""What of a run's frames a report needs at a time: an overview of the corpus, and all there is on some articles."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from framing import schema
from framing.charts.texts import fullest_event, widest_event
from framing.measures.sourcing import KINDS
from framing.storage import Shelf

TEXTS = ("text", "captions")
HEADS = tuple(name for name in schema.columns("articles") if name not in TEXTS)
SOURCES = ("source_id", "article_id", "name", "affiliation", "role", *KINDS, "n_words", "n_quotations")


def whole(shelf: Shelf) -> dict[str, pd.DataFrame]:
    """Every frame."""
    return {name: shelf.rows(name) for name in shelf.names()}


def enough(shelf: Shelf, most: int) -> dict[str, pd.DataFrame]:
    """Every frame of a run of at most so many articles, of a larger one an overview."""
    few = shelf.head("articles", 0, columns=("article_id",))[1] <= most
    return whole(shelf) if few else overview(shelf)


def overview(shelf: Shelf) -> dict[str, pd.DataFrame]:
    """Frames for the charts of the corpus and the report's first pages, of which nothing else is held.

    Articles without their texts, comparisons and words over all events, sources, their stances; and of the events at most outlets and
    with most facts, which stand for the others in a chart each, everything.
    """
    heads = shelf.rows("articles", columns=HEADS)
    found = {name: _first(shelf, name) for name in shelf.names()}
    found["articles"] = heads.assign(**{name: pd.Series(pd.NA, heads.index, schema.DTYPES["str"]) for name in TEXTS})
    event = widest_event(found, None) if len(heads) else None
    fullest = fullest_event(shelf.pieces("facts", ("event_id", "fact_id")), None) if "facts" in shelf.names() else None
    ids = set(heads.loc[heads["event_id"].isin([e for e in (event, fullest) if e]), "article_id"])
    found |= {name: some for name, some in of_articles(shelf, found["articles"], ids).items() if len(some)}
    found |= {name: shelf.rows(name) for name in ("events", "targets", "specifications") if name in found}
    found["comparisons"] = shelf.rows("comparisons", lambda t: t["scope"] == "corpus")
    found["words"] = shelf.rows("words", lambda t: t["scope"] == "corpus")
    found["sources"] = shelf.rows("sources", columns=SOURCES)
    measured = set(found["comparisons"]["measure"].str.partition(".")[0])
    found["annotations"] = _judged(shelf, ids, compared=measured >= {"stance", "loaded_share", "frame"})
    return found


def _first(shelf: Shelf, name: str) -> pd.DataFrame:
    """One row, so that a frame is not taken for empty."""
    return next((piece.head(1) for piece in shelf.pieces(name) if len(piece)), shelf.head(name, 0)[0])


def _judged(shelf: Shelf, ids: Collection[str], *, compared: bool) -> pd.DataFrame:
    """Stance of sources in whole articles; all annotations if some are hand codes, or if no comparison says what they come to."""
    coded = any(piece["sample_id"].notna().any() for piece in shelf.pieces("annotations", ("sample_id",)))
    if coded or not compared:
        return shelf.rows("annotations")

    def keep(notes: pd.DataFrame) -> pd.Series:
        whole = notes["start"].isna() & notes["label"].notna()
        spoken = (notes["task"] == "stance") & (notes["voice"] == "source") & whole
        return (spoken.fillna(False) | notes["article_id"].isin(ids)).astype(bool)

    return shelf.rows("annotations", keep)


def of_articles(
    shelf: Shelf, heads: pd.DataFrame, ids: Collection[str], but: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """All there is on some articles and their events, `but` for some frames; the other articles without their texts."""
    events = set(heads.loc[heads["article_id"].isin(ids), "event_id"].dropna())
    found = {}
    for name in shelf.names():
        if name in (*but, "raw", "rejected", "removed"):
            continue
        keys = [key for key in ("article_id", "event_id", "scope") if key in shelf.columns(name)]
        values = ids if keys[:1] == ["article_id"] else events
        found[name] = shelf.among(name, keys[0], values) if keys else shelf.rows(name)
    texts = found["articles"].set_index("article_id")[list(TEXTS)]
    return found | {"articles": schema.fill(heads, texts)}
