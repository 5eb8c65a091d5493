"""How the grouping fares on dense news: pairs of articles of 2019 and 2020 coded as one event or not.

python experiments/events/pairs.py      writes pairs.json

The pairs (``datasets/codes/events``) were drawn with known probabilities from those that are at all alike, so precision and
recall are of that pool: recall leaves out pairs of one event that share hardly a word.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from framing import datasets, events
from framing.events import grouping

HERE = Path(__file__).parent
CODES = HERE.parents[1] / "datasets" / "codes" / "events"
MILD = {0.0: 0.7, 2.0: 0.7, 14.0: -2.3}
SHIPPED = dict(grouping.APART)


def scores(pairs: pd.DataFrame, together: np.ndarray, positive: tuple[str, ...]) -> dict[str, float]:
    weight, gold = 1 / pairs["probability"].to_numpy(), pairs["label"].isin(positive).to_numpy()
    hit = float((weight * (gold & together)).sum())
    precision, recall = hit / float((weight * together).sum()), hit / float((weight * gold).sum())
    return {
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(2 * precision * recall / (precision + recall), 3),
    }


def main() -> None:
    pairs = pd.read_csv(CODES / "items.csv").merge(pd.read_csv(CODES / "coder-a.csv"), on="item", validate="1:1")
    articles = datasets.load("article_bias_prediction")["articles"].assign(event_id=None)
    result: dict[str, object] = {"n_pairs": len(pairs), "labels": pairs["label"].value_counts().to_dict()}
    for name, curve in {"shipped": SHIPPED, "mild": MILD}.items():
        grouping.APART = curve
        found = events.group(articles).members.set_index("article_id")
        for level in ("event_id", "event_stricter", "event_looser"):
            where = found[level]
            together = pairs["first"].map(where).to_numpy() == pairs["second"].map(where).to_numpy()
            result[f"{name} {level}"] = {
                "same": scores(pairs, together, ("same",)),
                "same or related": scores(pairs, together, ("same", "related")),
            }
    all_together = np.ones(len(pairs), dtype=bool)
    result["everything together"] = {"same": scores(pairs, all_together, ("same",))}
    (HERE / "pairs.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
