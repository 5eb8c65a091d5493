"""Train the line classifier on the training sites, in several scenarios; writes lines.json.

usage: train.py DATA [--part train|all] -o src/framing/weights/clean/lines.json
DATA holds the unpacked article-extraction-benchmark and article-extraction-dataset.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import labels as gold
import numpy as np
import scenarios
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from framing.clean import lines

TRAINED_ON = ("page", "article", "tight", "body")
INDEX = {label: i for i, label in enumerate(lines.LABELS)}


def english(page: gold.Page) -> bool:
    """Pages in other languages are kept for the test."""
    import py3langid

    return bool(py3langid.classify(page.gold[:3000])[0] == "en")


def examples(pages: list[gold.Page], seed: int) -> list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """(site, features, labels, weights) per page and scenario."""
    found = []
    for number, page in enumerate(pages):
        labelled = gold.label(page)
        for name in TRAINED_ON:
            rows = scenarios.make(name, labelled, seed + number)
            if len(rows) < 2:
                continue
            y = np.array([INDEX[label] for _, label in rows])
            x = lines.features([text for text, _ in rows]).astype(np.float32)
            found.append((page.site, x, y, weights([text for text, _ in rows], y)))
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


def train(data: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]], c: float) -> dict[str, dict[str, np.ndarray]]:
    """Both passes; the second learns from first verdicts on sites the first had not seen."""
    sites = np.array([d[0] for d in data])
    verdicts: list[np.ndarray | None] = [None] * len(data)
    for inside, outside in GroupKFold(4).split(sites, groups=sites):
        first = fit(*(np.concatenate([data[i][k] for i in inside]) for k in (1, 2, 3)), c)
        for i in outside:
            verdicts[i] = lines._softmax(data[i][1].astype(float), first)
    x, y, w = (np.concatenate([d[k] for d in data]) for k in (1, 2, 3))
    both = np.concatenate([np.hstack([d[1], lines.second(v)]) for d, v in zip(data, verdicts)])
    return {"first": fit(x, y, w, c), "second": fit(both, y, w, c)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", default="train")
    parser.add_argument("--c", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", type=Path, required=True)
    args = parser.parse_args()
    pages = [p for p in gold.pages(args.data) if args.part == "all" or (gold.part(p.site) == "train" and english(p))]
    model = train(examples(pages, args.seed), args.c)
    rounded = {p: {k: np.round(v, 5).tolist() for k, v in parts.items()} for p, parts in model.items()}
    args.o.write_text(json.dumps({"version": "lines-1", "threshold": 0.5, "labels": lines.LABELS, **rounded}) + "\n")
    print(f"{len(pages)} pages of {len({p.site for p in pages})} sites -> {args.o} ({args.o.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
