"""Processor seconds and memory per step as the corpus grows; write results.json and growth.svg.

    python experiments/bench-scale/run.py [100 300 1000]        every step, nothing cached, one process each
    python experiments/bench-scale/run.py --chart               draw again

Each size is a process of its own. Processor seconds are those of the process, so that other load on the machine does not
count; memory is the most the process ever held when the step ended. The exponent is the slope of a line through
log(articles), log(seconds).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))
from make_corpus import corpus  # noqa: E402


def one(n: int) -> dict[str, Any]:
    """Run the whole pipeline on `n` articles in this process."""
    from framing import pipeline, runs

    steps: dict[str, dict[str, float]] = {}

    @contextmanager
    def watch(name: str, total: int) -> Iterator[Callable[[], None]]:
        began = time.process_time()
        yield lambda: None
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        steps[name] = {"seconds": round(time.process_time() - began, 3), "peak_mb": round(most)}

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "articles.jsonl")
        table = corpus(n, varied=0.5)
        table.to_json(file, orient="records", lines=True)
        settings = pipeline.Settings(cache=str(Path(folder, "cache")), targets=("Quillon Council",))
        done = runs.run([file], Path(folder, "out"), settings, watch=watch)
        words = int(table["text"].str.split().str.len().sum())
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
    """Draw seconds per step over articles."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 5))
    sizes = [r["articles"] for r in found["runs"]]
    for number, (name, step) in enumerate(found["steps"].items()):
        style = {"color": f"C{number % 10}", "ls": "-" if number < 10 else "--", "marker": "o", "ms": 4}
        told = name if step["exponent"] is None else f"{name}: n^{step['exponent']:g}"
        axes[0].plot(sizes, [max(s or 0.001, 0.001) for s in step["seconds"]], label=told, **style)
        axes[1].plot(sizes, step["peak_mb"], **style)
    axes[0].set(xscale="log", yscale="log", xlabel="articles", ylabel="processor seconds")
    axes[1].set(xscale="log", xlabel="articles", ylabel="most memory held so far (MB)", ylim=(0, None))
    axes[0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(HERE / "growth.svg", metadata={"Date": None})


def main() -> None:
    """Run the sizes named, add them to results.json, draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="*")
    parser.add_argument("--one", type=int)
    parser.add_argument("--chart", action="store_true")
    args = parser.parse_args()
    if args.one:
        sys.stdout.write("\n" + json.dumps(one(args.one)) + "\n")
        return
    file = HERE / "results.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"runs": []}
    for n in args.sizes:
        env = os.environ | {"OMP_NUM_THREADS": "1", "FRAMING_THREADS": "1"}
        done = subprocess.run([sys.executable, __file__, "--one", str(n)], capture_output=True, text=True, env=env)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        run = json.loads(done.stdout.strip().splitlines()[-1])
        found["runs"] = sorted([r for r in found["runs"] if r["articles"] != n] + [run], key=lambda r: r["articles"])
        found["steps"] = summary(found["runs"])
        found["machine"] = f"{platform.machine()}, one core, Python {platform.python_version()}, other work beside it"
        file.write_text(json.dumps(found, indent=1) + "\n")
        sys.stderr.write(f"{n}: { {k: v['seconds'] for k, v in run['steps'].items()} }\n")
    chart(found)


if __name__ == "__main__":
    main()
