"""Train the line classifier on the training sites, in several scenarios; writes lines.json and lines.npz.

usage: train.py DATA [--part train|all] -o src/framing/weights/clean/lines.json
DATA holds the unpacked article-extraction-benchmark and article-extraction-dataset.
"""

from __future__ import annotations

import argparse
import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import labels as gold
import numpy as np
import scenarios
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from framing.clean import lines
from framing.clean.trees import Trees

TRAINED_ON = ("page", "article", "tight", "body")
TREES = {"max_iter": 200, "learning_rate": 0.07, "max_leaf_nodes": 15, "min_samples_leaf": 40, "l2_regularization": 5.0, "max_features": 0.3}  # fmt: skip
INDEX = {label: i for i, label in enumerate(lines.LABELS)}


def english(page: gold.Page) -> bool:
    """Pages in other languages are kept for the test."""
    import py3langid

    return bool(py3langid.classify(page.gold[:3000])[0] == "en")


@dataclass
class Example:
    """One page in one scenario: site, features, surroundings, labels and weights of its lines."""

    site: str
    x: np.ndarray
    around: np.ndarray
    y: np.ndarray
    w: np.ndarray


def examples(pages: list[gold.Page], seed: int) -> list[Example]:
    """Every page in every scenario trained on."""
    found = []
    for number, page in enumerate(pages):
        labelled = gold.label(page)
        for name in TRAINED_ON:
            rows = scenarios.make(name, labelled, seed + number)
            if len(rows) < 2:
                continue
            texts = [text for text, _ in rows]
            x = lines.features(texts)
            around = lines.surroundings(texts, x[:, : len(lines.OWN)])
            y = np.array([INDEX[label] for _, label in rows])
            found.append(Example(page.site, x.astype(np.float32), around.astype(np.float32), y, weights(texts, y)))
    return found


def weights(texts: list[str], y: np.ndarray) -> np.ndarray:
    """Weight of each line: pages that are one long table do not outvote the others."""
    body = y <= 1
    short = np.array([len(gold.tokens(t)) < 5 for t in texts])
    w = np.where(body, min(1.0, 60 / max(1, body.sum())), min(1.0, 200 / max(1, (~body).sum())))
    w[(y == 0) & short] *= 0.3
    return w


def fit(x: np.ndarray, y: np.ndarray, w: np.ndarray, c: float) -> dict[str, np.ndarray]:
    scaler = StandardScaler().fit(x)
    scaler.scale_[scaler.scale_ < 1e-3] = 1.0
    model = LogisticRegression(C=c, max_iter=120, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(scaler.transform(x), y, sample_weight=w)
    coef = np.zeros((len(lines.LABELS), x.shape[1]))
    intercept = np.full(len(lines.LABELS), -9.0)
    coef[model.classes_], intercept[model.classes_] = model.coef_, model.intercept_
    return {"mean": scaler.mean_, "scale": scaler.scale_, "coef": coef, "intercept": intercept}


def joined(data: list[Example], name: str) -> np.ndarray:
    return np.concatenate([getattr(d, name) for d in data])


def train(
    data: list[Example], c: float, seed: int
) -> tuple[dict[str, dict[str, np.ndarray]], HistGradientBoostingClassifier]:
    """Both passes and the trees; the second learns from first verdicts on sites the first had not seen."""
    sites = np.array([d.site for d in data])
    verdicts: list[np.ndarray] = [np.empty(0)] * len(data)
    for inside, outside in GroupKFold(4).split(sites, groups=sites):
        some = [data[i] for i in inside]
        first = fit(joined(some, "x"), joined(some, "y"), joined(some, "w"), c)
        for i in outside:
            verdicts[i] = lines._softmax(data[i].x.astype(float), first)
    x, y, w = (joined(data, k) for k in ("x", "y", "w"))
    both = np.concatenate([np.hstack([d.x, lines.second(v)]) for d, v in zip(data, verdicts)]).astype(np.float32)
    trees = HistGradientBoostingClassifier(**TREES, random_state=seed)
    trees.fit(np.hstack([both, joined(data, "around")]), np.minimum(y, 2), sample_weight=w)
    return {"first": fit(x, y, w, c), "second": fit(both, y, w, c)}, trees


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", default="train")
    parser.add_argument("--c", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", type=Path, required=True)
    args = parser.parse_args()
    pages = [p for p in gold.pages(args.data) if args.part == "all" or (gold.part(p.site) == "train" and english(p))]
    model, trees = train(examples(pages, args.seed), args.c, args.seed)
    rounded = {p: {k: np.round(v, 5).tolist() for k, v in parts.items()} for p, parts in model.items()}
    args.o.write_text(json.dumps({"version": "lines-2", "threshold": 0.5, "labels": lines.LABELS, **rounded}) + "\n")
    np.savez_compressed(args.o.with_suffix(".npz"), **Trees.arrays(trees))
    print(f"{len(pages)} pages of {len({p.site for p in pages})} sites -> {args.o} ({args.o.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
