"""BASIL, articles only: 100 events of 2010-2019, each as reported by Fox News, The New York Times and HuffPost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from framing.datasets._registry import Dataset, Frames, articles_frame, events_frame
from framing.schema import InputError

OUTLETS = {"fox": "Fox News", "nyt": "The New York Times", "hpo": "HuffPost"}


def load(root: Path) -> Frames:
    """Frames ``articles`` (gold ``event_id``) and ``events``."""
    paths = sorted((root / "articles").glob("*/*.json"))
    articles = articles_frame(_article(path) for path in paths)
    named = articles.dropna(subset=["main_event"])
    titles = dict(zip(named["event_id"], named["main_event"], strict=True))
    return {"articles": articles, "events": events_frame(articles, titles)}


def _article(path: Path) -> dict[str, Any]:
    """One article; its id is the file's name, because upstream's uuids are not unique."""
    row = json.loads(path.read_text("utf-8"))
    code = str(row["source"]).lower()
    if code not in OUTLETS:
        raise InputError(f"BASIL {path.name}: source should be one of {', '.join(OUTLETS)}, found {row['source']!r}")
    paragraphs = [" ".join(sentences) for sentences in row["body-paragraphs"]]
    return {
        "article_id": f"basil-{path.stem}",
        "outlet": OUTLETS[code],
        "outlet_raw": row["source"],
        "title": row["title"] or None,
        "text": "\n\n".join(p for p in paragraphs if p.strip()),
        "published_at": row["date"] or None,
        "published_raw": row["date"] or None,
        "url": row["url"] or None,
        "language": "en",
        "event_id": f"basil-{row['triplet-uuid']}",
        "origin": f"basil:articles/{path.parent.name}/{path.name}",
        "split": "all",
        "main_event": row["main-event"] or None,
        "targets": "|".join(row["main-entities"]),
        "uuid": row["uuid"],
    }


DATASET = Dataset(
    name="basil",
    load=load,
    splits=("all",),
    repo="launchnlp/BASIL",
    commit="4fdbc4f68d5ddae648990063cb6dd11424d96222",
)
