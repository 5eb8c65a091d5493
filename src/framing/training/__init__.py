"""Training and export of the shipped models. Needs the extra ``framing[train]`` (torch, safetensors)."""

from __future__ import annotations

import sys
from pathlib import Path

from framing.training.config import DataConfig, TrainingConfig, read_config

__all__ = ["DataConfig", "TrainingConfig", "read_config", "train"]


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


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
        Averaged weights of the epoch that was best on dev.
    """
    import torch
    from tokenizers import Tokenizer

    from framing.training.loop import Task, fit, load_weights

    if config.threads:
        torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    tokenizer = Tokenizer.from_file(str(config.base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    task: Task
    if config.model == "shared":
        from framing.training.shared import SharedTask

        task = SharedTask(config, tokenizer)
    else:
        from framing.training.stance import StanceTask

        task = StanceTask(config, tokenizer)
    if config.start is not None:
        load_weights(task.network, config.start)
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(config.model_dump_json(indent=1))
    fit(task, config, out, _say)
    return out / "best.safetensors"
