"""BABE with clean folds: an encoder that has seen none of it, trained once per fold, beside TF-IDF and the majority class.

    python folds.py config-babe.toml runs/folds -o folds.json                        five stratified folds
    python folds.py config-babe.toml runs/outlets -o outlets.json --whole outlet     five folds of whole outlets
    python folds.py config-babe.toml runs/topics -o topics.json --whole topic        five folds of whole topics

Finished folds are not trained again; `--at-most 1` stops after training one. With config-2.toml and the stage-1 checkpoint it trains the shipped recipe in full.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline

from framing.training import TrainingConfig, read_config, train
from framing.training.config import located
from framing.training.data import read_babe
from framing.training.shared import babe_split

FOLDS = 5
SAME = {"blm": "black lives matter", "vaccines": "vaccine", "gun-control": "gun control"}
"""Topics that BABE spells in two ways: one of them held out and the other trained on would be no held-out topic."""


def baselines(config: TrainingConfig, table: pd.DataFrame) -> dict[str, float]:
    """Macro-F1 of TF-IDF with logistic regression, and of the majority class."""
    left, held = babe_split(table, config)
    words = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
    )
    found = words.fit(left["text"], left["loaded"]).predict(held["text"])
    most = np.full(len(held), int(left["loaded"].mean() >= 0.5))
    return {
        "tfidf": float(f1_score(held["loaded"], found, average="macro")),
        "majority": float(f1_score(held["loaded"], most, average="macro", zero_division=0)),
        "share_loaded": float(held["loaded"].mean()),
    }


def finished(config: TrainingConfig, out: Path) -> bool:
    """Whether the fold has been trained."""
    history = out / "history.json"
    return history.exists() and len(json.loads(history.read_text())) >= config.epochs


def one(config: TrainingConfig, out: Path, table: pd.DataFrame) -> dict[str, float]:
    """Train one fold and read its last epoch, which no held-out score has chosen."""
    history = out / "history.json"
    if not finished(config, out):
        train(config, out)
    last = json.loads(history.read_text())[-1]
    names = {"loaded_macro_f1": "macro_f1", "loaded_n": "n"}
    return {new: last[old] for old, new in names.items()} | baselines(config, table)


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
            "mean": {key: float(np.mean([row[key] for row in rows.values()])) for key in numbers},
            "sd_macro_f1": float(np.std(values, ddof=1)) if len(values) > 1 else None,
            "parts": rows,
        }
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
