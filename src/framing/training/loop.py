"""The training loop: multi-task batches, averaged weights, dev scores, checkpoints that resume."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from framing.training.config import TrainingConfig
from framing.training.network import MiniBert

__all__ = ["Task", "fit", "load_weights", "mixed"]

AVERAGE = 0.995
"""Decay of the exponential moving average of the weights, which is what is scored and kept."""
SAVE_SECONDS = 240.0


class Task(Protocol):
    """What the loop needs of a model kind: data, loss, dev score."""

    @property
    def network(self) -> nn.Module:
        """The network that is trained; its ``encoder`` is a ``MiniBert``."""

    def batches(self, epoch: int) -> list[Any]:
        """Return the batches of an epoch, the same for the same epoch."""

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of one batch and its parts."""

    def evaluate(self) -> dict[str, float]:
        """Return dev scores; ``score`` decides which epoch is kept."""


@dataclass
class Progress:
    """Where a run stands; saved with every checkpoint."""

    epoch: int = 0
    step: int = 0
    steps: int = 0
    best: float = -math.inf
    stale: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


def fit(task: Task, config: TrainingConfig, out: Path, say: Callable[[str], None] = print) -> Progress:
    """Train until the epochs or the patience run out; go on from ``out/last.safetensors`` if it is there.

    Writes ``best.safetensors`` (averaged weights of the best epoch on dev) and ``history.json``.
    """
    out.mkdir(parents=True, exist_ok=True)
    _freeze(cast(MiniBert, task.network.encoder), config)
    optimizer = _optimizer(task.network, config)
    average = {name: weight.detach().clone() for name, weight in _trained(task.network)}
    progress = Progress()
    if (out / "last.safetensors").exists():
        progress = _resume(out / "last.safetensors", task.network, optimizer, average)
        say(f"resumed at epoch {progress.epoch}, batch {progress.step}")
    total = config.epochs * max(len(task.batches(0)), 1)
    saved = time.monotonic()
    while progress.epoch < config.epochs and progress.stale < config.patience:
        task.network.train()
        started, pieces = time.monotonic(), 0
        parts: dict[str, float] = {}
        for number, batch in enumerate(task.batches(progress.epoch)):
            if number < progress.step:
                continue
            _rate(optimizer, min(progress.steps / total, 1.0), config.warmup)
            loss, parts_now = task.loss(batch)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(task.network.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            progress.step, progress.steps = number + 1, progress.steps + 1
            _average(task.network, average, progress.steps)
            pieces += sum(map(len, batch))
            for key, value in parts_now.items():
                parts[key] = 0.95 * parts.get(key, value) + 0.05 * value
            if number % 50 == 0:
                rate = pieces / (time.monotonic() - started)
                shown = " ".join(f"{key} {value:.3f}" for key, value in parts.items())
                say(f"epoch {progress.epoch} step {progress.steps}/{total} {rate:.0f} pieces/s {shown}")
            if time.monotonic() - saved > SAVE_SECONDS:
                _save(out / "last.safetensors", task.network, optimizer, average, progress)
                saved = time.monotonic()
        _finish_epoch(task, config, out, progress, average, say)
        _save(out / "last.safetensors", task.network, optimizer, average, progress)
    return progress


def _finish_epoch(
    task: Task,
    config: TrainingConfig,
    out: Path,
    progress: Progress,
    average: dict[str, Tensor],
    say: Callable[[str], None],
) -> None:
    own = _swap(task.network, average)
    task.network.eval()
    scores = task.evaluate()
    say(f"epoch {progress.epoch} dev " + json.dumps({key: round(value, 4) for key, value in scores.items()}))
    progress.history.append({"epoch": progress.epoch} | scores)
    if scores["score"] > progress.best or not config.early_stopping:
        progress.best, progress.stale = scores["score"], 0
        _write(out / "best.safetensors", {k: v.contiguous() for k, v in task.network.state_dict().items()}, {})
    else:
        progress.stale += 1
    _swap(task.network, own)
    progress.epoch, progress.step = progress.epoch + 1, 0
    (out / "history.json").write_text(json.dumps(progress.history, indent=1))


def _freeze(encoder: MiniBert, config: TrainingConfig) -> None:
    if config.freeze_embeddings or config.freeze_layers:
        for table in (encoder.words, encoder.positions):
            table.weight.requires_grad_(False)
    if config.freeze_layers:
        for part in (encoder.segments, encoder.features, encoder.norm, *encoder.layers[: config.freeze_layers]):
            part.requires_grad_(False)


def load_weights(network: nn.Module, file: Path) -> None:
    """Load the weights of a checkpoint or of an exported ``model.onnx``; heads it does not have keep theirs.

    So does a frame head of other codes, which is fitted at the end in any case.
    """
    if file.suffix == ".onnx":
        from framing.training.exporting import stored_weights

        state = stored_weights(file)
    else:
        with safe_open(file, framework="pt") as tensors:
            state = {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118 - not a dict
    own = network.state_dict()
    other = [n for n in state if n.startswith("frame.") and n in own and own[n].shape != state[n].shape]
    network.load_state_dict({name: weight for name, weight in state.items() if name not in other}, strict=False)


@torch.no_grad()
def mixed(network: nn.Module, start: Path, best: Path, share: float, out: Path) -> Path:
    """Write `share` of the weights in `best` plus the rest of those in `start`; the network ends with the mixture."""
    load_weights(network, start)
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    load_weights(network, best)
    both = {name: torch.lerp(before[name], weight, share) for name, weight in network.state_dict().items()}
    _write(out, {name: weight.contiguous() for name, weight in both.items()}, {})
    network.load_state_dict(both)
    return out


def _trained(network: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return [(name, parameter) for name, parameter in network.named_parameters() if parameter.requires_grad]


def _optimizer(network: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    layers = len(cast(MiniBert, network.encoder).layers)
    for name, weight in _trained(network):
        if name.startswith("encoder.") and "features" not in name:
            depth = int(name.split(".")[2]) + 1 if name.startswith("encoder.layers.") else 0
            rate = config.learning_rate * config.layer_decay ** (layers - depth)
        elif name.startswith(("evaluation.layers.", "evaluation.body.")):  # copies of what was trained before
            rate = config.learning_rate
        else:
            rate = config.head_learning_rate
        decay = 0.0 if weight.ndim < 2 or name.startswith("crf") else config.weight_decay
        groups.setdefault((rate, decay), []).append(weight)
    return torch.optim.AdamW(
        [
            {"params": weights, "lr": rate, "base_lr": rate, "weight_decay": decay}
            for (rate, decay), weights in groups.items()
        ],
        fused=True,
    )


def _rate(optimizer: torch.optim.Optimizer, done: float, warmup: float) -> None:
    scale = done / warmup if done < warmup else max((1.0 - done) / (1.0 - warmup), 0.0)
    for group in optimizer.param_groups:
        group["lr"] = group["base_lr"] * max(scale, 1e-3)


@torch.no_grad()
def _average(network: nn.Module, average: dict[str, Tensor], steps: int) -> None:
    weight = max(1.0 - AVERAGE, 1.0 / (steps + 1))
    own: list[Tensor] = [parameter for _, parameter in _trained(network)]
    torch._foreach_lerp_([average[name] for name, _ in _trained(network)], own, weight)


@torch.no_grad()
def _swap(network: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    own = {}
    for name, parameter in _trained(network):
        own[name] = parameter.detach().clone()
        parameter.copy_(weights[name])
    return own


def _save(
    file: Path, network: nn.Module, optimizer: torch.optim.Optimizer, average: dict[str, Tensor], progress: Progress
) -> None:
    tensors: dict[str, Tensor] = {f"model.{name}": weight for name, weight in _trained(network)}
    tensors |= {f"average.{name}": weight for name, weight in average.items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{key}": value for key, value in state.items()}
    tensors["random"] = torch.get_rng_state()
    _write(file, {key: value.detach().contiguous() for key, value in tensors.items()}, asdict(progress))


def _write(file: Path, tensors: dict[str, Tensor], progress: dict[str, Any]) -> None:
    temporary = file.with_suffix(".part")
    save_file(tensors, temporary, metadata={"progress": json.dumps(progress)})
    os.replace(temporary, file)


def _resume(file: Path, network: nn.Module, optimizer: torch.optim.Optimizer, average: dict[str, Tensor]) -> Progress:
    with safe_open(file, framework="pt") as tensors:
        progress = Progress(**json.loads(tensors.metadata()["progress"]))
        names = list(tensors.keys())
        with torch.no_grad():
            for name, parameter in _trained(network):
                parameter.copy_(tensors.get_tensor(f"model.{name}"))
                average[name].copy_(tensors.get_tensor(f"average.{name}"))
        state: dict[int, dict[str, Tensor]] = {}
        for name in names:
            if name.startswith("optimizer."):
                _, number, key = name.split(".")
                state.setdefault(int(number), {})[key] = tensors.get_tensor(name)
        if state:
            optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        torch.set_rng_state(tensors.get_tensor("random"))
    return progress
