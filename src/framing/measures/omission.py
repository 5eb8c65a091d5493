"""Omission: facts and named sources that others had already published, and that are not found in a text."""

from __future__ import annotations

import pandas as pd

from framing.measures._base import Frames, Measure, rows, stack

NAMES = {"fact": "facts_not_found", "source": "sources_not_found"}


def omission(frames: Frames) -> pd.DataFrame:
    """Share not found, per article, of what at least k independent articles had published before."""
    table = frames["omissions"]
    parts = []
    for kind, name in NAMES.items():
        mine = table[(table["kind"] == kind) & (table["state"] != "near")]
        found = (mine["state"] == "not_found").groupby(mine["article_id"], sort=True).agg(["mean", "size"])
        parts.append(rows(name, found["mean"], article_id=found.index, weight=found["size"].astype("float64")))
    return stack(parts)


_CAVEATS = (
    "Exploratory. Not found in this text is not omitted on purpose: space, deadline and audience decide too, and the matcher "
    "misses facts told in other words (its recall is in docs/facts.md). Shorter texts tell less: read it beside `words_given`."
)

MEASURES = (
    Measure(
        "facts_not_found",
        "omission",
        "share of facts, 0..1",
        "Share of the facts of an event that independent articles had already published and that are not found in the text.",
        "Defined here; selection of facts as bias: Hofstetter & Buss 1978 (Journal of Broadcasting), D'Alessio & Allen 2000.",
        _CAVEATS,
        ("omissions",),
        omission,
        (0.0, 1.0),
        "facts not found / facts that at least two independent articles had published before the text; facts are the weight.",
        by_event=True,
    ),
    Measure(
        "sources_not_found",
        "omission",
        "share of sources, 0..1",
        "Share of the named sources of an event that independent articles had already quoted or cited and that the text does not name.",
        "Defined here, as `facts_not_found`.",
        _CAVEATS.replace("facts told in other words", "sources it cannot resolve"),
        ("omissions",),
        omission,
        (0.0, 1.0),
        "sources not found / named sources that at least two independent articles had cited before the text; one merely mentioned "
        "counts as found.",
        by_event=True,
    ),
)
