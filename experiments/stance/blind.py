"""Narrator-hostile false alarms on the blind codes of conduct, both halves, as predicted and as shipped.

python experiments/stance/blind.py          (prints; results-blind.json holds the figures)
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import score

from framing import datasets, quotations, segments, stance

CODES = Path(__file__).parents[2] / "datasets" / "codes" / "conduct"


def main() -> None:
    items = pd.read_csv(CODES / "items.csv").merge(pd.read_csv(CODES / "coder-a.csv"), on="item")
    items = items.merge(pd.read_csv(CODES / "coder-b.csv"), on="item", suffixes=("", "_b"))
    ids = sorted(items["article_id"].unique())
    apart = {ids[i] for i in np.random.default_rng(0).permutation(len(ids))[: len(ids) // 2]}
    held = items["article_id"].isin(apart).to_numpy()
    corpora = pd.concat([datasets.load(d)["articles"] for d in items["dataset"].unique()], ignore_index=True)
    articles = corpora[corpora["article_id"].isin(items["article_id"])].assign(event_id=pd.NA)
    pieces = segments.segments(articles, score.sentences_only(articles), quotations.attribute(articles))
    pieces = pieces[pieces["for_stance"] & (pieces["part"] == "text")]
    texts = articles.set_index("article_id")["text"]
    asked = [score._asked(row, texts, pieces) for row in items.itertuples()]
    asked = [replace(one, loaded=p) for one, p in zip(asked, score.loaded([a.text for a in asked]), strict=True)]
    raw = stance._judge(score.load_stance(), asked)
    narrator = np.array([one.segment["voice"] == "narrator" for one in asked])
    same = items["narrator"] == items["narrator_b"]
    conduct = (same & (items["narrator"] == "conduct")).to_numpy()
    judged = (same & items["narrator"].isin(["against", "favour"])).to_numpy()
    for half, mask in (("dev", ~held), ("held_apart", held)):
        for name, p in (("as_predicted", raw), ("shipped", stance._temper(raw, asked))):
            label = np.array(stance.LABELS)[p.argmax(axis=1)]
            hostile = (label == "against") & narrator
            right = label == items["narrator"].to_numpy()
            alarms, found = score.share(hostile[conduct & mask]), score.share(right[judged & mask])
            print(half, name, json.dumps({"false_alarms": alarms, "evaluations_right": found}))


if __name__ == "__main__":
    main()
