"""Scores of an experiment's cells: intervals, spread over folds, codes and seeds, and paired differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framing import metrics
from framing.experiment import tasks
from framing.experiment.cells import Cell, prediction_path
from framing.experiment.config import Config
from framing.schema import FramingError


@dataclass(frozen=True)
class Scored:
    """One model's predictions on one test set, all parts and seeds, ready to be resampled."""

    predictions: pd.DataFrame
    contributions: tasks.Floats
    blocks: np.ndarray[Any, np.dtype[np.intp]]
    n_blocks: int

    def value(self, score: tasks.Score) -> float:
        """Mean over the blocks."""
        return tasks.block_mean(score, self.n_blocks)(self.contributions, self.blocks)


def gather(config: Config, chosen: Sequence[Cell], folder: Path, labels: Sequence[str]) -> Scored:
    """Predictions of some cells with their contributions; a block is one part, code and seed."""
    tables, parts_of = [], []
    for cell in chosen:
        table = pd.read_parquet(prediction_path(folder, cell)).assign(part=cell.part.name, seed=cell.seed)
        tables.append(table)
        parts_of.append(tasks.TASKS[config.task].contributions(table, labels))
    predictions = pd.concat(tables, ignore_index=True)
    names_ = predictions["seed"].astype(str) + "/" + predictions["part"] + "/" + predictions["code"].astype(str)
    blocks = np.asarray(pd.factorize(names_, sort=True)[0], dtype=np.intp)
    return Scored(predictions, np.concatenate(parts_of), blocks, int(blocks.max()) + 1)


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
            tasks.block_mean(score, one.n_blocks),
            one.contributions,
            one.blocks,
            groups=list(one.predictions["group"]),
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
            blocks = np.asarray(pd.factorize(one.blocks[mask])[0], dtype=np.intp)
            mean = tasks.block_mean(score, int(blocks.max()) + 1)(one.contributions[mask], blocks)
            each[value] = round(mean, 6)
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
            _paired(score, a.n_blocks),
            a.blocks,
            a.contributions,
            b.contributions,
            groups=list(a.predictions["group"]),
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


def _paired(score: tasks.Score, n_blocks: int) -> Callable[..., float]:
    statistic = tasks.block_mean(score, n_blocks)
    return lambda blocks, contributions: statistic(contributions, blocks)
