"""The frame head: one linear layer on sentence vectors, fitted after the encoder is frozen.

An article's logit is the mean of its sentences' logits, so fitting it is a logistic regression on the article's mean
sentence vector, and the same weights say which sentences carry the frame.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline

from framing.models import FRAMES

__all__ = ["cross_validate_frames", "fit_frames", "official_folds", "read_frames"]

_COLUMNS = {"conflict": "CO", "human_interest": "HI", "economic": "EC", "morality": "MO", "resolution": "RE"}
_GRID = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


def read_frames(root: Path) -> pd.DataFrame:
    """Read the narrative-framing articles: ``article_id``, ``text``, one 0/1 column per frame.

    The row without labels is dropped; the value ``False)`` is read as False.
    """
    table = pd.read_csv(root / "data" / "articles_metadata.tsv", sep="\t", dtype=str)
    out = pd.DataFrame({"article_id": table["ID"], "text": table["text"]})
    for frame, column in _COLUMNS.items():
        out[frame] = table[column].str.strip(") ").map({"True": 1.0, "False": 0.0})
    out = out.dropna().reset_index(drop=True)
    return out.astype(dict.fromkeys(FRAMES, int))


def official_folds(root: Path, table: pd.DataFrame) -> list[dict[str, NDArray[np.int64]]]:
    """Rows of `table` in each official fold's ``train``, ``dev`` and ``test``."""
    rows = {identifier: row for row, identifier in enumerate(table["article_id"])}
    folds = []
    for number in range(1, 6):
        fold = {}
        for part in ("train", "dev", "test"):
            file = root / "experiments" / "data_splits_raw" / f"Fold_{number}" / f"{part}.txt"
            names = [line.split("\t", 1)[0] for line in file.read_text(encoding="utf-8").splitlines()]
            fold[part] = np.array([rows[name] for name in names if name in rows], dtype=np.int64)
        folds.append(fold)
    return folds


def fit_frames(
    vectors: NDArray[np.float32], labels: NDArray[np.int64], strength: dict[str, float]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit every frame on mean sentence vectors (n, 384); return weights (5, 384) and biases (5,)."""
    weights, biases = [], []
    for column, frame in enumerate(FRAMES):
        model = _linear(strength[frame]).fit(vectors, labels[:, column])
        weights.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return np.array(weights, dtype=np.float32), np.array(biases, dtype=np.float32)


def _linear(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, class_weight="balanced", max_iter=2000)


def cross_validate_frames(
    table: pd.DataFrame, vectors: NDArray[np.float32], folds: list[dict[str, NDArray[np.int64]]]
) -> dict[str, dict[str, float]]:
    """Score the head on the official test folds, pooled, beside TF-IDF with logistic regression and the majority class.

    The strength of regularisation is chosen per fold and frame on the fold's dev part, for both models alike; then
    train and dev together are fitted.
    """
    texts = table["text"].to_numpy(dtype=object)
    out: dict[str, dict[str, float]] = {}
    for frame in FRAMES:
        gold = table[frame].to_numpy(dtype=np.int64)
        found = {name: np.full(len(gold), -1, dtype=np.int64) for name in ("model", "tfidf", "majority")}
        strengths = []
        for fold in folds:
            both, test = np.concatenate([fold["train"], fold["dev"]]), fold["test"]
            best = _choose(vectors, gold, fold)
            strengths.append(best)
            found["model"][test] = _linear(best).fit(vectors[both], gold[both]).predict(vectors[test])
            scores = [
                (
                    _macro(
                        gold[fold["dev"]],
                        _tfidf(c).fit(texts[fold["train"]], gold[fold["train"]]).predict(texts[fold["dev"]]),
                    ),
                    -c,
                )
                for c in _GRID
            ]
            chosen = -max(scores)[1]
            found["tfidf"][test] = _tfidf(chosen).fit(texts[both], gold[both]).predict(texts[test])
            found["majority"][test] = int(gold[both].mean() >= 0.5)
        scored = np.concatenate([fold["test"] for fold in folds])
        row: dict[str, float] = {
            "n": len(scored),
            "n_positive": int(gold[scored].sum()),
            "strength": float(np.median(strengths)),
        }
        for name, labels in found.items():
            row[f"{name}_macro_f1"] = _macro(gold[scored], labels[scored])
            row[f"{name}_f1"] = float(f1_score(gold[scored], labels[scored], zero_division=0))
            row[f"{name}_accuracy"] = float((gold[scored] == labels[scored]).mean())
        out[frame] = row
    return out


def _choose(vectors: NDArray[np.float32], gold: NDArray[np.int64], fold: dict[str, NDArray[np.int64]]) -> float:
    train, dev = fold["train"], fold["dev"]
    scores = [(_macro(gold[dev], _linear(c).fit(vectors[train], gold[train]).predict(vectors[dev])), -c) for c in _GRID]
    return -max(scores)[1]


def _tfidf(strength: float):  # type: ignore[no-untyped-def]  # noqa: ANN202 - scikit-learn has no types
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return make_pipeline(words, _linear(strength))


def _macro(gold: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    return float(f1_score(gold, found, average="macro", zero_division=0))
