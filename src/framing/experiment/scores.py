"""Scores of an experiment's cells: intervals, spread over folds, codes and seeds, and paired differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from framing import metrics
from framing.experiment import tasks
from framing.experiment.cells import Cell, prediction_path
from framing.experiment.config import Config
from framing.schema import FramingError

Integers = NDArray[np.intp]


@dataclass(frozen=True)
class Scored:
    """One model's predictions on one test set, all parts and seeds, ready to be resampled.

    ``table`` holds summed contributions, sparse, of shape (n_units, n_blocks * k): a resample of units is one product.
    """

    predictions: pd.DataFrame
    contributions: tasks.Floats
    blocks: Integers
    table: sparse.csr_array
    n_blocks: int

    def statistic(self, score: tasks.Score) -> Callable[[Integers], float]:
        """Score of drawn units: in each block that has items, then averaged."""
        n_units = self.table.shape[0]

        def of(drawn: Integers) -> float:
            sums = np.bincount(drawn, minlength=n_units) @ self.table
            return _mean(score, np.asarray(sums).reshape(self.n_blocks, -1))

        return of

    @property
    def units(self) -> Integers:
        """Every unit once."""
        return np.arange(self.table.shape[0])


def _mean(score: tasks.Score, sums: tasks.Floats) -> float:
    return float(score(sums[sums.any(axis=1)]).mean())


def gather(config: Config, chosen: Sequence[Cell], folder: Path, labels: Sequence[str]) -> Scored:
    """Predictions of some cells with their contributions; a block is one part, code and seed."""
    tables, parts_of = [], []
    for cell in chosen:
        table = pd.read_parquet(prediction_path(folder, cell)).assign(part=cell.part.name, seed=cell.seed)
        tables.append(table)
        parts_of.append(tasks.TASKS[config.task].contributions(table, labels))
    predictions, contributions = pd.concat(tables, ignore_index=True), np.concatenate(parts_of)
    names_ = predictions["seed"].astype(str) + "/" + predictions["part"] + "/" + predictions["code"].astype(str)
    blocks = np.asarray(pd.factorize(names_, sort=True)[0], dtype=np.intp)
    units = np.asarray(pd.factorize(predictions["group"], sort=True)[0], dtype=np.intp)
    n_blocks, size = int(blocks.max()) + 1, contributions.shape[1]
    rows, columns = np.nonzero(contributions)
    summed = sparse.coo_array(
        (contributions[rows, columns], (units[rows], blocks[rows] * size + columns)),
        shape=(int(units.max()) + 1, n_blocks * size),
    )
    return Scored(predictions, contributions, blocks, summed.tocsr(), n_blocks)


def summarise(config: Config, all_cells: Sequence[Cell], folder: Path) -> dict[str, Any]:
    """Scores with intervals of every model on every test set, and paired differences from the baseline."""
    task = tasks.TASKS[config.task]
    result: dict[str, Any] = {}
    for test in dict.fromkeys(cell.part.test_name for cell in all_cells):
        here = [cell for cell in all_cells if cell.part.test_name == test]
        labels = _labels(config, here)
        scored = {e.key: gather(config, [c for c in here if c.entry == e], folder, labels) for e in config.models}
        scores = {metric: task.score(metric, labels) for metric in config.metrics}
        first = next(iter(scored.values()))
        seen = {(c.part.name): c for c in here}.values()
        result[test] = {
            "n": int(first.predictions["item"].nunique()),
            "n_units": int(first.predictions["group"].nunique()),
            "n_parts": len(seen),
            "n_train": [len(c.part.train) for c in seen],
            "n_dropped": [c.part.n_dropped for c in seen],
            "models": {key: _model_scores(config, one, scores) for key, one in scored.items()},
            "differences": list(_differences(config, scored, scores)),
        }
        if config.task == "classify":
            result[test]["labels"] = first.predictions.drop_duplicates("item")["label"].value_counts().to_dict()
    return result


def _labels(config: Config, here: Sequence[Cell]) -> list[str]:
    if config.task != "classify":
        return []
    found: set[str] = set()
    for cell in here:
        found |= set(cell.part.train["label"]) | set(cell.part.test["label"])
    return sorted(found)


def _model_scores(config: Config, one: Scored, scores: Mapping[str, tasks.Score]) -> dict[str, Any]:
    found = {}
    for metric, score in scores.items():
        interval = metrics.bootstrap(
            one.statistic(score),
            one.units,
            n_resamples=config.resamples,
            level=config.level,
            seed=config.seeds[0],
        )
        kept = {key: round(value, 6) for key, value in asdict(interval).items() if key in ("value", "low", "high")}
        found[metric] = {**kept, "by": _by(one, score)}
    return found


def _by(one: Scored, score: tasks.Score) -> dict[str, Any]:
    """The score by part, code and seed, wherever there are several: mean and standard deviation say the spread."""
    found: dict[str, Any] = {}
    for column in ("part", "code", "seed"):
        values = one.predictions[column].astype(str)
        if values.nunique() < 2:
            continue
        each = {}
        for value in sorted(set(values)):
            mask = (values == value).to_numpy()
            sums = [one.contributions[mask & (one.blocks == b)].sum(axis=0) for b in np.unique(one.blocks[mask])]
            each[value] = round(_mean(score, np.array(sums)), 6)
        found[column] = {**each, "sd": round(float(np.std(list(each.values()), ddof=1)), 6)}
    return found


def _differences(
    config: Config, scored: Mapping[str, Scored], scores: Mapping[str, tasks.Score]
) -> Iterator[dict[str, Any]]:
    """Every model against the baseline, then every other pair, on the first metric: the same items, resampled alike."""
    metric, score = next(iter(scores.items()))
    order = sorted(scored, key=lambda key: key != config.baseline)
    for first, second in combinations(order, 2):
        a, b = scored[first], scored[second]
        if not a.predictions["item"].equals(b.predictions["item"]):
            raise FramingError(f"{first} and {second} were not scored on the same items")
        found = metrics.paired_bootstrap(
            _paired(score, a, b),
            a.units,
            np.zeros_like(a.units),
            np.ones_like(b.units),
            n_resamples=config.resamples,
            level=config.level,
            seed=config.seeds[0],
        )
        row: dict[str, Any] = {"model": second, "than": first, "metric": metric}
        row |= {k: round(v, 6) for k, v in asdict(found).items() if k in ("value", "low", "high", "p")}
        if config.task == "classify":
            labels = (a.predictions["label"], a.predictions["predicted"], b.predictions["predicted"])
            row["p_mcnemar"] = float(f"{metrics.mcnemar(*(list(x) for x in labels)):.3g}")
        yield row


def _paired(score: tasks.Score, a: Scored, b: Scored) -> Callable[[Integers, Integers], float]:
    """Score of the first model where `which` is 0, of the second where it is 1, on the drawn units."""
    first, second = a.statistic(score), b.statistic(score)
    return lambda drawn, which: second(drawn) if which[0] else first(drawn)
