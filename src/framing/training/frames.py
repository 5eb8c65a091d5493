"""The frame head: one linear layer on sentence vectors, fitted after the encoder is frozen.

An article's logit is the mean of its sentences' logits, so fitting it is a logistic regression on the article's mean
sentence vector, and the same weights say which sentences carry the frame.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score, log_loss

from framing.errors import InputError
from framing.frames import Head, fit_head
from framing.metrics import calibration_noise, ece
from framing.models import FRAMES

__all__ = [
    "cross_validate_frames",
    "fit_frames",
    "held_out",
    "official_folds",
    "read_framed",
    "read_frames",
    "scores_of",
]

_COLUMNS = {
    "generic.conflict": "CO", "generic.human_interest": "HI", "generic.economic": "EC", "generic.morality": "MO", "generic.resolution": "RE",
}  # fmt: skip
_GRID = (1.0, 3.0, 10.0, 30.0, 100.0)


def read_frames(root: Path) -> pd.DataFrame:
    """Read the narrative-framing articles: ``article_id``, ``text``, one 0/1 column per generic frame.

    The row without labels is dropped; the value ``False)`` is read as False.
    """
    table = pd.read_csv(root / "data" / "articles_metadata.tsv", sep="\t", dtype=str)
    out = pd.DataFrame({"article_id": table["ID"], "text": table["text"]})
    for frame, column in _COLUMNS.items():
        out[frame] = table[column].str.strip(") ").map({"True": 1.0, "False": 0.0})
    out = out.dropna().reset_index(drop=True)
    return out.astype(dict.fromkeys(_COLUMNS, int))


def read_framed(file: Path) -> pd.DataFrame:
    """Read articles with hand codes (one JSON object with ``text`` and ``frames`` a line): a column per frame, null where it was not coded."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    table = pd.DataFrame([{"text": row["text"], **row["frames"]} for row in rows])
    unknown = sorted(set(map(str, table.columns)) - {"text", *FRAMES})
    if unknown:
        raise InputError(f"{file}: no frame {', '.join(unknown)}; there are {', '.join(FRAMES)}")
    table.insert(0, "article_id", [f"coded-{k:05d}" for k in range(len(table))])
    return table.reindex(columns=["article_id", "text", *FRAMES])


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


def fit_frames(vectors: NDArray[np.float32], table: pd.DataFrame) -> dict[str, Head]:
    """Fit every frame on mean sentence vectors (n, 384) of the articles that were coded for it; one nobody coded is never present."""
    heads = {}
    for frame in FRAMES:
        gold = table[frame].to_numpy(dtype=float) if frame in table else np.full(len(table), np.nan)
        coded = ~np.isnan(gold)
        if coded.any():
            heads[frame] = fit_head(vectors[coded], gold[coded].astype(np.int64), strengths=_GRID)
        else:
            heads[frame] = Head(np.zeros(vectors.shape[1]), -60.0, 0.5, _GRID[0])
    return heads


# --- scores ----------------------------------------------------------------------------------------------------------


def held_out(
    table: pd.DataFrame, vectors: NDArray[np.float32], folds: list[dict[str, NDArray[np.int64]]]
) -> pd.DataFrame:
    """Judge every article of the official test folds by heads fitted on that fold's train and dev parts.

    Nothing is chosen on test parts. TF-IDF goes through the same fitting; its vocabulary is that of train and dev.

    Returns
    -------
    DataFrame
        frame, article_id, gold, and for each of the models ``head``, ``tfidf`` and ``majority`` the probability
        (``<model>_p``) and the label (``<model>``); the majority's probability is the share of positives.
    """
    texts = table["text"].to_numpy(dtype=object)
    rows = []
    for fold in folds:
        both, test = np.concatenate([fold["train"], fold["dev"]]), fold["test"]
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(texts[both])
        kinds = {"head": vectors, "tfidf": words.transform(texts)}
        for frame in _COLUMNS:
            gold = table[frame].to_numpy(dtype=np.int64)
            one = pd.DataFrame({"frame": frame, "article_id": table["article_id"].to_numpy()[test], "gold": gold[test]})
            for name, features in kinds.items():
                head = fit_head(features[both], gold[both], strengths=_GRID)
                p = head.probability(features[test])
                one[f"{name}_p"], one[name] = p, (p >= head.bar).astype(int)
            share = float(gold[both].mean())
            rows.append(one.assign(majority_p=share, majority=int(share >= 0.5)))
    return pd.concat(rows, ignore_index=True)


def cross_validate_frames(
    table: pd.DataFrame, vectors: NDArray[np.float32], folds: list[dict[str, NDArray[np.int64]]]
) -> dict[str, dict[str, float]]:
    """Score the head on the official test folds, pooled, beside TF-IDF with logistic regression and the majority class."""
    judged = held_out(table, vectors, folds)
    return {frame: scores_of(judged[judged["frame"] == frame]) for frame in _COLUMNS}


def scores_of(judged: pd.DataFrame) -> dict[str, float]:
    """F1, number found, calibration error and log loss of the judgements of one frame, for each model of :func:`held_out`."""
    gold = judged["gold"].to_numpy()
    row: dict[str, float] = {"n": len(judged), "n_positive": int(gold.sum())}
    for ours, name in (("head", "model"), ("tfidf", "tfidf"), ("majority", "majority")):
        found, p = judged[ours].to_numpy(), judged[f"{ours}_p"].to_numpy()
        row[f"{name}_macro_f1"] = float(f1_score(gold, found, average="macro", zero_division=0))
        row[f"{name}_f1"] = float(f1_score(gold, found, zero_division=0))
        row[f"{name}_accuracy"] = float((gold == found).mean())
        row[f"{name}_found"] = int(found.sum())
        row[f"{name}_calibration_error"] = ece(gold, p)
        row[f"{name}_log_loss"] = float(log_loss(gold, p, labels=[0, 1]))
    row["noise"] = calibration_noise(judged["head_p"].to_numpy())
    return row
