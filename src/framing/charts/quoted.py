"""Charts of sources: what kinds speak at each outlet, and which source speaks where."""

from __future__ import annotations

import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from framing import schema
from framing.charts import tables
from framing.charts.tables import Frames, NothingToDraw, count
from framing.charts.theme import Caption, Sheet, contrast, inches, plain
from framing.sources import nouns

MOST_SOURCES = 30
FEW_OUTLETS = 8
LAST = ("other", "unknown")  # categories that say little stand last


def shares(
    page: Sheet, table: pd.DataFrame, column: str, names: dict[str, str], *, after: dict[str, str] | None = None
) -> float:
    """Draw shares: a column of bars per outlet, or a matrix of numbers when outlets are many.

    Returns
    -------
    float
        Height of the drawing area at 10-point text, in inches.
    """
    outlets = list(dict.fromkeys(table["outlet"]))
    found = list(dict.fromkeys(table[column]))
    order = [c for c in found if c not in LAST] + [c for c in found if c in LAST]
    if not in_bars(page, len(outlets)):
        return _matrix(page, table, column, order, outlets, names, after or {})
    top = max(float(table["high"].fillna(0.0).max()), float(table["value"].max()), 0.01)
    column_wide = 0.62 * page.room.inches / len(outlets)
    longest = min(0.66, 0.94 - (inches("<88", page.points * 0.85) + 0.03) / column_wide)  # its number fits behind it
    for x, outlet in enumerate(outlets):
        page.ax.axvline(x - 0.46, color=page.look.grid, lw=0.8, zorder=0)
        rows = {row[column]: row for row in tables.records(table[table["outlet"] == outlet])}
        for y, code in enumerate(order):
            _bar(page, rows.get(code), x - 0.46, y, longest / top, page.colour(outlet))
    page.rows([page.label(names.get(c, c)) for c in order])
    page.columns(outlets, [(after or {}).get(o, "") for o in outlets], left=True)
    return 0.25 * len(order) + 0.1


def in_bars(page: Sheet, n_outlets: int) -> bool:
    """Whether there is room for a column of bars per outlet."""
    return n_outlets <= FEW_OUTLETS and n_outlets * 4.4 * page.points / 72 < 0.62 * page.room.inches


def _bar(page: Sheet, row: dict[str, object] | None, left: float, y: float, scale: float, colour: str) -> None:
    """One share: a bar with its interval and its number; a point where nothing was found."""
    ax, look = page.ax, page.look
    value = None if row is None else row["value"]
    if row is None or not isinstance(value, (int, float)):
        ax.text(left + 0.02, y, "·", ha="left", va="center", size=page.points, color=look.soft)
        return
    end = value
    ax.barh(y, value * scale, left=left, height=0.62, color=colour, lw=0)
    low, high = row.get("low"), row.get("high")
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        ax.plot(
            [left + max(low, 0.0) * scale, left + high * scale], [y, y], color=look.ink, lw=0.9, solid_capstyle="butt"
        )
        end = max(value, high)
    ax.text(
        left + end * scale + 0.025,
        y,
        per_cent(value),
        ha="left",
        va="center",
        size=page.points * 0.85,
        color=look.ink,
    )


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
    wide = table.pivot_table(index="outlet", columns=column, values="value", aggfunc="first").reindex(
        index=outlets, columns=order
    )
    top = max(float(table["value"].max()), 0.01)
    shares_of = wide.to_numpy(dtype="float64")
    for y in range(len(outlets)):
        for x in range(len(order)):
            cell(page, x, y, float(shares_of[y, x]), top)
    page.rows([page.label(o, share=0.36, after=after.get(o, "")) for o in outlets])
    page.columns([names.get(c, c) for c in order])
    return 0.24 * len(outlets) + 0.2


def per_cent(share: float) -> str:
    """Write a share in whole per cent; one that is small but not nothing is not written as nothing."""
    return "<1" if 0 < share < 0.005 else f"{100 * share:.0f}"


def share_note(page: Sheet, table: pd.DataFrame) -> str:
    """Say what the bars or cells are, and whether intervals are drawn."""
    note = tables.interval_note(table)
    if in_bars(page, table["outlet"].nunique()) or not note.startswith("Bars: "):
        return note.replace("Bars: ", "Lines: ")
    return note.replace("Bars: ", "Intervals are in the data beside this figure: ")


def cell(
    page: Sheet,
    x: float,
    y: float,
    value: float | None,
    top: float,
    form: str = "percent",
    size: float | None = None,
    shade: tuple[float, float] = (0.08, 0.84),
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
        text = per_cent(float(value)) if form == "percent" else f"{value:.0f}"
        colour = readable(page, depth)
        page.ax.text(x, y, text, ha="center", va="center", size=size, color=colour)


def readable(page: Sheet, depth: float) -> str:
    """Colour of text, light or dark, that stands out more from a cell of this depth."""
    look = page.look
    under = tuple(
        depth * a + (1 - depth) * b for a, b in zip(to_rgb(look.accent), to_rgb(look.background), strict=True)
    )
    return max((look.on, look.ink), key=lambda colour: contrast(to_rgb(colour), under))


def number_size(page: Sheet, columns: int) -> float:
    """Size of the numbers in a matrix of so many columns; 0 where they would not be legible."""
    room = page.room.inches * 0.56 * 72 / max(columns, 1)
    return 0.0 if room < 0.95 * page.points else min(page.points * 0.8, room * 0.45)


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
    of_kind = sources.groupby(["outlet", "actor"], observed=True)["n_words"].sum()
    keys = table[["outlet", "actor"]].itertuples(index=False, name=None)
    table["words_of_kind"] = pd.Series([of_kind.get(key, 0) for key in keys], index=table.index, dtype="Int64")
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
    found = (table["value"] > 0) | (table["words_of_kind"] > 0)  # held equal over events a kind that speaks may have 0
    shown = table.assign(value=table["value"].where(found))
    height = shares(page, shown, "actor", names, after=sizes)
    outlets = list(dict.fromkeys(table["outlet"]))
    first = table.groupby("actor", sort=False)["value"].mean().sort_values(ascending=False).head(4)
    return Caption(
        "What kinds of sources speak",
        "Share of attributed words by kind of source, in per cent; a point: none found.",
        [
            tables.n_note(frames, event, "n at an outlet = attributed words"),
            share_note(page, table),
            *tables.adjusted_note(table, event),
        ],
        f"Share of attributed words by kind of source in {count(len(outlets), 'outlet')}; on average "
        + ", ".join(f"{names.get(str(a), str(a))} {v:.0%}" for a, v in first.items())
        + ".",
        height,
    )


# --- sources x outlets -----------------------------------------------------------------------------


def matrix_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Words given to each source by each outlet; sources of one event, or the most quoted ones of all events."""
    sources = tables.need(frames, "sources", "No source was found in these articles.")
    table = sources.merge(tables.articles(frames, event)[["article_id", "outlet"]], on="article_id")
    if table.empty:
        raise NothingToDraw("No source was found in these articles.")
    # a source_id belongs to one event; over all events the canonical name stands for the source
    table = table.assign(
        name=table["name"].astype("object").where(table["name"].notna(), "unnamed source"),
        actor=table["actor"].astype("object").where(table["actor"].notna(), "unknown"),
    )
    if event is None:
        table["name"] = table["name"].map(across_events(table))
    table["key"] = table["source_id"] if event is not None else table["name"]
    actors = table.groupby(["key", "actor"])["n_words"].sum().reset_index()
    actors = actors.sort_values(["n_words", "actor"], ascending=[False, True], kind="stable").drop_duplicates("key")
    table = table.drop(columns="actor").merge(actors[["key", "actor"]], on="key")
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


def across_events(sources: pd.DataFrame) -> dict[str, str]:
    """Name each source goes by where events are put together, by its name in one event.

    Spellings that differ in capitals are one, the commonest. A surname alone is the person of that surname who has four
    fifths of the words of all who bear it with a first name: in an event whose texts never say it, nothing else can tell.
    """
    words = sources.groupby("name")["n_words"].sum().sort_values(ascending=False, kind="stable")
    shown: dict[str, str] = {}
    for name in words.index:
        shown.setdefault(name.casefold(), name)
    common = nouns.heads("collective") | nouns.heads("role") | nouns.heads("organisation")
    bearers: dict[str, dict[str, int]] = {}
    for name in set(sources["name"][sources["level"] == "person"]):
        parts = name.split()
        if 2 <= len(parts) <= 3 and all(p[:1].isupper() for p in parts) and parts[-1].lower() not in common:
            bearers.setdefault(parts[-1].casefold(), {})[shown[name.casefold()]] = int(words[name])
    out = {}
    for name in words.index:
        full = shown[name.casefold()]
        known = bearers.get(name.casefold(), {})
        first = max(sorted(known), key=lambda n: known[n], default=None)
        out[name] = first if first is not None and known[first] >= 0.8 * sum(known.values()) else full
    return out


def draw_matrix(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: sources, those at most outlets first; columns: outlets; words as shade and number."""
    shown = table[table["rank"] <= MOST_SOURCES]
    names = shown.drop_duplicates("rank").set_index("rank")["name"]
    outlets = [o for o in page.shown if o in set(tables.articles(frames, event)["outlet"])]
    column = {o: x for x, o in enumerate(outlets)}
    top = max(float(shown["words"].max()), 1.0)
    place = {rank: y for y, rank in enumerate(names.index)}
    filled = {(place[r["rank"]], column[r["outlet"]]): float(r["words"]) for r in tables.records(shown)}
    size = number_size(page, len(outlets))
    for y in range(len(names)):
        for x in range(len(outlets)):
            cell(page, x, y, filled.get((y, x)), top, "count", size)
    rows = shown.drop_duplicates("rank")
    twice = rows["name"].duplicated(keep=False)  # one name, two sources of the event: not taken for one
    kinds = rows["actor"].str.replace("_", " ").where(twice, "")
    page.rows(
        [page.label(n, share=0.32, after=f"({k})" if k else "") for n, k in zip(rows["name"], kinds, strict=True)]
    )
    page.columns(outlets)
    more = table["rank"].nunique() - len(names)
    shared = int((table.groupby("rank")["outlet"].nunique() > 1).sum())
    return Caption(
        "Who speaks where",
        "Words given to each source by each outlet. "
        + ("A point" if size else "White")
        + ": no words of it found in this outlet's text.",
        [
            tables.n_note(
                frames, event, f"{count(int(table['rank'].max()), 'source')}, {shared} at more than one outlet"
            ),
            *([f"{count(more, 'more source')} in the data beside this figure."] if more > 0 else []),
            "A source without words may be named all the same, be absent, or be missed by the matcher. No intervals: counts.",
        ],
        f"Matrix of {len(names)} sources by {len(outlets)} outlets; the widest-quoted is {plain(names.iloc[0])}, found at {count(int((table['rank'] == 1).sum()), 'outlet')}.",
        0.24 * len(names) + 0.15,
    )
