"""The generic frames on the official folds of narrative-framing: scores, confusion, calibration, and every error by id.

python experiments/frames/generic.py      writes results-generic.json

The head is fitted anew in each fold on the shipped encoder's vectors, which no label of this corpus has touched: strength
of regularisation, scale, shift and bar come from that fold's train and dev parts. Judgements are those of held-out test parts, pooled.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import confusion_matrix

from framing import datasets, models
from framing.encode import encode
from framing.training.frames import held_out, official_folds, read_frames, scores_of

HERE = Path(__file__).parent


def main() -> None:
    root = Path(datasets.info("narrative_frames")["folder"])
    table = read_frames(root)
    vectors = np.array([one.vectors.mean(0) for one in encode(table[["article_id", "text"]], cache=HERE / ".cache")])
    judged = held_out(table, vectors, official_folds(root, table))
    result: dict[str, object] = {"model": models.load_encoder().name, "n": len(table)}
    for frame, rows in judged.groupby("frame", sort=False):
        gold, found, ids = rows["gold"].to_numpy(), rows["head"].to_numpy(), rows["article_id"].to_numpy()
        result[frame] = {
            "scores": {name: round(value, 3) for name, value in scores_of(rows).items()},
            "confusion": {"rows_gold": ["absent", "present"], "counts": confusion_matrix(gold, found).tolist()},
            "missed": sorted(ids[(gold == 1) & (found == 0)].tolist()),
            "alarms": sorted(ids[(gold == 0) & (found == 1)].tolist()),
        }
        print(frame, json.dumps(result[frame]["scores"]))
    (HERE / "results-generic.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
