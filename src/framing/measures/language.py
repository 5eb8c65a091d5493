"""Loaded language: share of a voice's words in sentences whose word choice carries a judgement."""

from __future__ import annotations

import pandas as pd

from framing.measures._base import Frames, Measure, rows, selected_voices, stack, whole


def loaded(frames: Frames) -> pd.DataFrame:
    """Loaded share per article, for the narrator's words and for the sources', weighted by the words each was given."""
    table = whole(frames["annotations"], "loaded", ["target", "voice", "source_id"])
    narrator = table[table["voice"] == "narrator"]
    voices = selected_voices(table, frames.get("sources"))
    return stack(
        [
            rows("loaded_share", narrator["score"], article_id=narrator["article_id"], voice="narrator"),
            rows("loaded_share", voices["score"], article_id=voices["article_id"], voice="source"),
        ]
    )


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
        "narrator: score of the article's row (words in loaded segments over words of the voice). source: mean over the article's sources, weighted by n_words.",
        by_event=True,
        validated="US news in English: sentences picked until half were loaded (2017-2020), and ordinary sentences of 2016 to 2020 coded by "
        "language-model coders.",
    ),
)
