"""Draw texts of ordinary news, without labels: on them stage 3 is taught attribution, and holds the heads it does not train.

python unlabelled.py data/unlabelled.jsonl --articles 700

Articles that carry hand codes (`datasets/codes`) are left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from framing import datasets

CODES = Path(__file__).parents[2] / "datasets" / "codes"
CORPORA = ("article_bias_prediction", "news_cluster", "article_extraction_dataset")


def coded() -> set[str]:
    """Ids of all articles that any hand code is about."""
    tables = (pd.read_csv(file, dtype=str) for file in CODES.glob("*/*.csv"))
    return {each for table in tables for name in table if name.startswith("article") for each in table[name].dropna()}


def texts(articles: int, seed: int) -> Iterator[str]:
    """Draw as many articles of each corpus, as far as it has them."""
    left_out = coded()
    for name in CORPORA:
        found = datasets.load(name)["articles"].drop_duplicates("article_id")
        found = found[found["text"].str.len().between(1000, 8000) & ~found["article_id"].isin(left_out)]
        yield from found["text"].sample(min(len(found), articles // len(CORPORA)), random_state=seed)


def main() -> None:
    """Write one JSON object a line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--articles", type=int, default=700)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    drawn = texts(options.articles, options.seed)
    options.out.write_text("".join(json.dumps({"text": text}) + "\n" for text in drawn), encoding="utf-8")


if __name__ == "__main__":
    main()
