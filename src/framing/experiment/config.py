"""``config.toml`` of an experiment: what is allowed in it, and messages that say so."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from framing.experiment import tasks
from framing.schema import InputError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(_Strict):
    """Which items of which dataset."""

    name: str
    revision: str | None = None
    task: str | None = None
    codes: tuple[str, ...] = ()
    column: str | None = None
    group: str = "article_id"
    where: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source(self) -> Data:
        if self.column and (self.task or self.codes):
            raise ValueError(f"column = {self.column!r} and task = {self.task!r} both name the label; give one")
        return self


class Split(_Strict):
    """How items are parted: the dataset's own splits or folds, or folds drawn here."""

    scheme: Literal["given", "folds", "kfold"] = "given"
    train: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    n: int | None = Field(default=None, ge=2, le=50)
    seed: int | None = None

    @model_validator(mode="after")
    def _agree(self) -> Split:
        if self.scheme == "given" and not self.test:
            raise ValueError("scheme = 'given' needs test = [names of splits]")
        if self.scheme != "given" and (self.train or self.test):
            raise ValueError(f"scheme = {self.scheme!r} contradicts train/test = {[*self.train, *self.test]}")
        if self.scheme == "kfold" and (self.n is None or self.seed is None):
            raise ValueError("scheme = 'kfold' needs n and seed")
        if self.scheme != "kfold" and (self.n is not None or self.seed is not None):
            raise ValueError(f"n and seed belong to scheme = 'kfold', not {self.scheme!r}")
        return self


class Entry(_Strict):
    """One model with its options; ``name`` tells two entries of one model apart."""

    model: str
    name: str = ""
    options: dict[str, Any] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """Name the results use."""
        return self.name or self.model


class Published(_Strict):
    """A figure from elsewhere, with its source."""

    what: str
    metric: str
    value: float
    source: str
    test: str | None = None
    n: int | None = None
    note: str = ""


class Config(_Strict):
    """``config.toml`` of an experiment."""

    question: str
    task: Literal["classify", "cluster", "extract"]
    dataset: Data
    split: Split
    models: tuple[Entry, ...] = Field(min_length=1)
    seeds: tuple[int, ...] = (0,)
    metrics: tuple[str, ...] = Field(min_length=1)
    baseline: str
    resamples: int = Field(default=1000, ge=100, le=20000)
    level: float = Field(default=0.95, gt=0.5, lt=1)
    tolerance: float = Field(default=1e-6, ge=0, le=0.1)
    published: tuple[Published, ...] = ()

    @model_validator(mode="after")
    def _agree(self) -> Config:
        keys = [entry.key for entry in self.models]
        if len(set(keys)) < len(keys):
            raise ValueError(f"two models have one name: {keys}; give each a name")
        if self.baseline not in keys:
            raise ValueError(f"baseline = {self.baseline!r} is not among the models {keys}")
        allowed = tasks.TASKS[self.task].metrics
        for metric in self.metrics:
            if metric not in allowed and not (metric.startswith("f1:") and "f1:LABEL" in allowed):
                raise ValueError(f"metric {metric!r} does not go with task = {self.task!r}; allowed: {list(allowed)}")
        if self.task == "classify" and not (self.dataset.task or self.dataset.column):
            raise ValueError("dataset.task or dataset.column should name the label to classify")
        return self


def read_config(path: Path) -> Config:
    """Read and check a config.

    Raises
    ------
    InputError
        Naming every key that is unknown or wrong, and what is allowed there.
    """
    if not path.is_file():
        raise InputError(f"there is no {path}")
    try:
        return Config.model_validate(tomllib.loads(path.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} should be TOML: {error}") from error
    except ValidationError as error:
        raise InputError(f"{path}: " + "; ".join(_complaints(error))) from error


def _complaints(error: ValidationError) -> Iterator[str]:
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            allowed = _fields(item["loc"])
            near = difflib.get_close_matches(str(item["loc"][-1]), allowed, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield f"unknown key {where}{hint} Allowed: {', '.join(allowed)}"
        else:
            yield f"{where or 'config'}: {item['msg'].removeprefix('Value error, ')}"


def _fields(place: tuple[int | str, ...]) -> list[str]:
    """Fields allowed where an unknown key stands."""
    models: dict[str, type[BaseModel]] = {"dataset": Data, "split": Split, "models": Entry, "published": Published}
    holder = models.get(str(place[0]), Config) if len(place) > 1 else Config
    return list(holder.model_fields)
