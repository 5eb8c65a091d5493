"""Article extraction dataset: news pages with body, title, date and authors marked; 220 of its 424 pages are registered.

``articles.json`` also lists the pages that are not registered, so it is checked
by the content of the registered entries instead of byte by byte.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from framing.datasets._registry import Dataset, Frames, articles_frame, card_folder, read_sums

NAME = "article_extraction_dataset"


def load(root: Path) -> Frames:
    """Frame ``articles``: ``text`` is the gold body, the extra column ``html`` the page as served."""
    truth = json.loads((root / "articles.json").read_text("utf-8"))
    keys = sorted(key for key in truth if (root / "html" / f"{key}.html").is_file())
    return {"articles": articles_frame(_article(root, key, truth[key]) for key in keys)}


def registered_entries(content: bytes) -> bytes:
    """The entries of ``articles.json`` whose page is registered, in one fixed form."""
    pages = {Path(name).stem for name in read_sums(card_folder(NAME) / "SHA256SUMS") if name.endswith(".html")}
    entries = {key: value for key, value in json.loads(content).items() if key in pages}
    return json.dumps(entries, sort_keys=True, ensure_ascii=True).encode()


def _article(root: Path, key: str, row: dict[str, Any]) -> dict[str, Any]:
    page = (root / "html" / f"{key}.html").read_bytes()
    return {
        "article_id": f"aed-{key[:16]}",
        "outlet": row["site"].partition("://")[2].removeprefix("www.") or None,
        "outlet_raw": row["site"],
        "title": row["title"] or None,
        "text": row["articleBody"],
        "published_at": row["date"] or None,
        "published_raw": row["date"] or None,
        "url": row["url"],
        "author": row["authors"] or None,
        "origin": f"{NAME}:html/{key}.html",
        "split": "test",
        "html": page.decode("utf-8", "replace"),
    }


DATASET = Dataset(
    name=NAME,
    load=load,
    splits=("test",),
    repo="AndyTheFactory/article-extraction-dataset",
    commit="cf3e2959ffc4fde13e0714d2b6d50c2bd220ed3b",
    gold_offsets=True,
    canonical={"articles.json": registered_entries},
)
