"""Calibration of the stance model in domain: NewsMTSC and GWSD.

python experiments/stance/score.py      writes `calibration` of results.json; voices.py and whole.py write the rest
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from framing import datasets, metrics, stance
from framing.models import StanceRequest, load_stance

HERE = Path(__file__).parent
LABELS = list(stance.LABELS)


def report(gold: list[str], guess: list[str]) -> dict[str, Any]:
    return {
        "macro_f1": round(metrics.macro_f1(gold, guess, LABELS), 4),
        "accuracy": round(metrics.accuracy(gold, guess), 4),
        "confusion": {"rows_gold": LABELS, "counts": confusion_matrix(gold, guess, labels=LABELS).tolist()},
    }


def calibration() -> dict[str, Any]:
    """Expected calibration error and macro-F1 in domain; the test parts are read once, when weights are final."""
    out = {}
    for name, parts in {"newsmtsc": ("test-rw", "test-mt"), "gwsd": ("test",)}.items():
        frames = datasets.load(name)
        articles = frames["articles"].drop_duplicates("article_id").set_index("article_id")
        gold = frames["annotations"]
        gold = gold[(gold["task"] == "stance") & gold["label"].notna()]
        for part in parts:
            rows = gold[(gold["article_id"].map(articles["split"]) == part).to_numpy()]
            requests = [_request(r, articles.at[r.article_id, "text"]) for r in rows.itertuples()]
            p = load_stance().predict(requests)
            guess, truth = np.array(LABELS)[p.argmax(axis=1)], rows["label"].to_numpy(object)
            right = (guess == truth).astype(float)
            out[f"{name}_{part}"] = {
                "n": len(rows),
                **report(truth.tolist(), guess.tolist()),
                "ece": round(metrics.ece(right, p.max(axis=1).astype(float)), 4),
            }
            out[f"{name}_{part}"]["majority"] = report(truth.tolist(), [pd.Series(truth).mode()[0]] * len(truth))[
                "macro_f1"
            ]
    return out


def _request(row: Any, text: str) -> StanceRequest:
    if row.target_kind == "proposition":
        return StanceRequest(text, row.target, "proposition")
    return StanceRequest(text, row.target, "entity", (int(row.start), int(row.end)))


def main() -> None:
    file = HERE / "results.json"
    result = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    result |= {"model": load_stance().name, "calibration": calibration()}
    print(json.dumps(result["calibration"], indent=1))
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
