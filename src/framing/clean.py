"""The body of every article, and a record of what was taken out of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from framing import lines, schema


@dataclass(frozen=True)
class Cleaned:
    """Articles with their body as ``text``, and what was not body.

    Parameters
    ----------
    articles
        The frame ``articles`` (grouping and wire columns still null) with the user's columns.
    removed
        The frame ``removed``.
    raw
        The frame ``raw``; ``kept`` holds the raw offsets of the paragraphs as JSON ``[[start, end], ...]``.
    rejected
        The frame ``rejected``: rows without any body.
    """

    articles: pd.DataFrame
    removed: pd.DataFrame
    raw: pd.DataFrame
    rejected: pd.DataFrame


def clean(articles: pd.DataFrame, *, enabled: bool = True) -> Cleaned:
    """Find the body of raw articles."""
    table = articles.copy()
    kept, texts = [], []
    for text in table["text"]:
        units = lines.split(text) if enabled else []
        kept.append(json.dumps([[u.start, u.end] for u in units] if enabled else [[0, len(text)]]))
        texts.append("\n\n".join(u.text for u in units) if enabled else text)
    raw = schema.conform(pd.DataFrame({"article_id": table["article_id"], "raw_text": table["text"], "kept": kept}), "raw")
    table["text"] = texts
    table["n_words"] = [schema.count_words(t) for t in texts]
    table["cleaning"] = "lines" if enabled else "off"
    table = schema.conform(table.drop(columns=["html"], errors="ignore"), "articles")
    return Cleaned(table, schema.empty("removed"), raw, schema.empty("rejected"))
