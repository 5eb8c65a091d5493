"""The generic frames on the official folds of narrative-framing: confusion, calibration, and every error by id.

python experiments/frames/generic.py      writes results-generic.json

The head is fitted anew in each fold on the shipped encoder's vectors, which no label of this corpus has touched; the strength of
regularisation is the shipped one. Probabilities are those of held-out test parts, pooled.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix

from framing import datasets, metrics, models
from framing.encode import encode
from framing.training.frames import official_folds, read_frames

HERE = Path(__file__).parent


def main() -> None:
    root = Path(datasets.info("narrative_frames")["folder"])
    table = read_frames(root)
    vectors = np.array([one.vectors.mean(0) for one in encode(table[["article_id", "text"]], cache=HERE / ".cache")])
    folds = official_folds(root, table)
    result: dict[str, object] = {"model": models.load_encoder().name, "n": len(table), "strength": 1.0}
    for frame in models.FRAMES:
        gold = table[frame].to_numpy(dtype=int)
        p, weighted = np.full(len(gold), np.nan), np.full(len(gold), np.nan)
        for fold in folds:
            both = np.concatenate([fold["train"], fold["dev"]])
            for out, balance in ((p, None), (weighted, "balanced")):
                head = LogisticRegression(C=1.0, class_weight=balance, max_iter=2000).fit(vectors[both], gold[both])
                out[fold["test"]] = head.predict_proba(vectors[fold["test"]])[:, 1]
        rows = np.flatnonzero(~np.isnan(p))
        truth, guess = gold[rows], weighted[rows] >= 0.5
        ids = table["article_id"].to_numpy()[rows]
        result[frame] = {
            "n": len(rows),
            "confusion": {"rows_gold": ["absent", "present"], "counts": confusion_matrix(truth, guess).tolist()},
            "calibration_error": {
                "as shipped (classes weighed equally)": round(metrics.ece(truth == 1, weighted[rows]), 3),
                "classes as frequent as they are": round(metrics.ece(truth == 1, p[rows]), 3),
                "share of positives for every article": round(
                    metrics.ece(truth == 1, np.full(len(rows), truth.mean())), 3
                ),
            },
            "missed": sorted(ids[(truth == 1) & ~guess].tolist()),
            "alarms": sorted(ids[(truth == 0) & guess].tolist()),
        }
    (HERE / "results-generic.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({k: v if not isinstance(v, dict) else {a: b for a, b in v.items() if a not in ("missed", "alarms")} for k, v in result.items()}))  # fmt: skip


if __name__ == "__main__":
    main()
