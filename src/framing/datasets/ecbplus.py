"""ECB+: short reports on 86 events in 43 topics, two events of one kind to a topic, known for every article.

``N_*ecb.xml`` and ``N_*ecbplus.xml`` are two different events. The text is
built from upstream's tokens: a sentence is its tokens joined by a space, the
sentences stand one to a line. The address that begins every ``ecbplus`` file is
taken out of the text and put into ``url``. Published splits: train topics
1-35, test 36-45.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from framing.datasets._registry import Dataset, Frames, articles_frame, events_frame
from framing.schema import InputError

FOLDER = "ECB+_LREC2014/ECB+"
LAST_TRAINING_TOPIC = 35
_SPACED = {"``": "“", "''": "”"}


def load(root: Path) -> Frames:
    """Frames ``articles`` (gold ``event_id``) and ``events``."""
    rows = [read(path) for path in sorted((root / FOLDER).glob("*/*.xml"), key=_order)]
    articles = articles_frame(rows)
    return {"articles": articles, "events": events_frame(articles)}


def _order(path: Path) -> tuple[int, int, str]:
    number = "".join(ch for ch in path.stem.partition("_")[2] if ch.isdigit())
    return int(path.parent.name), int(number or 0), path.name


def read(path: Path) -> dict[str, Any]:
    """One article from its XML.

    Raises
    ------
    InputError
        If the file is not the corpus' XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        tokens = list(etree.parse(str(path), parser).iter("token"))
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path} should be ECB+ XML with <token> elements: {error}") from error
    sentences: dict[int, list[str]] = {}
    for token in tokens:
        sentences.setdefault(int(token.get("sentence", "0")), []).append(token.text or "")
    lines = list(sentences.values())
    url = _address(lines)
    topic = int(path.parent.name)
    return {
        "article_id": path.stem,
        "text": "\n".join(" ".join(_SPACED.get(t, t) for t in line) for line in (lines[1:] if url else lines)),
        "url": url,
        "outlet": (urlsplit(url).hostname or "").removeprefix("www.") or None if url else None,
        "language": "en",
        "genre": "news",
        "event_id": f"ecb-{topic}-{'plus' if path.stem.endswith('ecbplus') else 'ecb'}",
        "origin": f"ecbplus:{FOLDER}/{topic}/{path.name}",
        "split": "train" if topic <= LAST_TRAINING_TOPIC else "test",
        "topic": topic,
    }


def _address(lines: list[list[str]]) -> str | None:
    """Address of the article, if its first sentence is one (its tokens joined without spaces)."""
    first = lines[0] if lines else []
    if not first or not first[0].lower().startswith(("http", "www")):
        return None
    return "".join(first)


DATASET = Dataset(
    name="ecbplus",
    load=load,
    splits=("train", "test"),
    repo="tommasoc80/EventStoryLine",
    commit="46edefee5e82e0917b823abe0a18bf8c7770f15c",
    gold_offsets=True,
)
