"""Write the coded articles that attribution is trained on, as `framing train` reads them (data.marked).

    python experiments/sourcing-elsewhere/marked.py data/marked.jsonl [WAVE ...]

All of WAVES but the first sheets of three of them (DEV), on which choices are made. What lies in another attribution's content
is left out, as PolNeAR leaves it out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "sourcing"))
from codes import CODES, load_articles  # noqa: E402

DEV = {"more": 4, "fourth": 4, "fifth": 4}
"""Sheets of a wave, from its first, that are kept for choices."""
WAVES = ("more", "further", "third", "fourth", "fifth", "sixth")


def coded(name: str, *, dev: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Articles of a wave, and their codes: those for choices, or the others."""
    drawn = pd.read_csv(CODES / "attribution" / f"{name}.csv")
    chosen = drawn[(drawn["sheet"] < DEV.get(name, 0)) == dev]
    codes = pd.read_csv(CODES / "attribution" / f"coder-{name}.csv")
    return load_articles(chosen["dataset"], chosen["article_id"]), codes[codes["article_id"].isin(chosen["article_id"])]


def outermost(codes: pd.DataFrame) -> pd.DataFrame:
    """Spans of one article's attributions that lie in no other's content."""
    held = codes[codes["role"] == "content"]
    kept = []
    for number, mine in codes.groupby("attribution"):
        first, last = mine["start"].min(), mine["end"].max()
        others = held[held["attribution"] != number]
        inside = (others["start"] <= first) & (last <= others["end"])
        if not inside.any():
            kept.append(mine)
    return pd.concat(kept) if kept else codes.head(0)


def main() -> None:
    out, waves, n = Path(sys.argv[1]), sys.argv[2:] or WAVES, 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        for name in waves:
            articles, codes = coded(name, dev=False)
            for article, text in zip(articles["article_id"], articles["text"]):
                spans = outermost(codes[codes["article_id"] == article])[["start", "end", "role"]]
                marked = sorted(set(spans.itertuples(index=False, name=None)))
                file.write(json.dumps({"text": text, "attributions": marked}) + "\n")
                n += 1
    print(n, "articles")


if __name__ == "__main__":
    main()
