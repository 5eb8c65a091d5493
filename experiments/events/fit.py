"""Fit the weights of framing.events and choose its threshold, on topics 1 to 35 of ECB+ only.

python experiments/events/fit.py        writes fit.json; copy its weights and threshold into framing/events.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.linear_model import LogisticRegression

from framing import datasets, encode, metrics
from framing.events import grouping
from framing.events.signals import signals

HERE = Path(__file__).parent
KINDS = ("words", "names", "numbers", "lead")
LEVELS = np.round(np.arange(0.2, 0.8, 0.025), 3)
FOLDS, SEEDS = 5, (0, 1)
STRENGTH = 0.1  # inverse of the penalty: weak signals are shrunk, which transfers better to other topics


def features(cosines: dict[str, np.ndarray], kinds: tuple[str, ...], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    columns = [cosines[kind][left, right] for kind in kinds]
    both = np.sqrt(np.clip(cosines["words"][left, right] * cosines["names"][left, right], 0.0, None))
    return np.stack([*columns, both], axis=1)


def fit(x: np.ndarray, same: np.ndarray) -> LogisticRegression:
    kept = x[:, 0] > 0.01  # pairs without a shared word teach nothing
    return LogisticRegression(C=STRENGTH, max_iter=2000).fit(x[kept], same[kept])


def grouped(
    model: LogisticRegression, cosines: dict[str, np.ndarray], kinds: tuple[str, ...], rows: np.ndarray
) -> dict[float, np.ndarray]:
    """Groups of `rows` at every level."""
    left, right = np.triu_indices(len(rows), 1)
    alike = np.eye(len(rows))
    alike[left, right] = model.predict_proba(features(cosines, kinds, rows[left], rows[right]))[:, 1]
    alike = np.maximum(alike, alike.T)
    tree = linkage(squareform(1.0 - alike, checks=False), "average")
    return {
        float(level): grouping.gather(fcluster(tree, 1.0 - level, "distance"), alike, level * grouping.STRAY)
        for level in LEVELS
    }


def curve(
    cosines: dict[str, np.ndarray], kinds: tuple[str, ...], gold: np.ndarray, topic: np.ndarray
) -> dict[float, float]:
    """Mean B-cubed F1 of held-out topics at every level."""
    found: dict[float, list[float]] = {float(level): [] for level in LEVELS}
    left, right = np.triu_indices(len(gold), 1)
    x, same = features(cosines, kinds, left, right), gold[left] == gold[right]
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(np.unique(topic))
        fold = dict(zip(order, np.arange(len(order)) % FOLDS, strict=True))
        of = np.array([fold[t] for t in topic])
        for k in range(FOLDS):
            train = (of[left] != k) & (of[right] != k)
            rows = np.flatnonzero(of == k)
            for level, label in grouped(fit(x[train], same[train]), cosines, kinds, rows).items():
                found[level].append(metrics.bcubed(gold[rows].tolist(), label.tolist()).f1)
    return {level: round(float(np.mean(values)), 4) for level, values in found.items()}


def main() -> None:
    articles = datasets.load("ecbplus", "train")["articles"]
    gold, topic = articles["event_id"].to_numpy(object), articles["topic"].to_numpy(int)
    encoded = {one.article_id: encode.article_vector(one) for one in encode.encode(articles)}
    vectors = np.stack([encoded[a] for a in articles["article_id"]]).astype(float)
    texts = [t if isinstance(t, str) else "" for t in articles["text"]]
    cosines = signals([""] * len(texts), texts, vectors).block(np.arange(len(texts)))
    result: dict[str, object] = {"n": len(articles), "topics": sorted(set(topic.tolist())), "strength": STRENGTH}
    left, right = np.triu_indices(len(gold), 1)
    for name, kinds in {"without_vectors": KINDS, "with_vectors": (*KINDS, "vectors")}.items():
        scores = curve(cosines, kinds, gold, topic)
        model = fit(features(cosines, kinds, left, right), gold[left] == gold[right])
        weights = dict(zip((*kinds, "both"), model.coef_[0].round(2).tolist(), strict=True))
        best = max(scores, key=lambda level: (scores[level], -level))
        result[name] = {
            "weights": {**weights, "bias": round(float(model.intercept_[0]), 2)},
            "level": best,
            "bcubed_f1": scores,
        }
    (HERE / "fit.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
