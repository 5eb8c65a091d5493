"""Agreement with statements on any matter: training requests from hand codes, and the scores of a model on codes held apart.

python experiments/stance/statements.py data data/statements.jsonl [--fold K]     requests to learn from (all of the part to fit, or all but a fold)
python experiments/stance/statements.py score [MODEL] [--fold K | --held] [-o results-statements.json]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sourcing"))
from codes import load_articles  # noqa: E402

from framing import encode, models  # noqa: E402
from framing.encode import split_sentences  # noqa: E402

CODES = Path(__file__).parents[2] / "datasets" / "codes" / "statements"
LABELS = ("against", "neutral", "favour")
SIDES = {"favour": 2, "against": 0, "neutral": 1, "context_favour": 2, "context_against": 0}
FOLDS, SEED = 5, 0
ELSEWHERE = 2
"""Sentences of other articles asked of each statement in training, as neutral."""
UNLISTED = 3
"""Sentences of the article that the coder did not list, the same."""


@cache
def coded() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Statements with their article, part and fold; every sentence of the article with its label ("" if not listed)."""
    drawn = pd.read_csv(CODES / "articles.csv")
    rng = np.random.default_rng(SEED)
    drawn["fold"] = rng.permutation(len(drawn)) % FOLDS
    told = pd.read_csv(CODES / "statements.csv").merge(drawn, on="item")
    texts = load_articles(told["dataset"], told["article_id"]).set_index("article_id")["text"]
    labels = pd.read_csv(CODES / "sentences.csv").set_index(["statement_id", "start"])["label"].to_dict()
    rows = []
    for one in told.itertuples():
        text = texts[one.article_id]
        for number, (start, end) in enumerate(split_sentences(text)):
            label = labels.get((one.statement_id, start), "")
            rows.append((one.statement_id, number, " ".join(text[start:end].split()), label))
    return told, pd.DataFrame(rows, columns=["statement_id", "number", "sentence", "label"])


def vectors(texts: list[str]) -> np.ndarray:
    """Sentence vectors of the shared encoder, each text by itself."""
    frame = pd.DataFrame(
        {"article_id": [f"t{k}" for k in range(len(texts))], "text": texts, "n_words": 1, "origin": ""}
    )
    from framing import schema

    found = encode.encode(schema.conform(frame.to_dict("records"), "articles"))
    return np.array([encode.article_vector(one) for one in found])


def requests(told: pd.DataFrame, sentences: pd.DataFrame, seed: int = SEED) -> list[dict]:
    """Every listed sentence with the statement in its three wordings, and sentences about something else."""
    rng, rows = random.Random(seed), []
    pool = sentences[sentences["label"] == ""]
    pool = pool[pool["sentence"].str.len().between(40, 400)]
    of = {k: list(v) for k, v in pool.groupby("statement_id")["sentence"]}
    everything = list(pool["sentence"])
    for one in told.itertuples():
        mine = sentences[(sentences["statement_id"] == one.statement_id) & sentences["label"].isin(LABELS)]
        asked = [(s, SIDES[label]) for s, label in zip(mine["sentence"], mine["label"])]
        left = of.get(one.statement_id, [])
        asked += [(s, 1) for s in rng.sample(left, min(UNLISTED, len(left)))]
        asked += [(s, 1) for s in rng.sample(everything, ELSEWHERE)]
        for wording, turned in ((one.statement, False), (one.reworded, False), (one.opposite, True)):
            for sentence, side in asked:
                hot = [0.0, 0.0, 0.0]
                hot[2 - side if turned else side] = 1.0
                rows.append({
                    "sentence": sentence, "target": wording, "kind": "proposition", "mention": None, "probabilities": hot,
                })  # fmt: skip
    return rows


def predicted(model: models.StanceModel, sentences: list[str], statements: list[str]) -> np.ndarray:
    return model.predict([models.StanceRequest(s, t, "proposition") for s, t in zip(sentences, statements)])


def macro(gold: np.ndarray, found: np.ndarray) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(gold, found, labels=[0, 1, 2], average="macro", zero_division=0))


def score(model: models.StanceModel, told: pd.DataFrame, sentences: pd.DataFrame) -> dict:
    """Macro-F1 over listed sentences, in each wording, and over all sentences of the article."""
    table = sentences.merge(told[["statement_id", "statement", "reworded", "opposite", "dataset", "article_id"]])
    context = table["label"].str.startswith("context")
    out = {}
    for wording in ("statement", "reworded", "opposite"):
        found = predicted(model, list(table["sentence"]), list(table[wording]))
        found = found[:, ::-1] if wording == "opposite" else found
        gold = table["label"].map(SIDES).fillna(1).astype(int).to_numpy()
        listed = (table["label"].isin(LABELS)).to_numpy()
        out[wording] = {
            "listed": round(macro(gold[listed], found[listed].argmax(1)), 3), "n": int(listed.sum()),
            "all": round(macro(gold[~context], found[~context].argmax(1)), 3), "n_all": int((~context).sum()),
            "context": round(float((found[context].argmax(1) == gold[context]).mean()), 3), "n_context": int(context.sum()),
            "log_loss": round(float(-np.log(np.clip(found[listed], 1e-4, 1))[np.arange(listed.sum()), gold[listed]].mean()), 3),
        }  # fmt: skip
    return out


def part(told: pd.DataFrame, options: argparse.Namespace, learn: bool) -> pd.DataFrame:
    if options.held:
        return told[told["part"] == "held"]
    fit = told[told["part"] == "fit"]
    if options.fold is None:
        return fit
    return fit[(fit["fold"] != options.fold) if learn else (fit["fold"] == options.fold)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["data", "score"])
    parser.add_argument("path", nargs="?", type=Path)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--held", action="store_true")
    options = parser.parse_args()
    told, sentences = coded()
    mine = part(told, options, options.what == "data")
    sentences = sentences[sentences["statement_id"].isin(mine["statement_id"])]
    if options.what == "data":
        rows = requests(mine, sentences)
        options.path.parent.mkdir(parents=True, exist_ok=True)
        options.path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
        print(len(rows), "requests of", len(mine), "statements")
        return
    model = models.StanceModel(options.path) if options.path else models.load_stance()
    print(json.dumps(score(model, mine, sentences), indent=1))


if __name__ == "__main__":
    main()
