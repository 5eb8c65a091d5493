"""Prevalence of loaded language by the blind codes, and the classifier on sentences held apart.

python experiments/loaded/blind.py          writes results-blind.json
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import score
from sklearn.metrics import roc_auc_score

from framing import language

CODES = Path(__file__).parents[2] / "datasets" / "codes" / "loaded"


def main() -> None:
    items = pd.read_csv(CODES / "items.csv").merge(pd.read_csv(CODES / "coder-a.csv"), on="item")
    items = items.merge(pd.read_csv(CODES / "coder-b.csv"), on="item", suffixes=("", "_b"))
    ids = sorted(items["article_id"].unique())
    apart = {ids[i] for i in np.random.default_rng(0).permutation(len(ids))[: len(ids) // 2]}
    held = items["article_id"].isin(apart).to_numpy()
    p = score.probabilities(score.sentences(items, score.corpus(items)))
    share = ((items["narrator"] == "loaded").astype(float) + (items["narrator_b"] == "loaded")) / 2
    quoted = (items["source"] != "none").to_numpy()
    prior, gold = float(share[~held].mean()), (items["narrator"] == "loaded").to_numpy(dtype=int)
    draws = [share[~held].sample(frac=1, replace=True, random_state=i).mean() for i in range(1000)]
    low, high = np.quantile(draws, [0.025, 0.975])
    chosen = ~quoted & held
    result = {
        "n": len(items),
        "prevalence_narrator_dev": round(prior, 4),
        "source_loaded_of_quoted_dev": round(float((items["source"][quoted & ~held] == "loaded").mean()), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
        "held_unquoted": {
            "n": int(chosen.sum()),
            "loaded": int(gold[chosen].sum()),
            "as_trained": score.quality(gold[chosen], p[chosen]),
            "recalibrated": score.quality(gold[chosen], language.recalibrate(p[chosen], ordinary=prior)),
            "majority": score.quality(gold[chosen], np.zeros(int(chosen.sum()))),
            "auc": round(float(roc_auc_score(gold[chosen], p[chosen])), 4),
        },
    }
    (Path(__file__).parent / "results-blind.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
