"""Few-shot codebooks on GVFC headlines.

python experiments/frames/score.py      writes results.json
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from framing import datasets, frames, metrics, models
from framing.datasets.gvfc import THEMES

HERE = Path(__file__).parent
SIZES, SEEDS = (5, 20, 50), (0, 1, 2, 3, 4)


def draw(gold: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Rows of at most `size` examples per code, half of a rare code at most."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(gold == c))[: min(size, (gold == c).sum() // 2)] for c in np.unique(gold)]
    return np.concatenate(chosen)


def headlines() -> tuple[list[str], np.ndarray]:
    """Headlines and the number of their first frame."""
    loaded = datasets.load("gvfc")
    marked = loaded["annotations"]
    articles = loaded["articles"].drop_duplicates("article_id").set_index("article_id")
    first = articles["theme1"].dropna().loc[lambda s: s.index.isin(marked["article_id"])].astype(str)
    first = first[first.isin(THEMES.values())]
    texts = [
        t if isinstance(t, str) and t else str(x)
        for t, x in zip(articles.loc[first.index, "title"], articles.loc[first.index, "text"], strict=True)
    ]
    return texts, np.array([list(THEMES.values()).index(f) for f in first])


def predict(vectors: np.ndarray, gold: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Most probable code by one head per code, as `frames.annotate` fits them."""
    codes = np.unique(gold)
    heads = [frames.fit_head(vectors[train], (gold[train] == c).astype(int)) for c in codes]
    return codes[np.stack([head.probability(vectors) for head in heads], axis=1).argmax(axis=1)]


def main() -> None:
    texts, gold = headlines()
    vectors = np.asarray(frames._embed(texts), dtype=float)
    counts = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit(texts).transform(texts).toarray()
    result: dict[str, object] = {
        "model": models.load_encoder().name,
        "n": len(gold),
        "published": {"accuracy_bert_all_data": 0.842},
    }
    for size in SIZES:
        cells: dict[str, list[tuple[float, float]]] = {"few_shot": [], "tfidf": [], "majority": []}
        for seed in SEEDS:
            train = draw(gold, size, seed)
            rest = np.setdiff1d(np.arange(len(gold)), train)
            truth = gold[rest].tolist()
            guesses = {
                "few_shot": predict(vectors, gold, train)[rest],
                "tfidf": predict(counts, gold, train)[rest],
                "majority": np.full(len(rest), np.bincount(gold[rest]).argmax()),
            }
            for name, guess in guesses.items():
                cells[name].append((metrics.accuracy(truth, guess.tolist()), metrics.macro_f1(truth, guess.tolist())))
        result[f"{size}_examples_per_frame"] = {
            name: {
                "accuracy": round(float(np.mean([a for a, _ in v])), 4),
                "accuracy_sd": round(float(np.std([a for a, _ in v])), 4),
                "macro_f1": round(float(np.mean([f for _, f in v])), 4),
            }
            for name, v in cells.items()
        }
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
