"""How the cost of grouping grows: made-up articles, some five to an event, two years.

python experiments/events/growth.py 1000 10000 100000     writes growth.json
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from framing import events, schema

SYLLABLES = (
    "ka",
    "lo",
    "mir",
    "ten",
    "vu",
    "sa",
    "dre",
    "pol",
    "ni",
    "gar",
    "eb",
    "ost",
    "wi",
    "hul",
    "fa",
    "zen",
    "bro",
    "ish",
)


def corpus(n: int, seed: int = 0) -> pd.DataFrame:
    """`n` articles of about 250 words: their event's words and names, and words drawn by Zipf's law."""
    rng = np.random.default_rng(seed)
    vocabulary = np.array(["".join(w) for w in itertools.product(SYLLABLES, repeat=4)])
    rng.shuffle(vocabulary)
    event = np.sort(rng.integers(0, max(n // 5, 1), size=n))
    rows = []
    for k in range(n):
        own = np.random.default_rng(10_000 + event[k]).integers(1000, len(vocabulary), size=60)
        names = [vocabulary[w].capitalize() for w in own[:12]]
        common = vocabulary[np.minimum(rng.zipf(1.3, size=160), len(vocabulary)) - 1]
        words = np.concatenate([vocabulary[rng.choice(own, 60)], rng.choice(names, 30), common])
        rng.shuffle(words)
        day = 730 * event[k] / max(n // 5, 1) + rng.random()
        when = pd.Timestamp("2030-01-01", tz="UTC") + pd.Timedelta(days=float(day))
        rows.append({"article_id": f"{k:06d}", "outlet": f"o{k % 40}", "text": " ".join(words), "published_at": when})
    return schema.conform(rows, "articles")


def main() -> None:
    found = []
    for n in map(int, sys.argv[1:] or ["1000", "10000"]):
        articles = corpus(n)
        began = time.process_time()
        grouped = events.group(articles)
        seconds = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        found.append(
            {"n": n, "cpu_seconds": round(seconds, 1), "peak_gb": round(memory, 2), "n_events": len(grouped.events)}
        )
        print(found[-1], flush=True)
    result: dict[str, object] = {"runs": found}
    if len(found) > 1:
        slope = np.polyfit(np.log([r["n"] for r in found]), np.log([r["cpu_seconds"] for r in found]), 1)[0]
        result["exponent"] = round(float(slope), 3)
    Path(__file__).with_name("growth.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
