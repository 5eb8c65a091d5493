"""What a training run is told: the recipe, read from TOML, contradictions refused."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from framing.encode import LONGEST_PASSAGE
from framing.errors import InputError
from framing.models import WEIGHTS

__all__ = ["DataConfig", "TrainingConfig", "located", "read_config", "read_stages", "tokenizer_file"]

SHARED_TASKS = ("attribution", "taught", "names", "vector", "loaded", "loaded_word", "hold")
STANCE_TASKS = ("entity", "proposition", "evaluation")


class DataConfig(BaseModel):
    """Where the training data lies: ``dataset:NAME`` for a registered one, or the folder of its unpacked archive.

    A corpus left out is not trained on. `silver_rows` texts of the silver names are used besides PolNeAR's own;
    `unlabelled` is a file of the same layout without names (one JSON object with ``text`` a line), `marked` one with ``attributions``
    (start, end and role of each span) beside PolNeAR's, `framed` one with ``frames`` (0 or 1 by codebook and code: ``policy.political``); `soft` holds requests of
    a stance model and the probabilities that a larger one gave them (one JSON object with ``sentence``, ``target``, ``kind``,
    ``mention`` and ``probabilities`` a line), `held` statements of the same form for dev; `codes` the same with ``voice``, ``label`` and ``article`` (hand codes of evaluation);
    `cache` is a folder for teacher vectors.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    polnear: Path | None = None
    babe: Path | None = None
    narrative_framing: Path | None = None
    newsmtsc: Path | None = None
    gwsd: Path | None = None
    silver_names: Path | None = None
    silver_rows: int = Field(default=500, ge=0)
    unlabelled: Path | None = None
    marked: Path | None = None
    framed: Path | None = None
    soft: Path | None = None
    held: Path | None = None
    codes: Path | None = None
    cache: Path | None = None


class TeacherConfig(BaseModel):
    """A larger network of the same heads, trained before: its encoder's folder (or name) and its checkpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: Path
    weights: Path


class TrainingConfig(BaseModel):
    """One training run.

    Parameters
    ----------
    model : {"shared", "stance"}
        The encoder with token and sentence heads, or the target-conditioned stance model.
    base : Path
        Folder of the pretrained encoder (``model.safetensors``, ``config.json``, ``tokenizer.json``), or its name on the
        Hugging Face hub.
    start : Path, optional
        Checkpoint, or a model's ``model.onnx``, whose weights the run starts from instead of `base`'s (a later stage).
    mix : float
        Share of the trained weights in what a run ends with, the rest being `start`'s: between two points of one basin lie
        weights that keep what both know (Wortsman et al. 2022, robust fine-tuning). 1 takes the trained ones alone.
    data : DataConfig
    tasks : dict of str to float
        Loss weight per task. ``hold`` keeps every head but attribution at what `start` says (learning without
        forgetting; Li & Hoiem 2016), so that one head can be trained on without moving what others are calibrated on.
        ``taught`` draws attribution toward what `teacher` says, on texts without labels too.
        ``evaluation`` is trained alone, on layers of its own, while all that `start` holds stays as it is.
    teacher : TeacherConfig, optional
    shares : dict of str to float
        Share of each corpus seen per epoch (1 = all of it, .5 = a random half, 2 = twice). ``babe`` is sentences alone,
        ``babe_packed`` the same packed with unrelated ones, anew each epoch.
    epochs, learning_rate, head_learning_rate, weight_decay, warmup, batch_pieces, passage_pieces
        The usual; `batch_pieces` counts word pieces with padding.
    patience : int
        Epochs without a better dev score after which training stops.
    precision : {"bfloat16", "float32"}
        Of the encoder's forward and backward pass; heads and losses are always float32.
    seed : int
    threads : int
        Intra-op threads; 0 leaves torch's choice.
    freeze_embeddings : bool
        Leave word and position embeddings as they are: faster, and kinder to words the corpora do not have.
    freeze_layers : int
        Leave that many lower layers, and all embeddings, as they are: they run without a backward pass and without dropout,
        and once only for passages that come again (their states are kept in memory, 768 bytes a piece).
    dev_articles : int, optional
        Articles of PolNeAR's dev split that are scored after each epoch; all by default.
    folds, fold : int, optional
        Leave out fold `fold` of `folds`: stratified ones of the sentence corpus (BABE), or the articles of hand codes.
    leave_out : dict, optional
        Column to value or values: rows of BABE with one of them (outlets, topics) are the held-out ones.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Literal["shared", "stance"]
    base: Path
    start: Path | None = None
    mix: float = Field(default=1.0, gt=0, le=1)
    teacher: TeacherConfig | None = None
    data: DataConfig = DataConfig()
    tasks: dict[str, float]
    shares: dict[str, float] = {}
    epochs: int = Field(default=4, ge=1)
    learning_rate: float = Field(default=1.5e-4, gt=0)
    head_learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    layer_decay: float = Field(default=1.0, gt=0, le=1)
    warmup: float = Field(default=0.06, ge=0, lt=1)
    batch_pieces: int = Field(default=3072, ge=64)
    passage_pieces: int = Field(default=158, ge=16)
    patience: int = Field(default=2, ge=1)
    precision: Literal["bfloat16", "float32"] = "bfloat16"
    seed: int = 13
    threads: int = Field(default=0, ge=0)
    folds: int | None = Field(default=None, ge=2)
    fold: int | None = Field(default=None, ge=0)
    leave_out: dict[str, str | list[str]] = {}
    freeze_embeddings: bool = False
    freeze_layers: int = Field(default=0, ge=0)
    dev_articles: int | None = Field(default=None, ge=1)
    early_stopping: bool = True

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = SHARED_TASKS if self.model == "shared" else STANCE_TASKS
        unknown = sorted(set(self.tasks) - set(known))
        if unknown:
            raise ValueError(f"tasks {unknown} do not belong to model = {self.model!r}, which has {list(known)}")
        if self.passage_pieces > LONGEST_PASSAGE:
            raise ValueError(
                f"passage_pieces = {self.passage_pieces} exceeds the {LONGEST_PASSAGE} word pieces the encoder reads"
            )
        if self.batch_pieces < self.passage_pieces:
            raise ValueError(
                f"batch_pieces = {self.batch_pieces} is smaller than one passage (passage_pieces = {self.passage_pieces})"
            )
        if (self.fold is None) != (self.folds is None):
            raise ValueError(f"give both or neither: fold = {self.fold}, folds = {self.folds}")
        if self.fold is not None and self.folds is not None and self.fold >= self.folds:
            raise ValueError(f"fold = {self.fold} must be below folds = {self.folds} (folds count from 0)")
        if self.fold is not None and self.leave_out:
            raise ValueError(f"fold = {self.fold} and leave_out = {self.leave_out} both choose the held-out rows")
        if self.tasks.get("hold", 0) > 0 and self.start is None:
            raise ValueError(f"tasks.hold = {self.tasks['hold']} keeps heads at what `start` says, which is {None}")
        if self.tasks.get("taught", 0) > 0 and self.teacher is None:
            raise ValueError(
                f"tasks.taught = {self.tasks['taught']} needs [teacher] base and weights, which are {None}"
            )
        if self.mix < 1 and self.start is None:
            raise ValueError(f"mix = {self.mix} averages with the weights of `start`, which is {None}")
        if self.tasks.get("evaluation", 0) > 0 and (len(self.tasks) > 1 or self.start is None):
            raise ValueError(
                f"tasks.evaluation is trained alone, from `start`: found tasks {self.tasks}, start {self.start}"
            )
        self._check_corpora()
        return self

    def _check_corpora(self) -> None:
        needs = {
            "attribution": "polnear",
            "names": "silver_names",
            "loaded": "babe",
            "loaded_word": "babe",
            "entity": "newsmtsc",
            "proposition": "gwsd",
            "evaluation": "codes",
        }
        for task, weight in self.tasks.items():
            corpus = needs.get(task)
            if weight > 0 and corpus is not None and getattr(self.data, corpus) is None:
                raise ValueError(f"tasks.{task} = {weight} needs data.{corpus}, which is {None}")


def read_config(path: Path, **changes: Any) -> TrainingConfig:
    """Read a recipe; relative paths in it are resolved from the folder the command runs in.

    Parameters
    ----------
    path : Path
        TOML file.
    **changes
        Fields that replace the file's, for instance ``seed=14`` or ``fold=0, folds=5``.

    Returns
    -------
    TrainingConfig
    """
    with path.open("rb") as file:
        return TrainingConfig.model_validate(tomllib.load(file) | changes)


def read_stages(path: Path, **changes: Any) -> list[TrainingConfig]:
    """Read a recipe of one stage, or one that names several: ``stages = ["config.toml", "config-2.toml"]``.

    Files of stages are sought beside the recipe. Each stage starts from the weights the one before it ended with.
    """
    with path.open("rb") as file:
        told = tomllib.load(file)
    if "stages" not in told:
        return [read_config(path, **changes)]
    if set(told) != {"stages"} or not told["stages"]:
        raise InputError(f"{path}: a recipe with stages = [...] names at least one file and has no other key")
    return [read_config(path.parent / name, **changes) for name in told["stages"]]


def located(config: TrainingConfig) -> TrainingConfig:
    """Put folders in the place of ``dataset:NAME`` and of a base model's name on the hub.

    Raises
    ------
    InputError
        If a data set was not fetched yet, or the base model cannot be had.
    """
    data = {name: _dataset(value) if isinstance(value, Path) else value for name, value in config.data}
    changes: dict[str, Any] = {"data": DataConfig.model_validate(data), "base": _base(config.base)}
    if config.teacher is not None:
        changes["teacher"] = config.teacher.model_copy(update={"base": _base(config.teacher.base)})
    return config.model_copy(update=changes)


def tokenizer_file(base: Path) -> Path:
    """Find the tokenizer that numbers pieces as the networks do, which is BERT's way.

    MPNet's own file holds the same vocabulary moved by four places, so the package's stands in for it.
    """
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    return (WEIGHTS if config.get("model_type") == "mpnet" else base) / "tokenizer.json"


def _dataset(path: Path) -> Path:
    if not str(path).startswith("dataset:"):
        return path
    from framing import datasets

    name = str(path).removeprefix("dataset:")
    found = datasets.info(name)
    if not found["available"]:
        raise InputError(f"training needs {name}, which is not here yet: run `framing datasets fetch {name}`")
    return Path(found["folder"])


def _base(base: Path) -> Path:
    if base.is_dir():
        return base
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(str(base), allow_patterns=["*.json", "model.safetensors", "vocab.txt"]))
    except Exception as error:  # the hub's client raises a dozen kinds
        raise InputError(f"base = {base} is neither a folder nor a model that the hub gives: {error}") from error
