"""Score a shared encoder the way a user runs it: the ONNX file, through ``framing.encode``.

    python evaluate.py MODEL_FOLDER --polnear data/PolNeAR --split dev -o scores.json

The test split is scored once, with the final weights; every choice is made on dev.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from framing.encode import encode
from framing.models import ROLES, Encoder, decode_spans
from framing.training.data import Document, read_polnear
from framing.training.scores import span_f1


def widened(document: Document, starts: np.ndarray, ends: np.ndarray) -> set[tuple[int, int, str]]:
    """Widen gold spans to whole word pieces, the smallest unit the model can name."""
    out = set()
    for start, end, role in document.attributions or []:
        inside = np.flatnonzero((starts < end) & (ends > start))
        if len(inside):
            out.add((int(starts[inside[0]]), int(ends[inside[-1]]), role))
    return out


def attribution(model: Encoder, documents: list[Document]) -> dict[str, dict[str, float]]:
    """Exact-match span F1 and word-piece F1 per role."""
    articles = pd.DataFrame({"article_id": [d.name for d in documents], "text": [d.text for d in documents]})
    gold: dict[str, list[set]] = {role: [] for role in ROLES}
    raw: dict[str, list[set]] = {role: [] for role in ROLES}
    found: dict[str, list[set]] = {role: [] for role in ROLES}
    counts = {role: np.zeros(2) for role in ROLES}
    for document, encoding in zip(documents, encode(articles, model=model), strict=True):
        tokens = encoding.tokens
        expected = widened(document, tokens.start, tokens.end)
        for role in ROLES:
            spans = {(start, end) for _, start, end, _ in decode_spans(tokens, role)}
            gold[role].append({(start, end) for start, end, kind in expected if kind == role})
            raw[role].append({(start, end) for start, end, kind in document.attributions or [] if kind == role})
            found[role].append(spans)
            mine, theirs = (mask(tokens.start, tokens.end, each[-1]) for each in (found[role], raw[role]))
            counts[role] += [(mine & theirs).sum(), mine.sum() + theirs.sum()]
    scores: dict[str, dict[str, float]] = {}
    for role in ROLES:
        scores[role] = span_f1(gold[role], found[role])
        scores[role]["f1_unwidened"] = span_f1(raw[role], found[role])["f1"]
        scores[role]["piece_f1"] = float(2 * counts[role][0] / counts[role][1])
    total = sum(counts.values())
    scores["micro"] = {"piece_f1": float(2 * total[0] / total[1]), "articles": len(documents)}
    return scores


def mask(starts: np.ndarray, ends: np.ndarray, spans: set) -> np.ndarray:
    """Mark the pieces that spans touch."""
    out = np.zeros(len(starts), dtype=bool)
    for start, end, *_ in spans:
        out |= (starts < end) & (ends > start)
    return out


def main() -> None:
    """Score and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--polnear", type=Path, required=True)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    model = Encoder(options.model, threads=options.threads)
    result = {"model": model.name, "split": options.split}
    result |= attribution(model, read_polnear(options.polnear, options.split))
    text = json.dumps(result, indent=1)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
