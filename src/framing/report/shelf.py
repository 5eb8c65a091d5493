"""What of a run's frames a report needs at a time: an overview of the corpus, and all there is on some articles."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from framing import schema
from framing.charts.texts import fullest_event, widest_event
from framing.measures.sourcing import KINDS
from framing.storage import Shelf, give_back

TEXTS = ("text", "captions")
HEADS = (
    "article_id",
    "outlet",
    "title",
    "published_at",
    "published_raw",
    "language",
    "genre",
    "event_id",
    "wire",
    "duplicate_of",
    "version_of",
    "n_words",
)
"""What is held of every article of a large run."""
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

    Articles without their texts, comparisons and words over all events, sources with a stance, the words of the others put together by
    outlet and name; and of the events at most outlets and with most facts, which stand for the others in a chart each, everything.
    """
    found = {name: _first(shelf, name) for name in shelf.names()}
    heads = shelf.rows("articles", columns=HEADS)
    found["articles"] = schema.conform(heads, "articles")
    event = widest_event(found, None) if len(heads) else None
    fullest = fullest_event(shelf.pieces("facts", ("event_id", "fact_id")), None) if "facts" in shelf.names() else None
    ids = set(heads.loc[heads["event_id"].isin([e for e in (event, fullest) if e]), "article_id"])
    some = of_articles(shelf, heads, ids)
    found |= {name: table for name, table in some.items() if len(table) and name != "articles"}
    texts = some["articles"].set_index("article_id")[list(TEXTS)]
    found["articles"] = schema.fill(found["articles"], texts)
    found |= {name: shelf.rows(name) for name in ("targets", "specifications") if name in found}
    found["comparisons"] = shelf.rows("comparisons", lambda t: t["scope"] == "corpus")
    found["words"] = shelf.rows("words", lambda t: t["scope"] == "corpus")
    measured = set(found["comparisons"]["measure"].str.partition(".")[0])
    found["annotations"] = _judged(shelf, ids, compared=measured >= {"stance", "loaded_share", "frame"})
    found["sources"] = _heard(shelf, heads, ids, found["annotations"].dropna(subset=["source_id"]))
    give_back()
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


def _heard(shelf: Shelf, heads: pd.DataFrame, ids: Collection[str], spoken: pd.DataFrame) -> pd.DataFrame:
    """Sources in some articles and those that take a side (`spoken`) as they are; of the others what each outlet gives whom.

    Words of the others are added up by outlet and what they are called, in a row at some article of the outlet: charts of the corpus tell
    no more than that.
    """
    free = heads[~heads["article_id"].isin(ids)]
    place = free.groupby(free["outlet"].fillna(""))["article_id"].transform("first").set_axis(free["article_id"])
    sides = pd.MultiIndex.from_frame(spoken[["article_id", "source_id"]])
    kept: list[pd.DataFrame] = []
    rest: list[pd.DataFrame] = []
    held = most = 0
    for piece in shelf.pieces("sources", SOURCES):
        mine = piece["article_id"].isin(ids) | pd.MultiIndex.from_frame(piece[["article_id", "source_id"]]).isin(sides)
        kept.append(piece[mine])
        other = piece[~mine]
        rest.append(other.assign(article_id=other["article_id"].map(place).astype(piece["article_id"].dtype)))
        held += len(other)
        if held > most:
            rest = [_added(rest)]
            held = len(rest[0])
            most = 2 * held + ADDED
    return pd.concat([*kept, _added(rest)], ignore_index=True) if kept else shelf.rows("sources", columns=SOURCES)


ADDED = 20_000
"""Rows of sources that are held before they are added up."""


def _added(sources: list[pd.DataFrame]) -> pd.DataFrame:
    """One row for all that are called the same at one outlet, under an id that is nobody's."""
    same = ["article_id", "name", "affiliation", "role", *KINDS]
    found = pd.concat(sources, ignore_index=True).groupby(same, dropna=False, sort=False, as_index=False)
    sums = found.agg({"source_id": "first", "n_words": "sum", "n_quotations": "sum"})
    return sums.assign(source_id="~" + sums["source_id"].str.lstrip("~"))[list(sources[0])]


def of_articles(
    shelf: Shelf, heads: pd.DataFrame, ids: Collection[str], but: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """All there is on some articles and their events, `but` for some frames."""
    events = set(heads.loc[heads["article_id"].isin(ids), "event_id"].dropna())
    found = {}
    for name in shelf.names():
        if name in (*but, "raw", "rejected", "removed"):
            continue
        keys = [key for key in ("article_id", "event_id", "scope") if key in shelf.columns(name)]
        values = ids if keys[:1] == ["article_id"] else events
        found[name] = shelf.among(name, keys[0], values) if keys else shelf.rows(name)
    return found


def with_others(mine: pd.DataFrame, heads: pd.DataFrame) -> pd.DataFrame:
    """Articles, and without their texts those they repeat and one of every outlet, which charts tell outlets apart by."""
    named = pd.concat([mine["duplicate_of"], mine["version_of"]]).dropna()
    others = heads[heads["article_id"].isin(named) | ~heads["outlet"].duplicated()]
    others = others[~others["article_id"].isin(mine["article_id"])]
    return pd.concat([mine, schema.conform(others, "articles")], ignore_index=True)
