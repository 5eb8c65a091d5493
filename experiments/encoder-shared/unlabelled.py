"""Draw texts of ordinary news, without labels, on which stage 3 holds the heads it does not train.

python unlabelled.py data/unlabelled.jsonl --articles 240
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from framing import datasets


def main() -> None:
    """Write one JSON object a line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--articles", type=int, default=240)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = datasets.load("article_bias_prediction")["articles"]["text"].dropna()
    texts = found[found.str.len().between(1000, 8000)].sample(options.articles, random_state=options.seed)
    options.out.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")


if __name__ == "__main__":
    main()
