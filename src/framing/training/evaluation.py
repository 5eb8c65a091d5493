"""The stance model's second training task: evaluation by each voice, from hand codes that tell it from reported conduct."""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from framing.models import STANCES, VOICES, StanceInput, StanceRequest, stance_input
from framing.training.batches import bucketed
from framing.training.config import TrainingConfig, tokenizer_file
from framing.training.network import Evaluation
from framing.training.stance import StanceTask, stance_tensors

__all__ = ["CodedExample", "EvaluationTask", "read_codes"]


@dataclass
class CodedExample:
    """A coded segment as word pieces; `states` are hidden states below the layers that are trained, once known."""

    item: StanceInput
    voice: int
    label: int
    article: str
    states: NDArray[np.float16] | None = None

    def __len__(self) -> int:
        """Count the word pieces."""
        return len(self.item.ids)


@functools.lru_cache(maxsize=1)
def _coded(file: Path, base: Path, start: Path | None) -> list[CodedExample]:
    """Read codes once for every fold: what is below the layers that are trained is the same for all."""
    del start  # hidden states belong to it
    tokenizer = Tokenizer.from_file(str(tokenizer_file(base)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return read_codes(file, tokenizer)


def read_codes(file: Path, tokenizer: Tokenizer) -> list[CodedExample]:
    """Read coded segments: ``sentence``, ``target``, ``mention``, ``voice``, ``label`` and ``article``, one object a line."""
    out = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        request = StanceRequest(row["sentence"], row["target"], "entity", tuple(row["mention"]))
        place = VOICES.index(row["voice"]), STANCES.index(row["label"])
        out.append(CodedExample(stance_input(request, tokenizer), *place, row["article"]))
    return out


class EvaluationTask(StanceTask):
    """Codes, losses and held-out loss of the evaluation layers; all else stays as it was."""

    def __init__(self, config: TrainingConfig, tokenizer: Tokenizer) -> None:
        super().__init__(config, tokenizer)
        assert config.data.codes is not None
        self.coded = _coded(config.data.codes, config.base, config.start)
        self.held: list[int] = []
        if config.folds is not None and config.fold is not None:
            articles = [example.article for example in self.coded]
            self.held = list(GroupKFold(config.folds).split(articles, groups=articles))[config.fold][1].tolist()
        left_out = set(self.held)
        self.learnt = [example for row, example in enumerate(self.coded) if row not in left_out]

    @property
    def evaluation(self) -> Evaluation:
        """The layers that are trained."""
        return cast(Evaluation, self.network.evaluation)

    def hold(self) -> None:
        """Start from the head for entities, and train nothing but evaluation."""
        self.evaluation.begin(self.network)
        for name, weight in self.network.named_parameters():
            weight.requires_grad_(name.startswith("evaluation."))

    def batches(self, epoch: int) -> list[list[CodedExample]]:  # type: ignore[override]
        """Draw an epoch: every coded segment once."""
        generator = random.Random(self.config.seed * 1000 + epoch)
        return list(bucketed(self.learnt, self.config.batch_pieces, generator.randrange(2**30)))

    def loss(self, batch: Sequence[CodedExample]) -> tuple[Tensor, dict[str, float]]:  # type: ignore[override]
        """Cross-entropy of the layer of the voice that speaks."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.config.precision == "bfloat16"):
            logits = self._logits(batch)
        value = functional.cross_entropy(logits, torch.tensor([example.label for example in batch]))
        return value, {"evaluation": float(value.detach())}

    def _logits(self, batch: Sequence[CodedExample]) -> Tensor:
        tensors = stance_tensors(batch)  # type: ignore[arg-type]
        mask, mention = tensors["mask"], tensors["mention"].float()
        lower = self._lower(batch, tensors)
        out = self.evaluation(self.network.encoder, lower, mask, mask.float() * tensors["segments"].float(), mention)
        return cast(Tensor, out[torch.arange(len(batch)), [example.voice for example in batch]])

    @torch.no_grad()
    def _lower(self, batch: Sequence[CodedExample], tensors: dict[str, Tensor]) -> Tensor:
        """Hidden states that no training changes, without dropout; computed for segments not met before."""
        encoder = self.network.encoder
        if any(example.states is None for example in batch):
            training = encoder.training
            encoder.eval()
            low = encoder.through(
                encoder.embed(tensors["ids"], tensors["features"], tensors["segments"]),
                tensors["mask"],
                0,
                len(encoder.layers) - len(self.evaluation.layers),
            )
            encoder.train(training)
            for row, example in enumerate(batch):
                example.states = low[row, : len(example)].to(torch.float16).numpy()
        out = torch.zeros(*tensors["mask"].shape, encoder.config["hidden_size"])
        for row, example in enumerate(batch):
            assert example.states is not None
            out[row, : len(example)] = torch.from_numpy(example.states).float()
        return out

    @torch.inference_mode()
    def evaluations(self, examples: Sequence[CodedExample]) -> NDArray[np.float32]:
        """Log-probabilities of against, neutral and favour by the voice that speaks, in full precision, in order."""
        self.network.eval()
        out = np.zeros((len(examples), 3), dtype=np.float32)
        order = sorted(range(len(examples)), key=lambda row: len(examples[row]))
        for at in range(0, len(order), 48):
            rows = order[at : at + 48]
            out[rows] = torch.log_softmax(self._logits([examples[row] for row in rows]), -1).numpy()
        return out

    def evaluate(self) -> dict[str, float]:
        """Score the fold held out by log loss, beside the dev sets of the other heads where they are given."""
        scores = super().evaluate() if self.dev and not self.held else {}
        if self.held:
            held = [self.coded[row] for row in self.held]
            logs = self.evaluations(held)
            scores["log_loss"] = float(-np.mean(logs[np.arange(len(held)), [each.label for each in held]]))
        return {"score": -scores.get("log_loss", 0.0)} | scores
