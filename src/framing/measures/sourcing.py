"""Sourcing: who is given words, how many, of what kind, on which side, and how diverse the sources are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import gammaln

from framing.measures._base import Frames, Measure, none, outermost, rows, sides_taken, stack

KINDS = ("actor", "level", "identification", "channel")
MIN_QUOTATIONS = 5


def quoted_share(frames: Frames) -> pd.DataFrame:
    """Share of the body's words that is attributed to sources, and that stands between quotation marks."""
    articles = frames["articles"]
    text = frames["quotations"]
    text = outermost(text[text["part"] == "text"])
    size = articles.set_index("article_id")["n_words"].astype("float64")
    parts = []
    whole_direct = text["n_words"].where(text["kind"] == "direct", 0)
    between = text["n_quoted"].where(text["n_quoted"].notna(), whole_direct) if "n_quoted" in text else whole_direct
    for name, counted in (("attributed_share", text["n_words"]), ("quoted_share", between)):
        words = counted.astype("float64").groupby(text["article_id"]).sum()
        share = (words.reindex(size.index).fillna(0.0) / size).clip(upper=1.0)
        parts.append(rows(name, share[size > 0], article_id=size.index[size > 0], weight=size[size > 0]))
    return stack(parts)


SPEAKERS = ("first_speaker", "last_speaker")


def kinds(frames: Frames) -> pd.DataFrame:
    """Share of attributed words by kind of source, and the kinds that speak first and last."""
    known = frames["codes"] if "codes" in frames else codes(frames)
    listed = {name: known.loc[known["kind"] == name, "code"].tolist() for name in (*KINDS, *SPEAKERS)}
    parts = [_shares(frames["sources"], kind, listed[kind]) for kind in KINDS]
    if len(frames.get("quotations", ())):
        parts += [_speaker(frames["quotations"], frames["sources"], name, listed[name]) for name in SPEAKERS]
    return stack(parts)


def codes(frames: Frames) -> pd.DataFrame:
    """Kinds that the sources of these articles are of, and that speak first and last: kind, code."""
    sources = frames["sources"]
    found = {kind: _labels(sources, kind) for kind in KINDS}
    if len(frames.get("quotations", ())):
        found |= {name: _labels(_edges(frames["quotations"], sources, name), "actor") for name in SPEAKERS}
    rows_ = [(name, code) for name, labels in found.items() for code in sorted(labels.unique())]
    return pd.DataFrame(rows_, columns=["kind", "code"])


def _labels(table: pd.DataFrame, kind: str) -> pd.Series:
    return table[kind].astype("object").where(table[kind].notna(), "unknown").astype(str)


def _shares(sources: pd.DataFrame, kind: str, known: list[str]) -> pd.DataFrame:
    words = sources["n_words"].astype("float64").fillna(0.0)
    table = words.groupby([sources["article_id"], _labels(sources, kind)]).sum().unstack(fill_value=0)
    total = table.sum(axis=1)
    table, total = table[total > 0].reindex(columns=known, fill_value=0.0), total[total > 0]
    return stack(
        [rows(f"source_{kind}.{code}", table[code] / total, article_id=table.index, weight=total) for code in known]
    )


def _edges(quotations: pd.DataFrame, sources: pd.DataFrame, name: str) -> pd.DataFrame:
    """The source that speaks first (last) in the body of each article: article_id, source_id, actor."""
    text = quotations[(quotations["part"] == "text") & quotations["source_id"].notna()]
    text = text.assign(_start=text["start"].astype("int64")).sort_values(["article_id", "_start"], kind="stable")
    which = "last" if name == "last_speaker" else "first"
    edge = text.groupby("article_id", sort=True)[["source_id"]].agg(which).reset_index()
    return edge.merge(sources[["article_id", "source_id", "actor"]], on=["article_id", "source_id"])


def _speaker(quotations: pd.DataFrame, sources: pd.DataFrame, name: str, known: list[str]) -> pd.DataFrame:
    """1 for the actor that speaks first (last) in the body, 0 for the other actors of the corpus."""
    edge = _edges(quotations, sources, name)
    actor = _labels(edge, "actor")
    return stack(
        [rows(f"{name}.{code}", (actor == code).astype("float64"), article_id=edge["article_id"]) for code in known]
    )


def sides(frames: Frames) -> pd.DataFrame:
    """Words given to sources against, neutral and in favour of each target; the balance index from five quotations."""
    table = sides_taken(frames["annotations"], frames["sources"]).merge(
        frames["sources"][["source_id", "article_id", "n_words", "n_quotations"]], on=["source_id", "article_id"]
    )
    if table.empty:
        return none()
    table = table.assign(words=table["n_words"].astype("float64"), n=table["n_quotations"].astype("float64"))
    by = [table["article_id"], table["target"]]
    words = table["words"].groupby([*by, table["label"].astype(str)]).sum().unstack(fill_value=0)
    words = words.reindex(columns=["against", "neutral", "favour"], fill_value=0.0)
    total = words.sum(axis=1)
    keys = words.index.to_frame(index=False)
    parts = [
        rows(
            f"side_words.{label}",
            (words[label] / total.where(total > 0)).to_numpy(),
            article_id=keys["article_id"],
            target=keys["target"],
            weight=total,
        )
        for label in words.columns
    ]
    taken = table[table["label"].isin(["against", "favour"])]
    return stack([*parts, _balance(taken, frames["articles"])])


def _balance(taken: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """(favour - against) / (favour + against) in words, pooled over the outlet's articles on the event."""
    where = articles[["article_id", "outlet", "event_id"]]
    table = taken.merge(where, on="article_id").dropna(subset=["outlet", "event_id"])
    if table.empty:
        return none()
    signed = table["words"].where(table["label"] == "favour", -table["words"])
    table = table.assign(signed=signed)
    sums = table.groupby(["outlet", "event_id", "target"], sort=True)[["words", "signed", "n"]].sum().reset_index()
    sums = sums[(sums["n"] >= MIN_QUOTATIONS) & (sums["words"] > 0)]
    return rows(
        "source_balance",
        sums["signed"] / sums["words"],
        outlet=sums["outlet"],
        event_id=sums["event_id"],
        target=sums["target"],
    )


def hill(counts: np.ndarray, size: float, order: int) -> float:
    """Effective number of sources in a sample of `size` attributions out of those counted.

    Chao et al. 2014 (Ecological Monographs 84:45-67), interpolation (rarefaction): the Hill number of the expected
    frequency counts in a random sample of that size. A size between two whole numbers is interpolated linearly.

    Parameters
    ----------
    counts
        Attributions per source, (n_sources,).
    size
        Attributions in the sample, 1 .. sum of counts.
    order
        0 (number of sources), 1 (exponential of Shannon entropy) or 2 (inverse Simpson concentration).

    Returns
    -------
    float
        Effective number of sources, 1 .. number of sources.

    Raises
    ------
    ValueError
        If the order is none of these or the size is outside the sample.

    Examples
    --------
    >>> hill(np.array([2, 2, 2]), 6, 1)
    3.0
    >>> round(hill(np.array([5, 1]), 6, 0), 3), hill(np.array([5, 1]), 1, 0)
    (2.0, 1.0)
    """
    counts = np.asarray(counts, dtype="float64")
    counts = counts[counts > 0]
    n = counts.sum()
    if order not in (0, 1, 2):
        raise ValueError(f"order should be 0, 1 or 2; found {order}")
    if not 1 <= size <= n + 1e-9:
        raise ValueError(f"size should lie between 1 and the {n:.0f} attributions counted; found {size}")
    low = int(np.floor(size + 1e-9))
    share = size - low
    value = _hill(counts, low, order)
    if share > 1e-9:
        value = (1 - share) * value + share * _hill(counts, low + 1, order)
    return round(float(value), 12)


def _hill(counts: np.ndarray, size: int, order: int) -> float:
    n = counts.sum()
    k = np.arange(1, size + 1)[:, None]
    left = n - counts[None, :] - (size - k)
    possible = (k <= counts[None, :]) & (left >= 0)

    def choose(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        return np.asarray(gammaln(top + 1) - gammaln(bottom + 1) - gammaln(top - bottom + 1))

    with np.errstate(invalid="ignore"):
        log = choose(counts[None, :], k) + choose(n - counts[None, :], size - k) - choose(n, np.asarray(size))
    expected = np.where(possible, np.exp(np.where(possible, log, 0.0)), 0.0).sum(axis=1)  # sources with k in the sample
    share = k[:, 0] / size
    if order == 0:
        return float(expected.sum())
    if order == 1:
        return float(np.exp(-(share * np.log(share) * expected).sum()))
    return float(1 / (share**2 * expected).sum())


def diversity(frames: Frames) -> pd.DataFrame:
    """Effective number of sources in texts of equal length, of orders 0, 1 and 2.

    The unit drawn is the attribution: words of one quotation come together. An article of W words with n attributions
    is rarefied to n * w / W of them, w being the corpus's lower decile of article length (at least 100 words), so that
    a long article does not look more diverse for its length. Shorter articles, and those with less than one expected
    attribution, are left out.
    """
    size = frames["articles"].set_index("article_id")["n_words"].astype("float64")
    lengths = frames.get("corpus", frames["articles"])["n_words"].astype("float64")
    common = max(100.0, float(np.floor(lengths.quantile(0.1)))) if len(lengths) else 100.0
    sources = frames["sources"][["article_id", "n_quotations"]].dropna()
    sources = sources[sources["article_id"].isin(size.index[size >= common])]
    found = []
    for article, counts in sources.groupby("article_id", sort=True)["n_quotations"]:
        drawn = float(counts.sum()) * common / size[article]
        if drawn >= 1:
            found.append((article, *(hill(counts.to_numpy(), drawn, order) for order in (0, 1, 2))))
    table = pd.DataFrame(found, columns=["article_id", 0, 1, 2])
    return stack([rows(f"effective_sources.{q}", table[q], article_id=table["article_id"]) for q in (0, 1, 2)])


ANSWERS = ("quoted", "paraphrased", "reaction_noted", "declined", "unreachable", "not_found")
"""States of a reply, the best first."""


def best_replies(found: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Accusations of each outlet and event, one row per accuser and accused, with the best reply in its articles.

    Parameters
    ----------
    found
        article_id, accused, reply, and where they are known accuser and accused_id.
    articles
        article_id, outlet, event_id.

    Returns
    -------
    DataFrame
        outlet, event_id, accuser, accused, rank (place in `ANSWERS`).
    """
    if not {"article_id", "accused", "reply"} <= set(found.columns):
        return pd.DataFrame(columns=["outlet", "event_id", "accuser", "accused", "rank"])
    table = found[found["reply"].isin(ANSWERS)].merge(
        articles[["article_id", "outlet", "event_id"]].dropna(), on="article_id", suffixes=("_found", "")
    )
    accuser = table["accuser"].astype("object").fillna("") if "accuser" in table else pd.Series("", index=table.index)
    rank = table["reply"].map({name: i for i, name in enumerate(ANSWERS)}).astype("int64")
    accused = table["accused"].astype("object")
    if "accused_id" in table:  # the same party under several names
        accused = table["accused_id"].astype("object").where(table["accused_id"].notna(), accused)
    by = [table["outlet"], table["event_id"], accuser.rename("accuser"), accused.rename("accused")]
    return rank.groupby(by, dropna=False).min().reset_index(name="rank")


def replies(frames: Frames) -> pd.DataFrame:
    """What became of accusations: the best reply found in the outlet's articles on the event."""
    best = best_replies(frames["accusations"], frames["articles"])
    if best.empty:
        return none()
    cells = best.groupby(["outlet", "event_id"], sort=True)["rank"]
    size = cells.size().reset_index(name="n")
    shares = [
        (best["rank"] == i).groupby([best["outlet"], best["event_id"]], sort=True).mean().to_numpy()
        for i in range(len(ANSWERS))
    ]
    at = {"outlet": size["outlet"], "event_id": size["event_id"], "weight": size["n"]}
    return stack([rows(f"reply.{name}", share, **at) for name, share in zip(ANSWERS, shares, strict=True)])


_CODED = "Shares sum to one over the codes, `unknown` included."

MEASURES = (
    Measure(
        "attributed_share",
        "sourcing",
        "share of words, 0..1",
        "Share of the body's words attributed to a source, directly or in paraphrase.",
        "Pareti 2012 (LREC) for attribution; Newell et al. 2018 (LREC) for news.",
        "As good as the extraction of attributions; nested ones count once.",
        ("articles", "quotations"),
        quoted_share,
        (0.0, 1.0),
        "words of the body's attributions (those inside others left out) over n_words.",
        by_event=True,
    ),
    Measure(
        "quoted_share",
        "sourcing",
        "share of words, 0..1",
        "Share of the body's words that are attributed to a source and stand between quotation marks.",
        "As attributed_share.",
        "Scare quotes are not attributions and are left out.",
        ("articles", "quotations"),
        quoted_share,
        (0.0, 1.0),
        "words of the body's attributions that stand between quotation marks (n_quoted) over n_words.",
        by_event=True,
    ),
    *(
        Measure(
            f"source_{kind}",
            "sourcing",
            "share of attributed words, 0..1",
            f"Share of the words given to sources that go to this {kind}.",
            "Sigal 1973 and Tiffen et al. 2014 (Journalism Studies) count sources by kind; words here.",
            _CODED,
            ("sources",),
            kinds,
            (0.0, 1.0),
            "n_words of the article's sources of that kind over n_words of all its sources.",
            by_event=True,
            parts=True,
        )
        for kind in KINDS
    ),
    *(
        Measure(
            f"{edge}_speaker",
            "sourcing",
            "share of articles, 0..1",
            f"Share of articles in which the source that speaks {edge} is this kind of actor.",
            "Asp 2007 and others on the primary definer (Hall et al. 1978); position as in the inverted pyramid.",
            "Of articles with at least one resolved source in the body.",
            ("sources", "quotations"),
            kinds,
            (0.0, 1.0),
            "1 if the source of the body's first (last) attribution is of that kind, else 0.",
            by_event=True,
            parts=True,
        )
        for edge in ("first", "last")
    ),
    Measure(
        "side_words",
        "sourcing",
        "share of words, 0..1",
        "Of the words given to sources that say something about the target, the share of those against, neutral or in "
        "favour of it.",
        "D'Alessio & Allen 2000 (statement bias), per source and in words.",
        "All words of a source count for the side it takes on the target, whatever they are about, once per article, by the label "
        "of all it says there. A source that is the target, or speaks for it, is on no side. Equal shares are not fairness: "
        "Boykoff & Boykoff 2004.",
        ("annotations", "sources", "articles"),
        sides,
        (0.0, 1.0),
        "sum of n_words of sources whose stance toward the target, in the whole article, has the label, over n_words of all sources with a label.",
        by_event=True,
    ),
    Measure(
        "source_balance",
        "sourcing",
        "-1 (all words to sources against) .. 1 (all in favour)",
        "Words of sources in favour minus words of sources against, over both, at outlet x event.",
        "D'Alessio & Allen 2000; only from five quotations up, below which the index says little but its own grain.",
        "As side_words: what the target says of itself does not count. Balance is not fairness: equal words for unequal evidence "
        "mislead (Boykoff & Boykoff 2004, Global Environmental Change).",
        ("annotations", "sources", "articles"),
        sides,
        (-1.0, 1.0),
        "(F - A) / (F + A), F and A the words of sources in favour and against, all the outlet's articles on the event; five quotations or more.",
        by_event=True,
    ),
    Measure(
        "effective_sources",
        "sourcing",
        "effective number of sources",
        "Hill number of the attributions per source (0: how many sources; 1: as many equally used sources would be as "
        "even; 2: giving more weight to the much used), rarefied to texts of equal length.",
        "Hill 1973; Chao et al. 2014 (Ecological Monographs), rarefaction; the unit is the attribution, the length is "
        "equalised in words.",
        "Diversity of sources is not diversity of views. Articles below the common length are left out.",
        ("articles", "sources"),
        diversity,
        (0.0, np.inf),
        "(sum over k of (k/m)^q * E f_k(m))^(1/(1-q)), q -> 1 as limit; E f_k(m): expected number of sources with k attributions among m drawn, m = n * w / W.",
        by_event=True,
    ),
    Measure(
        "reply",
        "sourcing",
        "share of accusations, 0..1",
        "Share of the accusations found that got this reply, the best in the outlet's articles on the event.",
        "Right of reply as in press codes; the categories are this project's.",
        "`not_found` means not found in these texts; accusations and replies are found automatically.",
        ("accusations", "articles"),
        replies,
        (0.0, 1.0),
        "accusations (accuser, accused) whose best reply in the outlet's articles on the event is this one, over accusations found there.",
        by_event=True,
        parts=True,
    ),
)
