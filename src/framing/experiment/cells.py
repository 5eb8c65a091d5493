"""Parts of an experiment and its cells: one model with one seed on one part, computed once and kept."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from framing import datasets
from framing.experiment import baselines, tasks
from framing.experiment.config import Config, Entry
from framing.schema import InputError

PACKAGES = ("framing", "numpy", "pandas", "scikit-learn", "scipy", "trafilatura", "lxml", "onnxruntime")

# --- parts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One training set and one test set: a fold, or a test split."""

    test_name: str
    name: str
    train: pd.DataFrame
    test: pd.DataFrame
    n_dropped: int


def parts(config: Config, frames: datasets.Frames) -> list[Part]:
    """Train and test items of every part, with what is in the test taken out of training.

    An item of training whose text occurs in the test (case and white space aside) is dropped and counted, by whatever
    route it got there.
    """
    items = _items(config, frames)
    if config.split.scheme == "given":
        _check_splits(config, items)
        train = items[items["split"].isin(config.split.train)]
        return [_part(test, "all", train, items[items["split"] == test]) for test in config.split.test]
    folds = _drawn(config, items) if config.split.scheme == "kfold" else _official(config, frames, items)
    return [_part("folds", fold, items[train], items[test]) for fold, train, test in folds]


def _items(config: Config, frames: datasets.Frames) -> pd.DataFrame:
    spec, articles = config.dataset, frames["articles"]
    for column, value in spec.where.items():
        if column not in articles:
            raise InputError(f"dataset.where: articles have no column {column!r}; found {', '.join(articles.columns)}")
        articles = articles[articles[column] == value]
    kept = {**frames, "articles": articles}
    if "annotations" in frames:
        rows = frames["annotations"]
        kept["annotations"] = rows[rows["article_id"].isin(set(articles["article_id"]))]
    build = tasks.TASKS[config.task].items
    return build(kept, task=spec.task, codes=spec.codes, column=spec.column, group=spec.group)


def _check_splits(config: Config, items: pd.DataFrame) -> None:
    known = sorted(set(items["split"]))
    for name in (*config.split.train, *config.split.test):
        if name not in known:
            raise InputError(f"{config.dataset.name} has no split {name!r} with labels; it has {', '.join(known)}")


def _part(test_name: str, name: str, train: pd.DataFrame, test: pd.DataFrame) -> Part:
    leaked = train["key"].isin(set(test["key"]))
    return Part(
        test_name,
        name,
        train[~leaked].reset_index(drop=True),
        test.reset_index(drop=True),
        int(train.loc[leaked, "article_id"].nunique()),
    )


Fold = tuple[str, "pd.Series[bool]", "pd.Series[bool]"]


def _official(config: Config, frames: datasets.Frames, items: pd.DataFrame) -> Iterator[Fold]:
    """Folds of the dataset; its dev parts are left out of both, for models that choose by them."""
    folds = frames.get("folds")
    if folds is None or folds.empty:
        raise InputError(f"{config.dataset.name} has no folds of its own; use scheme = 'kfold' with n and seed")
    for fold, rows in folds.groupby("fold", sort=True):
        ids = {split: set(group["article_id"]) for split, group in rows.groupby("split")}
        train, test = (items["article_id"].isin(ids.get(split, set())) for split in ("train", "test"))
        yield str(fold), train, test


def _drawn(config: Config, items: pd.DataFrame) -> Iterator[Fold]:
    from sklearn.model_selection import StratifiedGroupKFold

    n_folds = config.split.n or 2  # checked: kfold has n
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=config.split.seed)
    strata = items["label"] + "#" + items["code"].astype(str)
    for number, (_, chosen) in enumerate(splitter.split(items, strata, items["key"]), 1):
        test = pd.Series(False, index=items.index)
        test.iloc[chosen] = True
        yield str(number), ~test, test


# --- cells -----------------------------------------------------------------------------------


def sha(*values: Any) -> str:
    """Hash of JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def data_digest(name: str) -> str:
    """Hash of the hashes of a dataset's files."""
    return sha(sorted(datasets.get(name).files.items()))


def code_digest(entry: Entry, config: Config) -> str:
    """Hash of the code a prediction depends on: the model's and the loader's modules, items and parts."""
    modules = {
        inspect.getmodule(baselines.model(entry.model)),
        inspect.getmodule(datasets.get(config.dataset.name).load),
    }
    sources = sorted(inspect.getsource(module) for module in modules if module is not None)
    functions = (tasks.TASKS[config.task].items, parts, _items, _drawn, _official)
    return sha(*sources, *(inspect.getsource(function) for function in functions))


@dataclass(frozen=True)
class Cell:
    """One model with one seed on one part."""

    part: Part
    entry: Entry
    seed: int
    key: str


def cells(config: Config, found: Sequence[Part]) -> list[Cell]:
    """All cells of an experiment, each with the hash of what it depends on."""
    data = config.dataset
    base = [data_digest(data.name), data.model_dump(), config.task, config.split.model_dump()]
    code = {entry.key: code_digest(entry, config) for entry in config.models}
    return [
        Cell(
            part, entry, seed, sha(*base, part.test_name, part.name, entry.model, entry.options, seed, code[entry.key])
        )
        for part in found
        for entry in config.models
        for seed in config.seeds
    ]


def compute(cell: Cell, folder: Path, provenance: Mapping[str, Any]) -> None:
    """Fit and predict; write the predictions, then the record that marks the cell as finished."""
    started = time.perf_counter()
    predictions = predict(cell)
    seconds = time.perf_counter() - started
    target = prediction_path(folder, cell)
    replace(target, lambda path: predictions.to_parquet(path, index=False))
    entry = {
        "key": cell.key,
        "test": cell.part.test_name,
        "part": cell.part.name,
        "model": cell.entry.key,
        "options": cell.entry.options,
        "seed": cell.seed,
        "n_train": len(cell.part.train),
        "n_test": len(cell.part.test),
        "n_dropped": cell.part.n_dropped,
        "seconds": round(seconds, 2),
        "peak_mb": _peak_mb(),
        "predictions_sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        **provenance,
    }
    text = json.dumps(entry, indent=1, sort_keys=True, ensure_ascii=False)
    replace(target.with_suffix(".json"), lambda path: path.write_text(text + "\n", "utf-8"))


def predict(cell: Cell) -> pd.DataFrame:
    """Predictions of a cell, one model per code; the model never sees the labels of the test.

    Raises
    ------
    InputError
        If the model does not take the options, or does not give one prediction per item.
    """
    function = baselines.model(cell.entry.model)
    train, test = cell.part.train, cell.part.test
    blind = test.drop(columns=["label"])
    found = []
    for code, rows in blind.groupby("code", sort=True):
        try:
            given = function(train[train["code"] == code], rows, cell.seed, **cell.entry.options)
        except TypeError as error:
            if "unexpected keyword" not in str(error):
                raise
            allowed = [p for p in inspect.signature(function).parameters if p not in ("train", "test", "seed")]
            raise InputError(f"{cell.entry.key}: {error}; its options are {', '.join(allowed) or 'none'}") from error
        if "predicted" not in given or not given.index.equals(rows.index) or given["predicted"].isna().any():
            raise InputError(f"{cell.entry.key} should give a column 'predicted' with one value per test item")
        found.append(given)
    kept = test[["item", "article_id", "group", "code", "label"]]
    return kept.join(pd.concat(found)).reset_index(drop=True)


def replace(target: Path, write: Callable[[Path], Any]) -> None:
    """Write under another name, then rename: a killed run leaves no half file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=target.suffix)
    os.close(handle)
    write(Path(name))
    Path(name).replace(target)


def prediction_path(folder: Path, cell: Cell) -> Path:
    """File of a cell's predictions; its record has the same name and ends in ``.json``."""
    return folder / f"{cell.key[:16]}.parquet"


def record(folder: Path, cell: Cell) -> dict[str, Any] | None:
    """The finished cell's record, or null if it is not there or its predictions are damaged."""
    table = prediction_path(folder, cell)
    path = table.with_suffix(".json")
    if not (path.is_file() and table.is_file()):
        return None
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    intact = hashlib.sha256(table.read_bytes()).hexdigest() == found.get("predictions_sha256")
    return found if intact and found.get("key") == cell.key else None


def _peak_mb() -> int | None:
    """Highest memory of this process so far, in MiB; null where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


def provenance(folder: Path) -> dict[str, Any]:
    """Commit, whether the config or a module of the package in use differs from it, and versions."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    loaded = [m.__file__ for name, m in sys.modules.items() if name.split(".")[0] == "framing" and m.__file__]
    status = git("status", "--porcelain", "--", *sorted(loaded), str(folder / "config.toml"))
    return {
        "commit": git("rev-parse", "HEAD"),
        "dirty": None if status is None else bool(status),
        "versions": {"python": platform.python_version(), **{p: _version(p) for p in PACKAGES}},
        "system": f"{platform.system()} {platform.machine()}",
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
