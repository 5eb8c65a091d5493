"""Charts of language: frames, loaded language, and the words that set an outlet apart."""

from __future__ import annotations

import re

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from framing import frames as codebooks
from framing.charts import tables
from framing.charts.quoted import share_note, shares
from framing.charts.tables import Frames, NothingToDraw, count
from framing.charts.theme import Caption, Sheet, plain

TERMS = 48  # rows of terms in one figure
FUNCTION_WORDS = ENGLISH_STOP_WORDS | {"said", "says", "say", "told", "mr", "mrs", "ms", "did", "does", "don", "just"}


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
        "Share of the text (articles, or their sentences) in which a frame was found, in per cent.",
        [
            tables.n_note(frames, event, "n at an outlet = articles"),
            share_note(page, table),
            *tables.adjusted_note(table, event),
            *_domains(frames),
        ],
        f"Share of text with each frame in {count(len(outlets), 'outlet')}; mean over outlets: "
        + ", ".join(f"{c} {v:.0%}" for c, v in mean.items())
        + ".",
        height,
    )


def _domains(frames: Frames) -> list[str]:
    """What the codebooks behind the frames were validated on."""
    rows = tables.frame(frames, "annotations")
    books = rows.loc[(rows["task"] == "frame").fillna(False).astype(bool), "codebook"].dropna().unique()
    return [codebooks.domain(str(book)) for book in books]


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
            end = max(row["value"], row["high"] if row["high"] is not None else 0.0)
            said = f"{100 * row['value']:.0f} %" if row["value"] >= 0.0095 or not row["value"] else "< 1 %"
            ax.annotate(
                said,
                (end, y),
                xytext=(page.points * 0.7, 0),
                textcoords="offset points",
                va="center",
                size=page.points * 0.85,
                color=look.soft,
            )
        labels.append(page.label(row["outlet"], share=0.43, after=f"n={int(row['n_articles'] or 0)}"))
    page.rows(labels)
    top = max(float(table["value"].max()), float(table["high"].fillna(0).max()), 0.1)
    ax.set_xlim(-0.015 * top, top * 1.12)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:.0%}".replace("%", " %") if -1e-9 < v < 1.001 else "")
    return Caption(
        "Loaded language in the narrator's own words",
        "Share of the narrator's words that stand in sentences whose word choice carries a judgement; quoted words not counted.",
        [
            tables.n_note(frames, event, "n at an outlet = articles"),
            tables.interval_note(table),
            *tables.adjusted_note(table, event),
            "Strong words may be the apt ones. Validated on US news in English; other texts were not tested.",
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
    telling = table[_telling(table)]
    first = telling[telling.groupby("outlet").cumcount() < each].index
    table = table.assign(drawn=table.index.isin(first))
    if not table["drawn"].any():
        raise NothingToDraw("Only function words set outlets apart here.")
    return tables.in_order(table, frames)


def _telling(table: pd.DataFrame) -> pd.Series:
    """Terms that say something by themselves: not function words alone, and each word of an outlet in one term only."""
    seen: dict[str, set[frozenset[str]]] = {}
    kept = []
    for outlet, term in zip(table["outlet"], table["term"].astype(str), strict=True):
        words = frozenset(w for w in re.findall(r"[^\W_]+", term.lower()) if w not in FUNCTION_WORDS and len(w) > 1)
        before = seen.setdefault(outlet, set())
        kept.append(bool(words) and not any(words <= b or b <= words for b in before))
        if words:
            before.add(words)
    return pd.Series(kept, index=table.index)


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
            labels.append(page.heading(outlet))
            at.append(y)
        for row in mine.itertuples():
            y += 1
            at.append(y)
            tail = f"“{plain(row.term)}”  n={int(row.n)}" if single else f"n={int(row.n)}"
            labels.append(page.label(outlet if single else row.term, share=0.5 if single else 0.4, after=tail))
            ax.axhline(y, color=look.grid, lw=0.6, zorder=0)
            clear = pd.notna(row.low) and row.low > 0
            if pd.notna(row.low) and pd.notna(row.high):
                ax.plot([row.low, row.high], [y, y], color=colour, lw=1.4, alpha=0.7, zorder=2)
            ax.plot(
                [row.log_odds],
                [y],
                marker=page.marker(str(outlet)),
                ls="",
                ms=page.points * 0.55,
                color=colour,
                mfc=colour if clear else look.background,
                mew=1.1,
                zorder=3,
            )
    page.rows(labels, bold=bold, at=at)
    ax.axvline(0, color=look.soft, lw=0.8)
    ax.set_xlabel("log-odds: to the right, used more than in the other outlets' articles on the same events")
    top = shown.groupby("outlet", sort=False).head(3)
    told = "; ".join(f"{o}: {', '.join(g['term'])}" for o, g in top.groupby("outlet", sort=False))
    return Caption(
        "Words that set an outlet apart",
        "Words and phrases of the narrator used more than by the others on the same events (Monroe, Colaresi & Quinn 2008).",
        [
            tables.n_note(frames, event, "n at a term = uses"),
            "Bars: 95 % intervals, articles resampled. Terms are picked for their distance from zero: expect some of it to be "
            "chance. Function words and further terms are in the data beside this figure.",
            *(
                []
                if (shown["low"] > 0).any()
                else ["Every interval here touches zero: these words cannot be told from chance."]
            ),
        ],
        f"Terms by outlet: {told}.",
        0.23 * (y + 1.6),
        [
            Line2D([], [], marker="o", ls="", color=look.ink, ms=page.points * 0.55, label="interval above zero"),
            Line2D(
                [],
                [],
                marker="o",
                ls="",
                color=look.ink,
                mfc=look.background,
                ms=page.points * 0.55,
                label="interval touches zero",
            ),
        ],
    )
