"""Charts of coverage itself: when each outlet published, which events it shares with others, what is wire copy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from framing.charts import tables
from framing.charts.quoted import cell, number_size
from framing.charts.tables import Frames, NothingToDraw, count
from framing.charts.theme import Caption, Sheet
from framing.loading.dates import whole_days

BINS = 40
PLACES = 2_000
"""Places along the time axis that marks are told apart by: finer than a printed figure shows."""
_dates: Any = dates  # untyped in matplotlib


def timeline_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """When each article was published, and whether it is wire copy."""
    table = tables.articles(frames, event)
    undated = int(table["published_at"].isna().sum())
    table = table[table["published_at"].notna()]
    if table.empty:
        raise NothingToDraw(
            f"No date is known for {'this article' if undated == 1 else f'any of the {undated} articles'}: there is no timeline."
        )
    wire = table["wire"].notna() | table["duplicate_of"].notna()
    done = table[["outlet", "published_at", "event_id", "article_id", "title"]].assign(wire=wire, undated=undated)
    return tables.in_order(done.sort_values(["published_at", "article_id"], kind="stable"), frames)


def draw_timeline(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Top row: articles per period; below it one row per outlet, a mark per article."""
    ax, look = page.ax, page.look
    when = np.asarray(_dates.date2num(table["published_at"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()))
    low, high = float(when.min()), float(when.max())
    span = max(high - low, 1 / 24)
    edges = np.linspace(low, low + span, BINS + 1)
    volume, _ = np.histogram(when, edges)
    tall = 1.7
    ax.bar(
        edges[:-1],
        -tall * volume / max(volume.max(), 1),
        width=np.diff(edges) * 0.9,
        align="edge",
        bottom=0.2,
        color=look.neutral,
        lw=0,
    )
    outlets = list(dict.fromkeys(table["outlet"]))
    for k, outlet in enumerate(outlets):
        y = k + 1.0
        mine = (table["outlet"] == outlet).to_numpy()
        colour = page.colour(outlet)
        ax.axhline(y, color=look.grid, lw=0.6, zorder=0)
        for wire in (False, True):
            marks = _apart(when[mine & (table["wire"].to_numpy() == wire)], span)
            ax.plot(
                marks,
                np.full(len(marks), y),
                marker="o",
                ls="",
                ms=page.points * 0.55,
                color=colour,
                mfc=look.background if wire else colour,
                mew=1.1,
                alpha=0.9,
                zorder=3,
                clip_on=False,
            )
    labels = [
        page.label("all outlets", after=f"n={len(table)}"),
        *(page.label(o, share=0.36, after=f"n={int((table['outlet'] == o).sum())}") for o in outlets),
    ]
    page.rows(labels, bold=[0], at=[-0.4, *(k + 1.0 for k in range(len(outlets)))])
    ax.set_ylim(len(outlets) + 0.6, -tall - 0.1)
    ax.set_xlim(low - 0.03 * span, low + 1.03 * span)
    locator = _dates.AutoDateLocator(minticks=2, maxticks=4 if page.room.inches < 5 else 7)
    ax.xaxis.set_major_locator(locator)
    levels = ["%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M", "%S"]
    ax.xaxis.set_major_formatter(
        _dates.ConciseDateFormatter(
            locator, formats=levels, zero_formats=["", "%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M"], show_offset=False
        )
    )
    drawn = frames["articles"][frames["articles"]["article_id"].isin(table["article_id"])]
    days = bool(whole_days(drawn).all())
    form = "%Y-%m-%d" if days else "%Y-%m-%d %H:%M"
    first, last = (t.strftime(form) for t in (table["published_at"].min(), table["published_at"].max()))
    ax.set_xlabel(f"{first} to {last} UTC")
    undated = int(table["undated"].iloc[0])
    starts = table.groupby("outlet", sort=False)["published_at"].min()
    bar = _period(span / BINS)
    return Caption(
        "When each outlet published",
        f"A mark is one article. Bars: all articles per {bar}, at most {int(volume.max())}.",
        [
            tables.n_note(frames, event),
            "No intervals: times as published."
            + (f" {count(undated, 'article')} without a date not drawn." if undated else ""),
        ],
        f"Timeline of {count(len(table), 'article')} at {count(len(outlets), 'outlet')} from {first} to {last} UTC; first: {starts.idxmin()}.",
        0.26 * (len(outlets) + tall + 0.8),
        [
            Line2D([], [], marker="o", ls="", color=look.ink, ms=page.points * 0.6, label="own article"),
            Line2D(
                [],
                [],
                marker="o",
                ls="",
                color=look.ink,
                mfc=look.background,
                ms=page.points * 0.6,
                label="wire copy or reprint",
            ),
        ],
    )


def _apart(when: np.ndarray, span: float) -> np.ndarray:
    """Times of which no two would be drawn at the same place: thousands of marks on one another only make a file large."""
    _, first = np.unique(np.floor(when / span * PLACES), return_index=True)
    return when[np.sort(first)]


def _period(days: float) -> str:
    if days >= 1.5:
        return f"{days:.0f} days"
    return f"{days * 24:.0f} hours" if days * 24 >= 1.5 else f"{max(days * 1440, 1):.0f} minutes"


# --- co-coverage -----------------------------------------------------------------------------------


def cocoverage_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Events that two outlets both covered, for every pair; an outlet with itself: events it covered."""
    table = tables.articles(frames, event)
    cells = table[table["event_id"].notna()][["event_id", "outlet"]].drop_duplicates()
    if cells.empty:
        raise NothingToDraw("No article belongs to an event.")
    pairs = cells.merge(cells, on="event_id", suffixes=("", "_with"))
    names = tables.outlets(frames) if event is None else sorted(set(cells["outlet"]), key=tables.outlets(frames).index)
    if len(names) < 2:
        raise NothingToDraw("All articles are from one outlet: there are no pairs of outlets.")
    grid = pd.MultiIndex.from_product([names, names], names=["outlet", "outlet_with"])
    return pairs.groupby(["outlet", "outlet_with"]).size().reindex(grid, fill_value=0).rename("events").reset_index()


def draw_cocoverage(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Outlets by outlets; the number of events both covered."""
    names = list(dict.fromkeys(table["outlet"]))
    at = {n: k for k, n in enumerate(names)}
    off = table[table["outlet"] != table["outlet_with"]]
    top = max(float(table["events"].max()), 1.0)
    size = number_size(page, len(names))
    for row in tables.records(table):
        x, y = at[row["outlet_with"]], at[row["outlet"]]
        if x <= y:  # the other half says the same
            cell(page, x, y, float(row["events"]) or None, top, "count", size)
    page.rows([page.label(n, share=0.32) for n in names])
    page.columns(names)
    none = int((off["events"] == 0).sum() // 2)
    return Caption(
        "Which outlets can be compared",
        "Events covered by both outlets; on the diagonal, events an outlet covered. Only shared events tell outlets apart.",
        [
            tables.n_note(frames, event),
            f"{count(none, 'pair')} of outlets without a shared event."
            if none
            else "Every pair of outlets shares an event.",
            "No intervals: counts.",
        ],
        f"Matrix of shared events of {count(len(names), 'outlet')}; {count(none, 'pair')} share none; at most {int(off['events'].max()) if len(off) else 0} shared.",
        0.24 * len(names) + 0.15,
    )


# --- syndication -----------------------------------------------------------------------------------

ORIGINS = ("own", "wire", "reprint")


def syndication_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Articles that are own text, agency copy, or reprints of another article in the corpus, per outlet."""
    table = tables.articles(frames, event)
    if len(table) < 2:
        raise NothingToDraw("There is one article: there is nothing it could be a reprint of.")
    kind = (
        pd.Series("own", index=table.index)
        .mask(table["wire"].notna(), "wire")
        .mask(table["duplicate_of"].notna(), "reprint")
    )
    sums = (
        table.assign(kind=kind)
        .groupby(["outlet", "kind"])
        .agg(n_articles=("article_id", "size"), n_words=("n_words", "sum"))
        .reset_index()
    )
    sums["share"] = sums["n_articles"] / sums.groupby("outlet")["n_articles"].transform("sum")
    return tables.in_order(sums, frames)


def draw_syndication(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: outlets; bars of own text, wire copy and reprints."""
    ax, look = page.ax, page.look
    colours = dict(zip(ORIGINS, (look.accent, look.neutral, look.second), strict=True))
    names = list(dict.fromkeys(table["outlet"]))
    for y, name in enumerate(names):
        left = 0.0
        mine = table[table["outlet"] == name].set_index("kind")
        for kind in ORIGINS:
            if kind in mine.index:
                ax.barh(
                    y,
                    mine.at[kind, "share"],
                    left=left,
                    height=0.66,
                    color=colours[kind],
                    hatch="////" if kind == "reprint" else None,
                    edgecolor=look.background,
                    lw=0.6,
                )
                left += float(mine.at[kind, "share"])
    sizes = table.groupby("outlet")["n_articles"].sum()
    page.rows([page.label(n, share=0.36, after=f"n={int(sizes[n])}") for n in names])
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:.0%}".replace("%", " %"))
    whole = table.groupby("kind")["n_articles"].sum() / table["n_articles"].sum()
    return Caption(
        "Own text, wire copy, reprints",
        "Share of each outlet's articles. Wire: an agency is named. Reprint: mostly the same text as another article here.",
        [tables.n_note(frames, event, "n at an outlet = articles"), "No intervals: counts."],
        "Stacked bars of the origin of articles; over all: "
        + ", ".join(f"{k} {v:.0%}" for k, v in whole.items())
        + ".",
        0.26 * len(names) + 0.2,
        [
            Patch(facecolor=colours[k], edgecolor=look.background, hatch="////" if k == "reprint" else None, label=k)
            for k in ORIGINS
            if k in whole.index
        ],
    )
