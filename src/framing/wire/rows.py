"""Articles in pieces, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from typing import Any

import pandas as pd

READ = ("article_id", "outlet", "title", "text", "url", "author", "published_at", "credits")
"""Columns of articles that are read."""


def rows(piece: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a piece, of the columns that are read."""
    return [{str(k): v for k, v in r.items()} for r in piece[[c for c in READ if c in piece]].to_dict("records")]


def chosen(pieces: Iterable[pd.DataFrame], wanted: Set[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of some articles, with their place in the corpus."""
    begin = 0
    for piece in pieces:
        here = [k for k in range(len(piece)) if begin + k in wanted]
        yield from ((begin + k, row) for k, row in zip(here, rows(piece.iloc[here]), strict=True))
        begin += len(piece)


def text_or_none(value: Any) -> str | None:
    """A string that says something, or None."""
    return value if isinstance(value, str) and value else None
