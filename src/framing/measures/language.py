"""Loaded language: share of a voice's words in sentences whose word choice carries a judgement."""

from __future__ import annotations

import pandas as pd

from framing.measures._base import Frames, Measure, rows, stack, whole


def loaded(frames: Frames) -> pd.DataFrame:
    """Loaded share per article, for the narrator's words and for the sources'."""
    table = whole(frames["annotations"], "loaded", ["voice"])
    parts = []
    for voice in ("narrator", "source"):
        mine = table[table["voice"] == voice]
        parts.append(rows("loaded_share", mine["score"], article_id=mine["article_id"], voice=voice))
    return stack(parts)


MEASURES = (
    Measure(
        "loaded_share",
        "language",
        "share of words, 0..1",
        "Share of the voice's words that stand in loaded sentences. Narrator: what the outlet wrote itself; source: "
        "what it chose to quote.",
        "Recasens, Danescu-Niculescu-Mizil & Jurafsky 2013 (ACL) on biased language; Spinde et al. 2021 (EMNLP "
        "Findings) for the sentence labels; here per voice, as a share of words.",
        "Loaded for whom is the annotators' judgement; strong words may be the apt ones. Says nothing about direction.",
        ("annotations",),
        loaded,
        (0.0, 1.0),
    ),
)
