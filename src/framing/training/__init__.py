"""Training and export of the shipped models. Needs the extra ``framing[train]`` (torch, safetensors)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from framing.training.config import DataConfig, TrainingConfig, located, read_config, read_stages, tokenizer_file

if TYPE_CHECKING:
    from framing.training.shared import SharedTask
    from framing.training.stance import StanceTask

__all__ = ["DataConfig", "TrainingConfig", "export", "read_config", "run", "train"]


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def run(recipe: Path, out: Path) -> Path:
    """Carry out a recipe, stage after stage, and export what it gives; a killed run goes on where it stopped.

    Parameters
    ----------
    recipe : Path
        TOML: one stage, or ``stages = [...]``.
    out : Path
        Gets ``stage-1``, ``stage-2``, ... and ``model``.

    Returns
    -------
    Path
        ``out/model``: the folder to give to :func:`framing.models.load_encoder` or :func:`framing.models.load_stance`.
    """
    stages = read_stages(recipe)
    best: Path | None = None
    for number, config in enumerate(stages, start=1):
        if best is not None:
            config = config.model_copy(update={"start": best})
        best = train(config, out / f"stage-{number}")
    assert best is not None
    folder = out / "model"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(tokenizer_file(located(stages[-1]).base), folder / "tokenizer.json")
    changed = export(config, best, folder)
    _say("int8 weights against full precision: " + ", ".join(f"{key} {value:.4f}" for key, value in changed.items()))
    return folder


def train(config: TrainingConfig, out: Path) -> Path:
    """Run one training recipe; a killed run started again goes on where it stopped.

    Parameters
    ----------
    config : TrainingConfig
    out : Path
        Folder for checkpoints, ``history.json`` and the recipe itself.

    Returns
    -------
    Path
        Averaged weights of the epoch that was best on dev, mixed with those of `start` where the recipe says so.
    """
    import torch

    from framing.training.loop import fit, load_weights, mixed

    config = located(config)
    if config.threads:
        torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    task = _task(config)
    if config.start is not None:
        load_weights(task.network, config.start)
        task.hold()
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(config.model_dump_json(indent=1))
    fit(task, config, out, _say)
    best = out / "best.safetensors"
    if config.start is None or config.mix == 1.0:
        return best
    ended: Path = mixed(task.network, config.start, best, config.mix, out / "mixed.safetensors")
    return ended


def _task(config: TrainingConfig) -> SharedTask | StanceTask:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file(config.base)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    if config.model == "shared":
        from framing.training.shared import SharedTask

        return SharedTask(config, tokenizer)
    if "evaluation" in config.tasks:
        from framing.training.evaluation import EvaluationTask

        return EvaluationTask(config, tokenizer)
    from framing.training.stance import StanceTask

    return StanceTask(config, tokenizer)


def export(config: TrainingConfig, checkpoint: Path, out: Path) -> dict[str, float]:
    """Turn a checkpoint into ``out/model.onnx``: calibrate or fit what is fitted last, quantise the weights, compare.

    The shared encoder's frame head is fitted on its own sentence vectors here, the stance model's temperatures on dev.

    Parameters
    ----------
    config : TrainingConfig
        The recipe the checkpoint comes from.
    checkpoint : Path
    out : Path
        Folder; gets ``model.onnx``.

    Returns
    -------
    dict of str to float
        How far the written file's outputs are from full precision on dev examples.
    """
    from framing.training.exporting import export_shared, export_stance
    from framing.training.loop import load_weights
    from framing.training.shared import SharedTask

    untaught = {task: weight for task, weight in config.tasks.items() if task != "taught"}
    task = _task(located(config.model_copy(update={"tasks": untaught})))  # the teacher has said what it had to say
    load_weights(task.network, checkpoint)
    if isinstance(task, SharedTask):
        return export_shared(task, out)
    return export_stance(task, out)
