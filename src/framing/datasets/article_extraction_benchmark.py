"""Article extraction benchmark: 181 web pages with the body text a person marked; scored by 4-gram F1."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from framing.datasets._registry import Dataset, Frames, articles_frame

MAX_PAGE = 64 * 2**20


def load(root: Path) -> Frames:
    """Frame ``articles``: ``text`` is the gold body, the extra column ``html`` the page as served."""
    truth = json.loads((root / "ground-truth.json").read_text("utf-8"))
    return {"articles": articles_frame(_article(root, key, truth[key]) for key in sorted(truth))}


def _article(root: Path, key: str, row: dict[str, Any]) -> dict[str, Any]:
    with gzip.open(root / "html" / f"{key}.html.gz") as stream:
        page = stream.read(MAX_PAGE)
    return {
        "article_id": f"aeb-{key[:16]}",
        "text": row["articleBody"],
        "url": row["url"],
        "origin": f"article_extraction_benchmark:html/{key}.html.gz",
        "split": "test",
        "html": page.decode("utf-8", "replace"),
    }


DATASET = Dataset(
    name="article_extraction_benchmark",
    load=load,
    splits=("test",),
    repo="scrapinghub/article-extraction-benchmark",
    commit="4a3bc979f76c0df73cb95fe272e2fc1b96f9f010",
    gold_offsets=True,
)
