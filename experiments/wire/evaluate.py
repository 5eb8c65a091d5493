"""Score duplicate detection on a constructed set, beside two baselines.

usage: evaluate.py BASIL -o results.json [--seed N]
BASIL: its folder (100 events, each told by three outlets, so independent texts on one event are there).
From one article of each event a reprint is made: exact, trimmed, re-headlined, a fifth of the sentences
rewritten, a fifth of the words replaced, or with a third of its own text added. A pair is positive if one was
made from the other; negatives are all other pairs, the hard ones being those of one event.
Baselines: TF-IDF cosine of .8 and more, and equal first hundred characters.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from framing import loading, schema, wire

MADE = ("reprint", "trimmed", "re-headlined", "sentences rewritten", "words replaced", "extended")


def articles(folder: Path) -> pd.DataFrame:
    batches = list(loading.read(str(folder), event_column="triplet-uuid"))
    table = pd.concat([b.articles for b in batches], ignore_index=True)
    return schema.conform(table.drop(columns="html"), "articles")


def made(text: str, kind: str, others: list[str], dice: random.Random) -> str:
    """One constructed copy of a text; `others` are sentences from elsewhere."""
    paragraphs = text.split("\n\n")
    if kind == "trimmed":
        return "\n\n".join(paragraphs[: max(2, len(paragraphs) // 2)])
    if kind == "extended":
        return "\n\n".join([*paragraphs, *dice.sample(others, max(1, len(paragraphs) // 3))])
    if kind == "sentences rewritten":
        sentences = re.split(r"(?<=[.!?”]) ", text)
        return " ".join(dice.choice(others) if dice.random() < 0.2 else s for s in sentences)
    if kind == "words replaced":
        pool = " ".join(others).split()
        return "\n\n".join(
            " ".join(dice.choice(pool) if dice.random() < 0.2 else w for w in p.split()) for p in paragraphs
        )
    return text


def construct(table: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, dict[frozenset, str]]:
    dice = random.Random(seed)
    rows = [{str(k): v for k, v in r.items()} for r in table.to_dict("records")]
    copies, gold = [], {}
    events = sorted({r["triplet-uuid"] for r in rows})
    for number, event in enumerate(events):
        original = dice.choice(
            [r for r in rows if r["triplet-uuid"] == event and r["n_chars"] > 1500]
            or [r for r in rows if r["triplet-uuid"] == event]
        )
        others = [
            p
            for r in dice.sample(rows, 12)
            if r["triplet-uuid"] != event
            for p in r["text"].split("\n\n")
            if len(p) > 60
        ]
        kind = MADE[number % len(MADE)]
        copy = dict(
            original,
            article_id=f"copy-{number}",
            outlet="Copyist",
            text=made(original["text"], kind, others, dice),
            url=None,
        )
        copy["title"] = "Another headline altogether" if kind == "re-headlined" else original["title"]
        copy["published_at"] = None
        copies.append(copy)
        gold[frozenset((original["article_id"], copy["article_id"]))] = kind
    return schema.conform(rows + copies, "articles"), gold


def score(found: set[frozenset], gold: dict[frozenset, str], natural: set[frozenset]) -> dict:
    right = found & set(gold)
    wrong = found - set(gold) - natural
    return {
        "precision": round(len(right) / max(len(right) + len(wrong), 1), 4), "recall": round(len(right) / len(gold), 4),
        "recall_by_kind": {k: round(np.mean([p in found for p, v in gold.items() if v == k]), 4) for k in MADE},
        "pairs_found": len(found), "pairs_gold": len(gold), "already_in_basil": len(found & natural),
    }  # fmt: skip


def ours(table: pd.DataFrame) -> set[frozenset]:
    done = wire.find(table).articles
    linked = done["duplicate_of"].fillna(done["version_of"])
    extended = done["shared_with"].where(done["relation"] == "extended")
    return {frozenset((a, b)) for a, b in zip(done["article_id"], linked.fillna(extended)) if isinstance(b, str)}


def cosine(table: pd.DataFrame) -> set[frozenset]:
    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(table["text"])
    near = (vectors @ vectors.T).tocoo()
    ids = table["article_id"].tolist()
    return {frozenset((ids[i], ids[j])) for i, j, v in zip(near.row, near.col, near.data) if i < j and v >= 0.8}


def beginning(table: pd.DataFrame) -> set[frozenset]:
    groups = table.groupby(table["text"].str[:100])["article_id"].agg(list)
    return {frozenset((a, b)) for g in groups for i, a in enumerate(g) for b in g[i + 1 :]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("basil", type=Path)
    parser.add_argument("-o", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    table = articles(args.basil)
    table["n_chars"] = table["text"].str.len()
    natural = ours(table)  # reprints the corpus has of itself are neither right nor wrong
    runs: dict[str, list[dict]] = {"framing": [], "TF-IDF cosine >= .8": [], "equal beginnings": []}
    for seed in range(args.seeds):
        constructed, gold = construct(table, seed)
        for name, system in zip(runs, (ours, cosine, beginning)):
            runs[name].append(score(system(constructed), gold, natural))
    results = {
        name: {
            m: {
                "mean": round(float(np.mean([r[m] for r in each])), 4),
                "sd": round(float(np.std([r[m] for r in each])), 4),
            }
            for m in ("precision", "recall")
        }
        | {"runs": each}
        for name, each in runs.items()
    }
    results["articles"] = {
        "originals": len(table),
        "copies": len(gold),
        "pairs of one event": 3 * table["triplet-uuid"].nunique(),
    }
    args.o.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
