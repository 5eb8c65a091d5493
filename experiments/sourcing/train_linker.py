"""Train the two links: content to cue on gold spans of PolNeAR's train split and of the coded articles for fitting, cue to source on the former alone.

    python experiments/sourcing/train_linker.py

writes src/framing/knowledge/linker.json and prints the accuracy of both on PolNeAR dev and on the coded articles for choices, beside the nearest
span. With coded articles besides, the link to sources gave more passive subjects ("is accused") a voice.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from framing import datasets
from framing.quotations.linking import FEATURES, candidates, features, link
from framing.quotations.marks import Document

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sourcing-elsewhere"))
from marked import DEV, WAVES, coded, outermost  # noqa: E402

OUT = HERE.parents[1] / "src" / "framing" / "knowledge" / "linker.json"


def spans_of(split: str) -> list[tuple[Document, dict[str, list[tuple[int, int]]], dict[str, list[tuple[str, int]]]]]:
    """Per article: text, spans by role, and (attribution, index) by role."""
    frames = datasets.load("polnear")
    articles = frames["articles"]
    texts = articles[articles["split"] == split].set_index("article_id")["text"]
    rows = frames["spans"]
    return [
        of_article(texts[article], group)
        for article, group in rows[rows["article_id"].isin(texts.index)].groupby("article_id")
    ]


def spans_coded(*, dev: bool):
    """The same of the coded articles: those for choices, or those for fitting."""
    out = []
    for name in DEV if dev else WAVES:
        articles, codes = coded(name, dev=dev)
        texts = dict(zip(articles["article_id"], articles["text"]))
        out += [of_article(texts[article], outermost(group)) for article, group in codes.groupby("article_id")]
    return out


def of_article(text: str, rows):
    """Text, spans by role, and the attribution of each span by role."""
    spans: dict[str, list[tuple[int, int]]] = {}
    owners: dict[str, list[str]] = {}
    for role, mine in rows.groupby("role"):
        items = sorted({(int(s), int(e), str(a)) for s, e, a in zip(mine["start"], mine["end"], mine["attribution"])})
        spans[role] = [(s, e) for s, e, _ in items]
        owners[role] = [a for _, _, a in items]
    return Document(text), defaultdict(list, spans), defaultdict(list, owners)


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


def right(data, anchor: str, other: str, weights) -> str:
    """Share of anchors that get their own partner, and of those whose nearest span it is."""
    hit = total = nearest = 0
    for doc, spans, owners in data:
        found = link(doc, spans[anchor], spans[other], weights, 0.0)
        for index, partner in enumerate(found):
            wanted = owners[anchor][index]
            if wanted in owners[other]:
                total += 1
                hit += partner is not None and owners[other][partner[0]] == wanted
                gaps = [max(a - spans[anchor][index][1], spans[anchor][index][0] - b) for a, b in spans[other]]
                nearest += owners[other][int(np.argmin(gaps))] == wanted
    return f"{hit / total:.4f} of {total} (nearest span {nearest / total:.4f})"


def main() -> None:
    polnear, more = spans_of("train"), spans_coded(dev=False)
    scored = {"PolNeAR dev": spans_of("dev"), "coded for choices": spans_coded(dev=True)}
    weights = {}
    for name, anchor, other in (("content_cue", "content", "cue"), ("cue_source", "cue", "source")):
        x, y, _ = pairs([*polnear, *more] if name == "content_cue" else polnear, anchor, other)
        if name == "cue_source":
            x[:, [FEATURES.index("away"), FEATURES.index("opens")]] = 0.0
        model = LogisticRegression(C=1.0, max_iter=3000, fit_intercept=False).fit(x, y)
        weights[name] = {f: round(float(w), 4) for f, w in zip(FEATURES, model.coef_[0])}
        if name == "cue_source":  # gold sources hold no addressees ("told Ash"), the heads' spans do: set by hand
            weights[name]["told_after"] = -4.0
        for where, data in scored.items():
            print(name, where, right(data, anchor, other, np.array(list(weights[name].values()))))
    OUT.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
