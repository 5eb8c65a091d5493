"""Narrative frames: climate articles with five generic frames, several per article, in five official folds.

Their fifth frame is *resolution*; the generic codebook of Semetko and
Valkenburg has *responsibility*. They are different constructs and keep
different codes here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from framing.datasets._registry import Dataset, Frames, annotations_frame, articles_frame, records

FRAMES = {
    "RE": "resolution",
    "HI": "human_interest",
    "CO": "conflict",
    "MO": "morality",
    "EC": "economic",
}
# The questions each frame is aggregated from (data/README.md of the repository).
QUESTIONS = {
    "CO": ("co1", "co2", "co3"),
    "EC": ("ec1", "ec2", "ec3"),
    "HI": ("hi1", "hi2", "hi5"),
    "MO": ("mo1", "mo2"),
    "RE": ("re1", "re5"),
}
VALUES = {"True": ("present", 1.0), "False": ("absent", 0.0), "False)": ("absent", 0.0)}
N_FOLDS = 5
CODER = "narrative_frames:aggregate"


def load(root: Path) -> Frames:
    """Frames ``articles``, ``annotations`` (one row per article and frame), ``coders`` and ``folds``."""
    table = pd.read_csv(root / "data/articles_metadata.tsv", sep="\t", dtype=str, keep_default_na=False)
    answers = json.loads((root / "data/full_annotations.json").read_text("utf-8"))
    rows = records(table)
    articles = [_article(row, answers.get(row["ID"], {})) for row in rows]
    annotations = [a for row in rows for a in _annotations(row)]
    coders = [a for row in rows for a in _coders(row["ID"], answers.get(row["ID"], {}))]
    return {
        "articles": articles_frame(articles),
        "annotations": annotations_frame(annotations),
        "coders": annotations_frame(coders),
        "folds": _folds(root / "experiments/data_splits_raw"),
    }


def _article(row: dict[str, str], answers: dict[str, Any]) -> dict[str, Any]:
    return {
        "article_id": f"nf-{row['ID']}",
        "outlet": row["source"],
        "text": row["text"],
        "published_at": row["date"] or None,
        "published_raw": row["date"] or None,
        "language": "en",
        "genre": "opinion" if answers.get("_opinion") == "True" else "news",
        "origin": f"narrative_frames:data/articles_metadata.tsv:{row['ID']}",
        "split": "all",
        "outlet_leaning": row["mbfc"],
    }


def _annotations(row: dict[str, str]) -> list[dict[str, Any]]:
    """Frames of one article; a frame without a value (one article) has a null label."""
    found = []
    for short, code in FRAMES.items():
        label, score = VALUES.get(row[short].strip(), (None, None))
        found.append(_row(row["ID"], code, label, score, CODER))
    return found


def _row(article: str, code: str, label: str | None, score: float | None, coder: str) -> dict[str, Any]:
    return {
        "article_id": f"nf-{article}",
        "task": "frame",
        "code": code,
        "label": label,
        "score": score,
        "voice": "all",
        "annotator": coder,
        "codebook": "narrative_frames@2023",
    }


def _coders(article: str, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Each coder's frames: present if the coder answered yes to any of its questions."""
    found = []
    for short, questions in QUESTIONS.items():
        given = [answers[q][1] for q in questions if q in answers]
        for number in range(max(map(len, given), default=0)):
            said = [a[number] for a in given if number < len(a) and a[number] in ("yes", "no")]
            if said:
                yes = "yes" in said
                label = "present" if yes else "absent"
                found.append(_row(article, FRAMES[short], label, float(yes), f"narrative_frames:coder-{number + 1}"))
    return found


def _folds(folder: Path) -> pd.DataFrame:
    rows = []
    for fold in range(1, N_FOLDS + 1):
        for split in ("train", "dev", "test"):
            with (folder / f"Fold_{fold}" / f"{split}.txt").open(encoding="utf-8", newline="\n") as stream:
                for line in stream:
                    if line.strip():
                        rows.append(
                            {"article_id": f"nf-{line.partition(chr(9))[0]}", "fold": str(fold), "split": split}
                        )
    return pd.DataFrame(rows, columns=["article_id", "fold", "split"])


DATASET = Dataset(
    name="narrative_frames",
    load=load,
    splits=("all",),
    repo="phenixace/narrative-framing",
    commit="197314dfe86838e20420894bc3dfa285814dc04c",
    gold_offsets=True,
)
