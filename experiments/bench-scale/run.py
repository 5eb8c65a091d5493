"""Processor seconds and memory per step as the corpus grows; write results.json and growth.svg.

    python experiments/bench-scale/run.py [100 300 1000]            every step, nothing cached, one process each
    python experiments/bench-scale/run.py --later [1000 10000]      the steps after the encoder, on encodings made beforehand
    python experiments/bench-scale/run.py --chart                   draw again

Each size is a process of its own, and is written as soon as it is done: sizes that are there are not run again unless --again is
given. Processor seconds are those of the process, so that other load on the machine does not count; memory is the most the
process held during the step (Linux). The exponent is the slope of a line through log(articles), log(seconds).

With --later the corpus is 300 reports over and over, under ids of their own, each time some nine months later and with words of
the same lengths put for others, so that the encodings of the 300 fit and no two texts are the same.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))
from make_corpus import corpus  # noqa: E402

BASE, TURN = 300, pd.Timedelta(days=280)
"""Reports that --later repeats, and how much later each time."""


def one(n: int) -> dict[str, Any]:
    """Run the whole pipeline on `n` articles in this process."""
    table = corpus(n, varied=0.5)
    return measured(table, {})


def later(n: int) -> dict[str, Any]:
    """Run it on `n` articles whose encodings are at hand."""
    from framing import encode, pipeline

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "base.jsonl")
        table = corpus(BASE, varied=0.5).assign(article_id=[f"{k:03d}" for k in range(BASE)])
        table.to_json(file, orient="records", lines=True)
        base = pipeline.load(file)
    known = {one.article_id: one for one in encode.encode(base)}

    def at_hand(articles: pd.DataFrame, **_: Any) -> Iterator[encode.Encoding]:
        for name in articles["article_id"]:
            yield replace(known[name.partition("-")[0]], article_id=name)

    encode.encode = at_hand
    turns = [turned(base, number) for number in range(-(-n // BASE))]
    return measured(pd.concat(turns, ignore_index=True).head(n), {"clean": False})


def turned(base: pd.DataFrame, number: int) -> pd.DataFrame:
    """The reports once more."""
    draw = random.Random(number)

    def other(match: re.Match[str]) -> str:
        return "".join(draw.choice("abcdefghiklmnoprstuvw") for _ in match[0]) if draw.random() < 0.5 else match[0]

    return base[["title", "outlet"]].assign(
        article_id=base["article_id"] + f"-{number:04d}",
        text=[re.sub(r"\b[a-z]{4,}\b", other, text) for text in base["text"]],
        published_at=(base["published_at"] + number * TURN).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def measured(table: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    """Seconds and memory of every step."""
    from framing import pipeline, runs

    steps: dict[str, dict[str, float]] = {}

    @contextmanager
    def watch(name: str, total: int) -> Iterator[Callable[[], None]]:
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        began = time.process_time()
        yield lambda: None
        most = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
        steps[name] = {"seconds": round(time.process_time() - began, 3), "peak_mb": round(int(most[1]) / 1024)}
        sys.stderr.write(f"{len(table)} {name} {steps[name]}\n")

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "articles.jsonl")
        table.to_json(file, orient="records", lines=True)
        settings = pipeline.Settings(cache=str(Path(folder, "cache")), targets=("Quillon Council",), **options)
        done = runs.run([file], Path(folder, "out"), settings, watch=watch)
        size = {p.suffix: 0 for p in Path(folder, "out").rglob("*") if p.is_file()}
        for p in Path(folder, "out").rglob("*"):
            if p.is_file():
                size[p.suffix] += p.stat().st_size
        return {
            "articles": done.record["totals"]["articles"],
            "events": done.record["totals"]["events"],
            "words": int(table["text"].str.split().str.len().sum()),
            "steps": steps,
            "cache_mb": round(sum(p.stat().st_size for p in Path(folder, "cache").rglob("*.npz")) / 1e6, 1),
            "report_mb": round(size.get(".html", 0) / 1e6, 1),
        }


def exponent(points: list[tuple[int, float]]) -> float | None:
    """Slope through the logarithms; None where a step takes no time worth fitting."""
    points = [(n, s) for n, s in points if s >= 0.05]
    if len(points) < 2:
        return None
    x, y = [math.log(n) for n, _ in points], [math.log(s) for _, s in points]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return round(sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x), 2)


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Exponent, seconds per thousand articles and memory, per step."""
    largest = runs[-1]
    return {
        name: {
            "exponent": exponent([(r["articles"], r["steps"][name]["seconds"]) for r in runs if name in r["steps"]]),
            "seconds": [r["steps"].get(name, {}).get("seconds") for r in runs],
            "peak_mb": [r["steps"].get(name, {}).get("peak_mb") for r in runs],
        }
        for name in largest["steps"]
    }


def chart(found: dict[str, Any]) -> None:
    """Draw seconds and memory per step over articles: all steps, and those on encodings at hand."""
    import matplotlib.pyplot as plt

    kinds = [kind for kind in ("all", "later") if found.get(kind)]
    figure, axes = plt.subplots(len(kinds), 2, figsize=(11, 5 * len(kinds)), squeeze=False)
    for (left, right), kind in zip(axes, kinds):
        sizes = [r["articles"] for r in found[kind]["runs"]]
        for number, (name, step) in enumerate(found[kind]["steps"].items()):
            style = {"color": f"C{number % 10}", "ls": "-" if number < 10 else "--", "marker": "o", "ms": 4}
            told = name if step["exponent"] is None else f"{name}: n^{step['exponent']:g}"
            left.plot(sizes, [max(s or 0.001, 0.001) for s in step["seconds"]], label=told, **style)
            right.plot(sizes, step["peak_mb"], **style)
        title = "every step" if kind == "all" else "on encodings at hand"
        left.set(xscale="log", yscale="log", xlabel="articles", ylabel="processor seconds", title=title)
        right.set(xscale="log", xlabel="articles", ylabel="most memory held in the step (MB)", ylim=(0, None))
        left.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(HERE / "growth.svg", metadata={"Date": None})


def main() -> None:
    """Run the sizes named, add them to results.json, draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="*")
    parser.add_argument("--one", type=int)
    parser.add_argument("--later", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--chart", action="store_true")
    args = parser.parse_args()
    if args.one:
        sys.stdout.write("\n" + json.dumps((later if args.later else one)(args.one)) + "\n")
        return
    file = HERE / "results.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    mine = found.setdefault("later" if args.later else "all", {"runs": []})
    for n in args.sizes:
        if not args.again and any(run["articles"] == n for run in mine["runs"]):
            continue
        env = os.environ | {"OMP_NUM_THREADS": "1", "FRAMING_THREADS": "1"}
        command = [sys.executable, __file__, "--one", str(n), *(["--later"] if args.later else [])]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env)
        if done.returncode:
            raise SystemExit(done.returncode)
        run = json.loads(done.stdout.strip().splitlines()[-1])
        mine["runs"] = sorted([r for r in mine["runs"] if r["articles"] != n] + [run], key=lambda r: r["articles"])
        mine["steps"] = summary(mine["runs"])
        found["machine"] = f"{platform.machine()}, one core, Python {platform.python_version()}, other work beside it"
        file.write_text(json.dumps(found, indent=1) + "\n")
    chart(found)


if __name__ == "__main__":
    main()
