"""Running, verifying and listing experiments."""

from __future__ import annotations

import difflib
import json
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from framing import datasets
from framing.experiment.cells import Cell, cells, compute, data_digest, parts, provenance, record, replace, sha
from framing.experiment.config import Config, read_config
from framing.experiment.scores import summarise
from framing.schema import InputError

Progress = Callable[[str], None]


# --- where experiments are -------------------------------------------------------------------


def root() -> Path:
    """Folder of the experiments: beside the package in a checkout, else ``experiments`` here."""
    checkout = Path(__file__).resolve().parents[3]
    return checkout / "experiments" if (checkout / "pyproject.toml").is_file() else Path.cwd() / "experiments"


def names(folder: Path | None = None) -> list[str]:
    """Names of the experiments: folders whose config names a dataset, a split and models."""
    base = folder or root()
    return sorted(path.parent.name for path in base.glob("*/config.toml") if _is_experiment(path))


def _is_experiment(path: Path) -> bool:
    try:
        keys = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError:
        return False
    return {"dataset", "split", "models"} <= keys.keys()


def _folder(name: str, base: Path | None) -> Path:
    home = base or root()
    if not (home / name / "config.toml").is_file():
        known = names(home)
        near = difflib.get_close_matches(name, known, n=3) or known
        raise InputError(
            f"no experiment named {name!r} in {home}; did you mean {', '.join(near) or '(there are none)'}?"
        )
    return home / name


# --- run, verify, list -----------------------------------------------------------------------


def run(
    name: str, *, base: Path | None = None, mirror: str | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Compute the missing cells, write ``results.json`` and return it with ``computed`` and ``skipped`` counts.

    Parameters
    ----------
    name
        Folder under ``experiments/``.
    base
        Another folder of experiments.
    mirror
        Where to fetch the dataset from if it is not here.
    progress
        Called with a line per cell.

    Raises
    ------
    InputError
        If there is no such experiment, the config is wrong, or the dataset is not at the stated revision.
    """
    home = _folder(name, base)
    config = read_config(home / "config.toml")
    plan = _plan(config, mirror)
    folder = home / "runs" / "cells"
    origin = provenance(home)
    done = {cell.key: record(folder, cell) for cell in plan}
    missing = [cell for cell in plan if done[cell.key] is None]
    for number, cell in enumerate(missing, 1):
        if progress:
            progress(
                f"{number}/{len(missing)} {cell.entry.key} {cell.part.test_name}/{cell.part.name} seed {cell.seed}"
            )
        compute(cell, folder, origin)
        done[cell.key] = record(folder, cell)
    results = _results(name, config, plan, folder, [found for found in done.values() if found])
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    replace(home / "results.json", lambda path: path.write_text(text, "utf-8"))
    _keep_run(home, results, origin, plan, len(missing))
    return {**results, "computed": len(missing), "skipped": len(plan) - len(missing)}


def _plan(config: Config, mirror: str | None) -> list[Cell]:
    dataset = datasets.get(config.dataset.name)
    if config.dataset.revision and dataset.commit != config.dataset.revision:
        raise InputError(
            f"the config is for revision {config.dataset.revision} of {dataset.name}, "
            f"registered is {dataset.commit}; change dataset.revision and run again"
        )
    frames = datasets.load(config.dataset.name, mirror=mirror)
    return cells(config, parts(config, frames))


def _results(
    name: str, config: Config, plan: Sequence[Cell], folder: Path, records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    one_origin = {key: sorted({json.dumps(r[key], sort_keys=True) for r in records}) for key in ("commit", "dirty")}
    cost = {
        entry.key: {
            "seconds": round(sum(r["seconds"] for r in records if r["model"] == entry.key), 2),
            "peak_mb": max((r["peak_mb"] or 0 for r in records if r["model"] == entry.key), default=0) or None,
        }
        for entry in config.models
    }
    return {
        "experiment": name,
        "question": config.question,
        "config_sha256": sha(config.model_dump()),
        "dataset": {
            "name": config.dataset.name,
            "revision": datasets.get(config.dataset.name).commit,
            "files_sha256": data_digest(config.dataset.name),
        },
        **{key: [json.loads(value) for value in values] for key, values in one_origin.items()},
        "versions": records[0]["versions"] if records else {},
        "system": records[0]["system"] if records else None,
        "seeds": list(config.seeds),
        "level": config.level,
        "resamples": config.resamples,
        "tolerance": config.tolerance,
        "baseline": config.baseline,
        "tests": summarise(config, plan, folder),
        "cost": cost,
        "published": [entry.model_dump() for entry in config.published],
    }


def _keep_run(
    home: Path, results: Mapping[str, Any], origin: Mapping[str, Any], plan: Sequence[Cell], n_computed: int
) -> None:
    """Leave the run's own folder: config, results, provenance and the names of its cells."""
    folder = home / "runs" / str(results["config_sha256"])[:12]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(home / "config.toml", folder / "config.toml")
    shutil.copyfile(home / "results.json", folder / "results.json")
    own = {**origin, "argv": sys.argv[1:], "computed": n_computed, "cells": [cell.key for cell in plan]}
    text = json.dumps(own, indent=1)
    replace(folder / "run.json", lambda path: path.write_text(text + "\n", "utf-8"))


def verify(
    name: str, *, base: Path | None = None, mirror: str | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Compute everything afresh, elsewhere, and compare with the committed ``results.json``.

    Returns
    -------
    dict
        ``ok`` and ``rows``: test, model, metric, committed, now, difference, ok.

    Raises
    ------
    InputError
        If there are no results to verify, or they are of another config or other files.
    """
    home = _folder(name, base)
    path = home / "results.json"
    if not path.is_file():
        raise InputError(f"{name} has no results.json yet: run it first")
    committed = json.loads(path.read_text("utf-8"))
    config = read_config(home / "config.toml")
    for what, now in (("config_sha256", sha(config.model_dump())), ("files_sha256", data_digest(config.dataset.name))):
        before = committed.get(what, committed.get("dataset", {}).get(what))
        if before != now:
            raise InputError(f"{name}: results.json has {what} {before}, now it is {now}; run the experiment again")
    plan = _plan(config, mirror)
    with tempfile.TemporaryDirectory() as scratch:
        for number, cell in enumerate(plan, 1):
            if progress:
                progress(f"{number}/{len(plan)} {cell.entry.key} {cell.part.test_name}/{cell.part.name}")
            compute(cell, Path(scratch), {})
        fresh = summarise(config, plan, Path(scratch))
    rows = list(_compare(committed["tests"], fresh, config.tolerance))
    return {"experiment": name, "ok": all(row["ok"] for row in rows), "tolerance": config.tolerance, "rows": rows}


def _compare(before: Mapping[str, Any], now: Mapping[str, Any], tolerance: float) -> Iterator[dict[str, Any]]:
    for test, found in now.items():
        for model, scores in found["models"].items():
            for metric, score in scores.items():
                old = before.get(test, {}).get("models", {}).get(model, {}).get(metric, {}).get("value")
                gap = None if old is None else abs(score["value"] - old)
                yield {
                    "test": test,
                    "model": model,
                    "metric": metric,
                    "committed": old,
                    "now": score["value"],
                    "difference": gap,
                    "ok": gap is not None and gap <= tolerance,
                }


def list_(base: Path | None = None) -> list[dict[str, Any]]:
    """Leaderboard: every committed figure, best first within its test and metric, published ones among them.

    Returns
    -------
    list of dict
        experiment, dataset, test, metric, model, value, low, high, n, kind (baseline | model | published | not run) and
        source.
    """
    home = base or root()
    rows: list[dict[str, Any]] = []
    for name in names(home):
        path = home / name / "results.json"
        if not path.is_file():
            rows.append({"experiment": name, "kind": "not run"})
            continue
        found = list(_figures(json.loads(path.read_text("utf-8"))))
        order = {(row["test"], row["metric"]): place for place, row in reversed(list(enumerate(found)))}
        rows += sorted(found, key=lambda row: (order[row["test"], row["metric"]], -row["value"]))
    return rows


def _figures(results: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    common = {"experiment": results["experiment"], "dataset": results["dataset"]["name"]}
    for test, found in results["tests"].items():
        metrics_here = list(next(iter(found["models"].values())))
        for metric in metrics_here:
            for model, scores in found["models"].items():
                kind = "baseline" if model == results["baseline"] else "model"
                row = {**common, "test": test, "metric": metric, "model": model, "n": found["n"], "kind": kind}
                yield {**row, **{k: scores[metric][k] for k in ("value", "low", "high")}, "source": "results.json"}
            for figure in results["published"]:
                if figure["metric"] == metric and figure["test"] in (None, test):
                    row = {**common, "test": test, "metric": metric, "model": figure["what"], "kind": "published"}
                    kept = {key: figure[key] for key in ("value", "n", "source")}
                    yield {**row, **kept, "low": None, "high": None}
