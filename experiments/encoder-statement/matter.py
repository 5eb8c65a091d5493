"""How often an event passes for being about a statement's matter: with the statement's own article, and with others drawn at random.

    python experiments/encoder-statement/matter.py [--cache FOLDER]

Articles of ``datasets/codes/statements`` that are not held apart, 22 of each corpus. Prints; the thresholds are in ``framing.stance``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from framing import datasets, encode, schema, stance

CODES = Path(__file__).parents[2] / "datasets" / "codes" / "statements"
EACH, OTHERS, SEED = 22, 12, 5


def main(cache: Path, mirror: str | None) -> None:
    """Draw, encode, count."""
    rng = np.random.default_rng(SEED)
    listed = pd.read_csv(CODES / "articles.csv").query("part == 'fit'")
    drawn = pd.concat([rows.iloc[rng.permutation(len(rows))[:EACH]] for _, rows in listed.groupby("dataset")])
    parts = [datasets.load(name, mirror=mirror)["articles"] for name in sorted(drawn["dataset"].unique())]
    articles = pd.concat(parts, ignore_index=True).drop_duplicates("article_id").set_index("article_id", drop=False)
    articles = articles.loc[drawn["article_id"]].assign(event_id=None)
    encoded = {one.article_id: one for one in encode.encode(articles.reset_index(drop=True), cache=cache)}
    told = pd.read_csv(CODES / "statements.csv").merge(drawn[["item", "article_id"]], on="item")
    rows = [{"article_id": str(k), "text": t, "n_words": 1, "origin": ""} for k, t in enumerate(told["statement"])]
    vectors: dict[str, np.ndarray] = {
        one.article_id: encode.article_vector(one) for one in encode.encode(schema.conform(rows, "articles"))
    }
    passed: dict[bool, list[bool]] = {True: [], False: []}
    near: dict[bool, list[bool]] = {True: [], False: []}
    for k, row in enumerate(told.itertuples()):
        others = [name for name in rng.choice(drawn["article_id"], OTHERS, replace=False) if name != row.article_id]
        for name in (row.article_id, *others):
            own = name == row.article_id
            found = stance._matters(articles.loc[[name]], encoded, {row.statement: vectors[str(k)]})
            passed[own].append(row.statement in found[name])
            near[own].append(bool((encoded[name].vectors @ vectors[str(k)]).max() >= stance.NEARNESS))
    for own, words in ((True, "own article"), (False, "another")):
        print(
            f"{words}: n {len(passed[own])}, about the matter {np.mean(passed[own]):.3f}, a sentence near {np.mean(near[own]):.3f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("build/statements"))
    parser.add_argument("--mirror")
    main(**vars(parser.parse_args()))
