"""Loaded language in ordinary news: prevalence, and the classifier before and after recalibration.

python experiments/loaded/score.py            (FRAMING_MIRROR may point at a folder with the archives)
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from framing import datasets, encode, language, metrics, models, schema

HERE = Path(__file__).parent
SEED = 0


def corpus(sample: pd.DataFrame) -> pd.DataFrame:
    """Articles the sample was drawn from, only those needed."""
    found = [datasets.load(name)["articles"] for name in sample["dataset"].unique()]
    table = pd.concat(found, ignore_index=True)
    return table[table["article_id"].isin(sample["article_id"])]


def sentences(sample: pd.DataFrame, articles: pd.DataFrame) -> list[str]:
    texts = articles.set_index("article_id")["text"]
    return [texts[r.article_id][r.start : r.end] for r in sample.itertuples()]


def probabilities(texts: list[str]) -> np.ndarray:
    """The loaded head on each sentence by itself, as it was trained."""
    rows = [{"article_id": f"{k:05d}", "text": t, "n_words": 1, "origin": ""} for k, t in enumerate(texts)]
    out = np.zeros(len(texts))
    for one in encode.encode(schema.conform(rows, "articles")):
        size = np.array([s.end - s.start for s in one.sentences], dtype=float)
        out[int(one.article_id)] = float((one.heads["loaded"] * size).sum() / size.sum())
    return out


def prevalence(gold: np.ndarray, weight: np.ndarray, resamples: int = 2000) -> dict[str, float]:
    """Share of loaded sentences with each sentence weighted by its pool; bootstrap interval."""
    rng = np.random.default_rng(SEED)
    draws = rng.integers(0, len(gold), size=(resamples, len(gold)))
    shares = (gold[draws] * weight[draws]).sum(axis=1) / weight[draws].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return {
        "value": round(float((gold * weight).sum() / weight.sum()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def quality(gold: np.ndarray, p: np.ndarray) -> dict[str, float]:
    called = p >= 0.5
    hits = float((called & (gold == 1)).sum())
    return {
        "called_loaded": round(float(called.mean()), 4),
        "precision": round(hits / max(called.sum(), 1), 4),
        "recall": round(hits / max(gold.sum(), 1), 4),
        "macro_f1": round(metrics.macro_f1(gold.tolist(), called.astype(int).tolist()), 4),
        "ece": round(metrics.ece(gold.tolist(), p.tolist()), 4),
    }


def halves(gold: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Recalibrate each half of the sample to the prevalence of the other."""
    side = np.random.default_rng(SEED).permutation(len(gold)) % 2
    out = np.zeros(len(gold))
    for k in (0, 1):
        out[side == k] = language.recalibrate(p[side == k], ordinary=float(gold[side != k].mean()))
    return out


def main() -> None:
    from sklearn.metrics import roc_auc_score

    sample = pd.read_csv(HERE / "ordinary.csv")
    gold = (sample["label"] == "loaded").to_numpy(dtype=int)
    weight = 1.0 / sample["probability"].to_numpy()
    p = probabilities(sentences(sample, corpus(sample)))
    again = halves(gold, p)
    wrong = sample.assign(p=p.round(3))[(again >= 0.5) != (gold == 1)]
    result = {
        "model": models.load_encoder().name,
        "n": len(gold),
        "prevalence": prevalence(gold, weight),
        "prevalence_narrator": prevalence((sample["voice"] == "narrator").to_numpy(dtype=int), weight),
        "prevalence_by_corpus": {
            name: prevalence(
                gold[(sample["dataset"] == name).to_numpy()], weight[(sample["dataset"] == name).to_numpy()]
            )
            for name in sorted(sample["dataset"].unique())
        },
        "majority": quality(gold, np.zeros(len(gold))),
        "as_trained": quality(gold, p),
        "recalibrated": quality(gold, again),
        "auc": round(float(roc_auc_score(gold, p)), 4),
        "errors": [f"{r.article_id}[{r.start}:{r.end}] {r.label} p={r.p}" for r in wrong.itertuples()],
    }
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({k: v for k, v in result.items() if k != "errors"}, indent=1))


if __name__ == "__main__":
    main()
