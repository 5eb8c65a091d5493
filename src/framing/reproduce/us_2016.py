"""Report `us-2016`: who is given words in seven US outlets over the twelve months before the election of 2016.

The corpus (PolNeAR) is a stratified sample: for each outlet, month and candidate six articles. Hardly two tell the same
story, so outlets are compared within strata of month x candidate, which take the place of events; months, that of
storylines. The corpus annotators' attributions are the reference. Who a source is, is read off the words that the
annotator marked as the source: nothing is resolved by a model.

Tables that name outlets hold human figures, or figures corrected by human codes. The automatic ones are shown over all
outlets together.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from framing import coding, datasets, quotations
from framing.comparison import inference
from framing.comparison.cells import KEY
from framing.comparison.contrasts import Settings, estimate, resample
from framing.comparison.correct import ESTIMATORS, pseudo_outcomes
from framing.reproduce.document import Document, digest, dots, interval

TITLE = "Who is given words? Seven US outlets before the election of 2016"
READS = "dataset:polnear (framing datasets fetch polnear)"
SEED = 0
DRAWN = 100
RESAMPLES = 2000
CANDIDATES = ("Clinton", "Trump")
PRONOUNS = frozenset(
    [
        "he",
        "she",
        "they",
        "who",
        "it",
        "i",
        "we",
        "you",
        "which",
        "that",
        "this",
        "his",
        "her",
        "their",
        "him",
        "them",
        "these",
        "those",
    ]
)
MEASURES = {
    "attributed": "attributed to any source",
    "trump": "source names Trump",
    "clinton": "source names Clinton",
    "pronoun": "source is a pronoun",
    "unmarked": "no source marked",
    "other": "any other source",
}
"""Shares of an article's words; the last five add up to the first."""


def build(source: Path | None = None) -> Document:
    """Build the report from the corpus, fetched before or from a mirror.

    Raises
    ------
    InputError
        If the corpus is not here; the message says how to fetch it.
    """
    corpus = datasets.load("polnear", mirror=source)
    articles = strata(corpus["articles"])
    human = shares(articles, corpus["quotations"])
    automatic = shares(articles, quotations.attribute(articles))
    chance = _drawn(articles)
    levels = pd.concat([_levels(articles, human, automatic, chance, name) for name in MEASURES], ignore_index=True)
    report = Document(TITLE, _stamp(articles))
    _data(report, articles, human)
    _methods(report)
    _human(report, levels)
    _side_by_side(report, levels, human, automatic)
    _limits(report)
    return report


# --- measuring -------------------------------------------------------------------------------------


def strata(articles: pd.DataFrame) -> pd.DataFrame:
    """Articles with columns month (1 to 12, from the 8th to the 7th), candidate, and stratum as event_id.

    Raises
    ------
    ValueError
        If an article lacks its date or the counts of names.
    """
    day = articles["published_at"]
    month = ((day.dt.year - 2015) * 12 + day.dt.month - 10 - (day.dt.day < 8).astype(int)).astype(int)
    more = articles["trump_count"].astype(int) > articles["clinton_count"].astype(int)
    candidate = pd.Series(np.where(more, "Trump", "Clinton"), index=articles.index)
    stratum = month.map("{:02d}".format) + " " + candidate
    return articles.assign(month=month, candidate=candidate, event_id=stratum.astype("str"))


def kind_of_source(speaker: object) -> str:
    """Kind of a source by the words marked as the source.

    Examples
    --------
    >>> [kind_of_source(s) for s in ("Mr. Trump's lawyer", "she", None, "two officials")]
    ['trump', 'pronoun', 'unmarked', 'other']
    """
    if not isinstance(speaker, str) or not speaker.strip():
        return "unmarked"
    words = re.findall(r"[a-z]+", speaker.lower().replace("’s", "").replace("'s", ""))
    for name in ("trump", "clinton"):
        if name in words:
            return name
    return "pronoun" if set(words) <= PRONOUNS else "other"


def shares(articles: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Share of an article's words given to each kind of source.

    Parameters
    ----------
    articles
        With n_words.
    found
        Attributions. One inside another counts with the outer one.

    Returns
    -------
    DataFrame
        article_id as index in the order of `articles`; columns `MEASURES`, 0..1.
    """
    outer = found[~_inside(found)]
    kinds = outer["speaker"].map(kind_of_source)
    words = outer.groupby(["article_id", kinds])["n_words"].sum().unstack(fill_value=0)
    words = words.reindex(index=articles["article_id"], columns=list(MEASURES)[1:], fill_value=0).astype("float64")
    table = words.div(articles["n_words"].to_numpy(dtype="float64"), axis=0)
    return table.assign(attributed=table.sum(axis=1))[list(MEASURES)]


def _inside(found: pd.DataFrame) -> np.ndarray:
    """Rows whose span lies within that of another row of the same article."""
    inside = np.zeros(len(found), dtype=bool)
    for places in found.groupby("article_id").indices.values():
        start = found["start"].to_numpy(dtype="int64")[places]
        end = found["end"].to_numpy(dtype="int64")[places]
        reach = -1
        for k in np.lexsort((-end, start)):
            inside[places[k]] = end[k] <= reach
            reach = max(reach, int(end[k]))
    return inside


def _drawn(articles: pd.DataFrame) -> np.ndarray:
    """Probability of the articles drawn for coding; nan for the others."""
    asked = coding.questions([], {"attributed": "which words are attributed"})
    units = coding.sample(articles.assign(event_id=None), DRAWN, asked, seed=SEED).units
    return articles["article_id"].map(units.set_index("article_id")["probability"]).to_numpy(dtype="float64")


def _levels(
    articles: pd.DataFrame, human: pd.DataFrame, automatic: pd.DataFrame, chance: np.ndarray, measure: str
) -> pd.DataFrame:
    """Levels and contrasts of every outlet by each estimator; `human` is the reference, from all codes."""
    y, f = human[measure].to_numpy(), automatic[measure].to_numpy()
    codes = np.where(np.isnan(chance), np.nan, y)
    month = articles["month"].astype(str).to_numpy()
    values = {"human": y, "automatic": f}
    values |= {e: pseudo_outcomes(f, codes, chance, month, use=e, seed=SEED) for e in ESTIMATORS if e != "automatic"}
    settings = Settings(resamples=RESAMPLES, seed=SEED)
    months = articles.drop_duplicates("event_id").set_index("event_id")["month"].astype(str)
    drawn = resample(months, settings)
    rows = []
    for name, value in values.items():
        cells = articles.assign(value=value).groupby(["event_id", "outlet"], sort=True)["value"].agg(["mean", "size"])
        cells = cells.rename(columns={"mean": "value", "size": "n_articles"}).reset_index()
        cells = cells.assign(measure="attributed_share", target=None, voice=None).astype(
            {"event_id": "str", "outlet": "str"}
        )
        found, _ = estimate(cells[[*KEY, "event_id", "outlet", "value", "n_articles"]], drawn, settings)
        rows.append(found.assign(estimator=name, measure=measure))
    return pd.concat(rows, ignore_index=True)


# --- telling ---------------------------------------------------------------------------------------


def _stamp(articles: pd.DataFrame) -> dict[str, Any]:
    dataset = datasets.get("polnear")
    ids = dict(zip(articles["article_id"].astype(str), articles["text"].astype(str), strict=True))
    inputs = [{"path": "dataset:polnear", "revision": dataset.commit, "articles": len(articles), "sha256": digest(ids)}]
    return {"inputs": inputs, "settings": {"drawn": DRAWN, "resamples": RESAMPLES, "seed": SEED, "level": 0.95}}


def _data(report: Document, articles: pd.DataFrame, human: pd.DataFrame) -> None:
    cells = articles.groupby(["outlet", "event_id"]).size()
    report.text(
        f"In {len(articles):,} articles the corpus annotators marked {100 * human['attributed'].mean():.0f} % of the words as somebody's. "
        "How those words are shared out among sources differs between outlets, month by month and candidate by candidate, as "
        "Table 2 says. These are differences between these texts, not bias or truth, and the order of the outlets is the alphabet's."
    )
    report.section("Data")
    report.text(
        f"PolNeAR (Newell, Margolin & Ruths 2018, LREC): {len(articles):,} articles of {articles['outlet'].nunique()} outlets, "
        f"{articles['published_at'].min():%d %B %Y} to {articles['published_at'].max():%d %B %Y}, drawn by outlet, month and candidate. The texts "
        "belong to their publishers and are not part of this report. Months run from the 8th to the 7th, as the sample does. Upstream "
        "does not say for which candidate an article was drawn; it is taken to be the one it names more often by upstream's own count "
        f"(Clinton on a tie), after which {int((cells == 6).sum())} of {len(cells)} cells hold the six articles of the design. Where an article was "
        "marked by several annotators, the one whose id sorts first counts."
    )
    table = articles.groupby("outlet").agg(
        articles=("article_id", "size"),
        about_clinton=("candidate", lambda c: int((c == "Clinton").sum())),
        about_trump=("candidate", lambda c: int((c == "Trump").sum())),
        agency_copy=("wire", lambda w: int(w.notna().sum())),
        words=("n_words", "sum"),
    )
    table = table.reset_index().rename(columns=lambda c: c.replace("_", " "))
    report.table("articles", table, "What was compared; agency copy as credited in upstream's metadata.")


def _methods(report: Document) -> None:
    report.section("Methods")
    report.text(
        "**Measure.** The share of an article's words that are attributed to a kind of source, directly or in paraphrase. The kind is read "
        "off the words marked as the source: they name Trump (or his campaign, family, aides), name Clinton likewise, are a pronoun, "
        "are anything else, or none is marked. The five shares add up to the share attributed. An attribution inside another counts "
        "with the outer one. Pronouns are not resolved, so the shares of the two names are lower bounds.",
        "**Comparison.** Values are averaged to outlet x stratum (month x candidate) and fitted as stratum + outlet, every cell of weight "
        "one: a level is what an outlet's mean would be over all 24 strata, a difference is from the mean of the other six. "
        f"Intervals (95 %) and tests resample and permute the twelve months ({RESAMPLES:,} times). The tests of one measure are one family of "
        "seven; q is by Benjamini & Yekutieli. Families were fixed before the figures were seen.",
        "**Three ways to the same figure.** *Human*: the annotators' attributions in all articles, the reference. *Automatic*: attributions by "
        "document structure alone (quotation marks, cue verbs, noun phrases), which no model trained on this corpus takes part in; its rules were "
        f"set while looking at the training and development parts. *Corrected*: the automatic ones with the human codes of {DRAWN} articles, drawn at random "
        "within outlets, by design-based supervised learning (Egami et al. 2023). *Codes only*: those codes without the automatic ones.",
    )


def _human(report: Document, levels: pd.DataFrame) -> None:
    report.section("Results")
    report.section("Human attributions, and the corrected estimate", 3)
    rows = levels[levels["reference"].isna() & levels["estimator"].isin(["human", "corrected"])]
    table = _named(rows)
    view = pd.DataFrame({"words": table["words"], "outlet": table["outlet"]})
    for name in ("human", "corrected"):
        mine = table[f"{name}_value"].astype(float)
        spans = [interval(a, b) for a, b in zip(table[f"{name}_low"], table[f"{name}_high"], strict=True)]
        view[name], view[f"{name}: 95 % interval"] = mine, spans
    report.table(
        "levels",
        table,
        "Share of an article's words by source: level of each outlet over all strata.",
        digits=3,
        view=view,
    )
    shown = rows[(rows["estimator"] == "human") & rows["measure"].isin(["trump", "clinton"])]
    data = shown.assign(source=shown["measure"].map(MEASURES))[["outlet", "source", "value", "low", "high"]]
    title = "Words given to sources that name a candidate"
    notes = [
        "Human attributions; 144 articles per outlet, 24 strata, 95 % intervals over 12 months. Pronouns are not resolved."
    ]

    def draw(figure: Figure) -> None:
        dots(figure, data, rows="outlet", colour="source", title=title, axis="share of an article's words", notes=notes)

    told = "; ".join(f"{r.outlet}, {r.source}: {r.value:.3f}" for r in data.itertuples())
    report.figure("candidates", data, f"{title}, by human attributions. {notes[0]}", draw, f"{title}. {told}.")
    _contrasts(report, levels)


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Estimators side by side, one row per measure and outlet."""
    wide = rows.pivot(index=["measure", "outlet"], columns="estimator", values=["value", "low", "high"])
    wide.columns = pd.Index(["_".join(reversed(column)) for column in wide.columns.to_flat_index()])
    order = {name: k for k, name in enumerate(MEASURES)}
    wide = wide.reset_index().sort_values(
        ["measure", "outlet"], key=lambda c: c.map(order) if c.name == "measure" else c
    )
    return wide.assign(words=wide["measure"].map(MEASURES)).reset_index(drop=True)


def _contrasts(report: Document, levels: pd.DataFrame) -> None:
    rows = levels[levels["reference"].notna() & (levels["estimator"] == "human")].copy()
    rows["q"] = np.nan
    for _, family in rows.groupby("measure", sort=False):
        rows.loc[family.index, "q"] = inference.benjamini_yekutieli(family["p"].to_numpy(dtype="float64"))
    order = {name: k for k, name in enumerate(MEASURES)}
    rows = rows.sort_values(["measure", "outlet"], key=lambda c: c.map(order) if c.name == "measure" else c)
    table = rows.assign(words=rows["measure"].map(MEASURES))
    table = table[
        ["measure", "words", "outlet", "value", "low", "high", "p", "q", "detectable", "n_articles", "n_storylines"]
    ]
    few = table[table["q"] <= 0.05]
    report.text(
        f"{len(few)} of {len(table)} differences from the mean of the other outlets have q of .05 or less (human attributions, Table 3); "
        "the file has all, with the smallest difference this design would find four times in five (`detectable`)."
    )
    view = pd.DataFrame(
        {
            "words": few["words"],
            "outlet": few["outlet"],
            "difference": few["value"].astype(float),
            "95 % interval": [interval(a, b, 3) for a, b in zip(few["low"], few["high"], strict=True)],
            "q": few["q"],
        }
    )
    report.table(
        "differences",
        table,
        "Differences from the mean of the other outlets, by human attributions.",
        digits=3,
        view=view,
    )


def _side_by_side(report: Document, levels: pd.DataFrame, human: pd.DataFrame, automatic: pd.DataFrame) -> None:
    report.section("Human, automatic and corrected, side by side", 3)
    rows = levels[levels["reference"].isna()]
    wide = rows.pivot(index=["measure", "outlet"], columns="estimator", values="value").astype(float)
    low, high = (
        rows.pivot(index=["measure", "outlet"], columns="estimator", values=c).astype(float) for c in ("low", "high")
    )
    others = ["automatic", "corrected", "codes only"]
    told: list[dict[str, Any]] = []
    for name in MEASURES:
        mine, reference = wide.loc[name], wide.loc[name]["human"]
        for other in ["human", *others]:
            held = (low.loc[name][other] <= reference) & (reference <= high.loc[name][other])
            error = mine[other] - reference
            told.append(
                {
                    "words": MEASURES[name],
                    "estimator": other,
                    "mean of the seven outlets": mine[other].mean(),
                    "mean error": None if other == "human" else error.mean(),
                    "root mean squared error": None if other == "human" else float(np.sqrt((error**2).mean())),
                    "intervals that hold the human level": None
                    if other == "human"
                    else f"{int(held.sum())} of {len(held)}",
                }
            )
    table = pd.DataFrame(told)
    report.text(
        "What automatic attributions would have said is shown over the seven outlets together, not by name: errors of a classifier differ "
        "between outlets, and a table of them would be read as a finding about the outlets. An error is an outlet's level minus its human level."
    )
    report.table("estimators", table, "The same levels by four estimators; errors over seven outlets.", digits=3)
    errors = {(row["words"], row["estimator"]): row["root mean squared error"] for row in told}
    worse = [w for w in MEASURES.values() if errors[w, "corrected"] > errors[w, "automatic"]]
    if worse:
        report.text(
            f"With {DRAWN} codes the corrected levels lie further from the human ones than the automatic ones do for: {'; '.join(worse)}. "
            "Where a classifier errs little, correction costs precision; what it buys is an interval that holds whatever the classifier does."
        )
    correlation = [
        {
            "words": MEASURES[name],
            "correlation": _correlation(human[name].to_numpy(), automatic[name].to_numpy()),
            "articles": len(human),
        }
        for name in MEASURES
    ]
    report.table(
        "correlation",
        pd.DataFrame(correlation),
        "Correlation of automatic and human shares over articles: what correction can gain from.",
        digits=3,
    )
    data = table[table["estimator"] != "human"][["words", "estimator", "root mean squared error"]]
    data = data.rename(columns={"root mean squared error": "value"}).assign(value=lambda d: d["value"].astype(float))
    title = "Error of the outlets' levels by estimator"

    def draw(figure: Figure) -> None:
        dots(
            figure,
            data,
            rows="words",
            colour="estimator",
            title=title,
            axis="root mean squared error over seven outlets, share of words",
        )

    report.figure(
        "errors", data, f"{title}; one draw of {DRAWN} articles.", draw, f"{title}; numbers in figures/errors.csv."
    )


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else float("nan")


def _limits(report: Document) -> None:
    report.section("Limits")
    report.items(
        "A quota of articles per outlet, month and candidate says nothing about how much an outlet published on whom.",
        "Strata are not events: two outlets in one stratum reported different stories. What differs may be what happened to be drawn.",
        "A name in the words marked as the source does not make the candidate the speaker: campaigns, families and namesakes count too, and "
        "what a candidate says under a pronoun counts as a pronoun's. Compare outlets by these shares only as far as they write names "
        "and pronouns alike.",
        "Words given are not approval: a candidate quoted at length may be quoted to be contradicted.",
        "Agency copy is left in; its words are the agency's choice.",
        "One annotator per article counts here; the corpus authors report agreement of spans, not of shares.",
        f"The corrected column is one draw of {DRAWN} articles. `experiments/correction` repeats the draw 300 times.",
    )
    report.section("To build this report again")
    report.text(
        "`framing datasets fetch polnear`, then `framing reproduce us-2016`. Inputs, versions and hashes are in `stamp.json`."
    )
