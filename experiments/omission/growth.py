"""How the cost of aligning grows with the size of an event: BASIL's articles taken for one event, 25 to 300 of them.

``python experiments/omission/growth.py [--cache FOLDER]`` writes growth.json beside this file; the last row is the hundred events as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

from framing import clean, datasets, encode, facts


def main(cache: Path, mirror: str | None) -> None:
    """Time the alignment of ever more articles."""
    articles = clean.clean(datasets.load("basil", mirror=mirror)["articles"]).articles
    encoded = {one.article_id: one for one in encode.encode(articles, cache=cache)}
    rows = []
    for n in (25, 50, 100, 200, 300, 0):
        some = articles.head(n).assign(event_id="all") if n else articles
        sentences = sum(len(encoded[key].sentences) for key in some["article_id"])
        began = time.process_time()
        found = facts.find(some, encoded)
        seconds = time.process_time() - began
        rows.append({
            "articles": len(some), "events": int(some["event_id"].nunique()), "sentences": sentences,
            "facts": int(found.facts["fact_id"].nunique()), "processor_seconds": round(seconds, 2),
            "milliseconds_per_sentence": round(1000 * seconds / sentences, 2),
        })  # fmt: skip
    result = {"cores": os.cpu_count(), "load_average": round(os.getloadavg()[0], 1), "rows": rows}
    Path(__file__).with_name("growth.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("build/omission"))
    parser.add_argument("--mirror")
    main(**vars(parser.parse_args()))
