"""Charts of how far to trust the numbers: specification curve, agreement of coders, calibration of the model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from framing.charts import tables
from framing.charts.tables import Frames, NothingToDraw, count
from framing.charts.theme import Caption, Sheet
from framing.targets import worded

CHOICES = ("grouping", "annotations", "genre", "wire", "weighting", "model")
BINS = 10
MOST_ROWS = 48

# --- specification curve ---------------------------------------------------------------------------


def specification_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Specifications of one difference, sorted by value, from the frame ``specifications``.

    The frame is what `framing.comparison.specification.specification_curve` gives; if it holds several differences, the first one
    (of `target`, if given) is drawn.
    """
    table = tables.need(
        frames,
        "specifications",
        "No specification curve was computed; compute one with: framing specification OUT --measure M --outlet X",
    )
    if target is not None:
        table = table[(table["target"] == target).fillna(False).astype(bool)]
    if table.empty or table["value"].isna().all():
        raise NothingToDraw("Every specification of this difference was withheld.")
    keys = ["measure", "target", "voice", "outlet", "reference"]
    first = table.iloc[0]
    for key in keys:
        table = table[
            table[key].isna() if pd.isna(first[key]) else (table[key] == first[key]).fillna(False).astype(bool)
        ]
    return table.sort_values("value", kind="stable").reset_index(drop=True)


def draw_specification(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Above: the estimates in order, with intervals; below: which choices each one made."""
    ax, look = page.ax, page.look
    shown = table[table["value"].notna()].reset_index(drop=True)
    rows: list[tuple[str, str]] = []
    for choice in CHOICES:
        if choice in shown and shown[choice].nunique() > 1:
            rows += [(choice, str(v)) for v in sorted(shown[choice].dropna().astype(str).unique())]
    low = float(np.nanmin([shown["value"].min(), shown["low"].min(), 0.0]))
    high = float(np.nanmax([shown["value"].max(), shown["high"].max(), 0.0]))
    span = max(high - low, 1e-9)
    tall = 6.0  # rows the curve takes

    def up(value: float) -> float:
        return -0.8 - tall * (value - low) / span

    for x, row in enumerate(tables.records(shown)):
        main = bool(row.get("main"))
        colour = look.second if main else look.accent
        if row["low"] is not None and row["high"] is not None:
            ax.plot([x, x], [up(row["low"]), up(row["high"])], color=colour, lw=1.0, alpha=0.5)
        ax.plot(
            [x], [up(row["value"])], marker="D" if main else "o", ls="", ms=page.points * 0.5, color=colour, zorder=3
        )
        for y, (choice, value) in enumerate(rows):
            if str(row[choice]) == value:
                ax.plot([x], [y], marker="s", ls="", ms=page.points * 0.4, color=colour)
    ax.axhline(up(0.0), color=look.soft, lw=0.8)
    ticks = [t for t in sorted({round(low, 2), 0.0, round(high, 2)}) if not t or abs(t) > 0.12 * span]
    labels = [f"{t:+.2f}".replace("-", "−") if t else "0" for t in ticks] + [
        page.label(f"{c}: {v}", share=0.36) for c, v in rows
    ]
    page.rows(labels, at=[*(up(t) for t in ticks), *range(len(rows))])
    ax.set_ylim(len(rows) - 0.3, -tall - 1.2)
    ax.set_xlim(-0.7, len(shown) - 0.3)
    ax.set_xticks([])
    first = shown.iloc[0]
    about = str(first["measure"]).replace("_", " ") + (
        f" toward {worded(first['target'])}" if pd.notna(first["target"]) else ""
    )
    reference = first["reference"] if pd.notna(first["reference"]) else "others"
    same = float(max((shown["value"] > 0).mean(), (shown["value"] < 0).mean()))
    withheld = len(table) - len(shown)
    return Caption(
        "What the choice of method does",
        f"{about}: {first['outlet']} against {reference}, under every combination of choices, sorted.",
        [
            f"n = {count(len(shown), 'specification')}; {100 * same:.0f} % have the same sign."
            + (f" {withheld} withheld." if withheld else ""),
            "Bars: intervals where given. Simonsohn, Simmons & Nelson 2020.",
        ],
        f"Specification curve of {about}, {first['outlet']} against {reference}: {count(len(shown), 'estimate')} from "
        f"{shown['value'].min():+.2f} to {shown['value'].max():+.2f}; {same:.0%} have the same sign.",
        0.24 * (len(rows) + tall + 1.0),
        [
            Line2D([], [], marker="D", ls="", color=look.second, ms=page.points * 0.5, label="the one reported"),
            Line2D([], [], marker="o", ls="", color=look.accent, ms=page.points * 0.5, label="other specifications"),
        ],
    )


# --- agreement -------------------------------------------------------------------------------------


def agreement_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Krippendorff's alpha per question: between coders, and of each coder with the model."""
    from framing.coding.agreement import agreement
    from framing.schema import InputError

    table = tables.frame(frames, "agreement") if "agreement" in frames else pd.DataFrame()
    if table.empty:
        notes = tables.need(frames, "annotations", "Nothing was annotated.")
        if notes["sample_id"].isna().all():
            raise NothingToDraw("No text was coded by hand: draw a sample with framing code sample.")
        try:
            table = agreement(notes, tables.frame(frames, "articles"))
        except InputError as error:
            raise NothingToDraw(f"Agreement cannot be computed: {error}") from None
    table = table[table["by"].isin(["all", "pair", "model"]) & table["alpha"].notna()]
    if table.empty:
        raise NothingToDraw("Agreement is undefined here: every code is the same.")
    question = [
        " ".join(str(row[k]).replace("_", " ") for k in ("task", "code", "target", "voice") if row.get(k) is not None)
        for row in tables.records(table)
    ]
    question = [f"{q} ({scale})" for q, scale in zip(question, table["scale"], strict=True)]
    return table.assign(question=question).reset_index(drop=True)


def draw_agreement(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """Rows: who is compared, under the question."""
    ax, look = page.ax, page.look
    labels: list[str] = []
    bold: list[int] = []
    at: list[float] = []
    y = -1.0
    shown = table.head(MOST_ROWS)
    for question in shown["question"].unique():
        y += 1.1
        bold.append(len(labels))
        labels.append(page.heading(question))
        at.append(y)
        for row in tables.records(shown[shown["question"] == question]):
            y += 1
            at.append(y)
            labels.append(page.label(row["group"], share=0.5, after=f"n={row['n_units']}"))
            model = row["by"] == "model"
            colour = look.second if model else look.accent
            ax.axhline(y, color=look.grid, lw=0.6, zorder=0)
            if row["low"] is not None and row["high"] is not None:
                ax.plot([row["low"], row["high"]], [y, y], color=colour, lw=1.6, alpha=0.7)
            marker = "D" if model else "o"
            ax.plot(
                [row["alpha"]], [y], marker=marker, ls="", ms=page.points * 0.6, color=colour, zorder=3, clip_on=False
            )
    page.rows(labels, bold=bold, at=at)
    least = min(0.0, float(shown["alpha"].min()), float(shown["low"].fillna(0).min()))
    ax.set_xlim(least - 0.03, 1.02)
    for mark in (0.667, 0.8):
        ax.axvline(mark, color=look.soft, lw=0.7, ls=":")
    ax.set_xlabel("Krippendorff's alpha (0 chance, 1 perfect)")
    level = sorted({round(100 * float(v)) for v in shown["level"].dropna()})
    return Caption(
        "Agreement",
        "How far coders agree with each other, and the model with each coder. Dotted: .667 and .800 (Krippendorff).",
        [
            "n = units coded twice or more."
            + (f" Bars: {level[0]} % intervals, articles resampled." if level else "")
            + (f" {len(table) - len(shown)} more in the data." if len(table) > len(shown) else "")
        ],
        "Agreement: "
        + "; ".join(f"{r['question']}, {r['group']}: alpha {r['alpha']:.2f}" for r in tables.records(shown.head(8)))
        + ".",
        0.26 * (y + 1.2),
        [
            Line2D([], [], marker="o", ls="", color=look.accent, ms=page.points * 0.6, label="coders"),
            Line2D([], [], marker="D", ls="", color=look.second, ms=page.points * 0.55, label="coder and model"),
        ],
    )


# --- calibration -----------------------------------------------------------------------------------

POSITIVE = {"loaded": "loaded", "frame": "present"}
UNIT = ["article_id", "part", "start", "end", "task", "code", "voice"]


def calibration_table(frames: Frames, *, target: str | None = None, event: str | None = None) -> pd.DataFrame:
    """Share of hand codes that are positive, by the probability the model gave; per task."""
    notes = tables.need(frames, "annotations", "Nothing was annotated.")
    notes = notes[notes["task"].isin(list(POSITIVE)) & notes["score"].notna() | notes["sample_id"].notna()]
    hand, model = notes[notes["sample_id"].notna()], notes[notes["sample_id"].isna()]
    hand = hand[hand["task"].isin(list(POSITIVE)) & hand["label"].notna()]
    if hand.empty:
        raise NothingToDraw("No loaded sentence or frame was coded by hand: draw a sample with framing code sample.")
    key = {c: hand[c].astype("object").where(hand[c].notna(), "").astype(str) for c in UNIT}
    coded = pd.DataFrame({**key, "positive": hand["label"] == hand["task"].map(POSITIVE)})
    coded = coded.groupby(UNIT, sort=True)["positive"].mean().reset_index()
    judged = model.assign(**{c: model[c].astype("object").where(model[c].notna(), "").astype(str) for c in UNIT})
    # an article's loaded score is a share of words, not a probability
    judged = judged[(judged["task"] != "loaded") | (judged["start"] != "")]
    both = coded.merge(judged[[*UNIT, "score"]].drop_duplicates(UNIT), on=UNIT)
    if both.empty:
        raise NothingToDraw("No unit was judged both by hand and by the model.")
    score = both["score"].astype("float64").clip(0, 1)
    both = both.assign(bin=np.minimum((score * BINS).astype(int), BINS - 1), score=score)
    done = both.groupby(["task", "bin"], sort=True).agg(
        probability=("score", "mean"), share=("positive", "mean"), n=("score", "size")
    )
    done = done.reset_index()
    half = (
        1.96 * np.sqrt(done["share"] * (1 - done["share"]) / done["n"] + 0.96 / done["n"] ** 2) / (1 + 3.84 / done["n"])
    )
    middle = (done["share"] + 1.92 / done["n"]) / (1 + 3.84 / done["n"])  # Wilson's interval
    return done.assign(low=(middle - half).clip(0, 1), high=(middle + half).clip(0, 1), level=0.95)


def draw_calibration(page: Sheet, table: pd.DataFrame, frames: Frames, event: str | None) -> Caption:
    """A line per task: probability given by the model against the share coded so by hand."""
    ax, look = page.ax, page.look
    ax.plot([0, 1], [0, 1], color=look.soft, lw=0.8, ls=":")
    handles = []
    colours = dict(zip(sorted(table["task"].unique()), (look.accent, look.second), strict=False))
    for task, colour in colours.items():
        mine = table[table["task"] == task]
        marker = "o" if colour == look.accent else "D"
        ax.vlines(mine["probability"], mine["low"], mine["high"], color=colour, lw=1.0, alpha=0.6)
        ax.plot(mine["probability"], mine["share"], marker=marker, color=colour, lw=1.2, ms=page.points * 0.55)
        n = int(mine["n"].sum())
        handles.append(Line2D([], [], marker=marker, color=colour, ms=page.points * 0.55, label=f"{task}  n={n}"))
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.set_xlabel("probability given by the model; upwards: share coded so by hand")
    gap = float((table["n"] * (table["share"] - table["probability"]).abs()).sum() / table["n"].sum())
    return Caption(
        "Does the model mean what it says",
        "On the dotted line a probability of .7 is right seven times in ten.",
        [
            f"n = {count(int(table['n'].sum()), 'unit')} judged by hand and by the model; mean distance from the line {gap:.2f}.",
            "Bars: 95 % intervals (Wilson).",
        ],
        f"Calibration on {count(int(table['n'].sum()), 'unit')}: mean distance of probability and hand-coded share {gap:.2f}.",
        3.2,
        handles,
    )
