"""The corrected mean beside that of ppi-python, the authors' own package, on simulated samples.

``pip install ppi-python`` (in an environment of its own: it is heavy and installs a stray package named ``tests``), then
``python experiments/correction/against_ppi.py`` writes against_ppi.json beside this file.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

from framing.comparison.correct import means, pseudo_outcomes

SAMPLES, ARTICLES, SHARE, TRUTH = 300, 2000, 0.1, 0.3


def one(seed: int) -> list[float]:
    """Estimate and interval, ours and theirs, from one sample."""
    rng = np.random.default_rng(seed)
    y = rng.normal(TRUTH, 1, ARTICLES)
    f = 0.8 * y + rng.normal(0.4, 0.6, ARTICLES)
    drawn = rng.random(ARTICLES) < SHARE
    every = np.arange(ARTICLES)
    v = pseudo_outcomes(f, np.where(drawn, y, np.nan), np.full(ARTICLES, SHARE), every, seed=seed)
    ours = means(v, np.repeat("outlet", ARTICLES), every).iloc[0]
    theirs = ppi_mean_pointestimate(y[drawn], f[drawn], f[~drawn])
    low, high = ppi_mean_ci(y[drawn], f[drawn], f[~drawn], alpha=0.05)
    return [ours["value"], ours["low"], ours["high"], *(float(np.ravel(x)[0]) for x in (theirs, low, high))]


def main() -> None:
    """Compare over many samples."""
    found = np.array([one(seed) for seed in range(SAMPLES)])
    difference = found[:, 0] - found[:, 3]
    held = [float(((found[:, k] <= TRUTH) & (found[:, k + 1] >= TRUTH)).mean()) for k in (1, 4)]
    results = {
        "ppi-python": metadata.version("ppi-python"),
        "samples": SAMPLES, "articles": ARTICLES, "share_coded": SHARE,
        "mean_difference": round(float(difference.mean()), 5),
        "standard_deviation_of_difference": round(float(difference.std()), 4),
        "mean_standard_error": round(float((found[:, 2] - found[:, 1]).mean() / 3.92), 4),
        "width_ours_over_theirs": round(float(((found[:, 2] - found[:, 1]) / (found[:, 5] - found[:, 4])).mean()), 4),
        "coverage": {"framing": round(held[0], 4), "ppi-python": round(held[1], 4)},
    }  # fmt: skip
    Path(__file__).with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
