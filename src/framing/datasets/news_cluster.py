"""News cluster: articles of many outlets on the same events, 2016-2018, as news-please stores them; events unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from framing.datasets._registry import Dataset, Frames, articles_frame
from framing.schema import make_id

FILE = "news-2016-2018.jsonl"


def load(root: Path) -> Frames:
    """Frame ``articles``; the lines upstream keeps are paragraphs."""
    with (root / FILE).open(encoding="utf-8") as stream:
        rows = [_article(number, json.loads(line)) for number, line in enumerate(stream, 1) if line.strip()]
    return {"articles": articles_frame(rows)}


def _article(number: int, row: dict[str, Any]) -> dict[str, Any]:
    lines = [line.strip() for line in row["text"].splitlines()]
    return {
        "article_id": make_id(row["url"], prefix="nc-"),
        "outlet": str(row["source_domain"]).removeprefix("www."),
        "outlet_raw": row["source_domain"],
        "title": row["title"] or None,
        "text": "\n\n".join(line for line in lines if line),
        "published_at": row["date_publish"] or None,
        "published_raw": row["date_publish"] or None,
        "url": row["url"],
        "language": row["language"] or None,
        "origin": f"news_cluster:{FILE}:{number}",
        "split": "all",
        "description": row["description"] or None,
    }


DATASET = Dataset(name="news_cluster", load=load, splits=("all",), repo="fhamborg/Giveme5W1H", archive=False)
