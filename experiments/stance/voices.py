"""Fit how probable evaluation is in each voice, given what the stance model says of it, how loaded the sentence is and the article's style.

python experiments/stance/voices.py          writes src/framing/knowledge/stance.json and `voices` of results.json; then whole.py

Codes tell evaluation from reported conduct, by voice. The model's layers for evaluation were trained on the same codes, so what
it says of an item here comes from a model that was trained without the item's article: `folds.csv`, which `evaluation.py` writes.
Fitted on `more.csv`, `third.csv`, `fourth.csv` and `fifth.csv` (coders c to u, one each item) and on the development half of `items.csv` where
both its coders agree; items are weighted back to the pool they were drawn from, in three cells (predicted against, favour,
neither) whose shares the stratum drawn at random gives. The other half of `items.csv` is scored with the shipped model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import GroupKFold

from framing import datasets, encode, metrics, quotations, schema, segments, stance
from framing.models import VOICES, StanceRequest, load_stance

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CODES = ROOT / "datasets" / "codes" / "conduct"
OUT_OF_FOLD = HERE / "folds.csv"
STORE = ROOT / "src" / "framing" / "knowledge" / "stance.json"
CACHE = HERE / ".cache"
LABELS = list(stance.LABELS)
SAID = [f"evaluation_{label}" for label in LABELS]
STRENGTH, FOLDS, LEAST = 1.0, 10, 40
Array = NDArray[np.float64]


def window(text: str, start: int, end: int) -> tuple[int, int]:
    """The paragraph that holds a span, with the one before and the one after."""
    left = text.rfind("\n\n", 0, max(text.rfind("\n\n", 0, start), 0))
    right = text.find("\n\n", end)
    right = text.find("\n\n", right + 2) if right >= 0 else -1
    return (left + 2 if left >= 0 else 0), (right if right >= 0 else len(text))


def requests(items: pd.DataFrame) -> pd.DataFrame:
    """The segment of each item that mentions the target, its voice, the model's raw probabilities and how loaded its sentence is."""
    corpora = pd.concat([datasets.load(d)["articles"] for d in items["dataset"].unique()], ignore_index=True)
    corpora = corpora.drop_duplicates("article_id").set_index("article_id")
    texts = corpora["text"]
    style = {
        one["article_id"]: stance._style(one)
        for one in segments.records(corpora.loc[items["article_id"]].reset_index())
    }
    rows, offsets = [], {}
    for row in items.itertuples():
        a, b = window(texts[row.article_id], row.start, row.end)
        offsets[row.item] = a
        rows.append({"article_id": row.item, "text": texts[row.article_id][a:b], "n_words": 1, "origin": ""})
    articles = schema.conform(rows, "articles")
    encodings = {one.article_id: one for one in encode.encode(articles, cache=CACHE)}
    said = quotations.attribute(articles, encodings)
    pieces = segments.segments(articles, encodings, said)
    pieces = pieces[pieces["for_stance"] & (pieces["part"] == "text")]
    of = dict(iter(pieces.groupby("article_id")))
    out, asked = [], []
    for row in items.itertuples():
        a = offsets[row.item]
        start, end = row.target_start - a, row.target_end - a
        mine = of[row.item]
        mine = mine[(mine["start"] <= start) & (mine["end"] >= end)]
        if mine.empty:
            continue
        piece = mine.iloc[0]
        text = texts[row.article_id][a + piece["start"] : a + piece["end"]]
        mention = (start - piece["start"], end - piece["start"])
        asked.append(StanceRequest(text, text[mention[0] : mention[1]], "entity", mention))
        out.append(
            {
                "item": row.item,
                "article_id": row.article_id,
                "voice": piece["voice"],
                "text": text,
                "mention": mention,
                "loaded": float(encodings[row.item].heads["loaded"][int(piece["sentence"])]),
                "style": style[row.article_id],
            }
        )
    table = pd.DataFrame(out)
    raw, evaluation = load_stance().judge(asked)
    table[LABELS] = np.asarray(raw, dtype=float)
    table[SAID] = np.asarray(evaluation, dtype=float)[np.arange(len(table)), table["voice"].map(VOICES.index)]
    return table


def learning() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Items that may be learnt from, and those held apart."""
    both = coded("items.csv", "ab")
    held = apart(both["article_id"])
    drawn = [
        coded("more.csv", "cdef"),
        coded("third.csv", "ghij"),
        coded("fourth.csv", "klm"),
        coded("fifth.csv", "nopqrstu"),
    ]
    return pd.concat([*drawn, both[~held]], ignore_index=True), both[held]


def out_of_fold(table: pd.DataFrame) -> pd.DataFrame:
    """Put what models said that were trained without an item's article in the place of what the shipped one says."""
    said = pd.read_csv(OUT_OF_FOLD)
    return table.drop(columns=SAID).merge(said[["item", *SAID]], on="item")


def coded(file: str, coders: str) -> pd.DataFrame:
    """Items of a draw with the code of the voice that speaks where the target is mentioned, where its coders agree."""
    items = pd.read_csv(CODES / file)
    sheets = pd.concat([pd.read_csv(CODES / f"coder-{coder}.csv") for coder in coders])
    table = requests(items).merge(items[["item", "dataset", "stratum"]], on="item").merge(sheets, on="item")
    own = table["narrator"].where(table["voice"] == "narrator", table["attributed"])
    other = table["attributed"].where(table["voice"] == "narrator", table["narrator"])
    table = table.assign(code=own)[~((own == "none") & other.isin(["against", "favour"]))]
    agreed = table.groupby("item")["code"].nunique() == 1
    table = table[table["item"].isin(agreed.index[agreed])].drop_duplicates("item")
    return table.assign(label=table["code"].where(table["code"].isin(["against", "favour"]), "neutral"))


def apart(articles: pd.Series) -> pd.Series:
    """Whether an article belongs to the half that is not looked at."""
    ids = sorted(pd.read_csv(CODES / "items.csv")["article_id"].unique())
    held = {ids[i] for i in np.random.default_rng(0).permutation(len(ids))[: len(ids) // 2]}
    return articles.isin(held)


def cells(table: pd.DataFrame) -> NDArray[np.int64]:
    return np.where(table["against"] > 0.5, 0, np.where(table["favour"] > 0.5, 1, 2))


def weights(table: pd.DataFrame) -> Array:
    """Weigh items so that the three cells have the shares that they have among those drawn at random."""
    at_random = np.bincount(cells(table[table["stratum"] == "any"]), minlength=3)
    here = cells(table)
    ratio = at_random / at_random.sum() / np.maximum(np.bincount(here, minlength=3), 1)
    return np.asarray(ratio[here] * len(table), dtype=float)


MEAN = stance.Correction((), (), (0.0, 0.0), 0.0, 0.0)
"""Stands for a correction where nothing is unknown."""


def given(table: pd.DataFrame, style: float) -> Array:
    """What the shipped correction knows of an item: four log-odds."""
    known = zip(table[SAID].to_numpy(float), table["loaded"], table["style"].fillna(style), strict=True)
    return np.array([stance._known(said, loaded, one, MEAN) for said, loaded, one in known])


def sentiment(table: pd.DataFrame, style: float) -> Array:
    """What the correction before knew: the log-odds of sentiment and of loaded wording."""
    known = zip(table[LABELS].to_numpy(float), table["loaded"], strict=True)
    return np.array([stance._known(said, loaded, style, MEAN)[:3] for said, loaded in known])


Fitted = tuple[Array, tuple[float, float]]


def fit(x: Array, y: NDArray[Any], w: Array) -> Fitted:
    """Log-odds of against and favour to neutral per unit of what is known and constant, shape (2, n + 1); and the shift."""
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(x, y, sample_weight=w)
    full = dict(zip(model.classes_, np.column_stack([model.coef_, model.intercept_]), strict=True))
    odds = np.round([full[label] - full["neutral"] for label in ("against", "favour")], 4)
    return odds, shift(probabilities(x, odds), y, w)


def probabilities(x: Array, odds: Array) -> Array:
    logs = np.column_stack([x, np.ones(len(x))]) @ odds.T
    logs = np.column_stack([logs[:, 0], np.zeros(len(x)), logs[:, 1]])
    p = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(p / p.sum(axis=1, keepdims=True), dtype=float)


def shift(p: Array, y: NDArray[Any], w: Array) -> tuple[float, float]:
    """Find what to add to the log-probabilities of against and favour so that labels are as frequent as codes."""
    wanted = np.array([w[y == label].sum() / w.sum() for label in LABELS])

    def off(against: float, favour: float) -> float:
        label = chosen(p, (against, favour))
        return float(np.abs(np.bincount(label, weights=w, minlength=3) / w.sum() - wanted).sum())

    grid = [(round(a, 2), round(f, 2)) for a in np.arange(0, 3.01, 0.1) for f in np.arange(0, 4.01, 0.1)]
    return min(grid, key=lambda pair: off(*pair))


def chosen(p: Array, shift: tuple[float, float]) -> NDArray[np.int64]:
    """Choose labels; only the likelier side can be one, so that a label never contradicts the sign of the score."""
    side = p[:, 0] >= p[:, 2]
    possible = np.column_stack([side, np.ones(len(p), dtype=bool), ~side])
    return np.where(possible, np.log(p) + np.array([shift[0], 0.0, shift[1]]), -np.inf).argmax(axis=1)


def usual(table: pd.DataFrame) -> float:
    """Say how probable opinion is in a text too short to tell."""
    return float(1 / (1 + np.exp(-table["style"].dropna().map(stance._log_odds).mean())))


def report(table: pd.DataFrame, p: Array, label: NDArray[np.int64], w: Array) -> dict[str, Any]:
    """Weighted figures: precision, recall, macro-F1, calibration, and false alarms on reported conduct."""
    gold = table["label"].map(LABELS.index).to_numpy()
    conduct = (table["code"] == "conduct").to_numpy()
    loss = -(w * np.log(p[np.arange(len(p)), gold])).sum() / w.sum()
    out: dict[str, Any] = {"n": len(table), "log_loss": round(float(loss), 3)}
    scores = []
    for k, name in enumerate(LABELS):
        hit, said, true = w[(label == k) & (gold == k)].sum(), w[label == k].sum(), w[gold == k].sum()
        scores.append(2 * hit / (said + true) if said + true else 0.0)
        if name != "neutral":
            out[name] = {
                "coded": int((gold == k).sum()),
                "precision": round(hit / said, 3) if said else None,
                "recall": round(hit / true, 3) if true else None,
                "share_said": round(said / w.sum(), 3),
                "share_coded": round(true / w.sum(), 3),
                "calibration_error": round(metrics.ece(gold == k, p[:, k]), 3),
            }
    wrong = table["item"] + " gold=" + table["label"] + " found=" + np.array(LABELS, dtype=object)[label]
    alarms = int((conduct & (label == 0)).sum())
    return out | {
        "macro_f1": round(float(np.mean(scores)), 3),
        "confusion": {"rows_gold": LABELS, "counts": confusion_matrix(gold, label, labels=[0, 1, 2]).tolist()},
        "errors": wrong[gold != label].tolist(),
        "conduct_only": int(conduct.sum()),
        "hostile_false_alarms": round(alarms / max(int(conduct.sum()), 1), 3),
    }


def folds(table: pd.DataFrame) -> dict[str, Any]:
    """Held-out figures of the correction beside baselines."""
    w, y, style = weights(table), table["label"].to_numpy(), usual(table)
    ways = {"corrected": given(table, style), "sentiment": sentiment(table, style)}
    p = {way: np.zeros((len(table), 3)) for way in ways}
    label = {way: np.zeros(len(table), dtype=int) for way in ways}
    plain = np.zeros((len(table), 3))
    for train, test in GroupKFold(FOLDS).split(table, groups=table["article_id"]):
        for way, x in ways.items():
            odds, moved = fit(x[train], y[train], weights(table.iloc[train]))
            p[way][test] = probabilities(x[test], odds)
            label[way][test] = chosen(p[way][test], moved)
        plain[test] = tfidf(table.iloc[train], table.iloc[test])
    found = compare(table, p["corrected"], label["corrected"])
    found["sentiment_corrected"] = brief(table, p["sentiment"], w, label["sentiment"])
    found["gain"] = gain(table, p, label)
    found["corpora"] = {
        corpus: {way: figures(table, p[way], label[way], w, rows) for way in ways}
        for corpus, rows in table.groupby("dataset").indices.items()
        if len(rows) >= LEAST
    }
    return found | {"tfidf": brief(table, plain, w), "vader": brief(table, vader(table), w)}


def figures(
    table: pd.DataFrame, p: Array, label: NDArray[np.int64], w: Array, rows: NDArray[np.int64]
) -> dict[str, float]:
    """Log loss and macro-F1 of some rows."""
    gold = table["label"].map(LABELS.index).to_numpy()[rows]
    p, label, w = p[rows], label[rows], w[rows]
    loss = -(w * np.log(p[np.arange(len(rows)), gold])).sum() / w.sum()
    both = [w[(label == k) & (gold == k)].sum() for k in range(3)]
    either = [w[label == k].sum() + w[gold == k].sum() for k in range(3)]
    f1 = [2 * hit / all_ if all_ else 0.0 for hit, all_ in zip(both, either, strict=True)]
    return {"n": len(rows), "log_loss": round(float(loss), 4), "macro_f1": round(float(np.mean(f1)), 4)}


def gain(
    table: pd.DataFrame, p: dict[str, Array], label: dict[str, NDArray[np.int64]], draws: int = 1000, seed: int = 0
) -> dict[str, list[float]]:
    """Intervals (95 %) of the difference to the correction of sentiment, articles drawn anew."""
    rng, w = np.random.default_rng(seed), weights(table)
    groups = list(table.groupby("article_id").indices.values())
    out: dict[str, list[float]] = {"log_loss": [], "macro_f1": []}
    for _ in range(draws):
        rows = np.concatenate([groups[k] for k in rng.integers(0, len(groups), len(groups))])
        new, old = (figures(table, p[way], label[way], w, rows) for way in ("corrected", "sentiment"))
        for name, values in out.items():
            values.append(new[name] - old[name])
    return {name: [round(float(np.quantile(v, q)), 3) for q in (0.025, 0.5, 0.975)] for name, v in out.items()}


def tfidf(train: pd.DataFrame, test: pd.DataFrame) -> Array:
    """Probabilities by word weights of the segments' own words."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2).fit(train["text"])
    model = LogisticRegression(C=10.0, max_iter=2000, class_weight="balanced")
    model.fit(words.transform(train["text"]), train["label"], sample_weight=weights(train))
    found = dict(zip(model.classes_, model.predict_proba(words.transform(test["text"])).T, strict=True))
    return np.column_stack([found.get(label, np.zeros(len(test))) for label in LABELS])


def vader(table: pd.DataFrame) -> Array | None:
    """VADER's sentiment of the segment, cut at .05 as its authors do; needs `pip install vaderSentiment`."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    scorer = SentimentIntensityAnalyzer()
    compound = np.array([scorer.polarity_scores(text)["compound"] for text in table["text"]])
    return np.eye(3)[np.where(compound <= -0.05, 0, np.where(compound >= 0.05, 2, 1))]


def brief(
    table: pd.DataFrame, p: Array | None, w: Array, label: NDArray[np.int64] | None = None
) -> dict[str, Any] | None:
    """What a baseline reaches, without its list of errors."""
    if p is None:
        return None
    found = report(table, np.clip(p, 1e-4, 1.0), p.argmax(axis=1) if label is None else label, w)
    return {key: value for key, value in found.items() if key != "errors"}


def compare(table: pd.DataFrame, p: Array, label: NDArray[np.int64]) -> dict[str, Any]:
    raw, w = np.clip(table[LABELS].to_numpy(float), 1e-4, 1.0), weights(table)
    share = np.array([w[table["label"] == one].sum() for one in LABELS]) / w.sum()
    plain = np.tile(np.clip(share, 1e-4, 1), (len(table), 1))
    return {
        "corrected": report(table, p, label, w),
        "as_predicted": brief(table, raw, w),
        "commonest": brief(table, plain, w),
    }


def main() -> None:
    learn, test = learning()
    learn = out_of_fold(learn)
    store: dict[str, Any] = json.loads(STORE.read_text(encoding="utf-8")) | {"model": load_stance().name, "voices": {}}
    results: dict[str, Any] = {"folds": {}, "held_apart": {}}
    for voice in VOICES:
        mine = learn[learn["voice"] == voice].reset_index(drop=True)
        theirs = test[test["voice"] == voice].reset_index(drop=True)
        style, w = usual(mine), weights(mine)
        x = given(mine, style)
        odds, moved = fit(x, mine["label"].to_numpy(), w)
        store["voices"][voice] = {
            "against": odds[0].tolist(),
            "favour": odds[1].tolist(),
            "shift": moved,
            "loaded": round(float((x[:, 2] * w).sum() / w.sum()), 4),
            "style": round(float((x[:, 3] * w).sum() / w.sum()), 4),
        }
        results["folds"][voice] = folds(mine)
        p = probabilities(given(theirs, style), odds)
        results["held_apart"][voice] = compare(theirs, p, chosen(p, moved))
    STORE.write_text(json.dumps(store, indent=1) + "\n", encoding="utf-8")
    file = HERE / "results.json"
    whole = json.loads(file.read_text(encoding="utf-8")) | {"voices": results}
    file.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
