"""From frames to the small tables that charts draw.

Numbers come from `comparisons`; where it has none, from the measures themselves, averaged to outlet x event and then over
events, without intervals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from framing import schema
from framing.charts.theme import UNKNOWN_OUTLET
from framing.targets import worded

Frames = Mapping[str, pd.DataFrame]
DESCRIBED = "mean of event means, no interval"
"""Method of levels that no comparison gave."""
LEVEL_COLUMNS = (
    "measure",
    "target",
    "voice",
    "outlet",
    "value",
    "low",
    "high",
    "level",
    "method",
    "corrected",
    "n_articles",
    "n_events",
    "n_storylines",
)


class NothingToDraw(Exception):
    """There is nothing to draw; the message says why, for the reader of the figure."""


def frame(frames: Frames, name: str) -> pd.DataFrame:
    """A frame, empty if it is not there."""
    found = frames.get(name)
    if found is not None:
        return found
    return schema.empty(name) if name in schema.FRAMES else pd.DataFrame()


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as mappings, nulls as None."""
    whole = table.astype("object").where(table.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in whole.to_dict("records")]


def need(frames: Frames, name: str, why: str) -> pd.DataFrame:
    """A frame that must have rows.

    Raises
    ------
    NothingToDraw
        With `why` if it has none.
    """
    found = frame(frames, name)
    if found.empty:
        raise NothingToDraw(why)
    return found


def articles(frames: Frames, event: str | None = None) -> pd.DataFrame:
    """The articles (of one event), outlet filled in where it is not known."""
    table = need(frames, "articles", "There are no articles.")
    if event is not None:
        table = table[(table["event_id"] == event).fillna(False).astype(bool)]
        if table.empty:
            raise NothingToDraw(f"No article belongs to event {event}.")
    return table.assign(outlet=table["outlet"].astype("object").where(table["outlet"].notna(), UNKNOWN_OUTLET))


def outlets(frames: Frames) -> list[str]:
    """Every outlet of the frames in alphabetical order: never an order of values, which would read as a ranking."""
    names = frame(frames, "articles")["outlet"]
    found = {str(n) for n in names.dropna()} | ({UNKNOWN_OUTLET} if names.isna().any() else set())
    return sorted(found, key=lambda n: (n == UNKNOWN_OUTLET, n.casefold(), n))


def in_order(table: pd.DataFrame, frames: Frames, *first: str) -> pd.DataFrame:
    """Rows by the columns `first`, then by outlet in its fixed order."""
    rank = {name: k for k, name in enumerate(outlets(frames))}
    table = table.assign(_rank=table["outlet"].map(rank).fillna(len(rank)))
    return table.sort_values([*first, "_rank"], kind="stable").drop(columns="_rank").reset_index(drop=True)


def levels(frames: Frames, measure: str, *, event: str | None = None, target: str | None = None) -> pd.DataFrame:
    """Level of a measure, and of its members (``frame`` -> ``frame.conflict``), per outlet.

    Parameters
    ----------
    frames
        comparisons, or what the measure needs.
    measure
        Name of the measure.
    event
        Only this event; None compares over all events.
    target
        Only this target.

    Returns
    -------
    DataFrame
        Columns `LEVEL_COLUMNS`; low and high are null where no interval is given.

    Raises
    ------
    NothingToDraw
        If nothing was measured.
    """
    table = _from_comparisons(frames, measure, event)
    if table.empty:
        table = _described(frames, measure, event)
    if target is not None:
        table = table[(table["target"] == target).fillna(False).astype(bool)]
    if table.empty or table["value"].isna().all():
        about = f" toward {worded(target)}" if target else ""
        raise NothingToDraw(f"{measure.replace('_', ' ')}{about} was not measured in these articles.")
    return in_order(table[list(LEVEL_COLUMNS)], frames, "measure", "target", "voice")


def _from_comparisons(frames: Frames, measure: str, event: str | None) -> pd.DataFrame:
    table = frame(frames, "comparisons")
    name = table["measure"].astype("object")
    mine = (name == measure) | name.str.startswith(measure + ".").fillna(False)
    where = (table["scope"] == "corpus") if event is None else (table["event_id"] == event)
    table = table[(mine & where.fillna(False) & table["reference"].isna()).astype(bool)]
    if (table["wire"] == "with").any():
        table = table[(table["wire"] != "without").fillna(True).astype(bool)]
    if table["genre"].nunique() > 1:
        table = table[(table["genre"] == table["genre"].value_counts().index[0]).fillna(False).astype(bool)]
    return table.drop_duplicates(["measure", "target", "voice", "outlet"])


def compared(frames: Frames, some: pd.DataFrame) -> pd.DataFrame:
    """Articles of the genre compared; all of them where all genres are pooled, or nothing was compared."""
    genres = frame(frames, "comparisons")["genre"].dropna()
    chosen = str(genres.value_counts().index[0]) if len(genres) else "all"
    genre = some["genre"].astype("object")
    return some if chosen == "all" else some[genre.where(genre.notna(), "news") == chosen]


def values(frames: Frames, measure: str) -> pd.DataFrame:
    """What a measure gives, with outlet and event of each article; empty where its frames are not there."""
    from framing import measures

    definition = measures.describe(measure)
    if any(frame(frames, n).empty for n in definition.needs if n in schema.FRAMES):
        return pd.DataFrame(
            columns=["outlet", "event_id", "measure", "target", "voice", "value", "weight", "article_id"]
        )
    found, _ = measures.compute(frames, [measure])
    places = articles(frames)[["article_id", "outlet", "event_id"]]
    found = found.merge(places, on="article_id", how="left", suffixes=("", "_article"))
    for column in ("outlet", "event_id"):
        found[column] = found[column].astype("object").where(found[column].notna(), found.pop(f"{column}_article"))
    return found


def _of_event(frames: Frames, event: str) -> Frames:
    """Rows of the articles of one event: all that a measure needs for it."""
    ids = set(articles(frames, event)["article_id"])
    return {
        name: table[table["article_id"].isin(ids)] if "article_id" in table else table for name, table in frames.items()
    }


def _described(frames: Frames, measure: str, event: str | None) -> pd.DataFrame:
    """Mean of outlet x event means, without intervals."""
    table = values(frames if event is None else _of_event(frames, event), measure)
    if event is not None:
        table = table[(table["event_id"] == event).fillna(False).astype(bool)]
    if table.empty:
        return pd.DataFrame(columns=list(LEVEL_COLUMNS))
    text = ["measure", "target", "voice", "outlet", "event_id"]
    table = table.assign(**{c: table[c].astype("object").where(table[c].notna(), None) for c in text})
    table["product"] = table["value"] * table["weight"]
    cells = (
        table.groupby(text, dropna=False, sort=True)
        .agg(product=("product", "sum"), weight=("weight", "sum"), n=("value", "size"))
        .reset_index()
    )
    cells["value"] = cells["product"] / cells["weight"].where(cells["weight"] > 0)
    done = (
        cells.groupby(["measure", "target", "voice", "outlet"], dropna=False, sort=True)
        .agg(value=("value", "mean"), n_articles=("n", "sum"), n_events=("event_id", "nunique"))
        .reset_index()
    )
    return done.assign(
        low=np.nan,
        high=np.nan,
        level=np.nan,
        method=DESCRIBED,
        corrected=False,
        n_storylines=np.nan,
    )


# --- what is said under a chart --------------------------------------------------------------------


def count(n: int, one: str, many: str | None = None) -> str:
    """Count things in words.

    Examples
    --------
    >>> count(1, "article"), count(1200, "quotation")
    ('1 article', '1,200 quotations')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def n_note(frames: Frames, event: str | None = None, more: str = "") -> str:
    """Say how much text is behind a chart."""
    table = articles(frames, event)
    known = table["outlet"] != UNKNOWN_OUTLET
    unknown = f" ({int((~known).sum()):,} of no known outlet)" if not known.all() else ""
    parts = [count(len(table), "article") + unknown, count(table.loc[known, "outlet"].nunique(), "outlet")]
    if event is None:
        parts.append(count(table["event_id"].nunique(), "event"))
    return f"n = {', '.join(parts)}{'; ' + more if more else ''}."


def interval_note(table: pd.DataFrame) -> str:
    """Say what the bars are: the intervals' level, how many rows have one, why not all, and whether hand codes corrected."""
    shown = table[table["value"].notna()]
    have = shown["low"].notna() & shown["high"].notna()
    by_hand = shown["corrected"].fillna(False).astype(bool)
    told = (
        ""
        if not by_hand.any()
        else " Corrected by hand codes."
        if by_hand.all()
        else " Corrected by hand codes in part."
    )
    why = reasons(shown.loc[~have, "method"])
    if not have.any():
        bare = f"Intervals withheld: {why}." if why else "No intervals: these are descriptions of the texts at hand."
        return bare + told
    level = sorted({round(float(v) * 100) for v in shown.loc[have, "level"].dropna()})
    text = f"Bars: {' and '.join(f'{v}' for v in level) or '?'} % intervals"
    if not have.all():
        text += f", withheld for {count(int((~have).sum()), 'value')}" + (f" ({why})" if why else "")
    return f"{text}.{told or ' Not corrected by hand codes.'}"


def adjusted_note(table: pd.DataFrame, event: str | None) -> list[str]:
    """Say that levels over all events hold the events equal; nothing for one event, or for plain means."""
    if event is not None or (table["method"] == DESCRIBED).all():
        return []
    return [
        "Events held equal (y = event + outlet): where outlets cover different events, not the plain share or mean."
    ]


_FEW = re.compile(r"\d+ storylines?, (\d+) needed")


def reasons(methods: pd.Series) -> str:
    """Why intervals are withheld, each reason once.

    Examples
    --------
    >>> reasons(pd.Series(["withheld: 1 storylines, 10 needed", "withheld: 3 storylines, 10 needed", None, "mean"]))
    'fewer than 10 storylines'
    """
    told = [m.rpartition("withheld: ")[2] for m in methods.dropna().astype(str) if "withheld: " in m]
    return "; ".join(dict.fromkeys(_FEW.sub(r"fewer than \1 storylines", t) for t in sorted(told)))


def extremes(table: pd.DataFrame, form: str = "{:+.2f}") -> str:
    """Smallest and largest value with their outlets, for the text alternative."""
    shown = table[table["value"].notna()]
    if shown.empty:
        return "no value"
    rows = records(shown.sort_values("value", kind="stable"))
    low, high = rows[0], rows[-1]
    return f"from {form.format(low['value'])} ({low['outlet']}) to {form.format(high['value'])} ({high['outlet']})"
