"""A teacher of the actor's model: what a larger encoder, left as it is, makes of a source's description and sentences.

The teacher is a multinomial logistic regression on the last two layers of all-mpnet-base-v2 (Song et al. 2020; Reimers &
Gurevych 2019), times the shipped kind of model. It is too large to ship, so it labels sources that nobody coded, and
`kinds.py --teacher FOLDER` trains the shipped model on these too (distillation; Hinton et al. 2015).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from codes import CACHE
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

from framing import datasets
from framing.models import WEIGHTS
from framing.sources import _by_source, _scenes, bodies

POOL = {
    "article_bias_prediction": 130, "persent": 110, "narrative_frames": 80, "ecbplus": 110, "article_extraction_benchmark": 70,
    "article_extraction_dataset": 70,
}  # fmt: skip
"""Uncoded articles drawn from each corpus."""
PIECES, DESCRIBED, NEAR, FURTHER = 80, 14, 48, 32
"""Most word pieces read of a source, of each part of its description, of its first sentence and of further ones."""
PENALTY, ROUNDS = 10.0, 50
Key = tuple[str, str]


def pool(coded: set[str]) -> pd.DataFrame:
    """Articles that nobody coded (so none held apart), each by itself."""
    rng, chosen = np.random.default_rng(0), []
    for name, count in POOL.items():
        articles = datasets.load(name)["articles"].drop_duplicates("article_id")
        free = articles[~articles["article_id"].isin(coded) & articles["text"].str.len().between(400, 6000)]
        chosen.append(free.iloc[np.sort(rng.permutation(len(free))[:count])])
    table = pd.concat(chosen, ignore_index=True)
    return table.assign(event_id=pd.Series(None, index=table.index, dtype="object"))


def studied(
    articles: pd.DataFrame, quotations: pd.DataFrame, encodings: Any
) -> tuple[dict[Key, Any], dict[Key, Any], pd.DataFrame]:
    """Features and view of every source, as `features_of`; what the teacher reads of it; the quotations with source_id."""
    out = quotations.assign(source_id=pd.Series(None, index=quotations.index, dtype="object"))
    told: dict[Key, Any] = {}
    seen: dict[Key, Any] = {}
    for scene, spoken in _scenes(articles, out, encodings):
        for index, row in spoken.items():
            out.at[index, "source_id"] = row["source_id"]
        of_source, places = _by_source(spoken.values()), scene._places_by_article()
        told |= scene.features(of_source)
        for (article, source), rows in of_source.items():
            entity = scene.used[source]
            spots = [(key, start, end) for key, start, end in places.get((str(article), id(entity)), [])[:4]]
            first = min(rows, key=lambda r: (r["part"] != "text", r["start"]))
            if pd.notna(first["cue_start"]):
                spots.append(((str(article), first["part"]), int(first["cue_start"]), int(first["cue_end"])))
            sentences: dict[str, tuple[int, int]] = {}
            for key, start, end in spots:
                low, high = scene.docs[key].sentence_at(start)
                sentences.setdefault(scene.docs[key].text[low:high], (start - low, end - low))
            body = bodies.shown(scene.register, entity) or ""
            head = [entity.name, ", ".join(list(entity.roles)[:2]), body if body != entity.name else ""]
            seen[str(article), source] = (head, sentences)
    return told, seen, out


def pieces_of(
    head: list[str], sentences: dict[str, tuple[int, int]], tokenizer: Tokenizer
) -> tuple[list[int], list[int]]:
    """Word pieces, and 1 on those of name, role and body, 2 on the source's where it is marked in a sentence."""
    ids, zones = [101], [0]
    for text in head:
        read = tokenizer.encode(text, add_special_tokens=False).ids[:DESCRIBED]
        ids += [*read, 102]
        zones += [1] * len(read) + [0]
    for number, (text, (start, end)) in enumerate(sentences.items()):
        room = min(PIECES - len(ids) - 2, FURTHER if number else NEAR)
        if room < 8:
            break
        whole = tokenizer.encode(text, add_special_tokens=False)
        marked = [i for i, (a, b) in enumerate(whole.offsets) if a < end and b > start] or [0]
        low = max(0, min(marked[0] - room // 3, len(whole.ids) - room))
        high = min(len(whole.ids), low + room)
        ids += [*whole.ids[low:high], 102]
        zones += [2 if i in set(marked) else 0 for i in range(low, high)] + [0]
    return ids, zones


def vectors(seen: list[Any], folder: Path) -> np.ndarray:
    """Means of the encoder's last two layers over all pieces, the description and the marks: one standardised row a source."""
    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = [pieces_of(*one, tokenizer) for one in seen]
    store = CACHE / f"teacher-{hashlib.sha256(repr(rows).encode()).hexdigest()[:16]}.npy"
    if not store.exists():
        store.parent.mkdir(parents=True, exist_ok=True)
        np.save(store, _encoded(rows, folder))
    found = np.load(store).astype(np.float32)
    return (found - found.mean(0)) / (found.std(0) + 1e-6) / np.sqrt(found.shape[1])


def _encoded(rows: list[tuple[list[int], list[int]]], folder: Path) -> np.ndarray:
    import torch

    from framing.training.network import MiniBert

    encoder = MiniBert.from_folder(folder).eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
    out, last = np.zeros((len(rows), 6 * encoder.config["hidden_size"]), np.float16), len(encoder.layers)
    for first in range(0, len(order), 32):
        part = order[first : first + 32]
        longest = max(len(rows[i][0]) for i in part)
        ids, zones, mask = (np.zeros((len(part), longest), np.int64) for _ in range(3))
        for line, i in enumerate(part):
            n = len(rows[i][0])
            ids[line, :n], zones[line, :n], mask[line, :n] = rows[i][0], rows[i][1], 1
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            pieces, kept = torch.from_numpy(ids), torch.from_numpy(mask)
            below = encoder.through(encoder.embed(pieces, torch.zeros_like(pieces)), kept, 0, last - 1)
            above = encoder.through(below, kept, last - 1, last)
        share = np.stack([mask, zones == 1, zones == 2], 1).astype(np.float32)
        share /= np.maximum(share.sum(2, keepdims=True), 1.0)
        layers = [np.matmul(share, layer.float().numpy()) for layer in (below, above)]
        out[part] = np.concatenate(layers, 1).reshape(len(part), -1)
    return out


def fitted(vectors: np.ndarray, labels: Any, second: Any) -> LogisticRegression:
    """The teacher's own half, on the labels of both coders."""
    weights = np.full(2 * len(vectors), 0.5)
    model = LogisticRegression(C=PENALTY, max_iter=ROUNDS, tol=1e-2)
    return model.fit(np.concatenate([vectors, vectors]), np.concatenate([labels, second]), sample_weight=weights)
