"""Accusations and replies: train the sentence model on coded dev articles and the sample, score articles held apart.

    python experiments/sourcing/accusations.py            cross-validation and scores on dev
    python experiments/sourcing/accusations.py --write    train, write knowledge/accusations.json, score both parts held apart (once), write knowledge/accusations-quality.json

The first 60 articles are halved; of the 90 coded later, three fifths train and two fifths are held apart, by article and seed.
Words and sentence vectors as further features were tried and did not help on dev (README).

A coded accusation is *found* if a predicted one shares words with its quotation; with the *right accused* if that is the entity
the text names where the coder placed the accused, or their names share a word or belong to one side (the accused of some items could
not be located: they count as wrong). Coders give each accusation once, at its first clear statement; a predicted one that only repeats it counts as
wrong, so precision is a lower bound.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from codes import CODES, SEED, encoded, held, load_articles
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from framing.datasets import sample
from framing.quotations import attribute
from framing.quotations.marks import Document
from framing.sources import accusations, accused, replies, resolve, signs
from framing.sources.names import key_of

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "src" / "framing" / "knowledge" / "accusations.json"
QUALITY = OUT.with_name("accusations-quality.json")
"""What reports say of the accusations they list: the scores on articles held apart."""
TOLD = (
    "n", "n_articles", "recall", "precision", "recall_with_right_accused", "precision_with_right_accused",
    "state_of_reply_of_found", "most_frequent_state",
)  # fmt: skip
STRENGTH, FICTION, FOLDS = 0.1, 0.7, 10
LATER = 0.4
"""Share of the later articles that is held apart."""


def coded() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Coded articles and accusations in their bodies, each with the part it belongs to: dev, or one of two held apart."""
    folder = CODES / "accusations"
    first, later = pd.read_csv(folder / "drawn.csv"), pd.read_csv(folder / "drawn-more.csv")
    drawn = pd.concat([first, later], ignore_index=True)
    ids = sorted(set(later["article_id"]))
    order = np.random.default_rng(SEED).permutation(len(ids))
    part = dict.fromkeys(held(first["article_id"], 2), "held_apart")
    part |= dict.fromkeys((ids[i] for i in order[: round(len(ids) * LATER)]), "held_apart_later")
    articles = load_articles(drawn["dataset"], drawn["article_id"])
    gold = pd.concat([pd.read_csv(folder / f"coder-{coder}.csv") for coder in "abcd"], ignore_index=True)
    gold = gold[gold["start"].notna() & (gold["part"] == "text")]
    return tuple(t.assign(part_of_codes=t["article_id"].map(part).fillna("dev")) for t in (articles, gold))


def sentences(articles: pd.DataFrame, spans: dict[str, list[tuple[int, int]]]) -> pd.DataFrame:
    """Every sentence of the bodies, and whether an accusation stands in it."""
    rows = []
    for key, text in zip(articles["article_id"], articles["text"], strict=True):
        for a, b in Document(text).sentences:
            rows.append((key, text[a:b], any(min(b, e) - max(a, s) > 10 for s, e in spans.get(key, ()))))
    return pd.DataFrame(rows, columns=["article_id", "text", "accuses"])


def fiction() -> pd.DataFrame:
    """Sentences of the sample's open events."""
    gold = sample.load(lock=False)
    body = gold["quotations"][gold["quotations"]["part"] == "text"]
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in gold["accusations"].itertuples():
        ids = set(row.quotations)
        mine = body[
            (body["article_id"] == row.article_id)
            & (body["quotation_id"].isin(ids) | body["quotation_id"].str[:-1].isin(ids))
        ]
        spans.setdefault(row.article_id, []).extend(
            zip(mine["start"].astype(int), mine["end"].astype(int), strict=True)
        )
    return sentences(gold["articles"], spans)


def trained(rows: pd.DataFrame, weights: np.ndarray) -> dict[str, float]:
    """Weights of the signs."""
    vectors = DictVectorizer()
    x = vectors.fit_transform([signs.features(t) for t in rows["text"]])
    model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(x, rows["accuses"], sample_weight=weights)
    found = dict(zip(vectors.get_feature_names_out(), model.coef_[0], strict=True))
    found["bias"] = found.get("bias", 0.0) + model.intercept_[0]
    return {name: round(float(w), 4) for name, w in sorted(found.items())}


def f1(y: np.ndarray, called: np.ndarray) -> float:
    """F1 of called sentences."""
    return float(2 * (y & called).sum() / max(y.sum() + called.sum(), 1))


def chance(weights: dict[str, float], text: str) -> float:
    """Probability under given weights."""
    odds = sum(weights.get(k, 0.0) * v for k, v in signs.features(text).items())
    return float(1.0 / (1.0 + np.exp(-odds)))


def entity_at(row: Any, mentions: pd.DataFrame) -> set[str]:
    """Entities that the text names where the coder placed the accused."""
    if pd.isna(row.accused_start):
        return set()
    over = (mentions["start"] < row.accused_end) & (mentions["end"] > row.accused_start)
    return set(mentions.loc[over & (mentions["article_id"] == row.article_id), "entity_id"])


def is_meant(found: tuple[str | None, str], ids: set[str], name: str) -> bool:
    """Whether a party is the coded accused: the same entity, a name of one side, or a name that shares a word."""
    if not name:
        return False
    one, other = (accused.Party(None, n, frozenset({key_of(n)})) for n in (name, found[1]))
    plain = set(key_of(name).split()) - {"the", "a", "of", "president", "mr"}
    return found[0] in ids or accused.same_side(one, other) or bool(plain & set(key_of(found[1]).split()))


def score(gold: pd.DataFrame, articles: pd.DataFrame, encodings: dict[str, Any]) -> dict[str, Any]:
    """Recall, precision, right accused and state of the reply; the accused beside the party the article names most."""
    own = resolve(articles, attribute(articles, encodings), encodings)
    found = replies.find(articles, own.quotations, own.sources, own.mentions)
    named = own.mentions[own.mentions["part"] == "text"]
    texts = articles.set_index("article_id")["text"]
    most: dict[str, tuple[str, str]] = {}
    for article, group in named.groupby("article_id"):
        first = group["entity_id"].value_counts().index[0]
        most[article] = (first, group.loc[group["entity_id"] == first, "name"].iloc[0])
    errors: list[str] = []
    hits = right = trivial = states = 0
    used: set[str] = set()
    exact: set[str] = set()
    for row in gold.itertuples():
        near = [
            f
            for f in found[found["article_id"] == row.article_id].itertuples()
            if min(f.end, row.end) > max(f.start, row.start)
        ]
        name = (
            texts[row.article_id][int(row.accused_start) : int(row.accused_end)] if pd.notna(row.accused_start) else ""
        )
        ids = entity_at(row, named)
        same = [f for f in near if is_meant((f.accused_id, f.accused), ids, name)]
        hits += bool(near)
        right += bool(same)
        trivial += bool(near) and row.article_id in most and is_meant(most[row.article_id], ids, name)
        states += any(f.reply == row.reply for f in (same or near))
        used |= {f.accusation_id for f in near}
        exact |= {f.accusation_id for f in same}
        if not same:
            errors.append(
                f"{row.item} {'accused not located' if not name else 'wrong accused' if near else 'not found'}"
            )
    n, size = max(len(gold), 1), max(len(found), 1)
    frequent = gold["reply"].value_counts(normalize=True).iloc[0]
    return {
        "n": len(gold), "n_accused_located": int(gold["accused_start"].notna().sum()), "n_articles": len(articles), "predicted": len(found),
        "recall": round(hits / n, 4), "precision": round(len(used) / size, 4),
        "recall_with_right_accused": round(right / n, 4), "precision_with_right_accused": round(len(exact) / size, 4),
        "recall_if_accused_were_the_party_named_most": round(trivial / n, 4),
        "state_of_reply_of_found": round(states / max(hits, 1), 4), "most_frequent_state": round(float(frequent), 4), "errors": errors,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="write the weights and the scores on articles held apart")
    given = parser.parse_args()
    articles, gold = coded()
    spans = {
        k: list(zip(g["start"].astype(int), g["end"].astype(int), strict=True)) for k, g in gold.groupby("article_id")
    }
    dev, invented = sentences(articles[articles["part_of_codes"] == "dev"], spans), fiction()
    both = pd.concat([dev, invented], ignore_index=True)
    weights = np.where(np.arange(len(both)) < len(dev), 1.0, FICTION)
    p = np.zeros(len(dev))
    for train, test in GroupKFold(FOLDS).split(dev, groups=dev["article_id"]):
        chosen = np.concatenate([train, np.arange(len(dev), len(both))])
        model = trained(both.iloc[chosen], weights[chosen])
        p[test] = [chance(model, t) for t in dev["text"].iloc[test]]
    y = dev["accuses"].to_numpy()
    called = p >= accusations.SURE
    best = max(np.arange(0.1, 0.6, 0.025), key=lambda least: f1(y, p >= least))
    print(f"threshold with the highest F1 of sentences on dev: {best:.3f}; in use: {accusations.SURE}")
    result: dict[str, Any] = {
        "sentences_dev": {
            "n": len(dev), "accusing": int(y.sum()), "average_precision": round(float(average_precision_score(y, p)), 4),
            "baseline_average_precision": round(float(y.mean()), 4), "precision": round(float(y[called].mean()), 4),
            "recall": round(float(called[y].mean()), 4), "note": f"{FOLDS} folds of articles, seed {SEED}",
        }
    }  # fmt: skip
    if given.write or not OUT.is_file():
        OUT.write_text(json.dumps(trained(both, weights), indent=1) + "\n", encoding="utf-8")
        signs._weights.cache_clear()
    for name in ("dev", "held_apart", "held_apart_later") if given.write else ("dev",):
        some = articles[articles["part_of_codes"] == name].drop(columns="part_of_codes").reset_index(drop=True)
        result[name] = score(gold[gold["article_id"].isin(some["article_id"])], some, encoded(some))
    result["dev"]["note"] = "the sentence model was trained on these articles"
    if given.write:
        (HERE / "results-accusations.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        told = [{key: result[name][key] for key in TOLD} for name in ("held_apart", "held_apart_later")]
        QUALITY.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
