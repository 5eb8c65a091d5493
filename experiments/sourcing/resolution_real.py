"""Score source resolution on hand-coded articles: B-cubed over source spans, within articles.

    python experiments/sourcing/resolution_real.py            dev half of the PolNeAR articles
    python experiments/sourcing/resolution_real.py --write    the half held apart too, and the articles of three other corpora (all held apart)

PolNeAR: gold attributions are given without their sources. Other corpora: the attributions are those the package finds, and spans
that the coder calls no source are left out. A span that gets no source stands alone. Baseline: one source per distinct string.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd
from codes import attributions, encoded, found, read, read_more, source_of
from resolution import b_cubed

from framing.sources import Resolved, resolve

HERE = Path(__file__).parent


def first() -> pd.DataFrame:
    """PolNeAR's items with what was found."""
    items = read("resolution", 2)
    articles, quotations = attributions(items["article_id"])
    return _told(items, articles, resolve(articles, quotations, encoded(articles)))


def later() -> pd.DataFrame:
    """Items of the other corpora with what was found."""
    items = read_more("resolution", 1, "bc")
    items = items[items["cluster"] >= 0].reset_index(drop=True)
    articles, quotations, encodings = found(items)
    return _told(items, articles, resolve(articles, quotations, encodings))


def _told(items: pd.DataFrame, articles: pd.DataFrame, done: Resolved) -> pd.DataFrame:
    """Items with the source found for each, its name, and the span's own words."""
    sources = source_of(items, done.quotations, "start")
    names = dict(zip(done.sources["source_id"], done.sources["name"], strict=True))
    texts = articles.set_index("article_id")["text"]
    return items.assign(
        found=[source or item for source, item in zip(sources, items["item"], strict=True)],
        name=[names.get(source) for source in sources],
        string=[texts[r.article_id][r.start : r.end].lower() for r in items.itertuples()],
    )


def errors(rows: pd.DataFrame) -> list[str]:
    """Items whose source found has items of other sources (extra), or lacks some of its own (missing), by id."""
    out = []
    for _, group in rows.groupby("article_id"):
        for row in group.to_dict("records"):
            mine, theirs = (set(group.loc[group[c] == row[c], "item"]) for c in ("cluster", "found"))
            wrong = [word for word, some in (("extra", theirs - mine), ("missing", mine - theirs)) if some]
            if wrong:
                out.append(f"{row['item']} {' '.join(wrong)}")
    return out


def scored(rows: pd.DataFrame) -> dict[str, object]:
    """Figures of one part."""
    return {
        "n_spans": len(rows),
        "n_articles": int(rows["article_id"].nunique()),
        "resolved": b_cubed(rows, "cluster", "found", "article_id"),
        "baseline_same_string": b_cubed(rows, "cluster", "string", "article_id"),
        "errors": errors(rows),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="score the half held apart too, and write the results")
    given = parser.parse_args()
    items = first()
    result = {"dev": scored(items[~items["held"]])}
    if given.write:
        apart, others = items[items["held"]], later()
        both = pd.concat([apart, others], ignore_index=True)
        result |= {"held_apart": scored(apart), "other_corpora": scored(others), "held_apart_in_all": scored(both)}
        del result["held_apart_in_all"]["errors"]
    if given.write:
        (HERE / "results-resolution-real.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
