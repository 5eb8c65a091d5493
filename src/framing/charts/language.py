"""Charts of language: frames, loaded language, and the words that set an outlet apart."""

from __future__ import annotations

import pandas as pd

from framing.charts import tables
from framing.charts.quoted import FEW_OUTLETS, outlet_key, shares
from framing.charts.tables import Frames, NothingToDraw, count
from framing.charts.theme import Caption, Sheet

TERMS = 48  # rows of terms in one figure


def frames_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Share of articles using each frame, per outlet."""
    table = tables.levels(frames, "frame", event=event)
    table["code"] = table["measure"].str.partition(".")[2]
    order = table.groupby("code", sort=True)["value"].mean().sort_values(ascending=False, kind="stable").index
    table = table.assign(_order=table["code"].map({c: k for k, c in enumerate(order)}))
    return tables.in_order(table, frames, "_order").drop(columns="_order")


def draw_frames(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: frames; a dot per outlet, or a matrix when outlets are many."""
    sizes = {
        str(o): f"n={int(n or 0)}"
        for o, n in table.drop_duplicates("outlet")[["outlet", "n_articles"]].fillna(0).itertuples(index=False)
    }
    height = shares(page, table, "code", {c: str(c).replace("_", " ") for c in table["code"]}, after=sizes)
    outlets = list(dict.fromkeys(table["outlet"]))
    mean = table.groupby("code", sort=False)["value"].mean()
    return Caption(
        "Frames",
        "Share of the text (articles, or their sentences) in which a frame was found"
        + (", in per cent." if len(outlets) > FEW_OUTLETS else "."),
        [tables.n_note(frames, event, "n at an outlet = articles"), tables.interval_note(table)],
        f"Share of text with each frame in {count(len(outlets), 'outlet')}; mean over outlets: "
        + ", ".join(f"{c} {v:.0%}" for c, v in mean.items())
        + ".",
        height,
        outlet_key(page, outlets, sizes),
    )


# --- loaded ----------------------------------------------------------------------------------------


def loaded_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Share of the narrator's words in loaded sentences, per outlet."""
    table = tables.levels(frames, "loaded_share", event=event)
    table = table[table["voice"] == "narrator"]
    if table["value"].notna().sum() == 0:
        raise NothingToDraw("Loaded language was not measured in these articles.")
    return tables.in_order(table, frames)


def draw_loaded(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: outlets."""
    ax, look = page.ax, page.look
    labels = []
    for y, row in enumerate(tables.records(table)):
        colour = page.colour(row["outlet"])
        ax.axhline(y, color=look.grid, lw=0.6, zorder=0)
        if row["low"] is not None and row["high"] is not None:
            ax.plot([row["low"], row["high"]], [y, y], color=colour, lw=2, alpha=0.6, solid_capstyle="butt", zorder=2)
        if row["value"] is not None:
            ax.plot([row["value"]], [y], marker="o", ls="", ms=page.points * 0.7, color=colour, zorder=3, clip_on=False)
        labels.append(page.label(row["outlet"], share=0.36, after=f"n={int(row['n_articles'] or 0)}"))
    page.rows(labels)
    top = max(float(table["value"].max()), float(table["high"].fillna(0).max()), 0.1)
    ax.set_xlim(0, min(1.0, top * 1.06))
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:.0%}".replace("%", " %"))
    return Caption(
        "Loaded language in the narrator's own words",
        "Share of the narrator's words that stand in sentences whose word choice carries a judgement; quoted words not counted.",
        [
            tables.n_note(frames, event, "n at an outlet = articles"),
            tables.interval_note(table),
            "Strong words may be the apt ones.",
        ],
        f"Dot chart of the share of loaded words in {count(len(table), 'outlet')}: {tables.extremes(table, '{:.0%}')}.",
        0.27 * len(table) + 0.2,
    )


# --- wording ---------------------------------------------------------------------------------------


def wording_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Terms each outlet uses more than the others on the same events, the farthest from zero first."""
    table = tables.need(frames, "words", "No word was frequent enough to compare outlets.")
    table = table[(table["scope"] == (event or "corpus")).fillna(False).astype(bool)]
    if "voice" in table:
        table = table[(table["voice"] != "source").fillna(True).astype(bool)]
    table = table[(table["z"] > 0).fillna(False).astype(bool)]
    if table.empty:
        raise NothingToDraw("No word sets an outlet apart here.")
    middle = (table["low"] + table["high"]) / 2
    table = table.assign(log_odds=table["log_odds"].fillna(middle) if "log_odds" in table else middle)
    table = table.sort_values(["z", "term"], ascending=[False, True], kind="stable")
    each = max(1, min(8, TERMS // max(table["outlet"].nunique(), 1)))
    table = table.assign(drawn=table.groupby("outlet").cumcount() < each)
    return tables.in_order(table, frames)


def draw_wording(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: terms under their outlet; log-odds with its interval."""
    ax, look = page.ax, page.look
    shown = table[table["drawn"]]
    labels: list[str] = []
    bold: list[int] = []
    at: list[float] = []
    y = -1.0
    single = len(shown) == shown["outlet"].nunique()
    for outlet in shown["outlet"].unique():
        mine = shown[shown["outlet"] == outlet]
        colour = page.colour(str(outlet))
        if not single:
            y += 1.15
            bold.append(len(labels))
            labels.append(page.label(outlet, share=0.4))
            at.append(y)
        for row in mine.itertuples():
            y += 1
            at.append(y)
            name = f"{row.term} — {outlet}" if single else row.term
            labels.append(page.label(name, share=0.36, after=f"n={int(row.n)}"))
            ax.axhline(y, color=look.grid, lw=0.6, zorder=0)
            if pd.notna(row.low) and pd.notna(row.high):
                ax.plot([row.low, row.high], [y, y], color=colour, lw=1.4, alpha=0.7, zorder=2)
            ax.plot(
                [row.log_odds],
                [y],
                marker=page.marker(str(outlet)),
                ls="",
                ms=page.points * 0.55,
                color=colour,
                zorder=3,
            )
    page.rows(labels, bold=bold, at=at)
    ax.axvline(0, color=look.soft, lw=0.8)
    ax.set_xlabel("log-odds against the other outlets' articles on the same events")
    top = shown.groupby("outlet", sort=False).head(3)
    told = "; ".join(f"{o}: {', '.join(g['term'])}" for o, g in top.groupby("outlet", sort=False))
    level = "95"
    return Caption(
        "Words that set an outlet apart",
        "Words and phrases of the narrator used more than by the others on the same events (Monroe, Colaresi & Quinn 2008).",
        [
            tables.n_note(frames, event, "n at a term = uses"),
            f"Bars: {level} % intervals, articles resampled. Terms are picked for their distance from zero: expect some of it to be chance.",
        ],
        f"Terms by outlet: {told}.",
        0.23 * (y + 1.6),
    )
