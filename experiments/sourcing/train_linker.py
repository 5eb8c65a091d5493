"""Train the two links (content to cue, cue to source) on the gold spans of PolNeAR's train split.

    python experiments/sourcing/train_linker.py

writes src/framing/knowledge/linker.json and prints the accuracy of both on dev, beside the nearest span.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from framing import datasets
from framing.quotations.linking import FEATURES, candidates, features, link
from framing.quotations.marks import Document

OUT = Path(__file__).parents[2] / "src" / "framing" / "knowledge" / "linker.json"


def spans_of(split: str) -> list[tuple[Document, dict[str, list[tuple[int, int]]], dict[str, list[tuple[str, int]]]]]:
    """Per article: text, spans by role, and (attribution, index) by role."""
    frames = datasets.load("polnear")
    articles = frames["articles"]
    texts = articles[articles["split"] == split].set_index("article_id")["text"]
    rows = frames["spans"]
    out = []
    for article, group in rows[rows["article_id"].isin(texts.index)].groupby("article_id"):
        spans: dict[str, list[tuple[int, int]]] = {}
        owners: dict[str, list[str]] = {}
        for role, mine in group.groupby("role"):
            items = sorted({(int(s), int(e), a) for s, e, a in zip(mine["start"], mine["end"], mine["attribution"])})
            spans[role] = [(s, e) for s, e, _ in items]
            owners[role] = [a for _, _, a in items]
        out.append((Document(texts[article]), defaultdict(list, spans), defaultdict(list, owners)))
    return out


def pairs(data, anchor: str, other: str):
    """Feature rows, whether linked, and the anchor they belong to."""
    rows, right, group = [], [], []
    number = 0
    for doc, spans, owners in data:
        starts = [s for s, _ in spans[other]]
        thirds = [s for s, _ in spans[anchor]]
        for index, span in enumerate(spans[anchor]):
            for i, rank in candidates(span, spans[other], starts):
                rows.append(features(doc, span, spans[other][i], rank, starts, thirds))
                right.append(owners[other][i] == owners[anchor][index])
                group.append(number)
            number += 1
    return np.array(rows), np.array(right), np.array(group)


def main() -> None:
    train, dev = spans_of("train"), spans_of("dev")
    weights = {}
    for name, anchor, other in (("content_cue", "content", "cue"), ("cue_source", "cue", "source")):
        x, y, _ = pairs(train, anchor, other)
        model = LogisticRegression(C=1.0, max_iter=2000, fit_intercept=False).fit(x, y)
        weights[name] = {f: round(float(w), 4) for f, w in zip(FEATURES, model.coef_[0])}
        if name == "cue_source":  # gold sources hold no addressees ("told Ash"), the heads' spans do: set by hand
            weights[name]["told_after"] = -4.0
        vector = np.array(list(weights[name].values()))
        right = total = nearest = 0
        for doc, spans, owners in dev:
            found = link(doc, spans[anchor], spans[other], vector, 0.0)
            for index, partner in enumerate(found):
                wanted = owners[anchor][index]
                if wanted not in owners[other]:
                    continue
                total += 1
                right += partner is not None and owners[other][partner[0]] == wanted
                gaps = [max(a - spans[anchor][index][1], spans[anchor][index][0] - b) for a, b in spans[other]]
                nearest += owners[other][int(np.argmin(gaps))] == wanted
        print(f"{name}: {right / total:.4f} of {total} right on dev; nearest span {nearest / total:.4f}")
    OUT.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
