"""How long intervals and tests take: 10,000 articles, 30 measures, 2,000 resamples; beside refitting for every resample.

``python experiments/bench-inference/run.py`` writes results.json beside this file. Nothing is asserted: machines differ.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from framing import schema
from framing.comparison import Comparison, compare, contrasts
from framing.measures import _base

ARTICLES, MEASURES, OUTLETS, RESAMPLES = 10_000, 30, 20, 2_000
REFITS = 20
"""Resamples that the naive way is timed for; its time is multiplied up."""


def corpus(seed: int) -> dict[str, pd.DataFrame]:
    """Articles of twenty outlets of unequal size on some 2,600 events in some 1,300 storylines."""
    rng = np.random.default_rng(seed)
    events = 2_600
    share = np.linspace(2.0, 0.5, OUTLETS)
    outlet = rng.choice(OUTLETS, ARTICLES, p=share / share.sum())
    event = rng.integers(0, events, ARTICLES)
    articles = pd.DataFrame({
        "article_id": [f"a{i}" for i in range(ARTICLES)], "outlet": [f"Outlet {o:02d}" for o in outlet],
        "event_id": [f"e{e}" for e in event], "text": "", "n_words": rng.integers(200, 900, ARTICLES),
        "genre": "news", "origin": "simulated",
    })  # fmt: skip
    stories = pd.DataFrame({
        "event_id": [f"e{e}" for e in range(events)], "storyline_id": [f"s{e // 2}" for e in range(events)],
        "n_articles": 1, "n_outlets": 1,
    })  # fmt: skip
    return {"articles": schema.conform(articles, "articles"), "events": schema.conform(stories, "events")}


def measures(frames: dict[str, pd.DataFrame], seed: int) -> pd.DataFrame:
    """Thirty measures, a fifth of their values missing here and there."""
    rng = np.random.default_rng([seed, 1])
    parts = []
    for number in range(MEASURES):
        value = rng.normal(0, 1, ARTICLES)
        if number % 3 == 2:  # as stance is: nothing said in some texts
            value[rng.random(ARTICLES) < 0.2] = np.nan
        parts.append(_base.rows(f"frame.simulated_{number}", value, article_id=frames["articles"]["article_id"]))
    return pd.concat(parts, ignore_index=True)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_compare(frames: dict[str, pd.DataFrame], values: pd.DataFrame) -> Comparison:
    """Compare with these values instead of those of the real measures: both halves (wire copy), events and all, families."""
    import framing.comparison as step

    real = step.compute
    try:
        step.compute = lambda tables, names: (  # type: ignore[assignment]
            values[values["article_id"].isin(tables["articles"]["article_id"])], [],
        )  # fmt: skip
        return compare(frames, resamples=RESAMPLES)
    finally:
        step.compute = real  # type: ignore[assignment]


def refits(frames: dict[str, pd.DataFrame], values: pd.DataFrame) -> float:
    """Seconds for one pass over all measures the naive way: least squares with dummies for every resample of storylines."""
    import scipy.sparse as sp
    from scipy.sparse.linalg import lsqr

    rng = np.random.default_rng(0)
    articles = frames["articles"].assign(story=lambda t: t["event_id"].str[1:].astype(int) // 2)
    one = values.loc[values["measure"] == "frame.simulated_0", ["article_id", "value"]]
    table = one.merge(articles[["article_id", "outlet", "event_id", "story"]], on="article_id")
    o, e = pd.factorize(table["outlet"])[0], pd.factorize(table["event_id"])[0]
    y = table["value"].to_numpy()
    n = len(y)
    dummies = sp.csr_matrix((np.ones(2 * n), (np.tile(np.arange(n), 2), np.r_[o, OUTLETS + e])))
    began = time.perf_counter()
    for _ in range(REFITS):
        times = np.bincount(rng.integers(0, 1300, 1300), minlength=1300)[table["story"]]
        weight = sp.diags(np.sqrt(times.astype(float)))
        lsqr(weight @ dummies, np.sqrt(times) * y)
    return (time.perf_counter() - began) / REFITS


def main() -> None:
    """Time each piece and write the figures."""
    frames = corpus(0)
    values = measures(frames, 0)
    cells = contrasts_cells(frames, values)
    settings = contrasts.Settings(resamples=RESAMPLES)
    story = frames["events"].set_index("event_id")["storyline_id"].astype("object")
    drawn = contrasts.resample(story, settings)
    once = timed(lambda: contrasts.estimate(cells, drawn, settings))
    whole = timed(lambda: in_compare(frames, values))
    naive = refits(frames, values) * MEASURES * RESAMPLES
    results = {
        "articles": ARTICLES, "measures": MEASURES, "outlets": OUTLETS, "resamples": RESAMPLES,
        "events": int(frames["articles"]["event_id"].nunique()), "storylines": int(story.nunique()),
        "cores": os.cpu_count(), "load_average_before": round(os.getloadavg()[0], 2),
        "machine": platform.machine(), "python": platform.python_version(), "numpy": np.__version__,
        "seconds": {
            "intervals and tests of 30 measures, once": round(once, 1),
            "compare: with and without wire copy, per event and over all, families, words": round(whole, 1),
            f"least squares with dummies for every resample (from {REFITS} of {MEASURES * RESAMPLES})": round(naive, 0),
        },
        "naive_over_ours": round(naive / once, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip
    Path(__file__).with_name("results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=1))


def contrasts_cells(frames: dict[str, pd.DataFrame], values: pd.DataFrame) -> pd.DataFrame:
    """Outlet x event."""
    from framing.comparison import _placed, cells_of

    return cells_of(_placed(values, frames["articles"]), frames["articles"])


if __name__ == "__main__":
    main()
