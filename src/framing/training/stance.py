"""The stance model's training task: target-sentence pairs of NewsMTSC and GWSD, augmented propositions, calibration."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from framing.models import StanceInput, StanceRequest, stack_stance, stance_input
from framing.training.batches import bucketed
from framing.training.config import TrainingConfig
from framing.training.network import MiniBert, StanceNetwork
from framing.training.scores import stance_f1

__all__ = ["StanceTask", "fit_temperature", "read_gwsd", "read_newsmtsc", "read_soft", "stance_logits"]

SMOOTHING = 0.06

CLIMATE = ("Climate change is a serious concern.", "Global warming is a serious concern.")
AFFIRMED = (
    *CLIMATE,
    "Climate change is a serious problem that demands action.",
    "Global warming is real and dangerous.",
    "We should be worried about climate change.",
    "The planet is in danger because of global warming.",
    "climate change is a serious threat",
)
DENIED = (
    "Climate change is not a serious concern.",
    "Global warming is nothing to worry about.",
    "Concern about climate change is exaggerated.",
    "There is no reason to be alarmed about global warming.",
    "The dangers of climate change are overblown.",
    "global warming is not a serious problem",
)
UNRELATED = (
    "Immigration should be reduced.",
    "The minimum wage should be raised.",
    "Gun ownership should be restricted.",
    "Abortion should be legal.",
    "Vaccination should be required.",
    "Schools need more money.",
    "Taxes on the wealthy should go up.",
    "The police need more funding.",
    "Free trade is good for the country.",
    "The government should regulate large technology companies.",
)
PRAISE = ("{} is doing a good job.", "{} deserves support.", "{} can be trusted.", "{} is doing the right thing.")
BLAME = ("{} is doing a bad job.", "{} deserves criticism.", "{} cannot be trusted.", "{} is doing harm.")


@dataclass(frozen=True)
class Judged:
    """A request with the probabilities of against, neutral, favour it should get."""

    request: StanceRequest
    target: tuple[float, float, float]
    alternative: str = ""


@dataclass
class PairExample:
    """A pair as word pieces."""

    item: StanceInput
    kind: int
    target: tuple[float, float, float]

    def __len__(self) -> int:
        """Count the word pieces."""
        return len(self.item.ids)


# --- readers ---------------------------------------------------------------------------------------------------------


def read_newsmtsc(root: Path, variant: str, split: str) -> list[Judged]:
    """Read the flat files that papers score: one target a row, polarity -1, 0, 1; `variant` is ``rw`` or ``mt``."""
    file = root / "NewsSentiment" / "experiments" / "default" / "datasets" / f"newsmtsc-{variant}-hf" / f"{split}.jsonl"
    out = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        hot = tuple(float(row["polarity"] == polarity) for polarity in (-1, 0, 1))
        request = StanceRequest(row["sentence"], row["mention"], "entity", (row["from"], row["to"]))
        out.append(Judged(request, hot, _entity_name(row["id"])))  # type: ignore[arg-type]
    return out


def _entity_name(identifier: str) -> str:
    """Read the coreference chain's name off a row's id; empty where it is no proper name."""
    found = re.fullmatch(r"\w+?_\d+_\d+_\d+_(.+)_\d+_\d+", identifier)
    name = found.group(1) if found else ""
    return name if re.fullmatch(r"[A-Z][\w.'-]*(?: [\w.'-]+){0,4}", name) else ""


def read_gwsd(root: Path) -> tuple[list[Judged], list[Judged]]:
    """Read GWSD: the rows for training with their estimated label probabilities, and the official held-out 200."""
    table = pd.read_csv(root / "GWSD.tsv", sep="\t")
    split: tuple[list[Judged], list[Judged]] = ([], [])
    table = table.dropna(subset=["agree"])
    shares = table[["disagree", "neutral", "agree"]].to_numpy(dtype=float).tolist()
    for sentence, held_out, (against, neutral, favour) in zip(
        table["sentence"], table["in_held_out_test"], shares, strict=True
    ):
        request = StanceRequest(sentence, CLIMATE[0], "proposition")
        split[bool(held_out)].append(Judged(request, (against, neutral, favour)))
    return split


def read_soft(file: Path) -> list[Judged]:
    """Read requests with the probabilities that a larger model gave them (distillation; Hinton et al. 2015)."""
    out = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        mention = tuple(row["mention"]) if row["mention"] else None
        request = StanceRequest(row["sentence"], row["target"], row["kind"], mention)
        out.append(Judged(request, tuple(row["probabilities"])))
    return out


# --- the task --------------------------------------------------------------------------------------------------------


class StanceTask:
    """Data, losses and dev scores of the stance model."""

    def __init__(self, config: TrainingConfig, tokenizer: Tokenizer) -> None:
        self.config = config
        self.tokenizer = tokenizer
        self.network = StanceNetwork(MiniBert.from_folder(config.base), depth=int("evaluation" in config.tasks))
        self.entity: list[Judged] = []
        self.proposition: list[Judged] = []
        self.soft = read_soft(config.data.soft) if config.data.soft is not None else []
        self.dev: dict[str, list[Judged]] = {}
        if config.data.newsmtsc is not None:
            self.entity = read_newsmtsc(config.data.newsmtsc, "rw", "train")
            for variant in ("rw", "mt"):
                self.dev[variant] = read_newsmtsc(config.data.newsmtsc, variant, "dev")
        if config.data.gwsd is not None:
            rows, _ = read_gwsd(config.data.gwsd)
            random.Random(7).shuffle(rows)
            cut = len(rows) // 10
            self.dev["climate"], self.proposition = rows[:cut], rows[cut:]
            self.dev["negated"] = [_denied(judged, DENIED[0]) for judged in self.dev["climate"]]
        if config.data.held is not None:
            self.dev["statements"] = read_soft(config.data.held)

    def hold(self) -> None:
        """Hold nothing: both heads are trained."""

    def batches(self, epoch: int) -> list[list[PairExample]]:
        """Draw an epoch: entity rows, proposition rows with a wording drawn anew, some rewritten rows, a teacher's rows."""
        generator = random.Random(self.config.seed * 1000 + epoch)
        shares = {"entity": 1.0, "proposition": 1.0, "rewritten": 0.15, "soft": 1.0} | self.config.shares
        judged = [_varied(each, generator) for each in _draw(self.entity, shares["entity"], generator)]
        judged += [_reworded(each, generator) for each in _draw(self.proposition, shares["proposition"], generator)]
        judged += _draw(self.soft, shares["soft"], generator)
        share = shares["rewritten"]
        judged += [_about_entity(each, generator) for each in _draw(self.entity, share, generator)]
        judged += [
            Judged(StanceRequest(each.request.sentence, generator.choice(AFFIRMED + DENIED), "proposition"), (0, 1, 0))
            for each in _draw(self.entity, share / 5, generator)
            if not re.search(r"climate|warming|emission", each.request.sentence, re.IGNORECASE)
        ]
        examples = self.examples(judged)
        return list(bucketed(examples, self.config.batch_pieces, generator.randrange(2**30)))

    def examples(self, judged: Sequence[Judged]) -> list[PairExample]:
        """Turn requests into word pieces."""
        kinds = ("entity", "proposition")
        return [
            PairExample(stance_input(each.request, self.tokenizer), kinds.index(each.request.kind), each.target)
            for each in judged
        ]

    def loss(self, batch: Sequence[PairExample]) -> tuple[Tensor, dict[str, float]]:
        """Cross-entropy to the (smoothed) label probabilities, per kind of target."""
        tensors = stance_tensors(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.config.precision == "bfloat16"):
            out = self.network(**tensors)
        kinds = torch.tensor([example.kind for example in batch])
        target = torch.tensor([example.target for example in batch]) * (1 - SMOOTHING) + SMOOTHING / 3
        total = torch.zeros(())
        parts = {}
        for number, kind in enumerate(("entity", "proposition")):
            rows = kinds == number
            if rows.any():
                value = functional.cross_entropy(out[kind][rows], target[rows], reduction="sum") / len(batch)
                total = total + self.config.tasks.get(kind, 0.0) * value
                parts[kind] = float(value.detach()) * len(batch) / int(rows.sum())
        return total, parts

    def evaluate(self) -> dict[str, float]:
        """Score the dev sets; ``score`` is the mean macro-F1 of entities and propositions."""
        scores: dict[str, float] = {}
        for name, judged in self.dev.items():
            logits = stance_logits(self.network, self.examples(judged))
            gold = np.array([each.target for each in judged]).argmax(1)
            result = stance_f1(gold, np.exp(logits - logits.max(1, keepdims=True)))
            scores |= {name: result["macro_f1"], f"{name}_n": result["n"]}
        weights = {"rw": 2.0, "mt": 2.0, "climate": 1.0, "negated": 0.5, "statements": 4.0}
        return scores | {
            "score": float(np.average([scores[n] for n in self.dev], weights=[weights[n] for n in self.dev]))
        }


def _draw(items: Sequence[Judged], share: float, generator: random.Random) -> list[Judged]:
    """Draw a share of the items, each equally often where the share is above one."""
    return list(items) * int(share) + generator.sample(list(items), round(len(items) * (share % 1)))


def _varied(judged: Judged, generator: random.Random) -> Judged:
    """Name the target by its chain's name at times, and hide where it is mentioned at times, as in use."""
    request = judged.request
    target = judged.alternative if judged.alternative and generator.random() < 0.3 else request.target
    mention = request.mention if generator.random() < 0.92 else None
    return Judged(StanceRequest(request.sentence, target, "entity", mention), judged.target)


def _reworded(judged: Judged, generator: random.Random) -> Judged:
    """Word the proposition differently, deny it (which turns the label round), or ask about something else."""
    draw = generator.random()
    if draw < 0.5:
        return Judged(StanceRequest(judged.request.sentence, generator.choice(AFFIRMED), "proposition"), judged.target)
    if draw < 0.92:
        return _denied(judged, generator.choice(DENIED))
    return Judged(StanceRequest(judged.request.sentence, generator.choice(UNRELATED), "proposition"), (0.0, 1.0, 0.0))


def _denied(judged: Judged, proposition: str) -> Judged:
    against, neutral, favour = judged.target
    return Judged(StanceRequest(judged.request.sentence, proposition, "proposition"), (favour, neutral, against))


def _about_entity(judged: Judged, generator: random.Random) -> Judged:
    """Ask of an entity's sentence whether it agrees with praise or blame of that entity."""
    name = judged.alternative or judged.request.target
    against, neutral, favour = judged.target
    if generator.random() < 0.5:
        target, template = judged.target, generator.choice(PRAISE)
    else:
        target, template = (favour, neutral, against), generator.choice(BLAME)
    request = StanceRequest(judged.request.sentence, template.format(name), "proposition", judged.request.mention)
    return Judged(request, target)


def stance_tensors(batch: Sequence[PairExample]) -> dict[str, Tensor]:
    """Pad a batch."""
    stacked = stack_stance([example.item for example in batch], max(map(len, batch)))
    return {name: torch.from_numpy(array) for name, array in stacked.items()}


@torch.inference_mode()
def stance_logits(network: StanceNetwork, examples: Sequence[PairExample]) -> NDArray[np.float32]:
    """Logits in full precision, in order, of the head that each example's kind asks for."""
    network.eval()
    out = np.zeros((len(examples), 3), dtype=np.float32)
    order = sorted(range(len(examples)), key=lambda row: len(examples[row]))
    for at in range(0, len(order), 48):
        rows = order[at : at + 48]
        heads = network(**stance_tensors([examples[row] for row in rows]))
        both = np.stack([heads["entity"].numpy(), heads["proposition"].numpy()])
        for place, row in enumerate(rows):
            out[row] = both[examples[row].kind, place]
    return out


def fit_temperature(logits: NDArray[np.float32], target: NDArray[np.float64]) -> float:
    """Find the temperature that minimises cross-entropy on dev (Guo et al. 2017), on a grid from .4 to 4."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        logs = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
        return float(-(target * logs).sum(1).mean())

    grid: list[float] = np.geomspace(0.4, 4.0, 231).tolist()
    return min(grid, key=loss)
