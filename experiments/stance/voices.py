"""Fit how probable evaluation is in each voice, given the stance model's prediction and how loaded the sentence is.

python experiments/stance/voices.py          writes src/framing/knowledge/stance.json and `voices` of results.json; then whole.py

Models of sentiment toward targets learn from coders who marked bad news as negative. The codes tell evaluation from reported conduct, by voice. Fitted
on `more.csv` and `third.csv` (coders c to j, one each item) and on the development half of `items.csv` where both its coders agree; items are weighted back to the pool
they were drawn from, in three cells (predicted against, favour, neither) whose shares the stratum drawn at random gives. Ways were compared by ten folds
over articles; the other half of `items.csv` was scored once, at the end.
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
from framing.models import StanceRequest, load_stance

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CODES = ROOT / "datasets" / "codes" / "conduct"
STORE = ROOT / "src" / "framing" / "knowledge" / "stance.json"
CACHE = HERE / ".cache"
LABELS = list(stance.LABELS)
STRENGTH, FOLDS = 1.0, 10
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
    texts = corpora.drop_duplicates("article_id").set_index("article_id")["text"]
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
                "loaded": float(encodings[row.item].heads["loaded"][int(piece["sentence"])]),
            }
        )
    table = pd.DataFrame(out)
    table[["against", "neutral", "favour"]] = np.asarray(load_stance().predict(asked))
    return table


def coded(file: str, coders: str) -> pd.DataFrame:
    """Items of a draw with the code of the voice that speaks where the target is mentioned, where its coders agree."""
    items = pd.read_csv(CODES / file)
    sheets = pd.concat([pd.read_csv(CODES / f"coder-{coder}.csv") for coder in coders])
    table = requests(items).merge(items[["item", "stratum"]], on="item").merge(sheets, on="item")
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


def given(table: pd.DataFrame) -> Array:
    p = np.log(np.clip(table[LABELS].to_numpy(float), stance.LEAST, 1.0))
    return np.column_stack([p[:, 0] - p[:, 1], p[:, 2] - p[:, 1], table["loaded"].map(stance._log_odds)])


def fit(table: pd.DataFrame) -> stance.Correction:
    x, y, w = given(table), table["label"].to_numpy(), weights(table)
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(x, y, sample_weight=w)
    full = dict(zip(model.classes_, np.column_stack([model.coef_, model.intercept_]), strict=True))
    against, favour = (tuple(np.round(full[label] - full["neutral"], 4).tolist()) for label in ("against", "favour"))
    mean = round(float((x[:, 2] * w).sum() / w.sum()), 4)
    unshifted = stance.Correction(against, favour, (0.0, 0.0), mean)
    return stance.Correction(against, favour, shift(probabilities(table, unshifted), y, w), mean)


def probabilities(table: pd.DataFrame, correction: stance.Correction) -> Array:
    raw, loaded = table[LABELS].to_numpy(float), table["loaded"].tolist()
    return np.array([stance._evaluation(p, one, correction) for p, one in zip(raw, loaded, strict=True)])


def shift(p: Array, y: NDArray[Any], w: Array) -> tuple[float, float]:
    """Find what to add to the log-probabilities of against and favour so that labels are as frequent as codes."""
    wanted = np.array([w[y == label].sum() / w.sum() for label in LABELS])
    logs = np.log(p)

    def off(against: float, favour: float) -> float:
        label = (logs + np.array([against, 0.0, favour])).argmax(axis=1)
        return float(np.abs(np.bincount(label, weights=w, minlength=3) / w.sum() - wanted).sum())

    grid = [(round(a, 2), round(f, 2)) for a in np.arange(0, 3.01, 0.1) for f in np.arange(0, 4.01, 0.1)]
    return min(grid, key=lambda pair: off(*pair))


def chosen(p: Array, correction: stance.Correction) -> NDArray[np.int64]:
    return (np.log(p) + np.array([correction.shift[0], 0.0, correction.shift[1]])).argmax(axis=1)


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
    p, label, plain = np.zeros((len(table), 3)), np.zeros(len(table), dtype=int), np.zeros((len(table), 3))
    for train, test in GroupKFold(FOLDS).split(table, groups=table["article_id"]):
        correction = fit(table.iloc[train])
        p[test] = probabilities(table.iloc[test], correction)
        label[test] = chosen(p[test], correction)
        plain[test] = tfidf(table.iloc[train], table.iloc[test])
    found = compare(table, p, label)
    w = weights(table)
    return found | {"tfidf": brief(table, plain, w), "vader": brief(table, vader(table), w)}


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


def brief(table: pd.DataFrame, p: Array | None, w: Array) -> dict[str, Any] | None:
    """What a baseline reaches, without its list of errors."""
    if p is None:
        return None
    found = report(table, np.clip(p, 1e-4, 1.0), p.argmax(axis=1), w)
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
    more, third, both = coded("more.csv", "cdef"), coded("third.csv", "ghij"), coded("items.csv", "ab")
    held = apart(both["article_id"])
    learn, test = pd.concat([more, third, both[~held]], ignore_index=True), both[held]
    store: dict[str, Any] = json.loads(STORE.read_text(encoding="utf-8")) | {"model": load_stance().name, "voices": {}}
    results: dict[str, Any] = {"folds": {}, "held_apart": {}}
    for voice in ("narrator", "source"):
        mine = learn[learn["voice"] == voice].reset_index(drop=True)
        theirs = test[test["voice"] == voice].reset_index(drop=True)
        correction = fit(mine)
        store["voices"][voice] = {
            "against": correction.against,
            "favour": correction.favour,
            "shift": correction.shift,
            "loaded": correction.loaded,
        }
        results["folds"][voice] = folds(mine)
        p = probabilities(theirs, correction)
        results["held_apart"][voice] = compare(theirs, p, chosen(p, correction))
    STORE.write_text(json.dumps(store, indent=1) + "\n", encoding="utf-8")
    file = HERE / "results.json"
    whole = json.loads(file.read_text(encoding="utf-8")) | {"voices": results}
    file.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
