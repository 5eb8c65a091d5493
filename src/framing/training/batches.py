"""Examples to batches: length buckets, padding, the teacher's sentence vectors."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence, Sized
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from framing.training.data import IGNORE, Example
from framing.training.network import MiniBert

__all__ = ["attach_teacher", "bucketed", "collate"]

CLS, SEP = 101, 102
Item = TypeVar("Item", bound=Sized)


def bucketed(examples: Sequence[Item], batch_pieces: int, seed: int) -> Iterator[list[Item]]:
    """Shuffle, then cut into batches of similar length and at most `batch_pieces` pieces with padding."""
    generator = random.Random(seed)
    order = list(examples)
    generator.shuffle(order)
    batches: list[list[Item]] = []
    for at in range(0, len(order), 1024):
        batch: list[Item] = []
        for example in sorted(order[at : at + 1024], key=len):
            if batch and (len(batch) + 1) * len(example) > batch_pieces:
                batches.append(batch)
                batch = []
            batch.append(example)
        if batch:
            batches.append(batch)
    generator.shuffle(batches)
    yield from batches


def collate(batch: Sequence[Example]) -> dict[str, Tensor]:
    """Pad a batch; unknown targets become ``IGNORE`` (tags) or NaN (numbers)."""
    count, length = len(batch), max(map(len, batch))
    sentences = max(max(example.rows) for example in batch) + 1
    out = {
        "ids": torch.zeros(count, length, dtype=torch.long),
        "mask": torch.zeros(count, length, dtype=torch.long),
        "features": torch.zeros(count, length, dtype=torch.long),
        "members": torch.zeros(count, sentences, length),
        "loaded": torch.full((count, sentences), float("nan")),
        "vectors": torch.full((count, sentences, 384), float("nan")),
    }
    for task in ("attribution", "names", "loaded_word"):
        out[task] = torch.full((count, length), IGNORE, dtype=torch.long)
    for row, example in enumerate(batch):
        pieces = len(example.ids)
        out["ids"][row, : pieces + 2] = torch.tensor([CLS, *example.ids, SEP])
        out["mask"][row, : pieces + 2] = 1
        out["features"][row, 1 : pieces + 1] = torch.tensor(example.features)
        out["members"][row, torch.tensor(example.rows), torch.arange(1, pieces + 1)] = 1.0
        for task in ("attribution", "names", "loaded_word"):
            target = getattr(example, task)
            if target is not None:
                out[task][row, 1 : pieces + 1] = torch.tensor(target)
        if example.loaded is not None:
            out["loaded"][row, : len(example.loaded)] = torch.tensor(example.loaded)
        if example.vectors is not None:
            out["vectors"][row, : len(example.vectors)] = torch.from_numpy(example.vectors)
    return out


def attach_teacher(examples: Sequence[Example], base: Path, tokenizer: Tokenizer, cache: Path | None) -> None:
    """Give every example the base model's own sentence vectors, computed sentence by sentence without context."""
    texts = sorted({text for example in examples for text in example.texts})
    vectors = _cached_vectors(texts, base, tokenizer, cache)
    index = {text: row for row, text in enumerate(texts)}
    for example in examples:
        example.vectors = vectors[[index[text] for text in example.texts]]


def _cached_vectors(texts: list[str], base: Path, tokenizer: Tokenizer, cache: Path | None) -> NDArray[np.float32]:
    """Look sentences up by their hash; only those not yet known go through the teacher."""
    keys = np.array([int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts], dtype=np.uint64)
    file = cache / "teacher.npz" if cache is not None else None
    known: dict[int, NDArray[np.float16]] = {}
    if file is not None and file.exists():
        with np.load(file, allow_pickle=False) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    missing = [row for row, key in enumerate(keys.tolist()) if key not in known]
    if missing:
        fresh = _sentence_vectors([texts[row] for row in missing], base, tokenizer).astype(np.float16)
        known |= dict(zip(keys[missing].tolist(), fresh, strict=True))
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(file, keys=np.array(list(known), dtype=np.uint64), vectors=np.array(list(known.values())))
    vectors = np.array([known[key] for key in keys.tolist()], dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _sentence_vectors(texts: list[str], base: Path, tokenizer: Tokenizer) -> NDArray[np.float32]:
    model = MiniBert.from_folder(base).eval()
    pieces = [encoded.ids[:254] for encoded in tokenizer.encode_batch(texts, add_special_tokens=False)]
    order = sorted(range(len(texts)), key=lambda row: len(pieces[row]))
    out = np.zeros((len(texts), 384), dtype=np.float32)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for at in range(0, len(order), 64):
            rows = order[at : at + 64]
            length = max(len(pieces[row]) for row in rows) + 2
            ids = torch.zeros(len(rows), length, dtype=torch.long)
            mask = torch.zeros_like(ids)
            for place, row in enumerate(rows):
                ids[place, : len(pieces[row]) + 2] = torch.tensor([CLS, *pieces[row], SEP])
                mask[place, : len(pieces[row]) + 2] = 1
            hidden = model(ids, mask, torch.zeros_like(ids)).float()
            pooled = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            out[rows] = torch.nn.functional.normalize(pooled, dim=-1).numpy()
    return out
