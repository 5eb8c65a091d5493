"""Train the stance model's layers for evaluation without each fold's articles, and write what they say of these.

python experiments/stance/evaluation.py [--only-data] [--base FOLDER]      writes data/evaluation.jsonl and experiments/stance/folds.csv

The file of data is what `framing train experiments/encoder-stance/config-4.toml` learns from, all folds together.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from voices import OUT_OF_FOLD, SAID, learning

from framing.training import _task, read_config, train
from framing.training.config import located
from framing.training.evaluation import EvaluationTask
from framing.training.loop import load_weights

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "experiments" / "encoder-stance" / "config-4.toml"
FOLDS = 5


def write(table: pd.DataFrame, file: Path) -> None:
    """Write the coded segments, one JSON object a line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as out:
        for row in table.to_dict("records"):
            start, end = map(int, row["mention"])
            told = {"sentence": row["text"], "target": row["text"][start:end], "mention": [start, end]}
            told |= {"voice": row["voice"], "label": row["label"], "article": str(row["article_id"])}
            out.write(json.dumps(told) + "\n")


def held_out(fold: int, changes: dict[str, Path]) -> tuple[list[int], np.ndarray]:
    """Rows of a fold, and the probabilities given by layers trained without it."""
    config = read_config(RECIPE, folds=FOLDS, fold=fold, **changes)
    best = train(config, Path("runs/evaluation") / f"fold-{fold}")
    task = _task(located(config))
    assert isinstance(task, EvaluationTask)
    load_weights(task.network, best)
    return task.held, np.exp(task.evaluations([task.coded[row] for row in task.held]))


def main() -> None:
    """Write the data, then each fold's probabilities."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only-data", action="store_true")
    parser.add_argument("--base", type=Path, help="folder of the pretrained encoder, in place of its name on the hub")
    options = parser.parse_args()
    table, _ = learning()
    write(table, Path("data/evaluation.jsonl"))
    if options.only_data:
        return
    said = np.full((len(table), 3), np.nan)
    for fold in range(FOLDS):
        rows, p = held_out(fold, {} if options.base is None else {"base": options.base})
        said[rows] = p
    out = pd.DataFrame(said.round(5), columns=SAID)
    out.insert(0, "item", table["item"].to_numpy())
    out.to_csv(OUT_OF_FOLD, index=False)


if __name__ == "__main__":
    main()
