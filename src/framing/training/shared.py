"""The shared encoder's training task: passages of several corpora, masked multi-task losses, dev scores."""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from framing.models import NAME_KINDS, viterbi
from framing.training.batches import attach_teacher, bucketed, collate
from framing.training.config import TrainingConfig
from framing.training.data import (
    IGNORE,
    ROLES,
    Document,
    Example,
    babe_examples,
    document_examples,
    read_babe,
    read_polnear,
    read_texts,
)
from framing.training.loop import load_weights
from framing.training.network import Crf, MiniBert, SharedNetwork
from framing.training.scores import piece_f1, span_f1, tag_spans

__all__ = ["Predictions", "SharedTask", "attribution_scores", "babe_split", "predict"]

SILVER_DEV = 40


class SharedTask:
    """Data, losses and dev scores of the shared encoder."""

    def __init__(self, config: TrainingConfig, tokenizer: Tokenizer) -> None:
        self.config = config
        self.tokenizer = tokenizer
        self.network = SharedNetwork(MiniBert.from_folder(config.base))
        self.pools: dict[str, list[Example]] = {}
        self.dev: dict[str, list[Example]] = {}
        self.dev_documents: list[Document] = []
        self.babe: tuple[pd.DataFrame, pd.DataFrame] | None = None
        self.before: SharedNetwork | None = None
        self.taught_by: Crf | None = None
        self._load()

    def hold(self) -> None:
        """Remember the network as it is now: what the task ``hold`` keeps the other heads at."""
        if self.config.tasks.get("hold", 0) > 0:
            self.before = copy.deepcopy(self.network).eval().requires_grad_(False)

    def _load(self) -> None:
        data, limit = self.config.data, self.config.passage_pieces
        silver = read_texts(data.silver_names) if data.silver_names is not None else []
        names = {document.text: document.names for document in silver}
        if data.polnear is not None:
            train = read_polnear(data.polnear, "train")
            for document in train:
                document.names = names.pop(document.text, None)
            self.dev_documents = read_polnear(data.polnear, "dev")[: self.config.dev_articles]
            self.pools["polnear"] = document_examples(train, self.tokenizer, limit, "polnear")
            self.dev["polnear"] = document_examples(self.dev_documents, self.tokenizer, limit, "polnear")
        if silver:
            rest = [document for document in silver if document.text in names]
            chosen = rest[: data.silver_rows + SILVER_DEV]
            self.dev["silver"] = document_examples(chosen[:SILVER_DEV], self.tokenizer, limit, "silver")
            self.pools["silver"] = document_examples(chosen[SILVER_DEV:], self.tokenizer, limit, "silver")
        if data.unlabelled is not None:
            texts = read_texts(data.unlabelled)
            self.pools["unlabelled"] = document_examples(texts, self.tokenizer, limit, "unlabelled")
        if data.marked is not None:
            marked = read_texts(data.marked)
            self.pools["marked"] = document_examples(marked, self.tokenizer, limit, "marked")
        if data.babe is not None:
            train_rows, dev_rows = babe_split(read_babe(data.babe), self.config)
            self.babe = (train_rows, dev_rows)
            self.pools["babe"] = babe_examples(train_rows, self.tokenizer, limit, 0, packed=False)
            self.pools["babe_packed"] = []
            self.dev["babe"] = babe_examples(dev_rows, self.tokenizer, limit, 0, packed=False)
        if self.config.tasks.get("vector", 0) > 0:
            pool = [example for examples in (*self.pools.values(), *self.dev.values()) for example in examples]
            attach_teacher(pool, self.config.base, self.tokenizer, data.cache)
        if self.config.tasks.get("taught", 0) > 0 and self.config.teacher is not None:
            teacher = SharedNetwork(MiniBert.from_folder(self.config.teacher.base))
            load_weights(teacher, self.config.teacher.weights)
            self.taught_by = teacher.crf.requires_grad_(False)
            attach_scores(teacher, [*self.pools.get("polnear", []), *self.pools.get("unlabelled", [])])

    def batches(self, epoch: int) -> list[list[Example]]:
        """Draw every corpus's share of the epoch."""
        seed = self.config.seed * 1000 + epoch
        drawn: list[Example] = []
        for name, pool in self.pools.items():
            share = self.config.shares.get(name, 1.0)
            if name == "babe_packed" and self.babe is not None:
                pool = babe_examples(self.babe[0], self.tokenizer, self.config.passage_pieces, seed, packed=True)
            if name == "polnear":
                pool = one_reading(pool, random.Random(seed))
            drawn += pool * int(share)
            drawn += random.Random(seed).sample(pool, round(len(pool) * (share % 1)))
        return list(bucketed(drawn, self.config.batch_pieces, seed))

    def loss(self, batch: Sequence[Example]) -> tuple[Tensor, dict[str, float]]:
        """Add up the tasks' losses over what each passage is annotated with."""
        tensors = collate(batch)
        out, held = self._forward(batch, tensors)
        parts: dict[str, Tensor] = {}
        weights = {task: weight for task, weight in self.config.tasks.items() if weight > 0}
        if "attribution" in weights:
            parts |= _crf_loss(self.network, out["attribution"], tensors)
        if "taught" in weights and self.taught_by is not None:
            parts |= _taught_loss(self.network, self.taught_by, out["attribution"], batch)
        for task in ("names", "loaded_word"):
            known = tensors[task] != IGNORE
            if task in weights and known.any():
                parts[task] = functional.cross_entropy(out[task][known], tensors[task][known])
        known = ~tensors["vectors"][..., 0].isnan()
        if "vector" in weights and known.any():
            parts["vector"] = 1.0 - (out["vectors"][known] * tensors["vectors"][known]).sum(-1).mean()
        known = ~tensors["loaded"].isnan()
        if "loaded" in weights and known.any():
            parts["loaded"] = functional.binary_cross_entropy_with_logits(
                out["loaded"][known], tensors["loaded"][known]
            )
        if held is not None:
            parts["hold"] = _held_loss(out, held, tensors)
        total = 0.0 * out["vectors"].sum()  # a batch may hold nothing that any task is trained on
        for task, value in parts.items():
            total = total + weights[task] * value
        return total, {task: float(value.detach()) for task, value in parts.items()}

    def _forward(
        self, batch: Sequence[Example], tensors: dict[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor] | None]:
        """Run the network, and the one whose heads are held."""
        network, before, frozen = self.network, self.before, self.config.freeze_layers
        ids, mask, features, members = (tensors[name] for name in ("ids", "mask", "features", "members"))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.config.precision == "bfloat16"):
            if not frozen:
                out = network(ids, mask, features, members)
                with torch.no_grad():
                    return out, before(ids, mask, features, members) if before is not None else None
            last = len(network.encoder.layers)
            low = self._frozen_states(batch, mask.shape[1])
            hidden = network.encoder.through(low, mask, frozen, last).float()
            if before is not None:
                with torch.no_grad():
                    theirs = before.encoder.through(low, mask, frozen, last).float()
        with torch.no_grad():  # heads read and write float32
            held = before.heads(theirs, members) if before is not None else None
        return network.heads(hidden, members), held

    def _frozen_states(self, batch: Sequence[Example], length: int) -> Tensor:
        """States after the frozen layers, (batch, length, width); computed for passages not met before."""
        fresh = [example for example in batch if example.states is None]
        encoder = self.network.encoder
        if fresh:
            tensors = collate(fresh)
            encoder.eval()  # what is frozen runs without dropout
            with torch.no_grad():
                low = encoder.through(
                    encoder.embed(tensors["ids"], tensors["features"]), tensors["mask"], 0, self.config.freeze_layers
                )
            encoder.train()
            for row, example in enumerate(fresh):
                example.states = low[row, : len(example)].to(torch.float16).numpy()
        out = torch.zeros(len(batch), length, encoder.config["hidden_size"])
        for row, example in enumerate(batch):
            assert example.states is not None
            out[row, : len(example)] = torch.from_numpy(example.states)
        return out

    def evaluate(self) -> dict[str, float]:
        """Score the dev sets; ``score`` is the mean of the trained tasks' main figures."""
        scores: dict[str, float] = {}
        main: list[float] = []
        if "attribution" in self.config.tasks:
            found = attribution_scores(self.network, self.dev["polnear"], self.dev_documents, self.tokenizer)
            scores |= found
            main.append(float(np.mean([found[role] for role in ROLES])))
        if "silver" in self.dev:
            gold = [example.names or [] for example in self.dev["silver"]]
            tags = [piece.names.argmax(1).tolist() for piece in predict(self.network, self.dev["silver"])]
            scores["names_f1"] = span_f1(_tag_sets(gold), _tag_sets(tags))["f1"]
            scores["names_piece_f1"] = piece_f1(gold, tags, NAME_KINDS)["micro"]
            main.append(scores["names_f1"])
        if "polnear" in self.dev and self.dev["polnear"][0].vectors is not None:
            some = self.dev["polnear"][::4]
            cosines = [
                (out.vectors * example.vectors).sum(1)
                for out, example in zip(predict(self.network, some), some, strict=True)
                if example.vectors is not None
            ]
            scores["vector_cosine"] = float(np.concatenate(cosines).mean())
            main.append(scores["vector_cosine"])
        if "babe" in self.dev and self.babe is not None:
            scores |= self._evaluate_babe()
            main.append(scores["loaded_macro_f1"])
        return scores | {"score": float(np.mean(main))}

    def _evaluate_babe(self) -> dict[str, float]:
        assert self.babe is not None
        table = self.babe[1]
        gold = table["loaded"].to_numpy()
        alone = np.array([out.loaded[0] for out in predict(self.network, self.dev["babe"])])
        packed = babe_examples(table.assign(loaded=range(len(table))), self.tokenizer, 158, 5, packed=True)
        together = np.zeros(len(table))
        for example, out in zip(packed, predict(self.network, packed), strict=True):
            together[np.array(example.loaded, dtype=int)] = out.loaded
        return {
            "loaded_macro_f1": float(f1_score(gold, alone > 0, average="macro")),
            "loaded_packed_macro_f1": float(f1_score(gold, together > 0, average="macro")),
            "loaded_n": len(gold),
        }


def babe_split(table: pd.DataFrame, config: TrainingConfig) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split BABE into training and held-out rows: the chosen fold, the left-out value, or a tenth as dev."""
    if config.leave_out:
        values = {column: [value] if isinstance(value, str) else value for column, value in config.leave_out.items()}
        held = np.logical_and.reduce([table[column].isin(each) for column, each in values.items()])
        return table[~held], table[held]
    if config.folds is not None and config.fold is not None:
        splitter = StratifiedKFold(config.folds, shuffle=True, random_state=42)
        train, test = list(splitter.split(table, table["loaded"]))[config.fold]
        return table.iloc[train], table.iloc[test]
    train, dev = train_test_split(table, test_size=0.1, random_state=42, stratify=table["loaded"])
    return train, dev


def one_reading(pool: Sequence[Example], generator: random.Random) -> list[Example]:
    """Keep one coder's reading of each document, drawn anew: an article marked by seven coders counts once an epoch."""
    readings: dict[str, dict[int, list[Example]]] = defaultdict(lambda: defaultdict(list))
    for example in pool:
        readings[example.key[0]][example.reading].append(example)
    return [one for coders in readings.values() for one in generator.choice(list(coders.values()))]


def _held_loss(out: dict[str, Tensor], held: dict[str, Tensor], tensors: dict[str, Tensor]) -> Tensor:
    """Distance of the other heads from what they said: divergence of their probabilities, and of vectors the cosine."""
    pieces = tensors["members"].sum(1) > 0
    sentences = tensors["members"].sum(2) > 0
    total = torch.zeros(())
    for task in ("names", "loaded_word"):
        mine, theirs = (functional.log_softmax(each[task][pieces], -1) for each in (out, held))
        total = total + functional.kl_div(mine, theirs, reduction="batchmean", log_target=True)
    mine, theirs = out["loaded"][sentences], held["loaded"][sentences]
    soft = torch.sigmoid(theirs)
    entropy = functional.binary_cross_entropy_with_logits(theirs, soft)
    total = total + functional.binary_cross_entropy_with_logits(mine, soft) - entropy
    return total + 2.0 * (1.0 - (out["vectors"][sentences] * held["vectors"][sentences]).sum(-1).mean())


def _crf_loss(network: SharedNetwork, scores: Tensor, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    annotated = (tensors["attribution"] != IGNORE).any(1)
    if not annotated.any():
        return {}
    tags = tensors["attribution"][annotated, 1:-1]
    mask = tags != IGNORE
    return {"attribution": network.crf(scores[annotated, 1:-1], tags, mask) / mask.sum()}


def _taught_loss(network: SharedNetwork, teacher: Crf, scores: Tensor, batch: Sequence[Example]) -> dict[str, Tensor]:
    """Negative log-likelihood expected under the teacher's CRF, over passages it has read."""
    rows = [row for row, example in enumerate(batch) if example.taught is not None]
    if not rows:
        return {}
    theirs = torch.zeros(len(rows), scores.shape[1] - 2, scores.shape[2])
    mask = torch.zeros(theirs.shape[:2], dtype=torch.bool)
    for place, row in enumerate(rows):
        read = batch[row].taught
        assert read is not None
        theirs[place, : len(read)] = torch.from_numpy(read.astype(np.float32))
        mask[place, : len(read)] = True
    return {"taught": network.crf.taught(scores[rows, 1:-1], mask, *teacher.marginals(theirs, mask)) / mask.sum()}


@torch.inference_mode()
def attach_scores(teacher: SharedNetwork, examples: Sequence[Example]) -> None:
    """Give every example the teacher's attribution scores; bfloat16, which is close enough for labels that are soft."""
    teacher.eval()
    alike: dict[tuple[int, ...], list[Example]] = defaultdict(list)
    for example in examples:  # several coders marked the same passage
        alike[tuple(example.ids)].append(example)
    order = sorted((group for group in alike.values()), key=lambda group: len(group[0]))
    for at in range(0, len(order), 24):
        groups = order[at : at + 24]
        tensors = collate([group[0] for group in groups])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = teacher.encoder(tensors["ids"], tensors["mask"], tensors["features"])
        scores = teacher.attribution(hidden.float()).to(torch.float16).numpy()
        for row, group in enumerate(groups):
            for example in group:
                example.taught = scores[row, 1 : len(example.ids) + 1]


# --- predictions -----------------------------------------------------------------------------------------------------


@dataclass
class Predictions:
    """Head outputs of one passage without special tokens."""

    attribution: NDArray[np.float32]
    names: NDArray[np.float32]
    loaded_word: NDArray[np.float32]
    vectors: NDArray[np.float32]
    loaded: NDArray[np.float32]
    frame: NDArray[np.float32]


@torch.inference_mode()
def predict(network: SharedNetwork, examples: Sequence[Example]) -> list[Predictions]:
    """Run examples in full precision, in order."""
    network.eval()
    order = sorted(range(len(examples)), key=lambda row: len(examples[row]))
    out: dict[int, Predictions] = {}
    for at in range(0, len(order), 24):
        rows = order[at : at + 24]
        tensors = collate([examples[row] for row in rows])
        heads = network(tensors["ids"], tensors["mask"], tensors["features"], tensors["members"])
        for place, row in enumerate(rows):
            pieces, sentences = len(examples[row].ids), max(examples[row].rows) + 1
            token = {
                name: heads[name][place, 1 : pieces + 1].numpy() for name in ("attribution", "names", "loaded_word")
            }
            sentence = {name: heads[name][place, :sentences].numpy() for name in ("vectors", "loaded", "frame")}
            out[row] = Predictions(**token, **sentence)
    return [out[row] for row in range(len(examples))]


def attribution_scores(
    network: SharedNetwork, examples: Sequence[Example], documents: Sequence[Document], tokenizer: Tokenizer
) -> dict[str, float]:
    """Exact-match span F1 per role over whole articles, and word-piece F1.

    Gold spans are taken from the articles, not from the passages (one cut by a passage's edge counts as missed), and
    widened to whole word pieces, the smallest unit the model can name. Fragments of a discontinuous span count singly.
    """
    crf = tuple(weight.detach().numpy() for weight in (network.crf.transitions, network.crf.first, network.crf.last))
    tags = [viterbi(out.attribution, *crf).tolist() for out in predict(network, examples)]
    found: dict[str, set[tuple[object, ...]]] = {document.name: set() for document in documents}
    for example, path in zip(examples, tags, strict=True):
        assert example.passage is not None
        for first, last, kind in tag_spans(path):
            found[example.key[0]].add((example.passage.start[first], example.passage.end[last - 1], ROLES[kind]))
    gold = {document.name: snapped(document, tokenizer) for document in documents}
    scores: dict[str, float] = {}
    for role in ROLES:
        pairs = [({s for s in gold[n] if s[2] == role}, {s for s in found[n] if s[2] == role}) for n in gold]
        result = span_f1([left for left, _ in pairs], [right for _, right in pairs])
        scores |= {role: result["f1"], f"{role}_n": result["n_gold"]}
    pieces = piece_f1([example.attribution or [] for example in examples], tags, ROLES)
    return scores | {"piece_micro": pieces["micro"]}


def snapped(document: Document, tokenizer: Tokenizer) -> set[tuple[object, ...]]:
    """Widen a document's attribution spans to whole word pieces."""
    offsets = tokenizer.encode(document.text, add_special_tokens=False).offsets
    out: set[tuple[object, ...]] = set()
    for start, end, role in document.attributions or []:
        inside = [(left, right) for left, right in offsets if left < end and right > start]
        if inside:
            out.add((inside[0][0], inside[-1][1], role))
    return out


def _tag_sets(tags: Sequence[Sequence[int]]) -> list[set[tuple[object, ...]]]:
    return [set(tag_spans(path)) for path in tags]
