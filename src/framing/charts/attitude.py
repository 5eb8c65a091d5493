"""Charts of stance: per outlet in whose voice, the balance of quoted sides, and how voices follow one another in a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from framing.charts import tables
from framing.charts.tables import Frames, NothingToDraw, count
from framing.charts.theme import Caption, Sheet
from framing.measures._base import sides_taken
from framing.targets import kind_of, worded

VOICE_NAMES = {"narrator": "narrator", "source": "selected voices", "all": "whole text"}
FEW_QUOTATIONS = 5
FEW_OUTLETS = 8


def pick_targets(table: pd.DataFrame, most_rows: int) -> list[str]:
    """Targets to draw: those with the most articles first, as many as fit in a figure."""
    size = table.groupby("target", sort=True)["n_articles"].sum().sort_values(ascending=False, kind="stable")
    rows = 1.2 + table.groupby("target")["outlet"].nunique().reindex(size.index)
    return [
        str(t) for t, so_far in zip(size.index, rows.cumsum(), strict=True) if so_far <= max(most_rows, rows.iloc[0])
    ]


def left_out(names: list[str], all_names: pd.Series) -> list[str]:
    """Note on targets that are in the data but not drawn."""
    more = all_names.nunique() - len(names)
    return [f"{count(more, 'more target')} in the data beside this figure; draw one with target=."] if more else []


# --- stance ----------------------------------------------------------------------------------------


def stance_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Stance per target, outlet and voice."""
    table = tables.levels(frames, "stance", event=event, target=target)
    table = table[table["voice"].isin(["narrator", "source"]) & table["target"].notna()]
    if table["value"].notna().sum() == 0:
        raise NothingToDraw("No stance toward a target was found in these articles.")
    return tables.in_order(table, frames, "target", "voice")


def _meant(names: Sequence[str]) -> str:
    """Say what the values mean: tone toward a name, agreement with a statement."""
    kinds = {kind_of(name) for name in names}
    if kinds == {"proposition"}:
        return "Agreement with the statement, by whose words they are; sentences on neither side count as 0."
    if "proposition" in kinds:
        return "By whose words they are: toward a name evaluative tone, not bad news without judgement; toward a statement agreement."
    return (
        "Evaluative tone toward the target, by whose words they are. Bad news reported without judgement is not stance."
    )


def _exploratory(names: Sequence[str]) -> list[str]:
    """Note that belongs on any figure of stance toward statements."""
    asked = any(kind_of(name) == "proposition" for name in names)
    return ["Toward statements exploratory: one text in four that took a side was given the other."] if asked else []


def draw_stance(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: outlets under their target; a dot for the narrator, a diamond for the voices it selected."""
    ax, look = page.ax, page.look
    names = pick_targets(table, page.most_rows)
    labels: list[str] = []
    bold: list[int] = []
    at: list[float] = []
    y = 0.0
    for name in names:
        mine = table[table["target"] == name]
        bold.append(len(labels))
        labels.append(page.heading(f"toward {worded(name)}"))
        at.append(y)
        silent = _silence(frames, name, event)
        for outlet in _rows(page, mine, frames, event):
            y += 1
            at.append(y)
            rows = mine[mine["outlet"] == outlet]
            n = 0 if rows.empty else int(rows["n_articles"].fillna(0).max())
            labels.append(page.label(outlet, share=0.43, after=f"n={n}"))
            ax.axhline(y, color=look.grid, lw=0.6, zorder=0)
            if rows["value"].notna().sum() == 0:
                over = {
                    "facecolor": look.background,
                    "edgecolor": "none",
                    "pad": 1.0,
                }  # not struck through by the row's line
                why = silent(outlet)
                long = len(why) > len("no article on it")
                ax.text(
                    0.0 if long else 0.03,
                    y,
                    why,
                    ha="center" if long else "left",
                    va="center",
                    size=page.points * 0.85,
                    color=look.soft,
                    style="italic",
                    bbox=over,
                )
            for voice, shift, marker in (("narrator", -0.17, "o"), ("source", 0.17, "D")):
                _dot(page, rows[rows["voice"] == voice], y + shift, marker, page.colour(str(outlet)))
        y += 1.2
    page.rows(labels, bold=bold, at=at)
    ax.axvline(0, color=look.soft, lw=0.8, zorder=1)
    ax.set_xlim(-1.06, 1.06)
    narrow = page.room.inches < 5
    ax.set_xticks(
        [-1, 0, 1] if narrow else [-1, -0.5, 0, 0.5, 1],
        labels=["−1\nagainst", "0", "1\nfavour"]
        if narrow
        else ["−1\nagainst", "−0.5", "0\nneither", "0.5", "1\nin favour"],
    )
    handles = [
        Line2D(
            [], [], marker="o", ls="", color=look.ink, ms=page.points * 0.65, label="narrator: the outlet's own words"
        ),
        Line2D(
            [],
            [],
            marker="D",
            ls="",
            mfc=look.background,
            mec=look.ink,
            ms=page.points * 0.55,
            label="selected voices: words of its sources",
        ),
    ]
    told = "; ".join(
        f"toward {worded(n)}, {VOICE_NAMES[v]} {tables.extremes(table[(table['target'] == n) & (table['voice'] == v)])}"
        for n in names
        for v in ("narrator", "source")
    )
    return Caption(
        "Stance in whose voice",
        _meant(names),
        [
            tables.n_note(frames, event, "n at an outlet = its articles that say something of the target"),
            tables.interval_note(table[table["target"].isin(names)]),
            *tables.adjusted_note(table, event),
            *left_out(names, table["target"]),
            "Validated on US news in English; other texts were not tested.",
            *_exploratory(names),
        ],
        f"Dot chart of stance in {count(table['outlet'].nunique(), 'outlet')}: {told}.",
        0.27 * (y + 0.6),
        handles,
    )


def _rows(page: Sheet, mine: pd.DataFrame, frames: Frames, event: str | None) -> list[str]:
    """Outlets of a target: all of them while they are few, so that it is seen who says nothing; else those that say something."""
    if len(page.shown) > FEW_OUTLETS:
        return [str(o) for o in mine["outlet"].unique()]
    here = set(tables.articles(frames, event)["outlet"])
    return [o for o in page.shown if o in here]


def _silence(frames: Frames, target: str, event: str | None) -> Callable[[str], str]:
    """Say why an outlet has no value: no article on the target's events, one of another genre, or nothing said."""
    articles, notes = tables.articles(frames, event), tables.frame(frames, "annotations")
    said = notes["task"].eq("stance") & notes["target"].eq(target) & notes["label"].notna()
    told = set(notes.loc[said.fillna(False).astype(bool), "article_id"])
    events = set(articles.loc[articles["article_id"].isin(told), "event_id"].dropna())
    if events:
        articles = articles[articles["event_id"].isin(events)]
    rows = tables.frame(frames, "comparisons")
    compared = set(rows.loc[rows["measure"].eq("stance").fillna(False).astype(bool), "genre"].dropna())
    genre = articles["genre"].astype("object").where(articles["genre"].notna(), "news")
    aside = ~genre.isin(compared) if compared and "all" not in compared else pd.Series(False, index=articles.index)
    kinds = genre[aside].groupby(articles["outlet"]).agg(lambda g: ", ".join(sorted(set(g))))
    of_both = set(articles.loc[~aside, "outlet"]) - set(
        articles.loc[aside & articles["article_id"].isin(told), "outlet"]
    )
    there = set(articles["outlet"])

    def why(outlet: str) -> str:
        if outlet not in there:
            return "no article on it"
        return "nothing said" if outlet in of_both else f"only in {kinds[outlet]}: not compared"

    return why


def _dot(page: Sheet, row: pd.DataFrame, y: float, marker: str, colour: str) -> None:
    """One value with its interval; nothing where nothing is said."""
    if row.empty or pd.isna(row["value"].iloc[0]):
        return
    first = row.iloc[0]
    if pd.notna(first["low"]) and pd.notna(first["high"]):
        page.ax.plot(
            [first["low"], first["high"]], [y, y], color=colour, lw=1.4, alpha=0.75, solid_capstyle="butt", zorder=2
        )
    hollow = marker == "D"
    page.ax.plot(
        [first["value"]],
        [y],
        marker=marker,
        ls="",
        ms=page.points * (0.5 if hollow else 0.6),
        color=colour,
        mfc=page.look.background if hollow else colour,
        mec=colour,
        mew=1.2,
        zorder=3,
        clip_on=False,
    )


# --- balance ---------------------------------------------------------------------------------------

SIDES = ("against", "neutral", "favour")


def balance_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Words and quotations given to sources against, neutral and in favour of each target, per outlet."""
    notes = tables.need(frames, "annotations", "Nothing was annotated.")
    sources = tables.need(frames, "sources", "No source was found in these articles.")
    stances = sides_taken(notes, sources)
    if target is not None:
        stances = stances[stances["target"] == target]
    table = stances.merge(
        sources[["source_id", "article_id", "n_words", "n_quotations"]], on=["source_id", "article_id"]
    )
    where = tables.compared(frames, tables.articles(frames, event))
    table = table.merge(where[["article_id", "outlet"]], on="article_id")
    if table.empty:
        raise NothingToDraw("No source's stance toward a target was found: there are no sides to count.")
    sums = (
        table.groupby(["target", "outlet", "label"], sort=True)
        .agg(
            words=("n_words", "sum"),
            quotations=("n_quotations", "sum"),
            sources=("source_id", "nunique"),
            n_articles=("article_id", "nunique"),
        )
        .reset_index()
    )
    total = sums.groupby(["target", "outlet"])[["words", "quotations"]].transform("sum")
    sums["share"] = sums["words"].astype("float64") / total["words"].astype("float64").where(total["words"] > 0)
    sums["all_quotations"] = total["quotations"]
    return tables.in_order(sums, frames, "target")


def draw_balance(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: outlets under their target; words against to the left, in favour to the right, neutral astride the middle."""
    ax, look = page.ax, page.look
    colours = {"against": look.against, "neutral": look.neutral, "favour": look.favour}
    names = pick_targets(table, page.most_rows)
    labels: list[str] = []
    bold: list[int] = []
    at: list[float] = []
    y = 0.0
    for name in names:
        mine = table[table["target"] == name]
        bold.append(len(labels))
        labels.append(page.heading(f"on {worded(name)}"))
        at.append(y)
        for outlet in mine["outlet"].unique():
            y += 1
            at.append(y)
            rows = mine[mine["outlet"] == outlet].set_index("label")
            share = rows["share"].reindex(list(SIDES)).fillna(0.0)
            n = int(rows["all_quotations"].iloc[0])
            labels.append(page.label(outlet, share=0.43, after=f"n={n}"))
            left = -share["against"] - share["neutral"] / 2
            for side in SIDES:
                if share[side] > 0:
                    few = n < FEW_QUOTATIONS
                    ax.barh(
                        y,
                        share[side],
                        left=left,
                        height=0.68,
                        color=look.background if few else colours[side],
                        edgecolor=colours[side],
                        lw=0.9,
                        hatch="////" if few else None,
                    )
                    if share[side] > 0.14 and not few:
                        ax.text(
                            left + share[side] / 2,
                            y,
                            f"{int(rows['words'][side]):,}",
                            ha="center",
                            va="center",
                            size=page.points * 0.8,
                            color=look.on,
                        )
                left += share[side]
        y += 1.2
    page.rows(labels, bold=bold, at=at)
    ax.axvline(0, color=look.soft, lw=0.8, zorder=0)
    ax.set_xlim(-1.02, 1.02)
    ax.set_xticks([-1, -0.5, 0, 0.5, 1], labels=["100 %", "50 %", "0", "50 %", "100 %"])
    told = "; ".join(
        f"on {worded(str(r.target))}, {r.outlet}: {r.label} {r.share:.0%} of {r.all_quotations} quotations"
        for r in table.head(12).itertuples()
    )
    return Caption(
        "Which sides are given words",
        "Share of quoted and paraphrased words by the stance of the source; numbers in the bars are words.",
        [
            tables.n_note(
                frames,
                event,
                f"n at an outlet = quotations whose source takes a stance or is neutral; hatched: fewer than {FEW_QUOTATIONS}",
            ),
            "What the target says of itself is left out. Balance is not fairness (Boykoff & Boykoff 2004): equal space can misstate where the evidence lies. No intervals: counts.",
            *left_out(names, table["target"]),
        ],
        f"Stacked bars of words given to sources by side: {told}.",
        0.27 * (y + 0.6),
        [
            Patch(facecolor=colours[s], label=label)
            for s, label in zip(SIDES, ("against", "neutral", "in favour"), strict=True)
        ],
    )
