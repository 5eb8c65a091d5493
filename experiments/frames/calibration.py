"""Are the probabilities of few-shot heads right? GVFC headlines, beside heads with equal weights and the share of positives.

python experiments/frames/calibration.py      writes results-calibration.json
"""

from __future__ import annotations

import json

import numpy as np
from score import HERE, SIZES, draw, headlines
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from framing import frames, metrics, models

SEEDS = (10, 11, 12)


def heads(vectors: np.ndarray, gold: np.ndarray, rest: np.ndarray) -> dict[str, tuple[np.ndarray, float]]:
    """Probabilities for `rest` and the bar, by kind of head."""
    head = frames.fit_head(vectors, gold)
    equal = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000).fit(vectors, gold)
    return {
        "scaled": (head.probability(rest), head.bar),
        "equal_weights": (equal.predict_proba(rest)[:, 1], 0.5),
        "share_of_examples": (np.full(len(rest), gold.mean()), 0.5),
    }


def main() -> None:
    texts, gold = headlines()
    vectors = np.asarray(frames._embed(texts), dtype=float)
    result: dict[str, object] = {"model": models.load_encoder().name, "n": len(gold), "seeds": SEEDS}
    for size in SIZES:
        cells: dict[str, list[tuple[float, ...]]] = {}
        for seed in SEEDS:
            train = draw(gold, size, seed)
            rest = np.setdiff1d(np.arange(len(gold)), train)
            for code in np.unique(gold):
                there = (gold[rest] == code).astype(int)
                for kind, (p, bar) in heads(vectors[train], (gold[train] == code).astype(int), vectors[rest]).items():
                    found = p >= bar
                    row = (metrics.ece(there, p), metrics.calibration_noise(p, draws=100), ((p - there) ** 2).mean())
                    cells.setdefault(kind, []).append((*row, f1_score(there, found), found.sum() / there.sum()))
        names = ("calibration_error", "calibration_noise", "brier", "f1", "found_for_each_there")
        result[f"{size}_examples_per_frame"] = {
            kind: dict(zip(names, np.mean(rows, axis=0).round(3).tolist(), strict=True)) for kind, rows in cells.items()
        }
    (HERE / "results-calibration.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
