"""Stance experiments: PerSenT articles, calibration on NewsMTSC and GWSD.

python experiments/stance/score.py [persent] [calibration]      writes results.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedKFold

from framing import datasets, encode, metrics, quotations, stance, targets
from framing.models import StanceRequest, load_stance

HERE = Path(__file__).parent
LABELS = list(stance.LABELS)
FOLDS, SEED, STRENGTH = 5, 0, 100.0


def report(gold: list[str], guess: list[str]) -> dict[str, Any]:
    return {
        "macro_f1": round(metrics.macro_f1(gold, guess, LABELS), 4),
        "accuracy": round(metrics.accuracy(gold, guess), 4),
        "confusion": {"rows_gold": LABELS, "counts": confusion_matrix(gold, guess, labels=LABELS).tolist()},
    }


def triples(rows: pd.DataFrame) -> np.ndarray:
    """Probabilities of against, neutral, favour from label, confidence and score."""
    label, p, score = rows["label"].to_numpy(object), rows["confidence"].to_numpy(float), rows["score"].to_numpy(float)
    favour = np.where(label == "favour", p, np.where(label == "against", p + score, (1 - p + score) / 2))
    against = favour - score
    return np.clip(np.stack([against, 1 - against - favour, favour], axis=1), 0, 1)


def aggregate(rows: pd.DataFrame, keys: list[str], gold: list[str]) -> tuple[list[str], dict[str, list[float]]]:
    """Labels of articles from the mean of their segments: held-out labels, and coefficients fitted on all."""
    spans = rows[rows["start"].notna()]
    mean = pd.DataFrame(triples(spans), index=spans["article_id"]).groupby(level=0).mean().reindex(keys).fillna(0.0)
    x, y = mean[[0, 2]].to_numpy(), np.array(gold, dtype=object)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
    out = np.empty(len(y), dtype=object)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(x, y):
        out[test] = model.fit(x[train], y[train]).predict(x[test])
    fitted = model.fit(x, y)
    table = np.column_stack([fitted.coef_, fitted.intercept_]).round(2)
    return out.tolist(), dict(zip(fitted.classes_.tolist(), table.tolist(), strict=True))


def persent() -> dict[str, Any]:
    frames = datasets.load("persent")
    articles = frames["articles"].drop_duplicates("article_id").assign(event_id=pd.NA)
    gold_rows = frames["annotations"][frames["annotations"]["start"].isna()].drop_duplicates("article_id")
    gold = dict(zip(gold_rows["article_id"], gold_rows["label"], strict=True))
    encodings = {one.article_id: one for one in encode.encode(articles)}
    said = quotations.attribute(articles, encodings)
    asked = targets.resolve(articles)
    rows = stance.annotate(articles, encodings, said, asked)
    rows.to_parquet(HERE / "persent.parquet")  # not committed: probabilities per segment
    whole = rows[rows["start"].isna() & (rows["voice"] == "all")].set_index("article_id")
    keys = articles["article_id"].tolist()
    truth = [gold[k] for k in keys]
    said_of = [whole.at[k, "label"] if isinstance(whole.at[k, "label"], str) else "neutral" for k in keys]
    mean = {k: v["score"] for k, v in rows[rows["start"].notna()].groupby("article_id")}
    plain = []
    for k in keys:
        score = float(mean[k].mean()) if k in mean else 0.0
        plain.append("favour" if score > 1 / 3 else "against" if score < -1 / 3 else "neutral")
    held_out, coefficients = aggregate(rows, keys, truth)
    return {
        "n": len(keys),
        "note": "the labels of `shipped` come from coefficients fitted on these articles; `held_out` is the honest figure",
        "held_out": report(truth, held_out),
        "coefficients": coefficients,
        "articles_where_nothing_is_found": int(whole["label"].isna().sum()),
        "shipped": report(truth, said_of),
        "plain_sentence_average": report(truth, plain),
        "majority": report(truth, [max(set(truth), key=truth.count)] * len(truth)),
        "errors": [f"{k} gold={t} found={g}" for k, t, g in zip(keys, truth, said_of, strict=True) if t != g],
    }


def calibration() -> dict[str, Any]:
    """Expected calibration error and macro-F1 in domain; the test parts are read once, when weights are final."""
    out = {}
    for name, parts in {"newsmtsc": ("test-rw", "test-mt"), "gwsd": ("test",)}.items():
        frames = datasets.load(name)
        articles = frames["articles"].drop_duplicates("article_id").set_index("article_id")
        gold = frames["annotations"]
        gold = gold[(gold["task"] == "stance") & gold["label"].notna()]
        for part in parts:
            rows = gold[(gold["article_id"].map(articles["split"]) == part).to_numpy()]
            requests = [_request(r, articles.at[r.article_id, "text"]) for r in rows.itertuples()]
            p = load_stance().predict(requests)
            guess, truth = np.array(LABELS)[p.argmax(axis=1)], rows["label"].to_numpy(object)
            right = (guess == truth).astype(float)
            out[f"{name}_{part}"] = {
                "n": len(rows),
                **report(truth.tolist(), guess.tolist()),
                "ece": round(metrics.ece(right, p.max(axis=1).astype(float)), 4),
            }
            out[f"{name}_{part}"]["majority"] = report(truth.tolist(), [pd.Series(truth).mode()[0]] * len(truth))[
                "macro_f1"
            ]
    return out


def _request(row: Any, text: str) -> StanceRequest:
    if row.target_kind == "proposition":
        return StanceRequest(text, row.target, "proposition")
    return StanceRequest(text, row.target, "entity", (int(row.start), int(row.end)))


def main() -> None:
    file = HERE / "results.json"
    result = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    result["model"] = load_stance().name
    for name in sys.argv[1:] or ["persent"]:
        result[name] = {"persent": persent, "calibration": calibration}[name]()
        print(name, json.dumps({k: v for k, v in result[name].items() if k != "errors"}, indent=1))
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
