"""Frame shares: in how many articles (or how much of their sentences) a frame of the codebook is present."""

from __future__ import annotations

import pandas as pd

from framing.measures._base import Frames, Measure, rows, whole


def frame_shares(frames: Frames) -> pd.DataFrame:
    """Presence of every code of the codebook, per article."""
    table = whole(frames["annotations"], "frame", ["code"])
    table = table[table["code"].notna()]
    return rows("frame." + table["code"].astype(str), table["positive"], article_id=table["article_id"])


MEASURES = (
    Measure(
        "frame",
        "frames",
        "share of articles, 0..1",
        "Share of articles in which the frame is present; where only sentences were coded, the share of sentences.",
        "Semetko & Valkenburg 2000 (Journal of Communication) for the generic frames; Boydstun et al. 2014 for the "
        "policy frames. An index of yes/no items there, one judgement per article and frame here.",
        "Frames are not exclusive and do not sum to one. A frame present is not an argument endorsed.",
        ("annotations",),
        frame_shares,
        (0.0, 1.0),
        "1 if the article's row for the code is labelled present, 0 if absent; from sentence rows: characters in present sentences over characters of all coded ones.",
        by_event=True,
        validated="the codebook `generic` on 428 articles on climate change (human coders) and 1,160 of ordinary news (language-model coders), `policy` on 1,200 of ordinary news "
        "(language-model coders) and, seven of its codes, on 1,301 headlines on gun violence (human coders). A codebook of your own: by framing.frames.crossvalidate at best.",
    ),
)
