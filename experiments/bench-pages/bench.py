"""Pages a second of cleaning beside trafilatura alone, on the same pages in the same run.

usage: bench.py DATA -o results.json [--rounds 3] [--every 3]
DATA holds the unpacked article-extraction-benchmark and article-extraction-dataset. Systems take turns, round by round;
the ratio of a round is what a busy machine does not change, pages a second are of this machine on this day.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import trafilatura

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clean"))
import labels as gold

from framing import clean

Pages = list[tuple[str, str]]
BATCH = 32


def framing(pages: Pages) -> None:
    """Body, removed lines, title, date, language and genre: the whole step, in batches as the engine hands them over."""
    for at in range(0, len(pages), BATCH):
        some = pages[at : at + BATCH]
        ids = [str(at + i) for i in range(len(some))]
        clean.clean(
            pd.DataFrame({"article_id": ids, "text": [h for h, _ in some], "html": True, "url": [u for _, u in some]})
        )


def with_metadata(pages: Pages) -> None:
    for page, url in pages:
        trafilatura.bare_extraction(page, url=url, include_comments=False, with_metadata=True)


def text_alone(pages: Pages) -> None:
    for page, url in pages:
        trafilatura.extract(page, url=url, include_comments=False)


SYSTEMS: dict[str, Callable[[Pages], None]] = {
    "framing": framing,
    "trafilatura, text and metadata": with_metadata,
    "trafilatura, text": text_alone,
}


def measure(pages: Pages, rounds: int) -> dict:
    """Pages a second of CPU time of one process, and of two processes by the clock; the first round is not counted."""
    cpu: dict[str, list[float]] = {s: [] for s in SYSTEMS}
    clock: dict[str, list[float]] = {s: [] for s in SYSTEMS}
    halves = [pages[0::2], pages[1::2]]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for number in range(rounds + 1):
            for name, run in SYSTEMS.items():
                start = time.process_time()
                run(pages)
                seconds = time.process_time() - start
                begin = time.perf_counter()
                list(pool.map(run, halves))
                if number:
                    cpu[name].append(len(pages) / seconds)
                    clock[name].append(len(pages) / (time.perf_counter() - begin))
    found: dict = {"pages": len(pages), "mean_kilobytes": round(sum(len(p) for p, _ in pages) / len(pages) / 1000)}
    for name in SYSTEMS:
        ratios = [ours / theirs for ours, theirs in zip(cpu["framing"], cpu[name])]
        found[name] = {
            "pages_per_second_of_cpu": round(statistics.median(cpu[name]), 1),
            "pages_per_second_two_processes": round(statistics.median(clock[name]), 1),
            "framing_is_times_as_fast": round(statistics.median(ratios), 2),
            "by_round": [round(r, 2) for r in ratios],
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--every", type=int, default=3, help="take every n-th page")
    args = parser.parse_args()
    pages = gold.pages(args.data)
    sets = {
        "article-extraction-benchmark": [p for p in pages if not p.meta],
        "article-extraction-dataset": [p for p in pages if p.meta],
    }
    load = os.getloadavg()[0]
    results = {
        name: measure([(p.html, p.url) for p in some[:: args.every]], args.rounds) for name, some in sets.items()
    }
    made = {"trafilatura": version("trafilatura"), "lxml": version("lxml"), "python": platform.python_version()}
    args.o.write_text(json.dumps({"versions": made, "cores": os.cpu_count(), "load_average_before": round(load, 1), "sets": results}, indent=1) + "\n")  # fmt: skip


if __name__ == "__main__":
    main()
