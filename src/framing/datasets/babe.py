"""BABE: sentences of US news, biased by word choice or not, with the words, marked by trained coders (SG2).

SG2 contains SG1, so only SG2 is loaded and SG1 can never leak into a fold.
The published scores use ``StratifiedKFold(5, shuffle=True, random_state=42)``
over the file's order; frame ``folds`` holds exactly those. Sentences that
differ only in case or white space keep the fold of the first of them in
``folds`` (`clean`), so that none is trained on and tested.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framing.datasets._registry import Dataset, Frames, annotations_frame, articles_frame, records
from framing.schema import make_id

FILE = "data/final_labels_SG2.csv"
LABELS = {"Biased": ("loaded", 1.0), "Non-biased": ("plain", 0.0)}
OPINIONS = {
    "Entirely factual": "factual",
    "Somewhat factual but also opinionated": "mixed",
    "Expresses writer’s opinion": "opinion",
}
CODER = "babe:experts"
N_FOLDS, FOLD_SEED = 5, 42


def load(root: Path) -> Frames:
    """Frames ``articles`` (sentences), ``annotations`` (tasks loaded, loaded_word, opinion) and ``folds``."""
    table = pd.read_csv(root / FILE, sep=";", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    rows = records(table)
    ids = [make_id(row["text"], row["news_link"], prefix="babe-") for row in rows]
    annotations = [a for article, row in zip(ids, rows, strict=True) for a in _annotations(article, row)]
    articles = articles_frame(_article(i, n, row) for n, (i, row) in enumerate(zip(ids, rows, strict=True), 2))
    return {
        "articles": articles,
        "annotations": annotations_frame(annotations),
        "folds": folds(articles, [row["label_bias"] for row in rows]),
    }


def folds(articles: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    """Membership of the five published folds, one row per sentence and fold.

    The split is drawn over every row that has a label, as published. Then a sentence equal to an earlier one but
    for case and white space follows it into its test fold.
    """
    from sklearn.model_selection import StratifiedKFold

    kept = articles[[label in LABELS for label in labels]]
    y = np.array([label for label in labels if label in LABELS])
    if len(y) < N_FOLDS or min(np.unique(y, return_counts=True)[1]) < N_FOLDS:
        return pd.DataFrame({"article_id": [], "fold": [], "split": []}, dtype=str)
    test = np.zeros(len(y), dtype=int)
    splitter = StratifiedKFold(N_FOLDS, shuffle=True, random_state=FOLD_SEED)
    for number, (_, chosen) in enumerate(splitter.split(np.zeros((len(y), 1)), y), 1):
        test[chosen] = number
    same = kept["text"].str.split().str.join(" ").str.casefold()
    test = pd.Series(test, index=kept.index).groupby(same).transform("first").to_numpy()
    parts = [
        pd.DataFrame({"article_id": kept["article_id"], "fold": str(k), "split": np.where(test == k, "test", "train")})
        for k in range(1, N_FOLDS + 1)
    ]
    return pd.concat(parts, ignore_index=True)


def _article(article: str, number: int, row: dict[str, str]) -> dict[str, Any]:
    return {
        "article_id": article,
        "outlet": row["outlet"] or None,
        "text": row["text"],
        "url": row["news_link"] or None,
        "language": "en",
        "origin": f"babe:{FILE}:{number}",
        "split": "all",
        "topic": row["topic"] or None,
        "outlet_leaning": row["type"] or None,
        "label_raw": row["label_bias"],
    }


def _annotations(article: str, row: dict[str, str]) -> list[dict[str, Any]]:
    text = row["text"]
    common = {
        "article_id": article,
        "part": "text",
        "start": 0,
        "end": len(text),
        "voice": "all",
        "annotator": CODER,
        "codebook": "babe@2021",
    }
    found = []
    if row["label_bias"] in LABELS:
        label, score = LABELS[row["label_bias"]]
        found.append({**common, "task": "loaded", "label": label, "score": score})
    if row["label_opinion"] in OPINIONS:
        found.append({**common, "task": "opinion", "label": OPINIONS[row["label_opinion"]]})
    for word in ast.literal_eval(row["biased_words"] or "[]"):
        start = text.casefold().find(str(word).casefold()) if len(text.casefold()) == len(text) else text.find(word)
        if start >= 0:
            end = start + len(word)
            found.append({**common, "start": start, "end": end, "task": "loaded_word", "label": "loaded", "score": 1.0})
    return found


DATASET = Dataset(
    name="babe",
    load=load,
    splits=("all",),
    repo="Media-Bias-Group/Neural-Media-Bias-Detection-Using-Distant-Supervision-With-BABE",
    commit="fb79f646dcabf1746f5ebedc06ed8dd61ba78188",
    gold_offsets=True,
)
