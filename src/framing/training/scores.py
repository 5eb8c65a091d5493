"""Scores of the token and sentence heads, in plain numpy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

__all__ = ["piece_f1", "span_f1", "stance_f1", "tag_spans"]


def tag_spans(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """Read (first, past-last, kind) off tags O = 0, B = 1 + 2k, I = 2 + 2k; an I that follows no such kind opens a span."""
    spans: list[tuple[int, int, int]] = []
    begin, kind = -1, -1
    for place, tag in enumerate([*tags, 0]):
        current = (tag - 1) // 2 if tag > 0 else -1
        if begin >= 0 and (current != kind or tag % 2 == 1):
            spans.append((begin, place, kind))
            begin = -1
        if current >= 0 and begin < 0:
            begin, kind = place, current
    return spans


def span_f1(gold: Iterable[set[tuple[object, ...]]], found: Iterable[set[tuple[object, ...]]]) -> dict[str, float]:
    """Exact-match precision, recall and F1 over sets of spans, one set per document."""
    hit = n_gold = n_found = 0
    for expected, actual in zip(gold, found, strict=True):
        hit += len(expected & actual)
        n_gold += len(expected)
        n_found += len(actual)
    precision = hit / n_found if n_found else 0.0
    recall = hit / n_gold if n_gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "n_gold": n_gold, "n_found": n_found}


def piece_f1(gold: Iterable[Sequence[int]], found: Iterable[Sequence[int]], kinds: Sequence[str]) -> dict[str, float]:
    """F1 over word pieces per kind (B and I alike) and micro-averaged over the kinds."""
    hit: Counter[int] = Counter()
    size: Counter[int] = Counter()
    for expected, actual in zip(gold, found, strict=True):
        left, right = (np.asarray(expected) + 1) // 2, (np.asarray(actual) + 1) // 2
        for kind in range(1, len(kinds) + 1):
            hit[kind] += int(((left == kind) & (right == kind)).sum())
            size[kind] += int((left == kind).sum() + (right == kind).sum())
    out = {kinds[kind - 1]: 2 * hit[kind] / max(size[kind], 1) for kind in range(1, len(kinds) + 1)}
    out["micro"] = 2 * sum(hit.values()) / max(sum(size.values()), 1)
    return out


def stance_f1(gold: NDArray[np.int64], probabilities: NDArray[np.float32]) -> dict[str, float]:
    """Macro-F1, accuracy and expected calibration error (15 equal-width bins; Guo et al. 2017) of three classes."""
    found = probabilities.argmax(1)
    confidence = probabilities.max(1)
    bins = np.minimum((confidence * 15).astype(int), 14)
    error = 0.0
    for each in np.unique(bins):
        inside = bins == each
        error += inside.mean() * abs(float((found[inside] == gold[inside]).mean() - confidence[inside].mean()))
    return {
        "macro_f1": float(f1_score(gold, found, average="macro", labels=[0, 1, 2], zero_division=0)),
        "accuracy": float((found == gold).mean()),
        "ece": float(error),
        "n": len(gold),
    }
