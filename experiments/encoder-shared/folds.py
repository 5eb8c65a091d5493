"""BABE with clean folds: an encoder that has seen none of it, trained once per fold, beside TF-IDF and the majority class.

    python folds.py config-babe.toml runs/folds -o folds.json                        five stratified folds
    python folds.py config-babe.toml runs/outlets -o outlets.json --whole outlet     five folds of whole outlets
    python folds.py config-babe.toml runs/topics -o topics.json --whole topic        five folds of whole topics

`pooled` puts the held-out sentences of all folds together: a fold of one outlet that is nearly all of one class has a low
macro-F1 of its own, whatever the model.

Finished folds are not trained again; `--at-most 1` stops after training one. With config-2.toml and the stage-1 checkpoint it trains the shipped recipe in full.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from tokenizers import Tokenizer

from framing.training import TrainingConfig, read_config, train
from framing.training.config import located, tokenizer_file
from framing.training.data import read_babe
from framing.training.loop import load_weights
from framing.training.shared import SharedTask, babe_split, predict

FOLDS = 5
SAME = {"blm": "black lives matter", "vaccines": "vaccine", "gun-control": "gun control"}
"""Topics that BABE spells in two ways: one of them held out and the other trained on would be no held-out topic."""


def tfidf(config: TrainingConfig, table: pd.DataFrame) -> NDArray[np.int_]:
    """What TF-IDF with logistic regression says of the held-out sentences."""
    left, held = babe_split(table, config)
    words = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
    )
    return words.fit(left["text"], left["loaded"]).predict(held["text"])


def said(config: TrainingConfig, out: Path) -> NDArray[np.int_]:
    """What the fold's model says of the held-out sentences, each read alone."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file(config.base)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    task = SharedTask(config, tokenizer)
    load_weights(task.network, out / "best.safetensors")
    return np.array([int(found.loaded[0] > 0) for found in predict(task.network, task.dev["babe"])])


def finished(config: TrainingConfig, out: Path) -> bool:
    """Whether the fold has been trained."""
    history = out / "history.json"
    return history.exists() and len(json.loads(history.read_text())) >= config.epochs


def one(config: TrainingConfig, out: Path, table: pd.DataFrame) -> dict[str, object]:
    """Train one fold and read its last epoch, which no held-out score has chosen."""
    history = out / "history.json"
    if not finished(config, out):
        train(config, out)
    last = json.loads(history.read_text())[-1]
    held = babe_split(table, config)[1]["loaded"].to_numpy()
    systems = {"model": said(config, out), "tfidf": tfidf(config, table)}
    systems["majority"] = np.full(len(held), int(babe_split(table, config)[0]["loaded"].mean() >= 0.5))
    scores = {name: float(f1_score(held, found, average="macro", zero_division=0)) for name, found in systems.items()}
    assert abs(scores["model"] - last["loaded_macro_f1"]) < 1e-3, (scores["model"], last["loaded_macro_f1"])
    return {
        "macro_f1": scores["model"],
        "n": len(held),
        "tfidf": scores["tfidf"],
        "majority": scores["majority"],
        "share_loaded": float(held.mean()),
        "counts": {
            name: confusion_matrix(held, found, labels=[0, 1]).ravel().tolist() for name, found in systems.items()
        },
    }


def pooled(rows: Iterable[dict[str, object]]) -> dict[str, float]:
    """Macro-F1 over the held-out sentences of all folds together, from true negatives, false positives and so on."""
    out = {}
    for name in ("model", "tfidf", "majority"):
        tn, fp, fn, tp = np.sum([row["counts"][name] for row in rows], axis=0)  # type: ignore[index]
        out[name] = float(np.mean([2 * tn / (2 * tn + fp + fn), 2 * tp / (2 * tp + fp + fn)]))
    return out


def parts(table: pd.DataFrame, whole: str | None) -> dict[str, dict[str, object]]:
    """What each fold changes of the recipe: a stratified fold's number, or the outlets or topics it holds out."""
    if whole is None:
        return {f"fold-{number}": {"folds": FOLDS, "fold": number} for number in range(FOLDS)}
    values = table[whole].fillna("")
    folds = GroupKFold(FOLDS).split(table, groups=values.replace(SAME))
    held = [sorted(set(values.iloc[test])) for _, test in folds]
    return {f"fold-{number}": {"leave_out": {whole: each}} for number, each in enumerate(held)}


def main() -> None:
    """Run what is left to run, then write the summary."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--whole", choices=["outlet", "topic"])
    parser.add_argument("--at-most", type=int, default=-1, help="folds to train in this call")
    parser.add_argument("--set", action="append", default=[], help="field=JSON value of the recipe to replace")
    options = parser.parse_args()
    changes = {key: json.loads(value) for key, value in (each.split("=", 1) for each in options.set)}
    base = read_config(options.config, **changes)
    table = read_babe(located(base).data.babe)
    rows: dict[str, dict[str, object]] = {}
    left = options.at_most
    for name, change in parts(table, options.whole).items():
        config = TrainingConfig.model_validate(base.model_dump() | change)
        if not finished(config, options.runs / name):
            if left == 0:
                break
            left -= 1
        rows[name] = one(config, options.runs / name, table) | {"held_out": change.get("leave_out")}
        values = [row["macro_f1"] for row in rows.values()]
        numbers = [key for key, value in rows[name].items() if isinstance(value, int | float)]
        result = {
            "seed": base.seed,
            "pooled": pooled(rows.values()),
            "mean": {key: float(np.mean([row[key] for row in rows.values()])) for key in numbers},
            "sd_macro_f1": float(np.std(values, ddof=1)) if len(values) > 1 else None,
            "parts": rows,
        }
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
