"""What the days between two articles tell: curves compared on half of BASIL's events, the chosen one scored on the other half.

python experiments/events/days.py       writes days.json
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from framing import datasets, events, metrics
from framing.events import grouping

HERE = Path(__file__).parent
CURVES = {
    "none": {0.0: 0.0, 14.0: 0.0},
    "mild": {0.0: 0.7, 2.0: 0.7, 14.0: -2.3},
    "steeper": {0.0: 1.5, 1.0: 1.2, 2.0: 0.7, 3.0: 0.0, 4.0: -0.7, 14.0: -3.0},
    "shipped": {0.0: 2.5, 1.0: 2.0, 2.0: 1.0, 3.0: 0.0, 4.0: -1.0, 14.0: -4.0},
    "steepest": {0.0: 3.0, 1.0: 2.0, 2.0: 0.5, 3.0: -0.7, 4.0: -2.0, 14.0: -6.0},
}


def score(articles: pd.DataFrame, curve: dict[float, float]) -> dict[str, float]:
    shipped, grouping.APART = grouping.APART, curve
    try:
        found = events.group(articles.assign(event_id=None)).articles["event_id"]
    finally:
        grouping.APART = shipped
    one = metrics.bcubed(articles["event_id"].tolist(), found.tolist())
    return {
        "bcubed_precision": round(one.precision, 4),
        "bcubed_recall": round(one.recall, 4),
        "bcubed_f1": round(one.f1, 4),
        "n_groups": int(found.nunique()),
    }


def main() -> None:
    articles = datasets.load("basil")["articles"]
    known = sorted(articles["event_id"].unique())
    dev = articles["event_id"].isin(known[::2])
    gaps = articles.groupby("event_id")["published_at"].agg(lambda days: (days.max() - days.min()).days)
    result = {
        "n_events": {"dev": len(known[::2]), "held": len(known[1::2])},
        "span_in_days": {str(k): int(v) for k, v in gaps.value_counts().sort_index().items()},
        "dev": {name: score(articles[dev], curve) for name, curve in CURVES.items()},
        "held": {name: score(articles[~dev], curve) for name, curve in CURVES.items() if name in ("mild", "shipped")},
    }
    (HERE / "days.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
