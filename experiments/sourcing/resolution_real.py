"""Score source resolution on hand-coded PolNeAR articles: B-cubed over source spans, within articles.

    python experiments/sourcing/resolution_real.py            dev half
    python experiments/sourcing/resolution_real.py --write    both halves, the one held apart once

Gold attributions are given without their sources. A span that gets no source stands alone. Baseline: one source per distinct string.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from codes import attributions, read, source_of
from resolution import b_cubed

from framing import encode
from framing.sources import resolve

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="score the half held apart too, and write the results")
    given = parser.parse_args()
    items = read("resolution", 2)
    articles, quotations = attributions(items["article_id"])
    done = resolve(articles, quotations, {e.article_id: e for e in encode.encode(articles)})
    found = source_of(items, done.quotations, "start")
    texts = articles.set_index("article_id")["text"]
    items["found"] = [f or i for f, i in zip(found, items["item"], strict=True)]
    items["string"] = [texts[r.article_id][r.start : r.end].lower() for r in items.itertuples()]
    result = {}
    for name, apart in (("dev", False), ("held_apart", True)) if given.write else (("dev", False),):
        rows = items[items["held"] == apart]
        result[name] = {
            "n_spans": len(rows),
            "n_articles": int(rows["article_id"].nunique()),
            "resolved": b_cubed(rows, "cluster", "found", "article_id"),
            "baseline_same_string": b_cubed(rows, "cluster", "string", "article_id"),
        }
    if given.write:
        (HERE / "results-resolution-real.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
