"""Fit how probable it is that coders of ordinary news find a segment loaded, by voice, given what the head says.

python experiments/loaded/voices.py             writes src/framing/knowledge/loaded.json and results.json
python experiments/loaded/voices.py --dev       prints figures in folds, and writes nothing
python experiments/loaded/voices.py --held      scores the half held apart by the scales as they are, and fits nothing

Fitted on `more.csv` (coders c to e, a third each) and on the development half of `items.csv` (both coders agreeing), weighted back to the pool they were
drawn from, in two cells (head above .35 or not) whose shares the stratum drawn at random gives; the narrator's also on made-up sentences that tell one
thing in loaded and in plain words (`pairs.jsonl`). Ten folds over articles; the other half, and the pairs of a writer not fitted on, scored once, at the end.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from framing import datasets, encode, language, metrics, quotations, schema, segments
from framing.models import load_encoder

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CODES = ROOT / "datasets" / "codes" / "loaded"
STORE = ROOT / "src" / "framing" / "knowledge" / "loaded.json"
CACHE = HERE / ".cache"
LIKELY = 0.35
PAIRS = 0.2
"""What a made-up sentence weighs beside a coded one of ordinary news."""
KEPT = {"narrator": 0.003, "source": 10.0}
"""Strength of fitting (inverse of the penalty): the narrator's sees the sentence's vector, the source's does not."""
NAMES = ("segment", "strongest_word", "strongest_words", "length")
DRAWS = 2000
FOLDS = 10
Array = NDArray[np.float64]


def coded(file: str, coders: str) -> pd.DataFrame:
    """A row per item and voice that speaks in its sentence: the head's strongest probability and the code, where coders agree."""
    items = pd.read_csv(CODES / file)
    sheets = pd.concat([pd.read_csv(CODES / f"coder-{coder}.csv") for coder in coders])
    table = heads(items).merge(sheets[["item", "narrator", "source"]], on="item")
    table["code"] = table["narrator"].where(table["voice"] == "narrator", table["source"])
    table = table[table["code"] != "none"]
    same = table.groupby(["item", "voice"])["code"].transform("nunique") == 1
    table = table[same].drop_duplicates(["item", "voice"])
    stratum = items["stratum"] if "stratum" in items else pd.Series("any", index=items.index)
    return table.merge(items[["item"]].assign(stratum=stratum), on="item").assign(
        loaded=lambda t: t["code"] == "loaded"
    )


def heads(items: pd.DataFrame) -> pd.DataFrame:
    corpora = pd.concat([datasets.load(d)["articles"] for d in ("polnear", "article_bias_prediction", "news_cluster")])
    texts = corpora.drop_duplicates("article_id").set_index("article_id")["text"]
    rows, offsets = [], {}
    for row in items.itertuples():
        text = texts[row.article_id]
        left, right = text.rfind("\n\n", 0, row.start), text.find("\n\n", row.end)
        a, b = (left + 2 if left >= 0 else 0), (right if right >= 0 else len(text))
        offsets[row.item] = (row.start - a, row.end - a, row.article_id)
        rows.append({"article_id": row.item, "text": text[a:b], "n_words": 1, "origin": ""})
    articles = schema.conform(rows, "articles")
    encodings = {one.article_id: one for one in encode.encode(articles, cache=CACHE)}
    pieces = segments.segments(articles, encodings, quotations.attribute(articles, encodings))
    out = []
    for piece in judged(articles, pieces[pieces["for_language"]], encodings):
        start, end, article = offsets[piece["article_id"]]
        if piece["start"] >= start and piece["end"] <= end:
            out.append(piece | {"item": piece["article_id"], "article_id": article})
    table = pd.DataFrame(out).sort_values("p", ascending=False, kind="stable")
    joined = table.sort_values(["item", "start"]).groupby(["item", "voice"])["text"].agg(" ".join)
    return table.drop_duplicates(["item", "voice"]).drop(columns="text").merge(joined.reset_index())


def judged(articles: pd.DataFrame, pieces: pd.DataFrame, encodings: dict[str, encode.Encoding]) -> list[dict[str, Any]]:
    """Segments with the head's probability `p`, their text, and what a scale goes by."""
    texts = {a["article_id"]: a for a in articles.to_dict("records")}
    out = []
    for piece in language._judge(pieces, encodings, texts, None, {}):
        one, place = encodings[piece["article_id"]], (piece["part"], piece["start"], piece["end"])
        strongest = language._Strength(one).words(*place)
        found = language.evidence(piece["p"], strongest, piece["n_words"], one.vectors[int(piece["sentence"])])
        said = texts[piece["article_id"]][place[0]][place[1] : place[2]]
        out.append(
            {k: piece[k] for k in ("article_id", "voice", "p", "start", "end")} | {"text": said, "evidence": found}
        )
    return out


@cache
def pairs(part: str) -> pd.DataFrame:
    """Made-up sentences (PAIRS.md), all in the narrator's voice: item, kind (loaded, plain or grave), p, evidence; whether loaded."""
    told = [json.loads(line) for line in (CODES / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [
        {"article_id": f"{one['item']} {kind}", "text": one[kind], "n_words": 1, "origin": ""}
        for one in told if one["part"] == part for kind in ("loaded", "plain", "grave")
    ]  # fmt: skip
    articles = schema.conform(rows, "articles")
    encodings = {one.article_id: one for one in encode.encode(articles, cache=CACHE)}
    none = schema.empty("quotations")
    table = pd.DataFrame(judged(articles, segments.segments(articles, encodings, none), encodings))
    table = table.sort_values("p", ascending=False, kind="stable").drop_duplicates("article_id")
    found = table["article_id"].str.split(" ", expand=True)
    return table.assign(item=found[0], kind=found[1], loaded=found[1] == "loaded").sort_values(["item", "kind"])


def apart(articles: pd.Series) -> pd.Series:
    """Whether an article belongs to the half that is not looked at."""
    ids = sorted(pd.read_csv(CODES / "items.csv")["article_id"].unique())
    held = {ids[i] for i in np.random.default_rng(0).permutation(len(ids))[: len(ids) // 2]}
    return articles.isin(held)


def weights(table: pd.DataFrame) -> Array:
    here = (table["p"] > LIKELY).to_numpy(int)
    at_random = np.bincount(here[(table["stratum"] == "any").to_numpy()], minlength=2)
    ratio = at_random / at_random.sum() / np.maximum(np.bincount(here, minlength=2), 1)
    return np.asarray(ratio[here] * len(table), dtype=float)


def fit(table: pd.DataFrame, voice: str) -> language.Scale:
    """Logistic model of the evidence, put to the level of ordinary news afterwards, with the bar above which as many lie as are coded."""
    x, w, y = np.stack(table["evidence"]), weights(table), table["loaded"].to_numpy(bool)
    if voice == "source":
        x = x[:, : len(NAMES)]
        model = LogisticRegression(C=KEPT[voice], max_iter=2000).fit(x, y, sample_weight=w)
    else:
        made = pairs("fit")
        model = LogisticRegression(C=KEPT[voice], max_iter=2000).fit(
            np.vstack([x, np.stack(made["evidence"])]),
            np.concatenate([y, made["loaded"]]),
            sample_weight=np.concatenate([w, np.full(len(made), PAIRS)]),
        )
    level = LogisticRegression(C=10.0).fit(model.decision_function(x)[:, None], y, sample_weight=w)
    slope = float(level.coef_[0, 0])
    fitted = np.round(slope * model.coef_[0], 4)
    scale = language.Scale(fitted, round(slope * float(model.intercept_[0]) + float(level.intercept_[0]), 4), 0.5)
    q = np.array([scale(one) for one in table["evidence"]])
    order = np.argsort(-q)
    last = int(np.searchsorted(np.cumsum(w[order]), w[y].sum()))
    return language.Scale(fitted, scale.constant, round(float(q[order[min(last, len(q) - 1)]]), 4))


def alone(table: pd.DataFrame) -> Array:
    """Probability by the sentence head alone, put to the level of the codes: what more evidence must be better than."""
    odds = np.array([one[0] for one in table["evidence"]])[:, None]
    model = LogisticRegression(C=10.0).fit(odds, table["loaded"], sample_weight=weights(table))
    return np.asarray(model.predict_proba(odds)[:, 1], dtype=float)


def made_up(scale: language.Scale, part: str) -> dict[str, Any]:
    """Made-up sentences: how often the loaded one of an item is put above the others, and what share of each kind is called loaded."""
    table = pairs(part)
    p = {kind: np.array([scale(one) for one in rows["evidence"]]) for kind, rows in table.groupby("kind")}
    head = {kind: rows["p"].to_numpy(float) for kind, rows in table.groupby("kind")}
    return {
        "items": len(p["loaded"]),
        "above_plain": round(float((p["loaded"] > p["plain"]).mean()), 3),
        "above_grave": round(float((p["loaded"] > p["grave"]).mean()), 3),
        "head_above_plain": round(float((head["loaded"] > head["plain"]).mean()), 3),
        "head_above_grave": round(float((head["loaded"] > head["grave"]).mean()), 3),
        "called_loaded": {kind: round(float((values >= scale.bar).mean()), 3) for kind, values in p.items()},
    }


def report(
    gold: NDArray[np.bool_], p: Array, said: NDArray[np.bool_], w: Array, articles: pd.Series | None = None
) -> dict[str, Any]:
    hit = w[said & gold].sum()
    other = w[~said & ~gold].sum()
    f1 = [2 * hit / max(w[said].sum() + w[gold].sum(), 1e-9), 2 * other / max(w[~said].sum() + w[~gold].sum(), 1e-9)]
    return {
        "n": len(gold),
        "loaded": int(gold.sum()),
        "share_coded": round(w[gold].sum() / w.sum(), 3),
        "share_said": round(w[said].sum() / w.sum(), 3),
        "precision": round(hit / w[said].sum(), 3) if said.any() else None,
        "recall": round(hit / w[gold].sum(), 3) if gold.any() else None,
        "macro_f1": round(float(np.mean(f1)), 3),
        "confusion": {
            "rows_gold": ["loaded", "plain"],
            "counts": [
                [int((said & gold).sum()), int((~said & gold).sum())],
                [int((said & ~gold).sum()), int((~said & ~gold).sum())],
            ],
        },
        "calibration_error": round(error(gold, p, w), 3),
        **(chance(gold, p, w, articles) if articles is not None else {}),
        "auc": round(float(roc_auc_score(gold, p, sample_weight=w)), 3),
    }


def error(gold: NDArray[np.bool_], p: Array, w: Array, bins: int = 10) -> float:
    """Expected calibration error with weights, in bins of equal width."""
    which = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [abs((w * (gold - p))[which == k].sum()) for k in range(bins)]
    return float(np.sum(gaps) / w.sum())


def chance(gold: NDArray[np.bool_], p: Array, w: Array, articles: pd.Series, seed: int = 0) -> dict[str, Any]:
    """How sure the calibration error is: resampled by article, and what perfectly calibrated probabilities would show.

    The error in bins is above zero for any finite sample. `if_calibrated` draws codes from the probabilities themselves: mean
    and 95th percentile of the error then, and how often it is as large as the one found. `gap` is the mean difference of
    code and probability, with its interval: the error that a wrong level alone makes, which sample size does not inflate.
    """
    rng = np.random.default_rng(seed)
    groups = [np.flatnonzero(articles == one) for one in articles.unique()]
    again, gaps = [], []
    for _ in range(DRAWS):
        rows = np.concatenate([groups[k] for k in rng.integers(0, len(groups), len(groups))])
        again.append(error(gold[rows], p[rows], w[rows]))
        gaps.append(float((w[rows] * (gold[rows] - p[rows])).sum() / w[rows].sum()))
    drawn = np.array([error(rng.random(len(p)) < p, p, w) for _ in range(DRAWS)])
    return {
        "calibration_interval": [round(float(np.quantile(again, q)), 3) for q in (0.025, 0.975)],
        "if_calibrated": {
            "mean": round(float(drawn.mean()), 3),
            "p95": round(float(np.quantile(drawn, 0.95)), 3),
            "as_large": round(float((drawn >= error(gold, p, w)).mean()), 3),
        },
        "gap": round(float((w * (gold - p)).sum() / w.sum()), 3),
        "gap_interval": [round(float(np.quantile(gaps, q)), 3) for q in (0.025, 0.975)],
    }


def errors(table: pd.DataFrame, said: NDArray[np.bool_]) -> list[str]:
    """Items labelled otherwise than coded."""
    kind = {True: "loaded", False: "plain"}
    rows = zip(table["item"], table["loaded"], said, strict=True)
    return [f"{item} gold={kind[bool(gold)]} found={kind[bool(guess)]}" for item, gold, guess in rows if gold != guess]


def compare(table: pd.DataFrame, p: Array, said: NDArray[np.bool_]) -> dict[str, Any]:
    gold, raw, w = table["loaded"].to_numpy(bool), table["p"].to_numpy(float), weights(table)
    ordinary = language.recalibrate(raw, 0.15)
    return {
        "fitted": report(gold, p, said, w, table["article_id"]) | {"errors": errors(table, said)},
        "one_prior_for_all": report(gold, ordinary, ordinary >= 0.5, w),
        "as_trained": report(gold, raw, raw >= 0.5, w),
        "majority": report(gold, np.zeros(len(gold)), np.zeros(len(gold), dtype=bool), w),
        "plain_metric": round(metrics.ece(gold, p), 3),
    }


def folds(table: pd.DataFrame) -> dict[str, Any]:
    p, said, plain = np.zeros(len(table)), np.zeros(len(table), dtype=bool), np.zeros(len(table))
    for train, test in GroupKFold(FOLDS).split(table, groups=table["article_id"]):
        scale = fit(table.iloc[train], str(table["voice"].iloc[0]))
        p[test] = [scale(one) for one in table["evidence"].iloc[test]]
        said[test] = p[test] >= scale.bar
        plain[test] = tfidf(table.iloc[train], table.iloc[test])
    w, gold = weights(table), table["loaded"].to_numpy(bool)
    return compare(table, p, said) | {"head_alone": head_alone(table), "tfidf": report(gold, plain, plain >= 0.5, w)}


def head_alone(table: pd.DataFrame) -> dict[str, Any]:
    """The sentence head's log-odds put to the level of the codes, and as many called loaded as are coded (one slope for all: no folds needed)."""
    p, w, gold = alone(table), weights(table), table["loaded"].to_numpy(bool)
    order = np.argsort(-p)
    last = int(np.searchsorted(np.cumsum(w[order]), w[gold].sum()))
    return report(gold, p, p >= p[order[min(last, len(p) - 1)]], w)


def tfidf(train: pd.DataFrame, test: pd.DataFrame) -> Array:
    """Probability by word weights of the segment's own words."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2).fit(train["text"])
    model = LogisticRegression(C=10.0, max_iter=2000, class_weight="balanced")
    model.fit(words.transform(train["text"]), train["loaded"], sample_weight=weights(train))
    return np.asarray(model.predict_proba(words.transform(test["text"]))[:, 1], dtype=float)


def again() -> None:
    """Score the half held apart by the stored scales."""
    both = coded("items.csv", "ab")
    test = both[apart(both["article_id"])]
    file = HERE / "results.json"
    results = json.loads(file.read_text(encoding="utf-8"))
    for voice, scale in language._scales(load_encoder().name).items():
        theirs = test[test["voice"] == voice].reset_index(drop=True)
        p = np.array([scale(one) for one in theirs["evidence"]])
        results["held_apart"][voice] = compare(theirs, p, p >= scale.bar)
        if voice == "narrator":
            results["made_up"] = made_up(scale, "held")
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    if "--dev" in sys.argv:
        learn = pd.concat(
            [coded("more.csv", "cde"), coded("items.csv", "ab").pipe(lambda t: t[~apart(t["article_id"])])]
        )
        for voice in KEPT:
            found = folds(learn[learn["voice"] == voice].reset_index(drop=True))
            for name, one in found.items():
                if isinstance(one, dict):
                    print(voice, name, {k: one[k] for k in ("n", "macro_f1", "auc", "calibration_error", "share_said")})
        return
    if "--held" in sys.argv:
        again()
        return
    more, both = coded("more.csv", "cde"), coded("items.csv", "ab")
    held = apart(both["article_id"])
    learn, test = pd.concat([more, both[~held]], ignore_index=True), both[held]
    store: dict[str, Any] = {"model": load_encoder().name, "voices": {}}
    results: dict[str, Any] = {"folds": {}, "held_apart": {}}
    for voice in ("narrator", "source"):
        mine = learn[learn["voice"] == voice].reset_index(drop=True)
        theirs = test[test["voice"] == voice].reset_index(drop=True)
        scale = fit(mine, voice)
        store["voices"][voice] = {
            "weights": dict(zip(NAMES, scale.weights[: len(NAMES)].tolist(), strict=True)),
            "constant": scale.constant,
            "bar": scale.bar,
            "vector": scale.weights[len(NAMES) :].tolist(),
        }
        results["folds"][voice] = folds(mine)
        p = np.array([scale(one) for one in theirs["evidence"]])
        results["held_apart"][voice] = compare(theirs, p, p >= scale.bar)
        if voice == "narrator":
            results["made_up"] = made_up(scale, "held")
    STORE.write_text(json.dumps(store, indent=1) + "\n", encoding="utf-8")
    (HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
