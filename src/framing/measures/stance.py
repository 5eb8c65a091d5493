"""Stance toward a target, by whose words: narrator, selected voices, and the gap between them."""

from __future__ import annotations

import pandas as pd

from framing.measures._base import Frames, Measure, rows, selected_voices, stack, whole


def article_stance(annotations: pd.DataFrame) -> pd.DataFrame:
    """Stance per article, target, voice and source."""
    return whole(annotations, "stance", ["target", "voice", "source_id"])


def stance(frames: Frames) -> pd.DataFrame:
    """Values of every measure of stance."""
    table = article_stance(frames["annotations"])
    voices = selected_voices(table, frames.get("sources"))
    parts = [rows("stance", voices["score"], article_id=voices["article_id"], target=voices["target"], voice="source")]
    for voice in ("narrator", "all"):
        mine = table[table["voice"] == voice]
        parts.append(rows("stance", mine["score"], article_id=mine["article_id"], target=mine["target"], voice=voice))
        parts.append(
            rows(
                "stance_said",
                mine["said"].astype("float64"),
                article_id=mine["article_id"],
                target=mine["target"],
                voice=voice,
            )
        )
    both = table[(table["voice"] == "narrator") & table["score"].notna()].merge(
        voices, on=["article_id", "target"], suffixes=("", "_source")
    )
    gap = both["score"] - both["score_source"]
    parts.append(rows("stance_gap", gap, article_id=both["article_id"], target=both["target"]))
    parts.append(_headline(frames["annotations"]))
    return stack(parts)


def _headline(annotations: pd.DataFrame) -> pd.DataFrame:
    mine = annotations[
        (annotations["task"] == "stance") & (annotations["part"] == "title") & (annotations["voice"] != "source")
    ]
    table = whole(mine, "stance", ["target", "voice"])
    table = table[table["voice"] == "narrator"]
    return rows(
        "stance_headline", table["score"], article_id=table["article_id"], target=table["target"], voice="narrator"
    )


_NEEDS = ("annotations",)
_CAVEATS = (
    "Evaluative tone in the text, not reported bad news and not truth; articles that say nothing about the target are "
    "left out, see stance_said. A classifier's errors are in it unless hand codes correct it."
)
_SOURCE = (
    "Bestvater & Monroe 2022 (Political Analysis) on stance against sentiment; toward targets: Hamborg & Donnay 2021 "
    "(EACL). Split by voice here."
)

_VALIDATED = (
    "US news in English: sentences with a named target, and ordinary sentences of 2016 to 2020 coded by language-model coders. "
    "Propositions: statements on any matter, coded by language-model coders; one text in four that took a side was given the other, so they are exploratory."
)

MEASURES = (
    Measure(
        "stance",
        "stance",
        "-1 (against) .. 1 (favour)",
        "Mean stance of the text toward the target in the given voice; voice = source: the mean of the sources the "
        "outlet selected, weighted by the words each was given; what the target says of itself is left out.",
        _SOURCE,
        _CAVEATS,
        _NEEDS,
        stance,
        (-1.0, 1.0),
        "narrator, all: score of the article's row for that voice. source: sum of n_words(s) * score(s) over the article's sources s that say something, over the sum of n_words(s).",
        by_event=True,
        validated=_VALIDATED,
    ),
    Measure(
        "stance_gap",
        "stance",
        "-2 .. 2",
        "Stance of the narrator minus stance of the selected voices, in the same article: positive where the outlet's "
        "own words favour the target more than the people it quotes.",
        "This project: direct content is the source's, everything else the narrator's.",
        "Only articles in which both speak of the target.",
        _NEEDS,
        stance,
        (-2.0, 2.0),
        "stance(narrator) - stance(source).",
        by_event=True,
        validated=_VALIDATED,
    ),
    Measure(
        "stance_headline",
        "stance",
        "-1 (against) .. 1 (favour)",
        "Stance of the headline's own words toward the target. In a reprint the headline is what the outlet wrote.",
        _SOURCE,
        "Headlines are short: many say nothing about the target and are left out.",
        _NEEDS,
        stance,
        (-1.0, 1.0),
        "score of the narrator's rows whose part is the title, averaged by length.",
        by_event=True,
        validated=_VALIDATED,
    ),
    Measure(
        "stance_said",
        "stance",
        "share of articles, 0..1",
        "Share of articles that say anything about the target in the given voice.",
        "This project.",
        "Silence is not neutrality; it is neither counted as such in `stance`.",
        _NEEDS,
        stance,
        (0.0, 1.0),
        "1 if the article's row for that voice has a label, else 0.",
        by_event=True,
    ),
)
