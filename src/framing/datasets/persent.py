"""PerSenT, dev set: the author's sentiment toward the main entity, of the article and of each paragraph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from framing.datasets._registry import Dataset, Frames, annotations_frame, articles_frame, records

FILE = "dev.csv"
LABELS = {"Negative": ("against", -1.0), "Neutral": ("neutral", 0.0), "Positive": ("favour", 1.0)}
N_PARAGRAPHS = 16
CODER = "persent:crowd"


def load(root: Path) -> Frames:
    """Frames ``articles`` and ``annotations`` (task stance: one row for the article, one per labelled paragraph)."""
    table = pd.read_csv(root / FILE, dtype=str, keep_default_na=False)
    rows = records(table)
    texts = ["\n\n".join(_paragraphs(row)) for row in rows]
    return {
        "articles": articles_frame(_article(row, text) for row, text in zip(rows, texts, strict=True)),
        "annotations": annotations_frame(a for row in rows for a in _annotations(row)),
    }


def _paragraphs(row: dict[str, str]) -> list[str]:
    return [line.strip() for line in row["DOCUMENT"].split("\n") if line.strip()]


def _labels(row: dict[str, str]) -> list[str]:
    return [row.get(f"Paragraph{n}", "") for n in range(N_PARAGRAPHS)]


def _aligned(row: dict[str, str]) -> bool:
    """Whether the labels are those of the first paragraphs, one each: upstream leaves no gap and has none to spare."""
    labels = _labels(row)
    n = sum(label in LABELS for label in labels)
    return n > 0 and all(label in LABELS for label in labels[:n]) and n == min(len(_paragraphs(row)), N_PARAGRAPHS)


def _article(row: dict[str, str], text: str) -> dict[str, Any]:
    return {
        "article_id": f"persent-{row['DOCUMENT_INDEX']}",
        "title": row["TITLE"] or None,
        "text": text,
        "language": "en",
        "origin": f"persent:{FILE}:{row['DOCUMENT_INDEX']}",
        "split": "dev",
        "targets": row["TARGET_ENTITY"],
        "paragraphs_aligned": _aligned(row),
    }


def _annotations(row: dict[str, str]) -> list[dict[str, Any]]:
    found = [_row(row, row["TRUE_SENTIMENT"], None)]
    if not _aligned(row):
        return found
    start = 0
    for paragraph, label in zip(_paragraphs(row), _labels(row), strict=False):
        if label in LABELS:
            found.append(_row(row, label, (start, start + len(paragraph))))
        start += len(paragraph) + 2
    return found


def _row(row: dict[str, str], value: str, span: tuple[int, int] | None) -> dict[str, Any]:
    label, score = LABELS[value]
    return {
        "article_id": f"persent-{row['DOCUMENT_INDEX']}",
        "part": "text" if span else None,
        "start": span[0] if span else None,
        "end": span[1] if span else None,
        "task": "stance",
        "target": row["TARGET_ENTITY"],
        "target_kind": "entity",
        "label": label,
        "score": score,
        "voice": "narrator" if span is None else "all",
        "annotator": CODER,
        "codebook": "persent@2020",
    }


DATASET = Dataset(
    name="persent",
    load=load,
    splits=("dev",),
    repo="MHDBST/PerSenT",
    commit="7e29e0f5b5a23a9b2269b8d37b788fd32ac94aea",
    gold_offsets=True,
)
