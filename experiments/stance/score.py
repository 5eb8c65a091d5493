"""Stance experiments: PerSenT articles, conduct against evaluation, calibration on NewsMTSC and GWSD.

python experiments/stance/score.py [persent] [conduct] [calibration]      writes results.json
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
FOLDS, SEED = 5, 0


def sentences_only(articles: pd.DataFrame) -> dict[str, encode.Encoding]:
    """Sentences without an encoder pass: stance toward entities needs no vectors."""
    none = np.zeros(0, dtype=np.int32)
    out = {}
    for row in articles.itertuples():
        found = []
        for part in ("title", "text"):
            text = getattr(row, part)
            if isinstance(text, str):
                found += [encode.Sentence(part, a, b, 0) for a, b in encode.split_sentences(text)]
        empty = encode.Tokens(none, none, none, none, none)
        out[row.article_id] = encode.Encoding(row.article_id, found, np.zeros((len(found), 384), np.float32), {}, empty)
    return out


def report(gold: list[str], guess: list[str]) -> dict[str, Any]:
    return {
        "macro_f1": round(metrics.macro_f1(gold, guess, LABELS), 4),
        "accuracy": round(metrics.accuracy(gold, guess), 4),
        "confusion": {"rows_gold": LABELS, "counts": confusion_matrix(gold, guess, labels=LABELS).tolist()},
    }


def held_out(x: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """Labels of a logistic regression trained on the other folds."""
    out = np.empty(len(gold), dtype=object)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(x, gold):
        out[test] = (
            LogisticRegression(C=0.3, class_weight="balanced", max_iter=2000)
            .fit(x[train], gold[train])
            .predict(x[test])
        )
    return out


def persent() -> dict[str, Any]:
    frames = datasets.load("persent")
    articles = frames["articles"].drop_duplicates("article_id").assign(event_id=pd.NA)
    gold_rows = frames["annotations"][frames["annotations"]["start"].isna()].drop_duplicates("article_id")
    gold = dict(zip(gold_rows["article_id"], gold_rows["label"], strict=True))
    said = quotations.attribute(articles)
    asked = targets.resolve(articles)
    rows = stance.annotate(articles, sentences_only(articles), said, asked)
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
    return {
        "n": len(keys),
        "articles_where_nothing_is_found": int(whole["label"].isna().sum()),
        "shipped": report(truth, said_of),
        "plain_sentence_average": report(truth, plain),
        "majority": report(truth, [max(set(truth), key=truth.count)] * len(truth)),
        "errors": [f"{k} gold={t} found={g}" for k, t, g in zip(keys, truth, said_of, strict=True) if t != g],
    }


def conduct() -> dict[str, Any]:
    sample = pd.read_csv(HERE / "conduct.csv")
    texts = pd.concat([datasets.load(d)["articles"] for d in sample["dataset"].unique()]).set_index("article_id")[
        "text"
    ]
    requests = []
    for r in sample.itertuples():
        whole = texts[r.article_id]
        name = whole[r.target_start : r.target_end]
        requests.append(
            StanceRequest(whole[r.start : r.end], name, "entity", (r.target_start - r.start, r.target_end - r.start))
        )
    p = load_stance().predict(requests)
    label = np.array(LABELS)[p.argmax(axis=1)]
    only = (sample["stratum"] == "bad_news") & (sample["evaluation"] == "none")
    hostile = (label == "against") & only
    judged = sample["evaluation"].ne("none").to_numpy()
    sign = sample["evaluation"].map(
        lambda e: "against" if e.endswith("against") else "favour" if e.endswith("favour") else "neutral"
    )
    n = int(only.sum())
    share = float(hostile.sum() / n)
    half = 1.96 * np.sqrt(share * (1 - share) / n)
    return {
        "n": len(sample),
        "conduct_only": n,
        "hostile_false_alarms": round(share, 4),
        "interval": [round(max(share - half, 0), 4), round(share + half, 4)],
        "vader_below_minus_0.05": None,
        "all_sentences": report(sign.tolist(), label.tolist()),
        "evaluations_found": round(float((label[judged] == sign[judged]).mean()), 4),
        "errors": [
            f"{r.article_id}[{r.start}:{r.end}]" for r, wrong in zip(sample.itertuples(), hostile, strict=True) if wrong
        ],
    }


def main() -> None:
    file = HERE / "results.json"
    result = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    result["model"] = load_stance().name
    for name in sys.argv[1:] or ["persent", "conduct"]:
        result[name] = {"persent": persent, "conduct": conduct}[name]()
        print(name, json.dumps({k: v for k, v in result[name].items() if k != "errors"}, indent=1))
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
