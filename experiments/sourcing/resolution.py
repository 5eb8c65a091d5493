"""Score source resolution and kinds of source on the sample corpus: B-cubed over gold quotations, accuracies over sources.

    python experiments/sourcing/resolution.py            the open events
    python experiments/sourcing/resolution.py --lock --write     the events held apart (once)

Gold quotations are given without their sources, so that this is about resolution alone. B-cubed (Bagga & Baldwin 1998):
precision and recall of each quotation's cluster, averaged over quotations; clusters are counted within an event, or within
an article. Baseline: one source per distinct speaker string. Accusations found: a gold accusation some predicted one overlaps.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd

from framing import encode
from framing.datasets import sample
from framing.quotations import attribute
from framing.sources import resolve
from framing.sources.replies import find

HERE = Path(__file__).parent


def b_cubed(rows: pd.DataFrame, gold: str, found: str, scope: str) -> dict[str, float]:
    """B-cubed precision, recall and F1 of `found` against `gold` clusters within a scope."""
    precision = recall = 0.0
    for _, group in rows.groupby(scope):
        for row in group.to_dict("records"):
            same_gold = group[gold] == row[gold]
            same_found = group[found] == row[found]
            both = int((same_gold & same_found).sum())
            precision += both / int(same_found.sum())
            recall += both / int(same_gold.sum())
    precision, recall = precision / len(rows), recall / len(rows)
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / (precision + recall), 4),
    }


def accusations(gold: dict[str, pd.DataFrame], found: pd.DataFrame) -> dict[str, float]:
    """Recall, precision and accuracy of the reply's state, by overlap of spans."""
    quotations = gold["quotations"]
    body = quotations[quotations["part"] == "text"]
    hits = states = total = 0
    used: set[str] = set()
    for row in gold["accusations"].itertuples():
        ids = tuple(row.quotations)
        mine = body[
            (body["article_id"] == row.article_id)
            & body["quotation_id"].map(lambda q, ids=ids: q in ids or (q[:-1] in ids and q[-1].isalpha()))
        ]
        if mine.empty:
            continue
        total += 1
        near = found[found["article_id"] == row.article_id]
        near = [
            f
            for f in near.itertuples()
            if any(min(f.end, e) > max(f.start, s) for s, e in zip(mine["start"], mine["end"]))
        ]
        used |= {f.accusation_id for f in near}
        hits += bool(near)
        states += any(f.reply == row.reply_state for f in near)
    return {"n": total, "recall": round(hits / max(total, 1), 4), "predicted": len(found), "precision": round(len(used) / max(len(found), 1), 4),
        "right_state_of_found": round(states / max(hits, 1), 4)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lock", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    gold = sample.load(lock=given.lock)
    articles, quotations = gold["articles"], gold["quotations"]
    encodings = {e.article_id: e for e in encode.encode(articles)}
    done = resolve(articles, quotations.assign(source_id=None), encodings)
    rows = quotations.merge(done.quotations[["quotation_id", "source_id"]], on="quotation_id", suffixes=("", "_found"))
    rows = rows.merge(articles[["article_id", "event_id"]], on="article_id")
    rows = rows[rows["source_id"].notna()]
    rows["found"] = rows["source_id_found"].fillna(rows["quotation_id"])
    rows["string"] = rows["speaker"].str.lower().fillna(rows["quotation_id"])
    results: dict[str, object] = {"held_apart": given.lock, "n_articles": len(articles), "n_quotations": len(rows)}
    for name, column in (("resolved", "found"), ("baseline_same_string", "string")):
        results[name] = {scope: b_cubed(rows, "source_id", column, f"{scope}_id") for scope in ("event", "article")}
    pairs = rows[["article_id", "source_id", "source_id_found"]].dropna().drop_duplicates()
    pairs = pairs.merge(gold["sources"], on=["article_id", "source_id"])
    pairs = pairs.merge(
        done.sources,
        left_on=["article_id", "source_id_found"],
        right_on=["article_id", "source_id"],
        suffixes=("", "_is"),
    )
    for column in ("actor", "level", "identification", "channel"):
        common = float((pairs[column] == pairs[column].mode()[0]).mean())
        right = float((pairs[column] == pairs[f"{column}_is"]).mean())
        results[column] = {"accuracy": round(right, 4), "baseline_most_frequent": round(common, 4), "n": len(pairs)}
    own = resolve(articles, attribute(articles, encodings), encodings)
    results["accusations"] = accusations(gold, find(articles, own.quotations, own.sources, own.mentions))
    text = json.dumps(results, indent=1)
    if given.write:
        (HERE / "results-resolution.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
