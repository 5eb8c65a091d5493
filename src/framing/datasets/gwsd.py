"""GWSD: stance of single sentences toward "climate change is a serious concern", eight crowd coders each.

The label is the most probable one under upstream's item-response model, as the
paper scores it; ``score`` is P(agrees) - P(disagrees), on the stance scale. The
five screening sentences of every batch have no such probabilities and are in
``coders`` only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from framing.datasets._registry import Dataset, Frames, annotations_frame, articles_frame, records

FILE = "GWSD.tsv"
TARGET = "Climate change/global warming is a serious concern"
LABELS = {"disagree": "against", "neutral": "neutral", "agree": "favour"}
ANSWERS = {"disagrees": ("against", -1.0), "neutral": ("neutral", 0.0), "agrees": ("favour", 1.0)}
N_CODERS = 8
CODER = "gwsd:model-of-8"


def load(root: Path) -> Frames:
    """Frames ``articles`` (sentences), ``annotations`` (task stance) and ``coders`` (eight per sentence)."""
    table = pd.read_csv(root / FILE, sep="\t", dtype=str, keep_default_na=False)
    rows = records(table)
    return {
        "articles": articles_frame(_article(row) for row in rows),
        "annotations": annotations_frame(_label(row) for row in rows if row["agree"]),
        "coders": annotations_frame(a for row in rows for a in _answers(row)),
    }


def _split(row: dict[str, str]) -> str:
    if not row["agree"]:
        return "screen"
    return "test" if row["in_held_out_test"] == "True" else "train"


def _article(row: dict[str, str]) -> dict[str, Any]:
    return {
        "article_id": f"gwsd-{row['guid']}",
        "text": row["sentence"],
        "language": "en",
        "origin": f"gwsd:{FILE}:{row['guid']}",
        "split": _split(row),
        "round": row["round"],
        "batch": row["batch"],
    }


def _row(row: dict[str, str]) -> dict[str, Any]:
    return {
        "article_id": f"gwsd-{row['guid']}",
        "part": "text",
        "start": 0,
        "end": len(row["sentence"]),
        "task": "stance",
        "target": TARGET,
        "target_kind": "proposition",
        "voice": "all",
        "codebook": "gwsd@2020",
    }


def _label(row: dict[str, str]) -> dict[str, Any]:
    shares = {name: float(row[name]) for name in LABELS}
    best = max(shares, key=lambda name: shares[name])
    score = shares["agree"] - shares["disagree"]
    return {
        **_row(row),
        "label": LABELS[best],
        "score": min(1.0, max(-1.0, score)),
        "confidence": min(1.0, shares[best]),
        "annotator": CODER,
    }


def _answers(row: dict[str, str]) -> list[dict[str, Any]]:
    found = []
    for number in range(N_CODERS):
        answer = ANSWERS.get(row[f"worker_{number}"])
        if answer is not None:
            label, score = answer
            # a column is a seat of the batch, not one person throughout
            coder = f"gwsd:{row['round']}-{row['batch']}-{number}"
            found.append({**_row(row), "label": label, "score": score, "annotator": coder, "round": int(row["round"])})
    return found


DATASET = Dataset(
    name="gwsd",
    load=load,
    splits=("train", "test", "screen"),
    repo="yiweiluo/GWStance",
    commit="7c448113a598830d3577615f48fdeab2383147ca",
    gold_offsets=True,
)
