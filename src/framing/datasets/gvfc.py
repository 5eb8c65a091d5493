"""GVFC: headlines on gun violence with up to two of nine issue frames, marked by two trained coders (a copy).

The published score is accuracy over the nine frames of headlines that have
one, first frame only. Task ``frame`` has one row per headline and frame;
``theme1`` and ``theme2`` in ``articles`` keep the ranks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from framing.datasets._registry import Dataset, Frames, annotations_frame, articles_frame, records

FILE = "data/GVFC_headlines_and_annotations.xlsx"
THEMES = {
    1: "second_amendment",
    2: "gun_control",
    3: "politics",
    4: "mental_health",
    5: "school_or_public_space_safety",
    6: "race_or_ethnicity",
    7: "public_opinion",
    8: "society_or_culture",
    9: "economic_consequences",
}
NONE = 99
RELEVANT = 1
CODER = "gvfc:coders"


def load(root: Path) -> Frames:
    """Frames ``articles`` (headlines) and ``annotations`` (task frame, only for relevant headlines)."""
    table = pd.read_excel(root / FILE)
    rows = records(table)
    return {
        "articles": articles_frame(_article(n, row) for n, row in enumerate(rows, 2)),
        "annotations": annotations_frame(a for n, row in enumerate(rows, 2) for a in _annotations(n, row)),
    }


def _theme(value: Any) -> str | None:
    return THEMES.get(int(value)) if pd.notna(value) else None


def _article(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "article_id": f"gvfc-{number}",
        "text": str(row["news_title"]),
        "language": "en",
        "origin": f"gvfc:{FILE}:{number}",
        "split": "all",
        "relevant": bool(row["Q1 Relevant"] == RELEVANT),
        "focus": int(row["Q2 Focus"]) if row["Q2 Focus"] != NONE else None,
        "theme1": _theme(row["Q3 Theme1"]),
        "theme2": _theme(row["Q3 Theme2"]),
    }


def _annotations(number: int, row: dict[str, Any]) -> list[dict[str, Any]]:
    if row["Q1 Relevant"] != RELEVANT:
        return []
    used = {_theme(row["Q3 Theme1"]), _theme(row["Q3 Theme2"])}
    return [
        {
            "article_id": f"gvfc-{number}",
            "part": "text",
            "start": 0,
            "end": len(str(row["news_title"])),
            "task": "frame",
            "code": code,
            "label": "present" if code in used else "absent",
            "score": float(code in used),
            "voice": "all",
            "annotator": CODER,
            "codebook": "gvfc@2019",
        }
        for code in THEMES.values()
    ]


DATASET = Dataset(
    name="gvfc",
    load=load,
    splits=("all",),
    repo="arajshah/NLP_headline_body_sentiment",
    commit="dbb115e4782cba47c394e0909a8d0c1ee2d048ab",
    gold_offsets=True,
)
