"""Charts of sources: what kinds speak at each outlet, and which source speaks where."""

from __future__ import annotations

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from framing import schema
from framing.charts import tables
from framing.charts.tables import Frames, NothingToDraw, count
from framing.charts.theme import Caption, Sheet, plain

MOST_SOURCES = 30
FEW_OUTLETS = 8


def shares(
    page: Sheet, table: pd.DataFrame, column: str, names: dict[str, str], *, after: dict[str, str] | None = None
) -> float:
    """Draw shares: a dot per outlet on the row of each category, or a matrix when outlets are many.

    Returns
    -------
    float
        Height of the drawing area at 10-point text, in inches.
    """
    outlets = list(dict.fromkeys(table["outlet"]))
    order = list(dict.fromkeys(table[column]))
    if len(outlets) > FEW_OUTLETS:
        return _matrix(page, table, column, order, outlets, names, after or {})
    ax, look = page.ax, page.look
    spread = min(0.11, 0.62 / max(len(outlets), 1))
    for y, code in enumerate(order):
        ax.axhline(y, color=look.grid, lw=0.6, zorder=0)
        for k, outlet in enumerate(outlets):
            row = table[(table[column] == code) & (table["outlet"] == outlet)]
            if row.empty or pd.isna(row["value"].iloc[0]):
                continue
            first = row.iloc[0]
            at = y + (k - (len(outlets) - 1) / 2) * spread
            if pd.notna(first.get("low")) and pd.notna(first.get("high")):
                ax.plot([first["low"], first["high"]], [at, at], color=page.colour(outlet), lw=1.1, alpha=0.7, zorder=2)
            ax.plot(
                [first["value"]],
                [at],
                marker=page.marker(outlet),
                ls="",
                ms=page.points * 0.6,
                mec=look.background,
                mew=0.5,
                color=page.colour(outlet),
                zorder=3,
                clip_on=False,
            )
    page.rows([page.label(names.get(c, c)) for c in order])
    ax.set_xlim(0, min(1.0, 1.06 * max(float(table["high"].fillna(0.0).max()), float(table["value"].max()), 0.05)))
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:.0%}".replace("%", " %"))
    ax.grid(axis="x", color=look.grid, lw=0.5)
    return 0.2 + len(order) * max(0.24, 0.12 * len(outlets) * 0.8)


def _matrix(
    page: Sheet,
    table: pd.DataFrame,
    column: str,
    order: list[str],
    outlets: list[str],
    names: dict[str, str],
    after: dict[str, str],
) -> float:
    """Outlets as rows, categories as columns, shares as shade and number."""
    ax = page.ax
    wide = table.pivot_table(index="outlet", columns=column, values="value", aggfunc="first").reindex(
        index=outlets, columns=order
    )
    top = max(float(table["value"].max()), 0.01)
    shares_of = wide.to_numpy(dtype="float64")
    for y in range(len(outlets)):
        for x in range(len(order)):
            cell(page, x, y, float(shares_of[y, x]), top)
    page.rows([page.label(o, share=0.36, after=after.get(o, "")) for o in outlets])
    ax.set_ylim(len(outlets) - 0.4, -0.6)
    name_columns(page, [names.get(c, c) for c in order])
    ax.spines["bottom"].set_visible(False)
    return 0.24 * len(outlets) + 0.2


def cell(
    page: Sheet,
    x: float,
    y: float,
    value: float | None,
    top: float,
    form: str = "percent",
    size: float | None = None,
    shade: tuple[float, float] = (0.08, 0.72),
) -> None:
    """One cell of a matrix: shade by value, the number in it; a point where nothing was found. Size 0: no number."""
    size = page.points * 0.8 if size is None else size
    if value is None or pd.isna(value):
        if size:
            page.ax.text(x, y, "·", ha="center", va="center", size=page.points, color=page.look.soft)
        return
    depth = shade[0] + shade[1] * min(float(value) / top, 1.0) if value else 0.0
    page.ax.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=page.look.accent, alpha=depth, lw=0))
    if size:
        text = f"{100 * value:.0f}" if form == "percent" else f"{value:.0f}"
        colour = page.look.on if depth > 0.5 else page.look.ink
        page.ax.text(x, y, text, ha="center", va="center", size=size, color=colour)


def number_size(page: Sheet, columns: int) -> float:
    """Size of the numbers in a matrix of so many columns; 0 where they would not be legible."""
    room = page.room.inches * 0.56 * 72 / max(columns, 1)
    return 0.0 if room < 0.95 * page.points else min(page.points * 0.8, room * 0.45)


def name_columns(page: Sheet, names: list[str]) -> None:
    """Name the columns of a matrix: lying, on up to three lines, while there is room, else upright."""
    share = 0.56 / max(len(names), 1)
    if share * page.room.inches * 72 > 6.5 * page.points:
        page.columns([page.label(n, share=share, lines=3) for n in names])
    else:
        page.columns([page.label(n, share=max(0.2, 1.2 / page.room.inches)) for n in names], upright=True)


def outlet_key(page: Sheet, names: list[str], after: dict[str, str] | None = None) -> list[Line2D]:
    """Key of the outlets' colours and markers."""
    if len(names) > FEW_OUTLETS:
        return []
    tail = {k: f"  {v}" for k, v in (after or {}).items()}
    return [
        Line2D(
            [],
            [],
            marker=page.marker(n),
            ls="",
            color=page.colour(n),
            ms=page.points * 0.65,
            label=plain(n) + tail.get(n, ""),
        )
        for n in names
    ]


# --- kinds of sources ------------------------------------------------------------------------------


def kinds_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Share of attributed words by kind of actor, per outlet."""
    sources = tables.need(frames, "sources", "No source was found in these articles.")
    where = tables.articles(frames, event)[["article_id", "outlet"]]
    sources = sources.merge(where, on="article_id")
    if sources.empty:
        raise NothingToDraw("No source was found in these articles.")
    table = tables.levels(frames, "source_actor", event=event)
    table["actor"] = table["measure"].str.partition(".")[2]
    words = sources.groupby("outlet")["n_words"].sum()
    quotations = sources.groupby("outlet")["n_quotations"].sum()
    table["words"] = table["outlet"].map(words).astype("Int64")
    table["quotations"] = table["outlet"].map(quotations).astype("Int64")
    weight = (table["value"].fillna(0.0) * table["words"].astype("float64").fillna(0.0)).groupby(table["actor"]).sum()
    order = {code: k for k, code in enumerate(weight.sort_values(ascending=False, kind="stable").index)}
    table = table.assign(_order=table["actor"].map(order))
    return tables.in_order(table, frames, "_order").drop(columns="_order")


def draw_kinds(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: kinds of actor; a dot per outlet, or a matrix when outlets are many."""
    names = {code: code.replace("_", " ").replace(" or ", " / ") for code in schema.ACTORS}
    sizes = {
        str(o): f"n={int(n or 0):,}"
        for o, n in table.drop_duplicates("outlet")[["outlet", "words"]].itertuples(index=False)
    }
    height = shares(page, table, "actor", names, after=sizes)
    outlets = list(dict.fromkeys(table["outlet"]))
    matrix = len(outlets) > FEW_OUTLETS
    first = table.groupby("actor", sort=False)["value"].mean().sort_values(ascending=False).head(4)
    return Caption(
        "What kinds of sources speak",
        "Share of attributed words by kind of source" + (", in per cent; a point: none found." if matrix else "."),
        [tables.n_note(frames, event, "n at an outlet = attributed words"), tables.interval_note(table)],
        f"Share of attributed words by kind of source in {count(len(outlets), 'outlet')}; on average "
        + ", ".join(f"{names.get(str(a), str(a))} {v:.0%}" for a, v in first.items())
        + ".",
        height,
        outlet_key(page, outlets, sizes),
    )


# --- sources x outlets -----------------------------------------------------------------------------


def matrix_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Words given to each source by each outlet; sources of one event, or the most quoted ones of all events."""
    sources = tables.need(frames, "sources", "No source was found in these articles.")
    table = sources.merge(tables.articles(frames, event)[["article_id", "outlet"]], on="article_id")
    if table.empty:
        raise NothingToDraw("No source was found in these articles.")
    # a source_id belongs to one event; over all events the canonical name and kind of actor stand for the source
    key = ["source_id"] if event is not None else ["name", "actor"]
    table = table.assign(
        name=table["name"].astype("object").where(table["name"].notna(), "unnamed source"),
        actor=table["actor"].astype("object").where(table["actor"].notna(), "unknown"),
    )
    table["key"] = table[key].astype(str).agg("\x1f".join, axis=1)
    sums = (
        table.groupby(["key", "name", "actor", "outlet"], sort=True)
        .agg(words=("n_words", "sum"), quotations=("n_quotations", "sum"))
        .reset_index()
    )
    total = sums.groupby("key")["words"].transform("sum")
    spread = sums.groupby("key")["outlet"].transform("nunique")
    sums = sums.assign(_total=total, _spread=spread).sort_values(
        ["_spread", "_total", "name", "key"], ascending=[False, False, True, True], kind="stable"
    )
    rank = {key: k for k, key in enumerate(dict.fromkeys(sums["key"]))}
    sums["rank"] = sums["key"].map(rank) + 1
    return tables.in_order(sums.drop(columns=["_total", "_spread", "key"]), frames, "rank")


def draw_matrix(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: sources, those at most outlets first; columns: outlets; words as shade and number."""
    ax = page.ax
    shown = table[table["rank"] <= MOST_SOURCES]
    names = shown.drop_duplicates("rank").set_index("rank")["name"]
    outlets = [o for o in page.outlets if o in set(tables.articles(frames, event)["outlet"])]
    column = {o: x for x, o in enumerate(outlets)}
    top = max(float(shown["words"].max()), 1.0)
    filled = {(int(r["rank"]) - 1, column[r["outlet"]]): float(r["words"]) for r in tables.records(shown)}
    size = number_size(page, len(outlets))
    for y in range(len(names)):
        for x in range(len(outlets)):
            cell(page, x, y, filled.get((y, x)), top, "count", size)
    page.rows([page.label(n, share=0.32) for n in names])
    name_columns(page, outlets)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.spines["bottom"].set_visible(False)
    more = int(table["rank"].max()) - len(names)
    shared = int((table.groupby("rank")["outlet"].nunique() > 1).sum())
    return Caption(
        "Who speaks where",
        "Words given to each source by each outlet. "
        + ("A point" if size else "White")
        + ": not found in this outlet's text.",
        [
            tables.n_note(
                frames, event, f"{count(int(table['rank'].max()), 'source')}, {shared} at more than one outlet"
            ),
            *([f"{count(more, 'more source')} in the data beside this figure."] if more > 0 else []),
            "A source not found may be absent or missed by the matcher.",
        ],
        f"Matrix of {len(names)} sources by {len(outlets)} outlets; the widest-quoted is {plain(names.iloc[0])}, found at {count(int((table['rank'] == 1).sum()), 'outlet')}.",
        0.24 * len(names) + 0.15,
    )
