"""NewsMTSC: the author's sentiment toward a marked target in single sentences of US political news.

The flat files (``newsmtsc-{rw,mt}-hf``) are what papers score. The training
set is the same in both; ``rw`` (as found) and ``mt`` (sentences with several
targets) each have their own dev and test. One article here is one sentence of
one split; a sentence's targets are rows of ``annotations``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from framing.datasets._registry import Dataset, Frames, annotations_frame, articles_frame
from framing.schema import InputError, make_id

FOLDER = "NewsSentiment/experiments/default/datasets"
FILES = {
    "train": "newsmtsc-rw-hf/train.jsonl",
    "dev-rw": "newsmtsc-rw-hf/dev.jsonl",
    "test-rw": "newsmtsc-rw-hf/test.jsonl",
    "dev-mt": "newsmtsc-mt-hf/dev.jsonl",
    "test-mt": "newsmtsc-mt-hf/test.jsonl",
}
LABELS = {-1: ("against", -1.0), 0: ("neutral", 0.0), 1: ("favour", 1.0)}
CODER = "newsmtsc:crowd"


def load(root: Path) -> Frames:
    """Frames ``articles`` (sentences) and ``annotations`` (task stance, one row per marked target)."""
    articles: dict[str, dict[str, Any]] = {}
    annotations: list[dict[str, Any]] = []
    for split, name in FILES.items():
        with (root / FOLDER / name).open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                row = json.loads(line)
                article = make_id(split, row["sentence"], prefix="mtsc-")
                articles.setdefault(article, _article(article, split, name, number, row))
                annotations.append(_annotation(article, row))
    return {"articles": articles_frame(articles.values()), "annotations": annotations_frame(annotations)}


def _article(article: str, split: str, name: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
    collection, _, rest = row["id"].partition("_")
    return {
        "article_id": article,
        "text": row["sentence"],
        "language": "en",
        "origin": f"newsmtsc:{name}:{number}",
        "split": split,
        "document": f"{collection}_{'_'.join(rest.split('_')[:2])}",
    }


def _annotation(article: str, row: dict[str, Any]) -> dict[str, Any]:
    if row["polarity"] not in LABELS:
        raise InputError(f"NewsMTSC {row['id']}: polarity should be -1, 0 or 1, found {row['polarity']!r}")
    label, score = LABELS[row["polarity"]]
    return {
        "article_id": article,
        "part": "text",
        "start": row["from"],
        "end": row["to"],
        "task": "stance",
        "target": row["mention"],
        "target_kind": "entity",
        "label": label,
        "score": score,
        "voice": "all",
        "annotator": CODER,
        "codebook": "newsmtsc@2021",
        "item": row["id"],
    }


DATASET = Dataset(
    name="newsmtsc",
    load=load,
    splits=tuple(FILES),
    repo="fhamborg/NewsMTSC",
    commit="b9d9b79704ed1b35cecaf1d7c2343dc1bd734fb7",
    gold_offsets=True,
)
