"""Processor seconds and memory of single steps on the corpus, frames read piece by piece from disk; adds to results.json.

    python experiments/bench-scale/steps.py wire 1000 3000 10000       wire and events, on made-up reports
    python experiments/bench-scale/steps.py compare OUT 1 4            comparison, charts and report, on the frames of a run, so many times over

Memory is what the process held before and at most, so that models and libraries do not count; every size is a process of its own.
"""

from __future__ import annotations

import gc
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import run  # noqa: E402

from framing import charts, events, pipeline, report, schema, storage, wire  # noqa: E402
from framing.report import shelf  # noqa: E402
from framing.report.write import MOST_ARTICLES  # noqa: E402
from framing.storage import Pieces, Shelf, read_pieces, write_pieces  # noqa: E402

IDS = ("article_id", "event_id", "source_id", "storyline_id", "fact_id", "quotation_id")


def held(what: str) -> int:
    """Megabytes: VmRSS now, VmHWM at most."""
    found = re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text())
    return round(int(found[1]) / 1024)


def timed(work: Callable[[], Any]) -> dict[str, float]:
    """Seconds, and memory before and at most."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before, began = held("VmRSS"), time.process_time()
    work()
    return {"seconds": round(time.process_time() - began, 1), "before_mb": before, "peak_mb": held("VmHWM")}


def texts(n: int, folder: Path) -> dict[str, Any]:
    """Wire and events of `n` reports."""
    base = run.reports()

    def typed() -> Iterator[pd.DataFrame]:
        for table in run.many(base, n):
            table = table.assign(published_at=pd.to_datetime(table["published_at"]), origin="made up", n_words=77)
            yield schema.conform(table, "articles")

    file = folder / "articles.parquet"
    write_pieces(file, typed())
    few = schema.conform(base.head(2).assign(origin="made up", n_words=77).drop(columns="event"), "articles")
    wire.find(few), events.group(few)  # what both read once
    pieces = Pieces(partial(read_pieces, file))
    return {
        "articles": n,
        "wire": timed(lambda: wire.trace(pieces)),
        "events": timed(lambda: events.arrange(pieces)),
    }


def frames(out: Path, times: int, folder: Path) -> dict[str, Any]:
    """Comparison, charts and report of a run's frames, `times` over."""
    event = pd.read_parquet(out / "articles.parquet", columns=["article_id", "event_id"]).set_index("article_id")[
        "event_id"
    ]
    bundles = [
        set(event.loc[p["article_id"].unique()]) for p in read_pieces(out / "annotations.parquet", ("article_id",))
    ]

    def whole_events() -> Iterator[pd.DataFrame]:
        placed = pd.read_parquet(out / "articles.parquet")
        yield from (placed[placed["event_id"].isin(bundle)] for bundle in bundles)

    def turned(name: str) -> Iterator[pd.DataFrame]:
        for number in range(times):
            for piece in whole_events() if name == "articles" else read_pieces(out / f"{name}.parquet"):
                yield piece.assign(**{c: piece[c] + f"~{number}" for c in IDS if c in piece})

    for name in Shelf(out).names():
        if name not in ("comparisons", "words"):
            write_pieces(folder / f"{name}.parquet", turned(name))
    n = len(event) * times
    step = pipeline.COMPARE

    def compare() -> None:
        tables = {
            name: Shelf(folder).rows(name, columns=step.columns.get(name))
            for name in step.reads
            if name not in step.by_piece
        }
        tables |= {name: Pieces(partial(read_pieces, folder / f"{name}.parquet")) for name in step.by_piece}
        found = step.run(tables, pipeline.Settings())
        for name in ("comparisons", "words"):
            write_pieces(folder / f"{name}.parquet", found[name])

    def draw() -> None:
        charts.write_all(shelf.enough(Shelf(folder), MOST_ARTICLES), folder / "charts")

    def report_it() -> None:
        report.write(Shelf(folder), storage.read_record(out) or {}, folder / "report.html")

    found: dict[str, Any] = {"articles": n}
    for name, work in (("compare", compare), ("charts", draw), ("report", report_it)):
        found[name] = timed(work)
        storage.give_back()
    return found


def main(kind: str, *given: str) -> None:
    """Run every size in a process of its own."""
    if kind.startswith("one-"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            found = (
                texts(int(given[0]), folder) if kind == "one-wire" else frames(Path(given[0]), int(given[1]), folder)
            )
        sys.stdout.write("\n" + json.dumps(found) + "\n")
        return
    file = HERE / "results.json"
    fixed, sizes = (given[:1], given[1:]) if kind == "compare" else ((), given)
    for size in sizes:
        done = subprocess.run(
            [sys.executable, __file__, f"one-{kind}", *fixed, size], stdout=subprocess.PIPE, text=True, check=True
        )
        row = json.loads(done.stdout.strip().splitlines()[-1])
        found = json.loads(file.read_text())
        mine = found.setdefault("pieces", {}).setdefault(kind, [])
        found["pieces"][kind] = sorted(
            [r for r in mine if r["articles"] != row["articles"]] + [row], key=lambda r: r["articles"]
        )
        file.write_text(json.dumps(found, indent=1) + "\n")
        sys.stderr.write(f"{row}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
