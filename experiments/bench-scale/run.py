"""Processor seconds and memory per step as the corpus grows; write results.json and growth.svg.

    python experiments/bench-scale/run.py [100 300 1000]            every step, nothing cached, one process each
    python experiments/bench-scale/run.py --later [1000 10000]      the steps after the encoder, on encodings made beforehand
    python experiments/bench-scale/run.py --chart                   draw again

Each size is a process of its own, and is written as soon as it is done: sizes that are there are not run again unless --again is
given. Processor seconds are those of the process, so that other load on the machine does not count; memory is the most the
process held during the step (Linux). The exponent is the slope of a line through log(articles), log(seconds).

With --later the corpus is 300 reports over and over, under ids of their own, a hundred a day, each event with names of its own and
half of its words replaced by others of the same lengths: the encodings of the 300 fit, and the texts are as little alike as those of
one corpus. With --minutes a run ends with the first step that begins later; what was not run is recorded.
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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))
from make_corpus import PEOPLE, PLACES, corpus  # noqa: E402

BASE, TURN, LASTS = 300, pd.Timedelta(days=3), pd.Timedelta(days=280)
"""Reports that --later repeats, the days they are put into, and those they lie in as they are made."""
NAMES = {name for person, _ in PEOPLE for name in person.split()} | {name for place in PLACES for name in place.split()}


def one(n: int, minutes: float = 0) -> dict[str, Any]:
    """Run the whole pipeline on `n` articles in this process."""
    table = corpus(n, varied=0.5)
    day = pd.to_datetime(table["published_at"])
    dated = day - (day.max() - pd.Timestamp("2024-06-01", tz="UTC"))  # what lies in the future would be read as undated
    return measured([table.assign(published_at=dated.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))], {}, minutes)


def later(n: int, minutes: float = 0) -> dict[str, Any]:
    """Run it on `n` articles whose encodings are at hand."""
    from framing import encode

    base = reports()
    known = {one.article_id: one for one in encode.encode(base)}

    def at_hand(articles: pd.DataFrame, **_: Any) -> Iterator[encode.Encoding]:
        for name in articles["article_id"]:
            yield replace(known[name.partition("-")[0]], article_id=name)

    encode.encode = at_hand
    return measured(many(base, n), {"clean": False}, minutes)


def reports() -> pd.DataFrame:
    """The reports that are told over and over."""
    from framing import pipeline

    table = corpus(BASE, varied=0.5).assign(article_id=[f"{k:03d}" for k in range(BASE)])
    events = table["event"].to_numpy()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "base.jsonl")
        table.drop(columns="event").to_json(file, orient="records", lines=True)
        base = pipeline.load(file)
    return base[["article_id", "title", "outlet", "text", "published_at"]].assign(event=events)


def many(base: pd.DataFrame, n: int) -> Iterator[pd.DataFrame]:
    """So many reports, a few hundred at a time."""
    for number in range(-(-n // BASE)):
        yield turned(base, number).head(n - number * BASE)


def turned(base: pd.DataFrame, number: int) -> pd.DataFrame:
    """The reports once more: other names and words in each event, TURN before those of the last time."""
    first = base["published_at"].min()
    day = base["published_at"] - (base["published_at"] - first) * (1 - TURN / LASTS) - number * TURN
    new = base[["title", "outlet"]].assign(
        article_id=base["article_id"] + f"-{number:05d}", published_at=day.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    words = {event: Words(f"{number} {event}") for event in base["event"].unique()}
    return new.assign(
        title=[words[event].told(title) for event, title in zip(base["event"], base["title"])],
        text=[words[event].told(text) for event, text in zip(base["event"], base["text"])],
    )


class Words(dict[str, str]):
    """What stands for each word in the reports of one event: another name of the same length, of half the other words another."""

    def __init__(self, seed: str) -> None:
        self.draw = random.Random(seed)

    def __missing__(self, word: str) -> str:
        made = "".join(self.draw.choice("aeiou" if k % 2 else "bdfgklmnprstv") for k in range(len(word)))
        changed = word in NAMES or (word[0].islower() and self.draw.random() < 0.5)
        self[word] = (made.capitalize() if word[0].isupper() else made) if changed else word
        return self[word]

    def told(self, text: str) -> str:
        """The text with other words."""
        return re.sub(r"Quillon Council|\b\w{3,}\b", lambda m: m[0] if " " in m[0] else self[m[0]], text)


def measured(tables: Iterable[pd.DataFrame], options: dict[str, Any], minutes: float = 0) -> dict[str, Any]:
    """Seconds and memory of every step."""
    started = time.monotonic()
    from framing import pipeline, runs

    steps: dict[str, dict[str, float]] = {}

    @contextmanager
    def watch(name: str, total: int) -> Iterator[Callable[[], None]]:
        if minutes and time.monotonic() - started > 60 * minutes:
            raise OutOfTime(name)
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        before, began = held("VmRSS"), time.process_time()
        yield lambda: None
        spent = round(time.process_time() - began, 3)
        steps[name] = {"seconds": spent, "before_mb": before, "peak_mb": held("VmHWM")}
        sys.stderr.write(f"{name} {steps[name]}\n")

    with tempfile.TemporaryDirectory() as folder:
        file, words, count = Path(folder, "articles.jsonl"), 0, 0
        with file.open("w", encoding="utf-8") as handle:
            for table in tables:
                handle.write(table.to_json(orient="records", lines=True))
                words += int(table["text"].str.split().str.len().sum())
                count += len(table)
        settings = pipeline.Settings(cache=str(Path(folder, "cache")), targets=("Quillon Council",), **options)
        try:
            done = runs.run([file], Path(folder, "out"), settings, watch=watch)
        except OutOfTime as step:
            return {"articles": count, "words": words, "steps": steps, "not_run_from": str(step)}
        size = {p.suffix: 0 for p in Path(folder, "out").rglob("*") if p.is_file()}
        for p in Path(folder, "out").rglob("*"):
            if p.is_file():
                size[p.suffix] += p.stat().st_size
        return {
            "articles": done.record["totals"]["articles"],
            "events": done.record["totals"]["events"],
            "words": words,
            "steps": steps,
            "cache_mb": round(sum(p.stat().st_size for p in Path(folder, "cache").rglob("*.npz")) / 1e6, 1),
            "report_mb": round(size.get(".html", 0) / 1e6, 1),
        }


class OutOfTime(Exception):
    """No further step is begun."""


def held(what: str) -> int:
    """Megabytes: VmRSS now, VmHWM at most."""
    found = re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text())
    return round(int(found[1]) / 1024)


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
    return {
        name: {
            "exponent": exponent([(r["articles"], r["steps"][name]["seconds"]) for r in runs if name in r["steps"]]),
            "seconds": [r["steps"].get(name, {}).get("seconds") for r in runs],
            "peak_mb": [r["steps"].get(name, {}).get("peak_mb") for r in runs],
        }
        for name in max((r["steps"] for r in runs), key=len)
    }


def chart(found: dict[str, Any]) -> None:
    """Draw seconds and memory per step over articles: all steps, and those on encodings at hand."""
    import matplotlib.pyplot as plt

    kinds = [kind for kind in ("all", "later") if found.get(kind)]
    figure, axes = plt.subplots(len(kinds), 2, figsize=(13, 5 * len(kinds)), squeeze=False)
    for (left, right), kind in zip(axes, kinds):
        sizes = [r["articles"] for r in found[kind]["runs"]]
        for number, (name, step) in enumerate(found[kind]["steps"].items()):
            style = {"color": f"C{number % 10}", "ls": "-" if number < 10 else "--", "marker": "o", "ms": 4}
            told = name if step["exponent"] is None else f"{name}: n^{step['exponent']:g}"
            left.plot(sizes, [math.nan if s is None else max(s, 0.001) for s in step["seconds"]], label=told, **style)
            right.plot(sizes, [math.nan if m is None else m for m in step["peak_mb"]], **style)
        title = "every step" if kind == "all" else "on encodings at hand"
        left.set(xscale="log", yscale="log", xlabel="articles", ylabel="processor seconds", title=title)
        right.set(xscale="log", xlabel="articles", ylabel="most memory held in the step (MB)", ylim=(0, None))
        right.legend(
            *left.get_legend_handles_labels(), fontsize=7, loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False
        )
    figure.tight_layout()
    figure.savefig(HERE / "growth.svg", metadata={"Date": None})


def main() -> None:
    """Run the sizes named, add them to results.json, draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="*")
    parser.add_argument("--one", type=int)
    parser.add_argument("--later", action="store_true")
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--chart", action="store_true")
    args = parser.parse_args()
    if args.one:
        sys.stdout.write("\n" + json.dumps((later if args.later else one)(args.one, args.minutes)) + "\n")
        return
    file = HERE / "results.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    mine = found.setdefault("later" if args.later else "all", {"runs": []})
    for n in args.sizes:
        if not args.again and any(run["articles"] == n for run in mine["runs"]):
            continue
        env = os.environ | {"OMP_NUM_THREADS": "1", "FRAMING_THREADS": "1"}
        command = [sys.executable, __file__, "--one", str(n), "--minutes", str(args.minutes)]
        command += ["--later"] if args.later else []
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
